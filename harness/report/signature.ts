/**
 * A failure's signature: the property, the kind of the fatal step, and the shape of the plan. Two
 * failing seeds with one signature most likely show one defect, and a campaign tells them once.
 */
import { Digest } from '../digest.ts';
import type { Plan } from '../plan/plan.ts';
import { causeOf } from '../shrink/cause.ts';
import type { Account } from './account.ts';

/** The shape says which kinds of fault a shrunk plan needs, not how many or when. */
export function signatureOf(property: string, detail: string, account: Account, plan: Plan): string {
  const digest = new Digest();
  digest.string(causeOf(property, detail));
  digest.string(fatalKind(account));
  digest.string([...new Set(plan.faults.map(({ kind }) => kind))].sort().join(' '));
  return digest.hex().slice(0, 8);
}

function fatalKind({ rows, fatal }: Account): string {
  const row = fatal === null ? undefined : rows[fatal];
  if (row === undefined) return 'none';
  return row.code ?? `${row.kind} ${row.event.replaceAll(/\d+/g, '#')}`;
}

export interface Signed {
  readonly seed: number;
  readonly signature: string;
}

export interface Group {
  readonly signature: string;
  /** The one to look at: the lowest. */
  readonly seed: number;
  /** All failing seeds of the signature, in order. */
  readonly seeds: readonly number[];
}

/** One entry a distinct failure, those with the most seeds first. */
export function groupFailures(failures: readonly Signed[]): readonly Group[] {
  const seedsOf = new Map<string, number[]>();
  for (const { seed, signature } of failures) {
    const known = seedsOf.get(signature);
    if (known === undefined) seedsOf.set(signature, [seed]);
    else known.push(seed);
  }
  return [...seedsOf]
    .map(([signature, seeds]) => {
      const sorted = seeds.sort((a, b) => a - b);
      return { signature, seed: sorted[0]!, seeds: sorted };
    })
    .sort((a, b) => b.seeds.length - a.seeds.length || a.seed - b.seed);
}
