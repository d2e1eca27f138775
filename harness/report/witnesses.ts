/**
 * The steps that a violation is about, and the functions that they point at: steps that break a rule of the
 * protocol by themselves first, then those that the property names.
 */
import type { Early, MarkedStep, System, Witness } from '../system.ts';
import { crashEvent, type Account } from './account.ts';
import type { Cycle } from './cycle.ts';

export interface Testimony {
  /** Of the steps that are always told, in order. */
  readonly steps: readonly Told[];
  /** Where to look, the likeliest first. */
  readonly lookIn: readonly Pointer[];
}

export interface Told {
  /** Place in the rows of the account. */
  readonly place: number;
  readonly marks: readonly ToldMark[];
}

export interface ToldMark {
  readonly says: string;
  readonly at: readonly string[];
  readonly against: string | null;
}

export interface Pointer {
  /** File and function. */
  readonly at: string;
  /** The step that speaks for it; null when a repeating cycle does. */
  readonly place: number | null;
  /** The rule that the step breaks; null for none. */
  readonly against: string | null;
  /** How often it was broken there. */
  readonly times: number;
}

/** Functions in the list: more would be no answer. */
const pointersMax = 5;
/** Steps that break a rule by themselves: the first ones, each of another kind. */
const breachesMax = 3;

export function testimonyOf(
  system: System, account: Account, marked: readonly MarkedStep[], property: string, detail: string,
  cycles: readonly Cycle[],
): Testimony {
  const { fatal, nodes } = account;
  if (fatal === null) return { steps: [], lookIn: [] };
  const steps = marked.filter(({ place }) => place <= fatal);
  const breaches = breachesIn(steps);
  const named =
    system.witnessesOf?.({ property, detail, steps, fatal, nodes, early: earlyMessage(account, fatal) }) ?? [];
  const witnesses = [...breaches.map(({ witness }) => witness), ...named, ...senderMarks(account, steps, fatal)];
  const isKnown = (one: Witness): boolean => breaches.some(({ witness }) => witness.mark === one.mark);
  const more = named
    .filter((one) => one.mark.against !== null && !isKnown(one))
    .map((witness) => ({ witness, times: 1 }));
  return { steps: told(witnesses), lookIn: pointers([...breaches, ...more], cycles, witnesses) };
}

interface Breach {
  readonly witness: Witness;
  readonly times: number;
}

/** A rule that is broken again and again is told once, at the first step. */
function breachesIn(steps: readonly MarkedStep[]): readonly Breach[] {
  const first = new Map<string, { witness: Witness; times: number }>();
  for (const { place, marks } of steps) {
    for (const mark of marks) {
      if (mark.against === null) continue;
      const name = `${mark.kind} ${mark.at[0] ?? ''}`;
      const known = first.get(name);
      if (known === undefined) first.set(name, { witness: { place, mark }, times: 1 });
      else known.times += 1;
    }
  }
  return [...first.values()].slice(0, breachesMax);
}

/** Where the property broke at whoever only heard it, the sender did it. */
function senderMarks({ rows, messages }: Account, steps: readonly MarkedStep[], fatal: number): readonly Witness[] {
  const { message } = rows[fatal]!;
  const sentBy = message === null ? null : messages[message]!.sentBy;
  return steps
    .filter(({ place }) => place === sentBy)
    .flatMap(({ place, marks }) => marks.map((mark) => ({ place, mark })));
}

/**
 * A step is told when its writes are durable: what was heard of one that was not yet told was sent too early. A sender
 * that crashed meanwhile may have been done with its step; but not where the crash took the write of it.
 */
function earlyMessage({ rows, messages }: Account, fatal: number): Early | null {
  const message = rows[fatal]!.message === null ? undefined : messages[rows[fatal]!.message!];
  if (message === undefined || message.sentBy !== null) return null;
  const { from, sentUs, what } = message;
  const crash = rows.find(({ kind, node, atUs }) => kind === 'crash' && node === from && atUs >= sentUs);
  return crash === undefined || crash.event === crashEvent('writeLost') ? { from, what } : null;
}

function told(witnesses: readonly Witness[]): readonly Told[] {
  const byPlace = new Map<number, ToldMark[]>();
  for (const { place, mark: { says, at, against } } of witnesses) {
    const known = byPlace.get(place) ?? [];
    byPlace.set(place, known);
    if (!known.some((one) => one.says === says)) known.push({ says, at, against });
  }
  return [...byPlace].sort(([a], [b]) => a - b).map(([place, marks]) => ({ place, marks }));
}

function pointers(
  breaches: readonly Breach[], cycles: readonly Cycle[], witnesses: readonly Witness[],
): readonly Pointer[] {
  const latest = witnesses.toReversed();
  const speaks = ({ place, mark }: Witness, at: string): Pointer => ({ at, place, against: mark.against, times: 1 });
  const all: Pointer[] = [
    ...breaches.flatMap(({ witness, times }) => witness.mark.at.map((at) => ({ ...speaks(witness, at), times }))),
    ...cycles.flatMap(({ codes, times }) => codes.map((at) => ({ at, place: null, against: null, times }))),
    // Who threw, and who called it; of the others the innermost functions of all, then their callers.
    ...latest
      .filter(({ mark }) => mark.kind === 'threw')
      .flatMap((witness) => witness.mark.at.map((at) => speaks(witness, at))),
    ...latest.flatMap((witness) => witness.mark.at.slice(0, 1).map((at) => speaks(witness, at))),
    ...latest.flatMap((witness) => witness.mark.at.slice(1).map((at) => speaks(witness, at))),
  ];
  return all.filter((one, i) => all.findIndex(({ at }) => at === one.at) === i).slice(0, pointersMax);
}
