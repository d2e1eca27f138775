/** Our Raft as Figure 2 sees it, field by field. */
import { describe, expect, test } from 'vitest';
import type { AnyRaftMessage } from '../../../core/raft/option-messages.ts';
import { withCommitIndex, withLastApplied, type Raft, type RaftOptions } from '../../../core/raft/state.ts';
import type { ServerMessage } from '../../../core/server.ts';
import { raftSpecification } from '../../../scenarios/systems/raft-spec.ts';
import {
  accepts, candidate, follower, grantsVote, leader, leadership, proposes,
} from '../../support/raft-states.ts';

const specification = (more: object = {}) => raftSpecification({ servers: 3, network: {}, ...more });
const seen = (raft: Raft) => specification().server({ raft });
/** With options on. */
const given = (raft: Raft, options: RaftOptions): Raft => ({ ...raft, config: { ...raft.config, ...options } });

describe('a server', () => {
  test('that follows has its term, vote, log and commitIndex, and no more', () => {
    const { log, ...fields } = seen(follower({ id: 2, term: 7, votedFor: 1, log: [3, 7], commitIndex: 1 }));
    expect(fields).toEqual({
      id: 2, role: 'follower', currentTerm: 7, votedFor: 1, commitIndex: 1, votesGranted: [], nextIndex: [],
      matchIndex: [],
    });
    expect([log.baseIndex, log.baseTerm, log.lastIndex, log.termAt(1), log.termAt(2)]).toEqual([0, 0, 2, 3, 7]);
    expect(log.commandAt(2)).toMatchObject({ operation: { value: '7.2' } });
  });

  test('that stands has the votes that it was granted', () => {
    const standing = candidate({ id: 1, clusterSize: 5, term: 4 });
    expect(seen(standing)).toMatchObject({ role: 'candidate', currentTerm: 4, votedFor: 1, votesGranted: [1] });
    expect(seen(grantsVote(standing, 3).raft).votesGranted).toEqual([1, 3]);
  });

  test('that leads has what it knows of the others', () => {
    const leading = accepts(proposes(leader({ term: 2 }), 2), 1, 2).raft;
    const { nextIndex, matchIndex } = leadership(leading);
    expect(seen(leading)).toMatchObject({ role: 'leader', votesGranted: [], nextIndex, matchIndex });
    expect(matchIndex[1]).toBe(2);
  });

  test('that only asks whether it could win follows, and has the pre-votes that it was granted', () => {
    const raft: Raft = { ...follower({ term: 4 }), role: { kind: 'preCandidate', votes: [0, 1] } };
    const asking = seen(given(raft, { preVote: true }));
    expect(asking).toMatchObject({ role: 'follower', votesGranted: [], preVotes: [0, 1], hearsLeader: false });
    expect(seen(given(follower({}), { preVote: true })).preVotes).toBeNull();
  });

  test('that has heard its leader a short time ago says so, where PreVote or CheckQuorum ask for it', () => {
    const raft: Raft = { ...follower({ term: 4 }), role: { kind: 'follower', leaderId: 1, hasContact: true } };
    for (const options of [{ preVote: true }, { checkQuorum: true }]) {
      expect(seen(given(raft, options)).hearsLeader).toBe(true);
      expect(seen(given(follower({}), options)).hearsLeader).toBe(false);
    }
    expect(Object.keys(seen(raft))).not.toContain('hearsLeader');
    expect(Object.keys(seen(given(raft, { checkQuorum: true })))).not.toContain('preVotes');
  });

  test('that leads has its rounds and its reads, and to whom it hands over', () => {
    const waiting = { by: 1, client: 7, sequence: 3, index: 2, round: 5 };
    const office = {
      heard: [], rounds: { begun: 4, answered: [0, 4, 3], reads: [waiting], confirmed: [] },
      transfer: { to: 2, isTold: false },
    };
    const leading = (more: object): Raft => {
      const raft = leader({ term: 2 });
      return { ...raft, role: { ...raft.role, office: { ...office, ...more } } as Raft['role'] };
    };
    expect(seen(given(leading({}), { transfer: true }))).toMatchObject({
      rounds: { begun: 4, answered: [0, 4, 3], reads: [{ read: '7.3', by: 1, index: 2, round: 5 }], leased: [] },
      transferTo: 2,
    });
    const { rounds } = office;
    expect(seen(leading({ rounds: { ...rounds, leased: [waiting] } })).rounds!.leased).toEqual([
      { read: '7.3', by: 1, index: 2, round: 5 },
    ]);
    expect(seen(given(leading({ transfer: undefined }), { transfer: true })).transferTo).toBeNull();
    expect(Object.keys(seen(leader({ term: 2 })))).not.toContain('rounds');
    expect(Object.keys(seen(given(follower({}), { transfer: true })))).not.toContain('transferTo');
  });

  test('with a snapshot begins behind it', () => {
    const { log, commitIndex } = seen(follower({ log: [5], snapshot: [8, 4] }));
    expect([log.baseIndex, log.baseTerm, log.lastIndex, log.termAt(9), commitIndex]).toEqual([8, 4, 9, 5, 8]);
  });
});

test('what a leader held for its turn is asked for by the timer that takes it, also once it is held no more', () => {
  const abstraction = specification();
  const operation = { kind: 'get', key: 'k' } as const;
  const early = [2, 3].map((sequence) => ({
    client: 7, request: { kind: 'clientRequest', sequence, operation, unanswered: 1 } as const,
  }));
  const raft = follower({ term: 3, log: [1], commitIndex: 1 });
  abstraction.server({ raft, early });
  abstraction.server({ raft, early: early.slice(1) });
  abstraction.server({ raft });
  const commands = [2, 3].map((sequence) => ({ client: 7, sequence, operation, unanswered: 1 }));
  expect(abstraction.event({ kind: 'timer', timer: 'turn' })).toEqual({ kind: 'timer', commands });
  expect(abstraction.event({ kind: 'timer', timer: 'election' })).toEqual({ kind: 'timer' });
});

describe('the same object', () => {
  const { server } = specification();
  const raft = follower({ term: 3, log: [1, 3, 3], commitIndex: 1, lastApplied: 0 });
  const first = server({ raft });

  test('stands for a server as long as Figure 2 sees no change: what is applied is not its affair', () => {
    expect(server({ raft })).toBe(first);
    expect(server({ raft: withLastApplied(raft, 1) })).toBe(first);
  });

  test('does not stand for one that has committed more, nor for one with another role', () => {
    const committed = server({ raft: withCommitIndex(raft, 2) });
    expect(committed).not.toBe(first);
    expect(committed.commitIndex).toBe(2);
    expect(server({ raft: { ...raft, commitIndex: 2, role: { kind: 'follower', leaderId: 1 } } })).not.toBe(committed);
    expect(server({ raft: follower({ term: 4, log: [1, 3, 3], commitIndex: 2 }) }).currentTerm).toBe(4);
  });

  test('is its log while the log is the same one', () => {
    const before = server({ raft });
    expect(server({ raft: withCommitIndex(raft, 2) }).log).toBe(before.log);
    expect(server({ raft: follower({ term: 3, log: [1, 3, 3], commitIndex: 2 }) }).log).not.toBe(before.log);
  });

  test('is never another server\'s', () => {
    expect(server({ raft }).id).toBe(0);
    const other = server({ raft: { ...raft, config: { ...raft.config, id: 1 } } });
    expect(other.id).toBe(1);
    expect(server({ raft }).id).toBe(0);
  });
});

test('logs that grew from one share what they have in common, and say so of no more than that', () => {
  const { server } = specification();
  const before = proposes(leader({ term: 2 }), 40);
  const [one, more] = [server({ raft: before }).log, server({ raft: proposes(before, 40) }).log];
  expect(more.sharesWith!(one, 1, 32)).toBe(true);
  expect(more.sharesWith!(one, 1, 41)).toBe(false);
  expect(more.sharesWith!(one, 0, 32)).toBe(false);
  expect(server({ raft: proposes(leader({ term: 2 }), 40) }).log.sharesWith!(one, 1, 32)).toBe(false);
});

describe('a message', () => {
  const snapshot = { lastIncludedIndex: 5, lastIncludedTerm: 2, data: null as never, sizeBytes: 0 };
  const entries = [{ term: 2, command: null, sizeBytes: 8 }];
  test.each<[AnyRaftMessage, object]>([
    [
      { kind: 'requestVote', term: 3, lastLogIndex: 4, lastLogTerm: 2 },
      { kind: 'RequestVoteRequest', term: 3, lastLogIndex: 4, lastLogTerm: 2 },
    ],
    [
      { kind: 'requestVoteReply', term: 3, voteGranted: true },
      { kind: 'RequestVoteResponse', term: 3, voteGranted: true },
    ],
    [
      { kind: 'requestVoteReply', term: 3, voteGranted: false },
      { kind: 'RequestVoteResponse', term: 3, voteGranted: false },
    ],
    [
      { kind: 'appendEntries', term: 3, prevLogIndex: 4, prevLogTerm: 2, entries, leaderCommit: 1 },
      { kind: 'AppendEntriesRequest', term: 3, prevLogIndex: 4, prevLogTerm: 2, entries, leaderCommit: 1 },
    ],
    [
      { kind: 'appendEntriesReply', term: 3, success: true, index: 5, conflictTerm: 0, conflictIndex: 0 },
      { kind: 'AppendEntriesResponse', term: 3, success: true, matchIndex: 5 },
    ],
    [
      { kind: 'appendEntriesReply', term: 3, success: false, index: 5, conflictTerm: 2, conflictIndex: 4 },
      { kind: 'AppendEntriesResponse', term: 3, success: false, matchIndex: 0 },
    ],
    [
      { kind: 'installSnapshot', term: 3, snapshot },
      { kind: 'InstallSnapshotRequest', term: 3, lastIncludedIndex: 5, lastIncludedTerm: 2 },
    ],
    [
      { kind: 'installSnapshotReply', term: 3, lastIncludedIndex: 5 },
      { kind: 'InstallSnapshotResponse', term: 3, matchIndex: 5 },
    ],
    [
      { kind: 'requestPreVote', term: 4, lastLogIndex: 4, lastLogTerm: 2 },
      { kind: 'PreVoteRequest', term: 4, lastLogIndex: 4, lastLogTerm: 2 },
    ],
    [
      { kind: 'requestPreVoteReply', term: 4, voteGranted: true },
      { kind: 'PreVoteResponse', term: 4, voteGranted: true },
    ],
    [{ kind: 'heartbeat', term: 3, round: 5 }, { kind: 'HeartbeatRequest', term: 3, round: 5 }],
    [{ kind: 'heartbeatReply', term: 3, round: 5 }, { kind: 'HeartbeatResponse', term: 3, round: 5 }],
    [
      { kind: 'readIndex', term: 3, client: 7, sequence: 2 }, { kind: 'ReadIndexRequest', term: 3, read: '7.2' },
    ],
    [
      { kind: 'readIndexReply', term: 3, client: 7, sequence: 2, index: 5 },
      { kind: 'ReadIndexResponse', term: 3, read: '7.2', index: 5 },
    ],
    [
      {
        kind: 'installChunk', term: 3, lastIncludedIndex: 5, lastIncludedTerm: 2, offset: 8, data: new Uint8Array(4),
        done: true,
      },
      { kind: 'InstallChunkRequest', term: 3, lastIncludedIndex: 5, lastIncludedTerm: 2, isDone: true },
    ],
    [
      { kind: 'installChunkReply', term: 3, lastIncludedIndex: 5, offset: 8, bytesStored: 8 },
      { kind: 'InstallChunkResponse', term: 3 },
    ],
    [{ kind: 'timeoutNow', term: 3 }, { kind: 'TimeoutNow', term: 3 }],
    [
      { kind: 'requestTransferVote', term: 3, lastLogIndex: 4, lastLogTerm: 2 },
      { kind: 'RequestVoteRequest', term: 3, lastLogIndex: 4, lastLogTerm: 2, isWished: true },
    ],
  ])('%j', (message, told) => {
    expect(specification().message(1, 2, message)).toEqual({ source: 1, dest: 2, ...told });
  });

  test.each([
    { kind: 'clientRequest' }, { kind: 'clientReply' }, { kind: 'sessionReply' }, { kind: 'transferLeadership' },
  ])("%j is not the specification's", (message) =>
    expect(specification().message(1, 2, message as ServerMessage)).toBeNull(),
  );
});

describe('an event', () => {
  const { event } = specification();
  test('of a client is its command', () => {
    const operation = { kind: 'get', key: 'k' } as const;
    expect(event({ kind: 'message', from: 7, message: { kind: 'clientRequest', sequence: 3, operation } })).toEqual({
      kind: 'request', commands: [{ client: 7, sequence: 3, operation }],
    });
    expect(event({ kind: 'request', id: 0, request: { kind: 'start', command: 42 } })).toEqual({
      kind: 'request', commands: [42],
    });
  });
  test('of an operator is to whom a leader is to hand over', () =>
    expect(event({ kind: 'message', from: 9, message: { kind: 'transferLeadership', term: 0, to: 2 } })).toEqual({
      kind: 'transfer', to: 2,
    }));
  test('that Figure 2 does not know is another; a timer is a timer, but for the service\'s', () => {
    for (const kind of ['clientReply', 'sessionReply', 'installChunk'])
      expect(event({ kind: 'message', from: 7, message: { kind } as ServerMessage }), kind).toEqual({ kind: 'other' });
    expect(event({ kind: 'unreachable', node: 1 })).toEqual({ kind: 'other' });
    expect(['election', 'heartbeat', 'apply'].map((timer) => event({ kind: 'timer', timer }).kind)).toEqual([
      'timer', 'timer', 'other',
    ]);
  });
});

test('the specification is told how many servers there are, what is a no-op, and whether messages may be forged', () => {
  const { options, initialTerm, mayForge, notSpecified } = specification({ servers: 5 });
  expect([options.servers, options.isPrompt, initialTerm, mayForge, notSpecified]).toEqual([5, true, 0, false, []]);
  expect([options.isNoOp!(null), options.isNoOp!(undefined), options.isNoOp!(0), options.isNoOp!('')]).toEqual([
    true, true, false, false,
  ]);
  expect([
    specification({ network: { checksums: true } }).mayForge, specification({ network: { checksums: false } }).mayForge,
  ]).toEqual([false, true]);
});
