/** Section 5.2 of the Raft paper: leader election. */
import { describe, expect, test } from 'vitest';
import { blankPersistent, bootRaft, type Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import { bootServer } from '../../../core/server.ts';
import { across, Cluster, serverConfig } from '../../support/cluster.ts';
import { fc, prop } from '../../support/property.ts';
import {
  appendEntries, candidate, clusterSizes, configOf, follower, reply, requestVote, restartsElectionTimer, sent,
  standsForElection, winsElection,
} from '../../support/raft-states.ts';

/** An election among `size` servers of which the given ones stand at once; each voter hears them in its own order. */
function electAmong(
  size: number, standing: readonly number[], orders: readonly (readonly number[])[],
): readonly Raft[] {
  const servers = Array.from({ length: size }, (_, id) =>
    bootRaft(configOf({ id, clusterSize: size }), blankPersistent),
  );
  for (const id of standing) servers[id] = onTimer(servers[id]!, 'election').raft;
  const granted: [voter: number, to: number][] = [];
  for (const [voter, order] of orders.entries()) {
    for (const from of order) {
      if (from === voter) continue;
      const step = onMessage(servers[voter]!, from, requestVote(1, [0, 0]));
      servers[voter] = step.raft;
      if (reply(step, 'requestVoteReply').voteGranted) granted.push([voter, from]);
    }
  }
  for (const [voter, to] of granted) {
    servers[to] = onMessage(servers[to]!, voter, { kind: 'requestVoteReply', term: 1, voteGranted: true }).raft;
  }
  return servers;
}

const election = fc.integer({ min: 1, max: 7 }).chain((size) => {
  const ids = Array.from({ length: size }, (_, id) => id);
  return fc.subarray(ids, { minLength: 1 }).chain((standing) => fc.record({
    size: fc.constant(size),
    standing: fc.constant(standing),
    orders: fc.tuple(...ids.map(() => fc.shuffledSubarray(standing))),
  }));
});

describe('leader election (section 5.2)', () => {
  test('a server begins as a follower', () => {
    expect(bootRaft(configOf({}), blankPersistent).role).toEqual({ kind: 'follower', leaderId: null });
    expect(bootRaft(configOf({}), { ...blankPersistent, currentTerm: 4, votedFor: 0 }).role.kind).toBe('follower');
  });

  test('it waits for an election timeout from the moment it starts', () => {
    const { effects } = bootServer(serverConfig(0, 3), blankPersistent);
    expect(effects).toContainEqual({ kind: 'setTimer', timer: 'election', afterUs: { min: 150_000, max: 300_000 } });
  });

  test('it remains a follower as long as it receives valid RPCs from a leader', () => {
    let raft = follower({ term: 2 });
    for (let i = 0; i < 3; i++) {
      const step = onMessage(raft, 1, appendEntries({ term: 2, prev: [0, 0] }));
      expect(restartsElectionTimer(step)).toBe(true);
      raft = step.raft;
    }
    expect(raft.role).toEqual({ kind: 'follower', leaderId: 1 });
  });

  test('a heartbeat is an AppendEntries without entries; it leaves the log as it is', () => {
    const raft = follower({ term: 2, log: [1, 2] });
    const step = onMessage(raft, 1, appendEntries({ term: 2, prev: [2, 2] }));
    expect(step.raft.persistent).toBe(raft.persistent);
    expect(reply(step, 'appendEntriesReply').success).toBe(true);
  });

  test('to begin an election a follower increments its term, votes for itself and asks all others in parallel', () => {
    const step = onTimer(follower({ clusterSize: 4, term: 2 }), 'election');
    expect([step.raft.persistent.currentTerm, step.raft.persistent.votedFor, step.raft.role]).toEqual([
      3, 0, { kind: 'candidate', votes: [0] },
    ]);
    expect([...sent(step, 'requestVote').keys()]).toEqual([1, 2, 3]);
  });

  prop([election], { numRuns: 2000 })(
    'at most one candidate wins a term, however the votes fall, in clusters of 1 to 7',
    ({ size, standing, orders }) => {
      const servers = electAmong(size, standing, orders);
      expect(servers.filter((raft) => raft.role.kind === 'leader').length).toBeLessThanOrEqual(1);
    },
  );

  prop([election], { numRuns: 1000 })(
    'a server votes for at most one candidate in a term, first come, first served',
    ({ size, standing, orders }) => {
      const servers = electAmong(size, standing, orders);
      for (const [voter, raft] of servers.entries()) {
        const first = standing.includes(voter) ? voter : orders[voter]!.find((from) => from !== voter);
        expect(raft.persistent.votedFor).toBe(first ?? null);
      }
    },
  );

  prop([election], { numRuns: 1000 })(
    'a candidate wins exactly if a majority of all servers voted for it',
    ({ size, standing, orders }) => {
      const servers = electAmong(size, standing, orders);
      for (const id of standing) {
        const votes = servers.filter((raft) => raft.persistent.votedFor === id).length;
        expect(servers[id]!.role.kind).toBe(votes * 2 > size ? 'leader' : 'candidate');
      }
    },
  );

  test.each([2, 4, 6])('half of %i servers are no majority: an even split elects nobody', (size) => {
    const standing = [0, size - 1];
    const orders = Array.from({ length: size }, (_, voter) => (voter < size / 2 ? [0, size - 1] : [size - 1, 0]));
    expect(electAmong(size, standing, orders).map((raft) => raft.role.kind)).not.toContain('leader');
  });

  test.each(clusterSizes)(
    'of %i servers: half of them or fewer, cut off from the rest, elect nobody, and the rest can',
    (size) => {
      const minority = Array.from({ length: Math.floor(size / 2) }, (_, id) => id);
      const cluster = new Cluster(size);
      if (minority.length > 0) {
        cluster.timer(0, 'election');
        cluster.deliver(across(minority));
        expect(cluster.server(0).raft.role.kind).toBe('candidate');
      }
      const rest = size - minority.length;
      if (rest * 2 > size) cluster.elect(size - 1, across(minority));
    },
  );

  test('once it wins, it sends heartbeats to all others to establish its authority', () => {
    expect([...sent(winsElection({ clusterSize: 5 }), 'appendEntries').keys()]).toEqual([1, 2, 3, 4]);
  });

  test('a candidate recognizes a leader whose term is at least as large as its own, and returns to follower', () => {
    for (const term of [4, 5]) {
      const { raft } = onMessage(candidate({ term: 4 }), 1, appendEntries({ term, prev: [0, 0] }));
      expect([raft.persistent.currentTerm, raft.role]).toEqual([term, { kind: 'follower', leaderId: 1 }]);
    }
  });

  test('and keeps the vote that it gave itself in that term', () => {
    expect(
      onMessage(candidate({ term: 4 }), 1, appendEntries({ term: 4, prev: [0, 0] })).raft.persistent.votedFor,
    ).toBe(0);
  });

  test('a smaller term is rejected, and the candidate continues', () => {
    const raft = candidate({ term: 4 });
    const step = onMessage(raft, 1, appendEntries({ term: 3, prev: [0, 0] }));
    expect(step.raft).toBe(raft);
    expect(reply(step, 'appendEntriesReply')).toMatchObject({ success: false, term: 4 });
  });

  test('when votes are split, the candidate times out and starts a new election in the next term', () => {
    const again = onTimer(candidate({ clusterSize: 4, term: 4 }), 'election');
    expect([again.raft.persistent.currentTerm, again.raft.role.kind]).toEqual([5, 'candidate']);
    expect(sent(again, 'requestVote').size).toBe(3);
  });

  test('election timeouts are chosen anew from a fixed interval at the start of each election', () => {
    const timer = { kind: 'setTimer', timer: 'election', afterUs: { min: 150_000, max: 300_000 } };
    const first = standsForElection({ term: 4 });
    expect(first.effects).toContainEqual(timer);
    expect(onTimer(first.raft, 'election').effects).toContainEqual(timer);
  });

  test('a vote that arrives after the election is won changes nothing', () => {
    const { raft } = winsElection({ clusterSize: 5, term: 2 });
    const late = onMessage(raft, 4, { kind: 'requestVoteReply', term: 2, voteGranted: true });
    expect(late.raft).toBe(raft);
  });
});
