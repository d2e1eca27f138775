/** Why a history is illegal, for a person. */
import { checkOperations } from '../check.ts';
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { CheckOptions, IllegalPartition, Verdict } from '../verdict.ts';
import { minimalSubHistory, type MinimalSubHistory } from './minimal.ts';
import { longestPartials, type Blocked, type Partials } from './partials.ts';

export interface Explanation extends Partials {
  readonly partition: IllegalPartition;
  readonly minimal: MinimalSubHistory;
  readonly blocked: Blocked | undefined;
}

export interface ExplainOptions extends Pick<CheckOptions, 'signal' | 'memoryBytes'> {
  /** For the sub-history, and once more for the partial linearizations. Default 5 million. */
  readonly budgetSteps?: number;
}

export const defaultExplainSteps = 5_000_000;
const defaultExplainBytes = 256 * 1024 * 1024;

/**
 * @param verdict that of `checkOperations` on the same history; without one the history is checked first
 * @returns undefined unless the history is illegal
 */
export function explain<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  verdict: Verdict = checkOperations(model, history),
  options: ExplainOptions = {},
): Explanation | undefined {
  const partition = verdict.illegalPartition;
  if (partition === undefined) return undefined;
  const { budgetSteps = defaultExplainSteps, memoryBytes = defaultExplainBytes } = options;
  const partials = longestPartials(model, history, partition.operations, budgetSteps, memoryBytes);
  const minimal = minimalSubHistory(model, history, partition.operations, {
    ...options,
    budgetSteps,
    memoryBytes,
    clash: partition.clash,
    until: partials.blocked === undefined ? undefined : history[partials.blocked.operation]!.returnTime ?? undefined,
  });
  return { ...partials, partition, minimal, blocked: partials.blocked ?? blockedWithin(model, history, minimal, budgetSteps, memoryBytes) };
}

/** Where the whole is too much to search, the minimal sub-history alone still tells what has no place. */
function blockedWithin<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  minimal: MinimalSubHistory,
  budgetSteps: number,
  memoryBytes: number,
): Blocked | undefined {
  return longestPartials(model, history, minimal.operations, budgetSteps, memoryBytes).blocked;
}
