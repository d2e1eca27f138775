/** Section 5.3 of the Raft paper: log replication. */
import { describe, expect, test } from 'vitest';
import type { Term } from '../../../core/raft/log.ts';
import type { AppendEntries } from '../../../core/raft/messages.ts';
import { propose } from '../../../core/raft/replication.ts';
import type { Raft, RaftStep } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/step.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';
import { fc, prop } from '../../support/property.ts';
import {
  accepts, appendEntries, clusterSizes, entryOf, follower, leader, leadership, peersOf, proposes, reply, sent, termsOf,
} from '../../support/raft-states.ts';
import { play, schedule } from '../../support/schedules.ts';

const proposal = (raft: Raft): RaftStep => {
  const { currentTerm, log } = raft.persistent;
  const { command, sizeBytes } = entryOf(currentTerm, log.lastIndex + 1);
  return propose(raft, command, sizeBytes);
};

/** Lets a leader and one follower talk until nothing is said any more; counts the requests. */
function converse(leading: Raft, following: Raft): { leader: Raft; follower: Raft; requests: number } {
  const { id } = following.config;
  let from = leading;
  let to = following;
  let request: AppendEntries | undefined = sent(onTimer(leading, 'heartbeat'), 'appendEntries').get(id);
  let requests = 0;
  while (request !== undefined) {
    requests += 1;
    if (requests > 200) throw new Error('leader and follower do not come to an end');
    const heard = onMessage(to, from.config.id, request);
    to = heard.raft;
    const answered = onMessage(from, id, reply(heard, 'appendEntriesReply'));
    from = answered.raft;
    request = sent(answered, 'appendEntries').get(id);
  }
  return { leader: from, follower: to, requests };
}

describe('log replication (section 5.3)', () => {
  test.each(clusterSizes)(
    'of %i servers: the leader appends a command and issues AppendEntries in parallel to each other server',
    (clusterSize) => {
      const step = proposal(leader({ clusterSize, log: [1], term: 2 }));
      expect(termsOf(step.raft)).toEqual([1, 2]);
      const requests = sent(step, 'appendEntries');
      expect([...requests.keys()]).toEqual(peersOf(step.raft));
      for (const request of requests.values())
        expect(request).toMatchObject({ prevLogIndex: 1, prevLogTerm: 1, entries: [entryOf(2, 2)] });
    },
  );

  test('each log entry stores the command with the term in which the leader received it, at an index of its own', () => {
    const raft = proposes(leader({ log: [1, 1], term: 4 }), 2);
    expect(raft.persistent.log.from(3, 2)).toEqual([entryOf(4, 3), entryOf(4, 4)]);
  });

  test('the leader retries AppendEntries indefinitely, even after it has responded to the client, until all followers store all entries', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
    cluster.deliver(({ to }) => to === 2);
    expect(cluster.answers.length).toBe(1);
    for (let i = 0; i < 20; i++) {
      cluster.timer(0, 'heartbeat');
      cluster.deliver(({ to }) => to === 2);
    }
    expect(cluster.server(2).raft.persistent.log.lastIndex).toBe(1);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(cluster.server(2).raft.persistent.log.lastIndex).toBe(2);
  });

  test('an entry is committed once the leader that created it has replicated it on a majority', () => {
    const raft = proposes(leader({ clusterSize: 5, term: 2 }), 1);
    const one = accepts(raft, 1, 1).raft;
    expect(one.commitIndex).toBe(0);
    expect(accepts(one, 2, 1).raft.commitIndex).toBe(1);
  });

  test('this also commits all preceding entries in the leader\'s log, those of previous leaders too', () => {
    const raft = proposes(leader({ clusterSize: 3, log: [1, 1, 2], term: 4 }), 1);
    expect(accepts(raft, 1, 4).raft.commitIndex).toBe(4);
  });

  test('the leader includes the highest index it knows to be committed in later AppendEntries, heartbeats too', () => {
    const raft = accepts(proposes(leader({ clusterSize: 3, term: 2 }), 2), 1, 2).raft;
    expect(
      [...sent(onTimer(raft, 'heartbeat'), 'appendEntries').values()].map(({ leaderCommit }) => leaderCommit),
    ).toEqual([2, 2]);
  });

  test('a follower that learns that an entry is committed applies it', () => {
    const cluster = new Cluster(3);
    cluster.elect(0);
    cluster.ask(0, firstClient, 1, { kind: 'put', key: 'k', value: 'v' });
    cluster.deliver();
    expect(cluster.server(1).machine.store.values.get('k')).toBeUndefined();
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    expect(cluster.server(1).machine.store.values.get('k')).toBe('v');
  });

  prop([schedule], { numRuns: 150 })(
    'Log Matching: entries of two logs with equal index and term hold the same command, and so do all before them',
    (given) => {
      play(given, ({ servers }, id) => {
        const mine = servers[id]!.raft.persistent.log;
        for (const server of servers) {
          const other = server!.raft.persistent.log;
          let agrees = false;
          for (
            let index = Math.min(mine.lastIndex, other.lastIndex);
            index > Math.max(mine.baseIndex, other.baseIndex);
            index--
          ) {
            agrees ||= mine.termAt(index) === other.termAt(index);
            if (agrees && mine.at(index) !== other.at(index)) expect(mine.at(index)).toEqual(other.at(index));
          }
        }
      });
    },
  );

  prop([schedule], { numRuns: 100 })(
    'Leader Append-Only: a leader never overwrites or deletes entries of its own log',
    (given) => {
      const before: Raft[] = [];
      play(given, ({ servers }, id) => {
        const { raft } = servers[id]!;
        const old = before[id];
        if (
          old?.role.kind === 'leader' &&
          raft.role.kind === 'leader' &&
          old.persistent.currentTerm === raft.persistent.currentTerm
        ) {
          expect(raft.persistent.log.lastIndex).toBeGreaterThanOrEqual(old.persistent.log.lastIndex);
          for (let index = raft.persistent.log.baseIndex + 1; index <= old.persistent.log.lastIndex; index++) {
            expect(raft.persistent.log.at(index)).toBe(old.persistent.log.at(index));
          }
        }
        before[id] = raft;
      });
    },
  );
});

describe('the consistency check and its repair (section 5.3)', () => {
  /** Figure 7: the log of the leader of term 8, and six followers that may be met when it comes to power. */
  const figure7 = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const followers: Readonly<Record<string, readonly Term[]>> = {
    a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
    b: [1, 1, 1, 4],
    c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    e: [1, 1, 1, 4, 4, 4, 4],
    f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  };

  test.each(Object.entries(followers))(
    "Figure 7 (%s): the follower comes to hold the leader's log and no more",
    (_, log) => {
      const leading = proposes(leader({ clusterSize: 7, log: figure7, term: 8 }), 1);
      const end = converse(leading, follower({ id: 3, clusterSize: 7, log, term: 7 }));
      expect(termsOf(end.follower)).toEqual([...figure7, 8]);
      expect(leadership(end.leader)).toMatchObject({
        nextIndex: expect.objectContaining({ 3: 12 }), matchIndex: expect.objectContaining({ 3: 11 }),
      });
    },
  );

  const twoLogs = fc.record({
    leading: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 }).map((terms) => terms.toSorted()),
    following: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 }).map((terms) => terms.toSorted()),
    shared: fc.nat(30),
  }).map(({ leading, following, shared }) => {
    // Two logs of one cluster: a common prefix, behind which no index holds the same term in both.
    const prefix = leading.slice(0, shared);
    const last = prefix.at(-1) ?? 1;
    const odd = (term: Term): Term => Math.max(last, term) * 2 + 1;
    const even = (term: Term): Term => Math.max(last, term) * 2 + 2;
    return {
      leading: [...prefix, ...leading.slice(shared).map(odd)],
      following: [...prefix, ...following.slice(shared).map(even)],
    };
  });

  prop([twoLogs, fc.constantFrom(1, 3, 1000)], { numRuns: 1000 })(
    "any follower comes to hold the leader's log, whatever is between them",
    ({ leading, following }, entriesPerMessageMax) => {
      const raft = proposes(leader({ clusterSize: 3, log: leading, term: 20, entriesPerMessageMax }), 1);
      const end = converse(raft, follower({ id: 1, log: following, term: 15 }));
      expect(termsOf(end.follower)).toEqual([...leading, 20]);
      expect(termsOf(end.leader)).toEqual([...leading, 20]);
    },
  );

  prop([twoLogs], { numRuns: 1000 })(
    'with one AppendEntries for each conflicting term, not one for each conflicting entry',
    ({ leading, following }) => {
      const raft = proposes(leader({ clusterSize: 3, log: leading, term: 20 }), 1);
      const end = converse(raft, follower({ id: 1, log: following, term: 15 }));
      const conflicting = new Set(following.filter((term, i) => term !== leading[i]));
      // One for each such term of the follower, one if its log is too short for the first probe, one that is accepted.
      expect(end.requests).toBeLessThanOrEqual(conflicting.size + 2);
    },
  );

  test('a refusal tells the term of the conflicting entry and the first index stored for that term', () => {
    const step = onMessage(follower({ log: [1, 2, 2, 2], term: 5 }), 1, appendEntries({ term: 5, prev: [4, 3] }));
    expect(reply(step, 'appendEntriesReply')).toEqual({
      kind: 'appendEntriesReply', term: 5, success: false, index: 4, conflictTerm: 2, conflictIndex: 2,
    });
  });

  test('or the end of the log, when it has no entry there', () => {
    const step = onMessage(follower({ log: [1, 2], term: 5 }), 1, appendEntries({ term: 5, prev: [7, 3] }));
    expect(reply(step, 'appendEntriesReply')).toMatchObject({ success: false, conflictTerm: 0, conflictIndex: 3 });
  });

  test('with it the leader bypasses all conflicting entries of that term', () => {
    const raft = leader({ clusterSize: 3, log: [1, 1, 4, 4, 4], term: 6 });
    const refused = (conflictTerm: Term, conflictIndex: number) => onMessage(raft, 1, {
      kind: 'appendEntriesReply', term: 6, success: false, index: 5, conflictTerm, conflictIndex,
    });
    // The leader has no entry of term 2: it goes on in front of the follower's first one.
    expect(leadership(refused(2, 3).raft).nextIndex[1]).toBe(3);
    // The leader has entries of term 1: behind the last of them the logs may differ, and there it asks.
    expect(leadership(refused(1, 1).raft).nextIndex[1]).toBe(3);
  });
});
