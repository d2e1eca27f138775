/**
 * The way to a visited state. The visited set knows only fingerprints, so the parents are followed back
 * to an initial state, and the model is run forward again along them.
 */
import { Identity } from './expander.ts';
import { throwsIndex, type Finding } from './findings.ts';
import type { Model, Path } from './model.ts';
import type { Key, Visited } from './visited.ts';

const unsteady =
  'a step that was taken before is not possible now: the model is not pure (its actions or next states differ from call to call), or its representative is not canonical';
const asymmetric =
  'the property does not hold for a renamed state as it did for the first: it tells renamed states apart, so run without --symmetry';

/** A run from an initial state to the state with this fingerprint. */
function runTo<State, Action>(
  model: Model<State, Action>, visited: Visited, hasSymmetry: boolean, key: Key,
): { states: State[]; actions: Action[] } {
  const chain: Key[] = [{ lo: key.lo, hi: key.hi }];
  for (let parent = visited.parentOf(key.lo, key.hi); parent !== null; parent = visited.parentOf(parent.lo, parent.hi))
    chain.push(parent);
  chain.reverse();
  const identity = new Identity(model, hasSymmetry);
  const is = (state: State, wanted: Key): boolean => {
    const { lo, hi } = identity.of(state);
    return lo === wanted.lo && hi === wanted.hi;
  };
  const first = model.initialStates().find((state) => is(state, chain[0]!));
  if (first === undefined) throw new Error(unsteady);
  const states: State[] = [first];
  const actions: Action[] = [];
  for (const wanted of chain.slice(1)) {
    const step = firstStep(model, states[states.length - 1] as State, (_action, after) => is(after, wanted));
    if (step === null) throw new Error(unsteady);
    actions.push(step.action);
    states.push(step.after);
  }
  return { states, actions };
}

function firstStep<State, Action>(
  model: Model<State, Action>,
  before: State,
  isWanted: (action: Action, after: State) => boolean,
): { action: Action; after: State } | null {
  for (const action of model.actions(before)) {
    const after = nextOrNull(model, before, action);
    if (after !== null && isWanted(action, after)) return { action, after };
  }
  return null;
}

function nextOrNull<State, Action>(model: Model<State, Action>, before: State, action: Action): State | null {
  try {
    return model.next(before, action);
  } catch {
    return null;
  }
}

/** The run that shows a finding, with what the property says about that very run. */
export function pathOf<State, Action>(
  model: Model<State, Action>, visited: Visited, hasSymmetry: boolean, finding: Finding,
): Path<State, Action> {
  const { states, actions } = runTo(model, visited, hasSymmetry, finding);
  return completePath(model, states, actions, finding);
}

/** Adds the last step when the finding is about one. */
export function completePath<State, Action>(
  model: Model<State, Action>,
  states: readonly State[],
  actions: readonly Action[],
  finding: Finding,
): Path<State, Action> {
  const last = states[states.length - 1] as State;
  if (finding.property === throwsIndex) return throwingPath(model, states, actions, finding);
  const property = model.properties[finding.property]!;
  switch (property.kind) {
    case 'always': {
      const problem = property.check(last);
      if (problem === null) throw new Error(`${property.name}: ${asymmetric}`);
      return { states, actions, detail: problem.detail };
    }
    case 'sometimes':
      return { states, actions, detail: '' };
    case 'always-step': {
      let detail = '';
      const step = firstStep(model, last, (action, after) => {
        const problem = property.check(last, action, after);
        if (problem?.verdict !== finding.verdict) return false;
        detail = problem.detail;
        return true;
      });
      if (step === null) throw new Error(`${property.name}: ${asymmetric}`);
      return { states: [...states, step.after], actions: [...actions, step.action], detail };
    }
    case 'sometimes-step': {
      const step = firstStep(model, last, (action, after) => property.reached(last, action, after));
      if (step === null) throw new Error(`${property.name}: ${asymmetric}`);
      return { states: [...states, step.after], actions: [...actions, step.action], detail: '' };
    }
  }
}

function throwingPath<State, Action>(
  model: Model<State, Action>,
  states: readonly State[],
  actions: readonly Action[],
  finding: Finding,
): Path<State, Action> {
  const { detail } = finding;
  if (finding.actionIndex < 0) return { states, actions, detail };
  const last = states[states.length - 1] as State;
  for (const action of model.actions(last)) {
    try {
      model.next(last, action);
    } catch {
      return { states, actions: [...actions, action], detail };
    }
  }
  throw new Error(unsteady);
}

/** A state with the fingerprint that it was found by. */
export interface Found<State> extends Key {
  readonly state: State;
}

const nameOf = (key: Key): string => `${key.lo},${key.hi}`;

/**
 * The states with these fingerprints, all on one level, made again from the initial states. This is how
 * a state goes to another thread: models may hold anything in their states, and only the way there is sent.
 * @param halves fingerprints, lower half first
 */
export function rebuild<State, Action>(
  model: Model<State, Action>, visited: Visited, hasSymmetry: boolean, halves: Int32Array,
): readonly Found<State>[] {
  let wanted = new Map<string, Key>();
  for (let at = 0; at < halves.length; at += 2) {
    const key = { lo: halves[at]!, hi: halves[at + 1]! };
    wanted.set(nameOf(key), key);
  }
  /** For every level from the last to the first: the wanted children by parent. */
  const childrenByLevel: Map<string, Set<string>>[] = [];
  while (wanted.size > 0) {
    const parents = new Map<string, Key>();
    const children = new Map<string, Set<string>>();
    for (const [name, key] of wanted) {
      const parent = visited.parentOf(key.lo, key.hi);
      if (parent === null) continue;
      const parentName = nameOf(parent);
      parents.set(parentName, parent);
      const siblings = children.get(parentName);
      if (siblings === undefined) children.set(parentName, new Set([name]));
      else siblings.add(name);
    }
    if (parents.size === 0) break;
    childrenByLevel.push(children);
    wanted = parents;
  }
  const identity = new Identity(model, hasSymmetry);
  const roots = new Set(wanted.keys());
  let found: Found<State>[] = [];
  for (const state of model.initialStates()) keep(found, roots, state, identity);
  if (roots.size > 0) throw new Error(unsteady);
  for (const children of childrenByLevel.toReversed()) {
    const following: Found<State>[] = [];
    for (const parent of found) {
      const open = children.get(nameOf(parent))!;
      for (const action of model.actions(parent.state)) {
        if (open.size === 0) break;
        const after = nextOrNull(model, parent.state, action);
        if (after !== null && after !== parent.state) keep(following, open, after, identity);
      }
      if (open.size > 0) throw new Error(unsteady);
    }
    found = following;
  }
  return found;
}

function keep<State, Action>(
  found: Found<State>[], open: Set<string>, state: State, identity: Identity<State, Action>,
): void {
  const { lo, hi } = identity.of(state);
  if (open.delete(nameOf({ lo, hi }))) found.push({ state, lo, hi });
}
