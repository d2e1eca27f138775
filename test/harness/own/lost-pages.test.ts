/**
 * What a failed sync left in the cache and the next crash takes (Rebello et al., USENIX ATC 2020), in systems of the
 * kit.
 */
import { describe, expect, test } from 'vitest';
import type { NodeId, Storage } from '../../../core/protocol.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { persist, respond } from '../../../harness/own/contract.ts';
import { defineScenario } from '../../../harness/own/define-scenario.ts';
import { defineSystem, type OwnSystem } from '../../../harness/own/define-system.ts';
import { faults, type SwarmOptions } from '../../../harness/own/faults.ts';
import { register } from '../../../harness/own/service.ts';
import { fileRole, structuralStorage, writesOnceMore } from '../../../harness/own/storage.ts';
import { run } from '../../../harness/run.ts';
import type { AnyStorage } from '../../../harness/system.ts';
import type { RegisterValue } from '../../../checkers/porcupine-ts-port/models/register.ts';

/** What a start reads it believes, and writes it not once more. */
const trusting: Storage<Kept, Kept, any> = {
  ...structuralStorage as Storage<Kept, Kept, any>,
  recover(files) {
    const recovery = structuralStorage.recover(files);
    return recovery.kind === 'refused'
      ? recovery
      : {
          ...recovery,
          durable: recovery.durable as Kept,
          repairs: recovery.repairs.filter(({ kind }) => kind !== 'rewrite'),
        };
  },
};

/** A value, and of each client the number of its last write. */
interface Kept {
  readonly value: RegisterValue;
  readonly done: Readonly<Record<NodeId, number>>;
}

/** One server that keeps a register: it answers what is written, and a write that is asked again is not done again. */
const keeper = (storage?: Storage<Kept, Kept, any>) => defineSystem<Kept, never, Kept>()({
  name: 'keeper',
  service: register,
  servers: () => [{
    blank: { value: null, done: {} },
    boot: (kept: Kept | null) => ({ state: kept ?? { value: null, done: {} }, effects: [] }),
    step(state, event) {
      if (event.kind !== 'message') return { state, effects: [] };
      const { from, message: { sequence, operation } } = event;
      if (operation.op === 'read') return { state, effects: [respond(from, sequence, { value: state.value })] };
      const isNew = sequence > (state.done[from] ?? 0);
      const after = isNew ? { value: operation.value ?? null, done: { ...state.done, [from]: sequence } } : state;
      return { state: after, effects: [...(isNew ? [persist(after)] : []), respond(from, sequence, {})] };
    },
  }],
  ...(storage === undefined ? {} : { storage, beyond: { fileRole } }),
});

const plansOf = (system: OwnSystem, options: SwarmOptions, seeds: number): readonly Plan[] => {
  const { draw } = defineScenario(system, {
    servers: 1, clients: 1, storm: ['1s', '2s'], faults: faults.swarm(options),
    operations: register.mix({ read: 1, write: 2 }, { each: 60 }),
  });
  return Array.from({ length: seeds }, (_, i) => draw(i + 1));
};
const hasLostPages = ({ disk }: Plan): boolean => (disk.lostPagesPer1000 ?? 0) > 0;
const wrong = (system: OwnSystem, plans: readonly Plan[]): readonly string[] => plans.flatMap((plan) => {
  const { verdict } = run(system, plan);
  return verdict.kind === 'ok' ? [] : [verdict.kind === 'violation' ? verdict.property : verdict.kind];
});

describe('lost pages', () => {
  test('are drawn for the disk format of the kit', () => {
    const plans = plansOf(keeper(), {}, 200);
    expect(plans.filter(hasLostPages).length).toBeGreaterThan(20);
    expect(plansOf(keeper(), { without: ['lostPages'] }, 200).filter(hasLostPages)).toEqual([]);
  });

  test('are drawn for a format that does not write once more what a start reads only where they are named', () => {
    expect([writesOnceMore(structuralStorage), writesOnceMore(trusting as AnyStorage)]).toEqual([true, false]);
    expect(plansOf(keeper(trusting), {}, 200).filter(hasLostPages)).toEqual([]);
    expect(plansOf(keeper(trusting), { only: ['disk'] }, 200).filter(hasLostPages)).toEqual([]);
    expect(plansOf(keeper(trusting), { only: ['lostPages'] }, 200).filter(hasLostPages).length).toBeGreaterThan(20);
  });

  test('a format that throws, or that refuses an empty disk, is no such format', () => {
    const throwing: AnyStorage = { ...structuralStorage, format: () => { throw new Error('not yet'); } };
    const refusing: AnyStorage = {
      ...structuralStorage, recover: () => ({ kind: 'refused', file: 'log.0', reason: 'empty' }),
    };
    expect([writesOnceMore(throwing), writesOnceMore(refusing)]).toEqual([false, false]);
  });

  test('do a sound system no harm', () =>
    expect(wrong(keeper(), plansOf(keeper(), { only: ['disk', 'crash'] }, 300))).toEqual([]));

  describe('show that what was read is believed without being written, and nothing else does', () => {
    /** One more crash, when the client has asked again (after 200 to 400 ms) and was told that its write is done. */
    const withFalls = (plan: Plan, i: number): Plan => ({
      ...plan,
      stormUs: plan.stormUs + 1_000_000,
      faults: plan.faults.flatMap((fault) => {
        if (fault.kind !== 'failedWrite') return [];
        const atUs = fault.untilUs + 200_000 + (i % 10) * 30_000;
        return [fault, { kind: 'crash', atUs, restartUs: atUs + 500, nodes: [0], moment: 'now' } as const];
      }),
    });
    const plans = plansOf(keeper(trusting), { only: ['lostPages'] }, 800).filter(hasLostPages).map(withFalls);
    const withoutLosses = plans.map((plan): Plan => {
      const { lostPagesPer1000: _lostPagesPer1000, ...disk } = plan.disk;
      return { ...plan, disk };
    });

    test('where pages are lost', () => {
      // What it wrote behind the lost record stands there behind a hole.
      expect(new Set(wrong(keeper(trusting), plans))).toEqual(new Set(['Starts From Undamaged Disk']));
    });
    test('not where they are kept', () => expect(wrong(keeper(trusting), withoutLosses)).toEqual([]));
    test('not where a start writes once more what it reads', () => expect(wrong(keeper(), plans)).toEqual([]));
  });
});
