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

/** By operation, the fields that it must have. */
const shapes: Record<ModelName, Record<string, readonly ('key' | 'value' | 'expected' | 'owner')[]>> = {
  kv: { get: ['key'], put: ['key', 'value'], append: ['key', 'value'], cas: ['key', 'value'], delete: ['key'] },
  'kv-unpartitioned': { get: ['key'], put: ['key', 'value'], append: ['key', 'value'], cas: ['key', 'value'], delete: ['key'] },
  register: { read: [], write: ['value'] },
  'cas-register': { read: [], write: ['value'], cas: ['value'] },
  set: { add: ['value'], remove: ['value'], contains: ['value'], read: [] },
  queue: { enqueue: ['value'], dequeue: [] },
  stack: { push: ['value'], pop: [] },
  lock: { acquire: ['owner'], release: ['owner'] },
  counter: { add: [], read: [] },
};

const textsOnly: ReadonlySet<string> = new Set(['kv', 'kv-unpartitioned']);

/** The first model that knows all the operations; a set is told from a counter by what its reads return. */
export function guessModel(history: RecordedHistory): ModelName | undefined {
  const ops = new Set(history.operations.map(({ op }) => op));
  const listsRead = history.operations.some(({ output }) => Array.isArray(output));
  const order: ModelName[] = ['kv', 'cas-register', 'queue', 'stack', 'lock', ...(listsRead ? (['set'] as const) : (['counter', 'set'] as const))];
  return order.find((name) => [...ops].every((op) => op in shapes[name]));
}

/** @throws FormatError for an operation that the model does not have, or one without a field that it needs */
export function asModel(history: RecordedHistory, name: ModelName): ModelHistory {
  const isKeyed = !textsOnly.has(name) && history.operations.some(({ key }) => key !== undefined);
  const inner = models[name] as unknown as AnyModel;
  const operations = history.operations.map((recorded): Operation<unknown, unknown> => {
    mustFit(recorded, name);
    const { client, callTime, returnTime } = recorded;
    const input = inputOf(recorded, isKeyed);
    return { client, input: isKeyed ? { key: recorded.key ?? '', input } : input, output: outputOf(recorded), callTime, returnTime };
  });
  if (!isKeyed) return { modelName: name, model: inner, operations };
  return { modelName: `${name} by key`, model: perKey(inner) as AnyModel, operations };
}

function mustFit(recorded: RecordedOperation, name: ModelName): void {
  const { line, op } = recorded;
  const shape = shapes[name][op];
  if (shape === undefined) throw new FormatError(line, `the model ${name} has the operations ${Object.keys(shapes[name]).join(', ')}, found ${op}`);
  for (const field of shape) {
    // Of a register nil is a value like another; texts must be there.
    if (recorded[field] === undefined && !(field === 'value' && name.endsWith('register'))) throw new FormatError(line, `${op} needs a "${field}"`);
    if (textsOnly.has(name) && typeof recorded[field] !== 'string') throw new FormatError(line, `the "${field}" of ${op} must be a text`);
  }
  const told = recorded.output;
  if (textsOnly.has(name) && op === 'get' && told !== undefined && told !== null && typeof told !== 'string') {
    throw new FormatError(line, 'the output of get must be a text or null');
  }
}

function inputOf({ op, key, value, expected, owner }: RecordedOperation, isKeyed: boolean): unknown {
  return {
    op,
    ...(key !== undefined && !isKeyed && { key }),
    ...(value !== undefined && { value }),
    ...(expected !== undefined && { expected }),
    ...(owner !== undefined && { owner }),
  };
}

function outputOf({ output }: RecordedOperation): unknown {
  if (output === undefined) return undefined;
  if (output === null) return {};
  if (typeof output === 'boolean') return { ok: output };
  if (Array.isArray(output)) return { values: output };
  return typeof output === 'object' ? output : { value: output };
}
