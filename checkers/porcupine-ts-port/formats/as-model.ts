/** Recorded operations, read as those of a ready model. */
import type { Model } from '../model.ts';
import { models, type ModelName } from '../models/index.ts';
import type { Operation } from '../operation.ts';
import { perKey } from '../per-key.ts';
import { FormatError, type RecordedHistory, type RecordedOperation } from './recorded.ts';

/** Whatever the model: the inputs and outputs were made for it. */
export type AnyModel = Model<unknown, unknown, unknown>;

export interface ModelHistory {
  readonly modelName: string;
  readonly model: AnyModel;
  readonly operations: readonly Operation<unknown, unknown>[];
}

type Field = 'key' | 'value' | 'expected' | 'owner';

/** The fields that an operation must have, and under which name the model takes what it was told. */
interface Shape {
  readonly needs: readonly Field[];
  /** Without one, the operation is told nothing but that it happened. */
  readonly told?: 'value' | 'ok' | 'values' | 'err';
}

const needs = (...fields: readonly Field[]): Shape => ({ needs: fields });
const tells = (told: NonNullable<Shape['told']>, ...fields: readonly Field[]): Shape => ({ needs: fields, told });
const shapesOf = (shapes: Record<string, Shape>): ReadonlyMap<string, Shape> => new Map(Object.entries(shapes));

const kv = shapesOf({
  get: tells('value', 'key'), put: needs('key', 'value'), append: needs('key', 'value'),
  cas: tells('ok', 'key', 'value'), delete: needs('key'),
});
const register = { read: tells('value'), write: needs('value') };

const shapes: Record<ModelName, ReadonlyMap<string, Shape>> = {
  kv,
  'kv-unpartitioned': kv,
  'versioned-kv': shapesOf({ get: tells('value', 'key'), put: tells('err', 'key', 'value') }),
  register: shapesOf(register),
  'cas-register': shapesOf({ ...register, cas: tells('ok', 'value') }),
  set: shapesOf({
    add: tells('ok', 'value'), remove: tells('ok', 'value'), contains: tells('ok', 'value'), read: tells('values'),
  }),
  queue: shapesOf({ enqueue: needs('value'), dequeue: tells('value') }),
  stack: shapesOf({ push: needs('value'), pop: tells('value') }),
  'priority-queue': shapesOf({ insert: needs('value'), 'remove-min': tells('value') }),
  lock: shapesOf({ acquire: tells('ok', 'owner'), release: tells('ok', 'owner') }),
  counter: shapesOf({ add: tells('value'), read: tells('value') }),
};

const textsOnly: ReadonlySet<string> = new Set(['kv', 'kv-unpartitioned', 'versioned-kv']);

/**
 * The first model that knows all the operations; a set is told from a counter by what its reads return, a store with
 * versions by these.
 */
export function guessModel(history: RecordedHistory): ModelName | undefined {
  const ops = new Set(history.operations.map(({ op }) => op));
  const listsRead = history.operations.some(({ output }) => Array.isArray(output));
  const isVersioned = history.operations.some(({ version }) => version !== undefined);
  const order: ModelName[] = isVersioned
    ? ['versioned-kv']
    : [
        'kv',
        'cas-register',
        'queue',
        'stack',
        'priority-queue',
        'lock',
        ...(listsRead ? (['set'] as const) : (['counter', 'set'] as const)),
      ];
  return order.find((name) => [...ops].every((op) => shapes[name].has(op)));
}

/** @throws FormatError for an operation that the model does not have, or one without a field that it needs */
export function asModel(history: RecordedHistory, name: ModelName): ModelHistory {
  const isKeyed = !textsOnly.has(name) && history.operations.some(({ key }) => key !== undefined);
  const inner = models[name] as unknown as AnyModel;
  const operations = history.operations.map((recorded): Operation<unknown, unknown> => {
    const shape = mustFit(recorded, name, isKeyed);
    const { client, callTime, returnTime } = recorded;
    const input = inputOf(recorded, isKeyed);
    return {
      client, input: isKeyed ? { key: recorded.key!, input } : input, output: outputOf(recorded, shape), callTime,
      returnTime,
    };
  });
  mustSuit(inner, operations, history, isKeyed);
  if (!isKeyed) return { modelName: name, model: inner, operations };
  return { modelName: `${name} by key`, model: perKey(inner) as AnyModel, operations };
}

function mustFit(recorded: RecordedOperation, name: ModelName, isKeyed: boolean): Shape {
  const { line, op } = recorded;
  const shape = shapes[name].get(op);
  if (shape === undefined)
    throw new FormatError(
      line,
      `the model ${name} has the operations ${[...shapes[name].keys()].join(', ')}, found ${op}`,
    );
  if (isKeyed && recorded.key === undefined)
    throw new FormatError(line, `${op} needs a "key", as other operations of this history have one`);
  for (const field of shape.needs) {
    // Of a register nil is a value like another; texts must be there.
    if (recorded[field] === undefined && !(field === 'value' && name.endsWith('register')))
      throw new FormatError(line, `${op} needs a "${field}"`);
    if (textsOnly.has(name) && typeof recorded[field] !== 'string')
      throw new FormatError(line, `the "${field}" of ${op} must be a text`);
  }
  return shape;
}

/** @throws FormatError with the line of the first operation whose values are none of the model's */
function mustSuit(
  model: AnyModel, operations: readonly Operation<unknown, unknown>[], history: RecordedHistory, isKeyed: boolean,
): void {
  operations.forEach(({ input, output, returnTime }, index) => {
    const problem = model.problemOf?.(
      isKeyed ? (input as { input: unknown }).input : input, returnTime === null ? undefined : output,
    );
    if (problem !== undefined) throw new FormatError(history.operations[index]!.line, problem);
  });
}

function inputOf({ op, key, value, expected, owner, version }: RecordedOperation, isKeyed: boolean): unknown {
  return {
    op,
    ...(key !== undefined && !isKeyed && { key }),
    ...(value !== undefined && { value }),
    ...(expected !== undefined && { expected }),
    ...(owner !== undefined && { owner }),
    ...(version !== undefined && { version }),
  };
}

/** A record is taken as the model takes it; anything else is the one thing that the operation is told. */
function outputOf({ output }: RecordedOperation, { told }: Shape): unknown {
  if (output === undefined) return undefined;
  if (output === null || told === undefined) return {};
  return typeof output === 'object' && !Array.isArray(output) ? output : { [told]: output };
}
