/**
 * What a report says of who takes part (scenarios/systems/membership-marks.ts), and which rule a step breaks by itself.
 */
import { expect, test } from 'vitest';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import type { Change } from '../../../core/raft/members.ts';
import { withOffice, type Leader } from '../../../core/raft/state.ts';
import type { Server, ServerEvent } from '../../../core/server.ts';
import { stepWithOptions } from '../../../core/server-process.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

const operator = firstClient;
const nameOf = (node: number): string => (node < firstClient ? `n${node}` : `c${node - firstClient}`);
const asked = (sequence: number, change: Change): ServerEvent => ({
  kind: 'message', from: operator, message: { kind: 'clientRequest', sequence, operation: change },
});
const remove = (server: number): Change => ({ kind: 'removeServer', server });

/** n0 leads three of four, and its no-op is committed. */
function led(): Cluster {
  const cluster = new Cluster(4, { members: [0, 1, 2] });
  cluster.elect(0);
  cluster.deliver();
  return cluster;
}

/** What a report says of a step: the words, and the rule where one is broken. */
function told(
  before: Server, event: ServerEvent, doctored: (after: Server) => Server = (after) => after,
  kinds = ['change', 'kept', 'answer', 'commit', 'waits', 'left', 'timer'],
) {
  const { state, effects } = stepWithOptions(before, event);
  return marksOf({ node: before.config.id, before, after: doctored(state), event, effects, nameOf })
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ says, against }) => [says, against]);
}

test('a change is told with its entry; one that is not committed yet breaks a rule when another follows (4.1)', () => {
  const server = led().server(0);
  expect(told(server, asked(1, remove(2)))).toEqual([
    ['changes who takes part from {n0 n1 n2} to {n0 n1}, as entry 2', null],
  ]);
  const early = told(server, asked(1, remove(2)), (after) => ({ ...after, raft: { ...after.raft, commitIndex: 0 } }), [
    'change',
  ]);
  expect(early).toEqual([
    [
      'changes who takes part from {n0 n1 n2} to {n0 n1}, as entry 2',
      'the leader has committed no entry of its term (4.1)',
    ],
  ]);
});

test('a joint configuration is told with both of its sets, and left when it is committed (4.3)', () => {
  const cluster = led();
  const wish: Change = { kind: 'replaceServers', voters: [0, 1], learners: [2] };
  const server = cluster.server(0);
  expect(told(server, asked(1, wish))).toEqual([
    ['changes who takes part from {n0 n1 n2} to {n0 n1 and n0 n1 n2; n2 to learn}, as entry 2', null],
  ]);
  cluster.handle(0, asked(1, wish));
  const joint = cluster.server(0);
  const { role } = joint.raft;
  const leaves = { ...joint, raft: { ...joint.raft, role: { ...role as Leader, matchIndex: [0, 2, 1, 0] } } };
  const ticks: ServerEvent = {
    kind: 'message',
    from: 2,
    message: { kind: 'appendEntriesReply', term: 1, success: true, index: 2, conflictTerm: 0, conflictIndex: 0 },
  };
  const says = 'changes who takes part from {n0 n1 and n0 n1 n2; n2 to learn} to {n0 n1; n2 learn}, as entry 3';
  expect(told(leaves, ticks, (after) => after, ['change'])).toEqual([[says, null]]);
  const early = told(leaves, ticks, (after) => ({ ...after, raft: { ...after.raft, commitIndex: 1 } }), ['change']);
  expect(early).toEqual([[says, 'the joint configuration at index 2 is not committed (4.3)']]);
});

test('a leader that stays in it with a heartbeat, when it is committed, breaks a rule (4.3)', () => {
  const cluster = led();
  cluster.handle(0, asked(1, { kind: 'replaceServers', voters: [0, 1], learners: [] }));
  const joint = cluster.server(0);
  const committed = { ...joint, raft: { ...joint.raft, commitIndex: 2 } };
  const ticks: ServerEvent = { kind: 'timer', timer: 'heartbeat' };
  const marks = (before: Server, doctored: (after: Server) => Server) => told(before, ticks, doctored, ['stays']);
  expect([marks(committed, (after) => after), marks(joint, () => joint)]).toEqual([[], []]);
  expect(marks(committed, () => committed)).toEqual([
    ['goes on with {n0 n1 and n0 n1 n2}', 'a joint configuration that is committed is left (4.3)'],
  ]);
});

test('an operator is told of a replacement by all that it names', () => {
  const server = led().server(0);
  const event = asked(1, { kind: 'replaceServers', voters: [], learners: [] });
  expect(told(server, event)).toEqual([['tells c0 that it has given up replaceServers({})', null]]);
});

test('who has no vote waits for a leader, and breaks no rule; who has one does, when it does not stand (4.2.1, 5.2)', () => {
  const cluster = led();
  expect(told(cluster.server(3), { kind: 'timer', timer: 'election' })).toEqual([
    ['hears no leader, has no vote, and waits', null],
  ]);
  const idle = cluster.server(1);
  expect(told(idle, { kind: 'timer', timer: 'election' }, () => idle)).toEqual([
    [
      'hears no leader and stays a follower of term 1',
      'whoever hears nothing until its timer fires begins a new election (5.2)',
    ],
  ]);
});

test('a learner counts for no majority (4.2.1)', () => {
  const cluster = led();
  cluster.handle(0, asked(1, { kind: 'addLearner', server: 3 }));
  const { config, raft } = cluster.server(0);
  const role = raft.role as Leader;
  const leads = {
    ...cluster.server(0), raft: withOffice({ ...raft, role: { ...role, matchIndex: [0, 1, 1, 2] } }, role.office!),
  };
  const ticks: ServerEvent = { kind: 'timer', timer: 'heartbeat' };
  const commits = told(leads, ticks, (after) => ({ ...after, raft: { ...after.raft, commitIndex: 2 } }), ['commit']);
  expect([config.clusterSize, commits]).toEqual([
    4,
    [['commits entry 2 of term 1 as leader of term 1; it counts n0', '1 of 3 are no majority (5.3)']],
  ]);
});

test('what is committed in the step that puts a configuration behind it was counted without that (4.1)', () => {
  const { raft } = led().server(0);
  const before = { ...led().server(0), raft: { ...raft, commitIndex: 0 } };
  const answers: ServerEvent = {
    kind: 'message',
    from: 1,
    message: { kind: 'appendEntriesReply', term: 1, success: true, index: 1, conflictTerm: 0, conflictIndex: 0 },
  };
  const all = { term: 1, command: null, sizeBytes: 8, configuration: { voters: [0, 1, 2, 3], learners: [] } };
  const grown = (after: Server): Server => {
    const role: Leader = { ...(raft.role as Leader), matchIndex: [0, 1, 0, 0] };
    const persistent = { ...raft.persistent, log: raft.persistent.log.append([all]) };
    return { ...after, raft: { ...after.raft, role, commitIndex: 1, persistent } };
  };
  expect(told(before, answers, grown, ['commit'])).toEqual([
    ['commits entry 1 of term 1 as leader of term 1; it counts n0 n1', null],
  ]);
});

test('an operator is told of its change, by whoever has committed an entry since it was asked (section 8)', () => {
  const cluster = led();
  cluster.handle(0, asked(1, { kind: 'addServer', server: 2 }));
  const server = cluster.server(0);
  const answer = (commitIndex: number) =>
    marksOf({
      node: 0,
      before: server,
      after: { ...server, changing: [], raft: { ...server.raft, commitIndex } },
      event: { kind: 'timer', timer: 'heartbeat' },
      nameOf,
      effects: [
        {
          kind: 'send', to: operator,
          message: { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: true } },
        },
      ],
    })
      .filter(({ kind }) => kind === 'answer')
      .map(({ says, against }) => [says, against]);
  const says = 'tells c0 that addServer(n2) is done';
  expect([answer(2), answer(1)]).toEqual([
    [[says, null]],
    [
      [
        says,
        'no entry behind 1, where its log ended when it was asked, is committed: an old leader tells what was (section 8)',
      ],
    ],
  ]);
});

test('a leader that has left leads no more (4.2.2)', () => {
  const cluster = led();
  cluster.handle(0, asked(1, remove(0)));
  const { raft } = cluster.server(0);
  const role = raft.role as Leader;
  const server = { ...cluster.server(0), raft: { ...raft, role: { ...role, matchIndex: [0, 2, 1, 0] } } };
  const event: ServerEvent = {
    kind: 'message',
    from: 2,
    message: { kind: 'appendEntriesReply', term: 1, success: true, index: 2, conflictTerm: 0, conflictIndex: 0 },
  };
  expect(told(server, event, (after) => after, ['left'])).toEqual([['leads term 1 no more', null]]);
});

test('a snapshot keeps what its log says up to its end (5.1)', () => {
  const cluster = new Cluster(4, { members: [0, 1, 2], maxRaftState: 1 });
  cluster.elect(0);
  cluster.deliver();
  cluster.handle(0, asked(1, { kind: 'addLearner', server: 3 }));
  const server = cluster.server(0);
  const event: ServerEvent = {
    kind: 'message',
    from: 1,
    message: { kind: 'appendEntriesReply', term: 1, success: true, index: 2, conflictTerm: 0, conflictIndex: 0 },
  };
  expect(told(server, event, (after) => after, ['kept'])).toEqual([]);
  const forgets = (after: Server): Server => {
    const { configuration: _gone, ...snapshot } = after.raft.persistent.snapshot!;
    return { ...after, raft: { ...after.raft, persistent: { ...after.raft.persistent, snapshot } } };
  };
  expect(told(server, event, forgets, ['kept'])).toEqual([
    ['keeps with its snapshot up to 2 that nobody came or went', 'up to there its log says {n0 n1 n2; n3 learn} (5.1)'],
  ]);
});
