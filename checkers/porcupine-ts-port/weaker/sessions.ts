/**
 * Session guarantees of a register, or of each key of a store (Terry and others, "Session guarantees for weakly
 * consistent replicated data", 1994), where every value is written once.
 *
 * Then a read tells which write it saw, and a guarantee says which write of a key comes before which. It holds when
 * there is an order of the writes of each key, in which each client's own are in its order, such that
 *
 * * read your writes: a read sees no write older than its client's last one before it;
 * * monotonic reads: a read sees no write older than an earlier read of its client saw;
 * * writes follow reads: a write is younger than what its client read before it.
 *
 * So each is a question of circles among these demands, and is answered in time linear in the history. The
 * initial value is older than all. Nothing is asked of time between clients.
 */
import type { RegisterView } from '../fast/register-view.ts';
import type { Operation } from '../operation.ts';
import type { VerdictKind } from '../verdict.ts';

export interface Sessions {
  readonly readYourWrites: VerdictKind;
  readonly monotonicReads: VerdictKind;
  readonly writesFollowReads: VerdictKind;
}

const notKnown: Sessions = { readYourWrites: 'unknown', monotonicReads: 'unknown', writesFollowReads: 'unknown' };
const neither: Sessions = { readYourWrites: 'illegal', monotonicReads: 'illegal', writesFollowReads: 'illegal' };

/** The initial value, as if it were a write. */
const initial = -1;

/** Pairs of writes (indexes into the history): the first must be older than the second. */
type Demands = (readonly [older: number, younger: number])[];

interface Last {
  /** The client's last write of known outcome, and what its last read saw. */
  write: number | undefined;
  seen: number | undefined;
  /** What its reads saw since that write. */
  seenSince: number[];
}

/** @returns `unknown` for all when a value is written twice, or there is more than reads and writes */
export function sessionGuarantees<I, O>(
  view: RegisterView<I, O>,
  partition: (input: I) => string | number | undefined,
  history: readonly Operation<I, O>[],
): Sessions {
  const writeOf = new Map<string | number | undefined, Map<unknown, number>>();
  for (const [index, { input }] of history.entries()) {
    const kind = view.kind(input);
    if (kind === 'read') continue;
    const value = kind === 'write' ? view.written(input) : view.initial;
    let writes = writeOf.get(partition(input));
    if (writes === undefined) writeOf.set(partition(input), (writes = new Map()));
    if (value === view.initial || writes.has(value)) return notKnown;
    writes.set(value, index);
  }
  const own: Demands = [];
  const byWrites: Demands = [];
  const byReads: Demands = [];
  const following: Demands = [];
  /** By client and key. */
  const lasts = new Map<number, Map<string | number | undefined, Last>>();
  const inOrder = history
    .map((_, index) => index)
    .toSorted(
      (a, b) =>
        history[a]!.callTime - history[b]!.callTime ||
        (history[a]!.returnTime ?? Infinity) - (history[b]!.returnTime ?? Infinity),
    );
  for (const index of inOrder) {
    const { client, input, output, returnTime } = history[index]!;
    const key = partition(input);
    let ofClient = lasts.get(client);
    if (ofClient === undefined) lasts.set(client, (ofClient = new Map()));
    let last = ofClient.get(key);
    if (last === undefined) ofClient.set(key, (last = { write: undefined, seen: undefined, seenSince: [] }));
    if (view.kind(input) === 'write') {
      if (last.write !== undefined) own.push([last.write, index]);
      for (const seen of last.seenSince) following.push([seen, index]);
      // It may happen later than what its client does next, or never: nobody counts on it.
      if (returnTime === null) continue;
      last.write = index;
      last.seenSince = [];
      continue;
    }
    if (returnTime === null || output === undefined) continue;
    const value = view.read(output);
    const seen = value === view.initial ? initial : writeOf.get(key)?.get(value);
    // Nobody wrote it: no order explains the read.
    if (seen === undefined) return neither;
    if (last.write !== undefined && last.write !== seen) byWrites.push([last.write, seen]);
    if (last.seen !== undefined && last.seen !== seen) byReads.push([last.seen, seen]);
    last.seen = seen;
    last.seenSince.push(seen);
  }
  const holds = (demands: Demands): VerdictKind => (canBeMet([...own, ...demands]) ? 'ok' : 'illegal');
  return { readYourWrites: holds(byWrites), monotonicReads: holds(byReads), writesFollowReads: holds(following) };
}

/** Whether the demands go round in no circle, and nothing is to be older than the initial value. */
function canBeMet(demands: Demands): boolean {
  const younger = new Map<number, number[]>();
  const waitsFor = new Map<number, number>();
  for (const [a, b] of demands) {
    if (b === initial) return false;
    if (a === initial) continue;
    if (a === b) return false;
    const known = younger.get(a);
    if (known === undefined) younger.set(a, [b]);
    else known.push(b);
    waitsFor.set(a, waitsFor.get(a) ?? 0);
    waitsFor.set(b, (waitsFor.get(b) ?? 0) + 1);
  }
  const free = [...waitsFor].filter(([, count]) => count === 0).map(([write]) => write);
  // Grows while it is walked.
  for (const write of free) {
    for (const next of younger.get(write) ?? []) {
      const left = waitsFor.get(next)! - 1;
      waitsFor.set(next, left);
      if (left === 0) free.push(next);
    }
  }
  return free.length === waitsFor.size;
}
