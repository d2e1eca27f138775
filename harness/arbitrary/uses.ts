/** How clients use the checker's objects: few keys and values, so that they meet each other. */
import type {
  CasRegisterInput, CounterInput, CounterOutput, KvInput, KvOutput, LockInput, LockOutput, PriorityQueueInput,
  PriorityQueueOutput, QueueInput, QueueOutput, RegisterInput, RegisterOutput, RegisterValue, SetInput, SetOutput,
  StackInput, StackOutput, Versioned, VersionedKvInput, VersionedKvOutput,
} from '../../checkers/porcupine-ts-port/index.ts';
import type { ListAppendInput, ListAppendOutput } from '../own/service.ts';
import type { Choose, Use } from './use.ts';

type Item = string | number;

const oneOf = <T>(choose: Choose, ...items: readonly [T, ...T[]]): T => items[choose(items.length)]!;
const key = (choose: Choose): string => oneOf(choose, 'x', 'y');
const either = [{ ok: true }, { ok: false }] as const;

/** What was read, and else whatever was written before. */
const values = <T>(state: T, written: readonly (T | undefined)[]): readonly { readonly value: T }[] =>
  [state, ...written.filter((one) => one !== undefined && one !== state)].map((value) => ({ value: value as T }));

const kv: Use<string, KvInput, KvOutput> = {
  input(choose, number) {
    const op = oneOf(
      choose, 'get' as const, 'get' as const, 'put' as const, 'append' as const, 'cas' as const, 'delete' as const,
    );
    const on = key(choose);
    if (op === 'get' || op === 'delete') return { op, key: on };
    return op === 'cas'
      ? { op, key: on, value: `${number};`, expected: `${choose(number + 1)};` }
      : { op, key: on, value: `${number};` };
  },
  outputs: ({ op }, state, before) =>
    op === 'get'
      ? values(
          state,
          before.map(({ value }) => value),
        )
      : op === 'cas'
        ? either
        : [{}],
};

/** The whole store in one state: what a key holds is known by trying. */
const kvWhole: Use<unknown, KvInput, KvOutput> = {
  ...kv,
  input: (choose, number) =>
    oneOf(
      choose, { op: 'get', key: key(choose) } as const, { op: 'put', key: key(choose), value: `${number};` } as const,
    ),
  outputs: ({ op }, _, before) =>
    op === 'get'
      ? values(
          '',
          before.map(({ value }) => value),
        )
      : [{}],
};

const versionedKv: Use<Versioned, VersionedKvInput, VersionedKvOutput> = {
  input: (choose, number) =>
    choose(2) === 0
      ? { op: 'get', key: key(choose) }
      : { op: 'put', key: key(choose), value: `${number};`, version: choose(3) },
  outputs: ({ op }, { value, version }, before) =>
    op === 'put'
      ? [{ err: 'OK' }, { err: 'ErrVersion' }, { err: 'ErrNoKey' }, { err: 'ErrMaybe' }]
      : [
          ...values(
            value, before.map((one) => one.value),
          ).map((told) => ({ ...told, version })),
          { err: 'ErrNoKey' },
        ],
};

const register: Use<RegisterValue, RegisterInput, RegisterOutput> = {
  input: (choose, number) => (choose(2) === 0 ? { op: 'read' } : { op: 'write', value: number }),
  outputs: ({ op }, state, before) => (op === 'read' ? values(state, before.map(({ value }) => value)) : [{}]),
};

const casRegister: Use<RegisterValue, CasRegisterInput, RegisterOutput> = {
  input(choose, number) {
    const op = oneOf(choose, 'read' as const, 'write' as const, 'cas' as const);
    return op === 'read'
      ? { op }
      : op === 'write'
        ? { op, value: number }
        : { op, value: number, expected: choose(number + 1) };
  },
  outputs: ({ op }, state, before) =>
    op === 'cas'
      ? either
      : op === 'read'
        ? values(
            state,
            before.map(({ value }) => value),
          )
        : [{}],
};

const queue: Use<readonly Item[], QueueInput, QueueOutput> = {
  input: (choose, number) => (choose(2) === 0 ? { op: 'dequeue' } : { op: 'enqueue', value: number }),
  outputs: ({ op }, state, before) =>
    op === 'dequeue' ? values<Item | null>(state[0] ?? null, [null, ...before.map(({ value }) => value)]) : [{}],
};

const stack: Use<readonly Item[], StackInput, StackOutput> = {
  input: (choose, number) => (choose(2) === 0 ? { op: 'pop' } : { op: 'push', value: number }),
  outputs: ({ op }, state, before) =>
    op === 'pop' ? values<Item | null>(state.at(-1) ?? null, [null, ...before.map(({ value }) => value)]) : [{}],
};

const priorityQueue: Use<readonly Item[], PriorityQueueInput, PriorityQueueOutput> = {
  input: (choose, number) => (choose(2) === 0 ? { op: 'remove-min' } : { op: 'insert', value: (7 * number) % 5 }),
  outputs: ({ op }, state, before) =>
    op === 'remove-min' ? values<Item | null>(state[0] ?? null, [null, ...before.map(({ value }) => value)]) : [{}],
};

const set: Use<readonly Item[], SetInput, SetOutput> = {
  input: (choose) =>
    oneOf(
      choose, { op: 'read' }, { op: 'add', value: choose(3) }, { op: 'remove', value: choose(3) },
      { op: 'contains', value: choose(3) },
    ),
  outputs: ({ op }, state) =>
    op === 'read' ? [{ values: state }, { values: state.slice(1) }, { values: [...state, 3] }] : either,
  isWhole: true,
};

const lock: Use<Item | null, LockInput, LockOutput> = {
  input: (choose, _, client) => ({ op: choose(2) === 0 ? 'acquire' : 'release', owner: client }),
  outputs: () => either,
};

const counter: Use<number, CounterInput, CounterOutput> = {
  input: (choose) => (choose(2) === 0 ? { op: 'read' } : { op: 'add', value: 1 + choose(3) }),
  outputs: ({ op }, state) => (op === 'read' ? [{ value: state }, { value: state + 1 }, { value: state - 1 }] : [{}]),
};

const listAppend: Use<readonly Item[], ListAppendInput, ListAppendOutput> = {
  input: (choose, number) =>
    choose(2) === 0 ? { op: 'read', key: key(choose) } : { op: 'append', key: key(choose), value: number },
  outputs: ({ op }, state) =>
    op === 'read' ? [{ list: state }, { list: state.slice(0, -1) }, { list: state.toReversed() }] : [{}],
};

/** By the name of the model. */
export const readyUses: ReadonlyMap<string, object> = new Map<string, object>(
  Object.entries({
    kv, 'kv-unpartitioned': kvWhole, 'versioned-kv': versionedKv, register, 'cas-register': casRegister, queue, stack,
    'priority-queue': priorityQueue, set, lock, counter, 'list-append': listAppend,
  }),
);
