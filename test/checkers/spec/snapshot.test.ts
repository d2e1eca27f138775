/** Compaction and InstallSnapshot by their rules, one server at a time: section 7 and Figure 13. */
import { describe, expect, test } from 'vitest';
import { lastTermOf, PlainLog, type SpecLog } from '../../../checkers/spec/log.ts';
import type { InstallSnapshotRequest } from '../../../checkers/spec/message.ts';
import { firstRefusal } from '../../../checkers/spec/rule.ts';
import { settingFor, type SpecServer } from '../../../checkers/spec/server.ts';
import {
  compact, handleInstallSnapshotRequest, handleInstallSnapshotResponse, installSnapshot,
} from '../../../checkers/spec/snapshot.ts';

const setting = settingFor(3);
/** Terms by index, behind a snapshot that ends at `base`. */
const logOf = (terms: readonly number[], base = 0): PlainLog =>
  new PlainLog(
    terms.map((term, i) => ({ term, command: `${term}.${i + 1}` })), base,
  );
const server = (more: Partial<SpecServer> = {}): SpecServer => ({
  id: 1, role: 'follower', currentTerm: 5, votedFor: null, log: logOf([1, 2, 2, 4]), commitIndex: 2, votesGranted: [],
  nextIndex: [5, 5, 5], matchIndex: [0, 0, 0], ...more,
});
const request = (lastIncludedIndex: number, lastIncludedTerm: number, term = 5): InstallSnapshotRequest =>
  ({ kind: 'InstallSnapshotRequest', term, source: 0, dest: 1, lastIncludedIndex, lastIncludedTerm });
const shape = (log: SpecLog): readonly number[] => [log.baseIndex, log.baseTerm, log.lastIndex, lastTermOf(log)];

describe('a snapshot that is made', () => {
  const refusal = (index: number, of: SpecServer): string | null =>
    firstRefusal(compact.guards, of, { index }, setting)?.because ?? null;
  test.each([
    ['covers what is committed', 2, server(), null],
    ['and no more', 3, server(), 'index 3 is above commitIndex 2'],
    ['is later than the last one', 1, server({ log: logOf([1, 2, 2, 4], 1) }), 'the last snapshot ends at index 1'],
  ])('%s', (_what, index, of, because) => expect(refusal(index, of)).toBe(because));
  test('takes the place of what it covers', () => {
    expect(shape(compact.update(server(), { index: 2 }, setting).server.log)).toEqual([2, 2, 4, 4]);
  });
});

describe('a snapshot that is sent', () => {
  const leader = server({ role: 'leader', log: logOf([1, 2, 2, 4], 2), nextIndex: [2, 5, 3] });
  const refusal = (to: number, of = leader): string | null =>
    firstRefusal(installSnapshot.guards, of, { to }, setting)?.because ?? null;
  test('goes to who needs what is not in the log any more, from the leader', () => {
    expect([refusal(0), refusal(2)]).toEqual([null, 'nextIndex[2] = 3 is behind the snapshot, which ends at index 2']);
    expect(refusal(0, { ...leader, role: 'candidate' })).toBe('the server is a candidate');
  });
  test('says where it ends', () => {
    expect(installSnapshot.update(leader, { to: 0 }, setting)).toEqual({
      server: leader,
      sent: [
        { kind: 'InstallSnapshotRequest', term: 5, source: 1, dest: 0, lastIncludedIndex: 2, lastIncludedTerm: 2 },
      ],
    });
    expect(installSnapshot.update(leader, { to: 0, content: 'all' }, setting).sent).toMatchObject([{ content: 'all' }]);
  });
});

describe('a snapshot that is received', () => {
  const received = (of: SpecServer, message: InstallSnapshotRequest) => {
    const { server: after, sent } = handleInstallSnapshotRequest.update(of, message, setting);
    return { role: after.role, commitIndex: after.commitIndex, log: shape(after.log), sent };
  };
  const answer = (matchIndex: number) => [{ kind: 'InstallSnapshotResponse', term: 5, source: 1, dest: 0, matchIndex }];

  test.each([
    ['beyond the log takes its place', 6, 4, [6, 4, 6, 4], 6],
    ['that ends with an entry of the log leaves what follows', 3, 2, [3, 2, 4, 4], 3],
    ['that ends with the last entry leaves nothing', 4, 4, [4, 4, 4, 4], 4],
    ['that conflicts with the log takes all of it, of an older term', 3, 1, [3, 1, 3, 1], 3],
    ['that conflicts with the log takes all of it, of a newer term', 3, 4, [3, 4, 3, 4], 3],
  ])('%s', (_what, index, term, log, commitIndex) => {
    expect(received(server(), request(index, term))).toEqual({
      role: 'follower', commitIndex, log, sent: answer(index),
    });
  });

  test('with nothing new is acknowledged and not installed', () => {
    for (const index of [1, 2])
      expect(received(server(), request(index, index))).toEqual({
        role: 'follower', commitIndex: 2, log: [0, 0, 4, 4], sent: answer(index),
      });
  });

  test('makes a candidate of the term a follower, whether it is installed or not', () => {
    for (const index of [2, 6])
      expect(received(server({ role: 'candidate' }), request(index, 2)).role).toBe('follower');
  });

  test('of an older term is refused, and changes nothing', () => {
    expect(received(server({ role: 'candidate' }), request(6, 4, 4))).toEqual({
      role: 'candidate', commitIndex: 2, log: [0, 0, 4, 4], sent: answer(0),
    });
  });
});

describe('an acknowledgement of a snapshot', () => {
  const leader = server({ role: 'leader', nextIndex: [2, 5, 3] });
  const told = (matchIndex: number) => {
    const { nextIndex, matchIndex: known } = handleInstallSnapshotResponse.update(
      leader, { kind: 'InstallSnapshotResponse', term: 5, source: 0, dest: 1, matchIndex }, setting,
    ).server;
    return [nextIndex, known];
  };
  test('says how far the log of its sender matches; a refusal says nothing', () => {
    expect(told(3)).toEqual([[4, 5, 3], [3, 0, 0]]);
    expect(told(0)).toEqual([leader.nextIndex, leader.matchIndex]);
  });
});
