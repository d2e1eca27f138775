/** Scripts in virtual time: how routines wait, and that a plan with a script is repeatable from its file. */
import { describe, expect, test } from 'vitest';
import { parsePlan, PlanError, printPlan } from '../../../harness/plan/plan-file.ts';
import { run } from '../../../harness/run.ts';
import {
  fires, Signal, sleep, Stage, valueOf, type Routine, type Script, type ScriptedWorld,
} from '../../../harness/script/script.ts';
import { scriptOf, ScriptError } from '../../../harness/script/script-of.ts';
import { registry } from '../../../scenarios/registry.ts';
import { labScenarios } from '../../../scenarios/lab/lab-scenarios.ts';
import { frozen } from '../../../harness/world/frozen.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const basic = labScenarios.find(({ name }) => name === 'lab/2B-1-BasicAgree')!;

/** What a script wrote down, each with the virtual time in milliseconds. */
function told(script: (stage: Stage, say: (what: string) => void) => Routine): readonly string[] {
  const lines: string[] = [];
  const whole: Script = (stage) => script(stage, (what) => lines.push(`${stage.nowUs / 1000} ${what}`));
  const system = { ...basic.system, scripts: new Map([['told', whole]]) };
  run(system, { ...basic.draw(1), script: 'told' });
  return lines;
}

describe('routines', () => {
  test('sleep for exactly as long as they say, side by side', () => {
    expect(told(function* both(stage, say): Routine {
      const other = stage.spawn((function* beside(): Routine<string> {
        yield* sleep(3000);
        say('other');
        yield* sleep(4000);
        return 'done';
      })());
      yield* sleep(5000);
      say('main');
      say(`other says ${yield* valueOf(other)}`);
    })).toEqual(['3 other', '5 main', '7 other says done']);
  });

  test('wait for a signal or until their time is over, whichever is first', () => {
    expect(told(function* waits(stage, say): Routine {
      const signal = new Signal<number>();
      stage.spawn((function* later(): Routine {
        yield* sleep(10_000);
        signal.fire(7);
      })());
      say(`in 4 ms: ${yield* fires(signal, 4000)}`);
      say(`in 60 ms: ${yield* fires(signal, 60_000)}`);
      say(`again: ${yield* fires(signal, 1000)}, ${signal.value}`);
      yield* sleep(100_000);
      say('nothing wakes twice');
    })).toEqual(['4 in 4 ms: false', '10 in 60 ms: true', '10 again: true, 7', '110 nothing wakes twice']);
  });

  test('a signal fires once, and has no value before', () => {
    const signal = new Signal<number>();
    expect(() => signal.value).toThrow(TypeError);
    signal.fire(1);
    signal.fire(2);
    expect(signal.value).toBe(1);
  });
});

describe('signals', () => {
  test('wake all who wait, in their order, in a turn of their own; who asks later is told at once', () => {
    const order: string[] = [];
    told(function* waits(stage, say): Routine {
      const signal = new Signal<number>();
      for (const name of ['a', 'b']) {
        stage.spawn((function* waiting(): Routine {
          order.push(`${name} ${yield* valueOf(signal)}`);
        })());
      }
      signal.fire(3);
      order.push('fired');
      yield* sleep(1);
      order.push(`then ${yield* valueOf(signal)}`);
      say('done');
    });
    expect(order).toEqual(['fired', 'a 3', 'b 3', 'then 3']);
  });
  test('without an end of time are waited for as long as it takes', () => {
    expect(told(function* waits(stage, say): Routine {
      const signal = new Signal<null>();
      stage.spawn((function* later(): Routine {
        yield* sleep(500_000);
        signal.fire(null);
      })());
      say(`${yield* fires(signal)}`);
    })).toEqual(['500 true']);
  });
});

describe('a stage', () => {
  /** A world that notes what it is asked, and does nothing by itself. */
  function stageOf(seed = 'toy', network: object = { rpcs: {} }) {
    const requests: unknown[] = [];
    const notes: string[] = [];
    const world = {
      nowUs: 7000, network, request: (...asked: readonly unknown[]) => void requests.push(asked),
      onReply(_node: number, _id: number, _reply: unknown) {},
    };
    const stage = new Stage(world as unknown as ScriptedWorld, { ...toyPlan(), seed }, (what) => void notes.push(what));
    return { stage, world, requests, notes };
  }

  test('asks nodes, each question by a number of its own, and is told the answer to each', () => {
    const { stage, world, requests } = stageOf();
    const [one, two] = [stage.ask(1, 'x'), stage.ask(0, 'y')];
    expect(requests).toEqual([[1, 0, 'x'], [0, 1, 'y']]);
    world.onReply(0, 1, 'yes');
    world.onReply(0, 9, 'to nobody');
    expect([one.isFired, two.value]).toEqual([false, 'yes']);
  });
  test('has streams of random numbers by name, each from its beginning, which depend on the seed of the plan alone', () => {
    const numbers = (seed: string): readonly number[] => {
      const { stage } = stageOf(seed);
      return ['a', 'a', 'b', 'a'].map((name) => stage.random(name).below(1_000_000));
    };
    expect([numbers('s'), numbers('t')]).toEqual([
      [248_800, 248_800, 215_043, 248_800], [31_735, 31_735, 608_796, 31_735],
    ]);
  });
  test('knows the time, tells what it does, and has counted nothing at first', () => {
    const { stage, notes } = stageOf();
    stage.note('cuts n0 off');
    expect([stage.nowUs, notes, stage.checked]).toEqual([7000, ['cuts n0 off'], 0]);
  });
  test('steers a network that has flags, and says of any other that it has none', () => {
    const network = { rpcs: {} };
    expect(stageOf('s', network).stage.network).toBe(network);
    expect(() => stageOf('s', {}).stage.network).toThrow(
      new TypeError("this plan's network cannot be steered: it has no `lab` flags"),
    );
  });
});

test('the script of a plan is the one that it names; what there is is told to who names another', () => {
  const own: Script = function* nothing(): Routine {
    yield* sleep(1);
  };
  const system = { ...toy([]), scripts: new Map([['a', own], ['b', own]]) };
  const naming = (script: string) => ({ ...toyPlan(), script }) as never;
  expect([scriptOf(system, toyPlan()), scriptOf(system, naming('b'))]).toEqual([null, own]);
  expect(() => scriptOf(system, naming('c'))).toThrow(
    new ScriptError('script: system "toy" has no script "c"; it has: a, b'),
  );
  expect(() => scriptOf(toy([]), naming('c'))).toThrow(
    new ScriptError('script: system "toy" has no script "c"; it has: none'),
  );
});

describe('a plan with a script', () => {
  const some = labScenarios
    .filter((_, place) => place % 12 === 0)
    .map((scenario) => [scenario.name, scenario] as const);

  test.each(some)('%s gives the same record twice, and once more from its file', (_name, scenario) => {
    const plan = scenario.draw(4);
    const first = JSON.stringify(run(scenario.system, plan));
    expect(JSON.stringify(run(scenario.system, plan))).toBe(first);
    const read = parsePlan('some.plan.json', printPlan(plan), registry.systems);
    expect(JSON.stringify(run(registry.systems.get(read.system)!, read))).toBe(first);
  });

  test.each(some)('%s gives the same record when nothing may be written to', (_name, scenario) => {
    const plan = scenario.draw(5);
    expect(JSON.stringify(run(frozen(scenario.system), plan))).toBe(JSON.stringify(run(scenario.system, plan)));
  });

  test('that the system does not have is refused, by the line when it comes from a file', () => {
    const plan = { ...basic.draw(1), script: '2B-1-BasicDisagree' };
    expect(() => run(basic.system, plan)).toThrow(ScriptError);
    expect(() => parsePlan('wrong.json', printPlan(plan), registry.systems)).toThrow(
      new PlanError(
        'wrong.json:6: script: system "raft" has no script "2B-1-BasicDisagree"; `whitewater scenarios` lists those of the labs',
      ),
    );
  });

  test('without the flags of its network is refused', () => {
    const { lab: _lab, ...network } = basic.draw(1).network;
    const plan = { ...basic.draw(1), network };
    expect(() => parsePlan('wrong.json', printPlan(plan), registry.systems)).toThrow(
      /^wrong\.json:\d+: network: a plan with a script needs `lab`/,
    );
  });
});
