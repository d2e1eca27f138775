/** Models whose step may end in one of several states, by the power-set construction. */
import { illegal, type Illegal, type Model, type ModelBase } from './model.ts';
import { describeState } from './describe.ts';
import { mustBeStates } from './step.ts';
import { structuralKey } from './structural-key.ts';

export interface NondeterministicModel<S, I, O> extends Omit<
  ModelBase<S, I, O>,
  'fastPaths' | 'condense' | 'readOnly'
> {
  /** Every state that the object may start in; at least one. */
  init(): readonly S[];
  /**
   * Every state that the operation may lead to; none: it cannot happen here, or not with this output.
   * @param output `undefined` when the outcome is unknown: then any output is right
   */
  step(state: S, input: I, output: O | undefined): readonly S[];
}

/**
 * The deterministic model whose states are the sets of states that the object may be in. A history is
 * legal for the one exactly when it is legal for the other, because a client sees outputs only.
 */
export function toDeterministic<S, I, O>(model: NondeterministicModel<S, I, O>): Model<readonly S[], I, O> {
  const distinct = (states: readonly S[]): S[] => {
    const kept: S[] = [];
    if (model.equal !== undefined) {
      for (const state of states) if (!kept.some((other) => model.equal!(other, state))) kept.push(state);
      return kept;
    }
    const seen = new Set<string>();
    for (const state of states) {
      const key = structuralKey(state);
      if (!seen.has(key)) kept.push(state);
      seen.add(key);
    }
    return kept;
  };
  const holdsAll = (a: readonly S[], b: readonly S[]): boolean =>
    model.equal === undefined || b.every((state) => a.some((other) => model.equal!(other, state)));
  const keysOf = (states: readonly S[]): string => states.map(structuralKey).toSorted().join(',');
  const { equal, hash, sizeBytes, name, ...rest } = model;
  const hasBooleans = model.pairStates === true || model.init().some((state) => typeof state === 'boolean');
  const base = {
    ...rest,
    name,
    // A set of states is an array, and may hold two.
    pairStates: true,
    init: () => distinct(model.init()),
    step(states: readonly S[], input: I, output: O | undefined): readonly S[] | Illegal {
      const next = distinct(
        states.flatMap((state) => {
          const after = model.step(state, input, output);
          mustBeStates(model, after, input, output, hasBooleans);
          return after;
        }),
      );
      return next.length === 0 ? illegal : next;
    },
    equal:
      equal === undefined
        ? (a: readonly S[], b: readonly S[]): boolean => a.length === b.length && keysOf(a) === keysOf(b)
        : (a: readonly S[], b: readonly S[]): boolean => a.length === b.length && holdsAll(a, b),
    // Whatever the order of the states in it, a set has one hash.
    hash: (states: readonly S[]): number => {
      if (equal !== undefined && hash === undefined) return states.length;
      return states.reduce(
        (sum, state) =>
          (sum + (hash === undefined || equal === undefined ? hashText(structuralKey(state)) : hash(state))) | 0,
        0,
      );
    },
    describeState: (states: readonly S[]): string =>
      states.length === 1
        ? describeState(model, states[0]!)
        : `one of ${states.map((state) => describeState(model, state)).join(', ')}`,
  };
  return sizeBytes === undefined
    ? base
    : { ...base, sizeBytes: (states) => states.reduce((sum, state) => sum + sizeBytes(state), 0) };
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
