/** `expect(history).toBeLinearizable(model)`. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { kvModel, type KvInput, type KvOutput, type Operation } from '../index.ts';
import '../vitest.ts';

const htmlFolder = mkdtempSync(join(tmpdir(), 'whitewater-matcher-'));
afterAll(() => rmSync(htmlFolder, { recursive: true }));

const operation = (
  client: number, input: KvInput, output: KvOutput, callTime: number,
): Operation<KvInput, KvOutput> => ({ client, input, output, callTime, returnTime: callTime + 1 });
const good = [
  operation(0, { op: 'put', key: 'k', value: 'a' }, {}, 0), operation(0, { op: 'get', key: 'k' }, { value: 'a' }, 2),
];
const bad = [
  ...good, operation(1, { op: 'put', key: 'k', value: 'b' }, {}, 4),
  operation(2, { op: 'get', key: 'k' }, { value: 'a' }, 6),
];

const messageOf = (assertion: () => void): string => {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  return 'passed';
};

describe('toBeLinearizable', () => {
  test('passes for a linearizable history, and with not for another', () => {
    expect(good).toBeLinearizable(kvModel);
    expect(bad).not.toBeLinearizable(kvModel);
    expect(messageOf(() => expect(good).not.toBeLinearizable(kvModel))).toContain(
      'expected the history not to be linearizable (kv; 2 operations',
    );
  });
  test('takes events too', () => {
    const events = [
      { kind: 'call', client: 0, input: { op: 'get', key: 'k' } },
      { kind: 'return', client: 0, output: { value: 'x' } },
    ];
    expect(messageOf(() => expect(events).toBeLinearizable(kvModel, { htmlFolder }))).toContain('get(k) -> "x"');
    expect(events.slice(0, 1)).toBeLinearizable(kvModel);
  });
  test('a failure shows the minimal sub-history and names the picture that was written', () => {
    const message = messageOf(() => expect(bad).toBeLinearizable(kvModel, { htmlFolder, name: 'stale read' }));
    expect(message.split('\n')).toEqual([
      'expected the history to be linearizable (kv; 4 operations, chains, 0 steps)',
      'get(k) -> "a" has no place before its return: the only state possible by then is "b"',
      'the 2 operations marked * cannot all have happened as recorded, whichever of the others did:',
      '    client 0  put(k, "a")    |-----|',
      '  * client 1  put(k, "b")                |-----|',
      '  * client 2  get(k) -> "a"                          |-----|',
      `picture: ${join(htmlFolder, 'stale-read.html')}`,
    ]);
    expect(readFileSync(join(htmlFolder, 'stale-read.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });
  test('the picture has the name of the test unless told otherwise', () => {
    const message = messageOf(() => expect(bad).toBeLinearizable(kvModel, { htmlFolder }));
    const path = message.split('picture: ')[1]!;
    expect(path).toContain('the-picture-has-the-name-of-the-test');
    expect(existsSync(path)).toBe(true);
  });
  test('unknown fails, with not as well', () => {
    const options = { method: 'search', budgetSteps: 1 } as const;
    expect(messageOf(() => expect(bad).toBeLinearizable(kvModel, options))).toContain('is unknown (steps;');
    expect(messageOf(() => expect(bad).not.toBeLinearizable(kvModel, options))).toContain('is unknown (steps;');
  });
  test('what is no history is told so', () => {
    expect(messageOf(() => expect('history').toBeLinearizable(kvModel))).toContain('takes a history');
  });
});
