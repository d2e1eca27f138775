/**
 * The steps that a violation is about, and the functions that they point at: steps that break a rule of the
 * protocol by themselves first, then those that the property names.
 */
import type { MarkedStep, System, Witness } from '../system.ts';
import type { Account } from './account.ts';
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
const pointersMax = 4;
/** Steps that break a rule by themselves: the first ones, each of another kind. */
const breachesMax = 3;

export function testimonyOf(
  system: System, account: Account, marked: readonly MarkedStep[], property: string, detail: string, cycles: readonly Cycle[],
): Testimony {
  const { fatal, nodes } = account;
  if (fatal === null) return { steps: [], lookIn: [] };
  const steps = marked.filter(({ place }) => place <= fatal);
  const breaches = breachesIn(steps);
  const named = system.witnessesOf?.({ property, detail, steps, fatal, nodes }) ?? [];
  const witnesses = [...breaches.map(({ witness }) => witness), ...named, ...senderMarks(account, steps, fatal)];
  return { steps: told(witnesses), lookIn: pointers(breaches, cycles, witnesses) };
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
  return steps.filter(({ place }) => place === sentBy).flatMap(({ place, marks }) => marks.map((mark) => ({ place, mark })));
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

function pointers(breaches: readonly Breach[], cycles: readonly Cycle[], witnesses: readonly Witness[]): readonly Pointer[] {
  const all: Pointer[] = [
    ...breaches.flatMap(({ witness: { place, mark }, times }) => mark.at.map((at) => ({ at, place, against: mark.against, times }))),
    ...cycles.flatMap(({ codes, times }) => codes.map((at) => ({ at, place: null, against: null, times }))),
    ...witnesses.toReversed().flatMap(({ place, mark }) => mark.at.map((at) => ({ at, place, against: mark.against, times: 1 }))),
  ];
  return all.filter((one, i) => all.findIndex(({ at }) => at === one.at) === i).slice(0, pointersMax);
}
