/** The history of clients of a store with versions (MIT 6.5840), as the linearizability checker takes it. */
import type { Result } from '../core/kv/command.ts';
import type { PutSeen, VersionedOperation, VersionedResult } from '../core/kv/versioned.ts';
import { ModelHistory } from './linearizability.ts';
import type { Model } from './porcupine-ts-port/model.ts';
import {
  versionedKvModel, type VersionedKvInput, type VersionedKvOutput,
} from './porcupine-ts-port/models/versioned-kv.ts';

export type VersionedAsked = VersionedOperation | PutSeen;

/** Told again here: what the core takes for one must not decide what is judged. */
export const isVersioned = (operation: { readonly kind: string }): operation is VersionedOperation =>
  operation.kind === 'getVersion' || operation.kind === 'putVersion';

export const isVersionedAsked = (asked: { readonly kind: string }): asked is VersionedAsked =>
  isVersioned(asked) || asked.kind === 'putSeen';

export const isVersionedResult = (result: Result): result is VersionedResult =>
  typeof result === 'object' && result !== null;

/** Which version a client named that left it to its clerk is known from the answer, and from nothing else. */
export function versionedInput(asked: VersionedAsked, told?: VersionedResult): VersionedKvInput {
  const { key } = asked;
  if (asked.kind === 'getVersion') return { op: 'get', key };
  const version = asked.kind === 'putVersion' ? asked.version : told?.version;
  return { op: 'put', key, value: asked.value, ...(version === undefined ? {} : { version }) };
}

export const versionedOutput = ({ told, version, value }: VersionedResult): VersionedKvOutput => ({
  ...(told === 'OK' ? {} : { err: told }),
  ...(value === undefined ? {} : { value, version }),
});

export const anyVersionedModel = versionedKvModel as Model<unknown, VersionedKvInput, VersionedKvOutput>;

export class VersionedHistory extends ModelHistory<
  VersionedKvInput,
  VersionedKvOutput,
  VersionedAsked,
  VersionedResult
> {
  constructor() {
    super(anyVersionedModel, versionedInput, versionedOutput);
  }
}
