/**
 * What is asked of the house, and what of a project of its own: it says itself what its campaigns and its known bugs
 * are.
 */
import type { CanaryResult } from '../bugs/canary.ts';
import type { Facts } from '../campaign/judgement.ts';
import type { Registry } from '../campaign/scenario.ts';
import { regressionsFolder } from './pin.ts';

export const isOwn = ({ campaigns }: Registry): boolean => campaigns !== undefined;

export const regressionsOf = ({ regressions }: Registry): string => regressions ?? regressionsFolder;

/** A project that is young has no regression, and one that is small neither canaries nor labs. */
export const mayBeNone = (registry: Registry, facts: Facts): Facts =>
  isOwn(registry) ? { ...facts, idle: [] } : facts;

export function factsOfCanaries(canaries: readonly CanaryResult[]): Facts {
  return {
    done: canaries.length,
    notFound: canaries.filter(({ seeds }) => seeds === null).map(({ name, trouble }) => `${name}: ${trouble}`),
    idle: canaries.length === 0 ? ['no canary, for no known bug says `Canary: SEEDS` in its head'] : [],
  };
}
