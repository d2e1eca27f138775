/** Figure 2 of the Raft paper: the box "Rules for Servers". */
import { describe, expect, test } from 'vitest';
import type { RaftMessage } from '../../../core/raft/messages.ts';
import { propose } from '../../../core/raft/replication.ts';
import { majorityOf, type Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';
import { fc, prop } from '../../support/property.ts';
import {
  accepts, appendEntries, candidate, clusterSizes, entryOf, follower, grantsVote, installSnapshot, leader,
  leaderKnowing, leadership, peersOf, proposes, refuses, reply, requestVote, restartsElectionTimer, sendsNothing, sent,
  standsForElection, termsOf, winsElection,
} from '../../support/raft-states.ts';

const roles: readonly [string, (term: number) => Raft][] = [
  ['a follower', (term) => follower({ term, votedFor: 2 })],
  ['a candidate', (term) => candidate({ term })],
  ['a leader', (term) => leader({ term })],
];

const messagesOfTerm = (term: number): readonly RaftMessage[] => [
  requestVote(term, [0, 0]),
  { kind: 'requestVoteReply', term, voteGranted: false },
  appendEntries({ term, prev: [0, 0] }),
  { kind: 'appendEntriesReply', term, success: false, index: 0, conflictTerm: 0, conflictIndex: 1 },
  installSnapshot(term, 3, 1),
  { kind: 'installSnapshotReply', term, lastIncludedIndex: 0 },
];

describe('all servers', () => {
  for (const [who, inTerm] of roles) {
    test.each(messagesOfTerm(9).map((message) => [message.kind, message] as const))(
      `${who} that sees a later term in %s takes that term and is a follower (section 5.1)`, (_, message) => {
        const { raft } = onMessage(inTerm(3), 1, message);
        expect([raft.persistent.currentTerm, raft.role.kind]).toEqual([9, 'follower']);
      });

    test.each(messagesOfTerm(2).map((message) => [message.kind, message] as const))(
      `${who} changes nothing for an earlier term in %s (section 5.1)`, (_, message) => {
        const raft = inTerm(3);
        expect(onMessage(raft, 1, message).raft).toBe(raft);
      });
  }

  test('a later term clears the vote of the earlier one', () => {
    expect(
      onMessage(follower({ term: 3, votedFor: 2 }), 1, appendEntries({ term: 4, prev: [0, 0] })).raft.persistent
        .votedFor,
    ).toBeNull();
  });

  test('if commitIndex > lastApplied: applies the entries up to it to the state machine, in order (section 5.3)', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    for (const [i, value] of ['a', 'b', 'c'].entries())
      cluster.ask(0, firstClient + i, 1, { kind: 'append', key: 'k', value });
    cluster.deliver();
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    for (const id of [0, 1, 2]) {
      const { raft, machine } = cluster.server(id);
      expect([raft.commitIndex, raft.lastApplied, machine.lastExecuted, machine.store.values.get('k')]).toEqual([
        4, 4, 4, 'abc',
      ]);
    }
  });

  test('what is not committed is not applied', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
    expect([cluster.server(0).raft.persistent.log.lastIndex, cluster.server(0).machine.lastExecuted]).toEqual([2, 1]);
    expect(cluster.server(0).machine.store.values.get('k')).toBeUndefined();
  });
});

describe('followers (section 5.2)', () => {
  test('respond to RPCs from candidates and leaders', () => {
    const raft = follower({ term: 3 });
    expect(sent(onMessage(raft, 1, requestVote(3, [0, 0])), 'requestVoteReply').has(1)).toBe(true);
    expect(sent(onMessage(raft, 1, appendEntries({ term: 3, prev: [0, 0] })), 'appendEntriesReply').has(1)).toBe(true);
    expect(sent(onMessage(raft, 1, installSnapshot(3, 1, 1)), 'installSnapshotReply').has(1)).toBe(true);
  });

  test('if the election timeout elapses: become candidate', () => {
    expect(onTimer(follower({ term: 3 }), 'election').raft.role.kind).toBe('candidate');
  });

  test('AppendEntries from the current leader restarts the election timeout, accepted or refused', () => {
    const raft = follower({ term: 3, log: [1] });
    expect(restartsElectionTimer(onMessage(raft, 1, appendEntries({ term: 3, prev: [1, 1] })))).toBe(true);
    expect(restartsElectionTimer(onMessage(raft, 1, appendEntries({ term: 3, prev: [5, 3] })))).toBe(true);
  });

  test('so does InstallSnapshot from the current leader, and granting a vote', () => {
    expect(restartsElectionTimer(onMessage(follower({ term: 3 }), 1, installSnapshot(3, 1, 1)))).toBe(true);
    expect(restartsElectionTimer(onMessage(follower({ term: 3 }), 1, requestVote(3, [0, 0])))).toBe(true);
  });

  test('RPCs of an earlier term do not, and neither does a vote that is refused', () => {
    const raft = follower({ term: 3, votedFor: 2 });
    expect(restartsElectionTimer(onMessage(raft, 1, appendEntries({ term: 2, prev: [0, 0] })))).toBe(false);
    expect(restartsElectionTimer(onMessage(raft, 1, installSnapshot(2, 1, 1)))).toBe(false);
    expect(restartsElectionTimer(onMessage(raft, 1, requestVote(3, [0, 0])))).toBe(false);
  });
});

describe('candidates (section 5.2)', () => {
  const step = standsForElection({ clusterSize: 5, id: 2, log: [1], term: 4 });

  test('on conversion: increment currentTerm', () => expect(step.raft.persistent.currentTerm).toBe(4));
  test('on conversion: vote for self', () => {
    expect(step.raft.persistent.votedFor).toBe(2);
    expect(step.raft.role).toEqual({ kind: 'candidate', votes: [2] });
  });
  test('on conversion: reset the election timer', () => expect(restartsElectionTimer(step)).toBe(true));
  test('on conversion: send RequestVote to all other servers', () =>
    expect([...sent(step, 'requestVote').keys()]).toEqual([0, 1, 3, 4]));

  test.each(clusterSizes)('of %i servers: become leader with the votes of a majority and not before', (clusterSize) => {
    let raft = candidate({ clusterSize, term: 1 });
    let votes = 1;
    for (const voter of peersOf(raft)) {
      expect(raft.role.kind).toBe(votes * 2 > clusterSize ? 'leader' : 'candidate');
      raft = grantsVote(raft, voter).raft;
      votes += 1;
    }
    expect(raft.role.kind).toBe('leader');
  });

  test('a repeated vote counts once', () => {
    let raft = candidate({ clusterSize: 5, term: 1 });
    for (let i = 0; i < 5; i++) raft = grantsVote(raft, 1).raft;
    expect(raft.role.kind).toBe('candidate');
  });

  test('a vote that was refused, or granted in an earlier term, does not count', () => {
    const raft = candidate({ clusterSize: 3, term: 4 });
    expect(onMessage(raft, 1, { kind: 'requestVoteReply', term: 4, voteGranted: false }).raft).toBe(raft);
    expect(onMessage(raft, 1, { kind: 'requestVoteReply', term: 3, voteGranted: true }).raft).toBe(raft);
  });

  test('if AppendEntries is received from a new leader: convert to follower', () => {
    expect(onMessage(candidate({ term: 4 }), 1, appendEntries({ term: 4, prev: [0, 0] })).raft.role).toEqual({
      kind: 'follower', leaderId: 1,
    });
  });

  test('if the election timeout elapses: start a new election', () => {
    const again = onTimer(candidate({ clusterSize: 3, term: 4 }), 'election');
    expect([again.raft.persistent.currentTerm, again.raft.role]).toEqual([5, { kind: 'candidate', votes: [0] }]);
    expect([...sent(again, 'requestVote').values()].map(({ term }) => term)).toEqual([5, 5]);
  });
});

describe('leaders', () => {
  test.each(clusterSizes)(
    'of %i servers: upon election send a heartbeat to each other server (section 5.2)',
    (clusterSize) => {
      const step = winsElection({ clusterSize, log: [1], term: 2 });
      const heartbeats = sent(step, 'appendEntries');
      expect([...heartbeats.keys()]).toEqual(peersOf(step.raft));
      for (const heartbeat of heartbeats.values())
        expect(heartbeat).toEqual(appendEntries({ term: 2, prev: [1, 1], commit: step.raft.commitIndex }));
    },
  );

  test('repeat it during idle periods: the heartbeat timer is set anew whenever it fires', () => {
    const setsTimer = { kind: 'setTimer', timer: 'heartbeat', afterUs: { min: 50_000, max: 50_000 } };
    const elected = winsElection({ clusterSize: 3 });
    expect(elected.effects).toContainEqual(setsTimer);
    const beat = onTimer(elected.raft, 'heartbeat');
    expect(beat.effects).toContainEqual(setsTimer);
    expect(sent(beat, 'appendEntries').size).toBe(2);
  });

  test('a heartbeat comes well before the shortest election timeout', () => {
    const { heartbeatUs, electionTimeoutUs } = leader({}).config;
    expect(heartbeatUs * 2).toBeLessThanOrEqual(electionTimeoutUs.min);
  });

  test('if a command is received from a client: append an entry to the local log', () => {
    const { command, sizeBytes } = entryOf(3, 2);
    const step = propose(leader({ log: [1], term: 3 }), command, sizeBytes);
    expect(step.raft.persistent.log.at(2)).toEqual(entryOf(3, 2));
  });

  test('and respond after the entry is applied to the state machine, not before (section 5.3)', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'append', key: 'k', value: 'v' });
    expect(cluster.answers).toEqual([]);
    cluster.deliver();
    expect(cluster.answersTo(firstClient)).toEqual([
      { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: null } },
    ]);
    expect(cluster.server(0).machine.store.values.get('k')).toBe('v');
  });

  test('if last log index >= nextIndex for a follower: send AppendEntries with the entries from nextIndex on (section 5.3)', () => {
    const raft = proposes(leader({ clusterSize: 3, log: [1], term: 2 }), 2);
    const request = sent(onTimer(raft, 'heartbeat'), 'appendEntries').get(1)!;
    expect(request).toEqual(appendEntries({ term: 2, prev: [1, 1], entries: [2, 2], commit: raft.commitIndex }));
  });

  test('if successful: update nextIndex and matchIndex for the follower (section 5.3)', () => {
    const { nextIndex, matchIndex } = leadership(accepts(leader({ log: [1, 1, 2], term: 2 }), 1, 3).raft);
    expect([nextIndex[1], matchIndex[1]]).toEqual([4, 3]);
    expect([nextIndex[2], matchIndex[2]]).toEqual([4, 0]);
  });

  test('an old success takes neither of them back', () => {
    const raft = leaderKnowing({ clusterSize: 5, log: [1, 1, 2], term: 2 }, { 1: 3 });
    expect(accepts(raft, 1, 2).raft).toBe(raft);
  });

  test('if AppendEntries fails because of log inconsistency: decrement nextIndex and retry (section 5.3)', () => {
    const raft = leader({ log: [1, 1, 2], term: 2 });
    const step = onMessage(raft, 1, {
      kind: 'appendEntriesReply', term: 2, success: false, index: 3, conflictTerm: 0, conflictIndex: 3,
    });
    expect(leadership(step.raft).nextIndex[1]).toBe(3);
    expect(reply(step, 'appendEntries')).toEqual(appendEntries({ term: 2, prev: [2, 1], entries: [2] }));
  });

  test('nextIndex never falls to what the follower is known to match', () => {
    const raft = leaderKnowing({ clusterSize: 5, log: [1, 1, 2, 2], term: 2 }, { 1: 2 });
    const step = onMessage(raft, 1, {
      kind: 'appendEntriesReply', term: 2, success: false, index: 4, conflictTerm: 0, conflictIndex: 1,
    });
    expect(leadership(step.raft).nextIndex[1]).toBeGreaterThan(2);
  });

  test('a refusal that was overtaken by a newer reply is ignored', () => {
    const probed = refuses(leader({ clusterSize: 5, log: [1, 1, 2, 2], term: 3 }), 1, 3).raft;
    const repeated = onMessage(probed, 1, {
      kind: 'appendEntriesReply', term: 3, success: false, index: 4, conflictTerm: 0, conflictIndex: 1,
    });
    expect(repeated.raft).toBe(probed);
    expect(sendsNothing(repeated)).toBe(true);
  });

  const known = fc.integer({ min: 1, max: 7 }).chain((clusterSize) => fc.record({
    clusterSize: fc.constant(clusterSize),
    inherited: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 5 }).map((terms) => terms.toSorted()),
    own: fc.nat(3),
    matches: fc.array(fc.nat(8), { minLength: clusterSize - 1, maxLength: clusterSize - 1 }),
  }));
  prop([known], { numRuns: 2000 })(
    'commitIndex is the greatest N that a majority has matched and whose entry is of currentTerm (sections 5.3, 5.4)',
    ({ clusterSize, inherited, own, matches }) => {
      let raft = proposes(leader({ clusterSize, log: inherited, term: 3 }), own);
      const log = termsOf(raft);
      expect(log).toEqual([...inherited, ...new Array<number>(own).fill(3)]);
      const bounded = matches.map((match) => match % (log.length + 1));
      for (const [i, match] of bounded.entries()) raft = accepts(raft, i + 1, match).raft;
      let expected = 0;
      for (let n = 1; n <= log.length; n++) {
        const holders = 1 + bounded.filter((match) => match >= n).length;
        if (holders * 2 > clusterSize && log[n - 1] === 3) expected = n;
      }
      expect(raft.commitIndex).toBe(expected);
      expect(termsOf(raft)).toEqual(log);
    },
  );

  test.each(clusterSizes)(
    'of %i servers: an entry commits with exactly the acknowledgement that makes a majority',
    (clusterSize) => {
      const { command, sizeBytes } = entryOf(1, 1);
      let { raft } = propose(leader({ clusterSize, term: 1 }), command, sizeBytes);
      let holders = 1;
      for (const peer of peersOf(raft)) {
        expect(raft.commitIndex).toBe(holders * 2 > clusterSize ? 1 : 0);
        raft = accepts(raft, peer, 1).raft;
        holders += 1;
      }
      expect(raft.commitIndex).toBe(1);
      expect(majorityOf(clusterSize)).toBe([0, 1, 2, 2, 3, 3, 4, 4][clusterSize]);
    },
  );
});
