/** Arbitrary values of the core's types, as fast-check draws them. */
import fc from 'fast-check';
import { commandSizeBytes, type Command, type Operation, type Result } from '../../core/kv/command.ts';
import { configurationSizeBytes, serverChangeKinds, type Change, type Configuration } from '../../core/raft/members.ts';
import { snapshotSizeBytes, type MachineSnapshot } from '../../core/kv/snapshot.ts';
import { noSessions, withSession, type Session } from '../../core/kv/sessions.ts';
import { emptyStore, withValue } from '../../core/kv/store.ts';
import { tellings } from '../../core/kv/versioned.ts';
import type { NodeId } from '../../core/protocol.ts';
import { noopSizeBytes } from '../../core/raft/election.ts';
import type { Entry } from '../../core/raft/log.ts';
import type { Snapshot } from '../../core/raft/messages.ts';
import type { Write } from '../../core/raft/write.ts';
import type { ServerMessage } from '../../core/server.ts';

const codeUnit = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  // Half a surrogate pair, and what lies at the borders of one, two and three bytes.
  fc.integer({ min: 0xd800, max: 0xdfff }),
  fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff),
  fc.integer({ min: 0, max: 0xffff }),
);

/** Any sequence of UTF-16 code units, well formed or not. */
export const text: fc.Arbitrary<string> = fc
  .array(codeUnit, { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));

export const uint32 = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 0xffffffff }));

const nodeOrNull: fc.Arbitrary<NodeId | null> = fc.option(fc.integer({ min: 0, max: 1100 }));

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key: text }),
  fc.record({ kind: fc.constant('put' as const), key: text, value: text }),
  fc.record({ kind: fc.constant('append' as const), key: text, value: text }),
  fc.record({ kind: fc.constant('cas' as const), key: text, expected: text, value: text }),
);

const versionedOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('getVersion' as const), key: text }),
  fc.record({ kind: fc.constant('putVersion' as const), key: text, value: text, version: uint32 }),
);

const versionedResult: fc.Arbitrary<Result> = fc.oneof(
  fc.record({ told: fc.constantFrom(...tellings), version: uint32 }),
  fc.record({ told: fc.constant('OK' as const), version: uint32, value: text }),
);

export const result: fc.Arbitrary<Result> = fc.oneof(text, fc.boolean(), fc.constant(null), versionedResult);

const commandOf = (asked: fc.Arbitrary<Operation>): fc.Arbitrary<Command> =>
  fc.record({ client: uint32, sequence: uint32, operation: asked });

export const command: fc.Arbitrary<Command> = commandOf(
  fc.oneof({ arbitrary: operation, weight: 3 }, versionedOperation),
);

/** For one store: it has versions, or it has none. */
export const commands = (maxLength: number): fc.Arbitrary<readonly Command[]> =>
  fc.oneof(
    { arbitrary: fc.array(commandOf(operation), { maxLength }), weight: 3 },
    fc.array(commandOf(versionedOperation), { maxLength }),
  );

const commandInSession: fc.Arbitrary<Command> = fc.record({
  client: uint32, sequence: uint32, operation,
  inSession: fc.record({ session: uint32, timeUs: uint32, activeSinceUs: uint32 }),
});

/** Who takes part: of each server whether it votes, learns or is not there; a joint one where some go, or stay. */
const configuration: fc.Arbitrary<Configuration> = fc.oneof(
  fc
    .array(fc.constantFrom('votes', 'learns', 'absent'), { minLength: 1, maxLength: 7 })
    .map((parts) => ({ voters: placesOf(parts, 'votes'), learners: placesOf(parts, 'learns') })),
  fc
    .array(fc.constantFrom('votes', 'learns', 'absent', 'goes', 'stays', 'will learn'), { minLength: 1, maxLength: 7 })
    .map((parts) => ({
      voters: placesOf(parts, 'votes', 'stays'),
      learners: placesOf(parts, 'learns'),
      outgoing: { voters: placesOf(parts, 'goes', 'stays', 'will learn'), learnersNext: placesOf(parts, 'will learn') },
    })),
);

function placesOf(parts: readonly string[], ...of: readonly string[]): readonly NodeId[] {
  return parts.flatMap((part, id) => (of.includes(part) ? [id] : []));
}

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom(...serverChangeKinds), server: fc.nat(6) }),
  fc
    .array(fc.constantFrom('votes', 'learns', 'absent'), { maxLength: 7 })
    .map((parts) => ({
      kind: 'replaceServers' as const, voters: placesOf(parts, 'votes'), learners: placesOf(parts, 'learns'),
    })),
);

export const entry: fc.Arbitrary<Entry> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({ term: uint32, command: fc.option(fc.oneof(command, commandInSession)) })
      .map(({ term, command: asked }) => ({
        term, command: asked, sizeBytes: noopSizeBytes + (asked === null ? 0 : commandSizeBytes(asked)),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ term: uint32, configuration })
      .map(({ term, configuration: from }) => ({
        term, command: null, configuration: from, sizeBytes: noopSizeBytes + configurationSizeBytes(from),
      })),
  },
);

const entries = fc.array(entry, { maxLength: 4 });

/** What a machine holds, as pairs: keys and clients are different from each other. */
export interface Contents {
  readonly pairs: readonly (readonly [key: string, value: string])[];
  readonly sessions: readonly (readonly [client: NodeId, session: Session])[];
}

export const contents: fc.Arbitrary<Contents> = fc.record({
  pairs: fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 8 }),
  sessions: fc.uniqueArray(fc.tuple(uint32, fc.record({ sequence: uint32, result })), {
    selector: ([client]) => client, maxLength: 8,
  }),
});

export function holding({ pairs, sessions }: Contents): MachineSnapshot {
  return {
    store: pairs.reduce((store, [key, value]) => withValue(store, key, value), emptyStore),
    sessions: sessions.reduce((table, [client, session]) => withSession(table, client, session), noSessions),
  };
}

const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    lastIncludedIndex: uint32, lastIncludedTerm: uint32, data: contents.map(holding), told: fc.option(configuration),
  })
  .map(({ lastIncludedIndex, lastIncludedTerm, data, told }) => ({
    lastIncludedIndex, lastIncludedTerm, data, sizeBytes: snapshotSizeBytes(data),
    ...(told === null ? {} : { configuration: told }),
  }));

const plainMessage: fc.Arbitrary<ServerMessage> = fc.oneof(
  fc.record({ kind: fc.constant('requestVote' as const), term: uint32, lastLogIndex: uint32, lastLogTerm: uint32 }),
  fc.record({ kind: fc.constant('requestVoteReply' as const), term: uint32, voteGranted: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('heartbeat' as const, 'heartbeatReply' as const), term: uint32, round: uint32 }),
  fc.record({ kind: fc.constant('readIndex' as const), term: uint32, client: uint32, sequence: uint32 }),
  fc.record({
    kind: fc.constant('readIndexReply' as const), term: uint32, client: uint32, sequence: uint32, index: uint32,
  }),
  fc.record({
    kind: fc.constant('installChunk' as const), term: uint32, lastIncludedIndex: uint32, lastIncludedTerm: uint32,
    offset: uint32, data: fc.uint8Array({ maxLength: 20 }), done: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('installChunkReply' as const), term: uint32, lastIncludedIndex: uint32, offset: uint32,
    bytesStored: uint32,
  }),
  fc.record({ kind: fc.constant('requestPreVote' as const), term: uint32, lastLogIndex: uint32, lastLogTerm: uint32 }),
  fc.record({ kind: fc.constant('transferLeadership' as const), term: fc.constant(0 as const), to: uint32 }),
  fc.record({ kind: fc.constant('timeoutNow' as const), term: uint32 }),
  fc.record({
    kind: fc.constant('requestTransferVote' as const), term: uint32, lastLogIndex: uint32, lastLogTerm: uint32,
  }),
  fc.record({ kind: fc.constant('requestPreVoteReply' as const), term: uint32, voteGranted: fc.boolean() }),
  fc.record({
    kind: fc.constant('appendEntries' as const), term: uint32, prevLogIndex: uint32, prevLogTerm: uint32, entries,
    leaderCommit: uint32,
  }),
  fc.record({
    kind: fc.constant('appendEntriesReply' as const), term: uint32, success: fc.boolean(), index: uint32,
    conflictTerm: uint32, conflictIndex: uint32,
  }),
  fc.record({ kind: fc.constant('installSnapshot' as const), term: uint32, snapshot }),
  fc.record({ kind: fc.constant('installSnapshotReply' as const), term: uint32, lastIncludedIndex: uint32 }),
  fc.record({
    kind: fc.constant('clientRequest' as const),
    sequence: uint32,
    operation: fc.oneof({ weight: 5, arbitrary: operation }, { weight: 1, arbitrary: change }),
  }),
  fc.record({
    kind: fc.constant('clientRequest' as const),
    sequence: uint32,
    operation: fc.oneof({ weight: 5, arbitrary: operation }, { weight: 1, arbitrary: change }),
    session: uint32,
  }),
  fc.record({
    kind: fc.constant('sessionReply' as const), sequence: uint32, session: fc.option(fc.integer({ min: 0, max: 1100 })),
  }),
  fc.record({
    kind: fc.constant('clientReply' as const),
    sequence: uint32,
    outcome: fc.oneof(
      fc.record({ kind: fc.constant('done' as const), result }),
      fc.record({ kind: fc.constant('notLeader' as const), leaderId: nodeOrNull }),
    ),
  }),
);

const kindsInStay: readonly string[] = [
  'appendEntries', 'appendEntriesReply', 'installSnapshot', 'installSnapshotReply', 'installChunk', 'installChunkReply',
];

/** Some of those that may are of a later stay. */
export const message: fc.Arbitrary<ServerMessage> = fc
  .tuple(plainMessage, fc.option(fc.integer({ min: 1, max: 9 }), { freq: 2 }))
  .map(([plain, stay]) =>
    stay === null || !kindsInStay.includes(plain.kind) ? plain : ({ ...plain, stay } as ServerMessage),
  );

export const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('hardState' as const), currentTerm: uint32, votedFor: nodeOrNull }),
  fc.record({ kind: fc.constant('snapshot' as const), snapshot }),
  fc.record({ kind: fc.constant('truncate' as const), from: uint32 }),
  fc.record({ kind: fc.constant('append' as const), from: uint32, entries }),
);
