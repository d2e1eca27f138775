/**
 * Plans that a scenario of the kit draws: within what it says, alike for one seed, and with nothing that the system
 * cannot suffer.
 */
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../harness/plan/plan.ts';
import { validPlan } from '../../../harness/plan/valid-plan.ts';
import { defineScenario, type ScenarioDefinition } from '../../../harness/own/define-scenario.ts';
import type { OwnSystem } from '../../../harness/own/define-system.ts';
import { faults } from '../../../harness/own/faults.ts';
import { settingsOf } from '../../../harness/own/settings.ts';
import { adding, counter, counters, type Counter } from './counters.ts';

const operations = adding.mix((_random, number) => ({ op: 'add', by: number }), { each: [2, 4] });
const role = ({ term, isLeader }: Counter) => ({
  name: isLeader ? 'leader' : 'follower', epoch: term, leads: isLeader,
});
const diskless = counters({
  servers: ({ servers }) =>
    Array.from({ length: servers }, () => ({
      boot: () => ({ state: counter(0), effects: [] }), step: (state: Counter) => ({ state, effects: [] }),
    })),
});
const scenario = (more: Partial<ScenarioDefinition<any, any, any>> = {}, system: OwnSystem = counters({ role })) =>
  defineScenario(system, { servers: [3, 5], clients: [1, 2], operations, ...more });
const plansOf = (
  more: Partial<ScenarioDefinition<any, any, any>> = {}, system?: OwnSystem, count = 300,
): readonly Plan[] => {
  const { draw } = scenario(more, system);
  return Array.from({ length: count }, (_, seed) => draw(seed + 1));
};
const kindsOf = (plans: readonly Plan[]): readonly string[] =>
  [...new Set(plans.flatMap((plan) => plan.faults.map(({ kind }) => kind)))].sort();
const momentsOf = (plans: readonly Plan[]): readonly string[] =>
  [
    ...new Set(plans.flatMap((plan) => plan.faults.flatMap((fault) => (fault.kind === 'crash' ? [fault.moment] : [])))),
  ].sort();
const waysOf = (plans: readonly Plan[]): readonly string[] =>
  [...new Set(plans.map(({ healing }) => healing!.kind))].sort();
const all = plansOf();

describe('is refused', () => {
  test.each([
    [{ servers: 0 }, 'counters: servers: expected a whole number from 1 to 7, or two of them, not 0'],
    [{ servers: 8 }, 'counters: servers: expected'],
    [{ servers: 2.5 }, 'counters: servers: expected'],
    [{ servers: [3, 2] as const }, 'counters: servers: expected a whole number from 1 to 7, or two of them, not [3,2]'],
    [{ clients: -1 }, 'counters: clients: expected a whole number from 0 to 1000'],
    [{ clients: [0, 1001] as const }, 'counters: clients: expected'],
    [{ storm: 'long' as never }, '"long" is no duration'],
    [{ settle: -1 }, '"-1" is no duration'],
    [{ required: ['jumps'] }, 'counters: it requires "jumps", which is no situation of counters; there are: none'],
  ])('%j', (more, says) => expect(() => scenario(more)).toThrow(says));
  test('a situation that is only inherited', () => {
    expect(() =>
      scenario({ required: ['toString'] }, counters({ situations: { jumps: () => true, falls: () => true } })),
    ).toThrow('it requires "toString", which is no situation of counters; there are: jumps, falls');
    expect(scenario({ required: ['jumps'] }, counters({ situations: { jumps: () => true } })).required).toEqual([
      'jumps',
    ]);
  });
});

describe('plans of your own', () => {
  const draw = (seed: number): Plan => ({ ...all[seed]!, seed: `mine ${seed}`, settings: { bug: 'none', loud: true } });
  const mine = defineScenario(counters(), { draw, requiredFaults: ['crash'] });

  test('are handed on as they are drawn', () => {
    expect(mine.draw(3)).toEqual(draw(3));
    expect([mine.name, mine.required, mine.requiredFaults, mine.bounds]).toEqual(['counters', [], ['crash'], null]);
    expect(scenario()).not.toHaveProperty('requiredFaults');
  });
  test('bear the name of their scenario, and settings that are planted', () => {
    expect(defineScenario(counters(), { name: 'other', draw }).draw(3)).toEqual({ ...draw(3), scenario: 'other' });
    expect(mine.withSettings('canary', { bug: 'forgets' }).draw(3)).toEqual({
      ...draw(3), scenario: 'canary', settings: { bug: 'forgets', loud: true },
    });
  });
  test('of a system with an observer of its own may require what that counts', () => {
    const system = counters({ beyond: { observer: counters().observer } });
    expect(defineScenario(system, { draw, required: ['jumps'] }).required).toEqual(['jumps']);
  });
  test('drawn by the kit leave out what is optional, and take what is given for it', () => {
    const schema = v.strictObject({ size: v.number(), eager: v.exactOptional(v.literal(true)) });
    const system = counters({ settings: settingsOf<v.InferOutput<typeof schema>>(schema, { size: 3 }) as never });
    expect(scenario({}, system).draw(1).settings).toEqual({ size: 3 });
    expect(scenario({ settings: { eager: [true] } }, system).draw(1).settings).toEqual({ size: 3, eager: true });
  });
});

describe('a plan', () => {
  test('is one that the harness takes', () => {
    const system = counters({ role });
    for (const plan of plansOf({}, system, 100))
      expect(() =>
        validPlan(
          plan, () => system, (path, message) => new Error(`${path.join('.')}: ${message}`),
        ),
      ).not.toThrow();
  });

  test('is the same for the same seed, and told by the seed', () => {
    expect(scenario().draw(7)).toEqual(scenario().draw(7));
    expect(scenario().draw(7)).not.toEqual(scenario().draw(8));
    expect(scenario().draw(7)).toMatchObject({
      format: 'whitewater-plan', scenario: 'counters', system: 'counters', seed: 'counters 7',
    });
  });

  test('has as many servers, clients and operations as it may, the fewest and the most of them', () => {
    const spread = (of: (plan: Plan) => number): readonly number[] => [...new Set(all.map(of))].sort((a, b) => a - b);
    expect(spread(({ servers }) => servers)).toEqual([3, 4, 5]);
    expect(spread(({ clients }) => clients)).toEqual([1, 2]);
    expect(
      new Set(
        all.flatMap((plan) =>
          Array.from(
            { length: plan.clients }, (_, client) => plan.operations.filter((one) => one.client === client).length,
          ),
        ),
      ),
    ).toEqual(new Set([2, 3, 4]));
    expect(
      plansOf({ servers: 1, clients: 0 }, undefined, 5).map(({ servers, clients, operations: asked }) => [
        servers, clients, asked.length,
      ]),
    ).toEqual(Array.from({ length: 5 }, () => [1, 0, 0]));
  });

  test('has operations in the order of their times, all within the storm, numbered for what they write', () => {
    for (const plan of all) {
      expect(plan.operations.map(({ atUs }) => atUs)).toEqual(
        plan.operations.map(({ atUs }) => atUs).sort((a, b) => a - b),
      );
      expect(plan.operations.every(({ atUs }) => atUs < plan.stormUs + 1000)).toBe(true);
      expect(
        plan.operations.map(({ request }) => (request as { readonly by: number }).by).sort((a, b) => a - b),
      ).toEqual(plan.operations.map((_, i) => i));
    }
  });

  test('storms for 1 to 3 s and settles for 60 s, or as long as is said', () => {
    expect(
      all.every(({ stormUs, settleUs }) => stormUs >= 1_000_000 && stormUs <= 3_000_000 && settleUs === 60_000_000),
    ).toBe(true);
    expect(
      Math.max(...all.map(({ stormUs }) => stormUs)) - Math.min(...all.map(({ stormUs }) => stormUs)),
    ).toBeGreaterThan(1_500_000);
    expect(
      plansOf({ storm: '40ms', settle: '2s' }, undefined, 3).map(({ stormUs, settleUs }) => [stormUs, settleUs]),
    ).toEqual([
      [40_000, 2_000_000], [40_000, 2_000_000], [40_000, 2_000_000],
    ]);
  });

  test('has plain settings, those that are given, and one of a list', () => {
    expect(all[0]!.settings).toEqual({ bug: 'none', loud: false });
    const given = plansOf({ settings: { bug: ['none', 'forgets'], loud: true } }, undefined, 40).map(
      ({ settings }) => settings as { readonly bug: string; readonly loud: boolean },
    );
    expect(new Set(given.map(({ bug }) => bug))).toEqual(new Set(['none', 'forgets']));
    expect(given.every(({ loud }) => loud)).toBe(true);
  });

  test('with other settings is the same plan under another name', () => {
    const own = scenario({ settings: { loud: true } });
    const planted = own.withSettings('counters+bug=forgets', { bug: 'forgets' });
    for (const seed of [1, 2, 3])
      expect(planted.draw(seed)).toEqual({
        ...own.draw(seed), scenario: 'counters+bug=forgets', settings: { bug: 'forgets', loud: true },
      });
    expect(own.withSettings('quiet', { loud: false }).draw(1).settings).toEqual({ bug: 'none', loud: false });
  });

  test('begins bursts and gives up only where these are on', () => {
    const isCalm = (plan: Plan): boolean =>
      plan.operations.every(({ load, giveUpUs }) => load === undefined && giveUpUs === undefined);
    expect(all.some((plan) => plan.operations.some(({ load }) => load?.includes('burst')))).toBe(true);
    expect(all.some((plan) => plan.operations.some(({ giveUpUs }) => giveUpUs !== undefined))).toBe(true);
    expect(all.some(isCalm)).toBe(true);
    expect(plansOf({ faults: faults.swarm({ without: ['clients'] }) }).every(isCalm)).toBe(true);
    expect(
      plansOf({ faults: faults.swarm({ only: ['giveUp'] }) }).some((plan) =>
        plan.operations.some(({ giveUpUs }) => giveUpUs! >= 5000 && giveUpUs! <= 1_200_000),
      ),
    ).toBe(true);
  });
});

describe('faults', () => {
  test('are every kind that the system can suffer', () => {
    expect(kindsOf(all)).toEqual(expect.arrayContaining(['crash', 'partition', 'pause', 'clockJump', 'gone']));
    expect(momentsOf(all)).toEqual(['answered', 'now', 'recovering', 'sending', 'writeKept', 'writeLost']);
    expect(all.some(({ disk }) => disk.bytes === true)).toBe(true);
    expect(all.some(({ disk }) => disk.writeUs.max > 0)).toBe(true);
  });

  test('are not all in one seed: rare ones are off in most', () => {
    const share = (kind: string): number =>
      all.filter((plan) => plan.faults.some((fault) => fault.kind === kind)).length / all.length;
    for (const kind of ['pause', 'clockJump', 'swizzle']) expect(share(kind), kind).toBeLessThan(0.5);
    expect(share('crash')).toBeGreaterThan(0.5);
  });

  test('are those that were chosen', () => {
    expect(kindsOf(plansOf({ faults: faults.none }))).toEqual([]);
    expect(kindsOf(plansOf({ faults: faults.swarm({ only: ['pause', 'partition'] }) }))).toEqual([
      'partition', 'pause',
    ]);
    expect(
      plansOf({ faults: faults.none }).every(
        ({ network }) => network.dropPer1000 === 0 && network.duplicatePer1000 === 0,
      ),
    ).toBe(true);
    expect(plansOf({ faults: faults.swarm({ only: ['drop'] }) }).some(({ network }) => network.dropPer1000 > 0)).toBe(
      true,
    );
  });

  test('never strike a disk that nobody writes to', () => {
    const plans = plansOf({}, diskless);
    expect(plans.every(({ disk }) => disk.bytes !== true && disk.writeUs.max === 0)).toBe(true);
    expect(momentsOf(plans)).toEqual(['answered', 'now', 'sending']);
    expect(kindsOf(plans).filter((kind) => /disk|write|rot|tail|torn/i.test(kind))).toEqual([]);
  });

  test('crash at a write only when that is meant', () => {
    expect(momentsOf(plansOf({ faults: faults.swarm({ only: ['crash'] }) }))).toEqual(['answered', 'now']);
    expect(momentsOf(plansOf({ faults: faults.swarm({ only: ['crash', 'crashWriteLost'] }) }))).toEqual([
      'answered', 'now', 'writeLost',
    ]);
    expect(momentsOf(plansOf({ faults: faults.swarm({ only: ['crash', 'crashWriteKept'] }) }))).toEqual([
      'answered', 'now', 'writeKept',
    ]);
  });

  test('aim at a leader again and again only where there is one, and where crashes are meant', () => {
    const inARow = (plans: readonly Plan[]): number =>
      Math.max(
        ...plans.map(
          (plan) => plan.faults.filter((fault) => fault.kind === 'crash' && fault.nodes === 'leader').length,
        ),
      );
    expect(inARow(all)).toBeGreaterThan(inARow(plansOf({}, counters())));
    expect(kindsOf(plansOf({ faults: faults.swarm({ only: ['pause'] }) }))).toEqual(['pause']);
  });
});

describe('in the end', () => {
  test('everyone comes back, or fewer than half do not, or clients are quiet, or the leader falls once more', () => {
    expect(waysOf(all)).toEqual(['everyone', 'leaderFalls', 'minorityDown', 'noNewOperations']);
    expect(waysOf(plansOf({}, counters()))).toEqual(['everyone', 'minorityDown', 'noNewOperations']);
    expect(waysOf(plansOf({ faults: faults.swarm({ without: ['crash'] }) }))).toEqual([
      'everyone', 'minorityDown', 'noNewOperations',
    ]);
    expect(waysOf(plansOf({ faults: faults.swarm({ without: ['gone'] }) }))).toEqual([
      'everyone', 'leaderFalls', 'noNewOperations',
    ]);
  });

  test('a majority is always there', () => {
    const losing = [
      ...plansOf({ servers: 4, faults: faults.swarm({ only: ['gone'] }) }, undefined, 600),
      ...plansOf({ servers: 5, faults: faults.swarm({ only: ['gone'] }) }, undefined, 600),
    ];
    const lost = losing.flatMap(({ servers, healing }) =>
      healing?.kind === 'minorityDown' ? [[servers, healing.nodes.length] as const] : [],
    );
    expect(lost.every(([servers, count]) => 2 * count < servers)).toBe(true);
    expect(lost.some(([servers, count]) => servers === 5 && count === 2)).toBe(true);
  });

  test('who must never be lost is never', () => {
    const nodesLost = (plans: readonly Plan[]): ReadonlySet<number> =>
      new Set(
        plans.flatMap(({ healing, faults: drawn }) => [
          ...(healing?.kind === 'minorityDown' ? healing.nodes : []),
          ...drawn.flatMap((fault) => (fault.kind === 'gone' ? (fault.nodes as readonly number[]) : [])),
        ]),
      );
    expect(nodesLost(all).has(0)).toBe(true);
    const safe = nodesLost(plansOf({ faults: faults.swarm({ neverLost: [0, 1] }) }));
    expect([safe.has(0), safe.has(1), safe.has(2)]).toEqual([false, false, true]);
  });
});

test('bounds of a search have what was left out filled in', () => {
  expect(scenario().bounds).toBeNull();
  const within = (state: Counter): boolean => state.count < 3;
  const { bounds } = scenario({ explore: { servers: 2, clients: 1, operations: 2 } });
  expect(bounds).toMatchObject({ servers: 2, clients: 1, operations: 2, crashes: 0 });
  expect([bounds!.within(null), bounds!.timers(null, 'tick')]).toEqual([true, true]);
  const given = scenario({
    explore: { servers: 2, clients: 1, operations: 2, crashes: 3, within, timers: () => false },
  }).bounds!;
  expect([given.crashes, given.within, given.timers(null, 'tick')]).toEqual([3, within, false]);
});
