/** When the disk of a server may be replaced: it is out for good, and whoever knows that takes part. */
import { expect, test } from 'vitest';
import { Log, type Entry } from '../../../core/raft/log.ts';
import type { Configuration } from '../../../core/raft/members.ts';
import { blankPersistent, bootRaft, withCommitIndex, type Persistent, type Raft } from '../../../core/raft/state.ts';
import { newDiskFor, type ServerAndDisk } from '../../../scenarios/systems/new-disk.ts';
import { serverConfig } from '../../support/cluster.ts';

const noop: Entry = { term: 1, command: null, sizeBytes: 8 };
const puts = (voters: readonly number[], learners: readonly number[] = []): Entry => ({
  term: 1, command: null, configuration: { voters, learners }, sizeBytes: 8,
});
const pair: Configuration = { voters: [0, 1], learners: [] };
const diskOf = (currentTerm: number, ...entries: readonly Entry[]): Persistent => ({
  ...blankPersistent, currentTerm, log: Log.empty.append(entries),
});
const raftWith = (id: number, persistent: Persistent, commitIndex: number): Raft =>
  withCommitIndex(bootRaft(serverConfig(id, 3, { members: [0, 1, 2] }), persistent), commitIndex);
const server = (id: number, durable: Persistent, commitIndex: number | null): ServerAndDisk => ({
  raft: commitIndex === null ? null : raftWith(id, durable, commitIndex), durable,
});
/** n2 is taken out by entry 2; what follows is in the log of n0. */
const servers = (commitIndex: number | null, ...more: readonly Entry[]): ServerAndDisk[] => [
  server(0, diskOf(4, noop, puts([0, 1]), ...more), commitIndex),
  server(1, diskOf(4, noop, puts([0, 1])), 1),
  server(2, diskOf(9, noop), 1),
];

test('it is out when a server that votes knows it to be committed; the disk tells what that one knows', () => {
  const durable = newDiskFor(2, servers(2))!;
  expect([durable.currentTerm, durable.votedFor, durable.log.lastIndex, durable.log.founding]).toEqual([
    4, 2, 0, { index: 2, configuration: pair },
  ]);
});

test('not before that is known', () => expect(newDiskFor(2, servers(1))).toBeNull());
test('nor while who knows it is down', () => expect(newDiskFor(2, servers(null))).toBeNull());
test('nor for who takes part', () => expect(newDiskFor(1, servers(2))).toBeNull());
test('nor when anybody has a later configuration with it, committed or not', () => {
  expect(newDiskFor(2, servers(2, puts([0, 1], [2])))).toBeNull();
  expect(newDiskFor(2, servers(2, puts([0])))).not.toBeNull();
});
test('nor by the word of one that has no vote', () => {
  const [, second, third] = servers(2);
  const learner = server(0, diskOf(4, noop, puts([1], [0])), 2);
  expect(newDiskFor(2, [learner, second!, third!])).toBeNull();
});
test('a disk that holds nothing need not be replaced', () => {
  const [first, second] = servers(2);
  expect(newDiskFor(2, [first!, second!, server(2, blankPersistent, 0)])).toBeNull();
});
