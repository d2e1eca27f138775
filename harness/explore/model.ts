/**
 * What the explorer can search: initial states, actions, the state after an action, properties.
 *
 * A model is pure. States are immutable values; `actions` and `next` depend on nothing but their
 * arguments and give their results in a fixed order, because counterexamples and counts must be the
 * same on every run, whatever the number of workers.
 */
import type { Described } from '../text/difference.ts';
import type { Hasher } from './fingerprint.ts';
import type { Plan } from '../plan/plan.ts';
import type { ModelParameter, ParameterValues } from './parameters.ts';

/** `states[i]` is the state before `actions[i]`. One action more than steps when the last one threw. */
export interface Path<State, Action> {
  readonly states: readonly State[];
  readonly actions: readonly Action[];
  /** What the property said at the end of the path. */
  readonly detail: string;
}

/** Why a property does not hold. `unknown` (a check that gave up) is never a pass. */
export interface Problem {
  readonly verdict: 'violation' | 'unknown';
  /** One line for a person. */
  readonly detail: string;
}

/**
 * - `always`: in every state; `always-step`: on every step, those to known states and to itself included.
 * - `sometimes`, `sometimes-step`: some state, some step is reached; the search reports the shortest path.
 *
 * Under symmetry reduction a property must not tell renamed states apart.
 */
export type Property<State, Action> =
  | { readonly kind: 'always'; readonly name: string; check(state: State): Problem | null }
  | {
      readonly kind: 'always-step';
      readonly name: string;
      check(before: State, action: Action, after: State): Problem | null;
    }
  | { readonly kind: 'sometimes'; readonly name: string; reached(state: State): boolean }
  | {
      readonly kind: 'sometimes-step';
      readonly name: string;
      reached(before: State, action: Action, after: State): boolean;
    };


export interface Model<State, Action> {
  initialStates(): readonly State[];
  /** Actions that may be possible here, in a fixed order. May return a shared array. */
  actions(state: State): readonly Action[];
  /**
   * The state after the action; `null` when it is not possible after all, and then nothing was
   * generated. Returning `state` itself means that nothing changed: counted as generated, not hashed.
   * What it throws is a violation of the property "no step throws".
   */
  next(state: State, action: Action): State | null;
  /**
   * Feeds the state to the hasher in one canonical form: equal states give the same calls, different
   * states different ones. A part that many states share is fed through `Hasher.part`, or by a hash
   * kept with it, so that a step hashes only what it changed.
   */
  fingerprint(state: State, hasher: Hasher): void;
  readonly properties: readonly Property<State, Action>[];
  /** A state outside is counted as generated and then forgotten: not distinct, not checked, not expanded. */
  withinBoundary?(state: State): boolean;
  /**
   * The same member for all states that are equal up to renaming: used with `--symmetry`, and only to
   * identify states. The search goes on from the state itself, so that counterexamples are real runs.
   */
  representative?(state: State): State;
  /**
   * In the place of `representative`, without making it: feeds what is the same for all states that are equal up to
   * renaming.
   */
  fingerprintOfOrbit?(state: State, hasher: Hasher): void;
  /** The kind of an action, for random walks; without it every action is of one kind. */
  kindOf?(action: Action): string;
  /** Weight of every kind in random walks, whole numbers; a kind that is not listed has 1. */
  readonly kindWeights?: Readonly<Record<string, number>>;
  /** A path with the steps that `next` takes unseen along with an action, for a person and for plans. */
  unfold?(path: Path<State, Action>): Path<State, Action>;
  /**
   * A plan of the simulator that takes the steps of a path, so that a counterexample can be replayed; null when there
   * is none.
   */
  planOf?(path: Path<State, Action>, property: string): Plan | null;
  describeAction(action: Action): string;
  describeState(state: State): Described;
}

/** A model by name, with its parameters. */
export interface ModelDefinition<State = unknown, Action = unknown> {
  readonly name: string;
  /** One line for the list of models. */
  readonly summary: string;
  readonly parameters: readonly ModelParameter[];
  /**
   * `import.meta.url` of the module that exports this definition: a worker thread imports it and takes
   * the exported definition of this name.
   */
  readonly moduleUrl: string;
  /** @throws ParameterError when values that are right one by one do not go together */
  create(values: ParameterValues): Model<State, Action>;
}

/** The implicit property of every model, first in every result. */
export const noStepThrows = 'no step throws';
