/** What a user defines a protocol with: `import { defineSystem } from 'whitewater/own'`. */
export type { Effect, NodeId, Range, Step } from '../../core/protocol.ts';
export type {
  CasRegisterInput, KvInput, KvOutput, LockInput, LockOutput, Model, QueueInput, QueueOutput, RegisterOutput,
} from '../../checkers/porcupine-ts-port/index.ts';
export { illegal } from '../../checkers/porcupine-ts-port/model.ts';
export type { Registry, Scenario } from '../campaign/scenario.ts';
export { assumptionBreaking, faultKinds, type FaultKind } from '../plan/fault-kinds.ts';
export { microseconds, planFormat, planVersion, rangeSchema, wholeNumber, type Plan } from '../plan/plan.ts';
export { calmFlags } from '../plan/lab-flags.ts';
export { nodeName } from '../plan/node-name.ts';
export type { Codec, Reach } from '../system.ts';
export { run, type RunRecord } from '../run.ts';
export { drawDisk, drawDiskTrouble, drawNetwork } from '../swarm/environment.ts';
export { drawFaults } from '../swarm/faults.ts';
export { drawKinds, type Kinds } from '../swarm/kinds.ts';
export { fires, sleep, valueOf } from '../script/script.ts';
export { answer } from '../world/fate.ts';
export { SteeredNetwork } from '../world/network/steered.ts';
export { RandomStream, RandomStreams } from '../world/random.ts';
export type { Verdict } from '../../checkers/verdict.ts';
export { actor, type Actor, type Context, type ReplyIn } from './actor.ts';
export type { NodeFields } from './alike.ts';
export { cancel, persist, redirect, respond, send, timer } from './contract.ts';
export type {
  Client, Redirect, Request, Response, Server, ServerEffect, ServerEvent, ServerStep, WholeProcess,
} from './contract.ts';
export { defineRegistry, type RegistryOptions } from './define-registry.ts';
export {
  defineScenario, type AnyScenario, type Canary, type DrawnByKit, type DrawnByYou, type OwnScenario,
  type ScenarioDefinition,
} from './define-scenario.ts';
export {
  defineSystem, type Beyond, type InvariantOf, type Moment, type OwnSystem, type ReachOf, type StepOf,
  type SystemDefinition, type WorldOf,
} from './define-system.ts';
export type { Definition, Role } from './definition.ts';
export type { Duration, Span } from './duration.ts';
export { external, type ExternalOptions } from './external/external.ts';
export { faults, type FaultChoice, type FaultFamily, type SwarmOptions } from './faults.ts';
export { majorityCanTalk } from './majority.ts';
export {
  kv, listAppend, lock, queue, register, service, type AnyModel, type ListAppendInput, type ListAppendOutput, type Mix,
  type Service,
} from './service.ts';
export type * from './types.ts';
export {
  flag, oneOf, settingsOf, whole, type Flat, type OptionalSetting, type Setting, type Settings, type SettingsOf,
  type ValuesOf,
} from './settings.ts';
