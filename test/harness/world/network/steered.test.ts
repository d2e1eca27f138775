/** The honest network under a script: what its flags do, what it counts, and that it passes on the rest. */
import { describe, expect, test } from 'vitest';
import { calmFlags, type LabFlags } from '../../../../harness/plan/lab-flags.ts';
import type { NetworkPlan } from '../../../../harness/plan/plan.ts';
import type { Rpc } from '../../../../harness/world/network/rpc.ts';
import { SteeredNetwork } from '../../../../harness/world/network/steered.ts';
import { RandomStreams } from '../../../../harness/world/random.ts';

const rpc: Rpc = {
  half: (message) => ({ isReply: message === 'reply', key: 1 }),
  sizeBytes: (message) => (message === 'reply' ? 7 : 100),
};

const rates: NetworkPlan = {
  delayUs: { min: 5000, max: 6000 }, dropPer1000: 500, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 },
};

interface Posted {
  readonly from: number;
  readonly to: number;
  readonly delayUs: number;
}

function rig(flags: Partial<LabFlags> = {}, plan: Partial<NetworkPlan> = {}) {
  const posted: Posted[] = [];
  const network = new SteeredNetwork(
    { ...rates, ...plan }, { ...calmFlags, ...flags }, rpc, 3, new RandomStreams('steered'),
    (from, to, _message, delayUs) => void posted.push({ from, to, delayUs }),
  );
  /** The delays of so many of these from 0 to 1. */
  const send = (message: 'request' | 'reply', times = 300): readonly number[] => {
    const before = posted.length;
    for (let i = 0; i < times; i++) network.send(0, 1, message);
    return posted.slice(before).map(({ delayUs }) => delayUs);
  };
  return { network, posted, send };
}

const isWithin = (delays: readonly number[], min: number, max: number): boolean =>
  delays.every((delayUs) => delayUs >= min && delayUs <= max);

describe('reliable', () => {
  test('each message arrives once, within a millisecond, whatever the rates of the plan', () => {
    const delays = rig(
      {},
      { dropPer1000: 1000, duplicatePer1000: 1000, latePer1000: 1000, lateUs: { min: 9000, max: 9000 } },
    ).send('request');
    expect([delays.length, isWithin(delays, 20, 1000)]).toEqual([300, true]);
  });
  test('and unreliable, it has the rates of the plan, from one message to the next', () => {
    const { network, send } = rig();
    network.flags = { ...calmFlags, reliable: false };
    const delays = send('request');
    expect([Math.abs(delays.length - 150) < 40, isWithin(delays, 5000, 6000)]).toEqual([true, true]);
    network.flags = calmFlags;
    expect(send('request')).toHaveLength(300);
    expect(network.counts.dropped).toBe(300 - delays.length);
  });
});

describe('long reordering', () => {
  test('holds up two replies in three by 200 to 2199 ms, and no request', () => {
    const { send } = rig({ longReordering: true });
    expect(isWithin(send('request'), 20, 1000)).toBe(true);
    const replies = send('reply', 3000);
    const late = replies.filter((delayUs) => delayUs > 1000);
    expect(Math.abs(late.length - 2000)).toBeLessThan(100);
    expect(isWithin(late, 200_020, 2_200_000)).toBe(true);
  });
  test('off, it holds up none', () => expect(isWithin(rig().send('reply'), 20, 1000)).toBe(true));
});

describe('what it counts', () => {
  test('a call when its request is sent, bytes of both halves, and as received what was put on its way, no reply', () => {
    const { network, send } = rig();
    send('request', 3);
    send('reply', 2);
    network.cut(0, 1);
    send('request', 1);
    expect(network.rpcs).toEqual({ calls: 4, bytes: 4 * 100 + 2 * 7, received: [0, 3, 0] });
    expect(network.counts).toEqual({ sent: 6, dropped: 0, cut: 1, duplicated: 0, late: 0 });
  });
});

describe('ways', () => {
  test('that are slow are so in one direction, until they are made quick', () => {
    const { network, posted } = rig();
    network.slow(0, 1, 50_000);
    for (const [from, to] of [[0, 1], [1, 0], [0, 2]] as const) network.send(from, to, 'request');
    expect(posted.map(({ delayUs }) => delayUs > 50_000)).toEqual([true, false, false]);
    network.slow(0, 1, 0);
    network.send(0, 1, 'request');
    expect(posted.at(-1)!.delayUs).toBeLessThanOrEqual(1000);
  });
  test('that are cut carry nothing, until they are mended', () => {
    const { network, posted } = rig();
    network.cut(0, 1);
    for (const [from, to] of [[0, 1], [1, 0]] as const) network.send(from, to, 'request');
    expect([posted.map(({ from }) => from), network.canReach(0, 1), network.canReach(1, 0)]).toEqual([
      [1], false, true,
    ]);
    network.mend(0, 1);
    network.send(0, 1, 'request');
    expect([posted.map(({ from }) => from), network.canReach(0, 1)]).toEqual([[1, 0], true]);
  });
});

test('calm: no way is slow, nothing is lost, no reply is held up', () => {
  const { network, send } = rig({ reliable: false, longReordering: true }, { dropPer1000: 1000 });
  network.slow(0, 1, 50_000);
  network.calm();
  const delays = [...send('request'), ...send('reply')];
  expect([delays.length, isWithin(delays, 20, 1000)]).toEqual([600, true]);
  expect(network.flags).toEqual(calmFlags);
});
