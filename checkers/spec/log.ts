/**
 * Logs as the specification sees them: read, never copied. What an action makes of a log is a view that
 * names the part kept and the entries put behind it, so that it costs what changed to build and to compare.
 */

export interface SpecEntry {
  readonly term: number;
  /** Compared by identity unless the judge is told how; a no-op is a command too. */
  readonly command: unknown;
}

/** Entries are numbered from 1. Those up to `baseIndex` are in the snapshot and may be gone. */
export interface SpecLog {
  /** The last index that the snapshot stands for; 0 without a snapshot. */
  readonly baseIndex: number;
  readonly baseTerm: number;
  /** Index of the last entry; `baseIndex` when there is none behind the snapshot. */
  readonly lastIndex: number;
  /** For indexes from `baseIndex` to `lastIndex`; 0 at index 0. */
  termAt(index: number): number;
  /** For indexes from `baseIndex + 1` to `lastIndex`. */
  commandAt(index: number): unknown;
  /**
   * True when it is known from shared structure that both hold the same entries from `from` to `to`, both ends
   * included. Without it, or when it says false, the entries are compared one by one.
   */
  sharesWith?(other: SpecLog, from: number, to: number): boolean;
}

export const lastTermOf = (log: SpecLog): number => log.termAt(log.lastIndex);

export const entryAt = (log: SpecLog, index: number): SpecEntry => ({
  term: log.termAt(index),
  command: log.commandAt(index),
});

/** The entries of `of` up to `keptTo`, then `appended`; perhaps with a later base. */
export class SplicedLog implements SpecLog {
  readonly of: SpecLog;
  readonly keptTo: number;
  readonly appended: readonly SpecEntry[];
  readonly baseIndex: number;
  readonly baseTerm: number;

  constructor(
    of: SpecLog,
    keptTo: number,
    appended: readonly SpecEntry[],
    base: { readonly index: number; readonly term: number } = { index: of.baseIndex, term: of.baseTerm },
  ) {
    this.of = of;
    this.keptTo = keptTo;
    this.appended = appended;
    this.baseIndex = base.index;
    this.baseTerm = base.term;
  }

  get lastIndex(): number {
    return this.keptTo + this.appended.length;
  }

  termAt(index: number): number {
    if (index === this.baseIndex) return this.baseTerm;
    return index <= this.keptTo ? this.of.termAt(index) : this.appended[index - this.keptTo - 1]!.term;
  }

  commandAt(index: number): unknown {
    return index <= this.keptTo ? this.of.commandAt(index) : this.appended[index - this.keptTo - 1]!.command;
  }
}

/**
 * A log as plain data, for the specification's own model. It remembers what it compacted, so that a property can look.
 */
export class PlainLog implements SpecLog {
  readonly all: readonly SpecEntry[];
  readonly baseIndex: number;

  constructor(all: readonly SpecEntry[] = [], baseIndex = 0) {
    this.all = all;
    this.baseIndex = baseIndex;
  }

  get baseTerm(): number {
    return this.termAt(this.baseIndex);
  }

  get lastIndex(): number {
    return this.all.length;
  }

  termAt(index: number): number {
    return index === 0 ? 0 : this.all[index - 1]!.term;
  }

  commandAt(index: number): unknown {
    return this.all[index - 1]!.command;
  }
}

/** Of a log that remembers all. @param content the entries that a snapshot just installed stands for */
export function plainLog(log: SpecLog, content: readonly SpecEntry[] = []): PlainLog {
  if (log instanceof PlainLog) return log;
  const all = content.slice(0, log.baseIndex);
  for (let index = all.length + 1; index <= log.lastIndex; index++) all.push(entryAt(log, index));
  return new PlainLog(all, log.baseIndex);
}

export type EqualCommands = (one: unknown, other: unknown) => boolean;

/** What tells `actual` from `expected`, in words; null when they are equal. Costs what `expected` does not share. */
export function differenceOfLogs(expected: SpecLog, actual: SpecLog, equal: EqualCommands): string | null {
  if (expected === actual) return null;
  if (actual.baseIndex !== expected.baseIndex)
    return `the log begins behind index ${actual.baseIndex}, not ${expected.baseIndex}`;
  if (actual.baseTerm !== expected.baseTerm)
    return `the snapshot's last term is ${actual.baseTerm}, not ${expected.baseTerm}`;
  if (actual.lastIndex !== expected.lastIndex)
    return `the log ends at index ${actual.lastIndex}, not ${expected.lastIndex}`;
  return differenceWithin(expected, actual, expected.baseIndex + 1, expected.lastIndex, equal);
}

/** The same for a range of indexes that both hold. */
export function differenceWithin(
  expected: SpecLog,
  actual: SpecLog,
  from: number,
  to: number,
  equal: EqualCommands,
): string | null {
  if (from > to || expected === actual) return null;
  if (expected instanceof SplicedLog) {
    const { of, keptTo } = expected;
    const inKept = differenceWithin(of, actual, from, Math.min(to, keptTo), equal);
    if (inKept !== null) return inKept;
    from = Math.max(from, keptTo + 1);
  } else if (actual.sharesWith?.(expected, from, to) === true) {
    return null;
  }
  for (let index = from; index <= to; index++) {
    const [was, is] = [expected.termAt(index), actual.termAt(index)];
    if (is !== was) return `log[${index}].term is ${is}, not ${was}`;
    if (!equal(expected.commandAt(index), actual.commandAt(index))) return `log[${index}] holds another command`;
  }
  return null;
}
