/** What a report says of whose turn it is (scenarios/systems/turn-marks.ts; dissertation 6.3), and which rule a step breaks. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../core/kv/command.ts';
import type { Server, ServerEvent, ServerStep } from '../../../core/server.ts';
import { stepWithOptions } from '../../../core/server-process.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

const c0 = firstClient;
const append: Operation = { kind: 'append', key: 'k', value: 'v' };
const nameOf = (node: number): string => (node < firstClient ? `n${node}` : `c${node - firstClient}`);
/** A client with several in flight says with each the lowest that it has had no answer to. */
const asks = (sequence: number, unanswered = 1, client = c0): ServerEvent => ({
  kind: 'message', from: client, message: { kind: 'clientRequest', sequence, operation: append, unanswered },
});
const turn: ServerEvent = { kind: 'timer', timer: 'turn' };

/** n0 leads, alone or with others. */
function led(size = 3, maxRaftState = -1): Cluster {
  const cluster = new Cluster(size, { maxRaftState });
  cluster.elect(0);
  cluster.deliver();
  return cluster;
}

type Told = readonly (readonly [says: string, against: string | null])[];

/** The step may be doctored, as a core with a bug takes it. */
function told(before: Server, event: ServerEvent, doctored: (step: ServerStep) => ServerStep = (step) => step): Told {
  const { state, effects } = doctored(stepWithOptions(before, event));
  return marksOf({ node: before.config.id, before, after: state, event, effects, nameOf })
    .filter(({ kind }) => kind === 'turn')
    .map(({ says, against }) => [says, against]);
}

function taken(cluster: Cluster, event: ServerEvent): Told {
  const before = cluster.server(0);
  cluster.handle(0, event);
  return told(before, event);
}

describe('a leader takes the commands of a client in their order', () => {
  test('one that comes too early is held, and taken when the one before it is in the log', () => {
    const cluster = led();
    expect([asks(2), asks(2), asks(1), turn].map((event) => taken(cluster, event))).toEqual([
      [['holds command 2 of c0 until command 1 is in its log', null]], [],
      [['takes command 1 of c0 in its turn', null]], [['takes command 2 of c0 in its turn', null]],
    ]);
  });

  test('behind one that waits, one that is executed, and one of which the client has the answer', () => {
    const waits = led();
    waits.handle(0, asks(1));
    const executed = led(1);
    executed.handle(0, asks(1));
    expect([waits.server(0).waiting.length, executed.server(0).waiting.length]).toEqual([1, 0]);
    for (const [server, event] of [
      [waits.server(0), asks(2)], [executed.server(0), asks(2)], [led().server(0), asks(2, 2)],
    ] as const)
      expect(told(server, event)).toEqual([['takes command 2 of c0 in its turn', null]]);
  });

  test('clients do not wait for each other, and who has one in flight has no turn', () => {
    const cluster = led();
    cluster.handle(0, asks(1));
    expect(told(cluster.server(0), asks(2, 1, c0 + 1))).toEqual([
      ['holds command 2 of c1 until command 1 is in its log', null],
    ]);
    const alone: ServerEvent = {
      kind: 'message', from: c0, message: { kind: 'clientRequest', sequence: 2, operation: append },
    };
    expect(told(led().server(0), alone)).toEqual([]);
  });

  test('one whose entry a snapshot has taken the place of is not told', () => {
    const cluster = led(1, 1);
    const before = cluster.server(0);
    cluster.handle(0, asks(1));
    const { lastIndex, baseIndex } = cluster.server(0).raft.persistent.log;
    expect([lastIndex, baseIndex, told(before, asks(1))]).toEqual([2, 2, []]);
  });

  test('who does not lead holds nothing', () => expect(told(led().server(1), asks(2))).toEqual([]));
});

describe('it breaks the rule', () => {
  test('to take one beyond a gap', () => {
    const server = led().server(0);
    const beyond = (): ServerStep => stepWithOptions(server, asks(2, 2));
    expect(told(server, asks(2), beyond)).toEqual([
      [
        'takes command 2 of c0',
        'command 1 is not in its log, nor known to its client to be done: they are taken in their order (6.3)',
      ],
    ]);
  });

  test('to hold one whose turn it is', () => {
    const server = led().server(0);
    const request = { kind: 'clientRequest', sequence: 3, operation: append, unanswered: 3 } as const;
    const holds = (): ServerStep => ({ state: { ...server, early: [{ client: c0, request }] }, effects: [] });
    expect(told(server, asks(3, 3), holds)).toEqual([
      [
        'holds command 3 of c0 until command 2 is in its log',
        'up to 2 all are in its log, or their client has the answers: it is the turn of this one (6.3)',
      ],
    ]);
  });
});
