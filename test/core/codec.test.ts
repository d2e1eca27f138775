import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../core/assert.ts';
import { ByteReader, ByteWriter } from '../../core/bytes.ts';
import { decodeMessage, encodeMessage } from '../../core/codec.ts';
import { decodeRaftState, decodeWrite, encodeRaftState, encodeWrite } from '../../core/write-codec.ts';
import { commandSizeBytes, readResult, resultSizeBytes, writeCommand, writeResult } from '../../core/kv/command.ts';
import { noSessions } from '../../core/kv/sessions.ts';
import { encodeStoredSnapshot } from '../../core/entry-codec.ts';
import { encodeSnapshot } from '../../core/kv/snapshot.ts';
import { emptyStore } from '../../core/kv/store.ts';
import { Log, type Entry } from '../../core/raft/log.ts';
import type { Snapshot } from '../../core/raft/messages.ts';
import { noopSizeBytes } from '../../core/raft/election.ts';
import { configurationSizeBytes, type Outgoing } from '../../core/raft/members.ts';
import { hardStateSizeBytes, persistedSizeBytes } from '../../core/raft/persistence.ts';
import { blankPersistent, type Persistent } from '../../core/raft/state.ts';
import { command, contents, entry, holding, message, result, uint32, write } from '../support/arbitraries.ts';
import { reachableFrom } from '../support/reachable.ts';
import { fc, prop } from '../support/property.ts';

/** Two values are the same when their bytes are: snapshots hold trees whose shape tells their history. */
const forms = [
  {
    what: 'message', values: message, encode: (value: unknown) => encodeMessage(value as never),
    decode: decodeMessage as (bytes: Uint8Array) => unknown,
  },
  {
    what: 'write', values: write, encode: (value: unknown) => encodeWrite(value as never),
    decode: decodeWrite as (bytes: Uint8Array) => unknown,
  },
];

/** What can befall bytes on a wire or a disk. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('changed' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), by: fc.constant(0) }),
  fc.record({ kind: fc.constant('inserted' as const), at: fc.nat(), by: fc.integer({ min: 0, max: 255 }) }),
);

function damaged(
  bytes: Uint8Array, { kind, at, by }: { kind: 'changed' | 'cut' | 'inserted'; at: number; by: number },
): Uint8Array {
  const place = at % bytes.length;
  if (kind === 'cut') return bytes.slice(0, place);
  if (kind === 'inserted') return Uint8Array.of(...bytes.slice(0, place), by, ...bytes.slice(place));
  const changed = bytes.slice();
  changed[place] = (changed[place]! + by) & 0xff;
  return changed;
}

/** The value, or null when the bytes are refused; any other exception is a defect. */
function decodedOrRefused(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): { value: unknown } | null {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionFailed);
    return null;
  }
}

for (const { what, values, encode, decode } of forms) {
  describe(`a ${what} as bytes`, () => {
    prop([values], { numRuns: 1000 })('comes back equal', (value) => {
      const back = decode(encode(value));
      expect(encode(back)).toEqual(encode(value));
      expect(withoutTrees(back)).toEqual(withoutTrees(value));
    });

    prop([values], { numRuns: 300 })('shares no object with what it was made from', (value) => {
      const originals = reachableFrom(value);
      // The empty store and the empty table of sessions are constants of the core.
      const constants = reachableFrom(emptyStore, noSessions);
      const shared = [...reachableFrom(decode(encode(value)))].filter(
        (part) => originals.has(part) && !constants.has(part),
      );
      expect(shared).toEqual([]);
    });

    prop([values, damage], { numRuns: 2000 })(
      'damaged, is refused or is the one form of another value',
      (value, harm) => {
        const bytes = damaged(encode(value), harm);
        const read = decodedOrRefused(decode, bytes);
        if (read !== null) expect(encode(read.value)).toEqual(bytes);
      },
    );

    prop([values, fc.nat()], { numRuns: 500 })('cut short, is refused', (value, at) => {
      const bytes = encode(value);
      expect(() => decode(bytes.slice(0, at % bytes.length))).toThrow(AssertionFailed);
    });

    prop([values, fc.uint8Array({ minLength: 1, maxLength: 4 })], { numRuns: 300 })(
      'with something behind it, is refused',
      (value, extra) => {
        expect(() => decode(Uint8Array.of(...encode(value), ...extra))).toThrow(AssertionFailed);
      },
    );

    prop([fc.uint8Array({ maxLength: 60 })], { numRuns: 1000 })(
      'read from noise, is refused or is the one form of a value',
      (noise) => {
        const read = decodedOrRefused(decode, noise);
        if (read !== null) expect(encode(read.value)).toEqual(noise);
      },
    );
  });
}

/** The value with each snapshot's data in its canonical bytes. */
function withoutTrees(value: unknown): unknown {
  const holder = value as { snapshot?: Snapshot };
  return holder.snapshot === undefined
    ? value
    : { ...holder, snapshot: { ...holder.snapshot, data: encodeSnapshot(holder.snapshot.data as never) } };
}

describe('who takes part, as bytes', () => {
  const bytesOf = (voters: readonly number[], learners: readonly number[], outgoing?: Outgoing): Uint8Array => {
    const configuration = { voters, learners, ...(outgoing === undefined ? {} : { outgoing }) };
    return encodeWrite({
      kind: 'append',
      from: 1,
      entries: [
        { term: 1, command: null, configuration, sizeBytes: noopSizeBytes + configurationSizeBytes(configuration) },
      ],
    });
  };

  test('comes back, in its one order', () => {
    expect(decodeWrite(bytesOf([0, 2], [1]))).toMatchObject({
      entries: [{ command: null, configuration: { voters: [0, 2], learners: [1] } }],
    });
    for (const [voters, learners] of [
      [[2, 0], []], [[0, 0], []], [[0], [3, 1]],
    ] as const)
      expect(() => decodeWrite(bytesOf(voters, learners))).toThrow(AssertionFailed);
  });

  test('nobody votes and learns', () => expect(() => decodeWrite(bytesOf([0, 1], [1]))).toThrow(AssertionFailed));

  test('two sets of voters while it is joint, and who of the old one is to learn', () => {
    const outgoing = { voters: [0, 1], learnersNext: [1] };
    expect(decodeWrite(bytesOf([0, 2], [3], outgoing))).toMatchObject({
      entries: [{ configuration: { voters: [0, 2], learners: [3], outgoing } }],
    });
    expect(bytesOf([0, 2], [3], outgoing).length - bytesOf([0, 2], [3]).length).toBe(20);
    for (const learnersNext of [[0], [2], [4]])
      expect(() => decodeWrite(bytesOf([0, 2], [3], { voters: [0, 1], learnersNext }))).toThrow(AssertionFailed);
    expect(() => decodeWrite(bytesOf([0, 2], [1], { voters: [0, 1], learnersNext: [] }))).toThrow(AssertionFailed);
  });
});

describe('declared sizes are lengths of bytes', () => {
  const persistent: fc.Arbitrary<Persistent> = fc
    .record({
      currentTerm: uint32, votedFor: fc.option(fc.nat(6)),
      base: fc.option(fc.tuple(fc.integer({ min: 1, max: 100_000 }), uint32)),
      entries: fc.array(entry, { maxLength: 5 }), held: contents,
      told: fc.option(fc.constant({ voters: [0, 2], learners: [1] })),
    })
    .map(({ currentTerm, votedFor, base, entries, held, told }) => {
      const [index, term] = base ?? [0, 0];
      const data = holding(held);
      const snapshot =
        base === null
          ? null
          : {
              lastIncludedIndex: index,
              lastIncludedTerm: term,
              data,
              sizeBytes: encodeSnapshot(data).length,
              ...(told === null ? {} : { configuration: told }),
            };
      return {
        currentTerm, votedFor, log: Log.startingAfter(index, term, snapshot?.configuration).append(entries), snapshot,
      };
    });
  const snapshotBytes = ({ snapshot }: Persistent): Uint8Array | null =>
    snapshot === null ? null : encodeStoredSnapshot(snapshot);

  prop([command], { numRuns: 500 })('commandSizeBytes', (value) => {
    const to = new ByteWriter();
    writeCommand(to, value);
    expect(to.finish().length).toBe(commandSizeBytes(value));
  });

  prop([result], { numRuns: 300 })('resultSizeBytes, and a result comes back', (value) => {
    const to = new ByteWriter();
    writeResult(to, value);
    const bytes = to.finish();
    expect(bytes.length).toBe(resultSizeBytes(value));
    expect(readResult(new ByteReader(bytes))).toEqual(value);
  });

  prop([entry], { numRuns: 500 })('Entry.sizeBytes: the term, the length of the command, the command', (one) => {
    const empty = encodeWrite({ kind: 'append', from: 1, entries: [] }).length;
    expect(encodeWrite({ kind: 'append', from: 1, entries: [one] }).length - empty).toBe(one.sizeBytes);
  });

  test('hardStateSizeBytes: Raft\'s state with an empty log', () => {
    expect(encodeRaftState(blankPersistent).length).toBe(hardStateSizeBytes);
  });

  prop([persistent], { numRuns: 500 })('persistedSizeBytes: Raft\'s state without the snapshot', (held) => {
    expect(encodeRaftState(held).length).toBe(persistedSizeBytes(held));
  });

  prop([persistent], { numRuns: 500 })('Raft\'s state and its snapshot come back', (held) => {
    const back = decodeRaftState(encodeRaftState(held), snapshotBytes(held));
    expect(encodeRaftState(back)).toEqual(encodeRaftState(held));
    expect(snapshotBytes(back)).toEqual(snapshotBytes(held));
    expect([
      back.currentTerm, back.votedFor, back.log.sizeBytes, back.snapshot?.lastIncludedIndex,
      back.snapshot?.lastIncludedTerm, back.snapshot?.sizeBytes,
    ]).toEqual([
      held.currentTerm, held.votedFor, held.log.sizeBytes, held.snapshot?.lastIncludedIndex,
      held.snapshot?.lastIncludedTerm, held.snapshot?.sizeBytes,
    ]);
  });

  prop([persistent, damage], { numRuns: 500 })(
    "Raft's state, damaged, is refused or is the one form of another",
    (held, harm) => {
      const bytes = damaged(encodeRaftState(held), harm);
      const read = decodedOrRefused((damagedBytes) => decodeRaftState(damagedBytes, snapshotBytes(held)), bytes);
      if (read !== null) expect(encodeRaftState(read.value as Persistent)).toEqual(bytes);
    },
  );

  test('Raft\'s state that begins behind a snapshot is refused without one, and the other way round', () => {
    const behind = encodeRaftState({ ...blankPersistent, log: Log.startingAfter(7, 1) });
    expect(() => decodeRaftState(behind, null)).toThrow(AssertionFailed);
    expect(() => decodeRaftState(encodeRaftState(blankPersistent), new Uint8Array(8))).toThrow(AssertionFailed);
  });

  test('a size that is not true is refused when it is written', () => {
    const lying: Entry = { term: 1, command: null, sizeBytes: 9 };
    expect(() => encodeWrite({ kind: 'append', from: 1, entries: [lying] })).toThrow(AssertionFailed);
    const snapshot: Snapshot = {
      lastIncludedIndex: 1, lastIncludedTerm: 1, data: holding({ pairs: [], sessions: [] }), sizeBytes: 9,
    };
    expect(() => encodeWrite({ kind: 'snapshot', snapshot })).toThrow(AssertionFailed);
  });
});
