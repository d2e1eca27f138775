/**
 * Depth first: little memory for the states that wait, long counterexamples. It ends at the first
 * violation. It closes a space as breadth first does, with the same distinct and generated counts; its
 * depth is that of the longest run it went down, not of the shortest paths.
 */
import { pauseForEvents, roomFor } from './crew.ts';
import { Identity } from './expander.ts';
import type { Model, Path } from './model.ts';
import { completePath } from './path.ts';
import { PropertyChecks, type Place } from './property-checks.ts';
import { resultOf, type SearchEnd, type SearchOptions, type SearchResult } from './result.ts';
import { Visited } from './visited.ts';

interface Frame<State, Action> extends Place {
  readonly state: State;
  readonly actions: readonly Action[];
  nextAction: number;
}

/** Steps between two looks at the clock. */
const sliceSteps = 4096;
const holdMs = 50;

export async function depthFirst<State, Action>(
  model: Model<State, Action>, options: SearchOptions,
): Promise<SearchResult<State, Action>> {
  const { clock, signal } = options;
  const search = new DepthFirst(model, options);
  const beganMs = clock();
  let heldSince = beganMs;
  let end: SearchEnd | null = null;
  while (end === null) {
    end = search.run(sliceSteps);
    if (end !== null || clock() - heldSince < holdMs) continue;
    await pauseForEvents();
    if (signal?.aborted === true) end = 'interrupted';
    heldSince = clock();
    options.onProgress?.({ ...search.numbers(), elapsedMs: heldSince - beganMs });
  }
  const { distinct, generated, depth } = search.numbers();
  const counts = {
    strategy: 'dfs', workers: 1, distinct, generated, depth, end, elapsedMs: clock() - beganMs,
    visitedBytes: search.visited.sizeBytes,
  } as const;
  return resultOf(model, counts, search.checks.findings, (finding) =>
    search.paths.get(`${finding.property} ${finding.verdict}`)!,
  );
}

class DepthFirst<State, Action> {
  readonly visited = Visited.create(false);
  readonly checks: PropertyChecks<State, Action>;
  /** The run on which something was first found, by property and verdict. */
  readonly paths = new Map<string, Path<State, Action>>();
  private readonly model: Model<State, Action>;
  private readonly options: SearchOptions;
  private readonly identity: Identity<State, Action>;
  private readonly stack: Frame<State, Action>[] = [];
  private readonly initial: State[];
  private generated = 0;
  private depth = 0;
  private wasCut = false;
  private isFull = false;

  constructor(model: Model<State, Action>, options: SearchOptions) {
    this.model = model;
    this.options = options;
    this.checks = new PropertyChecks(model);
    this.identity = new Identity(model, options.hasSymmetry === true);
    this.initial = model.initialStates().toReversed();
  }

  numbers(): { distinct: number; generated: number; depth: number; queue: number } {
    return { distinct: this.visited.size, generated: this.generated, depth: this.depth, queue: this.stack.length };
  }

  /** @returns why it ended, or null when there is more to do */
  run(steps: number): SearchEnd | null {
    for (let step = 0; step < steps; step++) {
      if (this.checks.findings.hasViolation()) return 'violation';
      if (this.isFull) return 'max-states';
      const frame = this.stack.at(-1);
      if (frame !== undefined) this.advance(frame);
      else if (this.initial.length > 0) this.begin();
      else return this.wasCut ? 'max-depth' : 'closed';
    }
    return null;
  }

  private begin(): void {
    const state = this.initial.pop() as State;
    this.generated++;
    if (this.model.withinBoundary?.(state) !== false) this.visit(state, null);
  }

  private advance(frame: Frame<State, Action>): void {
    const { model, checks } = this;
    const index = frame.nextAction++;
    if (index >= frame.actions.length) {
      this.stack.pop();
      return;
    }
    const action = frame.actions[index] as Action;
    let after: State | null;
    try {
      after = model.next(frame.state, action);
    } catch (error) {
      checks.threw(error, frame, index);
      this.keepPaths();
      return;
    }
    if (after === null) return;
    const isInside = after === frame.state || model.withinBoundary?.(after) !== false;
    if (isInside && checks.hasStepProperties) {
      checks.step(frame.state, action, after, frame, index);
      this.keepPaths();
    }
    if (isInside && after !== frame.state) this.visit(after, frame);
    if (!this.isFull) this.generated++;
  }

  private visit(state: State, parent: Frame<State, Action> | null): void {
    const { maxStates = Infinity, maxDepth = Infinity } = this.options;
    const { lo, hi } = this.identity.of(state);
    const level = parent === null ? 0 : parent.level + 1;
    const isKnown = this.visited.has(lo, hi);
    // Under a bound on depth a state found again by a shorter way may lead further than it did.
    if (isKnown && (maxDepth === Infinity || this.visited.levelOf(lo, hi) <= level)) return;
    if (isKnown) {
      this.visited.lowerLevel(lo, hi, level);
    } else {
      if (this.visited.size >= maxStates) {
        this.isFull = true;
        return;
      }
      if (this.visited.room < 1) this.visited.reserve(roomFor(this.visited.size));
      this.visited.insert(lo, hi, parent?.lo ?? 0, parent?.hi ?? 0, level);
    }
    this.depth = Math.max(this.depth, level + 1);
    const place = { lo, hi, level };
    this.stack.push({
      state, actions: level + 1 < maxDepth ? this.actionsOf(state, place) : this.cut(), nextAction: 0, ...place,
    });
    if (isKnown) return;
    this.checks.state(state, place);
    this.keepPaths();
  }

  private cut(): readonly Action[] {
    this.wasCut = true;
    return [];
  }

  private actionsOf(state: State, place: Place): readonly Action[] {
    try {
      return this.model.actions(state);
    } catch (error) {
      this.checks.threw(error, place, -1);
      return [];
    }
  }

  /** The run to whatever was found now is the stack; each frame's last action led to the frame above it. */
  private keepPaths(): void {
    if (this.checks.findings.size === this.paths.size) return;
    const states = this.stack.map((frame) => frame.state);
    const actions = this.stack.slice(0, -1).map((frame) => frame.actions[frame.nextAction - 1] as Action);
    for (const finding of this.checks.findings.all()) {
      const name = `${finding.property} ${finding.verdict}`;
      if (!this.paths.has(name)) this.paths.set(name, completePath(this.model, states, actions, finding));
    }
    this.checks.forget(
      this.checks.findings
        .all()
        .filter(({ verdict }) => verdict === 'reached')
        .map(({ property }) => property),
    );
  }
}
