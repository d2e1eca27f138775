/** What servers hold, row by row: only what is new at a row, so that an account of many rows stays small. */
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan/plan.ts';
import type { ContentsReader, Held, LogContents, System } from '../system.ts';

/** Entries from index `from` on are these; up to `base` a snapshot stands for them. */
export interface LogChange {
  readonly base: readonly [index: number, term: number];
  readonly from: number;
  readonly entries: readonly (readonly [term: number, what: string])[];
}

/**
 * Of each thing that is new: null when it is gone, `[held]` when it is as it must be, `[held, expected]`
 * when it is not, and three when nobody knows what it must be.
 */
export type HeldChange = Readonly<Record<string, HeldValue | null>>;
export type HeldValue = readonly [held: string | null] | readonly [held: string | null, expected: string | null]
  | readonly [held: string | null, expected: null, why: 'unknown'];

export interface ContentsChange {
  readonly log?: LogChange;
  readonly held?: HeldChange;
}

interface Known {
  readonly log: LogContents | null;
  readonly of: ReadonlyMap<string, Held> | null;
  readonly base: number;
  readonly entries: readonly object[];
  readonly held: ReadonlyMap<string, HeldValue>;
}

const nothing: Known = { log: null, of: null, base: 0, entries: [], held: new Map() };

export class ContentsRecorder {
  private readonly reader: ContentsReader | null;
  private readonly known = new Map<NodeId, Known>();

  constructor(system: System, plan: Plan) {
    this.reader = system.contents?.(plan) ?? null;
  }

  read(node: NodeId, state: unknown): ContentsChange {
    if (this.reader === null) return {};
    const { log, held } = this.reader.read(node, state);
    const before = this.known.get(node) ?? nothing;
    const entries = log === before.log ? before.entries : entriesOf(log);
    const values = held === before.of
      ? before.held
      : new Map([...held].map(([name, value]) => [name, heldValue(value)]));
    this.known.set(node, { log, of: held, base: log.baseIndex, entries, held: values });
    const isSameLog = log === before.log
      || (before.log !== null && log.baseIndex === before.base && isSame(before.entries, entries));
    const logChange = isSameLog ? null : changeOfLog(before, log, entries);
    const heldChange = values === before.held ? null : changeOfHeld(before.held, values);
    return {
      ...(logChange === null ? {} : { log: logChange }),
      ...(heldChange === null ? {} : { held: heldChange }),
    };
  }

  /** Down: what it holds is told anew when it starts again. */
  forget(node: NodeId): void {
    this.known.delete(node);
  }
}

const entriesOf = (log: LogContents): readonly object[] =>
  Array.from({ length: log.lastIndex - log.baseIndex }, (_, i) => log.at(log.baseIndex + 1 + i));

const isSame = (one: readonly object[], other: readonly object[]): boolean =>
  one.length === other.length && one.every((entry, i) => entry === other[i]);

function changeOfLog(before: Known, log: LogContents, entries: readonly object[]): LogChange {
  // Where both begin behind another index only the common part is compared.
  let from = log.baseIndex + 1;
  const isKept = (index: number): boolean =>
    entries[index - log.baseIndex - 1] === before.entries[index - before.base - 1];
  while (from <= log.lastIndex && from > before.base && isKept(from)) from++;
  const told = entries.slice(from - log.baseIndex - 1).map((entry) => log.tell(entry));
  return { base: [log.baseIndex, log.baseTerm], from, entries: told };
}

const heldValue = ({ held, expected }: Held): HeldValue =>
  expected === undefined ? [held, null, 'unknown'] : held === expected ? [held] : [held, expected];

type HeldValues = ReadonlyMap<string, HeldValue>;

function changeOfHeld(before: HeldValues, after: HeldValues): HeldChange | null {
  const changed: Record<string, HeldValue | null> = {};
  for (const [name, value] of after) {
    const known = before.get(name);
    const isSameValue = known?.length === value.length && known.every((part, i) => part === value[i]);
    if (!isSameValue) changed[name] = value;
  }
  for (const name of before.keys()) if (!after.has(name)) changed[name] = null;
  return Object.keys(changed).length === 0 ? null : changed;
}

/** The changes of many rows as the one change that leads to the same. */
export function joined(changes: readonly ContentsChange[]): ContentsChange {
  let log: LogChange | undefined;
  let held: Record<string, HeldValue | null> | undefined;
  for (const change of changes) {
    if (change.log !== undefined) log = log === undefined ? change.log : joinedLog(log, change.log);
    if (change.held !== undefined) held = { ...held, ...change.held };
  }
  return { ...(log === undefined ? {} : { log }), ...(held === undefined ? {} : { held }) };
}

/** `before` holds everything behind its base, as the first change of a server does. */
function joinedLog(before: LogChange, change: LogChange): LogChange {
  const [base] = change.base;
  const kept = before.entries.slice(Math.max(0, base + 1 - before.from), Math.max(0, change.from - before.from));
  return { base: change.base, from: base + 1, entries: [...kept, ...change.entries] };
}
