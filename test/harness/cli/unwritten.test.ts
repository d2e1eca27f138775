/**
 * A file that cannot be written takes no verdict away: summary and violation first, the verdict's exit code, then the
 * file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whitewater, type Ended } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-unwritten-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Not even root can write below a regular file. */
const here = join(folder, 'failures');
writeFileSync(here, 'a file where a folder is expected\n');
const bad = (...argv: readonly string[]): Promise<Ended> => whitewater(folder, '--bug', 'e03', ...argv);
/** A device that is full for everybody. */
const full = '/dev/full';

describe('where `failures` is no folder, a found violation is told with its summary: exit code 1', () => {
  test.each([
    [
      'fuzz', ['fuzz', '--seeds', '1', '--workers', '1'], /^ {2}exit code 1: 1 violation: swarm seed 1: /m,
      'failures/swarm-1.plan.json',
    ],
    [
      'fuzz --shrink', ['fuzz', '--seeds', '1', '--workers', '1', '--shrink'], /^FAIL swarm seed 1/m,
      'failures/swarm-1.report.json',
    ],
    [
      'lab', ['lab', '2A-1'], /^ {2}exit code 1: 1 violation: lab\/2A-1-InitialElection seed 1: /m,
      'failures/lab-2A-1-InitialElection-1.plan.json',
    ],
    [
      'explore', ['explore', '--clients', '0', '--max-term', '1', '--max-log', '1', '--workers', '1'],
      /^ {2}exit code 1: 1 violation: raft-kv: Elect/m, 'failures/explore-raft-kv-',
    ],
  ])(
    '%s',
    async (_name, argv, says, file) => {
      const { code, out, err } = await bad(...argv);
      expect(code, out + err).toBe(1);
      expect(out).toMatch(says);
      expect(out).toContain('also: 1 file that could not be written: ');
      expect(err).toContain(`whitewater: cannot write ${file}`);
      expect(err).toContain('a part of its path is not a folder\n');
      expect(out).not.toContain('replay failures/');
    },
    240_000,
  );
});

describe('a full device for --json', () => {
  test.each([
    ['fuzz', ['fuzz', '--seeds', '1', '--workers', '1', '--json', full]],
    ['replay', ['replay', '1', '--json', full]],
    ['lab', ['lab', '2A-1', '--json', full]],
  ])('%s: a violation stays one', async (_name, argv) => {
    const { code, out, err } = await bad(...argv);
    expect(code, out + err).toBe(1);
    expect(out).toContain('exit code 1: 1 violation: ');
    expect(err).toContain(`whitewater: cannot write ${full}: no space left on the disk\n`);
  }, 240_000);

  test('a pass that could not be written is none: exit code 4, and the summary is there', async () => {
    const { code, out, err } = await whitewater(folder, 'fuzz', '--seeds', '1', '--workers', '1', '--json', full);
    expect(code, out + err).toBe(4);
    expect(out).toContain('1 passed, 0 violated, 0 unknown');
    expect(out).toContain(
      `exit code 4: 1 file that could not be written: cannot write ${full}: no space left on the disk\n`,
    );
  }, 240_000);

  test('check: an illegal history stays illegal', async () => {
    writeFileSync(join(folder, 'illegal.jsonl'), '{"client":0,"op":"read","output":3,"call":0,"return":1}\n');
    const { code, out, err } = await whitewater(
      folder, 'check', 'illegal.jsonl', '--model', 'register', '--json', full,
    );
    expect(code, out + err).toBe(1);
    expect(out).toContain('illegal.jsonl: illegal');
    expect(err).toContain(`whitewater: cannot write ${full}: no space left on the disk\n`);
  }, 240_000);
});

describe('an output that cannot be one is refused before anything is run: exit code 4', () => {
  writeFileSync(join(folder, 'ok.jsonl'), '{"client":0,"op":"write","value":3,"call":0,"return":1}\n');
  test.each([
    ['fuzz', ['fuzz', '--json', '']],
    ['lab', ['lab', '--json', '']],
    ['replay', ['replay', '1', '--trace', '']],
    ['explore', ['explore', '--json', '']],
    ['check', ['check', 'ok.jsonl', '--html', '']],
    ['gate', ['gate', '--out', '/proc/gate']],
  ])('%s without a name, or where nothing can be written', async (_name, argv) => {
    const { code, out, err } = await whitewater(folder, ...argv);
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^whitewater: cannot write .*\n$/);
  }, 240_000);

  test.each([
    ['check', ['check', 'ok.jsonl', '--json', './ok.jsonl']],
    ['replay', ['replay', 'ok.jsonl', '--json', 'ok.jsonl']],
    ['shrink', ['shrink', 'ok.jsonl', '--out', 'ok.jsonl']],
    ['merge', ['merge', 'ok.jsonl', '--json', 'ok.jsonl']],
    ['bugs', ['bugs', 'b.patch', '--json', 'b.patch']],
  ])('%s over what it reads', async (_name, argv) => {
    const { code, out, err } = await whitewater(folder, ...argv);
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^whitewater: .*\n$/);
  }, 240_000);
});
