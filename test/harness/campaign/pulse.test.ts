/** Code under test is seen from outside: where it is, and that it does not come back. */
import { describe, expect, test } from 'vitest';
import { Pulse, watched, type Part, type Place } from '../../../harness/campaign/pulse.ts';
import { placeText, StuckWatch, stuckText } from '../../../harness/campaign/stuck.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import type { Observer } from '../../../checkers/checker.ts';
import type { AnyProcess, AnyStorage } from '../../../harness/system.ts';
import { registry } from '../../../scenarios/registry.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { run } from '../../../harness/run.ts';

/** A scenario of one server whose step does what the test wants, seen by a pulse. */
function seen(pulse: Pulse, step: () => void): Scenario {
  class Server {
    readonly blank = null;
    readonly name = 'kept';
    write(): null {
      return null;
    }
    boot() {
      step();
      return { state: 0, effects: [] };
    }
    step() {
      step();
      return { state: this.name, effects: [] };
    }
  }
  const process = new Server() as unknown as AnyProcess;
  return watched({ ...swarm, system: { ...swarm.system, processes: () => [process, process] } }, pulse);
}

describe('a pulse', () => {
  test('tells seed, node and step while the code under test is inside, and nothing before and after', () => {
    const pulse = new Pulse();
    const places: unknown[] = [];
    const scenario = seen(pulse, () => places.push(new Pulse(pulse.shared).place));
    expect(pulse.place).toBeNull();
    const plan = scenario.draw(2 ** 33 + 5);
    const [first, second] = scenario.system.processes(plan);
    first!.boot(null);
    second!.step(null, { kind: 'timer', timer: 't' });
    expect(places).toEqual([
      { part: 'step', seed: 2 ** 33 + 5, node: 0, step: 1 }, { part: 'step', seed: 2 ** 33 + 5, node: 1, step: 2 },
    ]);
    // The draw, the making of the processes, and two calls of them.
    expect([pulse.place, pulse.beats]).toEqual([null, 4]);
  });

  test('seed 0 is a seed, and none is none', () => {
    const pulse = new Pulse();
    expect(pulse.seed).toBeNull();
    pulse.drawing(0);
    expect(pulse.seed).toBe(0);
  });

  test('an exception leaves too: what is handled behind it is not the code under test', () => {
    const pulse = new Pulse();
    const scenario = seen(pulse, () => {
      throw new RangeError('x');
    });
    const [server] = scenario.system.processes(scenario.draw(1));
    expect(() => server!.boot(null)).toThrow(RangeError);
    expect(pulse.place).toBeNull();
  });

  test('a watched process is the same for the rest: its methods and fields are found, and `this` is its own', () => {
    const scenario = seen(new Pulse(), () => {});
    const [server] = scenario.system.processes(scenario.draw(1));
    expect([server!.blank, server!.step(null, { kind: 'timer', timer: 't' }).state]).toEqual([null, 'kept']);
  });

  test('a frozen process is watched as well, and one with private fields', () => {
    class Private {
      readonly blank = null;
      readonly #kept = 7;
      write() {
        return this.#kept;
      }
      boot() {
        return { state: this.#kept, effects: [] };
      }
      step() {
        return { state: this.#kept, effects: [] };
      }
    }
    const pulse = new Pulse();
    const system = { ...swarm.system, processes: () => [Object.freeze(new Private()) as unknown as AnyProcess] };
    const [server] = watched({ ...swarm, system }, pulse).system.processes(swarm.draw(1));
    expect([
      server!.boot(null).state, server!.step(null, { kind: 'timer', timer: 't' }).state, server!.write(null, null),
    ]).toEqual([7, 7, 7]);
    expect(pulse.beats).toBe(4);
  });

  test('a write is inside too, and is no step of its own', () => {
    const pulse = new Pulse();
    const places: unknown[] = [];
    const process = {
      blank: null, boot: () => ({ state: 0, effects: [] }), step: () => ({ state: 0, effects: [] }),
      write: () => void places.push(pulse.place),
    } as unknown as AnyProcess;
    const [server] = watched(
      { ...swarm, system: { ...swarm.system, processes: () => [process] } }, pulse,
    ).system.processes(swarm.draw(1));
    server!.boot(null);
    server!.write(null, null);
    expect(places).toEqual([{ part: 'step', seed: null, node: 0, step: 1 }]);
    expect(pulse.place).toBeNull();
  });

  test('each run counts its steps from 1', () => {
    const pulse = new Pulse();
    const places: number[] = [];
    const scenario = seen(pulse, () => places.push(pulse.place!.step));
    for (let i = 0; i < 2; i++) scenario.system.processes(scenario.draw(1))[0]!.boot(null);
    expect(places).toEqual([1, 1]);
  });

  test('a draw, processes, an observer and a disk are places too, and what called them is one again behind them', () => {
    const pulse = new Pulse();
    const places: (Part | null)[] = [];
    const note = (): void => void places.push(pulse.place?.part ?? null);
    const observer = { finish: () => (note(), { kind: 'ok' as const }), counts: () => ({}) } as unknown as Observer;
    const storage = { format: () => (note(), { cursor: 0, operations: [] }) } as unknown as AnyStorage;
    const { system, draw } = watched(
      {
        ...swarm,
        draw: (seed) => (note(), swarm.draw(seed)),
        system: {
          ...swarm.system, processes: () => (note(), []), observer: () => (note(), observer),
          externalObserver: () => observer, storage,
        },
      },
      pulse,
    );
    const plan = draw(1);
    system.processes(plan);
    const watchedObserver = system.observer(plan, () => null);
    watchedObserver.finish();
    note();
    pulse.enter(0);
    system.storage!.format();
    note();
    pulse.leave();
    system.externalObserver!(plan, () => null).finish();
    expect(places).toEqual(['draw', 'processes', 'observer', 'observer', null, 'storage', 'step', 'observer']);
    expect('refused' in watchedObserver).toBe(false);
  });

  test('a module that is loaded is a place, whatever comes of it', async () => {
    const pulse = new Pulse();
    expect(await pulse.loading(async () => pulse.place?.part)).toBe('load');
    await expect(pulse.loading(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(pulse.place).toBeNull();
  });

  test('whoever is watched runs as ever: same seed, same record', () => {
    const scenario = registry.scenarios.get('swarm')!;
    const under = watched(scenario, new Pulse());
    expect(run(under.system, under.draw(3))).toEqual(run(scenario.system, scenario.draw(3)));
  });
});

describe('a thread that stands still', () => {
  const at = { part: 'step', seed: 7, node: 2, step: 9 } as const satisfies Place;
  const inside = (): Pulse => {
    const pulse = new Pulse();
    pulse.drawing(at.seed);
    pulse.runs();
    for (let step = 0; step < at.step; step++) pulse.enter(at.node);
    return pulse;
  };

  test('is stuck when it has been inside of one step for so long, and not a moment sooner', () => {
    const watch = new StuckWatch(inside(), 1000);
    expect([watch.look(500), watch.look(1499), watch.look(1500)]).toEqual([null, null, at]);
  });

  test('is not stuck while it goes from step to step', () => {
    const pulse = inside();
    const watch = new StuckWatch(pulse, 1000);
    for (let ms = 0; ms < 5000; ms += 900) {
      expect(watch.look(ms)).toBeNull();
      pulse.enter(0);
    }
  });

  test('is not stuck outside of the code under test, however long that takes', () => {
    const pulse = inside();
    pulse.leave();
    const watch = new StuckWatch(pulse, 1000);
    expect([watch.look(0), watch.look(1e9)]).toEqual([null, null]);
  });

  test('outside of it is stuck as well where it has nothing to wait for, after ten times as long', () => {
    const pulse = inside();
    pulse.leave();
    const watch = new StuckWatch(pulse, 1000, true);
    expect([watch.look(0), watch.look(9999), watch.look(10_000)]).toEqual([
      null, null, { part: 'outside', seed: 7, node: null, step: 9 },
    ]);
    pulse.enter(1);
    pulse.leave();
    expect(watch.look(10_001)).toBeNull();
  });

  test.each([
    ['observer', 10_000], ['processes', 1000], ['draw', 1000], ['storage', 1000], ['load', 1000],
  ] as const)('in %s it is after %i ms', (part, limitMs) => {
    const pulse = inside();
    const watch = new StuckWatch(pulse, 1000);
    const seen = pulse.inside(part, () => [
      watch.look(0), watch.look(limitMs - 1)?.part ?? null, watch.look(limitMs)?.part,
    ]);
    expect(seen).toEqual([null, null, part]);
  });

  test('is told with its place', () => {
    expect(stuckText(at, 30_000)).toBe(
      'the code under test has not come back for 30 s, in step 9, of node 2 of seed 7: it loops',
    );
    expect([placeText({ ...at, seed: null }), placeText(null)]).toEqual([', in step 9, of node 2', '']);
    const none = { node: null, seed: 7 };
    expect(stuckText({ ...none, part: 'draw', step: 0 }, 2000)).toBe(
      'the draw of the scenario has not come back for 2 s, of seed 7: it loops',
    );
    expect(stuckText({ ...none, part: 'observer', step: 9 }, 2000)).toBe(
      'the observer has not come back for 20 s, behind step 9 of seed 7: it loops',
    );
    expect(stuckText({ part: 'load', node: null, seed: null, step: 0 }, 2000)).toBe(
      'the module that is being loaded has not come back for 2 s: it loops',
    );
  });
});
