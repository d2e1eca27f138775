/** What a user's own protocol, scenarios and tests build on. */
export type { Effect, Event, NodeId, Process, Range, Step } from '../core/protocol.ts';
export { AssertionFailed, assert } from '../core/assert.ts';
export { mustHold, Violated, type Observer } from '../checkers/checker.ts';
export type { Verdict } from '../checkers/verdict.ts';
export {
  merge, runChunk, type ChunkResult, type DoubleCheck, type Failure, type FaultTally, type HarnessFault,
  type Nondeterminism, type Tally,
} from '../harness/campaign/campaign.ts';
export type { Distribution } from '../harness/campaign/distribution.ts';
export type { Fault } from '../harness/plan/fault.ts';
export { planFormat, planVersion, type Plan } from '../harness/plan/plan.ts';
export { parsePlan, PlanError, printPlan } from '../harness/plan/plan-file.ts';
export { RandomStreams, type RandomStream } from '../harness/world/random.ts';
export { run, type RunRecord } from '../harness/run.ts';
export type { Registry, Scenario } from '../harness/campaign/scenario.ts';
export type { AnyProcess, System } from '../harness/system.ts';
export { registry } from './registry.ts';
