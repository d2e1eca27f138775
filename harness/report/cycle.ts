/**
 * What a run without progress does again and again. An exchange is a timer that fired, or a request, with all that
 * its messages led to; exchanges that read alike, terms aside, are one, and are counted.
 */
import type { Account, Row } from './account.ts';

export interface Cycle {
  readonly times: number;
  readonly fromUs: number;
  readonly untilUs: number;
  /** A line for each step of it, in order: "n4 campaigns in term .." */
  readonly lines: readonly string[];
  /** The functions that took these steps, each once. */
  readonly codes: readonly string[];
}

/** Of the same thing done so often, it is a cycle. */
const timesMin = 3;
const shown = 3;
/** Steps of one exchange: longer ones are many things and not one. */
const linesMax = 12;
/** The end of a run that never healed. */
const tailRows = 20_000;

/** Those that are done most often, and how many more there are. */
export function cyclesOf(account: Account): { readonly cycles: readonly Cycle[]; readonly more: number } {
  const { rows } = account;
  const healed = rows.findLastIndex(({ kind, event }) => kind === 'fault' && event === 'healed');
  const groups = new Map<string, { times: number; fromUs: number; untilUs: number; places: readonly number[] }>();
  for (const places of exchangesFrom(account, Math.max(healed + 1, rows.length - tailRows))) {
    const name = places.map((place) => lineOf(account, rows[place]!)).join('\n');
    const known = groups.get(name);
    const { atUs } = rows[places[0]!]!;
    if (known === undefined) groups.set(name, { times: 1, fromUs: atUs, untilUs: atUs, places });
    else {
      known.times += 1;
      known.untilUs = atUs;
    }
  }
  const all = [...groups]
    .filter(([, { times, places }]) => times >= timesMin && places.length <= linesMax)
    .sort(([, a], [, b]) => b.times - a.times);
  const cycles = all.slice(0, shown)
    .map(([name, { times, fromUs, untilUs, places }]) => ({
      times, fromUs, untilUs,
      lines: name.split('\n'),
      // Who takes what is sent is nearer to the cause than who sends it.
      codes: [...new Set(places.map((place) => rows[place]!.code).filter((code) => code !== null))].reverse(),
    }));
  return { cycles, more: all.length - cycles.length };
}

function exchangesFrom({ rows, messages }: Account, first: number): readonly (readonly number[])[] {
  const exchanges = new Map<number, number[]>();
  const rootOf = new Map<number, number>();
  for (let place = first; place < rows.length; place++) {
    const row = rows[place]!;
    if (row.kind !== 'step' || row.node === null) continue;
    const sentBy = row.message === null ? place : messages[row.message]!.sentBy;
    const root = sentBy === place ? place : sentBy === null ? undefined : rootOf.get(sentBy);
    if (root === undefined) continue;
    rootOf.set(place, root);
    const known = exchanges.get(root);
    if (known === undefined) exchanges.set(root, [place]);
    else known.push(place);
  }
  // Answers come in any order: an exchange is what each node did in it.
  return [...exchanges.values()].map(([root, ...rest]) => [
    root!, ...rest.sort((a, b) => rows[a]!.node! - rows[b]!.node! || a - b),
  ]);
}

function lineOf({ nodes }: Account, { node, told, event, weight, effects, message }: Row): string {
  const timers =
    message === null
      ? []
      : effects.filter((effect) => effect.startsWith('set timer ')).map((effect) => effect.slice('set timer '.length));
  const again = timers.length === 0 ? '' : `, sets its ${timers.join(' and ')} timer again`;
  return `${nodes[node!]!} ${weight === 0 && told === event ? 'takes ' : ''}${told}${again}`.replaceAll(
    /\bterm \d+/g, 'term ..',
  );
}
