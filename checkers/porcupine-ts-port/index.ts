/** Linearizability checking of recorded histories. See README.md. */
export { checkOperations, defaultBudgetSteps, defaultMemoryBytes } from './check.ts';
export { illegal, type Illegal, type Model, type ModelBase } from './model.ts';
export { kvModel, type KvInput, type KvOutput } from './models/kv.ts';
export { HistoryError, type Operation } from './operation.ts';
export type { CheckOptions, UnknownReason, Verdict, VerdictKind } from './verdict.ts';
