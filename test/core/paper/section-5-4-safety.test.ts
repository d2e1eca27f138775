/** Section 5.4 of the Raft paper: safety. The election restriction of 5.4.1 is in request-vote.test.ts. */
import { describe, expect, test } from 'vitest';
import type { LogIndex, Term } from '../../../core/raft/log.ts';
import { onMessage } from '../../../core/raft/step.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';
import { prop } from '../../support/property.ts';
import {
  accepts, appendEntries, follower, leader, leaderKnowing, proposes, termsOf,
} from '../../support/raft-states.ts';
import { play, schedule } from '../../support/schedules.ts';

describe('committing entries from previous terms (section 5.4.2)', () => {
  test('Figure 8 (c): an entry of an earlier term that a majority stores is not committed', () => {
    const raft = leaderKnowing({ clusterSize: 5, log: [1, 2], term: 4 }, { 1: 2, 2: 2 });
    expect(raft.commitIndex).toBe(0);
  });

  test('Figure 8 (c): not even when all servers store it', () => {
    expect(leaderKnowing({ clusterSize: 5, log: [1, 2], term: 4 }, { 1: 2, 2: 2, 3: 2, 4: 2 }).commitIndex).toBe(0);
  });

  test('Figure 8 (d): a leader of a later term may still overwrite it', () => {
    const step = onMessage(
      follower({ clusterSize: 5, log: [1, 2], term: 4 }), 4, appendEntries({ term: 5, prev: [1, 1], entries: [3] }),
    );
    expect(termsOf(step.raft)).toEqual([1, 3]);
  });

  test('Figure 8 (e): once an entry of the current term is on a majority, both are committed', () => {
    const raft = proposes(leader({ clusterSize: 5, log: [1, 2], term: 4 }), 1);
    const one = accepts(raft, 1, 3).raft;
    expect(one.commitIndex).toBe(0);
    expect(accepts(one, 2, 3).raft.commitIndex).toBe(3);
  });

  test('Figure 8 (e): and the server that could overwrite it cannot win an election any more', () => {
    const step = onMessage(follower({ clusterSize: 5, log: [1, 2, 4], term: 4 }), 4, {
      kind: 'requestVote', term: 5, lastLogIndex: 2, lastLogTerm: 3,
    });
    expect(step.effects.at(-1)).toMatchObject({ message: { voteGranted: false } });
  });

  test('log entries retain their original term numbers when a leader replicates entries of previous terms', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
    cluster.deliver(({ to }) => to === 2);
    cluster.elect(1);
    expect(termsOf(cluster.server(2).raft)).toEqual([1, 1, 2]);
  });

  test('a new leader without a no-op commits nothing by itself; with one it commits what it inherited (section 8)', () => {
    for (const noopOnElection of [false, true]) {
      const cluster = new Cluster(3, { noopOnElection });
      cluster.elect(0);
      cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
      cluster.deliver(({ message }) => message.kind === 'appendEntriesReply');
      cluster.elect(1);
      const { commitIndex, persistent } = cluster.server(1).raft;
      expect([commitIndex, persistent.log.lastIndex]).toEqual(noopOnElection ? [3, 3] : [0, 1]);
    }
  });
});

describe('the safety argument (section 5.4.3, Figure 3)', () => {
  prop([schedule], { numRuns: 200 })(
    'State Machine Safety: no two servers apply different commands at an index',
    (given) => {
      const applied = new Map<LogIndex, Term>();
      play(given, ({ servers }, id) => {
        const { log } = servers[id]!.raft.persistent;
        for (let index = log.baseIndex + 1; index <= servers[id]!.raft.lastApplied; index++) {
          expect(applied.get(index) ?? log.termAt(index)).toBe(log.termAt(index));
          applied.set(index, log.termAt(index));
        }
      });
    },
  );

  prop([schedule], { numRuns: 200 })(
    'Leader Completeness: what is committed is in the log of every later leader',
    (given) => {
      const committed = new Map<LogIndex, { readonly term: Term; readonly inTerm: Term }>();
      play(given, ({ servers }, id) => {
        const {
          role, commitIndex, persistent: { log, currentTerm },
        } = servers[id]!.raft;
        for (let index = log.baseIndex + 1; index <= commitIndex; index++) {
          if (!committed.has(index)) committed.set(index, { term: log.termAt(index), inTerm: currentTerm });
        }
        if (role.kind !== 'leader') return;
        for (const [index, { term, inTerm }] of committed) {
          if (currentTerm > inTerm && index > log.baseIndex) expect(log.has(index, term)).toBe(true);
        }
      });
    },
  );

  prop([schedule], { numRuns: 200 })(
    'what a client was told is done survives whatever happened, on every server',
    (given) => {
      const cluster = play(given, () => {});
      recover(cluster);
      const answered = cluster.answers.filter(({ message }) => message.outcome.kind === 'done');
      for (const {
        client, message: { sequence },
      } of answered) {
        for (const server of cluster.servers) {
          expect(server!.machine.sessions.byClient.get(client)!.sequence).toBeGreaterThanOrEqual(sequence);
          expect(server!.machine.store.values.get(`k${client - firstClient}`)!.split(';')).toContain(String(sequence));
        }
      }
    },
  );
});

/** The network loses nothing any more: somebody is elected, and all come to execute the same log. */
function recover(cluster: Cluster): void {
  cluster.letters = [];
  const leads = (): number => cluster.servers.findIndex((server) => server!.raft.role.kind === 'leader');
  // A first round brings all to one term, of a second one somebody with an up-to-date log is the winner.
  const standing = [...cluster.servers.keys(), ...cluster.servers.keys()];
  for (const [turn, id] of standing.entries()) {
    if (turn >= cluster.servers.length && leads() >= 0) break;
    cluster.timer(id, 'election');
    cluster.deliver();
  }
  const leading = leads();
  cluster.timer(leading, 'heartbeat');
  cluster.deliver();
  const executed = cluster.servers.map((server) => server!.machine.lastExecuted);
  expect(executed).toEqual(executed.map(() => cluster.server(leading).raft.persistent.log.lastIndex));
}
