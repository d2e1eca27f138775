/** Copies of what an actor holds, to the last object and with its classes; and what cannot be copied, by its place. */

/** Says where something stands that is no data. */
export class NoDataError extends Error {
  override readonly name = 'NoDataError';
}

interface Copying {
  /** Whether objects keep their classes: a state does, what is sent or written goes as plain data. */
  readonly keepsClasses: boolean;
  readonly copies: Map<object, unknown>;
  /** What is being copied now: an object that holds itself has no end. */
  readonly open: Set<object>;
}

/**
 * A state: with its classes, and what was shared in it is shared.
 * @param name of what is copied, for a person
 * @throws NoDataError
 */
export const copyOfState = <T extends object>(value: T, name: string): T =>
  copied(value, name, { keepsClasses: true, copies: new Map(), open: new Set() }) as T;

/**
 * What leaves an actor: plain data, as it would be when it has been written down and read again.
 * @throws NoDataError
 */
export const plainCopy = <T,>(value: T, name: string): T =>
  copied(value, name, { keepsClasses: false, copies: new Map(), open: new Set() }) as T;

function copied(value: unknown, path: string, copying: Copying): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new NoDataError(`${path} is a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return value;
  const known = copying.copies.get(value);
  if (known !== undefined) return known;
  if (copying.open.has(value)) throw new NoDataError(`${path} holds itself`);
  copying.open.add(value);
  const copy = copiedObject(value, path, copying);
  copying.open.delete(value);
  copying.copies.set(value, copy);
  return copy;
}

function copiedObject(value: object, path: string, copying: Copying): object {
  if (Array.isArray(value)) return value.map((one, i) => copied(one, `${path}[${i}]`, copying));
  if (value instanceof Map)
    return new Map(
      [...value].map(([key, one]) => [
        copied(key, `a key of ${path}`, copying), copied(one, `${path}[${String(key)}]`, copying),
      ]),
    );
  if (value instanceof Set) return new Set([...value].map((one) => copied(one, `a member of ${path}`, copying)));
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (hidesWhatItHolds(value))
    throw new NoDataError(
      `${path} is a ${(prototype as { readonly constructor: { readonly name: string } }).constructor.name}, which hides what it holds`,
    );
  const copy = Object.create(copying.keepsClasses ? prototype : Object.prototype) as Record<string, unknown>;
  for (const [name, field] of Object.entries(value)) copy[name] = copied(field, `${path}.${name}`, copying);
  return copy;
}

const hidden: ReadonlySet<string> = new Set(
  ['Date', 'RegExp', 'Promise', 'WeakMap', 'WeakSet', 'WeakRef', 'ArrayBuffer', 'SharedArrayBuffer', 'Error'].map(
    (kind) => `[object ${kind}]`,
  ),
);

const hidesWhatItHolds = (value: object): boolean => hidden.has(Object.prototype.toString.call(value));

/** Whether two values hold the same in the same order: of a map, too, the order is what a program may go by. */
export function holdSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)
  )
    return false;
  if (a instanceof Map) return listsHoldSame([...a].flat(), [...(b as typeof a)].flat());
  if (a instanceof Set) return listsHoldSame([...a], [...(b as typeof a)]);
  const [names, others] = [Object.keys(a), Object.keys(b)];
  return listsHoldSame(names, others) && (!Array.isArray(a) || a.length === (b as typeof a).length)
    && names.every((name) => holdSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]));
}

const listsHoldSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => holdSame(one, b[i]));
