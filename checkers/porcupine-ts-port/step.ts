/**
 * One step of a model, with what it gave looked at: a wrong model must not pass for an object that allows everything.
 */
import { describeOperation } from './describe.ts';
import { illegal, type Illegal, type Model, type ModelBase } from './model.ts';

/** @throws TypeError that names model, operation and what came back, when that is no state and not `illegal` */
export function stepOf<S, I, O>(model: Model<S, I, O>, state: S, input: I, output: O | undefined): S | Illegal {
  const next = model.step(state, input, output);
  if (next === illegal) return illegal;
  const problem =
    problemOf(next) ?? (isPair(next) && model.pairStates !== true && !isPair(model.init()) ? pairProblem : undefined);
  if (problem === undefined) return next;
  throw new TypeError(
    `step of the model ${model.name} returned ${shown(next)} for ${named(model, input, output)}: ${problem}`,
  );
}

/** The states that a nondeterministic step gave. */
export function mustBeStates<S, I, O>(
  model: ModelBase<S, I, O>, states: readonly S[], input: I, output: O | undefined, isStatePair: boolean,
): void {
  const problem = !Array.isArray(states)
    ? 'it must return an array of the states that the operation may lead to'
    : isPair(states) && !isStatePair
      ? pairProblem
      : states.map(problemOf).find((found) => found !== undefined);
  if (problem === undefined) return;
  throw new TypeError(
    `step of the model ${model.name} returned ${shown(states)} for ${named(model, input, output)}: ${problem}`,
  );
}

/** @throws TypeError */
export function initialStateOf<S, I, O>(model: Model<S, I, O>): S {
  const state = model.init();
  const problem = problemOf(state);
  if (problem !== undefined)
    throw new TypeError(`init of the model ${model.name} returned ${shown(state)}: ${problem}`);
  return state;
}

const pairProblem =
  'an operation that cannot happen gives `illegal`, and one that can gives the next state alone, without a boolean before it ' +
  '(if such pairs are states of this model, set its pairStates)';

function problemOf(state: unknown): string | undefined {
  if (state === undefined)
    return 'every path must return a state or `illegal`; a state that stands for "nothing" is null';
  if (typeof state === 'object' && state !== null && typeof (state as { then?: unknown }).then === 'function')
    return 'it must not be asynchronous';
  return undefined;
}

/** Looks as what Porcupine's Step returns: (ok, state). */
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && typeof value[0] === 'boolean';

function named<S, I, O>(model: ModelBase<S, I, O>, input: I, output: O | undefined): string {
  try {
    return describeOperation(model, input, output);
  } catch {
    return String(input);
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function')
    return 'a promise';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
