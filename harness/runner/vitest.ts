/**
 * Scenarios as tests of Vitest, and the matcher of the linearizability checker:
 *
 *     import { exploreTest, fuzz } from 'whitewater/vitest';
 *     import { chaos } from '../whitewater.config.ts';
 *
 *     fuzz(chaos, { seeds: 200 });
 *     exploreTest(chaos);
 *
 * Vitest deals out files to `--shard`, whole: WHITEWATER_SHARD=I/N takes a part of the seeds of each test.
 */
import { describe, test } from 'vitest';
import type { Scenario } from '../campaign/scenario.ts';
import type { ExploreOptions, FuzzOptions } from './asked.ts';
import { exploreSuite } from './explored.ts';
import { fuzzSuite } from './fuzzed.ts';
import { placeOfCall, type Suite } from './suite.ts';

export * from '../../checkers/porcupine-ts-port/vitest.ts';
export type { ExploreOptions, FuzzOptions, TestTime } from './asked.ts';

/** What bounds them is seeds, states and their own time. */
const noTimeout = { timeout: 0 };

function register({ name, tests }: Suite): void {
  describe(name, () => {
    for (const one of tests) test(one.name, noTimeout, ({ signal }) => one.run(signal));
  });
}

/**
 * The scenario's pinned plans, each a test, and then its seeds as one. It fails with the story of the first failing
 * seed, shrunk, the line that replays it and the path of its page.
 * @throws UsageError for a scenario of no registry, an option or a variable that is none
 */
export function fuzz(scenario: Scenario, options: FuzzOptions = {}): void {
  register(fuzzSuite(scenario, options, process.env, placeOfCall(fuzz)));
}

/**
 * The scenario's `explore` as a test: its space is closed, or as many states of it are seen as the test says, and every
 * invariant holds. It fails with the story of a shortest run.
 * @throws UsageError for a scenario without `explore`, an option or a variable that is none
 */
export function exploreTest(scenario: Scenario, options: ExploreOptions = {}): void {
  register(exploreSuite(scenario, options, process.env, placeOfCall(exploreTest)));
}
