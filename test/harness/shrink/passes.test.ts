/** The candidates of each pass: what is made smaller, and what no candidate may do. */
import { describe, expect, test } from 'vitest';
import { longestUs, type Plan } from '../../../harness/plan/plan.ts';
import {
  closerMoments, cutTail, fateList, faultList, fewerClients, fewerServers, keepsPace, operationList, plainerSettings,
  plainerWorld, reseeded, rounderTimes, scaledTimes, shorterTimes, slowerSettings, smallerParts, timerList,
} from '../../../harness/shrink/passes.ts';
import { isPlan, momentsOf } from '../../../harness/shrink/plan-data.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { ms, toyPlan } from '../faults/toys.ts';

const operation = (atUs: number, client = 0) => ({ client, atUs, request: null });
const pause = (fromUs: number, untilUs: number, nodes: readonly number[] = [0]) =>
  ({ kind: 'pause', fromUs, untilUs, nodes }) as const;
const crash = (atUs: number, restartUs: number) =>
  ({ kind: 'crash', atUs, restartUs, nodes: [0], moment: 'now' }) as const;

describe('an earlier end', () => {
  const plan = toyPlan({
    clients: 1, faults: [pause(0, 10 * ms), pause(60 * ms, 70 * ms)],
    operations: [operation(10 * ms), operation(60 * ms), operation(80 * ms)], stormUs: 100 * ms, settleUs: 100_000 * ms,
  });
  const shape = ({ faults, operations, stormUs, settleUs }: Plan) => [
    faults.length, operations.length, stormUs / ms, settleUs / ms,
  ];

  test('of a violation in the storm: it ends there, what begins behind it goes, nothing need settle', () => {
    expect([...cutTail(plan, 60 * ms, false)].map(shape)).toEqual([[2, 2, 60, 0], [2, 3, 100, 0], [2, 2, 60, 100_000]]);
    expect([...cutTail(plan, 59 * ms, false)].map(shape)).toEqual([[1, 1, 59, 0], [2, 3, 100, 0], [1, 1, 59, 100_000]]);
  });
  test('of one behind the storm: the time from the storm to it is left', () => {
    expect([...cutTail(plan, 130 * ms, false)].map(shape)).toEqual([[2, 3, 100, 30], [2, 3, 100, 30]]);
    expect([...cutTail({ ...plan, settleUs: 30 * ms }, 130 * ms, false)].map(shape)).toEqual([]);
  });
  test('operations that begin behind the storm and before the end stay', () => {
    const late = { ...plan, operations: [...plan.operations, operation(120 * ms), operation(131 * ms)] };
    expect([...cutTail(late, 130 * ms, false)].map(shape)).toEqual([
      [2, 4, 100, 30], [2, 5, 100, 30], [2, 4, 100, 100_000],
    ]);
  });
  test('of a want of progress: it has at least 30 s to settle', () => {
    expect([...cutTail(plan, 100_100 * ms, true)].map(shape)).toEqual([[2, 3, 100, 30_000], [2, 3, 100, 30_000]]);
    expect([...cutTail({ ...plan, settleUs: 30_000 * ms }, 30_100 * ms, true)].map(shape)).toEqual([]);
  });
});

describe('fewer nodes', () => {
  test('each server, from the last, and never the only one', () => {
    const plan = toyPlan({ servers: 3, faults: [0, 1, 2].map((node) => pause(0, ms, [node])) });
    expect([...fewerServers(plan)].map(({ servers, faults }) => [servers, faults.length])).toEqual([
      [2, 2], [2, 2], [2, 2],
    ]);
    expect([...fewerServers(toyPlan({ servers: 1 }))]).toEqual([]);
  });
  test('each client with what it asks, or what it asks is asked by one before it', () => {
    const plan = toyPlan({ clients: 3, operations: [operation(1, 0), operation(2, 1), operation(3, 2)] });
    const asked = [...fewerClients(plan)].map(({ clients, operations }) => [
      clients, operations.map(({ atUs, client }) => `${atUs} by ${client}`).join(', '),
    ]);
    expect(asked).toEqual([
      [2, '1 by 0, 2 by 1'], [2, '1 by 0, 3 by 1'], [2, '2 by 0, 3 by 1'],
      [2, '1 by 0, 2 by 1, 3 by 0'], [2, '1 by 0, 2 by 1, 3 by 1'], [2, '1 by 0, 2 by 0, 3 by 1'],
    ]);
  });
  test('and whoever one comes back as is a name that nobody else takes over, or goes with the crash', () => {
    const fallen = { ...operation(1, 0), crash: { afterUs: 1, as: 1, downUs: 0 } };
    const plan = toyPlan({ clients: 3, operations: [fallen, operation(2, 2)] });
    const asked = [...fewerClients(plan)].map(({ operations }) =>
      operations.map(({ client, crash }) => `${client}${crash === undefined ? '' : ` as ${crash.as}`}`).join(', '),
    );
    expect(asked).toEqual(['0 as 1', '0, 1', '1', '0 as 1, 0']);
  });
});

describe('a plainer world', () => {
  const plan = toyPlan({
    network: {
      delayUs: { min: 2, max: 9 }, dropPer1000: 5, latePer1000: 7, lateUs: { min: 3, max: 8 }, tailUs: 4,
      checksums: true, replay: { per1000: 6, afterUs: { min: 1, max: 2 } },
    },
    disk: { writeUs: { min: 1, max: 5 }, bytes: true, tornPer1000: 3 },
    healing: { kind: 'noNewOperations', fromUs: 9 },
  });
  const changed = (candidate: Plan): string => {
    const lines: string[] = [];
    for (const part of ['network', 'disk', 'healing'] as const) {
      const [before, after] = [plan[part], candidate[part]] as unknown as readonly (
        Record<string, unknown> | undefined
      )[];
      if (after === undefined) lines.push(`no ${part}`);
      else
        for (const field of Object.keys(before!))
          if (JSON.stringify(after[field]) !== JSON.stringify(before![field]))
            lines.push(`${part}.${field} ${JSON.stringify(after[field]) ?? 'gone'}`);
    }
    return lines.join(' and ');
  };

  test('each value away, to zero, or to the least of its range, one at a time', () => {
    expect([...plainerWorld(plan)].map(changed)).toEqual([
      'network.delayUs {"min":1000,"max":1000}', 'network.delayUs {"min":2,"max":2}', 'network.dropPer1000 0',
      'network.latePer1000 0', 'network.lateUs {"min":0,"max":0}', 'network.lateUs {"min":3,"max":3}',
      'network.tailUs gone', 'network.tailUs 0', 'network.checksums gone', 'network.checksums false',
      'network.replay gone', 'network.replay {"per1000":0,"afterUs":{"min":1,"max":2}}',
      'network.replay {"per1000":6,"afterUs":{"min":0,"max":0}}',
      'network.replay {"per1000":6,"afterUs":{"min":1,"max":1}}', 'disk.writeUs {"min":0,"max":0}',
      'disk.writeUs {"min":1,"max":1}', 'disk.bytes gone', 'disk.bytes false', 'disk.tornPer1000 gone',
      'disk.tornPer1000 0', 'no healing', 'healing.fromUs gone', 'healing.fromUs 0',
    ]);
  });
  test('neither fates, nor flags, nor the manner are touched', () => {
    const flags = { reliable: true, longDelays: false, longReordering: false };
    const fated = toyPlan({ network: { fates: [{ from: 0, to: 1, nth: 1, delaysUs: [5] }] } });
    const lab = toyPlan({ network: { manner: 'lab', lab: flags } });
    for (const candidate of plainerWorld(fated)) expect(candidate.network.fates).toEqual(fated.network.fates);
    for (const candidate of plainerWorld(lab))
      expect([candidate.network.manner, candidate.network.lab]).toEqual(['lab', flags]);
  });
});

describe('settings', () => {
  const plan = toyPlan({ settings: { heartbeatUs: 10, electionUs: { min: 40, max: 60 }, size: 3, fast: true } });
  const settings = (plans: Iterable<Plan>): readonly string[] =>
    [...plans].map((candidate) => JSON.stringify(candidate.settings));

  test('as the system has them plain: all at once, then each', () => {
    expect(settings(plainerSettings(plan, { size: 1, fast: true, heartbeatUs: 20 }))).toEqual([
      '{"heartbeatUs":20,"electionUs":{"min":40,"max":60},"size":1,"fast":true}',
      '{"heartbeatUs":10,"electionUs":{"min":40,"max":60},"size":1,"fast":true}',
      '{"heartbeatUs":20,"electionUs":{"min":40,"max":60},"size":3,"fast":true}',
    ]);
    expect(settings(plainerSettings(plan, { size: 1 }))).toHaveLength(1);
    expect(settings(plainerSettings(plan, undefined))).toEqual([]);
  });
  test('slower by 8, 4 and 2, when what was at most half of another time stays so', () => {
    expect(settings(slowerSettings(plan))).toEqual([
      '{"heartbeatUs":20,"electionUs":{"min":40,"max":60},"size":3,"fast":true}',
      ...[8, 4, 2].map(
        (times) => `{"heartbeatUs":10,"electionUs":{"min":${40 * times},"max":${60 * times}},"size":3,"fast":true}`,
      ),
    ]);
  });
  test('and never slower than a plan can be', () => {
    const slow = toyPlan({ settings: { heartbeatUs: longestUs / 4 } });
    expect(settings(slowerSettings(slow))).toEqual([4, 2].map((times) => `{"heartbeatUs":${(longestUs / 4) * times}}`));
  });
  test('keep pace: a time of at most half of another one is still below it', () => {
    const after = (heartbeatUs: number, min: number): Plan =>
      toyPlan({ settings: { heartbeatUs, electionUs: { min, max: 60 } } });
    expect(
      [after(39, 40), after(40, 40), after(41, 40), after(10, 10), after(59, 60)].map((candidate) =>
        keepsPace(plan, candidate),
      ),
    ).toEqual([true, false, false, false, true]);
    expect(keepsPace(toyPlan({ settings: { aUs: 30, bUs: 40 } }), toyPlan({ settings: { aUs: 40, bUs: 30 } }))).toBe(
      true,
    );
    expect(keepsPace(toyPlan({ settings: { aUs: 0, bUs: 40 } }), toyPlan({ settings: { aUs: 0, bUs: 0 } }))).toBe(true);
  });
});

test('another throw of the dice is another seed each, whose name does not grow', () => {
  expect(reseeded({ ...toyPlan(), seed: '7 ~12' }, 3).map(({ seed }) => seed)).toEqual(['7 ~1', '7 ~2', '7 ~3']);
});

describe('smaller parts', () => {
  test('elements and optional fields of faults and operations, and of a copied message each copy alone', () => {
    const plan = toyPlan({
      servers: 3, clients: 1, faults: [{ kind: 'partition', fromUs: 0, untilUs: 1, groups: [[0, 1], [2]] }],
      operations: [{ ...operation(0), request: { kind: 'get', key: 'k' }, giveUpUs: 5 }],
      network: { fates: [{ from: 0, to: 1, nth: 1, delaysUs: [3, 4, 5] }, { from: 1, to: 0, nth: 1, delaysUs: [6] }] },
    });
    const found = [...smallerParts(plan)];
    expect(
      found.map(({ faults, operations, network }) =>
        JSON.stringify([
          (faults[0] as { groups: unknown }).groups, operations[0]!.giveUpUs ?? null,
          network.fates!.map(({ delaysUs }) => delaysUs),
        ]),
      ),
    ).toEqual([
      '[[[2]],5,[[3,4,5],[6]]]', '[[[1],[2]],5,[[3,4,5],[6]]]', '[[[0],[2]],5,[[3,4,5],[6]]]',
      '[[[0,1]],5,[[3,4,5],[6]]]', '[[[0,1],[]],5,[[3,4,5],[6]]]', '[[[0,1],[2]],null,[[3,4,5],[6]]]',
      '[[[0,1],[2]],5,[[3],[6]]]', '[[[0,1],[2]],5,[[4],[6]]]', '[[[0,1],[2]],5,[[5],[6]]]',
    ]);
    for (const { operations } of found) expect(operations[0]!.request).toEqual({ kind: 'get', key: 'k' });
  });
});

describe('times', () => {
  const plan = toyPlan({
    clients: 1, faults: [crash(40 * ms, 80 * ms)], operations: [{ ...operation(20 * ms), giveUpUs: 6 * ms }],
    stormUs: 200 * ms,
  });
  const moments = (plans: Iterable<Plan>): readonly string[] =>
    [...plans].map((candidate) =>
      momentsOf(candidate)
        .map((us) => us / ms)
        .join(' '),
    );

  test('all are a quarter, a half, three quarters of what they were, in a storm of more than 100 ms', () => {
    expect(moments(scaledTimes(plan))).toEqual(['5 10 20 50', '10 20 40 100', '15 30 60 150']);
    expect(moments(scaledTimes({ ...plan, stormUs: 100 * ms }))).toEqual([]);
  });
  test('gaps are closed, or a quarter or a half of what they were, and what is behind one comes nearer as it is', () => {
    expect(moments(closerMoments(plan))).toEqual([
      '0 20 60 180', '5 25 65 185', '10 30 70 190', '20 60 180', '20 25 65 185', '20 30 70 190', '20 40 160',
      '20 40 50 170', '20 40 60 180', '20 40 80', '20 40 80 110', '20 40 80 140',
    ]);
  });
  test('single moments go to the one before them or half of the way, and lengths to nothing or their half', () => {
    const changed = [...shorterTimes(plan)].map(({ faults: [fault], operations: [asked] }) =>
      [(fault as { atUs: number }).atUs, (fault as { restartUs: number }).restartUs, asked!.atUs, asked!.giveUpUs]
        .map((us) => us! / ms)
        .join(' '),
    );
    expect(changed).toEqual([
      '20 80 20 6', '30 80 20 6', '40 40 20 6', '40 60 20 6', '40 80 0 6', '40 80 10 6', '40 80 20 0', '40 80 20 3',
    ]);
  });
  test('listed fates and timers are halved down to two milliseconds', () => {
    const listed = toyPlan({
      network: { fates: [{ from: 0, to: 1, nth: 1, delaysUs: [2 * ms, 8 * ms] }] },
      timers: [{ node: 0, timer: 't', nth: 1, afterUs: 2 * ms + 2 }],
    });
    expect(
      [...shorterTimes(listed)].map(({ network, timers }) =>
        JSON.stringify([network.fates![0]!.delaysUs, timers![0]!.afterUs]),
      ),
    ).toEqual(['[[2000,4000],2002]', '[[2000,8000],1001]']);
  });
  test('are rounded to tenths, hundredths and thousandths of a second; no message is made to take no time, and no setting is touched', () => {
    const odd = toyPlan({
      settings: { heartbeatUs: 12_345 }, network: { delayUs: { min: 400, max: 12_345 } },
      faults: [crash(12_345, 123_456)], stormUs: 223_456,
    });
    const found = [...rounderTimes(odd)];
    expect(
      found
        .slice(0, 3)
        .map(({ faults: [fault], stormUs }) => [
          (fault as { atUs: number }).atUs, (fault as { restartUs: number }).restartUs, stormUs,
        ]),
    ).toEqual([
      [0, 100_000, 200_000], [10_000, 120_000, 220_000], [12_000, 123_000, 223_000],
    ]);
    expect(
      found.map(({ network: { delayUs } }) => delayUs).filter(({ min, max }) => min !== 400 || max !== 12_345),
    ).toEqual([
      { min: 400, max: 10_000 }, { min: 400, max: 12_000 },
    ]);
    for (const { settings, network } of found)
      expect([settings, network.lateUs]).toEqual([odd.settings, odd.network.lateUs]);
    expect([...rounderTimes(toyPlan())]).toEqual([]);
  });
});

describe('lists', () => {
  const plan = toyPlan({
    clients: 1,
    faults: [pause(0, 1), pause(2, 3)],
    operations: [operation(0), operation(1)],
    timers: [
      { node: 0, timer: 't', nth: 1, afterUs: 1 }, { node: 1, timer: 't', nth: 1, afterUs: 1 },
    ],
    network: {
      fates: [
        { from: 0, to: 1, nth: 1, delaysUs: [] }, { from: 1, to: 0, nth: 1, delaysUs: [] },
      ],
    },
  });
  test.each([faultList, operationList, fateList, timerList])('$name: what is put in is what is there', (part) => {
    expect(part.of(plan)).toHaveLength(2);
    const shorter = part.put(plan, part.of(plan).slice(1));
    expect(part.of(shorter)).toEqual(part.of(plan).slice(1));
    expect(part.put(shorter, part.of(plan))).toEqual(plan);
  });
});

test('of drawn plans, each candidate of the passes over times and parts is a plan', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const plan = swarm.draw(seed);
    for (const pass of [plainerWorld, smallerParts, scaledTimes, closerMoments, shorterTimes, rounderTimes]) {
      let place = 0;
      for (const candidate of pass(plan))
        if (place++ % 50 === 0) expect(isPlan(candidate), `${seed} ${pass.name} ${place}`).toBe(true);
    }
  }
});
