/**
 * One cluster, round after round (issue 16, "a soak of a million operations"): judged in pieces, and to the letter the
 * same again.
 */
import { describe, expect, test } from 'vitest';
import type { Observer } from '../../../checkers/checker.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import { Soak, type SoakRecord } from '../../../harness/soak/soak.ts';
import type { AnyProcess, System } from '../../../harness/system.ts';
import { run } from '../../../harness/run.ts';
import { inTrouble } from '../../../harness/plan/plan.ts';
import { accountsOf } from '../../../harness/plan/fault.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const soaked = (rounds: number, many: number, scenario: Scenario = swarm, seed = 3): SoakRecord => {
  const soak = new Soak(scenario, seed);
  for (let i = 0; i < rounds; i++) soak.round(many);
  return soak.record();
};

const on = (system: System): Scenario => ({ ...swarm, system });

describe('a soak', () => {
  test('passes rounds on one cluster, and answers all that it asks', () => {
    const { verdict, rounds, judged, operations, nodes } = soaked(3, 200);
    expect([verdict, rounds, judged, operations]).toEqual([{ kind: 'ok' }, 3, 3, 600]);
    expect(nodes.crashes).toBeGreaterThan(10);
  });

  test('is the same again', () => expect(soaked(2, 150)).toEqual(soaked(2, 150)));

  test('of another seed is another one', () => expect(soaked(1, 150).digest).not.toBe(soaked(1, 150, swarm, 4).digest));

  test('takes up each round where the one before has ended: clients, who never crash, start once', () => {
    const boots: number[] = [];
    const counting: System = {
      ...raftKv,
      observer(plan, durableOf) {
        const observer = raftKv.observer(plan, durableOf);
        return Object.assign(Object.create(observer) as Observer, {
          booted(...given: Parameters<Observer['booted']>) {
            boots.push(given[0]);
            observer.booted(...given);
          },
        });
      },
    };
    soaked(3, 100, on(counting));
    const { servers, clients } = swarm.soak(3, 0);
    expect(boots.filter((node) => node >= servers)).toEqual(Array.from({ length: clients }, (_, i) => servers + i));
  });

  test('has in each round the network of that round, whatever the one before was like', () => {
    const soak = new Soak(swarm, 3);
    const dropped: number[] = [0];
    for (let round = 0; round < 8; round++) {
      soak.round(200);
      dropped.push(soak.record().faults['drop']?.fired ?? 0);
    }
    const rates = Array.from({ length: 8 }, (_, round) => swarm.soak(3, round).network.dropPer1000);
    const none = rates.flatMap((rate, round) => (rate === 0 ? [dropped[round + 1]! - dropped[round]!] : []));
    const some = rates.flatMap((rate, round) => (rate >= 100 ? [dropped[round + 1]! > dropped[round]!] : []));
    expect([none, some]).toEqual([none.map(() => 0), some.map(() => true)]);
    expect([none.length > 0, some.length > 1]).toEqual([true, true]);
  });

  test('a round is drawn like a seed, on the same cluster; nobody is lost for good and nobody gives up', () => {
    const rounds = Array.from({ length: 40 }, (_, round) => swarm.soak(3, round));
    const [{ servers, clients, settings, disk }] = rounds as [typeof rounds[0]];
    for (const plan of rounds) {
      expect(plan).toMatchObject({
        servers, clients, settings, disk, healing: { kind: 'everyone' }, specification: 'off',
      });
      expect(plan.operations.length).toBe(rounds[0]!.operations.length);
      const leftOpen = plan.operations.filter(({ giveUpUs, crash }) => giveUpUs !== undefined || crash !== undefined);
      expect([inTrouble(plan), leftOpen]).toEqual([[], []]);
      expect(
        plan.faults
          .flatMap(accountsOf)
          .filter((kind) =>
            ['gone', 'bitRot', 'missingSnapshot', 'staleRead', 'damagedMetadata', 'misdirectedWrite'].includes(kind),
          ),
      ).toEqual([]);
    }
    expect(new Set(rounds.map(({ network }) => JSON.stringify(network))).size).toBe(40);
    expect(new Set(rounds.flatMap(({ faults }) => faults.map(({ kind }) => kind))).size).toBeGreaterThan(15);
  });
});

describe('a defect that shows late', () => {
  /** From its hundredth operation on a client is told that each key is empty. */
  const forgetful: System = {
    ...raftKv,
    processes: (plan) => raftKv.processes(plan).map((process, node): AnyProcess => (node < plan.servers ? process : {
      ...process,
      step(state, event) {
        const { state: after, effects } = process.step(state, event);
        const isLate = (after as { sequence: number }).sequence > 100;
        return {
          state: after,
          effects: isLate
            ? effects.map((effect) =>
                effect.kind === 'reply' && typeof effect.reply === 'string' ? { ...effect, reply: '' } : effect,
              )
            : effects,
        };
      },
    })),
  };

  test('fails in its round, at a step, and nothing is begun behind it', () => {
    const soak = new Soak(on(forgetful), 3);
    for (let i = 0; i < 12; i++) soak.round(400);
    const { verdict, rounds, judged, operations } = soak.record();
    expect(verdict).toMatchObject({ kind: 'violation', property: 'Acknowledged Result' });
    expect([rounds > 2, rounds - judged, operations < 12 * 400]).toEqual([true, 1, true]);
  });

  test('that only the history shows is found at the cut', () => {
    const blind: System = {
      ...forgetful,
      observer(plan, durableOf) {
        const observer = raftKv.observer(plan, durableOf);
        Object.assign((observer as unknown as { store: object }).store, {
          acknowledged: () => {}, differenceInRead: () => null,
        });
        return observer;
      },
    };
    const soak = new Soak(on(blind), 3);
    for (let i = 0; i < 12; i++) soak.round(400);
    expect(soak.verdict).toMatchObject({ kind: 'violation', property: 'Linearizability' });
  });
});

describe('memory is bounded by a round', () => {
  /** How many things there are in a checker, whatever their names. */
  function sizeOf(value: unknown, seen = new Set<object>()): number {
    if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
    seen.add(value);
    const parts =
      value instanceof Map
        ? [...value.keys(), ...value.values()]
        : value instanceof Set
          ? [...value]
          : Object.values(value);
    return parts.length + parts.reduce<number>((sum, part) => sum + sizeOf(part, seen), 0);
  }

  test('what the checks hold after 30 rounds is no more than half as much again as within the first 10', () => {
    let observer: Observer | null = null;
    const seen: System = { ...raftKv, observer: (plan, durableOf) => (observer = raftKv.observer(plan, durableOf)) };
    // It compacts at 1,000 bytes: where more may lie there are more rounds before anything is forgotten. With leases
    // each round has a timer of its own name.
    const settings = {
      ...(swarm.soak(12, 0).settings as object), maxRaftState: 1000, reads: ['lease'], checkQuorum: true,
      clockDriftPer1000: 250,
    };
    const soak = new Soak(
      { ...on(seen), soak: (seed, round) => ({ ...swarm.soak(seed, round), settings, faults: [] }) },
      12,
    );
    const sizes: number[] = [];
    for (let i = 0; i < 30; i++) {
      soak.round(200);
      sizes.push(sizeOf(observer));
    }
    expect([soak.verdict, soak.operations]).toEqual([{ kind: 'ok' }, 6000]);
    const most = (from: number, to: number): number => Math.max(...sizes.slice(from, to));
    expect(most(20, 30)).toBeLessThan(1.5 * most(0, 10));
  });
});

describe('what cannot be soaked', () => {
  test('a scenario without rounds', () => {
    const { soak: _soak, ...without } = swarm;
    expect(() => new Soak(without, 1)).toThrow('scenario "swarm" draws no rounds of a soak');
  });

  test('a scenario whose drawing function of a round throws: it is to blame, with the seed', () => {
    const throwing = { ...swarm, soak: () => {
      throw new RangeError('no such range');
    } };
    expect(() => new Soak(throwing, 7)).toThrow(
      expect.objectContaining({
        name: 'DrawError',
        message: expect.stringMatching(/^seed 7: the drawing function of swarm threw RangeError: no such range/),
      }),
    );
  });

  test('checks that remember all of a run', () => {
    const remembering: System = {
      ...raftKv,
      observer: (plan, durableOf) =>
        Object.assign(Object.create(raftKv.observer(plan, durableOf)) as Observer, { cut: undefined }),
    };
    expect(() => new Soak(on(remembering), 1)).toThrow(
      'the checks of system "raft-kv" remember all of a run: its observer has no `cut`',
    );
  });
});

test('a round of a soak is a plan like any other', () => {
  const { verdict, operationsCompleted } = run(swarm.system, {
    ...swarm.soak(1, 0), operations: swarm.soak(1, 0).operations.slice(0, 100),
  });
  expect([verdict.kind, operationsCompleted]).toEqual(['ok', 100]);
});
