import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import { encodeSnapshot, type MachineSnapshot } from '../../../core/kv/snapshot.ts';
import { Log } from '../../../core/raft/log.ts';
import { applyWrite, changes } from '../../../core/raft/persistence.ts';
import { blankPersistent, type Persistent } from '../../../core/raft/state.ts';
import { fc, prop } from '../../support/property.ts';
import { entriesOf, entryOf, persistentOf, snapshotAt } from '../../support/raft-states.ts';
import { play, schedule } from '../../support/schedules.ts';
import { copyOfPersistent } from '../../support/through-bytes.ts';

const replay = (durable: Persistent, after: Persistent): Persistent =>
  changes(durable, after).reduce(applyWrite, durable);

/** Everything of a durable state, snapshots by reference and entries one by one. */
const facts = ({ currentTerm, votedFor, log, snapshot }: Persistent): unknown => ({
  currentTerm,
  votedFor,
  snapshot,
  base: [log.baseIndex, log.baseTerm],
  entries: log.from(log.baseIndex + 1, log.lastIndex - log.baseIndex),
  sizeBytes: log.sizeBytes,
});

/** The same with snapshots by their bytes. */
function contentFacts(persistent: Persistent): unknown {
  const { snapshot } = persistent;
  const data = snapshot === null ? null : encodeSnapshot(snapshot.data as MachineSnapshot);
  return { ...(facts(persistent) as object), snapshot: snapshot === null ? null : { ...snapshot, data } };
}

describe('replaying the writes rebuilds the durable state exactly', () => {
  prop([schedule], { numRuns: 300 })('after every step of a cluster, whatever its network does', (given) => {
    play(given, ({ servers, disks }, id) => expect(facts(disks[id]!)).toEqual(facts(servers[id]!.raft.persistent)));
  });

  prop([schedule], { numRuns: 100 })('also from bytes, as a restarted server reads them', (given) => {
    const { disks, servers } = play(given, () => {});
    for (const [id, disk] of disks.entries()) {
      expect(contentFacts(copyOfPersistent(disk))).toEqual(contentFacts(servers[id]!.raft.persistent));
    }
  });

  test('and those schedules are not idle: they truncate, take snapshots and install them', () => {
    const seen = { appended: 0, truncated: 0, taken: 0, installed: 0, terms: 0 };
    fc.assert(fc.property(schedule, (given) => {
      let before: readonly Persistent[] = [];
      play(given, ({ disks }, id) => {
        const old = before[id] ?? blankPersistent;
        const now = disks[id]!;
        const kinds = changes(old, now).map((write) => write.kind);
        if (kinds.includes('append')) seen.appended += 1;
        if (kinds.includes('truncate')) seen.truncated += 1;
        if (kinds.includes('hardState')) seen.terms += 1;
        if (kinds.includes('snapshot'))
          seen[now.snapshot!.lastIncludedIndex > old.log.lastIndex ? 'installed' : 'taken'] += 1;
        before = disks.slice();
      });
    }), { seed: 1, numRuns: 200 });
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });

  /** Any two states of which the second can follow the first: cut, extended, compacted, overtaken by a snapshot. */
  const change = fc.record({
    terms: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 80 }),
    cutTo: fc.option(fc.nat(100)),
    more: fc.array(fc.integer({ min: 4, max: 6 }), { maxLength: 80 }),
    compactTo: fc.option(fc.nat(100)),
    installed: fc.option(fc.integer({ min: 1, max: 300 })),
    term: fc.nat(3),
    votedFor: fc.option(fc.nat(4)),
  });
  prop([change], { numRuns: 1000 })(
    'for any change of term, vote, snapshot and log at once',
    ({ terms, cutTo, more, compactTo, installed, term, votedFor }) => {
      const before = persistentOf({ log: terms.toSorted(), term: 3 });
      let log = cutTo === null ? before.log : before.log.truncateFrom(1 + (cutTo % (before.log.lastIndex + 1)));
      log = log.append(entriesOf(log.lastIndex + 1, more.toSorted()));
      let snapshot = before.snapshot;
      if (compactTo !== null && log.lastIndex > 0) {
        const index = 1 + (compactTo % log.lastIndex);
        snapshot = snapshotAt(index, log.termAt(index));
        log = log.compactTo(index);
      }
      if (installed !== null) {
        const index = log.baseIndex + installed;
        log = log.has(index, 7) ? log.compactTo(index) : Log.startingAfter(index, 7);
        snapshot = snapshotAt(index, 7);
      }
      const after: Persistent = { currentTerm: 3 + term, votedFor, log, snapshot };
      expect(facts(replay(before, after))).toEqual(facts(after));
    },
  );

  test('nothing changed, nothing is written', () => {
    const state = persistentOf({ log: [1, 1, 2], term: 2, votedFor: 1 });
    expect(changes(state, state)).toEqual([]);
    expect(changes(state, { ...state })).toEqual([]);
  });

  test('an entry that was replaced by one of the same term and command is still only known by identity: it is written', () => {
    const state = persistentOf({ log: [1, 1] });
    const replaced = { ...state, log: state.log.truncateFrom(2).append([entryOf(1, 2)]) };
    expect(changes(state, replaced).map((write) => write.kind)).toEqual(['truncate', 'append']);
  });

  test('a write that would leave a hole is refused', () => {
    expect(() =>
      applyWrite(persistentOf({ log: [1] }), { kind: 'append', from: 3, entries: entriesOf(3, [1]) }),
    ).toThrow(AssertionFailed);
  });

  test('a snapshot is never given up', () => {
    const state = persistentOf({ snapshot: [4, 1] });
    expect(() => changes(state, { ...state, snapshot: null })).toThrow(AssertionFailed);
  });
});
