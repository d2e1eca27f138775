/** Linearizability checking of recorded histories. See README.md. */
export { checkEvents } from './check-events.ts';
export { checkOperations, checkOperationsInSlices, defaultBudgetSteps, defaultMemoryBytes } from './check.ts';
export { describeOperation, describeState } from './describe.ts';
export { operationsFromEvents, type CallEvent, type HistoryEvent, type ReturnEvent } from './events.ts';
export {
  defaultExplainSteps, explain, explainInSlices, type ExplainOptions, type Explanation, type OtherIllegal,
} from './explain/explain.ts';
export { minimalSubHistory, type Hints, type MinimalOptions, type MinimalSubHistory } from './explain/minimal.ts';
export { longestPartials, type Blocked, type Partials } from './explain/partials.ts';
export { relax } from './explain/relax.ts';
export { clashOf, legalVerdict, type FastPath, type FastVerdict } from './fast/fast-path.ts';
export type { RegisterKind, RegisterView } from './fast/register-view.ts';
export { illegal, type Condensation, type Illegal, type Model, type ModelBase, type OwnSearch } from './model.ts';
export { counterModel, type CounterInput, type CounterOutput } from './models/counter.ts';
export { kvUnpartitionedModel, type Store } from './models/kv-unpartitioned.ts';
export { kvModel, type KvInput, type KvOutput } from './models/kv.ts';
export { lockModel, type Holder, type LockInput, type LockOutput } from './models/lock.ts';
export {
  priorityQueueModel, type Items, type PriorityQueueInput, type PriorityQueueOutput,
} from './models/priority-queue.ts';
export { queueModel, type Item, type QueueInput, type QueueOutput } from './models/queue.ts';
export {
  casRegisterModel,
  registerModel,
  type CasRegisterInput,
  type RegisterInput,
  type RegisterOutput,
  type RegisterValue,
} from './models/register.ts';
export { setModel, type Element, type Elements, type SetInput, type SetOutput } from './models/set.ts';
export { stackModel, type Stack, type StackInput, type StackOutput } from './models/stack.ts';
export {
  versionedKvModel, type Versioned, type VersionedKvInput, type VersionedKvOutput,
} from './models/versioned-kv.ts';
export { monitor, type Monitor, type MonitorOptions, type MonitorVerdict } from './monitor.ts';
export { toDeterministic, type NondeterministicModel } from './nondeterministic.ts';
export { HistoryError, type Operation } from './operation.ts';
export { untold, type OperationKey } from './operation-key.ts';
export type { OrderedPartition } from './order.ts';
export type { PartSearch, SearchOutcome } from './part-search.ts';
export type {
  CheckOptions, CrossCheck, Difference, IllegalPartition, Progress, StopSignal, UnknownReason, Verdict, VerdictKind,
  Weaker,
} from './verdict.ts';
export { perKey, type Keyed } from './per-key.ts';
export { models, type ModelName } from './models/index.ts';
export type { Annotation } from './picture/annotation.ts';
export { renderHtml } from './picture/html.ts';
export type { PictureOptions } from './picture/picture.ts';
export { renderBars, type BarOptions } from './text-bars.ts';
