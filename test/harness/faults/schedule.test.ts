/** What the harness itself promises of its faults: streams, clocks, healing, excuses, accounts, plans. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { answer, exponential } from '../../../harness/world/fate.ts';
import { faultSchema, type Fault } from '../../../harness/plan/fault.ts';
import { parsePlan, printPlan } from '../../../harness/plan/plan-file.ts';
import { HonestNetwork } from '../../../harness/world/network/honest.ts';
import { planSchema, type NetworkPlan, type Plan } from '../../../harness/plan/plan.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import { run } from '../../../harness/run.ts';
import { drawSwarm, swarm } from '../../../scenarios/swarm.ts';
import { kindsOf } from '../../../harness/swarm/kinds.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
const systems = new Map([[raftKv.name, raftKv]]);

describe('bytes change nothing but what damage does', () => {
  const undamaged = seeds.map((seed) =>
    drawSwarm(`bytes ${seed}`, () =>
      kindsOf('drop', 'late', 'crash', 'slowWrite', 'pause', 'failedWrite', 'isolateUntilSnapshot'),
    ),
  );

  test('the same plans give the same digests with files of bytes and by reference', () => {
    for (const plan of undamaged) {
      const inBytes = run(raftKv, { ...plan, disk: { ...plan.disk, bytes: true } });
      expect([inBytes.verdict.kind, inBytes.digest]).toEqual(['ok', run(raftKv, plan).digest]);
    }
  });
});

describe('named streams', () => {
  const full: NetworkPlan = {
    delayUs: { min: 100, max: 5000 }, dropPer1000: 200, duplicatePer1000: 200, latePer1000: 200,
    lateUs: { min: 10_000, max: 90_000 }, replay: { per1000: 200, afterUs: { min: 100_000, max: 200_000 } },
  };

  /** Of each of 500 messages on three ways, when its copies arrive. */
  function arrivals(rates: NetworkPlan): number[][] {
    const copies: number[][] = Array.from({ length: 500 }, () => []);
    const network = new HonestNetwork(
      rates, 4, new RandomStreams('named'),
      (_from, _to, message, delayUs) => void copies[message as number]!.push(delayUs),
    );
    for (let i = 0; i < copies.length; i++) network.send(i % 3, 3, i);
    return copies;
  }

  const all = arrivals(full);

  test('without duplicates and replays every first copy arrives when it did', () => {
    const fewer = arrivals({ ...full, duplicatePer1000: 0, replay: { per1000: 0, afterUs: { min: 1, max: 1 } } });
    expect(fewer).toEqual(all.map((copies) => copies.slice(0, 1)));
    expect(all.filter((copies) => copies.length > 1).length).toBeGreaterThan(50);
  });

  test('without drops the others arrive when they did', () => {
    const more = arrivals({ ...full, dropPer1000: 0 });
    const lost = all.filter((copies) => copies.length === 0).length;
    expect(lost).toBeGreaterThan(50);
    expect(more.filter((copies, i) => all[i]!.length > 0 && JSON.stringify(copies) !== JSON.stringify(all[i]))).toEqual(
      [],
    );
    expect(more.every((copies) => copies.length > 0)).toBe(true);
  });

  test('without lateness all others arrive when they did', () => {
    const sooner = arrivals({ ...full, latePer1000: 0 });
    const isLate = (copies: readonly number[]): boolean =>
      copies.some((delayUs) => delayUs > 5000 && delayUs < 100_000);
    expect(all.filter(isLate).length).toBeGreaterThan(50);
    expect(sooner.filter((copies, i) => !isLate(all[i]!) && JSON.stringify(copies) !== JSON.stringify(all[i]))).toEqual(
      [],
    );
  });

  test('a message that is to be overtaken arrives behind the next one on its way', () => {
    const order: number[] = [];
    const posts: [number, number][] = [];
    const network = new HonestNetwork(
      {
        ...full, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0,
        replay: { per1000: 0, afterUs: { min: 1, max: 1 } }, reorderPer1000: 500, delayUs: { min: 100, max: 100 },
      },
      2,
      new RandomStreams('order'),
      (_from, _to, message, delayUs) => posts.push([message as number, delayUs]),
    );
    for (let i = 0; i < 100; i++) {
      posts.length = 0;
      network.send(0, 1, i);
      for (const [message] of posts.slice().sort((a, b) => a[1] - b[1])) order.push(message);
    }
    const overtaken = order.filter((message, i) => i > 0 && message < order[i - 1]!);
    expect(overtaken.length).toBeGreaterThan(20);
    // Held back for one message, and no more: the next one to be sent is never late for it.
    expect(overtaken.every((message) => order[order.indexOf(message) - 1] === message + 1)).toBe(true);
  });

  test('an exponential delay has its mean, and now and then is more than ten times of it', () => {
    const draws = Array.from({ length: 200_000 }, (_, i) => exponential(answer(i, 5), 1000));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    expect(mean).toBeGreaterThan(990);
    expect(mean).toBeLessThan(1010);
    expect(draws.filter((one) => one > 10_000).length).toBeGreaterThan(0);
    expect(draws.reduce((most, one) => Math.max(most, one), 0)).toBeLessThan(22_400);
  });
});

describe('healing', () => {
  const healed = (plan: Plan, healing: NonNullable<Plan['healing']>): Plan => ({ ...plan, healing });
  const calm = drawSwarm('healing 1', () => kindsOf('drop'));

  test('with a minority down for good the others make progress', () => {
    const plan = { ...calm, servers: 5, faults: [] };
    const record = run(raftKv, healed(plan, { kind: 'minorityDown', nodes: [0, 3] }));
    expect([record.verdict.kind, record.nodes.crashes, record.counts['progressExcused']]).toEqual(['ok', 2, 0]);
  });

  test('with a majority down nothing is owed: it is looked at, and said', () => {
    const plan = { ...calm, servers: 3, faults: [] };
    const record = run(raftKv, healed(plan, { kind: 'minorityDown', nodes: [0, 2] }));
    expect([record.verdict.kind, record.counts['progressExcused']]).toEqual(['ok', 1]);
  });

  test('without new operations those that were begun are answered, and no other begins', () => {
    const late = calm.operations.map((operation, i) =>
      i % 2 === 0 ? operation : { ...operation, atUs: calm.stormUs + 1000 },
    );
    const record = run(raftKv, healed({ ...calm, operations: late }, { kind: 'noNewOperations' }));
    expect(record.verdict.kind).toBe('ok');
    expect(record.operationsCompleted).toBeGreaterThan(0);
    expect(record.operationsCompleted).toBeLessThanOrEqual(late.filter(({ atUs }) => atUs <= calm.stormUs).length);
  });

  test('the swarm never loses more servers than leaves a quorum, where nobody comes or goes', () => {
    const plans = Array.from({ length: 300 }, (_, seed) => swarm.draw(seed)).filter(
      ({ settings }) => !('members' in (settings as object)),
    );
    expect(plans.length).toBeGreaterThan(200);
    const records = plans.map((plan) => run(swarm.system, plan));
    expect(records.every(({ counts }) => counts['progressExcused'] === 0)).toBe(true);
    const ways = new Set(Array.from({ length: 60 }, (_, seed) => swarm.draw(seed).healing?.kind));
    expect([...ways].sort()).toEqual([
      'everyone', 'leaderFalls', 'minorityDown', 'minorityInTrouble', 'noNewOperations',
    ]);
  });
});

describe('plans', () => {
  test('every plan that the swarm draws may stand in a file, and is the same when it comes back', () => {
    for (const seed of seeds) {
      const plan = swarm.draw(seed);
      expect(parsePlan('a.json', printPlan(plan), systems)).toEqual(plan);
    }
  });

  test('a plan from before these faults still parses', () => {
    const { healing: _healing, ...rest } = drawSwarm('old 1', () => kindsOf('drop', 'crash', 'partition'));
    expect(v.safeParse(planSchema, rest).issues).toBeUndefined();
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown kind', { kind: 'earthquake' }, /expected a fault of kind partition, cut, /],
    [
      'a rate of nothing', { kind: 'clockRate', fromUs: 0, untilUs: 1, nodes: [0], ratePer1000: 0 },
      /expected at least 100/,
    ],
    [
      'a swizzle that frees others',
      { kind: 'swizzle', fromUs: 0, untilUs: 1, nodes: [0, 1], release: [0, 2], everyUs: 1 },
      /expected `release` to list the same nodes/,
    ],
    [
      'a damage that is none', { kind: 'damagedDisk', atUs: 0, restartUs: 1, nodes: [0], damage: 'scratches', part: 1 },
      /expected one of bitRot, /,
    ],
  ];
  test.each(wrong)('%s is refused with what was expected', (_what, fault, message) => {
    expect(v.safeParse(faultSchema, fault).issues?.[0].message).toMatch(message);
  });

  test('a disk fault at a client is refused, with the line', () => {
    const plan = drawSwarm('wrong 1', () => kindsOf());
    const fault: Fault = { kind: 'diskFull', fromUs: 1, untilUs: 2, nodes: [plan.servers] };
    expect(() => parsePlan('a.json', printPlan({ ...plan, faults: [fault] }), systems)).toThrow(
      /a\.json:\d+: faults\.0: it names node \d+; a fault of kind "diskFull" strikes the \d+ servers only/,
    );
  });
});
