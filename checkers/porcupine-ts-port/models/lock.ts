/** A lock that one owner holds at a time, at first free; it is not reentrant. */
import { illegal, type Model } from '../model.ts';
import { untold } from '../operation-key.ts';
import { sameValue } from '../same-value.ts';
import { item, optionalBoolean, problemFinder } from './fields.ts';

export interface LockInput {
  readonly op: 'acquire' | 'release';
  readonly owner: string | number;
}

export interface LockOutput {
  /**
   * acquire: whether the lock was got; release: whether the owner had it. Left out: it was (an acquire
   * that waits, a release that does not say).
   */
  readonly ok?: boolean;
}

export type Holder = string | number | null;

function step(holder: Holder, { op, owner }: LockInput, output: LockOutput | undefined): Holder | typeof illegal {
  const succeeds = op === 'acquire' ? holder === null : sameValue(holder, owner);
  const after = op === 'acquire' ? owner : null;
  // Of unknown outcome: it may have failed, and then changed nothing.
  if (output === undefined) return succeeds ? after : holder;
  if ((output.ok ?? true) !== succeeds) return illegal;
  return succeeds ? after : holder;
}

export const lockModel: Model<Holder, LockInput, LockOutput> = {
  name: 'lock',
  init: () => null,
  step,
  problemOf: problemFinder('lock', {
    acquire: { input: { owner: item }, output: { ok: optionalBoolean } },
    release: { input: { owner: item }, output: { ok: optionalBoolean } },
  }),
  readOnly: (_input, output) => output?.ok === false,
  operationKey: ({ op, owner }, output) => [op, owner, output === undefined ? untold : (output.ok ?? true)],
  describeOperation: ({ op, owner }, output) =>
    `${op}(${JSON.stringify(owner)}) -> ${output === undefined ? '?' : (output.ok ?? true) ? 'ok' : 'refused'}`,
  describeState: (holder) => (holder === null ? 'free' : `held by ${JSON.stringify(holder)}`),
};
