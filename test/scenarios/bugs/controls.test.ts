/** The controls of scenarios/bugs/controls/: changes that break nothing, so that nothing may be said of them. */
import { expect, test } from 'vitest';
import { bugsIn, houseFolder } from '../../../harness/bugs/catalogue.ts';
import { isFalseAlarm } from '../../../harness/bugs/facts.ts';
import { survey } from '../../../harness/bugs/survey.ts';
import type { OracleSet } from '../../../harness/campaign/oracles.ts';
import { builtRegistryUrl } from '../../support/whitewater.ts';

const seeds = 60;
const controls = bugsIn(houseFolder()).filter(({ difficulty }) => difficulty === 'control');

test.each(['all', 'specification'] satisfies OracleSet[])(
  'with the oracles "%s" 60 seeds show nothing of a control but what its head names',
  async (oracles) => {
    const results = await survey({
      bugs: controls, registryUrl: builtRegistryUrl, scenario: 'swarm', oracles, seedsMax: () => seeds, starts: 1,
      from: 1, workers: 1, shrinkRunsMax: 0, stop: new AbortController().signal, onProgress: () => undefined,
      onResult: () => undefined,
    });
    expect(results.map(({ trouble, fault }) => trouble ?? fault)).toEqual(controls.map(() => null));
    expect(results.filter((result) => isFalseAlarm(result, oracles)).map(({ bug }) => bug.name)).toEqual([]);
    const silent = results.filter(({ bug }) => bug.property === 'none');
    expect(silent.map(({ starts }) => starts.map((start) => start.seeds))).toEqual(silent.map(() => [seeds]));
  },
);
