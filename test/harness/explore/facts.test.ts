/** What a search says to the judge, and what the simulator says to what a search found. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judge } from '../../../harness/campaign/judgement.ts';
import { writePlans } from '../../../harness/cli/explore-plans.ts';
import { Kept } from '../../../harness/cli/kept.ts';
import { factsOfSearch } from '../../../harness/explore/facts.ts';
import type { PropertyResult, PropertyVerdict, SearchEnd, SearchResult } from '../../../harness/explore/result.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

type Property = PropertyResult<unknown, unknown>;
const path = { states: [], actions: [], detail: '' } as unknown as NonNullable<Property['path']>;
const property = (verdict: PropertyVerdict, found: Property['path'] = null): Property => ({
  name: 'P', kind: 'always', verdict, detail: 'why', path: found,
});
const search = (end: SearchEnd, properties: readonly Property[], seen = 9): SearchResult<unknown, unknown> => ({
  strategy: 'bfs', workers: 1, distinct: seen, generated: seen, depth: 1, end, properties, elapsedMs: 1,
  visitedBytes: 1, omissionProbability: 0,
});

describe('a search', () => {
  test.each<readonly [string, SearchResult<unknown, unknown>, number, string]>([
    ['closed, and all holds', search('closed', [property('holds'), property('reached', path)]), 0, 'everything'],
    [
      'that found a violation', search('violation', [property('violated', path), property('unknown')]), 1,
      '1 violation: m: P: why',
    ],
    [
      'closed, and a situation was never reached', search('closed', [property('unreached')]), 1,
      '1 situation never reached: m: P: why',
    ],
    [
      'closed, in which a check gave up', search('closed', [property('unknown', path)]), 2,
      '1 verdict unknown: m: P: why',
    ],
    [
      'in which a check gave up before it stopped at a bound', search('max-depth', [property('unknown', path)]), 2,
      '1 verdict unknown: m: P: why',
    ],
    [
      'that stopped at a bound of states', search('max-states', [property('unknown')]), 2,
      'the space is not closed: m: max-states',
    ],
    [
      'that stopped at a bound of depth', search('max-depth', [property('holds')]), 2,
      'the space is not closed: m: max-depth',
    ],
    ['of random walks', search('walks-done', [property('unknown')]), 2, 'the space is not closed: m: walks-done'],
    ['that was interrupted', search('interrupted', [property('holds')]), 2, 'interrupted before it was done: m'],
    ['that looked at no property', search('closed', []), 2, '1 thing not looked at: no property, for m has none'],
    ['that saw no state', search('closed', [property('holds')], 0), 2, 'nothing was run at all'],
    [
      'that stopped at a violation of which no property tells', search('violation', [property('holds')]), 5,
      'the books of the harness do not balance',
    ],
  ])('%s', (_, result, code, line) => {
    expect(judge(factsOfSearch('m', result)).code).toBe(code);
    expect(judge(factsOfSearch('m', result)).line.startsWith(line)).toBe(true);
  });
});

describe('a counterexample as a plan of the simulator', () => {
  const failing: Plan = { ...swarm.draw(1), operations: [], faults: [], stormUs: 1, settleUs: 0, clients: 0 };
  const passing: Plan = { ...failing, settleUs: 5_000_000 };
  const written = (plan: Plan) => {
    const [home, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'whitewater-explored-'))];
    process.chdir(folder);
    try {
      const told = {
        name: 'm', values: {}, hasSymmetry: false, model: { planOf: () => plan } as never,
        result: search('violation', [property('violated', path)]),
      };
      return {
        ...writePlans(told, new Map([[raftKv.name, raftKv]]), null, new Kept()), files: readdirSync('failures'),
      };
    } finally {
      process.chdir(home);
      rmSync(folder, { recursive: true });
    }
  };

  test('that fails there too', () => {
    const { text, worldsApart, files } = written(failing);
    expect([worldsApart, files]).toEqual([[], ['explore-m-p.plan.json']]);
    expect(text).toContain('the simulator finds it too');
  });

  test('that does not shows that one of the two worlds is wrong', () => {
    const { text, worldsApart } = written(passing);
    expect(worldsApart).toEqual(['P: failures/explore-m-p.plan.json']);
    expect(text).toContain('THE SIMULATOR DOES NOT FIND IT');
    expect(judge({ done: 1, worldsApart, violations: ['P'] }).code).toBe(5);
  });
});
