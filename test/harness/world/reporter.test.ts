/** Two runs that differ in anything that a person could see have two digests. */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import { run } from '../../../harness/run.ts';
import type { System } from '../../../harness/system.ts';
import { Reporter } from '../../../harness/world/reporter.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const system = {
  digestMessage: (digest, message) => digest.value(message),
  digestState: (digest, state) => digest.value(state),
} as System;
const observer = { invoked() {}, returned() {}, booted() {}, stepped() {}, crashed() {} } as unknown as Observer;

interface Told {
  readonly stepUs: number;
  readonly node: number;
  readonly to: number;
  readonly message: unknown;
  readonly client: number;
  readonly operation: number;
  readonly reply: unknown;
  readonly crashed: number | null;
  readonly refused: string | null;
  readonly isUp: boolean;
  readonly state: unknown;
  readonly endUs: number;
}

const told: Told = {
  stepUs: 10, node: 1, to: 2, message: { term: 3 }, client: 5, operation: 7, reply: { value: 'x' }, crashed: null,
  refused: null, isUp: true, state: { term: 3 }, endUs: 90,
};

function digestOf(change: Partial<Told>): string {
  const { stepUs, node, to, message, client, operation, reply, crashed, refused, isUp, state, endUs } = {
    ...told, ...change,
  };
  const reporter = new Reporter(system, observer, null, String);
  reporter.stepped(stepUs, node, {}, {}, { kind: 'timer', name: 'election' } as never, [], {});
  reporter.sent(to, message);
  reporter.returned(stepUs, client, operation, reply);
  if (crashed !== null) reporter.crashed(stepUs, crashed, 'now');
  if (refused !== null) reporter.refused(stepUs, node, true, refused, 'damaged');
  return reporter.finalDigest(endUs, [{ isUp, state }]);
}

test('the same run has the same digest', () => expect(digestOf({})).toBe(digestOf({})));

describe('two runs that differ in one thing have two digests', () => {
  test.each<readonly [string, Partial<Told>]>([
    ['the time of a step', { stepUs: 11 }],
    ['the node of a step', { node: 0 }],
    ['who a message is for', { to: 0 }],
    ['the content of a message', { message: { term: 4 } }],
    ['a reply', { reply: { value: 'y' } }],
    ['a field of a reply', { reply: { value: 'x', from: 1 } }],
    ['no reply and an empty one', { reply: null }],
    ['the client that is answered', { client: 6 }],
    ['the operation that is answered', { operation: 8 }],
    ['a crash', { crashed: 0 }],
    ['a refusal to start', { refused: 'log.1' }],
    ['who is up at the end', { isUp: false }],
    ['a final state', { state: { term: 4 } }],
    ['a final state and none', { state: null }],
    ['the time of the end', { endUs: 91 }],
  ])('%s', (_, change) => expect(digestOf(change)).not.toBe(digestOf({})));
});

test('a reply that a client gets is in the digest of a run, and no message need differ for that', () => {
  /** A clerk that hands on one reply of the run in another wrapping, which the observer takes off again. */
  const talkative: System = {
    ...raftKv,
    processes: (plan) => raftKv.processes(plan).map((process, id) => (id < plan.servers ? process : {
      ...process,
      step(state, event) {
        const { state: after, effects } = process.step(state, event);
        return {
          state: after,
          effects: effects.map((effect) =>
            effect.kind === 'reply' && effect.id === 0 ? { ...effect, reply: { wrapped: effect.reply } } : effect,
          ),
        };
      },
    })),
    observer(plan, durableOf) {
      const inner = raftKv.observer(plan, durableOf);
      const returned = inner.returned.bind(inner);
      inner.returned = (id, client, reply) =>
        returned(id, client, id === 0 ? (reply as { wrapped: unknown }).wrapped : reply);
      return inner;
    },
  };
  const plan = swarm.draw(3);
  const [plain, other] = [run(raftKv, plan), run(talkative, plan)];
  expect(other).toEqual({ ...plain, digest: other.digest });
  expect(other.digest).not.toBe(plain.digest);
});
