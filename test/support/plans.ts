/** Arbitrary small plans of Raft with its key/value server, as a person might write them by hand. */
import fc from 'fast-check';
import type { Range } from '../../core/protocol.ts';
import type { Fault, Target } from '../../harness/plan/fault.ts';
import { planFormat, planVersion, type Plan } from '../../harness/plan/plan.ts';
import { raftKv } from '../../scenarios/systems/raft-kv.ts';
import type { RaftKvSettings } from '../../scenarios/systems/raft-kv-settings.ts';

const ms = 1000;
const stormUs = 800 * ms;

const range = (min: number, max: number): fc.Arbitrary<Range> =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

const settings: fc.Arbitrary<RaftKvSettings> = fc.record({
  electionTimeoutUs: range(100 * ms, 400 * ms),
  heartbeatUs: fc.integer({ min: 10 * ms, max: 80 * ms }),
  entriesPerMessageMax: fc.constantFrom(1, 5, 100),
  noopOnElection: fc.boolean(),
  maxRaftState: fc.constantFrom(-1, 100, 400),
  applyBatchMax: fc.constantFrom(1, 1000),
  applyPauseUs: range(0, 5 * ms),
  retryUs: range(30 * ms, 200 * ms),
  backoffUs: range(5 * ms, 50 * ms),
});

const operation = fc.oneof(
  fc.record({ kind: fc.constant('get'), key: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('put'), key: fc.constantFrom('a', 'b'), value: fc.string({ maxLength: 5 }) }),
  fc.record({ kind: fc.constant('append'), key: fc.constantFrom('a', 'b'), value: fc.string({ maxLength: 5 }) }),
  fc.record({
    kind: fc.constant('cas'), key: fc.constantFrom('a', 'b'), expected: fc.string({ maxLength: 2 }),
    value: fc.string({ maxLength: 5 }),
  }),
);

const time = fc.integer({ min: 0, max: stormUs });
const span = fc.tuple(time, time).map(([a, b]) => ({ fromUs: Math.min(a, b), untilUs: Math.max(a, b) }));

function faultAmong(servers: number, nodes: number): fc.Arbitrary<Fault> {
  const node = fc.nat(nodes - 1);
  const target: fc.Arbitrary<Target> = fc.oneof(
    fc.constant('leader' as const), fc.uniqueArray(fc.nat(servers - 1), { minLength: 1 }),
  );
  return fc.oneof(
    fc
      .tuple(span, fc.array(fc.array(node, { maxLength: nodes }), { maxLength: 3 }))
      .map(([when, groups]): Fault => ({ kind: 'partition', ...when, groups })),
    fc.tuple(span, node, node).map(([when, from, to]): Fault => ({ kind: 'cut', ...when, from, to })),
    fc
      .tuple(span, target, fc.constantFrom('both' as const, 'inbound' as const, 'outbound' as const))
      .map(([when, aim, direction]): Fault => ({ kind: 'isolation', ...when, nodes: aim, direction })),
    fc
      .tuple(
        span,
        target,
        fc.constantFrom('now' as const, 'writeLost' as const, 'writeKept' as const, 'answered' as const),
      )
      .map(([{ fromUs, untilUs }, aim, moment]): Fault => ({
        kind: 'crash', atUs: fromUs, restartUs: untilUs, nodes: aim, moment,
      })),
  );
}

export const plan: fc.Arbitrary<Plan> = fc
  .record({ servers: fc.integer({ min: 1, max: 7 }), clients: fc.integer({ min: 1, max: 4 }) })
  .chain(({ servers, clients }) =>
    fc.record({
      format: fc.constant(planFormat),
      version: fc.constant(planVersion),
      scenario: fc.constant('by hand'),
      system: fc.constant(raftKv.name),
      seed: fc.string({ maxLength: 6 }),
      servers: fc.constant(servers),
      clients: fc.constant(clients),
      settings,
      network: fc.record({
        delayUs: range(0, 10 * ms), dropPer1000: fc.integer({ min: 0, max: 300 }),
        duplicatePer1000: fc.integer({ min: 0, max: 300 }), latePer1000: fc.integer({ min: 0, max: 200 }),
        lateUs: range(0, 200 * ms),
      }),
      disk: fc.record({ writeUs: fc.oneof(fc.constant({ min: 0, max: 0 }), range(0, 5 * ms)) }),
      faults: fc.array(faultAmong(servers, servers + clients), { maxLength: 5 }),
      operations: fc.array(fc.record({ client: fc.nat(clients - 1), atUs: time, request: operation }), {
        maxLength: 25,
      }),
      stormUs: fc.constant(stormUs),
      settleUs: fc.constant(20_000 * ms),
    }),
  );
