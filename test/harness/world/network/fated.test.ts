/**
 * A network of fates: each message listed takes its own, all others the least delay, and each is counted as what it
 * was.
 */
import { describe, expect, test } from 'vitest';
import type { MessageFate } from '../../../../harness/plan/fates.ts';
import { FatedNetwork } from '../../../../harness/world/network/fated.ts';
import { toyPlan } from '../../faults/toys.ts';

const rates = { ...toyPlan().network, delayUs: { min: 10, max: 20 } };
const lasting = { dropPer1000: 1, duplicatePer1000: 0, tailUs: 0 };

function made(fates: readonly MessageFate[], more: object = {}) {
  const posts: (readonly unknown[])[] = [];
  const lost: string[] = [];
  const network = new FatedNetwork(
    { ...rates, ...more }, fates, 3, (...given) => void posts.push(given),
    (from, to) => void lost.push(`${from}>${to}`),
  );
  return { network, posts, lost };
}
const fate = (from: number, to: number, nth: number, ...delaysUs: readonly number[]): MessageFate => ({
  from, to, nth, delaysUs,
});

describe('a message', () => {
  test('takes the fate of its number on its own way, and else the least delay', () => {
    const { network, posts } = made([fate(0, 1, 2, 15), fate(1, 0, 1, 16), fate(2, 1, 1, 17)]);
    for (const [from, to, message] of [
      [0, 1, 'a'], [0, 1, 'b'], [0, 1, 'c'], [1, 0, 'd'], [0, 2, 'e'], [2, 1, 'f'],
    ] as const)
      network.send(from, to, message);
    expect(posts).toEqual([
      [0, 1, 'a', 10], [0, 1, 'b', 15], [0, 1, 'c', 10], [1, 0, 'd', 16], [0, 2, 'e', 10], [2, 1, 'f', 17],
    ]);
  });

  test('is counted as sent, dropped, duplicated or late', () => {
    const countsOf = (...delaysUs: readonly number[]) => {
      const { network } = made([fate(0, 1, 1, ...delaysUs)]);
      network.send(0, 1, 'm');
      const { sent, dropped, cut, duplicated, late } = network.counts;
      return [sent, dropped, cut, duplicated, late];
    };
    expect([countsOf(), countsOf(10), countsOf(20), countsOf(21), countsOf(10, 15), countsOf(10, 21, 22)]).toEqual([
      [1, 1, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 1], [1, 0, 0, 1, 0], [1, 0, 0, 2, 2],
    ]);
  });

  test('on a cut way is lost, told, and has its number all the same', () => {
    const { network, posts, lost } = made([fate(0, 1, 2, 15)]);
    network.cut(0, 1);
    network.send(0, 1, 'a');
    network.mend(0, 1);
    network.send(0, 1, 'b');
    expect([posts, lost, network.counts.cut, network.counts.dropped]).toEqual([[[0, 1, 'b', 15]], ['0>1'], 1, 0]);
    expect([network.canReach(0, 1), network.exposed]).toEqual([true, 0]);
  });
});

describe('once it is calm', () => {
  const fates = [fate(0, 1, 1), fate(0, 1, 2, 15, 16), fate(0, 1, 3, 99)];
  const delays = (more: object): readonly unknown[] => {
    const { network, posts } = made(fates, more);
    network.calm();
    for (let i = 0; i < 3; i++) network.send(0, 1, i);
    return posts.map(([, , message, delayUs]) => [message, delayUs]);
  };
  test('no message is lost, copied, or later than a plain one', () =>
    expect(delays({})).toEqual([
      [0, 10], [1, 15], [2, 20],
    ]));
  test('unless trouble lasts', () => expect(delays({ lasting })).toEqual([[1, 15], [1, 16], [2, 99]]));
});
