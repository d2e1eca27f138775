/** Ongaro's dissertation, 3.10: leadership transfer extension. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import type { Change } from '../../../core/raft/members.ts';
import type { ServerConfig } from '../../../core/server.ts';
import { logServerProcess } from '../../../core/log-server.ts';
import type { Raft } from '../../../core/raft/state.ts';
import { onMessage, onTimer } from '../../../core/raft/options.ts';
import { across, Cluster, firstClient, type Letter } from '../../support/cluster.ts';
import {
  accepts, appendEntries, follower, grantsVote, leader, leaderKnowing, requestVote, sent, type Given,
} from '../../support/raft-states.ts';

const put: Operation = { kind: 'put', key: 'k', value: 'v' };
const c0 = firstClient;
const options = { transfer: true };
const leading = (given: Given = {}): Raft => leader({ term: 2, log: [2, 2], ...given, options });
const knowing = (matches: Readonly<Record<number, number>>): Raft =>
  leaderKnowing({ term: 2, log: [2, 2], options }, matches);
const asked = (raft: Raft, to = 1) => onMessage(raft, raft.config.id, { kind: 'transferLeadership', term: 0, to });
const transferOf = (raft: Raft) => (raft.role.kind === 'leader' ? raft.role.office!.transfer : 'no leader');
const led = (size = 3, changed: Partial<ServerConfig> = {}): Cluster => {
  const cluster = new Cluster(size, { ...options, ...changed });
  cluster.elect(0);
  cluster.timer(0, 'heartbeat');
  cluster.deliver();
  return cluster;
};
const wish = (cluster: Cluster, to = 1, node = 0): void =>
  cluster.handle(node, { kind: 'message', from: node, message: { kind: 'transferLeadership', term: 0, to } });
const roles = (cluster: Cluster) => cluster.servers.map((server) => server!.raft.role.kind);
const isTold = ({ message }: Letter): boolean => message.kind === 'timeoutNow';
const outcomes = (cluster: Cluster) => cluster.answersTo(c0).map(({ outcome }) => outcome);

describe('step 1: the prior leader stops accepting new client requests', () => {
  test('they are refused, with a word on whom to ask, and its log stays as it is', () => {
    const cluster = led();
    wish(cluster);
    const { lastIndex } = cluster.server(0).raft.persistent.log;
    cluster.ask(0, c0, 1, put);
    expect(outcomes(cluster)).toEqual([{ kind: 'notLeader', leaderId: 1 }]);
    expect(cluster.server(0).raft.persistent.log.lastIndex).toBe(lastIndex);
  });

  test('what it has taken before is committed and answered as ever', () => {
    const cluster = led();
    cluster.ask(0, c0, 1, put);
    wish(cluster);
    cluster.deliver(isTold);
    expect(outcomes(cluster)).toEqual([{ kind: 'done', result: null }]);
  });

  test('Raft alone refuses as well', () => {
    const process = logServerProcess({ ...led().server(0).config, clusterSize: 2, snapshotEvery: 0 });
    const start = (state: ReturnType<typeof process.boot>['state']) =>
      process.step(state, { kind: 'request', id: 7, request: { kind: 'start', command: 1 } }).effects.at(-1);
    let { state } = process.step(process.boot(process.blank).state, { kind: 'timer', timer: 'election' });
    ({ state } = process.step(state, {
      kind: 'message', from: 1, message: { kind: 'requestVoteReply', term: 1, voteGranted: true },
    }));
    expect(start(state)).toMatchObject({ kind: 'reply', reply: { isLeader: true } });
    ({ state } = process.step(state, {
      kind: 'message', from: 0, message: { kind: 'transferLeadership', term: 0, to: 1 },
    }));
    expect(start(state)).toMatchObject({ kind: 'reply', reply: { isLeader: false } });
  });
});

describe('step 2: the prior leader fully updates the target server\'s log to match its own', () => {
  test('a target that lacks entries is told nothing yet; with the last of them it is, once', () => {
    const begun = asked(knowing({ 1: 1 }));
    expect([sent(begun, 'timeoutNow').size, transferOf(begun.raft)]).toEqual([0, { to: 1, isTold: false }]);
    const caughtUp = accepts(begun.raft, 1, 2);
    expect([...sent(caughtUp, 'timeoutNow')]).toEqual([[1, { kind: 'timeoutNow', term: 2 }]]);
    expect(transferOf(caughtUp.raft)).toEqual({ to: 1, isTold: true });
    expect(sent(accepts(caughtUp.raft, 1, 2), 'timeoutNow').size).toBe(0);
  });

  test('that another server holds them is nothing', () => {
    expect(sent(accepts(asked(leading({ clusterSize: 5 })).raft, 2, 2), 'timeoutNow').size).toBe(0);
  });

  test('by the normal log replication, an entry that was lost and a snapshot among it', () => {
    const cluster = led(3, { maxRaftState: 20 });
    cluster.ask(0, c0, 1, put);
    cluster.deliver(across([1]));
    expect(cluster.server(0).raft.persistent.log.baseIndex).toBe(2);
    wish(cluster);
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    // Its own no-op is behind it, and compacted as well.
    expect([roles(cluster), cluster.server(1).raft.persistent.snapshot?.lastIncludedIndex]).toEqual([
      ['follower', 'leader', 'follower'], 3,
    ]);
  });
});

describe('step 3: TimeoutNow has the same effect as the target\'s election timer firing', () => {
  test('a target that is up to date is told at once', () => {
    expect(transferOf(asked(knowing({ 1: 2 })).raft)).toEqual({ to: 1, isTold: true });
  });

  test('it increments its term and becomes a candidate, and says that its leader wishes it', () => {
    const step = onMessage(follower({ term: 2, log: [2], options }), 2, { kind: 'timeoutNow', term: 2 });
    expect([step.raft.persistent.currentTerm, step.raft.role]).toEqual([3, { kind: 'candidate', votes: [0] }]);
    expect([...sent(step, 'requestTransferVote')]).toEqual(
      [1, 2].map((to) => [to, { kind: 'requestTransferVote', term: 3, lastLogIndex: 1, lastLogTerm: 2 }]),
    );
    expect(sent(step, 'requestVote').size).toBe(0);
  });

  test('the election is the one of section 5.2, and the prior leader steps down with the later term', () => {
    const cluster = led();
    wish(cluster);
    cluster.deliver();
    expect(roles(cluster)).toEqual(['follower', 'leader', 'follower']);
    expect([0, 1, 2].map((id) => cluster.server(id).raft.persistent.currentTerm)).toEqual([2, 2, 2]);
    cluster.ask(1, c0, 1, put);
    cluster.deliver();
    expect(outcomes(cluster)).toEqual([{ kind: 'done', result: null }]);
  });

  test('a leader, and who has gone on to a later term, is told in vain', () => {
    const raft = leading();
    expect(onMessage(raft, 1, { kind: 'timeoutNow', term: 2 }).raft).toBe(raft);
    const later = follower({ term: 5, options });
    expect(onMessage(later, 1, { kind: 'timeoutNow', term: 2 }).raft).toBe(later);
  });

  test('word of a later term than its own is believed: that is the leader\'s', () => {
    expect(
      onMessage(follower({ term: 1, options }), 2, { kind: 'timeoutNow', term: 4 }).raft.persistent.currentTerm,
    ).toBe(5);
  });

  test('of two servers one is enough', () => {
    const cluster = led(2);
    wish(cluster);
    cluster.deliver();
    expect(roles(cluster)).toEqual(['follower', 'leader']);
  });
});

describe('it passes the guards of PreVote and CheckQuorum (4.2.3, 9.6)', () => {
  const guarded = { preVote: true, checkQuorum: true };

  test('nobody is asked for a pre-vote, and who hears the leader looks at the request all the same', () => {
    const cluster = led(3, guarded);
    wish(cluster);
    cluster.deliver();
    expect(roles(cluster)).toEqual(['follower', 'leader', 'follower']);
  });

  test('a request for a vote that no leader wishes is not looked at, with the same log and term', () => {
    const hearing = onMessage(
      follower({ term: 2, options: { ...options, ...guarded } }), 2, appendEntries({ term: 2, prev: [0, 0] }),
    ).raft;
    expect(onMessage(hearing, 1, requestVote(3, [0, 0])).raft).toBe(hearing);
    expect(
      sent(onMessage(hearing, 1, { ...requestVote(3, [0, 0]), kind: 'requestTransferVote' }), 'requestVoteReply').get(
        1,
      ),
    ).toEqual({ kind: 'requestVoteReply', term: 3, voteGranted: true });
  });

  test('a vote is a vote: who lacks entries is refused, and one in a term is all that there is', () => {
    const ask = (raft: Raft, from: number) =>
      onMessage(raft, from, { kind: 'requestTransferVote', term: 3, lastLogIndex: 1, lastLogTerm: 2 });
    expect(sent(ask(follower({ term: 2, log: [2, 2], options }), 1), 'requestVoteReply').get(1)!.voteGranted).toBe(
      false,
    );
    const voted = ask(follower({ term: 2, log: [2], options }), 1).raft;
    expect(sent(ask(voted, 2), 'requestVoteReply').get(2)!.voteGranted).toBe(false);
  });
});

describe('if it does not complete after about an election timeout, the prior leader resumes accepting client requests', () => {
  test('the time begins with the transfer', () => {
    expect(asked(leading()).effects).toContainEqual({
      kind: 'setTimer', timer: 'transfer', afterUs: { min: 150_000, max: 300_000 },
    });
  });

  test.each<readonly [string, (letter: Letter) => boolean]>([
    ['the target is down or cut off', across([1])],
    ['TimeoutNow is lost', isTold],
  ])('%s', (_, isLost) => {
    const cluster = led();
    cluster.ask(0, c0, 1, put);
    wish(cluster);
    cluster.timer(0, 'heartbeat');
    cluster.deliver(isLost);
    cluster.timer(0, 'transfer');
    cluster.ask(0, c0, 2, put);
    cluster.deliver(isLost);
    expect([roles(cluster)[0], outcomes(cluster)]).toEqual([
      'leader',
      [
        { kind: 'done', result: null }, { kind: 'done', result: null },
      ],
    ]);
  });

  test('mistaken, and the target is operational: at worst this is an extra election', () => {
    const cluster = led();
    wish(cluster);
    const late = cluster.letters.filter(isTold);
    cluster.letters = [];
    cluster.timer(0, 'transfer');
    cluster.letters.push(...late);
    cluster.deliver();
    expect(roles(cluster)).toEqual(['follower', 'leader', 'follower']);
  });

  test('another wish meanwhile changes nothing, and one behind it begins anew', () => {
    const begun = asked(leading(), 1).raft;
    expect(asked(begun, 2).raft).toBe(begun);
    const over = onTimer(begun, 'transfer').raft;
    expect([transferOf(over), transferOf(asked(over, 2).raft)]).toEqual([undefined, { to: 2, isTold: false }]);
  });

  test("a leadership that ends takes its transfer with it: the timer of the past is no other's", () => {
    const deposed = onMessage(asked(leading()).raft, 2, appendEntries({ term: 3, prev: [0, 0] })).raft;
    expect(onTimer(deposed, 'transfer').raft).toBe(deposed);
    const again = grantsVote(onTimer(deposed, 'election').raft, 1).raft;
    expect([again.role.kind, transferOf(again), onTimer(again, 'transfer').raft === again]).toEqual([
      'leader', undefined, true,
    ]);
  });
});

describe('who is asked in vain', () => {
  test('to hand over to itself, or to a server that there is not', () => {
    const raft = leading();
    expect([asked(raft, 0).raft === raft, asked(raft, 3).raft === raft, asked(raft, 2).raft === raft]).toEqual([
      true, true, false,
    ]);
  });

  test('a follower, and every server without the option', () => {
    const raft = follower({ term: 2, options });
    expect(asked(raft).raft).toBe(raft);
    const plain = leader({ term: 2, options: { checkQuorum: true } });
    expect(asked(plain).raft).toBe(plain);
  });

  test('alone in its cluster', () => {
    const raft = leading({ clusterSize: 1 });
    expect(asked(raft, 1).raft).toBe(raft);
  });
});

describe('where servers come and go (chapter 4)', () => {
  const operator = firstClient + 1;
  const change = (cluster: Cluster, sequence: number, asked: Change, node = 0): void =>
    cluster.handle(node, {
      kind: 'message', from: operator, message: { kind: 'clientRequest', sequence, operation: asked },
    });
  const remove = (server: number): Change => ({ kind: 'removeServer', server });
  const replace = (...voters: readonly number[]): Change => ({ kind: 'replaceServers', voters, learners: [] });
  const told = (cluster: Cluster) => cluster.answersTo(operator).map(({ outcome }) => outcome);
  const votersOf = (cluster: Cluster, node = 0) => cluster.server(node).raft.persistent.log.configuration?.voters;
  const heir = (cluster: Cluster) => {
    const { role } = cluster.server(0).raft;
    return role.kind === 'leader' ? role.office?.transfer?.to : role.kind;
  };
  const beat = (cluster: Cluster, node = 0, isLost?: (letter: Letter) => boolean): void => {
    cluster.timer(node, 'heartbeat');
    cluster.deliver(isLost);
  };
  const done = { kind: 'done', result: true };

  test('nobody hands over to a learner, to who has not come, or to who is to leave (4.2.1, 4.2.2)', () => {
    const cluster = led(5, { members: [0, 1, 2] });
    change(cluster, 1, { kind: 'addLearner', server: 3 });
    beat(cluster);
    change(cluster, 2, remove(2));
    for (const to of [2, 3, 4]) {
      wish(cluster, to);
      expect(heir(cluster)).toBeUndefined();
    }
    wish(cluster, 1);
    expect(heir(cluster)).toBe(1);
  });

  test('nor to who votes in the old set only; to who votes in the new one, before that is committed (4.3)', () => {
    const cluster = led(3, { members: [0, 1] });
    change(cluster, 1, replace(0, 2));
    const isJoint = (): boolean => cluster.server(0).raft.persistent.log.configuration?.outgoing !== undefined;
    for (let round = 1; round <= 3 && !isJoint(); round++)
      beat(cluster, 0, ({ message }) => message.kind === 'appendEntries' && message.entries.some(
        ({ configuration }) => configuration?.outgoing !== undefined,
      ));
    expect(cluster.server(0).raft.persistent.log.configuration?.outgoing?.voters).toEqual([0, 1]);
    wish(cluster, 1);
    expect(heir(cluster)).toBeUndefined();
    wish(cluster, 2);
    expect(heir(cluster)).toBe(2);
  });

  test('a configuration is a proposal: a change that waits does so until the transfer is over', () => {
    const cluster = led(4, { members: [0, 1, 2] });
    cluster.ask(0, c0, 1, put);
    wish(cluster, 1);
    cluster.deliver(across([1]));
    change(cluster, 1, remove(2));
    expect([told(cluster), votersOf(cluster)]).toEqual([[{ kind: 'notLeader', leaderId: 1 }], undefined]);
    cluster.timer(0, 'transfer');
    change(cluster, 1, remove(2));
    beat(cluster);
    beat(cluster);
    expect([told(cluster).at(-1), votersOf(cluster)]).toEqual([done, [0, 1]]);
  });

  test('who waited for a change before it began goes on behind it', () => {
    const cluster = led(4, { members: [0, 1, 2] });
    change(cluster, 1, { kind: 'addServer', server: 3 });
    wish(cluster, 1);
    beat(cluster, 0, (letter) => isTold(letter));
    beat(cluster, 0, (letter) => isTold(letter));
    expect([told(cluster), votersOf(cluster)]).toEqual([[], [0, 1, 2]]);
    cluster.timer(0, 'transfer');
    beat(cluster);
    beat(cluster);
    expect([told(cluster), votersOf(cluster)]).toEqual([[done], [0, 1, 2, 3]]);
  });

  test('a joint configuration is left by the heir (4.3)', () => {
    const cluster = led(3, { members: [0, 1, 2] });
    change(cluster, 1, replace(1, 2));
    wish(cluster, 1);
    cluster.deliver((letter) => isTold(letter));
    const { log } = cluster.server(0).raft.persistent;
    const { commitIndex } = cluster.server(0).raft;
    expect([log.configuration?.outgoing?.voters, log.configurationIndex <= commitIndex]).toEqual([
      [0, 1, 2], true,
    ]);
    cluster.handle(1, { kind: 'message', from: 0, message: { kind: 'timeoutNow', term: 1 } });
    cluster.deliver();
    beat(cluster, 1);
    beat(cluster, 1);
    expect(cluster.server(1).raft.persistent.log.configuration).toEqual({ voters: [1, 2], learners: [] });
  });

  test('a leader that has left hands over all the same, and its heir does not wait for an election timeout (4.2.2)', () => {
    const cluster = led(3, { members: [0, 1, 2] });
    change(cluster, 1, remove(0));
    const appended = cluster.letters;
    cluster.letters = [];
    wish(cluster, 1);
    expect(heir(cluster)).toBe(1);
    cluster.letters.push(...appended.filter(({ to }) => to === 1));
    cluster.deliver();
    // It is told nothing any more, and hears of the later term when it asks.
    beat(cluster);
    expect(roles(cluster)).toEqual(['follower', 'leader', 'follower']);
    expect(votersOf(cluster, 1)).toEqual([1, 2]);
  });

  test('who was told, and has learnt since then that it has left, stands for no election', () => {
    const cluster = led(3, { members: [0, 1, 2] });
    change(cluster, 1, { kind: 'replaceServers', voters: [0, 2], learners: [1] });
    beat(cluster);
    beat(cluster);
    expect(cluster.server(1).raft.persistent.log.configuration).toEqual({ voters: [0, 2], learners: [1] });
    cluster.handle(1, { kind: 'message', from: 0, message: { kind: 'timeoutNow', term: 1 } });
    expect([roles(cluster)[1], cluster.server(1).raft.persistent.currentTerm]).toEqual(['follower', 1]);
  });
});
