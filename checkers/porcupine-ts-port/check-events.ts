/** Is a history, given as events, linearizable? */
import { checkOperations } from './check.ts';
import { operationsFromEvents, type HistoryEvent } from './events.ts';
import type { Model } from './model.ts';
import type { CheckOptions, Verdict } from './verdict.ts';

/**
 * As `checkOperations`; indexes in the verdict are those of `operationsFromEvents`.
 * @throws HistoryError for events that do not pair up: see `operationsFromEvents`
 */
export function checkEvents<S, I, O>(
  model: Model<S, I, O>, events: readonly HistoryEvent<I, O>[], options: CheckOptions = {},
): Verdict {
  return checkOperations(model, operationsFromEvents(events), options);
}
