/** What a report says of reads around the log (scenarios/systems/read-marks.ts), and which rule of 6.4 a step breaks. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import type { AnyRaftMessage } from '../../../core/raft/option-messages.ts';
import type { Leader } from '../../../core/raft/state.ts';
import type { Server, ServerConfig, ServerEvent, ServerStep } from '../../../core/server.ts';
import { stepWithOptions } from '../../../core/server-process.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

const get: Operation = { kind: 'get', key: 'k' };
const c0 = firstClient;
const asks = (sequence = 1, client = c0): ServerEvent => ({
  kind: 'message', from: client, message: { kind: 'clientRequest', sequence, operation: get },
});
const from = (node: number, message: AnyRaftMessage): ServerEvent => ({ kind: 'message', from: node, message });
const answers = (node: number, round: number): ServerEvent => from(node, { kind: 'heartbeatReply', term: 1, round });
const nameOf = (node: number): string => (node < firstClient ? `n${node}` : `c${node - firstClient}`);

/** n0 leads, all know that its no-op is committed, and reads take a round. */
function led(size = 3, changed: Partial<ServerConfig> = {}): Cluster {
  const cluster = new Cluster(size, { reads: ['index'], ...changed });
  cluster.elect(0);
  cluster.deliver();
  cluster.timer(0, 'heartbeat');
  cluster.deliver();
  return cluster;
}

type Told = readonly (readonly [says: string, against: string | null])[];

/** What a report says of the step that reads are about; the step may be doctored, as a core with a bug takes it. */
function told(before: Server, event: ServerEvent, doctored: (step: ServerStep) => ServerStep = (step) => step): Told {
  const { state, effects } = doctored(stepWithOptions(before, event));
  return marksOf({ node: before.config.id, before, after: state, event, effects, nameOf })
    .filter(({ kind }) => ['noted', 'answered', 'confirm', 'answer'].includes(kind))
    .map(({ says, against }) => [says, against]);
}

function taken(cluster: Cluster, node: number, event: ServerEvent): Told {
  const before = cluster.server(node);
  cluster.handle(node, event);
  return told(before, event);
}

const withRole = (server: Server, changed: Partial<Leader>): Server => ({
  ...server, raft: { ...server.raft, role: { ...(server.raft.role as Leader), ...changed } },
});
const roundsIn = (server: Server) => (server.raft.role as Leader).office!.rounds!;
const withRounds = (server: Server, changed: object): Server =>
  withRole(server, {
    office: { ...(server.raft.role as Leader).office!, rounds: { ...roundsIn(server), ...changed } },
  });
const withCommit = (server: Server, commitIndex: number): Server => ({ ...server, raft: { ...server.raft, commitIndex } });

/** As a core does that answers by itself whatever it is asked. */
const answeringAtOnce = ({ state }: ServerStep): ServerStep => ({
  state,
  effects: [
    { kind: 'send', to: c0, message: { kind: 'clientReply', sequence: 1, outcome: { kind: 'done', result: '' } } },
  ],
});

describe('a leader saves its commitIndex, and sends a round of heartbeats (steps 2 and 3)', () => {
  test('what it notes is told, and whose answers confirm it', () => {
    const cluster = led();
    expect([taken(cluster, 0, asks()), taken(cluster, 0, answers(2, 1))]).toEqual([
      [['notes index 1 for the read 1 of c0, to be confirmed by round 1', null]],
      [
        ['hears n2 answer round 1', null], ['confirms reads by round 1, which n0 n2 answered', null],
        ['tells c0 that its command 1, a read at index 1, gave ""', null],
      ],
    ]);
  });

  test('who is alone notes, confirms and answers in one step, which no server executes', () => {
    expect(told(led(1).server(0), asks())).toEqual([
      ['notes index 1 for the read 1 of c0, and is alone', null],
      ['confirms reads by round 1, which n0 answered', null],
      ['tells c0 that its command 1, a read at index 1, gave ""', null],
    ]);
  });

  test('under a lease it waits for a moment, and for no round', () => {
    const lease = { promiseUs: 150_000, driftPer1000: 0 };
    const cluster = led(3, { reads: ['lease'], checkQuorum: true, lease });
    expect(told(cluster.server(0), asks())).toEqual([
      ['notes index 1 for the read 1 of c0, to be answered under its lease', null],
    ]);
  });

  test('reads through the log are none of them: whoever answers one must have executed it', () => {
    const cluster = led(3, { reads: undefined as never });
    expect([told(led(3, { reads: ['log'] }).server(0), asks()), told(cluster.server(0), asks())]).toEqual([[], []]);
    expect(told(cluster.server(1), asks(), answeringAtOnce)).toEqual([
      ['tells c0 that its command 1 gave ""', 'it has executed no command 1 of c0 (8)'],
    ]);
  });

  test('an index below what was committed breaks the rule', () => {
    const low = ({ state, effects }: ServerStep): ServerStep => ({
      state: withRounds(state, { reads: roundsIn(state).reads.map((read) => ({ ...read, index: 0 })) }), effects,
    });
    expect(told(led().server(0), asks(), low)).toEqual([
      [
        'notes index 0 for the read 1 of c0, to be confirmed by round 1',
        'up to 1 was committed when it was asked (6.4, step 2)',
      ],
    ]);
  });

  test('an answer to an earlier round that counts for this one does, too, and a round that no majority answered', () => {
    const cluster = led(5);
    cluster.handle(0, asks());
    const counts = ({ state, effects }: ServerStep): ServerStep => ({
      state: withRounds(state, { answered: [0, 1, 0, 0, 0], reads: [] }), effects,
    });
    expect(told(cluster.server(0), answers(1, 0), counts).slice(0, 2)).toEqual([
      [
        'takes an answer of n1 to round 0 for one to round 1',
        'an answer to an earlier round says nothing of who leads now (6.4, step 3)',
      ],
      [
        'confirms reads by round 1, which n0 n1 answered',
        'a majority must have answered a round that began behind the read (6.4, step 3)',
      ],
    ]);
  });
});

test('a leader that has committed no entry of its term does not know what others committed (step 1)', () => {
  const cluster = led();
  cluster.timer(1, 'election');
  // n1 leads term 2, and nobody has answered its no-op.
  cluster.deliver(({ message }) => message.kind === 'appendEntries');
  const late = cluster.server(1);
  const notes = ({ state, effects }: ServerStep): ServerStep => ({
    state: withRounds(state, { reads: [{ by: 1, client: c0, sequence: 1, index: 1, round: 1 }] }), effects,
  });
  expect([late.raft.persistent.currentTerm, told(late, asks())]).toEqual([2, []]);
  expect(told(late, asks(), notes)).toEqual([
    [
      'notes index 1 for the read 1 of c0, to be confirmed by round 1',
      'it has committed no entry of its term 2: what its predecessors committed it does not know (6.4, step 1)',
    ],
  ]);
});

describe('all that a round confirms is answered (steps 4 and 5)', () => {
  test('what is left out is told, of this server\'s clients and of another one\'s', () => {
    const cluster = led();
    cluster.handle(0, asks());
    const forgets = ({ state, effects }: ServerStep): ServerStep => ({
      state: { ...state, reading: cluster.server(0).reading! },
      effects: effects.filter(({ kind }) => kind !== 'send'),
    });
    const forgotten = 'all reads are answered that a round confirms (6.4)';
    expect(told(cluster.server(0), answers(1, 1), forgets).at(-1)).toEqual([
      'forgets the read 1 of c0, which needs no other round', forgotten,
    ]);
    const other = led();
    other.handle(0, from(1, { kind: 'readIndex', term: 1, client: c0 + 1, sequence: 4 }));
    expect(told(other.server(0), answers(1, 1))).toHaveLength(2);
    expect(told(other.server(0), answers(1, 1), forgets).at(-1)).toEqual([
      'forgets the read 4 of c1, which needs no other round', forgotten,
    ]);
  });

  test('one that is answered before its index is executed breaks the rule', () => {
    const cluster = led();
    cluster.handle(0, asks());
    const behind = ({ state, effects }: ServerStep): ServerStep => ({
      state: { ...state, machine: { ...state.machine, lastExecuted: 0 } }, effects,
    });
    expect(told(cluster.server(0), answers(1, 1), behind).at(-1)).toEqual([
      'tells c0 that its command 1, a read at index 1, gave ""', 'it has executed up to 0 only (6.4, step 4)',
    ]);
  });
});

describe('a follower asks the leader for an index', () => {
  const given: ServerEvent = from(0, { kind: 'readIndexReply', term: 1, client: c0, sequence: 1, index: 1 });

  test('whom it asks, what it is told, and what it answers then', () => {
    const cluster = led();
    expect([taken(cluster, 1, asks()), taken(cluster, 1, given)]).toEqual([
      [['asks n0 for an index for the read 1 of c0', null]],
      [
        ['is told index 1 for the read 1 of c0 by n0', null],
        ['tells c0 that its command 1, a read at index 1, gave ""', null],
      ],
    ]);
    // Nobody waits for it any more.
    expect(told(cluster.server(1), given)).toEqual([]);
  });

  test('its own is none, whether it waits for it or answers at once', () => {
    const server = led().server(1);
    const says = (index: number) => [
      `takes index ${index}, its own, for the read 1 of c0, and does not lead`,
      'only a leader that a majority has answered knows an index up to which all is committed (6.4)',
    ];
    const waits = ({ state }: ServerStep): ServerStep => ({
      state: { ...state, reading: [{ client: c0, sequence: 1, operation: get, index: 7 }] }, effects: [],
    });
    expect(told(server, asks(), waits)).toEqual([says(7)]);
    expect(told(withCommit(server, 0), asks(), answeringAtOnce)).toEqual([
      says(0), ['tells c0 that its command 1, a read at index 0, gave ""', null],
    ]);
  });

  test('nor is one that it was told when it was asked before, whether it has a leader now or not', () => {
    const server = led().server(1);
    const waits: Server = {
      ...server, reading: [{ client: c0, sequence: 1, operation: get, index: 7 }],
      raft: { ...server.raft, role: { kind: 'candidate', votes: [1] } },
    };
    expect(told(waits, asks())).toEqual([]);
  });

  test('what was executed once is answered from its session, by whoever leads no more', () => {
    const cluster = led(3, { reads: ['index', 'log'] });
    cluster.ask(0, c0, 1, get);
    cluster.deliver();
    cluster.timer(0, 'heartbeat');
    cluster.deliver();
    const config = { ...cluster.server(1).config, reads: ['index'] as const };
    const server: Server = { ...cluster.server(1), config, raft: { ...cluster.server(1).raft, config } };
    expect(told(server, asks(), answeringAtOnce)).toEqual([
      ['tells c0 that its command 1 gave ""', null],
    ]);
  });
});
