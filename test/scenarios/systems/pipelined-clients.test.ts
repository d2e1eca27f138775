/** The key/value system with several operations of a client in flight: what a plan may set, and what is told. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { pipelinedClerkProcess } from '../../../core/kv/pipelined-clerk.ts';
import type { Operation } from '../../../core/kv/command.ts';
import { apply, newMachine } from '../../../core/kv/machine.ts';
import { Digest } from '../../../harness/digest.ts';
import type { ToldStep } from '../../../harness/system.ts';
import { marksOf } from '../../../scenarios/systems/raft-kv-marks.ts';
import { tellStep } from '../../../scenarios/systems/raft-kv-story.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { plainSettings, settingsSchema } from '../../../scenarios/systems/raft-kv-settings.ts';
import { Cluster, firstClient } from '../../support/cluster.ts';

const append: Operation = { kind: 'append', key: 'k', value: 'v' };
const us = { min: 1, max: 1 };
const process = pipelinedClerkProcess({ clusterSize: 3, retryUs: us, backoffUs: us });
const nameOf = (node: number): string => `n${node}`;

describe('the settings of a plan', () => {
  const wrong = (clientWindow: unknown) =>
    v.safeParse(settingsSchema, { ...plainSettings, clientWindow }).issues?.map(({ message }) => message)[0];
  test('a window is of 2 to 64 operations', () =>
    expect([1, 2, 64, 65, 2.5].map(wrong)).toEqual([
      'expected at least 2', undefined, undefined, 'expected at most 64', 'expected a whole number from 2 to 64',
    ]));
  test('it is a plan\'s own which goes beside nothing that has no order', () => {
    const clash = (others: object) => raftKv.settingsProblem!({ ...plainSettings, ...others });
    expect([clash({}), clash({ clientWindow: 2 }), clash({ reads: ['index'] })]).toEqual([null, null, null]);
    expect(clash({ clientWindow: 2, window: 3, preVote: true, snapshotChunkBytes: 8, pipelined: true })).toBe(null);
    const says = (name: string, why: string) =>
      `"clientWindow" does not go with "${name}": ${why}; leave out one of the two`;
    expect(clash({ clientWindow: 2, reads: ['log'] })).toBe(
      says('reads', 'a read around the log would overtake the writes before it'),
    );
    expect(clash({ clientWindow: 2, sessionExpiryUs: 1 })).toBe(
      says('sessionExpiryUs', 'a session that ends would leave a gap in its order'),
    );
    expect(clash({ clientWindow: 2, versions: true })).toBe(
      says('versions', 'a store with versions keeps no session, and so no order'),
    );
    expect(clash({ clientWindow: 2, members: [0] })).toBe(
      says('members', 'an operator asks for one change at a time'),
    );
  });
  test('nobody asks for a change of the membership', () => {
    const problem = (kind: string, settings: object) => raftKv.requestProblem!({ kind, server: 1 }, settings);
    expect([problem('addServer', {}), problem('addServer', { clientWindow: 2 })]).toEqual([
      null, 'a plan with the setting "clientWindow" asks for no change of the membership, and not for addServer',
    ]);
  });
});

describe('the digest tells apart', () => {
  const digestOf = (tell: (digest: Digest) => void): string => {
    const digest = new Digest();
    tell(digest);
    return digest.hex();
  };
  const different = (digests: readonly string[]): void => expect(new Set(digests).size).toBe(digests.length);
  test('requests by what they say is unanswered', () =>
    different(
      [{}, { unanswered: 1 }, { unanswered: 2 }].map((more) =>
        digestOf((digest) =>
          raftKv.digestMessage(digest, { kind: 'clientRequest', sequence: 3, operation: append, ...more })),
      ),
    ));
  test('clients by what they have in flight', () => {
    const one = process.step(process.boot(null).state, { kind: 'request', id: 0, request: append }).state;
    const two = process.step(one, { kind: 'request', id: 1, request: append }).state;
    const second = { ...two, inFlight: two.inFlight.slice(1) };
    different([one, two, second].map((state) => digestOf((digest) => raftKv.digestState(digest, state))));
  });
  test('servers by what they hold for its turn, and by the answers that sessions keep', () => {
    const cluster = new Cluster(3);
    const server = cluster.server(0);
    const request = { kind: 'clientRequest', sequence: 2, operation: append, unanswered: 1 } as const;
    const of = (unanswered: number) =>
      [1, 2].reduce(
        (machine, sequence) =>
          apply(machine, sequence, {
            client: 5, sequence, operation: append, unanswered: Math.min(unanswered, sequence),
          }),
        newMachine,
      );
    different(
      [
        server, { ...server, early: [{ client: firstClient, request }] }, { ...server, machine: of(1) },
        { ...server, machine: of(2) },
      ].map((state) => digestOf((digest) => raftKv.digestState(digest, state))),
    );
  });
});

describe('a client is told of by each of its operations', () => {
  const states = [process.boot(null).state];
  const told = (event: Parameters<typeof process.step>[1]): { story: string | undefined; marks: readonly string[] } => {
    const before = states.at(-1)!;
    const { state, effects } = process.step(before, event);
    states.push(state);
    const step: ToldStep = { node: 3, before, after: state, event, effects, nameOf };
    return {
      story: tellStep(step)?.text,
      marks: marksOf(step).map(({ kind, says, sequence }) => `${kind} ${sequence}: ${says}`),
    };
  };
  test('as it asks, asks again, and is told', () => {
    expect(told({ kind: 'request', id: 0, request: append })).toEqual({
      story: 'asks n0 for append(k, "v"), with 0 before it in flight',
      marks: ['ask 1: asks n0, as command 1, for append(k, "v")'],
    });
    expect(told({ kind: 'request', id: 1, request: { kind: 'get', key: 'k' } })).toEqual({
      story: 'asks n0 for get(k), with 1 before it in flight', marks: ['ask 2: asks n0, as command 2, for get(k)'],
    });
    expect(told({ kind: 'timer', timer: 'retry' })).toEqual({
      story: 'asks n1 again for all 2 in flight',
      marks: [
        'ask 1: asks n1 again, as command 1, for append(k, "v")', 'ask 2: asks n1 again, as command 2, for get(k)',
      ],
    });
    const answer = { kind: 'clientReply', sequence: 2, outcome: { kind: 'done', result: 'v' } } as const;
    expect(told({ kind: 'message', from: 1, message: answer })).toEqual({
      story: 'is told "v" for get(k)', marks: ['told 2: is told the result of its command 2, get(k)'],
    });
    expect(told({ kind: 'message', from: 1, message: answer })).toEqual({ story: undefined, marks: [] });
  });
});
