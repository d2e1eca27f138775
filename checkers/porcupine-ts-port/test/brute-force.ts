/** Linearizability by its definition: every order that keeps real time, without memory or shortcuts. */
import { illegal, type Model, type Operation } from '../index.ts';

export function isLinearizable<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): boolean {
  const isKnown = (operation: Operation<I, O>): boolean => operation.returnTime !== null;
  const precedes = (a: Operation<I, O>, b: Operation<I, O>): boolean =>
    a.returnTime !== null && a.returnTime < b.callTime;
  const extend = (state: S, rest: readonly Operation<I, O>[]): boolean => {
    // Those of unknown outcome that are left never happened.
    if (!rest.some(isKnown)) return true;
    return rest.some((next) => {
      if (rest.some((other) => precedes(other, next))) return false;
      const after = model.step(state, next.input, isKnown(next) ? next.output : undefined);
      return after !== illegal && extend(after as S, rest.filter((other) => other !== next));
    });
  };
  return extend(model.init(), history);
}
