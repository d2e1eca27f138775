/**
 * What each ready model's object does, one operation after the other: written anew, without the models, their
 * helpers or their words, so that a mistake in them is not made here again. Read it beside the declarations in
 * `models/`.
 */
import type { ModelName } from '../index.ts';

export type Value = string | number | boolean | null;
type Input = Readonly<Record<string, unknown>>;
type Output = Readonly<Record<string, unknown>>;

/** Everything here is text or number in a JSON text: a state that is equal is the same text. */
export interface Specification {
  readonly initial: unknown;
  readonly operations: readonly string[];
  /** What its values are. */
  readonly draws: 'value' | 'text' | 'item' | 'number';
  /** The operation that tells most of the state. */
  readonly look: string;
  /** By operation, the fields of its input that are drawn, and from what. */
  readonly fields: Readonly<
    Record<string, Readonly<Record<string, 'key' | 'value' | 'text' | 'item' | 'number' | 'owner' | 'version'>>>
  >;
  /** The state after the operation, and the whole answer to it. */
  run(state: unknown, input: Input): readonly [unknown, Output];
  /** Whether a client that was told this could have been told it by that answer. */
  fits(told: Output, answer: Output, input: Input): boolean;
  /** A told answer of the right shape, out of the air. */
  invent(input: Input, draw: Draw): Output;
}

export interface Draw {
  below(count: number): number;
  value(kind: 'value' | 'text' | 'item' | 'number'): Value;
}

/** 0 and -0 are one value, and NaN is one. */
const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b));
const orNull = (value: unknown): unknown => (value === undefined ? null : value);

/** An answer of one field: where the field was not told, any answer fits, or the one that silence stands for. */
const field = (name: string, silence?: unknown) => (told: Output, answer: Output): boolean => {
  const said = told[name] === undefined || told[name] === null ? silence : told[name];
  return said === undefined || same(said, answer[name]);
};

const flip = (draw: Draw): Output => ({ ok: draw.below(2) === 0 });

const register: Specification = {
  initial: null,
  operations: ['read', 'write'],
  draws: 'value',
  look: 'read',
  fields: { read: {}, write: { value: 'value' } },
  run: (state, input) => (input['op'] === 'read' ? [state, { value: state }] : [orNull(input['value']), {}]),
  fits: (told, answer, { op }) => op !== 'read' || same(orNull(told['value']), answer['value']),
  invent: ({ op }, draw) => (op === 'read' ? { value: draw.value('value') } : {}),
};

const casRegister: Specification = {
  ...register,
  operations: ['read', 'write', 'cas'],
  fields: { ...register.fields, cas: { expected: 'value', value: 'value' } },
  run(state, input) {
    if (input['op'] !== 'cas') return register.run(state, input);
    const hit = same(state, orNull(input['expected']));
    return [hit ? orNull(input['value']) : state, { ok: hit }];
  },
  fits: (told, answer, input) =>
    input['op'] === 'cas' ? field('ok')(told, answer) : register.fits(told, answer, input),
  invent: (input, draw) => (input['op'] === 'cas' ? flip(draw) : register.invent(input, draw)),
};

const store: Specification = {
  initial: {},
  operations: ['get', 'put', 'append', 'cas', 'delete'],
  draws: 'text',
  look: 'get',
  fields: {
    get: { key: 'key' }, put: { key: 'key', value: 'text' }, append: { key: 'key', value: 'text' },
    cas: { key: 'key', expected: 'text', value: 'text' }, delete: { key: 'key' },
  },
  run(state, input) {
    const entries = state as Readonly<Record<string, string>>;
    // A prefix keeps names such as __proto__ from meaning anything.
    const name = `key ${String(input['key'])}`;
    const held = entries[name] ?? '';
    const value = (input['value'] ?? '') as string;
    const holding = (next: string): unknown =>
      Object.fromEntries([...Object.entries(entries).filter(([other]) => other !== name), [name, next]].toSorted());
    switch (input['op']) {
      case 'get':
        return [state, { value: held }];
      case 'put':
        return [holding(value), {}];
      case 'append':
        return [holding(held + value), {}];
      case 'delete':
        return [holding(''), {}];
      default:
        return held === (input['expected'] ?? '') ? [holding(value), { ok: true }] : [state, { ok: false }];
    }
  },
  fits(told, answer, { op }) {
    if (op === 'get') return field('value', '')(told, answer);
    return op !== 'cas' || field('ok')(told, answer);
  },
  invent: ({ op }, draw) =>
    op === 'get'
      ? { value: [draw.value('text'), draw.value('text')].slice(draw.below(2)).join('') }
      : op === 'cas'
        ? flip(draw)
        : {},
};

const set: Specification = {
  initial: [],
  operations: ['add', 'remove', 'contains', 'read'],
  draws: 'item',
  look: 'read',
  fields: { add: { value: 'item' }, remove: { value: 'item' }, contains: { value: 'item' }, read: {} },
  run(state, { op, value }) {
    const members = state as readonly unknown[];
    const isIn = members.some((member) => same(member, value));
    if (op === 'read') return [members, { values: members }];
    if (op === 'contains') return [members, { ok: isIn }];
    if (op === 'add') return isIn ? [members, { ok: false }] : [[...members, value], { ok: true }];
    return [members.filter((member) => !same(member, value)), { ok: isIn }];
  },
  fits(told, answer, { op }) {
    if (op !== 'read') return field('ok')(told, answer);
    if (told['values'] === undefined) return true;
    const said = told['values'] as readonly unknown[];
    const real = answer['values'] as readonly unknown[];
    return said.length === real.length && real.every((one) => said.some((other) => same(one, other)));
  },
  invent: ({ op }, draw) =>
    op === 'read' ? { values: Array.from({ length: draw.below(3) }, () => draw.value('item')) } : flip(draw),
};

const line = (put: string, take: string, fromEnd: boolean): Specification => ({
  initial: [],
  operations: [put, take],
  draws: 'item',
  look: take,
  fields: { [put]: { value: 'item' }, [take]: {} },
  run(state, { op, value }) {
    const items = state as readonly unknown[];
    if (op === put) return [[...items, value], {}];
    const rest = fromEnd ? items.slice(0, -1) : items.slice(1);
    return [rest, { value: items.length === 0 ? null : fromEnd ? items[items.length - 1] : items[0] }];
  },
  fits: (told, answer, { op }) => op === put || same(orNull(told['value']), answer['value']),
  invent: ({ op }, draw) => (op === put ? {} : { value: draw.below(3) === 0 ? null : draw.value('item') }),
});

/** Numbers before texts, NaN behind the other numbers. */
function isLess(a: unknown, b: unknown): boolean {
  const rank = (value: unknown): number => (typeof value === 'string' ? 2 : Number.isNaN(value) ? 1 : 0);
  if (rank(a) !== rank(b)) return rank(a) < rank(b);
  return (a as number) < (b as number);
}

const priorityQueue: Specification = {
  initial: [],
  operations: ['insert', 'remove-min'],
  draws: 'item',
  look: 'remove-min',
  fields: { insert: { value: 'item' }, 'remove-min': {} },
  run(state, { op, value }) {
    const items = state as readonly unknown[];
    if (op === 'insert') return [[...items, value].toSorted((a, b) => Number(isLess(b, a)) - Number(isLess(a, b))), {}];
    return [items.slice(1), { value: items.length === 0 ? null : items[0] }];
  },
  fits: (told, answer, { op }) => op === 'insert' || same(orNull(told['value']), answer['value']),
  invent: ({ op }, draw) => (op === 'insert' ? {} : { value: draw.below(3) === 0 ? null : draw.value('item') }),
};

const versioned: Specification = {
  initial: {},
  operations: ['get', 'put'],
  draws: 'text',
  look: 'get',
  fields: { get: { key: 'key' }, put: { key: 'key', value: 'text', version: 'version' } },
  run(state, { op, key, value, version }) {
    const entries = state as Readonly<Record<string, readonly [string, number]>>;
    const name = `key ${String(key)}`;
    const [held, at] = entries[name] ?? ['', 0];
    if (op === 'get') return [state, at === 0 ? { err: 'ErrNoKey' } : { value: held, version: at }];
    if (version !== at) return [state, { err: at === 0 ? 'ErrNoKey' : 'ErrVersion' }];
    return [{ ...entries, [name]: [value, at + 1] }, { err: 'OK' }];
  },
  fits(told, answer, { op }) {
    const err = told['err'] ?? 'OK';
    if (op === 'put') return err === answer['err'] || (err === 'ErrMaybe' && answer['err'] !== 'ErrNoKey');
    if (err !== (answer['err'] ?? 'OK')) return false;
    return err === 'ErrNoKey' || (field('value')(told, answer) && field('version')(told, answer));
  },
  invent({ op }, draw) {
    if (op === 'put') return { err: ['OK', 'ErrVersion', 'ErrNoKey', 'ErrMaybe'][draw.below(4)]! };
    return draw.below(3) === 0 ? { err: 'ErrNoKey' } : { value: draw.value('text'), version: 1 + draw.below(3) };
  },
};

const lock: Specification = {
  initial: null,
  operations: ['acquire', 'release'],
  draws: 'item',
  look: 'acquire',
  fields: { acquire: { owner: 'owner' }, release: { owner: 'owner' } },
  run(holder, { op, owner }) {
    if (op === 'acquire') return holder === null ? [owner, { ok: true }] : [holder, { ok: false }];
    return holder !== null && same(holder, owner) ? [null, { ok: true }] : [holder, { ok: false }];
  },
  fits: (told, answer) => field('ok', true)(told, answer),
  invent: (_input, draw) => flip(draw),
};

const counter: Specification = {
  initial: 0,
  operations: ['add', 'read'],
  draws: 'number',
  look: 'read',
  fields: { add: { value: 'number' }, read: {} },
  run(state, { op, value }) {
    const next = op === 'add' ? (state as number) + ((value ?? 1) as number) : state;
    return [next, { value: next }];
  },
  fits: (told, answer) => field('value')(told, answer),
  invent: (_input, draw) => ({ value: draw.value('number') }),
};

/** A model without a specification here does not compile. */
export const specifications: Readonly<Record<ModelName, Specification>> = {
  register,
  'cas-register': casRegister,
  kv: store,
  'kv-unpartitioned': store,
  'versioned-kv': versioned,
  set,
  queue: line('enqueue', 'dequeue', false),
  stack: line('push', 'pop', true),
  'priority-queue': priorityQueue,
  lock,
  counter,
};
