/** Known bugs found by exhaustive search, each by a shortest run; and that run as a plan. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-explored-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = ['--clients', '0', '--max-term', '2', '--max-log', '2', '--symmetry', '--workers', '1'];

/** The property, the number of actions of a shortest run, and the distinct states seen until then. */
const found = [
  ['e01', 'One Vote Per Term', 3, 19],
  ['e02', 'Step Of The Specification', 5, 156],
  ['e03', 'Elected By Majority', 1, 2],
  ['e04', 'One Vote Per Term', 3, 19],
  ['e10', 'Term Monotonic', 4, 55],
  ['e11', 'Step Of The Specification', 4, 54],
  ['l03', 'Step Of The Specification', 8, 1_464],
  ['l04', 'Step Of The Specification', 5, 155],
  ['l08', 'Next Above Match', 5, 153],
  ['s22', 'Refusal Is A Conflict', 7, 762],
  ['c01', 'Commit Index Monotonic', 7, 762],
  ['c02', 'Committed By Majority', 12, 10_213],
  ['c03', 'Match Index Is Durable', 7, 756],
] as const;

interface Told {
  readonly properties: readonly { readonly name: string; readonly verdict: string }[];
}

describe.concurrent('whitewater --bug NAME explore', () => {
  test.each(found)('%s: %s, after %i actions, among %i states', async (bug, property, actions, distinct) => {
    const { code, out } = await whitewater(folder, '--bug', bug, 'explore', ...small);
    expect(code).toBe(1);
    const broken = /^ {2}violated +always: (.+?) \(after (\d+) actions?/m.exec(out)!;
    const seen = /^distinct ([\d,]+) /m.exec(out)!;
    expect([broken[1], Number(broken[2]), Number(seen[1]!.replaceAll(',', ''))]).toEqual([property, actions, distinct]);
  });
});

test('the counterexample is a plan: it fails on the planted core as on a failing seed, and the real core passes it', async () => {
  const explored = await whitewater(folder, '--bug', 'e02', 'explore', ...small);
  const plan = /as a plan of the simulator: (\S+)/.exec(explored.out)![1]!;
  expect(explored.out).toContain('the simulator finds it too, at step 8: Step Of The Specification');
  const replayed = await whitewater(folder, '--bug', 'e02', 'replay', plan);
  expect([replayed.code, /Step Of The Specification/.test(replayed.out)]).toEqual([1, true]);
  const reported = await whitewater(folder, '--bug', 'e02', 'report', plan);
  expect([reported.code, /Step Of The Specification/.test(reported.out)]).toEqual([1, true]);
  const pinned = await whitewater(folder, 'pin', plan, '--dir', 'pinned');
  expect(pinned.code, pinned.err).toBe(0);
  expect(pinned.out).toContain('it passes now');
});

test('m03, the change of 2015: One Change At A Time, after 5 actions, and the simulator takes them too', async () => {
  const { code, out } = await whitewater(
    folder, '--bug', 'm03', 'explore', '--clients', '0', '--members', '3', '--removals', '1', '--max-term', '2',
    '--max-log', '2', '--max-crashes', '0', '--max-raft-state=-1', '--symmetry', '--workers', '1',
  );
  expect([code, /^distinct ([\d,]+) /m.exec(out)![1]]).toEqual([1, '331']);
  expect(out).toContain(
    'violated   always: One Change At A Time (after 5 actions: n0 leads term 1 and changes {n0 n1 n2} to {n1 n2} at index 2: the leader has committed no entry of its term)',
  );
  expect(out).toContain('the simulator finds it too, at step 9: One Change At A Time');
  const plan = /as a plan of the simulator: (\S+)/.exec(out)![1]!;
  const replayed = await whitewater(folder, '--bug', 'm03', 'replay', plan);
  expect([replayed.code, /One Change At A Time/.test(replayed.out)]).toEqual([1, true]);
  expect((await whitewater(folder, 'replay', plan)).code).toBe(0);
}, 120_000);

test('m21, a snapshot with a later configuration: Snapshot Tells Who Takes Part, after 8 actions', async () => {
  const { code, out } = await whitewater(
    folder, '--bug', 'm21', 'explore', '--servers', '3', '--clients', '0', '--members', '2', '--additions', '1',
    '--max-term', '1', '--max-log', '3', '--max-crashes', '0', '--symmetry', '--workers', '1',
  );
  expect([code, /^distinct ([\d,]+) /m.exec(out)![1]]).toEqual([1, '34']);
  expect(out).toContain('violated   always: Snapshot Tells Who Takes Part (after 8 actions: ');
  expect(out).toContain('the simulator finds it too, at step 12: Snapshot Tells Who Takes Part');
}, 120_000);

test('the real core holds within the same bounds', async () => {
  const { code, out } = await whitewater(folder, 'explore', ...small, '--json', '-');
  expect(code).toBe(0);
  expect((JSON.parse(out) as Told).properties.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
});

test('--bug says what it needs', async () => {
  const { code, err } = await whitewater(folder, '--bug', 'e02');
  expect(code).toBe(4);
  expect(err).toContain('--bug takes a known bug and then a command');
});
