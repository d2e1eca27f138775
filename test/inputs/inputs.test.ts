/**
 * Inputs that nobody would write: the command line answers each with an exit code of the table, one clear line and no
 * trace.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wrongWith, type Fault } from './tool/answer.ts';
import { tried } from './tool/tried.ts';

test('300 inputs; another one: npm run fuzz:inputs -- --from SEED --count 1', async () => {
  const faults: Fault[] = [];
  await tried(1, 300, (fault) => faults.push(fault));
  expect(faults.map(({ seed, argv, why, ended }) => ({ seed, argv, why, err: ended.err.slice(0, 300) }))).toEqual([]);
});

test.each([
  ['a fault of the harness', { code: 5, out: '', err: 'whitewater: a fault\n' }, 'exit code 5'],
  ['a code of no table', { code: 13, out: '', err: '' }, 'exit code 13'],
  ['no code', { code: null, out: '', err: '' }, 'exit code null'],
  ['a trace', { code: 1, out: 'x\n    at f (file:///a.js:1:2)\n', err: '' }, 'a trace of a stack'],
  ['an escape', { code: 0, out: '\x1b[2J', err: '' }, 'a raw control character'],
  ['no word', { code: 4, out: '', err: '' }, '0 lines about what is wrong'],
  ['two lines', { code: 4, out: '', err: 'whitewater: a\nb\n' }, '2 lines about what is wrong'],
  [
    'a line of another beside a note',
    { code: 4, out: '', err: 'with a planted bug: x\nwhitewater: there was no folder a; it is made now\nb\n' },
    '1 lines about what is wrong',
  ],
  ['a line and what belongs to it', { code: 4, out: '', err: 'whitewater: a:\n  b\n' }, null],
  ["somebody else's line", { code: 4, out: '', err: 'Error: a\n' }, '1 lines about what is wrong'],
  ['one line', { code: 4, out: '', err: 'whitewater: a\n' }, null],
  ['a summary', { code: 1, out: 'FAIL\n', err: '' }, null],
])('%s is judged', (_what, ended, why) => {
  expect(wrongWith(ended)).toBe(why);
});

describe('an input that is lost is named, and the others go on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-lost-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['never ends', 'for (;;);', 'no answer within 10 s', null],
    ['ends its process', 'process.exit(7);', 'the process ended, with 7', 7],
  ])('one that %s', async (name, what, why, code) => {
    const child = join(folder, `${name.replaceAll(' ', '-')}.mjs`);
    writeFileSync(child, `
      const [from, count] = process.argv.slice(2).map(Number);
      for (let seed = from; seed < from + count; seed++) {
        await new Promise((resolve) => process.send({ kind: 'begins', seed, argv: ['x', String(seed)] }, resolve));
        if (seed === 6) ${what}
      }
      process.disconnect();`);
    const faults: Fault[] = [];
    await tried(5, 4, (fault) => faults.push(fault), 10_000, child);
    expect(faults).toEqual([{ seed: 6, argv: ['x', '6'], why, ended: { code, out: '', err: '' } }]);
  }, 240_000);
});
