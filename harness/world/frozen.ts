/**
 * A system whose reducers cannot write to what they are given or have given away. Everything that enters or
 * leaves one is frozen to its last object, so that writing to it throws; what cannot be frozen (maps, sets,
 * typed arrays) is held against a copy of what it held. Objects that hide what they hold (dates, private
 * fields) are out of its reach.
 *
 * A reducer that writes to its own state passes unnoticed otherwise: the state may also be the disk's, or a
 * message under way, and then nothing that a crash or a network takes away is ever missed.
 */
import type { Plan } from '../plan/plan.ts';
import type { AnyProcess, System } from '../system.ts';
import { ContractError, shown } from './contract.ts';

/** The same system when it is frozen already. */
export function frozen(system: System): System {
  if (frozenSystems.has(system)) return system;
  const made: System = {
    ...system,
    processes(plan: Plan) {
      const freezer = new Freezer();
      return system.processes(plan).map((process) => frozenProcess(process, freezer));
    },
  };
  frozenSystems.add(made);
  return made;
}

const frozenSystems = new WeakSet<System>();

type Given = Readonly<Record<string, unknown>>;

/** Methods are called on the process itself: one may be a class with fields of its own. */
const frozenProcess = (process: AnyProcess, freezer: Freezer): AnyProcess => ({
  ...(process.onFailedWrite === undefined ? {} : { onFailedWrite: process.onFailedWrite }),
  ...(process.persistence === undefined ? {} : { persistence: process.persistence }),
  blank: freezer.freeze(process.blank),
  boot: (durable) => guarded(freezer, { durable }, (given) => process.boot(given['durable'])),
  step: (state, event) =>
    guarded(freezer, { state, event }, (given) => process.step(given['state'], given['event'] as typeof event)),
  write: (durable, write) =>
    guarded(freezer, { durable, write }, (given) => process.write(given['durable'], given['write'])),
});

/** @throws ContractError that names the field, when the reducer writes to what is not its own */
function guarded<T>(freezer: Freezer, given: Given, reduce: (given: Given) => T): T {
  const unfrozen = freezer.unfrozenIn(given);
  try {
    const result = reduce(given);
    const changed = unfrozen.find((one) => freezer.hasChanged(one));
    if (changed !== undefined) throw new ContractError(`it mutates ${freezer.changeOf(given, changed)}`);
    return freezer.freeze(result);
  } catch (error) {
    if (!isWriteToFrozen(error)) throw error;
    throw new ContractError(
      `it mutates ${fieldWritten(given, reduce) ?? `what it was given or had given away: ${(error as Error).message}`}`,
    );
  }
}

/** How V8 says that something is frozen. */
const isWriteToFrozen = (error: unknown): boolean =>
  error instanceof TypeError &&
  /read only property|not extensible|Cannot delete property|Cannot redefine property/.test(error.message);

/**
 * Which field a reducer writes to: it is given copies that may be written to, and these are held against the
 * originals, which are frozen. Null when it writes there what was there, or to something else.
 */
function fieldWritten(given: Given, reduce: (given: Given) => unknown): string | null {
  const copies = copyOf(given, new Map()) as Given;
  try {
    reduce(copies);
  } catch {
    // What it had written by then is to be seen.
  }
  return firstDifference(given, copies, '', new Set());
}

type Unfrozen = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView;

const isUnfrozen = (value: object): value is Unfrozen =>
  value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);

export class Freezer {
  /**
   * What was frozen before is not walked again: states share structure, and a step adds little to it. Held for
   * the length of a run: weak tables of this size cost the garbage collector more than the memory is worth.
   */
  private readonly known = new Set<object>();
  /** What cannot be frozen below an object that is; absent when there is nothing. */
  private readonly below = new Map<object, readonly Unfrozen[]>();
  private readonly held = new Map<Unfrozen, readonly unknown[]>();

  freeze<T>(value: T): T {
    this.walk(value);
    return value;
  }

  /** All that cannot be frozen in these values, after freezing the rest. */
  unfrozenIn(given: Given): readonly Unfrozen[] {
    let all: readonly Unfrozen[] = none;
    for (const name in given) {
      const below = this.walk(given[name]);
      if (below.length > 0) all = [...all, ...below];
    }
    return all;
  }

  hasChanged(one: Unfrozen): boolean {
    const [before, after] = [this.held.get(one)!, contentOf(one)];
    return before.length !== after.length || before.some((item, i) => !Object.is(item, after[i]));
  }

  /** Where it stands in the values, and what became of it. */
  changeOf(given: Given, one: Unfrozen): string {
    const [before, after] = [this.held.get(one)!, contentOf(one)];
    const path = pathTo(given, one, '', new Set()) ?? `a ${one.constructor.name}`;
    const place = before.findIndex((item, i) => i >= after.length || !Object.is(item, after[i]));
    const at = place < 0 ? before.length : place;
    return `${path}, a ${one.constructor.name}: ${at < before.length ? shown(before[at]) : 'nothing'} became ${at < after.length ? shown(after[at]) : 'nothing'}`;
  }

  private walk(value: unknown): readonly Unfrozen[] {
    if (typeof value !== 'object' || value === null) return none;
    if (this.known.has(value)) return this.below.size === 0 ? none : (this.below.get(value) ?? none);
    this.known.add(value);
    const below = isUnfrozen(value) ? this.hold(value) : this.walkInto(value);
    if (below.length > 0) this.below.set(value, below);
    return below;
  }

  private hold(value: Unfrozen): readonly Unfrozen[] {
    const content = contentOf(value);
    this.held.set(value, content);
    return ArrayBuffer.isView(value)
      ? [value]
      : content.reduce<readonly Unfrozen[]>((below, item) => joined(below, this.walk(item)), [value]);
  }

  private walkInto(value: object): readonly Unfrozen[] {
    let below: readonly Unfrozen[] = none;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++)
        if (typeof value[i] === 'object') below = joined(below, this.walk(value[i]));
    } else {
      for (const name in value) {
        const inner = (value as Record<string, unknown>)[name];
        if (typeof inner === 'object') below = joined(below, this.walk(inner));
      }
    }
    Object.freeze(value);
    return below;
  }
}

const joined = (a: readonly Unfrozen[], b: readonly Unfrozen[]): readonly Unfrozen[] => {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
};

const none: readonly Unfrozen[] = [];

/** Items in their order: keys and values of a map in turn. */
function contentOf(one: Unfrozen): readonly unknown[] {
  if (one instanceof Map) return [...one].flat(1);
  if (one instanceof Set) return [...one];
  return [
    ...new Uint8Array(
      (one as ArrayBufferView).buffer, (one as ArrayBufferView).byteOffset, (one as ArrayBufferView).byteLength,
    ),
  ];
}

/** A copy to the last object, with the same classes, in which what was shared is shared. */
function copyOf(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (ArrayBuffer.isView(value)) {
    const copy = structuredClone(value);
    copies.set(value, copy);
    return copy;
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(copyOf(key, copies), copyOf(item, copies));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    copies.set(value, copy);
    for (const item of value) copy.add(copyOf(item, copies));
    return copy;
  }
  const copy: object = Array.isArray(value)
    ? []
    : (Object.create(Object.getPrototypeOf(value) as object | null) as object);
  copies.set(value, copy);
  for (const name of Object.keys(value))
    (copy as Record<string, unknown>)[name] = copyOf((value as Record<string, unknown>)[name], copies);
  if (Array.isArray(value)) (copy as unknown[]).length = value.length;
  return copy;
}

/** The first field in which a copy is not what the original is, as `state.log[3].term: 4 became 5`. */
function firstDifference(value: unknown, copy: unknown, path: string, seen: Set<object>): string | null {
  if (typeof value !== 'object' || value === null || typeof copy !== 'object' || copy === null) {
    return Object.is(value, copy) ? null : `${path}: ${shown(value)} became ${shown(copy)}`;
  }
  if (seen.has(value)) return null;
  seen.add(value);
  if (isUnfrozen(value)) {
    const [before, after] = [contentOf(value), contentOf(copy as Unfrozen)];
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      if (i >= before.length || i >= after.length)
        return `${path}, a ${value.constructor.name}: ${shown(before[i])} became ${shown(after[i])}`;
      const deeper = firstDifference(before[i], after[i], `${path}[${i}]`, seen);
      if (deeper !== null) return deeper;
    }
    return null;
  }
  const [names, others] = [Object.keys(value), Object.keys(copy)];
  for (const name of [...names, ...others.filter((other) => !names.includes(other))]) {
    const field = fieldIn(value, path, name);
    if (!Object.hasOwn(copy, name))
      return `${field}: ${shown((value as Record<string, unknown>)[name])} was taken away`;
    if (!Object.hasOwn(value, name)) return `${field}: ${shown((copy as Record<string, unknown>)[name])} was added`;
    const deeper = firstDifference(
      (value as Record<string, unknown>)[name], (copy as Record<string, unknown>)[name], field, seen,
    );
    if (deeper !== null) return deeper;
  }
  return null;
}

function fieldIn(value: object, path: string, name: string): string {
  if (Array.isArray(value)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** The first path that leads to an object. */
function pathTo(value: unknown, sought: object, path: string, seen: Set<object>): string | null {
  if (value === sought) return path;
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  const inner: readonly (readonly [string, unknown])[] =
    value instanceof Map
      ? [...value].map(([key, item]): [string, unknown] => [`${path}[${shown(key)}]`, item])
      : Object.keys(value).map((name): [string, unknown] => [
          fieldIn(value, path, name),
          (value as Record<string, unknown>)[name],
        ]);
  for (const [field, item] of inner) {
    const found = pathTo(item, sought, field, seen);
    if (found !== null) return found;
  }
  return null;
}
