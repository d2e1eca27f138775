/**
 * A file of results that was damaged is refused with its name and the field: it is never merged, and never a stack
 * trace.
 */
import { describe, expect, test } from 'vitest';
import type { ChunkResult } from '../../../harness/campaign/campaign.ts';
import { CampaignError, campaignJson, readCampaign } from '../../../harness/report/campaign-json.ts';
import type { CampaignFacts } from '../../../harness/report/summary.ts';

const digits = '0123456789abcdef';
const failure = (seed: number) => ({
  seed, property: 'Election Safety', detail: 'two leaders', step: 70, atUs: 900, digest: digits,
});

/** Something in every list: shard 2 of 3 of the seeds 1 to 30, of which it holds 2, 5, ..., 29. */
const result: ChunkResult = {
  scenario: 'swarm',
  seeds: 10,
  passed: 4,
  violations: [failure(5), { ...failure(8), isLost: true }],
  unknowns: [
    { seed: 11, detail: 'the budget is over' }, { seed: 14, detail: 'the budget is over' },
  ],
  nondeterministic: [{ seed: 5, digests: [digits, digits], differs: ['endUs: 1 and 2'], where: 'step 3' }],
  faults: [{ seed: 17, message: 'Error: no such thing' }],
  undrawn: [{ seed: 20, detail: 'seed 20: no such range' }],
  operations: 900,
  events: 40_000,
  steps: 20_000,
  virtualUs: 9_000_000,
  trivial: 1,
  tallies: {
    snapshotsInstalled: { total: 12, seeds: 4, firstSeed: 2 }, progressExcused: { total: 0, seeds: 0, firstSeed: null },
  },
  faultKinds: { drop: { seeds: 5, eligible: 900, fired: 40, mattered: 30, firstFired: 2, firstMattered: 5 } },
  pace: { answersUs: { count: 3, largest: 1001, by: { 90: 1, 1000: 2 } } },
  doubleChecked: 3,
  digest: digits,
};
const facts: CampaignFacts = {
  result, holds: [{ from: 1, count: 30, shard: 2, of: 3, seeds: 10 }], asked: '', workers: 2, wallMs: 1234.5,
  endedEarly: null, replayOptions: '', module: null, planPaths: new Map(),
};
const text = campaignJson(facts, '0.1.0+abc');

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
type Path = readonly (string | number)[];

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, one]) =>
          pathsOf(one, [...path, Array.isArray(value) ? Number(name) : name]),
        )
      : [];
  return path.length === 0 ? inner : [path, ...inner];
}

/** A file with one field changed; `change` gives undefined to take the field away. */
function damaged(path: Path, change: (value: Json) => Json | undefined): string {
  const json = JSON.parse(text) as Json;
  let parent = json as Record<string | number, Json>;
  for (const part of path.slice(0, -1)) parent = parent[part] as Record<string | number, Json>;
  const last = path.at(-1)!;
  const changed = change(parent[last]!);
  if (changed !== undefined) parent[last] = changed;
  else if (Array.isArray(parent)) parent.splice(last as number, 1);
  else delete parent[last];
  return JSON.stringify(json);
}

const damages: readonly (readonly [string, (value: Json) => Json | undefined])[] = [
  ['taken away', () => undefined],
  ['null', () => null],
  ['a word', () => 'x'],
  ['true', () => true],
  ['an empty list', () => []],
  ['an empty object', () => ({})],
  ['one more', (value) => (typeof value === 'number' ? value + 1 : value)],
  ['one less', (value) => (typeof value === 'number' ? value - 1 : value)],
  ['a fraction', (value) => (typeof value === 'number' ? value + 0.5 : value)],
  ['a huge number', (value) => (typeof value === 'number' ? 2 ** 40 : value)],
  ['a larger number than there are', (value) => (typeof value === 'number' ? 1e300 : value)],
  ['zero', (value) => (typeof value === 'number' ? 0 : value)],
  ['as a word', (value) => (typeof value === 'number' ? String(value) : value)],
  ['another digit', (value) => (typeof value === 'string' ? `${value}0` : value)],
  ['an empty word', (value) => (typeof value === 'string' ? '' : value)],
  ['its list doubled', (value) => (Array.isArray(value) ? [...value, ...value] : value)],
  [
    'a field more',
    (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, colour: 'red' } : value,
  ],
];

const same = JSON.stringify(JSON.parse(text));

test('what was written is read as it was', () => {
  expect(readCampaign('a.json', text)).toEqual({
    program: '0.1.0+abc', holds: facts.holds, result, workers: 2, wallMs: 1235, endedEarly: null,
  });
});

test('the order of fields and the white space are no damage', () => {
  const json = JSON.parse(text) as object;
  expect(
    readCampaign('a.json', JSON.stringify(Object.fromEntries(Object.entries(json).reverse()), null, 7)).result,
  ).toEqual(result);
});

describe('one field damaged', () => {
  const paths = pathsOf(JSON.parse(text) as Json);

  test('there are fields enough', () => expect(paths.length).toBeGreaterThan(70));

  test.each(damages)('%s: refused, with the file and the field', (_, change) => {
    for (const path of paths) {
      const json = damaged(path, change);
      if (json === same) continue;
      const where = path.join('.');
      expect(() => readCampaign('a.json', json), where).toThrow(CampaignError);
      try {
        readCampaign('a.json', json);
      } catch (error) {
        const { message } = error as Error;
        expect(message, where).toMatch(/^a\.json(:| holds no campaign| is not JSON)/);
        expect(message, where).not.toContain('\n');
        // By the field itself, by one that must agree with it, or by the checksum, which covers them all.
        expect(message, where).toMatch(/: (?:[a-zA-Z]+)(?:[.[][\w\].[]*)?: |holds no campaign of version 3 \(/);
      }
    }
  });
});

describe('sums that do not agree are told by name, whatever the checksum says', () => {
  const withResult = (change: Partial<ChunkResult>, more: Partial<CampaignFacts> = {}): string =>
    campaignJson({ ...facts, ...more, result: { ...result, ...change } }, '0.1.0+abc');
  const tally = { total: 12, seeds: 4, firstSeed: 2 };
  const kind = result.faultKinds['drop']!;
  test.each<readonly [string, string, string]>([
    [
      'violations that are gone',
      withResult({ violations: [] }),
      'seeds: there are 10, and 8 are accounted for: passed, violations, unknowns, faults and undrawn together',
    ],
    ['a pass too many', withResult({ passed: 5 }), 'seeds: there are 10, and 11 are accounted for'],
    ['more seeds than it holds', withResult({ seeds: 11, passed: 5 }), 'holds: they are of 10 seeds, and 11 were run'],
    [
      'a failing seed of another shard', withResult({ violations: [failure(5), failure(9)] }),
      'violations[1].seed: 9 is none of the seeds that it holds',
    ],
    [
      'a failing seed beyond the last one', withResult({ violations: [failure(5), failure(32)] }),
      'violations[1].seed: 32 is none of the seeds that it holds',
    ],
    [
      'a failing seed twice', withResult({ violations: [failure(5), failure(5)] }),
      'violations[1].seed: 5 is out of order, or listed twice',
    ],
    [
      'a seed that both failed and was unknown',
      withResult({
        unknowns: [
          { seed: 5, detail: '' }, { seed: 14, detail: '' },
        ],
      }),
      'seeds: seed 5 came to two ends',
    ],
    ['more trivial seeds than seeds', withResult({ trivial: 11 }), 'trivial: 11 of 10 seeds'],
    ['more seeds run twice than seeds', withResult({ doubleChecked: 11 }), 'doubleChecked: 11 of 10 seeds'],
    [
      'a situation in more seeds than there are', withResult({ tallies: { a: { ...tally, seeds: 11 } } }),
      'tallies.a.seeds: 11, of 10 seeds and 12 times in all',
    ],
    [
      'a situation in seeds that never showed it',
      withResult({ tallies: { a: { total: 3, seeds: 0, firstSeed: null } } }), 'tallies.a.total: 3 in 0 seeds',
    ],
    [
      'a pace of more values than are listed', withResult({ pace: { a: { count: 4, largest: 3, by: { 3: 3 } } } }),
      'pace.a.count: it is 4, and 3 are listed',
    ],
    [
      'a pace of values that are not rounded',
      withResult({ pace: { a: { count: 1, largest: 1001, by: { 1001: 1 } } } }), 'pace.a.by: 1001 is no rounded value',
    ],
    [
      'a pace whose largest is not listed', withResult({ pace: { a: { count: 1, largest: 8, by: { 9: 1 } } } }),
      'pace.a.largest: it is 8, and the largest that is listed is 9',
    ],
    [
      'a situation without a first seed', withResult({ tallies: { a: { ...tally, firstSeed: null } } }),
      'tallies.a.firstSeed: it does not fit 4 seeds',
    ],
    [
      'a situation first in a foreign seed', withResult({ tallies: { a: { ...tally, firstSeed: 3 } } }),
      'tallies.a.firstSeed: it does not fit 4 seeds',
    ],
    [
      'a fault on in more seeds than there are', withResult({ faultKinds: { drop: { ...kind, seeds: 11 } } }),
      'faultKinds.drop.seeds: 11 of 10 seeds',
    ],
    [
      'a fault that fired in no seed', withResult({ faultKinds: { drop: { ...kind, firstFired: null } } }),
      'faultKinds.drop.firstFired: it does not fit 40 times',
    ],
    [
      'a fault that never mattered, but did first in one',
      withResult({ faultKinds: { drop: { ...kind, mattered: 0 } } }),
      'faultKinds.drop.firstMattered: it does not fit 0 times',
    ],
    [
      'a shard beyond the last', withResult({}, { holds: [{ from: 1, count: 30, shard: 4, of: 3, seeds: 10 }] }),
      'holds[0].shard: there are 3 shards',
    ],
    [
      'more seeds than the shard has', withResult({}, { holds: [{ from: 1, count: 27, shard: 2, of: 3, seeds: 10 }] }),
      'holds[0].seeds: seeds 1 to 27, shard 2/3 are 9',
    ],
    [
      'a seed held twice',
      withResult(
        {},
        {
          holds: [
            { from: 1, count: 5, shard: 1, of: 1, seeds: 5 }, { from: 5, count: 5, shard: 1, of: 1, seeds: 5 },
          ],
        },
      ),
      'holds[1]: it and holds[0]: both hold seed 5',
    ],
  ])('%s', (_, json, says) => {
    expect(() => readCampaign('a.json', json)).toThrow(CampaignError);
    expect(() => readCampaign('a.json', json)).toThrow(`a.json: ${says}`);
  });

  test('and so is a count that does not fit its list, or a tally told twice', () => {
    expect(() =>
      readCampaign(
        'a.json', damaged(['unknown'], () => 1),
      ),
    ).toThrow('a.json: unknown: it is 1, and 2 are listed');
    expect(() =>
      readCampaign(
        'a.json', damaged(['snapshotsInstalled'], () => 1),
      ),
    ).toThrow('a.json: snapshotsInstalled: it is not the total of that tally');
    expect(() =>
      readCampaign(
        'a.json', damaged(['operations'], () => 901),
      ),
    ).toThrow('a.json: checksum: it is not that of the other fields: the file was changed after it was written');
  });
});

test.each([
  ['', 'a.json is not JSON'],
  ['{', 'a.json is not JSON'],
  ['null', 'a.json holds no campaign of version 3'],
  ['[]', 'a.json holds no campaign of version 3'],
  ['{ "format": "something-else" }', 'a.json holds no campaign of version 3 (format)'],
  ['{ "format": "whitewater-campaign", "version": 2 }', 'a.json holds no campaign of version 3 (version)'],
])('what is no campaign: %j', (json, says) => {
  expect(() => readCampaign('a.json', json)).toThrow(CampaignError);
  expect(() => readCampaign('a.json', json)).toThrow(says);
});
