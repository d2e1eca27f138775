/**
 * A step costs the same at entry 10 and at entry 100,000 of a log that is not compacted.
 *
 * Not by time: what a step makes anew is counted, as objects and as their fields and slots that are
 * not part of the state before. Whatever is shared by reference costs nothing.
 */
import { describe, expect, test, vi } from 'vitest';
import { Vector } from '../../core/immutable/vector.ts';
import { apply, newMachine } from '../../core/kv/machine.ts';
import { takeSnapshot } from '../../core/kv/snapshot.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import { changes } from '../../core/raft/persistence.ts';
import { propose } from '../../core/raft/replication.ts';
import { compact } from '../../core/raft/snapshot.ts';
import { withLastApplied, type Raft } from '../../core/raft/state.ts';
import { onMessage, onTimer } from '../../core/raft/step.ts';
import { appendEntries, entryOf, follower, leader, leaderKnowing, type Given } from '../support/raft-states.ts';
import { madeBy, reachableFrom } from '../support/reachable.ts';

/** Equal remainders by 32, the width of the log's blocks: so the last blocks are equally full. */
const near = 10;
const far = 100_010;

const logOf = (length: LogIndex): Given => ({
  clusterSize: 3, log: new Array<number>(length).fill(1), commitIndex: length - 2,
});

const proposes = (length: LogIndex): { before: Raft; after: Raft } => {
  const before = leaderKnowing({ ...logOf(length), term: 2 }, { 1: length, 2: length });
  const { command, sizeBytes } = entryOf(2, length + 1);
  return { before, after: propose(before, command, sizeBytes).raft };
};

const steps: Readonly<Record<string, (length: LogIndex) => { before: Raft; after: unknown }>> = {
  'a leader takes a proposal': proposes,
  'a leader takes a proposal and sends it to all': (length) => {
    const { before } = proposes(length);
    const { command, sizeBytes } = entryOf(2, length + 1);
    return { before, after: propose(before, command, sizeBytes) };
  },
  'a follower appends an entry': (length) => {
    const before = follower(logOf(length));
    return {
      before,
      after: onMessage(before, 1, appendEntries({ term: 1, prev: [length, 1], entries: [1], commit: length })),
    };
  },
  'a follower drops a conflicting entry and takes another': (length) => {
    const before = follower(logOf(length));
    return { before, after: onMessage(before, 1, appendEntries({ term: 2, prev: [length - 1, 1], entries: [2] })) };
  },
  'a leader sends heartbeats': (length) => {
    const before = leaderKnowing({ ...logOf(length), term: 2 }, { 1: length, 2: length });
    return { before, after: onTimer(before, 'heartbeat') };
  },
  'a server stands for election': (length) => {
    const before = follower(logOf(length));
    return { before, after: onTimer(before, 'election') };
  },
  'a server takes a snapshot of one more entry': (length) => {
    const before = withLastApplied(follower({ ...logOf(length), commitIndex: length }), length);
    const once = compact(before, length - 1, takeSnapshot(newMachine), 8);
    return { before: once, after: compact(once, length, takeSnapshot(newMachine), 8) };
  },
};

describe(`a step costs the same at entry ${near} and at entry ${far}`, () => {
  test.each(Object.entries(steps))('%s', (_, step) => {
    const small = step(near);
    const large = step(far);
    const made = madeBy(small.before, small.after);
    expect(madeBy(large.before, large.after)).toEqual(made);
    expect(made.objects).toBeGreaterThan(0);
  });

  test('what is to be written is found by reading two blocks at most, whatever the length', () => {
    for (const length of [near, 1000, far]) {
      const { before, after } = proposes(length);
      const reads = vi.spyOn(Vector.prototype, 'at');
      const writes = changes(before.persistent, after.persistent);
      const count = reads.mock.calls.length;
      reads.mockRestore();
      expect(writes.map((write) => write.kind === 'append' && write.entries.length)).toEqual([1]);
      expect(count).toBeLessThanOrEqual(2 * 32);
      expect(count).toBeGreaterThan(0);
    }
  });

  test('the dearest append, at which a block is full, makes one array more for each level of the log\'s tree', () => {
    const cost = (length: LogIndex): number => {
      const before = follower({ ...logOf(length) });
      return madeBy(before.persistent.log, before.persistent.log.append([entryOf(1, length + 1)])).slots;
    };
    // Positions 1 to 31 fill the first block, position 0 being unused. 100,000 items stand in 4 levels of 32.
    expect(cost(31)).toBeLessThan(3 * 32);
    expect(cost(99_999)).toBeLessThan(6 * 32);
  });
});

describe('compaction gives back the memory of everything up to its index (Lab 3B)', () => {
  test('no entry of the prefix can be reached from the server any more', () => {
    const before = follower({ ...logOf(5000), commitIndex: 5000 });
    const dropped = before.persistent.log.from(1, 4990);
    const kept = before.persistent.log.from(4991, 10);
    const alive = reachableFrom(compact(before, 4990, takeSnapshot(newMachine), 8));
    expect(dropped.filter((entry) => alive.has(entry))).toEqual([]);
    expect(kept.every((entry) => alive.has(entry))).toBe(true);
  });

  test('neither can it be reached from a log that was kept short by many snapshots', () => {
    let raft = leader({ clusterSize: 1, term: 1 });
    for (let index = 1; index <= 2000; index++) {
      const { command, sizeBytes } = entryOf(1, index);
      raft = withLastApplied(propose(raft, command, sizeBytes).raft, index);
      if (index % 10 === 0) raft = compact(raft, index, takeSnapshot(newMachine), 8);
    }
    expect(raft.persistent.log.lastIndex).toBe(2000);
    // What is left: the empty block and trie, no entry, no command.
    expect([...reachableFrom(raft.persistent.log)].filter((object) => 'command' in object)).toEqual([]);
    expect(reachableFrom(raft.persistent.log).size).toBeLessThanOrEqual(4);
  });

  test('a snapshot shares the store with the machine that goes on', () => {
    let machine = newMachine;
    for (let i = 1; i <= 1000; i++)
      machine = apply(machine, i, { client: 1, sequence: i, operation: { kind: 'put', key: `k${i}`, value: '' } });
    expect(madeBy(machine, takeSnapshot(machine))).toEqual({ objects: 1, slots: 2 });
  });
});
