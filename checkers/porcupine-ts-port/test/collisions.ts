/**
 * Small histories of values that are made to be taken for one another, and whether they are linearizable by trying
 * every order: by the specifications beside this file, and none of the checker's own code.
 */
import type { ModelName, Operation } from '../index.ts';
import { specifications, type Draw, type Specification, type Value } from './specifications.ts';

/** Values that are taken for one another in the same way; a history draws from one family, or from all. */
const families: readonly (readonly Value[])[] = [
  ['v', 'v1', 'v10', 'v11', 'v1v', '1', '10'],
  ['a', 'ab', 'b', 'ba', 'aba', ''],
  ['?', '', 'null', 'undefined', '__proto__', null],
  [0, -0, '0', Number.NaN, 'NaN', 1, '1', null],
  [true, 'true', 1, false, 0, ''],
];
const everything = families.flat();
const keys = ['k', '__proto__', '', '?'] as const;
const owners: readonly (string | number)[] = ['a', 1, '1', '?'];

export type AnyOperation = Operation<
  Readonly<Record<string, unknown>> & { readonly op: string },
  Readonly<Record<string, unknown>>
>;

const fitsKind: Record<Parameters<Draw['value']>[0], (value: Value) => boolean> = {
  text: (value) => typeof value === 'string',
  item: (value) => typeof value === 'string' || typeof value === 'number',
  number: (value) => typeof value === 'number',
  value: () => true,
};

/** Reads numbers that were drawn beforehand: shrinking them shrinks the history. */
function drawFrom(tape: readonly number[], kind: keyof typeof fitsKind): Draw {
  let at = 0;
  const below = (count: number): number => (tape[at++] ?? 0) % count;
  const fitting = families.filter((one) => one.filter(fitsKind[kind]).length > 2);
  const family = fitting[below(fitting.length + 1)] ?? everything;
  // Distinct values suit the fast paths; values that repeat suit what takes operations for the same.
  const isDistinct = below(2) === 0;
  const used = new Set<Value>();
  return {
    below,
    value(kind) {
      const own = family.filter(fitsKind[kind]);
      const all = own.length === 0 ? everything.filter(fitsKind[kind]) : own;
      const fresh = isDistinct ? all.filter((value) => !used.has(value)) : [];
      const among = fresh.length > 0 ? fresh : all;
      const value = among[below(among.length)]!;
      used.add(value);
      return value;
    },
  };
}

/** Out of sixteen: none, few, many. */
const rates = [0, 0, 2, 6] as const;

/** In no order of time, with equal times, untold and invented outputs, and operations that never returned. */
export function collidingHistory(name: ModelName, tape: readonly number[], maxOperations: number): AnyOperation[] {
  const specification = specifications[name];
  const draw = drawFrom(tape, specification.draws);
  const count = 2 + draw.below(maxOperations - 1);
  const keysInUse = 1 + draw.below(2);
  const untold = rates[draw.below(4)]!;
  const lost = rates[draw.below(4)]!;
  // One after the other, or with more and more at once.
  const spread = [1, 1, 2, 4, 8][draw.below(5)]!;
  // True throughout, one lie, one moved in time, or many lies.
  const fault = (['none', 'lie', 'lie', 'move', 'move', 'lies'] as const)[draw.below(6)]!;
  const inputs = Array.from({ length: count }, () => inputOf(specification, draw, keysInUse));
  const lookers = inputs.flatMap(({ op }, index) => (op === specification.look ? [index] : []));
  const chosen = fault === 'lie' && lookers.length > 0 ? lookers[draw.below(lookers.length)]! : draw.below(count);
  // Time goes on from operation to operation, and each happens in its turn; so what is told without a lie can be true.
  let state = specification.initial;
  let now = 0;
  const states = [state];
  const history = inputs.map((input, client): AnyOperation => {
    now += draw.below(3);
    const shift = fault === 'move' && client === chosen ? draw.below(9) - 4 : 0;
    const callTime = now - draw.below(spread) + shift;
    const returnTime = Math.max(callTime, now + draw.below(spread) + shift);
    const isLost = draw.below(16) < lost;
    // Never returned, and never happened.
    if (isLost && draw.below(2) === 0) return { client, input, output: undefined, callTime, returnTime: null };
    const [next, answer] = specification.run(state, input);
    state = next;
    states.push(state);
    if (isLost) return { client, input, output: undefined, callTime, returnTime: null };
    if (draw.below(16) < untold)
      return { client, input, output: draw.below(3) === 0 ? {} : undefined, callTime, returnTime };
    const isLie = fault === 'lie' ? client === chosen : fault === 'lies' && draw.below(2) === 0;
    const output = isLie ? lieOf(specification, states, input, draw) : answer;
    return { client, input, output, callTime, returnTime };
  });
  for (let at = history.length - 1; at > 0; at--) {
    const other = draw.below(at + 1);
    [history[at], history[other]] = [history[other]!, history[at]!];
  }
  return history;
}

/** What was true in another state, or the end of what is true now, or anything. */
function lieOf(
  specification: Specification, states: readonly unknown[], input: AnyOperation['input'], draw: Draw,
): Readonly<Record<string, unknown>> {
  const choice = draw.below(4);
  if (choice === 0) return specification.invent(input, draw);
  const [, answer] = specification.run(choice === 1 ? states.at(-1) : states[draw.below(states.length)], input);
  const { value } = answer;
  if (choice !== 1 || typeof value !== 'string') return answer;
  const cut = draw.below(value.length + 1);
  return { value: draw.below(2) === 0 ? value.slice(cut) : value.slice(0, cut) };
}

function inputOf(specification: Specification, draw: Draw, keysInUse: number): AnyOperation['input'] {
  // Every other operation looks, where one can: what nobody sees cannot be wrong.
  const { operations, look } = specification;
  const op = draw.below(2) === 0 ? look : operations[draw.below(operations.length)]!;
  const input: Record<string, unknown> & { op: string } = { op };
  for (const [name, kind] of Object.entries(specification.fields[op]!)) {
    input[name] =
      kind === 'key'
        ? keys[draw.below(keysInUse * 2)]
        : kind === 'owner'
          ? owners[draw.below(owners.length)]
          : kind === 'version'
            ? draw.below(3)
            : draw.value(kind);
  }
  return input;
}

/** An order that explains the history, or undefined; operations that never returned may be left out. */
export function explainByTrying(name: ModelName, history: readonly AnyOperation[]): readonly number[] | undefined {
  const specification = specifications[name];
  const mustComeFirst = history.map((one) =>
    history.flatMap((other, index) => (other.returnTime !== null && other.returnTime < one.callTime ? [index] : [])),
  );
  const order: number[] = [];
  const placed = new Set<number>();
  /** Where it was before, and could not go on from. */
  const stuck = new Set<string>();
  const goOn = (state: unknown): boolean => {
    const place = `${[...placed].toSorted().join()} ${textOf(state)}`;
    if (stuck.has(place)) return false;
    if (history.every(({ returnTime }, index) => returnTime === null || placed.has(index))) return true;
    for (let index = 0; index < history.length; index++) {
      if (placed.has(index) || !mustComeFirst[index]!.every((earlier) => placed.has(earlier))) continue;
      const { input, output, returnTime } = history[index]!;
      const [next, answer] = specification.run(state, input);
      if (returnTime !== null && output !== undefined && !specification.fits(output, answer, input)) continue;
      placed.add(index);
      order.push(index);
      if (goOn(next)) return true;
      placed.delete(index);
      order.pop();
    }
    stuck.add(place);
    return false;
  };
  return goOn(specification.initial) ? order : undefined;
}

/** Of states that are not equal two texts, of equal ones one, or two. */
const textOf = (state: unknown): string =>
  JSON.stringify(state, (_name, value: unknown) => (typeof value === 'number' ? { number: String(value) } : value));
