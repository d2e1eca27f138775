/** Histories of a model: clients really use an object at once, and now and then one is told what is not so. */
import fc from 'fast-check';
import { illegal, type Model, type Operation } from '../../checkers/porcupine-ts-port/index.ts';
import type { Choose, Use } from './use.ts';
import { readyUses } from './uses.ts';

export interface HistoryOptions<S, I, O> {
  /** At most so many (12). */
  readonly operations?: number;
  /** At once (3). */
  readonly clients?: number;
  /**
   * Out of 16 answers so many are another one that could have been told (0): without them every history is
   * linearizable. Some histories are linearizable all the same.
   */
  readonly lies?: number;
  /** What clients ask and may be told: may be left out for the models of the checker and the services of the kit. */
  readonly use?: Use<S, I, O>;
}

/**
 * Of unknown outcome, never returned, or returned at one time with others are some of the operations. Shrinking leaves
 * fewer of them, and less at once.
 * @throws TypeError for a model that is none of them, without `use`
 */
export function histories<S, I, O>(
  model: Model<S, I, O>, options: HistoryOptions<S, I, O> = {},
): fc.Arbitrary<readonly Operation<I, O>[]> {
  const { operations = 12, clients = 3, lies = 0 } = options;
  const used = options.use ?? (readyUses.get(model.name) as Use<S, I, O> | undefined);
  if (used === undefined)
    throw new TypeError(
      `the model "${model.name}" is none of the checker's: say with \`use\` what its clients ask, and what they may be told`,
    );
  // Each operation takes a few choices to begin, to happen and to end.
  const choices = fc.array(fc.nat({ max: 0xffff }), { maxLength: operations * 8, size: 'max' });
  return choices.map((numbers) => historyOf(model, used, numbers, operations, clients, lies));
}

interface Open<I, O> {
  readonly place: number;
  readonly input: I;
  answer: { readonly output: O } | null;
}

function historyOf<S, I, O>(
  model: Model<S, I, O>, use: Use<S, I, O>, numbers: readonly number[], most: number, clients: number, lies: number,
): readonly Operation<I, O>[] {
  let at = 0;
  const choose: Choose = (below) => (numbers[at++] ?? 0) % below;
  const object = new LiveObject(model, use);
  const history: Operation<I, O>[] = [];
  const open = new Array<Open<I, O> | null>(clients).fill(null);
  /** Who never came back goes on under another name. */
  const names = open.map((_, slot) => slot);
  const lastReturn = open.map(() => -1);
  let time = 0;
  const begin = (slot: number): void => {
    if (lastReturn[slot] === time) time += 1;
    const input = use.input(choose, history.length, names[slot]!);
    open[slot] = { place: history.length, input, answer: null };
    history.push({ client: names[slot]!, input, output: undefined, callTime: time, returnTime: null });
  };
  const happen = (one: Open<I, O>): O => (one.answer ??= { output: object.answer(one.input) }).output;
  const end = (slot: number, one: Open<I, O>): void => {
    const right = happen(one);
    const told = choose(16) < lies ? object.lie(one.input, right, choose) : right;
    history[one.place] = { ...history[one.place]!, output: told, returnTime: time };
    [open[slot], lastReturn[slot]] = [null, time];
  };
  while (at < numbers.length) {
    const slot = choose(clients);
    const one = open[slot];
    time += choose(4) === 0 ? 0 : 1;
    if (one === null || one === undefined) {
      if (history.length >= most) break;
      begin(slot);
      continue;
    }
    const what = choose(16);
    if (what < 4) happen(one);
    else if (what < 15) end(slot, one);
    else {
      if (choose(2) === 0) happen(one);
      [open[slot], names[slot]] = [null, names[slot]! + clients];
    }
  }
  open.forEach((one, slot) => {
    time += 1;
    if (one !== null) end(slot, one);
  });
  return history;
}

/** The object that the clients use: its answers are what the model takes. */
class LiveObject<S, I, O> {
  private readonly model: Model<S, I, O>;
  private readonly use: Use<S, I, O>;
  /** One for each part of the object. */
  private readonly states = new Map<string | number | undefined, S>();
  private readonly before: I[] = [];

  constructor(model: Model<S, I, O>, use: Use<S, I, O>) {
    this.model = model;
    this.use = use;
  }

  /** @throws TypeError when no answer that `use` gives is one */
  answer(input: I): O {
    const state = this.stateFor(input);
    for (const output of this.use.outputs(input, state, this.before)) {
      const after = this.model.step(state, input, output);
      if (after === illegal) continue;
      this.states.set(this.partOf(input), after);
      this.before.push(input);
      return output;
    }
    throw new TypeError(
      `none of the outputs of \`use\` is an answer to ${JSON.stringify(input)} in the state ${JSON.stringify(state)} of the model "${this.model.name}"`,
    );
  }

  lie(input: I, right: O, choose: Choose): O {
    const told = JSON.stringify(right);
    const others = this.use
      .outputs(input, this.stateFor(input), this.before)
      .filter((output) => JSON.stringify(output) !== told);
    return others.length === 0 ? right : others[choose(others.length)]!;
  }

  private stateFor(input: I): S {
    const part = this.partOf(input);
    if (!this.states.has(part)) this.states.set(part, this.model.init());
    return this.states.get(part)!;
  }

  private partOf(input: I): string | number | undefined {
    return this.use.isWhole === true ? undefined : this.model.partition?.(input);
  }
}
