/**
 * Sequential consistency (Lamport 1979): one order of all operations explains what everybody was told, and keeps
 * the order of each client; time between clients is not asked for.
 *
 * It does not hold part by part as linearizability does: two keys may each have an order, and none together. So the
 * history is searched as a whole, though each partition has its own state. An operation of unknown outcome comes
 * behind what its client had done before, or never happens; nothing waits for it. A legal read is placed at once, as
 * in the general search; the others are tried in the order of their calls.
 */
import { illegal, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { initialStateOf, stepOf } from '../step.ts';
import { structuralKey } from '../structural-key.ts';
import type { VerdictKind } from '../verdict.ts';

export interface Limits {
  readonly budgetSteps: number;
  readonly memoryBytes: number;
  /** Asked every few thousand steps: whether time is over, or somebody wants an end. */
  mustEnd(): boolean;
}

const stepsBetweenLooks = 4096;

interface SequentialResult {
  readonly kind: VerdictKind;
  readonly steps: number;
}

/** One client's operations of known outcome, or one operation of unknown outcome. */
interface Thread {
  readonly operations: readonly number[];
  /** The thread of which so many operations must be placed before. */
  readonly behind: number;
  readonly count: number;
  readonly isOptional: boolean;
}

interface Frame {
  /** What can be placed next: numbers of threads. */
  readonly choices: readonly number[];
  next: number;
  /** How many placings had been made. */
  readonly depth: number;
}

const bytesOfEntry = 80;

export function sequentialConsistency<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  limits: Limits,
): SequentialResult {
  return new Placing(model, history).run(limits);
}

class Placing<S, I, O> {
  readonly #model: Model<S, I, O>;
  readonly #history: readonly Operation<I, O>[];
  readonly #threads: readonly Thread[];
  /** By thread, how many of its operations are placed. */
  readonly #done: number[];
  /** By operation, the partition. */
  readonly #part: readonly number[];
  readonly #states: S[];
  readonly #keys: string[];
  /** What was placed: thread, and the state of its partition before. */
  readonly #placed: { readonly thread: number; readonly state: S; readonly key: string }[] = [];
  #steps = 0;
  #left = 0;

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[]) {
    this.#model = model;
    this.#history = history;
    this.#threads = threadsOf(model, history);
    this.#done = this.#threads.map(() => 0);
    this.#part = partsOf(model, history);
    const parts = new Set(this.#part).size;
    this.#states = Array.from({ length: parts }, () => initialStateOf(model));
    this.#keys = this.#states.map(structuralKey);
    for (const { isOptional, operations } of this.#threads) if (!isOptional) this.#left += operations.length;
  }

  run({ budgetSteps, memoryBytes, mustEnd }: Limits): SequentialResult {
    let nextLook = 0;
    const seen = new Set<string>();
    let bytes = 0;
    const frames: Frame[] = [];
    const said = (kind: VerdictKind): SequentialResult => ({ kind, steps: this.#steps });
    for (let arrived = true; ; ) {
      if (arrived) {
        this.#placeReads();
        if (this.#left === 0) return said('ok');
        const key = `${this.#done.join()};${this.#keys.join('')}`;
        arrived = false;
        if (!seen.has(key)) {
          seen.add(key);
          bytes += key.length * 2 + bytesOfEntry;
          frames.push({ choices: this.#choices(), next: 0, depth: this.#placed.length });
        }
      }
      if (this.#steps > budgetSteps || bytes > memoryBytes) return said('unknown');
      if (this.#steps >= nextLook) {
        if (mustEnd()) return said('unknown');
        nextLook = this.#steps + stepsBetweenLooks;
      }
      const frame = frames.at(-1);
      if (frame === undefined) return said('illegal');
      this.#takeBackTo(frame.depth);
      if (frame.next === frame.choices.length) frames.pop();
      else arrived = this.#place(frame.choices[frame.next++]!, false);
    }
  }

  #nextOf(thread: number): number | undefined {
    const { operations, behind, count } = this.#threads[thread]!;
    if (behind !== -1 && this.#done[behind]! < count) return undefined;
    return operations[this.#done[thread]!];
  }

  #choices(): readonly number[] {
    const open = this.#threads.flatMap((_, thread) => {
      const operation = this.#nextOf(thread);
      return operation === undefined
        ? []
        : [{ thread, callTime: this.#history[operation]!.callTime, isOptional: this.#threads[thread]!.isOptional }];
    });
    return open
      .toSorted((a, b) => Number(a.isOptional) - Number(b.isOptional) || a.callTime - b.callTime)
      .map(({ thread }) => thread);
  }

  #placeReads(): void {
    for (let again = true; again; ) {
      again = false;
      for (let thread = 0; thread < this.#threads.length; thread++) {
        for (;;) {
          const operation = this.#nextOf(thread);
          if (operation === undefined) break;
          const { input, output } = this.#history[operation]!;
          if (this.#model.readOnly?.(input, output) !== true || !this.#place(thread, true)) break;
          again = true;
        }
      }
    }
  }

  #place(thread: number, mustStay: boolean): boolean {
    const operation = this.#nextOf(thread)!;
    const { input, output, returnTime } = this.#history[operation]!;
    const part = this.#part[operation]!;
    const state = this.#states[part]!;
    const key = this.#keys[part]!;
    this.#steps++;
    const next = stepOf(this.#model, state, input, returnTime === null ? undefined : output);
    if (next === illegal) return false;
    const nextKey = structuralKey(next);
    // One that need not have happened, and would change nothing.
    if (nextKey === key ? this.#threads[thread]!.isOptional : mustStay) return false;
    this.#placed.push({ thread, state, key });
    this.#states[part] = next as S;
    this.#keys[part] = nextKey;
    this.#done[thread]!++;
    if (!this.#threads[thread]!.isOptional) this.#left--;
    return true;
  }

  #takeBackTo(depth: number): void {
    while (this.#placed.length > depth) {
      const { thread, state, key } = this.#placed.pop()!;
      if (!this.#threads[thread]!.isOptional) this.#left++;
      const operation = this.#threads[thread]!.operations[--this.#done[thread]!]!;
      this.#states[this.#part[operation]!] = state;
      this.#keys[this.#part[operation]!] = key;
    }
  }
}

function threadsOf<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): readonly Thread[] {
  const inOrder = history
    .map((_, index) => index)
    .toSorted(
      (a, b) =>
        history[a]!.callTime - history[b]!.callTime ||
        (history[a]!.returnTime ?? Infinity) - (history[b]!.returnTime ?? Infinity),
    );
  const numberOf = new Map<number, number>();
  const operations: number[][] = [];
  const optional: Thread[] = [];
  for (const index of inOrder) {
    const { client, input, returnTime } = history[index]!;
    let thread = numberOf.get(client);
    if (thread === undefined) {
      thread = operations.push([]) - 1;
      numberOf.set(client, thread);
    }
    if (returnTime !== null) operations[thread]!.push(index);
    else if (model.readOnly?.(input, undefined) !== true)
      optional.push({ operations: [index], behind: thread, count: operations[thread]!.length, isOptional: true });
  }
  return [...operations.map((own) => ({ operations: own, behind: -1, count: 0, isOptional: false })), ...optional];
}

/** By operation the number of its partition; one for all when some operation is on all of them. */
function partsOf<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): readonly number[] {
  const keys = history.map(({ input }) => model.partition?.(input));
  if (keys.includes(undefined)) return keys.map(() => 0);
  const numbers = new Map([...new Set(keys)].map((key, number) => [key, number]));
  return keys.map((key) => numbers.get(key)!);
}
