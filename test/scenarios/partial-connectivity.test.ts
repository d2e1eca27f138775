/**
 * The outage of Cloudflare's control plane, without and with PreVote, alone and with CheckQuorum: docs/options.md has
 * the figures of 60 seeds.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../harness/run.ts';
import { partialConnectivity } from '../../scenarios/partial-connectivity.ts';

const [paper, withOptions, preVoteAlone] = partialConnectivity;
const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
const electionsOf = (scenario: typeof paper): readonly number[] => seeds.map((seed) => {
  const record = run(scenario!.system, scenario!.draw(seed));
  expect(record.verdict).toEqual({ kind: 'ok' });
  return record.counts['leadersElected']!;
});

describe('every server reaches a majority, and not every two reach each other', () => {
  test.each([
    [withOptions, { preVote: true, checkQuorum: true }], [preVoteAlone, { preVote: true }],
  ] as const)('the scenarios draw the same plans, but for their names and the options: %#', (scenario, options) => {
    for (const seed of seeds) {
      const { scenario: _, settings: plain, ...rest } = paper!.draw(seed);
      const { scenario: __, settings, ...other } = scenario!.draw(seed);
      expect(other).toEqual(rest);
      expect(settings).toEqual({ ...(plain as object), ...options });
    }
  });

  test('Raft of the paper elects again and again', () => {
    // Where the leader hears and is heard by all of its own, nobody else stands: seeds 2, 11 and 12.
    expect(electionsOf(paper)).toEqual([11, 2, 11, 11, 13, 14, 12, 12, 12, 10, 1, 1]);
  });

  test('with PreVote and CheckQuorum one leader is elected, and stays', () => {
    expect(electionsOf(withOptions)).toEqual(seeds.map(() => 1));
  });

  test('with PreVote alone, too: CheckQuorum is for a leader that no majority answers, and there is none here', () => {
    expect(electionsOf(preVoteAlone)).toEqual(seeds.map(() => 1));
  });
});
