/** Results of chunks as one: in the order of the chunks, whatever the order in which they came in. */
import { expect, test } from 'vitest';
import { emptyResult, merge } from '../../../harness/campaign/campaign.ts';
import { packed } from '../../../harness/fleet/packed.ts';
import { summed } from '../../../harness/fleet/sum.ts';
import { resultWith } from '../../support/fleet-values.ts';

const seen = (name: string, seed: number) =>
  resultWith({ seeds: 1, passed: 1, tallies: { [name]: { total: 1, seeds: 1, firstSeed: seed } } });
const [two, ten, nine] = [seen('of two', 2), seen('of ten', 10), seen('of nine', 9)];

test('nothing is an empty result', () => expect(summed('swarm', null, new Map())).toEqual(emptyResult('swarm')));

test('by number and not by name: situations stand in the order in which one machine would have met them', () => {
  const sum = summed('swarm', null, new Map([['10', packed(ten)], ['9', packed(nine)], ['2', packed(two)]]));
  expect(sum).toEqual([two, nine, ten].reduce(merge));
  expect(Object.keys(sum.tallies)).toEqual(['of two', 'of nine', 'of ten']);
});

test('behind what was added up before', () => {
  const sum = summed('swarm', packed(two), new Map([['10', packed(ten)]]));
  expect([sum.seeds, Object.keys(sum.tallies)]).toEqual([2, ['of two', 'of ten']]);
});
