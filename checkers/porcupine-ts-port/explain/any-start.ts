/**
 * A short way to show that operations cannot all have happened, where the history before them is long.
 *
 * Of a relaxed history (see `relax`) only the last part matters: what had returned before the first of the
 * kept operations was called is free to have happened or not. In its place the last part is tried from every
 * state that the operations of the history can lead to, in any order and any number. Those are more states than can
 * really be there; so where no start helps, nothing helps. Where one does, nothing is said.
 */
import { illegal, type Model } from '../model.ts';
import { OperationKeys } from '../operation-key.ts';
import type { Operation } from '../operation.ts';
import { initialStateOf, stepOf } from '../step.ts';
import { structuralKey } from '../structural-key.ts';

const maxStates = 64;
const maxKinds = 1024;

/** @returns undefined where there are too many states, or operations of too many kinds */
export function statesThatCanBe<S, I, O>(
  model: Model<S, I, O>, history: readonly Operation<I, O>[], operations: readonly number[],
): readonly S[] | undefined {
  const kinds = kindsOf(model, history, operations);
  if (kinds === undefined) return undefined;
  const isSame = model.equal ?? ((a: S, b: S): boolean => Object.is(a, b) || structuralKey(a) === structuralKey(b));
  const states: S[] = [initialStateOf(model)];
  // Grows while it is walked.
  for (let at = 0; at < states.length; at++) {
    for (const { input, output, returnTime } of kinds) {
      const next = stepOf(model, states[at]!, input, returnTime === null ? undefined : output);
      if (next === illegal || states.some((state) => isSame(state, next))) continue;
      if (states.length === maxStates) return undefined;
      states.push(next);
    }
  }
  return states;
}

/** One operation of each kind that changes a state. */
function kindsOf<S, I, O>(
  model: Model<S, I, O>, history: readonly Operation<I, O>[], operations: readonly number[],
): readonly Operation<I, O>[] | undefined {
  const keys = new OperationKeys();
  const kinds: Operation<I, O>[] = [];
  for (const index of operations) {
    const operation = history[index]!;
    const output = operation.returnTime === null ? undefined : operation.output;
    if (model.readOnly?.(operation.input, output) === true) continue;
    const key = model.operationKey?.(operation.input, output);
    if (key === undefined) return undefined;
    if (keys.firstOf(0, key, index) !== index) continue;
    if (kinds.push(operation) > maxKinds) return undefined;
  }
  return kinds;
}
