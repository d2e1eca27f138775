/** What a history that is not linearizable still is. */
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { Weaker } from '../verdict.ts';
import { sequentialConsistency, type Limits } from './sequential.ts';
import { sessionGuarantees } from './sessions.ts';

export function weakerVerdicts<S, I, O>(
  model: Model<S, I, O>, history: readonly Operation<I, O>[], limits: Limits,
): Weaker {
  const split = (model.byLocality ?? model) as Model<S, I, O>;
  const { kind, steps } = sequentialConsistency(split, history, limits);
  const view = split.registerView;
  const sessions =
    view === undefined
      ? ({ readYourWrites: 'unknown', monotonicReads: 'unknown', writesFollowReads: 'unknown' } as const)
      : sessionGuarantees(view, (input) => split.partition?.(input), history);
  return { sequential: kind, ...sessions, steps };
}
