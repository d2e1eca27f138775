/** The honest network, message by message: lost, copied, late, cut, and calm again. */
import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../../../../harness/plan/plan.ts';
import { FatedNetwork } from '../../../../harness/world/network/fated.ts';
import { HeardNetwork } from '../../../../harness/world/network/heard.ts';
import { HonestNetwork } from '../../../../harness/world/network/honest.ts';
import { Cuts } from '../../../../harness/world/network/cuts.ts';
import type { AnyNetwork, Post } from '../../../../harness/world/network/network.ts';
import { RandomStreams } from '../../../../harness/world/random.ts';

const calmRates: NetworkPlan = {
  delayUs: { min: 10, max: 20 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 1000, max: 2000 },
};

interface Sent {
  readonly message: number;
  readonly delayUs: number;
}

/** What 1000 messages from 0 to 1 come to. */
function thousand(rates: Partial<NetworkPlan>, prepare: (network: HonestNetwork) => void = () => {}) {
  const posts: Sent[] = [];
  const network = new HonestNetwork(
    { ...calmRates, ...rates },
    3,
    new RandomStreams('honest'),
    (_from, _to, message, delayUs) => void posts.push({ message: message as number, delayUs }),
  );
  prepare(network);
  for (let i = 0; i < 1000; i++) network.send(0, 1, i);
  return { posts, counts: network.counts, exposed: network.exposed };
}

describe('a rate of 1000 in 1000 strikes each message, one of 0 none, and one between in its share', () => {
  test('nothing: each arrives once, after a delay of the range, both ends included', () => {
    const { posts, counts } = thousand({});
    expect(posts.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([
      Math.min(...posts.map(({ delayUs }) => delayUs)), Math.max(...posts.map(({ delayUs }) => delayUs)),
    ]).toEqual([10, 20]);
    expect(counts).toEqual({ sent: 1000, dropped: 0, cut: 0, duplicated: 0, late: 0 });
  });

  test('drops', () => {
    const all = thousand({ dropPer1000: 1000 });
    expect([all.posts, all.counts.dropped]).toEqual([[], 1000]);
    const half = thousand({ dropPer1000: 500 });
    expect(half.posts.length + half.counts.dropped).toBe(1000);
    expect(Math.abs(half.posts.length - 500)).toBeLessThan(60);
  });

  test('duplicates: twice, and not more', () => {
    const all = thousand({ duplicatePer1000: 1000 });
    expect([all.posts.length, all.counts.duplicated]).toEqual([2000, 1000]);
    for (let i = 0; i < 1000; i++) expect(all.posts.filter(({ message }) => message === i)).toHaveLength(2);
    expect(Math.abs(thousand({ duplicatePer1000: 300 }).counts.duplicated - 300)).toBeLessThan(60);
  });

  test('lateness comes on top of the delay', () => {
    const { posts, counts } = thousand({ latePer1000: 1000 });
    expect([
      Math.min(...posts.map(({ delayUs }) => delayUs)) >= 1010,
      Math.max(...posts.map(({ delayUs }) => delayUs)) <= 2020, counts.late,
    ]).toEqual([true, true, 1000]);
    expect(Math.abs(thousand({ latePer1000: 300 }).counts.late - 300)).toBeLessThan(60);
  });

  test('replays: once more, long after', () => {
    const { posts } = thousand({ replay: { per1000: 1000, afterUs: { min: 5000, max: 6000 } } });
    expect([posts.length, posts.filter(({ delayUs }) => delayUs >= 5000 && delayUs <= 6000).length]).toEqual([
      2000, 1000,
    ]);
  });

  test('damage that is noticed is a loss', () => expect(thousand({ corruptPer1000: 1000 }).posts).toEqual([]));
});

describe('calm', () => {
  const everything: Partial<NetworkPlan> = {
    dropPer1000: 500, duplicatePer1000: 1000, latePer1000: 1000, tailUs: 1000, reorderPer1000: 1000,
    corruptPer1000: 500, replay: { per1000: 1000, afterUs: { min: 1, max: 1 } },
  };

  test('nothing is lost, copied, late or damaged any more, and no message can be struck', () => {
    const { posts, exposed, counts } = thousand(everything, (network) => network.calm());
    expect(posts.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(Math.max(...posts.map(({ delayUs }) => delayUs))).toBeLessThanOrEqual(20);
    expect([exposed, counts.dropped, counts.duplicated, counts.late]).toEqual([0, 0, 0, 0]);
  });

  test('a poor network keeps its lasting rates, and nothing else of the storm', () => {
    const { posts, exposed, counts } = thousand(
      { ...everything, lasting: { dropPer1000: 50, duplicatePer1000: 20, tailUs: 0 } }, (network) => network.calm(),
    );
    expect([exposed, counts.late, posts.length]).toEqual([1000, 0, 1000 - counts.dropped + counts.duplicated]);
    expect([Math.abs(counts.dropped - 50) < 25, Math.abs(counts.duplicated - 20) < 15]).toEqual([true, true]);
    expect(Math.max(...posts.map(({ delayUs }) => delayUs))).toBeLessThanOrEqual(20);
    const late = thousand({ lasting: { dropPer1000: 0, duplicatePer1000: 0, tailUs: 1000 } }, (network) =>
      network.calm(),
    ).posts;
    expect(late.filter(({ delayUs }) => delayUs > 20).length).toBeGreaterThan(900);
  });

  test('of listed fates none is kept from losing a message where the network stays poor', () => {
    const fates = [{ from: 0, to: 1, nth: 1, delaysUs: [] }, { from: 0, to: 1, nth: 2, delaysUs: [5, 6000] }];
    const delays = (lasting?: NetworkPlan['lasting']): readonly number[] => {
      const posts: number[] = [];
      const rates = { ...calmRates, ...(lasting === undefined ? {} : { lasting }) };
      const network = new FatedNetwork(
        rates, fates, 3, (_from, _to, _message, delayUs) => void posts.push(delayUs), () => undefined,
      );
      network.calm();
      for (let i = 0; i < 3; i++) network.send(0, 1, i);
      return posts;
    };
    expect(delays()).toEqual([10, 5, 10]);
    expect(delays({ dropPer1000: 0, duplicatePer1000: 0, tailUs: 0 })).toEqual([5, 6000, 10]);
  });

  test('lets go of what was held back, on its own way', () => {
    const posts: string[] = [];
    const network = new HonestNetwork(
      { ...calmRates, reorderPer1000: 1000 }, 3, new RandomStreams('held'),
      (from, to, message) => void posts.push(`${from}>${to} ${String(message)}`),
    );
    network.send(2, 1, 'a');
    expect(posts).toEqual([]);
    network.calm();
    network.calm();
    expect(posts).toEqual(['2>1 a']);
  });
});

const networks: readonly (readonly [string, (post: Post, lost: (from: number, to: number) => void) => AnyNetwork])[] = [
  [
    'the honest network',
    (post, lost) =>
      new HonestNetwork(calmRates, 3, new RandomStreams('cut'), post, {
        accounts: {} as never, isUp: () => true, lostToCut: lost, damaged: () => null,
      }),
  ],
  ['the network of fates', (post, lost) => new FatedNetwork(calmRates, [], 3, post, lost)],
  [
    'either, heard',
    (post, lost) =>
      new HeardNetwork(
        (heard) => new FatedNetwork(calmRates, [], 3, heard(post), lost), { sending() {}, posting() {} }, () => 0,
      ),
  ],
];

describe.each(networks)('a cut of %s', (_, make) => {
  test('takes what is sent one way, and no other, until as many menders as cutters came', () => {
    const posts: string[] = [];
    const lost: string[] = [];
    const network = make((from, to) => void posts.push(`${from}>${to}`), (from, to) => void lost.push(`${from}>${to}`));
    const sendAll = (): void => {
      posts.length = 0;
      lost.length = 0;
      for (const [from, to] of [[0, 1], [1, 0], [0, 2]] as const) network.send(from, to, 'm');
    };
    network.cut(0, 1);
    network.cut(0, 1);
    sendAll();
    expect([posts, lost, network.canReach(0, 1), network.canReach(1, 0)]).toEqual([
      ['1>0', '0>2'], ['0>1'], false, true,
    ]);
    network.mend(0, 1);
    sendAll();
    expect(posts).toEqual(['1>0', '0>2']);
    network.mend(0, 1);
    sendAll();
    expect([posts, lost, network.canReach(0, 1)]).toEqual([['0>1', '1>0', '0>2'], [], true]);
    expect([network.counts.cut, network.counts.sent]).toEqual([2, 9]);
  });
});

test('cuts are counted by way', () => {
  const cuts = new Cuts(3);
  cuts.cut(1, 2);
  expect([cuts.isOpen(1, 2), cuts.isOpen(2, 1), cuts.isOpen(0, 2)]).toEqual([false, true, true]);
});

describe('fates', () => {
  const fates = [
    { from: 0, to: 1, nth: 2, delaysUs: [] }, { from: 0, to: 1, nth: 3, delaysUs: [7, 500] },
    { from: 1, to: 0, nth: 1, delaysUs: [400] },
  ];
  function sent(calm: boolean): readonly string[] {
    const posts: string[] = [];
    const network = new FatedNetwork(
      calmRates,
      fates,
      2,
      (from, to, message, delayUs) => void posts.push(`${from}>${to} ${String(message)} +${delayUs}`),
      () => {},
    );
    if (calm) network.calm();
    for (const [from, to] of [[0, 1], [0, 1], [0, 1], [1, 0]] as const) network.send(from, to, 'm');
    return [...posts, JSON.stringify(network.counts)];
  }
  test('befall the messages that they list, and all others take the least delay', () => {
    expect(sent(false)).toEqual([
      '0>1 m +10', '0>1 m +7', '0>1 m +500', '1>0 m +400', '{"sent":4,"dropped":1,"cut":0,"duplicated":1,"late":2}',
    ]);
  });
  test('in a calm neither lose, copy nor delay', () => {
    expect(sent(true)).toEqual([
      '0>1 m +10', '0>1 m +10', '0>1 m +7', '1>0 m +20', '{"sent":4,"dropped":0,"cut":0,"duplicated":0,"late":0}',
    ]);
  });
});
