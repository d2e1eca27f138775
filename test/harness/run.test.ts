/** The same plan gives the same record, byte for byte; and nothing in the reducers can spoil it. */
import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { planSchema, type Plan } from '../../harness/plan/plan.ts';
import { run, type RunRecord } from '../../harness/run.ts';
import type { System } from '../../harness/system.ts';
import { swarm } from '../../scenarios/swarm.ts';
import { raftKv } from '../../scenarios/systems/raft-kv.ts';
import { settingsSchema } from '../../scenarios/systems/raft-kv-settings.ts';
import { Freezer, frozen } from '../../harness/world/frozen.ts';
import { plan } from '../support/plans.ts';
import { fc, prop } from '../support/property.ts';
import { throughBytes, type Traffic } from '../support/through-bytes.ts';

/**
 * The digest of swarm seed 42. It changes when what the swarm draws changes, or what a run does: a
 * new number here is a decision, to be told in the commit that makes it.
 */
const digestOfSwarmSeed42 = '5994a5a296c19262';

const seeds = Array.from({ length: 24 }, (_, i) => i * 7 + 1);

/** What anybody who compares two runs would look at. */
const asBytes = (record: RunRecord): string => JSON.stringify(record);

const recordOf = (system: System, given: Plan): string => asBytes(run(system, given));

describe('a run is fixed by its plan', () => {
  test(`swarm seed 42 has the digest ${digestOfSwarmSeed42}`, () => {
    expect(run(swarm.system, swarm.draw(42)).digest).toBe(digestOfSwarmSeed42);
  });

  test.each(seeds)('swarm seed %i, drawn and run twice, gives one plan and one record', (seed) => {
    const first = swarm.draw(seed);
    expect(swarm.draw(seed)).toEqual(first);
    expect(recordOf(swarm.system, swarm.draw(seed))).toBe(recordOf(swarm.system, first));
  });

  test('different swarm seeds have different digests', () => {
    expect(new Set(seeds.map((seed) => run(swarm.system, swarm.draw(seed)).digest)).size).toBe(seeds.length);
  });

  prop([plan], { numRuns: 60 })(
    'any plan by hand gives the same record twice, also when it has been to a file and back',
    (given) => {
      const record = recordOf(raftKv, given);
      expect(recordOf(raftKv, given)).toBe(record);
      expect(recordOf(raftKv, JSON.parse(JSON.stringify(given)) as Plan)).toBe(record);
    },
  );

  prop([plan], { numRuns: 100 })('and those plans are ones that a file may hold', (given) => {
    expect(v.safeParse(planSchema, given).issues).toBeUndefined();
    expect(v.safeParse(settingsSchema, given.settings).issues).toBeUndefined();
  });
});

describe('reducers under deep freeze: everything that enters or leaves one cannot be written to', () => {
  test.each(seeds)('swarm seed %i gives the same record', (seed) => {
    const given = swarm.draw(seed);
    expect(recordOf(frozen(swarm.system), given)).toBe(recordOf(swarm.system, given));
  });

  prop([plan], { numRuns: 30 })('any plan by hand gives the same record', (given) => {
    expect(recordOf(frozen(raftKv), given)).toBe(recordOf(raftKv, given));
  });

  prop([fc.anything({ withMap: false, withSet: false, withTypedArray: false, withSparseArray: true })])(
    'the freezer freezes to the last object', (value) => {
      new Freezer().freeze(value);
      expect(isFrozenThrough(value)).toBe(true);
    });

  test('a reducer that writes to its state, its event or what it returned before is caught', () => {
    const spoil: Readonly<Record<string, (given: { state: unknown; event: unknown; returned: unknown }) => void>> = {
      state: ({ state }) => rewrite((state as { raft: object }).raft),
      event: ({ event }) => rewrite(event as object),
      returned: ({ returned }) => rewrite(returned as object),
    };
    const given = swarm.draw(1);
    for (const [what, write] of Object.entries(spoil)) {
      expect(run(frozen(spoiled(write)), given).verdict, what).toMatchObject({
        kind: 'violation', property: 'Protocol Contract',
      });
      expect(run(spoiled(write), given).verdict.kind, what).toBe('ok');
    }
  });
});

/** Writes to every field what it holds. */
const rewrite = (value: object): unknown => Object.assign(value, value);

/** Servers that write to what they should only read, without changing it: only a frozen one notices. */
function spoiled(write: (given: { state: unknown; event: unknown; returned: unknown }) => void): System {
  return {
    ...raftKv,
    processes: (given) => raftKv.processes(given).map((process, id) => {
      if (id >= given.servers) return process;
      let returned: unknown = {};
      return {
        ...process,
        boot: (durable) => process.boot(durable),
        step(state, event) {
          write({ state, event, returned });
          const step = process.step(state, event);
          returned = step;
          return step;
        },
      };
    }),
  };
}

function isFrozenThrough(value: unknown, known = new Set<object>()): boolean {
  if (typeof value !== 'object' || value === null || known.has(value)) return true;
  known.add(value);
  return Object.isFrozen(value) && Object.values(value).every((inner) => isFrozenThrough(inner, known));
}

describe('every message and every write through the byte codec: nothing is shared by reference', () => {
  test.each(seeds)('swarm seed %i gives the same record', (seed) => {
    const traffic: Traffic = { messages: 0, writes: 0, boots: 0 };
    const given = swarm.draw(seed);
    expect(recordOf(throughBytes(swarm.system, traffic), given)).toBe(recordOf(swarm.system, given));
    expect(traffic.messages).toBeGreaterThan(100);
    expect(traffic.writes).toBeGreaterThan(50);
    expect(traffic.boots).toBeGreaterThanOrEqual(given.servers);
  });

  prop([plan], { numRuns: 30 })('any plan by hand gives the same record', (given) => {
    expect(recordOf(throughBytes(raftKv), given)).toBe(recordOf(raftKv, given));
  });

  test('frozen and through bytes at once, too', () => {
    const given = swarm.draw(42);
    expect(recordOf(frozen(throughBytes(swarm.system)), given)).toBe(recordOf(swarm.system, given));
  });
});
