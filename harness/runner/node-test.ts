/**
 * Scenarios as tests of Node's own runner:
 *
 *     import { exploreTest, fuzz } from 'whitewater/node-test';
 *     import { chaos } from './whitewater.config.ts';
 *
 *     fuzz(chaos, { seeds: 200 });
 *     exploreTest(chaos);
 */
import { describe, test } from 'node:test';
import type { Scenario } from '../campaign/scenario.ts';
import type { ExploreOptions, FuzzOptions } from './asked.ts';
import { exploreSuite } from './explored.ts';
import { fuzzSuite } from './fuzzed.ts';
import { placeOfCall, type Suite } from './suite.ts';

export type { ExploreOptions, FuzzOptions, TestTime } from './asked.ts';

function register({ name, tests }: Suite): void {
  void describe(name, () => {
    for (const one of tests) void test(one.name, ({ signal }) => one.run(signal));
  });
}

/**
 * As `fuzz` of whitewater/vitest. @throws UsageError for a scenario of no registry, an option or a variable that is
 * none
 */
export function fuzz(scenario: Scenario, options: FuzzOptions = {}): void {
  register(fuzzSuite(scenario, options, process.env, placeOfCall(fuzz)));
}

/**
 * As `exploreTest` of whitewater/vitest. @throws UsageError for a scenario without `explore`, an option or a variable
 * that is none
 */
export function exploreTest(scenario: Scenario, options: ExploreOptions = {}): void {
  register(exploreSuite(scenario, options, process.env, placeOfCall(exploreTest)));
}
