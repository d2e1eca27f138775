/**
 * Expands one level of a breadth-first search: the states of the level are here, those found on the
 * next one are kept here too, and the visited set decides which are new. It can stop at any successor
 * and go on later, because room in the visited set and the number of states may be limited.
 */
import { Hasher } from './fingerprint.ts';
import type { Model } from './model.ts';
import type { PropertyChecks } from './property-checks.ts';
import type { Visited } from './visited.ts';

/** The states of a level with their fingerprints. */
export class Level<State> {
  readonly states: (State | undefined)[] = [];
  private halves = new Int32Array(1024);

  get length(): number {
    return this.states.length;
  }

  push(state: State, lo: number, hi: number): void {
    const at = this.states.length * 2;
    if (at === this.halves.length) {
      const bigger = new Int32Array(at * 2);
      bigger.set(this.halves);
      this.halves = bigger;
    }
    this.halves[at] = lo;
    this.halves[at + 1] = hi;
    this.states.push(state);
  }

  lo(index: number): number {
    return this.halves[index * 2]!;
  }

  hi(index: number): number {
    return this.halves[index * 2 + 1]!;
  }

  /** Removes the last `count` states. @returns their fingerprints, lower half first */
  takeLast(count: number): Int32Array {
    const from = this.states.length - count;
    const taken = this.halves.slice(from * 2, this.states.length * 2);
    this.states.length = from;
    return taken;
  }
}

export type Pause = 'level-done' | 'quota' | 'slice';

export class Expander<State, Action> {
  /** Successors produced so far, over all levels; initial states are counted by who offers them. */
  generated = 0;
  level = 0;
  current = new Level<State>();
  following = new Level<State>();
  private readonly model: Model<State, Action>;
  private readonly checks: PropertyChecks<State, Action>;
  private readonly identity: Identity<State, Action>;
  private visited: Visited;
  private nextState = 0;
  private nextAction = 0;

  constructor(
    model: Model<State, Action>, visited: Visited, checks: PropertyChecks<State, Action>, hasSymmetry: boolean,
  ) {
    this.model = model;
    this.visited = visited;
    this.checks = checks;
    this.identity = new Identity(model, hasSymmetry);
  }

  setVisited(visited: Visited): void {
    this.visited = visited;
  }

  /** States of the current level that are not expanded yet. */
  get waiting(): number {
    return this.current.length - this.nextState;
  }

  /** Puts an initial state into level 0 unless it is known. */
  offerInitial(state: State): void {
    this.generated++;
    if (this.model.withinBoundary?.(state) === false) return;
    const { lo, hi } = this.identity.of(state);
    if (!this.visited.insert(lo, hi, 0, 0, 0)) return;
    this.checks.state(state, { lo, hi, level: 0 });
    this.current.push(state, lo, hi);
  }

  beginNextLevel(): void {
    if (this.waiting > 0) throw new Error('the level is not done');
    this.current = this.following;
    this.following = new Level<State>();
    this.nextState = 0;
    this.nextAction = 0;
    this.level++;
  }

  /**
   * @param quota how many new states may be found
   * @param slice how many states may be expanded
   * @returns `quota` only when another new state was met and not taken
   */
  run(quota: number, slice: number): Pause {
    const { model, checks, current } = this;
    const hasBoundary = model.withinBoundary !== undefined;
    let left = quota;
    const end = Math.min(current.length, this.nextState + slice);
    while (this.nextState < end) {
      const state = current.states[this.nextState]!;
      const lo = current.lo(this.nextState);
      const hi = current.hi(this.nextState);
      const actions = this.actionsOf(state, lo, hi);
      for (let index = this.nextAction; index < actions.length; index++) {
        const action = actions[index]!;
        let after: State | null;
        try {
          after = model.next(state, action);
        } catch (error) {
          checks.threw(error, { lo, hi, level: this.level }, index);
          continue;
        }
        if (after === null) continue;
        if (after !== state && (!hasBoundary || model.withinBoundary!(after))) {
          const key = this.identity.of(after);
          if (left === 0 && !this.visited.has(key.lo, key.hi)) {
            this.nextAction = index;
            return 'quota';
          }
          if (this.visited.insert(key.lo, key.hi, lo, hi, this.level + 1)) {
            left--;
            this.following.push(after, key.lo, key.hi);
            checks.state(after, { lo: key.lo, hi: key.hi, level: this.level + 1 });
          }
          if (checks.hasStepProperties) checks.step(state, action, after, { lo, hi, level: this.level }, index);
        } else if (after === state && checks.hasStepProperties) {
          checks.step(state, action, after, { lo, hi, level: this.level }, index);
        }
        this.generated++;
      }
      this.nextAction = 0;
      // Frees the state: of a level only what still waits is held.
      current.states[this.nextState] = undefined;
      this.nextState++;
    }
    return this.nextState === current.length ? 'level-done' : 'slice';
  }

  private actionsOf(state: State, lo: number, hi: number): readonly Action[] {
    try {
      return this.model.actions(state);
    } catch (error) {
      this.checks.threw(error, { lo, hi, level: this.level }, -1);
      return [];
    }
  }
}

/** The fingerprint by which a state is known: its own, or that of its representative under symmetry. */
export class Identity<State, Action> {
  private readonly model: Model<State, Action>;
  private readonly hasSymmetry: boolean;
  private readonly hasher = new Hasher();

  constructor(model: Model<State, Action>, hasSymmetry: boolean) {
    this.model = model;
    this.hasSymmetry = hasSymmetry;
  }

  /** The result is valid until the next call. */
  of(state: State): Hasher {
    const { hasher } = this;
    hasher.reset();
    if (this.hasSymmetry && this.model.fingerprintOfOrbit !== undefined) this.model.fingerprintOfOrbit(state, hasher);
    else this.model.fingerprint(this.hasSymmetry ? this.model.representative!(state) : state, hasher);
    hasher.finish();
    return hasher;
  }
}
