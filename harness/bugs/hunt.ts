/** Looks for a bug as a user would: seed after seed of a scenario, until one violates something. */
import { isLookedFor, withOracles, type OracleSet } from '../campaign/oracles.ts';
import { drawPlan } from '../campaign/draw.ts';
import { run } from '../run.ts';
import { differsText, sameRun } from '../same-run.ts';
import type { Scenario } from '../campaign/scenario.ts';

export interface Find {
  readonly seed: number;
  readonly property: string;
  readonly detail: string;
  readonly steps: number;
}

/** What came of a row of seeds. It ends at the first find. */
export interface Hunted {
  readonly seeds: number;
  readonly events: number;
  readonly find: Find | null;
  /** Seeds whose verdict stayed open. */
  readonly unknowns: number;
  /** The first fault of the harness itself; null when there was none. */
  readonly fault: string | null;
}

/** Runs at most `count` seeds from `from` on. */
export function hunt(scenario: Scenario, oracles: OracleSet, from: number, count: number): Hunted {
  const system = withOracles(scenario.system, oracles);
  let events = 0;
  let unknowns = 0;
  for (let seeds = 1; seeds <= count; seeds++) {
    const seed = from + seeds - 1;
    try {
      const record = run(system, drawPlan(scenario, seed));
      events += record.events;
      if (record.verdict.kind === 'unknown') unknowns += 1;
      if (record.verdict.kind !== 'violation') continue;
      const { property, detail } = record.verdict;
      if (!isLookedFor(oracles, property)) continue;
      // A find that does not come again is none: it could not be replayed.
      const again = run(system, drawPlan(scenario, seed));
      const { isSame, differs } = sameRun(record, again);
      const fault = isSame ? null : `seed ${seed}: ${differsText(differs)}`;
      return {
        seeds, events, find: fault === null ? { seed, property, detail, steps: record.steps } : null, unknowns, fault,
      };
    } catch (error) {
      return {
        seeds,
        events,
        find: null,
        unknowns,
        fault: `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      };
    }
  }
  return { seeds: count, events, find: null, unknowns, fault: null };
}
