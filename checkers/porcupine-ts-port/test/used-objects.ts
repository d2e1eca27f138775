/** Small histories of an object that concurrent clients use, and that goes wrong now and then. */
import type { Operation } from '../index.ts';
import { tapeOf, type Tape } from './random-history.ts';
import type { Contents, Input, Output, SequentialObject, Value } from './sequential-objects.ts';

/** Made to be taken for one another. */
const colliding: readonly Value[] = [
  'v', 'v1', 'v10', 'v11', 'v1v', 'a', 'ab', '', '?', 0, NaN, '0', 'NaN', 1, '1', '__proto__', 'null', 'constructor',
  10, '10',
];

export interface Use {
  readonly object: SequentialObject;
  /** The next input; values that are not to repeat are taken from `fresh`. */
  input(tape: Tape, fresh: () => Value): Input;
  /** Another answer for the one that was told. */
  lie?(input: Input, answer: Output, tape: Tape, contents: Contents): Output;
}

interface Open {
  readonly index: number;
  readonly input: Input;
  answer: Output | undefined;
}

/**
 * Clients call, the object answers at some time, clients are told; some crash, some outputs are not told,
 * some times are equal, and the operations come in any order.
 * @param wrong out of 16 answers: the object did something else than it should have
 */
export function useObject(
  use: Use, numbers: readonly number[], maxOperations: number, wrong: number, clients = 4,
): Operation<Input, Output>[] {
  const tape = tapeOf(numbers);
  const values = [...colliding];
  for (let i = values.length - 1; i > 0; i--) {
    const j = tape.next(i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  const fresh = (): Value => values.pop() ?? `more${tape.next(1000)}`;
  const untold = tape.next(3) === 0 ? 1 : 0;
  const crashes = tape.next(3) === 0 ? 1 : 0;
  const history: Operation<Input, Output>[] = [];
  const contents: Contents = [];
  const open: (Open | undefined)[] = new Array<Open | undefined>(clients).fill(undefined);
  const names = open.map((_, client) => client);
  const lastReturn = open.map(() => -1);
  let time = 0;
  const answer = (one: Open): void => {
    if (one.answer !== undefined) return;
    one.answer =
      tape.next(16) < wrong ? shuffledAnswer(use, contents, one.input, tape) : use.object(contents, one.input);
  };
  const ends = (slot: number, one: Open): void => {
    answer(one);
    const output =
      tape.next(16) < untold
        ? undefined
        : use.lie !== undefined && tape.next(16) < wrong
          ? use.lie(one.input, one.answer!, tape, contents)
          : one.answer;
    history[one.index] = { ...history[one.index]!, output, returnTime: time };
    open[slot] = undefined;
    lastReturn[slot] = time;
  };
  while (!tape.done) {
    const slot = tape.next(open.length);
    const one = open[slot];
    time += tape.next(4) === 0 ? 0 : 1;
    if (one === undefined) {
      if (history.length >= maxOperations) continue;
      // Of two operations of one client at one time nobody could say which was first.
      if (lastReturn[slot] === time) time++;
      const input = use.input(tape, fresh);
      open[slot] = { index: history.length, input, answer: undefined };
      history.push({ client: names[slot]!, input, output: undefined, callTime: time, returnTime: null });
    } else if (tape.next(3) === 0) answer(one);
    else if (tape.next(12) < crashes) {
      if (tape.next(2) === 0) answer(one);
      open[slot] = undefined;
      names[slot]! += open.length;
    } else ends(slot, one);
  }
  if (tape.next(4) > 0) {
    open.forEach((one, slot) => {
      time++;
      if (one !== undefined) ends(slot, one);
    });
  }
  for (let i = history.length - 1; i > 0; i--) {
    const j = tape.next(i + 1);
    [history[i], history[j]] = [history[j]!, history[i]!];
  }
  return history;
}

/**
 * As if the contents lay in another order, or were nothing: what is told happened to one of them, not to the right one.
 */
function shuffledAnswer(use: Use, contents: Contents, input: Input, tape: Tape): Output {
  if (contents.length === 0 || tape.next(3) === 0) return use.object([], input);
  const turn = tape.next(contents.length);
  const turned = [...contents.slice(turn), ...contents.slice(0, turn)].slice(0, 1 + tape.next(contents.length));
  const rest = contents.filter((value) => !turned.includes(value));
  const output = use.object(turned, input);
  contents.splice(0, contents.length, ...rest, ...turned);
  return output;
}
