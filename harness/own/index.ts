/** What a user defines a protocol with: `import { defineSystem } from 'whitewater/own'`. */
export type { Effect, NodeId, Range, Step } from '../../core/protocol.ts';
export type { CasRegisterInput, KvInput, KvOutput, LockInput, LockOutput, Model, QueueInput, QueueOutput, RegisterOutput } from '../../checkers/porcupine-ts-port/index.ts';
export { illegal } from '../../checkers/porcupine-ts-port/index.ts';
export type { Registry, Scenario } from '../campaign/scenario.ts';
export type { FaultKind } from '../plan/fault-kinds.ts';
export type { Plan } from '../plan/plan.ts';
export type { Codec, Reach } from '../system.ts';
export { RandomStream } from '../world/random.ts';
export { cancel, persist, redirect, respond, send, timer } from './contract.ts';
export type { Client, Redirect, Request, Response, Server, ServerEffect, ServerEvent, ServerStep } from './contract.ts';
export { defineRegistry, type RegistryOptions } from './define-registry.ts';
export { defineScenario, type Canary, type OwnScenario, type ScenarioDefinition } from './define-scenario.ts';
export { defineSystem, type InvariantOf, type Moment, type OwnSystem, type StepOf, type SystemDefinition, type WorldOf } from './define-system.ts';
export type { Definition, Role } from './definition.ts';
export type { Duration, Span } from './duration.ts';
export { faults, type FaultChoice, type FaultFamily, type SwarmOptions } from './faults.ts';
export { kv, listAppend, lock, queue, register, service, type AnyModel, type ListAppendInput, type ListAppendOutput, type Mix, type Service } from './service.ts';
export { flag, oneOf, whole, type Setting, type Settings, type ValuesOf } from './settings.ts';
