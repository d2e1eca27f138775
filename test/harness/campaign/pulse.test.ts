/** Code under test is seen from outside: where it is, and that it does not come back. */
import { describe, expect, test } from 'vitest';
import { Pulse, watched } from '../../../harness/campaign/pulse.ts';
import { placeText, StuckWatch, stuckText } from '../../../harness/campaign/stuck.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import type { AnyProcess } from '../../../harness/system.ts';
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
    expect(places).toEqual([{ seed: 2 ** 33 + 5, node: 0, step: 1 }, { seed: 2 ** 33 + 5, node: 1, step: 2 }]);
    expect([pulse.place, pulse.beats]).toEqual([null, 2]);
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
    expect([server!.boot(null).state, server!.step(null, { kind: 'timer', timer: 't' }).state, server!.write(null, null)]).toEqual([7, 7, 7]);
    expect(pulse.beats).toBe(3);
  });

  test('a write is inside too, and is no step of its own', () => {
    const pulse = new Pulse();
    const places: unknown[] = [];
    const process = { blank: null, boot: () => ({ state: 0, effects: [] }), step: () => ({ state: 0, effects: [] }), write: () => void places.push(pulse.place) } as unknown as AnyProcess;
    const [server] = watched({ ...swarm, system: { ...swarm.system, processes: () => [process] } }, pulse).system.processes(swarm.draw(1));
    server!.boot(null);
    server!.write(null, null);
    expect(places).toEqual([{ seed: null, node: 0, step: 1 }]);
    expect(pulse.place).toBeNull();
  });

  test('each run counts its steps from 1', () => {
    const pulse = new Pulse();
    const places: number[] = [];
    const scenario = seen(pulse, () => places.push(pulse.place!.step));
    for (let i = 0; i < 2; i++) scenario.system.processes(scenario.draw(1))[0]!.boot(null);
    expect(places).toEqual([1, 1]);
  });

  test('whoever is watched runs as ever: same seed, same record', () => {
    const scenario = registry.scenarios.get('swarm')!;
    const under = watched(scenario, new Pulse());
    expect(run(under.system, under.draw(3))).toEqual(run(scenario.system, scenario.draw(3)));
  });
});

describe('a thread that stands still', () => {
  const at = { seed: 7, node: 2, step: 9 };
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

  test('is told with its place', () => {
    expect(stuckText(at, 30_000)).toBe('the code under test has not come back for 30 s, in step 9, of node 2 of seed 7: it loops');
    expect([placeText({ ...at, seed: null }), placeText(null)]).toEqual([', in step 9, of node 2', '']);
  });
});
