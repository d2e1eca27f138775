/** What one seed adds to a campaign, whatever it came to; and that a second run of it is a second run, frozen. */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { distributionOf } from '../../../harness/campaign/distribution.ts';
import { Digest } from '../../../harness/digest.ts';
import { run } from '../../../harness/run.ts';
import { SystemError, type AnyProcess, type System } from '../../../harness/system.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { client, echo, greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

const operations = [{ client: 0, atUs: 10 * ms, request: null }];
const serving = toyPlan({ servers: 1, clients: 1, operations });
const scenarioOf = (system: System, draw: Scenario['draw'] = () => serving): Scenario => ({
  name: 'toy', summary: '', system, draw,
});
const answering = (own: Partial<Observer> = {}, server: AnyProcess = echo): System => {
  const plain = toy([server, client]);
  return { ...plain, observer: (plan, durableOf) => ({ ...plain.observer(plan, durableOf), ...own }) };
};
const nothing = { passed: 0, violations: [], unknowns: [], nondeterministic: [], faults: [], undrawn: [] };

describe('a seed', () => {
  const record = run(answering(), serving);
  const counted = { operations: 1, events: record.events, steps: record.steps, virtualUs: 100 * ms };
  test('adds what its run counted, the digest of the seed and its run, and the pace of a run that passed', () => {
    const { pace, digest, ...result } = runChunk(scenarioOf(answering()), [5]);
    expect(result).toMatchObject(counted);
    const one = (value: number) => ({ count: 1, largest: value, by: { [value]: 1 } });
    expect(pace).toEqual({ leaderlessUs: one(0), messagesPer100: one(200), settledUs: one(0), writesPer100: one(0) });
    // Of the swarm the first seed in which somebody is answered while one leads.
    const answersOf = (seed: number) => run(swarm.system, swarm.draw(seed)).pace!.answersUs;
    const seed = Array.from({ length: 30 }, (_, i) => i + 1).find((one) => answersOf(one).length > 0)!;
    expect(runChunk(swarm, [seed]).pace['answersUs']).toEqual(distributionOf(answersOf(seed)));
    const expected = new Digest();
    expected.number(5);
    expected.string(record.digest);
    expect(digest).toBe(expected.hex());
    const undecided = runChunk(scenarioOf(answering({ finish: () => ({ kind: 'unknown', detail: 'd' }) })), [5]);
    expect(undecided).toMatchObject({ ...counted, trivial: 0 });
    expect(undecided.pace).toEqual({});
  });
  test('that passes', () => {
    expect(runChunk(scenarioOf(answering()), [5])).toMatchObject({
      ...nothing, seeds: 1, passed: 1, operations: 1, trivial: 0, virtualUs: 100 * ms, doubleChecked: 0,
    });
  });
  test('that is a violation', () => {
    const result = runChunk(
      scenarioOf(answering({ finish: () => ({ kind: 'violation', property: 'P', detail: 'd' }) })),
      [5],
    );
    expect(result).toMatchObject({
      ...nothing,
      seeds: 1,
      violations: [{ seed: 5, property: 'P', detail: 'd', atUs: 100 * ms, step: record.steps, digest: record.digest }],
    });
    expect(result.pace).toEqual({});
    expect(result).toMatchObject(counted);
  });
  test('an unknown', () => {
    expect(runChunk(scenarioOf(answering({ finish: () => ({ kind: 'unknown', detail: 'd' }) })), [5])).toMatchObject({
      ...nothing, seeds: 1, doubleChecked: 0, unknowns: [{ seed: 5, detail: 'd' }],
    });
  });
  test('a fault of the harness', () => {
    const result = runChunk(scenarioOf(answering({ finish: () => {
      throw new TypeError('no');
    } })), [5]);
    expect(result).toMatchObject({
      ...nothing, seeds: 1, faults: [{ seed: 5, message: expect.stringContaining('TypeError: no') }],
    });
  });
  test('a seed that cannot be drawn', () => {
    expect(
      runChunk(
        scenarioOf(answering(), () => ({ ...serving, servers: 9 })), [5],
      ),
    ).toMatchObject({ ...nothing, seeds: 1, undrawn: [{ seed: 5, detail: 'seed 5: servers: expected at most 7' }] });
  });
  test('of a plan of which its system can make nothing', () => {
    const choosy: System = { ...answering(), processes: () => {
      throw new SystemError('toy: it takes two servers');
    } };
    expect(runChunk(scenarioOf(choosy), [5])).toMatchObject({
      ...nothing, seeds: 1, undrawn: [{ seed: 5, detail: 'seed 5: toy: it takes two servers' }],
    });
  });
  test('in which nobody is answered is trivial', () => {
    expect(
      runChunk(
        scenarioOf(toy([pinger(), greedy]), () => toyPlan()), [5],
      ),
    ).toMatchObject({ passed: 1, trivial: 1, operations: 0 });
  });
});

test('what the runs counted is summed by name: of the observer, of nodes, of the network, and of faults', () => {
  const plan = (seed: number) =>
    toyPlan({
      network: { dropPer1000: seed === 6 ? 1000 : 0 },
      faults: seed === 7 ? [{ kind: 'crash', atUs: 15 * ms, restartUs: 18 * ms, nodes: [1], moment: 'now' }] : [],
    });
  const system = toy([pinger(), greedy]);
  const { tallies, faultKinds } = runChunk(
    scenarioOf(
      {
        ...system,
        observer: (drawn, durableOf) => ({ ...system.observer(drawn, durableOf), counts: () => ({ looked: 2 }) }),
      },
      plan,
    ),
    [5, 6, 7],
  );
  expect(tallies).toMatchObject({
    looked: { total: 6, seeds: 3, firstSeed: 5 }, sent: { total: 15, seeds: 3, firstSeed: 5 },
    dropped: { total: 5, seeds: 1, firstSeed: 6 }, crashes: { total: 1, seeds: 1, firstSeed: 7 },
    cut: { total: 0, seeds: 0, firstSeed: null },
  });
  expect(faultKinds).toEqual({
    drop: { seeds: 1, eligible: 5, fired: 5, mattered: 5, firstFired: 6, firstMattered: 6 },
    crash: { seeds: 1, eligible: 1, fired: 1, mattered: 0, firstFired: 7, firstMattered: null },
  });
});

test('the digest is tied to the seed: the same run of two seeds gives two', () => {
  const scenario = scenarioOf(answering());
  expect(runChunk(scenario, [5]).digest).not.toBe(runChunk(scenario, [6]).digest);
  expect(runChunk(scenario, [5, 6]).digest).toBe(runChunk(scenario, [6, 5]).digest);
});

describe('a second run', () => {
  /** Counts its messages in its state, in place. */
  const writing = (hides: boolean): AnyProcess => ({
    ...echo,
    boot: () => ({ state: { got: 0 }, effects: [] }),
    step(state, event) {
      try {
        (state as { got: number }).got += 1;
      } catch (error) {
        if (!hides) throw error;
      }
      return echo.step(state, event);
    },
  });
  test('finds a reducer that writes to its state, which a first one does not', () => {
    const system = answering({}, writing(false));
    expect(run(system, serving).verdict.kind).toBe('ok');
    expect(runChunk(scenarioOf(system), [5], 10_000)).toMatchObject({
      passed: 0,
      nondeterministic: [],
      doubleChecked: 1,
      violations: [
        { property: 'Protocol Contract', detail: expect.stringContaining('it mutates state.got: 0 became 1') },
      ],
    });
  });
  test('finds one that hides it', () => {
    expect(runChunk(scenarioOf(answering({}, writing(true))), [5], 10_000)).toMatchObject({
      passed: 0,
      nondeterministic: [],
      violations: [
        { property: 'Protocol Contract', detail: expect.stringContaining('frozen, it takes another course') },
      ],
    });
  });
  test('draws the plan anew: one that depends on anything but its seed is seen', () => {
    let draws = 0;
    const scenario = scenarioOf(answering(), () =>
      toyPlan({ servers: 1, clients: 1, operations, stormUs: (100 + draws++) * ms }),
    );
    const { nondeterministic: [parted], passed, doubleChecked } = runChunk(scenario, [5], 10_000);
    expect([passed, doubleChecked, parted!.seed, new Set(parted!.digests).size]).toEqual([1, 1, 5, 2]);
    expect(parted!.differs).toEqual([
      `digest: ${parted!.digests[0]} and ${parted!.digests[1]}`, 'endUs: 100000 and 102000',
    ]);
    expect(parted!.where).not.toBe('');
  });
});
