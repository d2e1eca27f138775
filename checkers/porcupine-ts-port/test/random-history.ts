/** Small random histories: an object is really used by concurrent clients, and now and then lies. */
import fc from 'fast-check';
import type { Operation } from '../index.ts';

/** A reader of random numbers that were drawn beforehand: shrinking them shrinks the history. */
export interface Tape {
  next(below: number): number;
  readonly done: boolean;
}

export function tapeOf(numbers: readonly number[]): Tape {
  let at = 0;
  return {
    next: (below) => (numbers[at++] ?? 0) % below,
    get done() {
      return at >= numbers.length;
    },
  };
}

/** An object with one state that operations change in place, written without the models. */
export interface TestObject<I, O> {
  input(tape: Tape, serial: number, client: number): I;
  apply(input: I): O;
  /** Another output that somebody could have been told. */
  lie(input: I, output: O, tape: Tape): O;
}

interface Open<I, O> {
  readonly index: number;
  readonly input: I;
  output: O | undefined;
  applied: boolean;
}

/**
 * Events share times now and then, clients crash now and then (the operation may have happened), and
 * operations still open at the end return one after the other, or are of unknown outcome.
 * @param lies out of 16 outputs are changed
 */
export function randomHistory<I, O>(
  object: TestObject<I, O>, numbers: readonly number[], maxOperations: number, lies: number,
): Operation<I, O>[] {
  const tape = tapeOf(numbers);
  const history: Operation<I, O>[] = [];
  const open: (Open<I, O> | undefined)[] = [undefined, undefined, undefined, undefined];
  const names = [0, 1, 2, 3];
  let time = 0;
  const finishes = tape.next(2) === 0;
  const apply = (operation: Open<I, O>): void => {
    if (!operation.applied) operation.output = object.apply(operation.input);
    operation.applied = true;
  };
  while (!tape.done) {
    const slot = tape.next(open.length);
    const operation = open[slot];
    time += tape.next(4) === 0 ? 0 : 1;
    if (operation === undefined) {
      if (history.length >= maxOperations) continue;
      const input = object.input(tape, history.length, names[slot]!);
      open[slot] = { index: history.length, input, output: undefined, applied: false };
      history.push({ client: names[slot]!, input, output: undefined, callTime: time, returnTime: null });
      continue;
    }
    const choice = tape.next(16);
    if (choice < 6) apply(operation);
    else if (choice === 15) {
      // Crashed: it may have happened, or happen later unseen; the client comes back under a new name.
      if (tape.next(2) === 0) apply(operation);
      open[slot] = undefined;
      names[slot]! += open.length;
    } else {
      apply(operation);
      const told = tape.next(16) < lies ? object.lie(operation.input, operation.output!, tape) : operation.output!;
      history[operation.index] = { ...history[operation.index]!, output: told, returnTime: time };
      open[slot] = undefined;
    }
  }
  for (const operation of finishes ? open : []) {
    if (operation === undefined) continue;
    apply(operation);
    history[operation.index] = { ...history[operation.index]!, output: operation.output, returnTime: ++time };
  }
  return history;
}

/** Numbers for `randomHistory`. */
export const tapes = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat({ max: 0xffff }), { minLength: length >> 1, maxLength: length, size: 'max' });
