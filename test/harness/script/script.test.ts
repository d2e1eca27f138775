/** Scripts in virtual time: how routines wait, and that a plan with a script is repeatable from its file. */
import { describe, expect, test } from 'vitest';
import { parsePlan, PlanError, printPlan } from '../../../harness/plan/plan-file.ts';
import { run } from '../../../harness/run.ts';
import { fires, Signal, sleep, valueOf, type Routine, type Script, type Stage } from '../../../harness/script/script.ts';
import { ScriptError } from '../../../harness/script/script-of.ts';
import { registry } from '../../../scenarios/registry.ts';
import { labScenarios } from '../../../scenarios/lab/lab-scenarios.ts';
import { frozen } from '../../../harness/world/frozen.ts';

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

describe('a plan with a script', () => {
  const some = labScenarios.filter((_, place) => place % 12 === 0).map((scenario) => [scenario.name, scenario] as const);

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
      new PlanError('wrong.json:6: script: system "raft" has no script "2B-1-BasicDisagree"; `whitewater scenarios` lists those of the labs'),
    );
  });

  test('without the flags of its network is refused', () => {
    const { lab: _lab, ...network } = basic.draw(1).network;
    const plan = { ...basic.draw(1), network };
    expect(() => parsePlan('wrong.json', printPlan(plan), registry.systems)).toThrow(/^wrong\.json:\d+: network: a plan with a script needs `lab`/);
  });
});
