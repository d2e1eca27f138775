/**
 * What objects do when one client uses them, written for the tests alone: lists that change in place, no
 * line of the models. And linearizability by its definition over them: every order that keeps real time,
 * remembering only which sets of operations with which contents were tried.
 */
import type { Operation } from '../index.ts';

export type Value = string | number | null;
export interface Input {
  readonly op: string;
  readonly value?: Value;
  readonly expected?: Value;
}
export interface Output {
  readonly value?: Value;
  readonly ok?: boolean;
  readonly values?: readonly Value[];
}

/** Contents, as a list of whatever the object holds. */
export type Contents = Value[];

/** Does the operation to the contents, in place, and tells what a client would be told. */
export type SequentialObject = (contents: Contents, input: Input) => Output;

const indexOf = (contents: Contents, value: Value | undefined): number => contents.findIndex((one) => same(one, value));

/** Equal as a person would say: numbers by their amount, NaN equal to itself, a number never to a text. */
const same = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && isNaN(a) && isNaN(b));

/** Numbers before texts; NaN behind the other numbers. */
function isSmaller(a: Value, b: Value): boolean {
  const rank = (value: Value): number =>
    typeof value === 'string' ? 2 : typeof value === 'number' && isNaN(value) ? 1 : 0;
  return rank(a) !== rank(b) ? rank(a) < rank(b) : rank(a) !== 1 && (a as number) < (b as number);
}

export const queue: SequentialObject = (contents, { op, value }) => {
  if (op === 'dequeue') return { value: contents.shift() ?? null };
  contents.push(value!);
  return {};
};

export const stack: SequentialObject = (contents, { op, value }) => {
  if (op === 'pop') return { value: contents.pop() ?? null };
  contents.push(value!);
  return {};
};

export const priorityQueue: SequentialObject = (contents, { op, value }) => {
  if (op === 'insert') {
    contents.push(value!);
    return {};
  }
  let least = 0;
  for (let i = 1; i < contents.length; i++) if (isSmaller(contents[i]!, contents[least]!)) least = i;
  return { value: contents.splice(least, 1)[0] ?? null };
};

export const set: SequentialObject = (contents, { op, value }) => {
  if (op === 'read') return { values: [...contents] };
  const at = indexOf(contents, value);
  if (op === 'add' && at === -1) contents.push(value!);
  if (op === 'remove' && at !== -1) contents.splice(at, 1);
  return { ok: op === 'add' ? at === -1 : at !== -1 };
};

/** Its contents are one value, or none. */
export const register: SequentialObject = (contents, { op, value, expected }) => {
  const before = contents[0] ?? null;
  if (op === 'read') return { value: before };
  const ok = op === 'write' || same(before, expected ?? null);
  if (ok) contents.splice(0, 1, value ?? null);
  return op === 'cas' ? { ok } : {};
};

/** Whether a client that was told `told` may have been told `true` answer; what is left out was not told. */
function agrees(told: Output | undefined, answer: Output): boolean {
  if (told === undefined) return true;
  if ('value' in answer && !same(told.value ?? null, answer.value!)) return false;
  if ('ok' in answer && told.ok !== undefined && told.ok !== answer.ok) return false;
  if (answer.values === undefined || told.values === undefined) return true;
  return (
    told.values.length === answer.values.length &&
    answer.values.every((value) => told.values!.some((one) => same(one, value)))
  );
}

type History = readonly Operation<Input, Output>[];

/**
 * @param mayPrecede whether the first operation must come before the second; by default, when it returned before
 *   the second was called
 */
export function isLinearizableBySpec(
  object: SequentialObject,
  history: History,
  mustPrecede = (a: Operation<Input, Output>, b: Operation<Input, Output>): boolean =>
    a.returnTime !== null && a.returnTime < b.callTime,
): boolean {
  const names: Value[] = [];
  const nameOf = (value: Value): number => {
    const known = indexOf(names, value);
    return known === -1 ? names.push(value) - 1 : known;
  };
  const before = history.map((b) =>
    history.reduce((mask, a, at) => (a !== b && mustPrecede(a, b) ? mask | (1 << at) : mask), 0),
  );
  const mustHappen = history.reduce((mask, { returnTime }, at) => (returnTime === null ? mask : mask | (1 << at)), 0);
  const tried = new Set<string>();
  const extend = (done: number, contents: Contents): boolean => {
    if ((done & mustHappen) === mustHappen) return true;
    const key = `${done}:${contents.map(nameOf).join()}`;
    if (tried.has(key)) return false;
    tried.add(key);
    for (let at = 0; at < history.length; at++) {
      if ((done & (1 << at)) !== 0 || (before[at]! & ~done & mustHappen) !== 0) continue;
      const { input, output, returnTime } = history[at]!;
      const after = [...contents];
      const answer = object(after, input);
      if (agrees(returnTime === null ? undefined : output, answer) && extend(done | (1 << at), after)) return true;
    }
    return false;
  };
  return extend(0, []);
}
