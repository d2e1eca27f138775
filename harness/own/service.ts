/** What clients ask of a system: operations and replies, how a history of them is judged, and how they are drawn. */
import * as v from 'valibot';
import { illegal, type Model } from '../../checkers/porcupine-ts-port/model.ts';
import { kvModel, type KvInput, type KvOutput } from '../../checkers/porcupine-ts-port/models/kv.ts';
import { lockModel, type LockInput, type LockOutput } from '../../checkers/porcupine-ts-port/models/lock.ts';
import { queueModel, type QueueInput, type QueueOutput } from '../../checkers/porcupine-ts-port/models/queue.ts';
import {
  casRegisterModel, type CasRegisterInput, type RegisterOutput,
} from '../../checkers/porcupine-ts-port/models/register.ts';
import type { RandomStream } from '../world/random.ts';
import { words } from './data.ts';

/** A model whose states are nobody's affair but its own. */
export type AnyModel<Operation, Reply> = Model<any, Operation, Reply>;

export interface Service<Operation, Reply> {
  /** Null when there is no one order that answers must fit: then invariants alone judge. */
  readonly linearizable: AnyModel<Operation, Reply> | null;
  /** What a plan may ask; without it, any plain data. */
  readonly schema: v.GenericSchema;
  describe(operation: Operation): string;
  /** The operations of each client for the explorer, when a scenario gives none. */
  readonly typical: ((client: number, place: number) => Operation) | null;
}

/** Draws what clients ask. */
export interface Mix<Operation> {
  /** Of each client, from and to. */
  readonly each: readonly [number, number];
  /** @param number counts the operations of a run: a value that holds it is written once only */
  draw(random: RandomStream, number: number, client: number): Operation;
}

const text = v.string('expected a string');
const scalar = v.union(
  [v.string(), v.number(), v.boolean(), v.null()], 'expected a string, a number, true, false or null',
);
const item = v.union([v.string(), v.number()], 'expected a string or a number');

export interface MixOptions {
  /** So many operations of each client, or from and to. */
  readonly each?: number | readonly [number, number];
}

export interface KeyedMix extends MixOptions {
  readonly keys?: readonly [string, ...string[]];
}

/** @throws TypeError when there is nothing to draw */
function mixOf<Operation, Kind extends string>(
  weights: Readonly<Partial<Record<Kind, number>>>, { each = 15 }: MixOptions,
  make: (kind: Kind, random: RandomStream, number: number, client: number) => Operation,
): Mix<Operation> {
  const choices = Object.entries<number | undefined>(weights).flatMap(([kind, weight]) =>
    weight === undefined || weight <= 0 ? [] : [[weight, kind as Kind] as const],
  );
  if (choices.length === 0) throw new TypeError('a mix of operations needs at least one kind with a weight above 0');
  return {
    each: typeof each === 'number' ? [each, each] : each,
    draw: (random, number, client) => make(random.weighted(choices), random, number, client),
  };
}

export interface Ready<Operation, Reply, Kind extends string, Options> extends Service<Operation, Reply> {
  /** Kinds of operation by their weights. */
  mix(weights: Readonly<Partial<Record<Kind, number>>>, options?: Options): Mix<Operation>;
}

/** Only operations: the reply is told with its model. */
function ready<Operation, Reply, Kind extends string, Options extends MixOptions>(
  linearizable: AnyModel<Operation, Reply>,
  schema: v.GenericSchema,
  typical: (client: number, place: number) => Operation,
  make: (options: Options) => (kind: Kind, random: RandomStream, number: number, client: number) => Operation,
): Ready<Operation, Reply, Kind, Options> {
  return {
    linearizable, schema, typical, describe: (operation) => words(withKind(operation)),
    mix: (weights, options = {} as Options) => mixOf(weights, options, make(options)),
  };
}

/** For words: `op` names the operation as `kind` names a message. */
const withKind = (operation: unknown): unknown => {
  if (typeof operation !== 'object' || operation === null || !('op' in operation)) return operation;
  const { op, ...fields } = operation;
  return { kind: op, ...fields };
};

const keysOf = ({ keys = ['x', 'y'] }: KeyedMix): readonly string[] => keys;

/** A key/value store: get, put, append, compare-and-set and delete. A missing key reads as the empty string. */
export const kv = ready<KvInput, KvOutput, KvInput['op'], KeyedMix>(
  kvModel,
  v.strictObject({
    op: v.picklist(['get', 'put', 'append', 'cas', 'delete'], 'expected get, put, append, cas or delete'),
    key: text,
    value: v.exactOptional(text),
    expected: v.exactOptional(text),
  }),
  (client, place) =>
    (client + place) % 2 === 0 ? { op: 'put', key: 'x', value: `${client}.${place}` } : { op: 'get', key: 'x' },
  (options) => (op, random, number) => {
    const key = random.pick(keysOf(options));
    const value = `${number};`;
    if (op === 'get' || op === 'delete') return { op, key };
    return op === 'cas'
      ? { op, key, value, expected: random.chance(300) ? '' : `${random.below(number + 1)};` }
      : { op, key, value };
  },
);

/** A register: read, write and compare-and-set. It starts out as null. */
export const register = ready<CasRegisterInput, RegisterOutput, CasRegisterInput['op'], MixOptions>(
  casRegisterModel,
  v.strictObject({
    op: v.picklist(['read', 'write', 'cas'], 'expected read, write or cas'), value: v.exactOptional(scalar),
    expected: v.exactOptional(scalar),
  }),
  (client, place) => ((client + place) % 2 === 0 ? { op: 'write', value: 100 * client + place } : { op: 'read' }),
  () => (op, random, number) =>
    op === 'read'
      ? { op }
      : op === 'write'
        ? { op, value: number }
        : { op, value: number, expected: random.below(number + 1) },
);

/** A first-in first-out queue, at first empty. */
export const queue = ready<QueueInput, QueueOutput, QueueInput['op'], MixOptions>(
  queueModel,
  v.strictObject({
    op: v.picklist(['enqueue', 'dequeue'], 'expected enqueue or dequeue'), value: v.exactOptional(item),
  }),
  (client, place) => ((client + place) % 2 === 0 ? { op: 'enqueue', value: 100 * client + place } : { op: 'dequeue' }),
  () => (op, _random, number) => (op === 'enqueue' ? { op, value: number } : { op }),
);

/** A lock that one owner holds at a time; each client is an owner. */
export const lock = ready<LockInput, LockOutput, LockInput['op'], MixOptions>(
  lockModel,
  v.strictObject({ op: v.picklist(['acquire', 'release'], 'expected acquire or release'), owner: item }),
  (client, place) => ({ op: place % 2 === 0 ? 'acquire' : 'release', owner: client }),
  () => (op, _random, _number, client) => ({ op, owner: client }),
);

export interface ListAppendInput {
  readonly op: 'append' | 'read';
  readonly key: string;
  readonly value?: string | number;
}

export interface ListAppendOutput {
  /** read: the whole list. */
  readonly list?: readonly (string | number)[];
}

const listAppendModel: AnyModel<ListAppendInput, ListAppendOutput> = {
  name: 'list-append',
  init: (): readonly (string | number)[] => [],
  step(state: readonly (string | number)[], { op, value }, output) {
    if (op === 'append') return [...state, value ?? ''];
    const list = output?.list ?? state;
    return list.length === state.length && list.every((one, i) => one === state[i]) ? state : illegal;
  },
  partition: ({ key }) => key,
  readOnly: ({ op }) => op === 'read',
  describeOperation: ({ op, key, value }, output) =>
    op === 'append'
      ? `append(${key}, ${JSON.stringify(value)})`
      : `read(${key}) -> ${output === undefined ? '?' : JSON.stringify(output.list ?? [])}`,
  describeState: (state) => JSON.stringify(state),
  describeMetadata: (key) => `list ${JSON.stringify(key)}`,
};

/** Lists by key, to which clients append and which they read whole. */
export const listAppend = ready<ListAppendInput, ListAppendOutput, ListAppendInput['op'], KeyedMix>(
  listAppendModel,
  v.strictObject({
    op: v.picklist(['append', 'read'], 'expected append or read'), key: text, value: v.exactOptional(item),
  }),
  (client, place) =>
    (client + place) % 2 === 0 ? { op: 'append', key: 'x', value: 100 * client + place } : { op: 'read', key: 'x' },
  (options) => (op, random, number) =>
    op === 'append'
      ? { op, key: random.pick(keysOf(options)), value: number }
      : { op, key: random.pick(keysOf(options)) },
);

/**
 * Operations and replies of your own: `service<Operation, Reply>()`. With a model of the linearizability checker,
 * answers must fit one order of all operations.
 */
export const service = <Operation, Reply>(given: {
  /** What a plan may ask, by a schema of valibot; without it, any plain data. */
  readonly schema?: v.GenericSchema<unknown, Operation>;
  readonly linearizable?: AnyModel<Operation, Reply>;
  readonly describe?: (operation: Operation) => string;
} = {}): Service<Operation, Reply> & { mix(draw: Mix<Operation>['draw'], options?: MixOptions): Mix<Operation> } => ({
  linearizable: given.linearizable ?? null,
  schema: given.schema ?? v.unknown(),
  describe: given.describe ?? ((operation) => words(withKind(operation))),
  typical: null,
  mix: (draw, { each = 15 } = {}) => ({ each: typeof each === 'number' ? [each, each] : each, draw }),
});
