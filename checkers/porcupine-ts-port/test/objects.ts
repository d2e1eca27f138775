/** Objects for random histories, one for each ready model. */
import type {
  CasRegisterInput,
  CounterInput,
  CounterOutput,
  KvInput,
  KvOutput,
  LockInput,
  LockOutput,
  QueueInput,
  QueueOutput,
  RegisterOutput,
  SetInput,
  SetOutput,
  StackInput,
  StackOutput,
} from '../index.ts';
import type { Tape, TestObject } from './random-history.ts';

export interface KvShape {
  readonly keys: number;
  readonly ops: readonly KvInput['op'][];
  /** Every written value is a token of its own; else one of three. */
  readonly unique: boolean;
  /** How distinct tokens are told apart in a value: by their end (default), by their start, or by their length. */
  readonly tokens?: 'end' | 'start' | 'length';
}

const digits = (serial: number): string => [9, 3, 1].map((place) => 'abc'[Math.floor(serial / place) % 3]).join('');

function distinctToken(shape: KvShape, op: KvInput['op'], serial: number): string {
  if (shape.tokens === 'start') return `${op === 'append' ? '+' : 'v'}${serial}`;
  // Fewer than 27 operations: three letters tell them apart.
  return shape.tokens === 'length' ? digits(serial) : `t${serial};`;
}

export function kvObject(shape: KvShape): TestObject<KvInput, KvOutput> {
  const store = new Map<string, string>();
  const held: string[] = [''];
  const token = (tape: Tape, serial: number, op: KvInput['op']): string =>
    shape.unique ? distinctToken(shape, op, serial) : 'abc'[tape.next(3)]!;
  return {
    input(tape, serial) {
      const key = `k${tape.next(shape.keys)}`;
      const op = shape.ops[tape.next(shape.ops.length)]!;
      if (op === 'get' || op === 'delete') return { op, key };
      if (op !== 'cas') return { op, key, value: token(tape, serial, op) };
      const expected = tape.next(2) === 0 ? (store.get(key) ?? '') : held[tape.next(held.length)]!;
      return { op, key, expected, value: token(tape, serial, op) };
    },
    apply(input) {
      const before = store.get(input.key) ?? '';
      const ok = input.op !== 'cas' || before === input.expected;
      if (input.op === 'put' || (input.op === 'cas' && ok)) store.set(input.key, input.value!);
      if (input.op === 'append') store.set(input.key, before + input.value!);
      if (input.op === 'delete') store.delete(input.key);
      held.push(store.get(input.key) ?? '');
      return input.op === 'get' ? { value: before } : input.op === 'cas' ? { ok } : {};
    },
    lie(input, output, tape) {
      if (input.op === 'get') return { value: held[tape.next(held.length)]! };
      return input.op === 'cas' ? { ok: !output.ok } : output;
    },
  };
}

export function registerObject(
  unique: boolean, ops: readonly CasRegisterInput['op'][],
): TestObject<CasRegisterInput, RegisterOutput> {
  let state: number | null = null;
  const held: (number | null)[] = [null];
  return {
    input(tape, serial) {
      const op = ops[tape.next(ops.length)]!;
      const value = unique ? serial : tape.next(3);
      if (op === 'read') return { op };
      if (op === 'write') return { op, value };
      return { op, value, expected: tape.next(2) === 0 ? state : held[tape.next(held.length)]! };
    },
    apply(input) {
      const before = state;
      const ok = input.op === 'write' || (input.op === 'cas' && state === input.expected);
      if (ok) state = input.value as number;
      held.push(state);
      return input.op === 'read' ? { value: before } : input.op === 'cas' ? { ok } : {};
    },
    lie(input, output, tape) {
      if (input.op === 'read') return { value: held[tape.next(held.length)]! };
      return input.op === 'cas' ? { ok: !output.ok } : output;
    },
  };
}

export function setObject(
  unique: boolean, ops: readonly SetInput['op'][], tells: boolean,
): TestObject<SetInput, SetOutput> {
  const members = new Set<number>();
  return {
    input(tape, serial) {
      const op = ops[tape.next(ops.length)]!;
      return op === 'read' ? { op } : { op, value: unique && op === 'add' ? serial : tape.next(3) };
    },
    apply({ op, value }) {
      if (op === 'read') return { values: [...members] };
      const was = members.has(value as number);
      if (op === 'add') members.add(value as number);
      if (op === 'remove') members.delete(value as number);
      if (op === 'contains') return { ok: was };
      return tells ? { ok: op === 'add' ? !was : was } : {};
    },
    lie(input, output, tape) {
      if (input.op !== 'read') return output.ok === undefined ? output : { ok: !output.ok };
      const values = output.values!.filter(() => tape.next(3) > 0);
      return { values: tape.next(3) === 0 ? [...values, tape.next(8)] : values };
    },
  };
}

function itemsObject(
  takeFirst: boolean, unique: boolean,
): {
  input(tape: Tape, serial: number): number | undefined;
  put(value: number): void;
  take(): number | null;
  any(tape: Tape): number | null;
} {
  const items: number[] = [];
  const seen: number[] = [];
  return {
    // Of distinct items the first few only go in, so that fewer takes find nothing.
    input: (tape, serial) =>
      tape.next(2) === 0 && !(unique && serial < 4) ? undefined : unique ? serial : tape.next(3),
    put(value) {
      items.push(value);
      seen.push(value);
    },
    take: () => (takeFirst ? items.shift() : items.pop()) ?? null,
    any: (tape) => (tape.next(6) === 0 ? null : (seen[tape.next(seen.length)] ?? null)),
  };
}

export function queueObject(unique: boolean): TestObject<QueueInput, QueueOutput> {
  const items = itemsObject(true, unique);
  return {
    input(tape, serial) {
      const value = items.input(tape, serial);
      return value === undefined ? { op: 'dequeue' } : { op: 'enqueue', value };
    },
    apply({ op, value }) {
      if (op === 'dequeue') return { value: items.take() };
      items.put(value as number);
      return {};
    },
    lie: ({ op }, output, tape) => (op === 'dequeue' ? { value: items.any(tape) } : output),
  };
}

export function stackObject(): TestObject<StackInput, StackOutput> {
  const items = itemsObject(false, false);
  return {
    input(tape, serial) {
      const value = items.input(tape, serial);
      return value === undefined ? { op: 'pop' } : { op: 'push', value };
    },
    apply({ op, value }) {
      if (op === 'pop') return { value: items.take() };
      items.put(value as number);
      return {};
    },
    lie: ({ op }, output, tape) => (op === 'pop' ? { value: items.any(tape) } : output),
  };
}

export function lockObject(): TestObject<LockInput, LockOutput> {
  let holder: string | number | null = null;
  return {
    input: (tape, _serial, client) => ({ op: tape.next(2) === 0 ? 'acquire' : 'release', owner: client % 4 }),
    apply({ op, owner }) {
      const ok = op === 'acquire' ? holder === null : holder === owner;
      if (ok) holder = op === 'acquire' ? owner : null;
      return { ok };
    },
    lie: (_input, output) => ({ ok: !output.ok }),
  };
}

export function counterObject(): TestObject<CounterInput, CounterOutput> {
  let count = 0;
  return {
    input: (tape) => (tape.next(2) === 0 ? { op: 'read' } : { op: 'add', value: tape.next(3) - 1 }),
    apply({ op, value = 1 }) {
      if (op === 'add') count += value;
      return op === 'read' ? { value: count } : {};
    },
    lie: ({ op }, output, tape) => (op === 'read' ? { value: output.value! + tape.next(3) - 1 } : output),
  };
}
