/**
 * Random walks with weighted kinds of action: rare timeouts and crashes, mostly progress. They reach deep
 * situations that breadth first does not reach in time, and never close a space. Walk `i` of a seed is
 * always the same walk, and the walk that counts is the first one with a violation, so that the result
 * does not depend on how many threads walk.
 */
import alea from 'seedrandom/lib/alea.js';
import { Identity } from './expander.ts';
import { Findings, type Finding } from './findings.ts';
import type { Model, Path } from './model.ts';
import { completePath } from './path.ts';
import { PropertyChecks } from './property-checks.ts';

export interface WalkRange {
  readonly seed: string;
  /** Number of the first walk. */
  readonly from: number;
  readonly count: number;
  /** A walk ends after this many steps, or earlier when nothing is possible. */
  readonly maxSteps: number;
}

/** What a walk found, and the walk itself as choices: which initial state, which action each time. */
export interface WalkFinding {
  readonly walk: number;
  readonly finding: Finding;
  readonly initialIndex: number;
  readonly choices: readonly number[];
}

export interface Walked {
  /** Walks done, the one with the violation included. */
  readonly walks: number;
  readonly generated: number;
  /** States on the longest walk. */
  readonly depth: number;
  /** The first of every other thing found: what was reached, and which checks gave up. */
  readonly others: readonly WalkFinding[];
  /** The violations of the one walk that ends the search: several properties may break at once. */
  readonly violations: readonly WalkFinding[];
}

/** Walks until all are done, one has a violation, or `isStopped`. */
export function walkMany<State, Action>(
  model: Model<State, Action>, range: WalkRange, isStopped: () => boolean,
): Walked {
  const others = new Map<string, WalkFinding>();
  let generated = 0;
  let depth = 0;
  let walks = 0;
  for (; walks < range.count && !isStopped(); walks++) {
    const walk = range.from + walks;
    const one = walkOnce(model, `${range.seed}/${walk}`, range.maxSteps);
    generated += one.generated;
    depth = Math.max(depth, one.choices.length + 1);
    const found = one.findings
      .all()
      .map((finding): WalkFinding => ({ walk, finding, initialIndex: one.initialIndex, choices: one.choices }));
    for (const other of found.filter(({ finding }) => finding.verdict !== 'violation')) {
      const name = `${other.finding.property} ${other.finding.verdict}`;
      if (!others.has(name)) others.set(name, other);
    }
    const violations = found.filter(({ finding }) => finding.verdict === 'violation');
    if (violations.length > 0) {
      return { walks: walks + 1, generated, depth, violations, others: [...others.values()] };
    }
  }
  return { walks, generated, depth, violations: [], others: [...others.values()] };
}

interface OneWalk {
  readonly initialIndex: number;
  readonly choices: readonly number[];
  readonly generated: number;
  readonly findings: Findings;
}

function walkOnce<State, Action>(model: Model<State, Action>, seed: string, maxSteps: number): OneWalk {
  const random = alea(seed);
  const below = (bound: number): number => (random.int32() >>> 0) % bound;
  const checks = new PropertyChecks(model);
  const choices: number[] = [];
  const initial = model.initialStates();
  const initialIndex = below(initial.length);
  let state = initial[initialIndex] as State;
  let generated = 1;
  checks.state(state, { lo: 0, hi: 0, level: 0 });
  while (choices.length < maxSteps && !checks.findings.hasViolation()) {
    const place = { lo: 0, hi: 0, level: choices.length };
    const step = drawStep(model, state, below, checks, place);
    generated += step.generated;
    if (step.after === null) break;
    choices.push(step.actionIndex);
    state = step.after as State;
    checks.state(state, { lo: 0, hi: 0, level: choices.length });
  }
  return { initialIndex, choices, generated, findings: checks.findings };
}

interface Drawn<State> {
  readonly after: State | null;
  readonly actionIndex: number;
  readonly generated: number;
}

/** First a kind by weight, then one of its actions; those that are impossible or change nothing are drawn again. */
function drawStep<State, Action>(
  model: Model<State, Action>,
  state: State,
  below: (bound: number) => number,
  checks: PropertyChecks<State, Action>,
  place: { lo: number; hi: number; level: number },
): Drawn<State> {
  let generated = 0;
  let actions: readonly Action[];
  try {
    actions = model.actions(state);
  } catch (error) {
    checks.threw(error, place, -1);
    return { after: null, actionIndex: -1, generated };
  }
  const kinds = new Map<string, number[]>();
  actions.forEach((action, index) => {
    const kind = model.kindOf?.(action) ?? '';
    const ofKind = kinds.get(kind);
    if (ofKind === undefined) kinds.set(kind, [index]);
    else ofKind.push(index);
  });
  while (kinds.size > 0) {
    const kind = drawKind(kinds, model.kindWeights ?? {}, below);
    if (kind === null) break;
    const ofKind = kinds.get(kind)!;
    const [actionIndex] = ofKind.splice(below(ofKind.length), 1) as [number];
    if (ofKind.length === 0) kinds.delete(kind);
    const action = actions[actionIndex] as Action;
    let after: State | null;
    try {
      after = model.next(state, action);
    } catch (error) {
      checks.threw(error, place, actionIndex);
      return { after: null, actionIndex, generated };
    }
    if (after === null) continue;
    generated++;
    if (after !== state && model.withinBoundary?.(after) === false) continue;
    if (checks.hasStepProperties) checks.step(state, action, after, place, actionIndex);
    if (after !== state) return { after, actionIndex, generated };
  }
  return { after: null, actionIndex: -1, generated };
}

/** @returns null when every kind that is left has weight 0 */
function drawKind(
  kinds: ReadonlyMap<string, readonly number[]>, weights: Readonly<Record<string, number>>,
  below: (bound: number) => number,
): string | null {
  let total = 0;
  for (const kind of kinds.keys()) total += weights[kind] ?? 1;
  if (total === 0) return null;
  let left = below(total);
  for (const kind of kinds.keys()) {
    left -= weights[kind] ?? 1;
    if (left < 0) return kind;
  }
  throw new Error('a draw went beyond the sum of the weights');
}

/** The walk again as a path up to the finding, without the detours that came back to a known state. */
export function pathOfWalk<State, Action>(model: Model<State, Action>, walked: WalkFinding): Path<State, Action> {
  const { finding } = walked;
  let state = model.initialStates()[walked.initialIndex] as State;
  const states = [state];
  const actions: Action[] = [];
  const identity = new Identity(model, false);
  const nameOf = (of: State): string => {
    const { lo, hi } = identity.of(of);
    return `${lo},${hi}`;
  };
  const positions = new Map([[nameOf(state), 0]]);
  for (const choice of walked.choices.slice(0, finding.level)) {
    const action = model.actions(state)[choice] as Action;
    state = model.next(state, action) as State;
    const name = nameOf(state);
    const before = positions.get(name);
    if (before === undefined) {
      actions.push(action);
      states.push(state);
      positions.set(name, states.length - 1);
      continue;
    }
    for (const cut of states.splice(before + 1)) positions.delete(nameOf(cut));
    actions.length = before;
  }
  return completePath(model, states, actions, finding);
}
