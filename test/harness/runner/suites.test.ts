/** What a test runner is given of a scenario, and what its tests say when they fail. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  defineRegistry, defineScenario, defineSystem, faults, oneOf, respond, service, timer, whole, type Request,
  type Response, type Server,
} from '../../../harness/own/index.ts';
import { printPlan } from '../../../harness/plan/plan-file.ts';
import { exploreSuite } from '../../../harness/runner/explored.ts';
import { fuzzSuite } from '../../../harness/runner/fuzzed.ts';
import type { FuzzOptions } from '../../../harness/runner/asked.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';

const pins = mkdtempSync(join(tmpdir(), 'whitewater-pins-'));
const folder = mkdtempSync(join(tmpdir(), 'whitewater-suites-'));
afterAll(() => [pins, folder].forEach((one) => rmSync(one, { recursive: true })));

const asking = service<string, string>();
let calls = 0;

/** Answers what it is asked; from its third answer on it may be wrong, or differ from run to run. */
function systemNamed(name: string) {
  return defineSystem<number, never>()({
    name,
    settings: { bug: oneOf('none', 'third', 'restless'), rhythm: whole(7, 2, 7) },
    service: asking,
    servers: ({ settings }): readonly Server<number, Request<string>, Response<string>>[] => [
      {
        boot: () => ({
          state: 0,
          effects: settings.bug === 'restless' ? [timer('tick', `${50 + (calls++ % settings.rhythm)}ms`)] : [],
        }),
        step: (state, event) =>
          event.kind === 'message'
            ? { state: state + 1, effects: [respond(event.from, event.message.sequence, 'yes')] }
            : { state, effects: [] },
      },
    ],
    invariants: {
      'At Most Two': {
        always: ({ servers, settings }) => (settings.bug === 'third' && (servers[0] ?? 0) > 2 ? 'three answers' : null),
      },
    },
    situations: { answers: ({ after }) => after > 0, never: () => false },
  });
}

const [one, other] = [systemNamed('one'), systemNamed('other')];
const plain = {
  servers: 1, clients: [1, 2], faults: faults.none, operations: asking.mix(() => 'ask', { each: [0, 3] }),
} as const;
const explore = { servers: 1, clients: 1, operations: ['ask', 'ask', 'ask'], within: (state: number) => state <= 3 };
const right = defineScenario(one, { ...plain, required: ['answers'], explore });
const third = defineScenario(one, { ...plain, name: 'third', settings: { bug: 'third' }, explore });
const restless = defineScenario(one, { ...plain, name: 'restless', settings: { bug: 'restless' } });
const everySecond = defineScenario(one, { ...plain, name: 'every-second', settings: { bug: 'restless', rhythm: 2 } });
const unreached = defineScenario(other, { ...plain, required: ['never'] });
/** Two servers, each of which rings once. */
const bells = defineSystem<{ readonly rang: boolean }, never>()({
  name: 'bells',
  service: asking,
  servers: () =>
    [0, 1].map((): Server<{ readonly rang: boolean }, Request<string>, Response<string>> => ({
      boot: () => ({ state: { rang: false }, effects: [timer('ring', '50ms')] }),
      step: () => ({ state: { rang: true }, effects: [] }),
    })),
  situations: { never: () => false },
  alike: { servers: () => [[0, 1]] },
});
const alike = defineScenario(bells, {
  ...plain, servers: 2, clients: 0, explore: { servers: 2, clients: 0, operations: [] },
});
const registry = defineRegistry(import.meta.url, [alike, right, third, restless, everySecond, unreached], {
  regressions: relative(dirname(fileURLToPath(import.meta.url)), pins),
});

const suite = (scenario: Scenario, options: FuzzOptions = {}) =>
  fuzzSuite(scenario, { folder, ...options }, {}, '    at here');
/** What the tests of a suite say: null for one that passes. */
const said = async (tests: ReturnType<typeof suite>['tests']): Promise<readonly (string | null)[]> =>
  Promise.all(tests.map(({ run }) => run().then(() => null, (error: unknown) => (error as Error).message)));

describe('seeds', () => {
  test('pass', async () => {
    const { name, tests } = suite(right, { seeds: 30 });
    expect([name, tests.map((one) => one.name)]).toEqual(['one', ['seeds 1 to 30']]);
    expect(await said(tests)).toEqual([null]);
  });

  test('fail with the first that fails, and the others are not run; the stack is the line that asked', async () => {
    const [seeds] = suite(third, { seeds: 300 }).tests;
    const error = await seeds!.run().catch((thrown: unknown) => thrown as Error) as Error;
    expect(error.message).toMatch(
      /^third: 1 seed run, of seeds 1 to 300\n\nFAIL third seed 1 {3}1 server, 1 client\n x At Most Two: three answers\n/,
    );
    expect(error.message).toContain(`  open     ${folder}/third-1.html`);
    expect(error.stack).toBe(`FailedTest: ${error.message}\n    at here`);
  });

  test('a seed whose two runs differ fails, and it is said where they part', async () => {
    const [text] = await said(suite(restless, { seeds: 200 }).tests);
    expect(text).toMatch(/seed \d+ is NOT DETERMINISTIC: [^]*not the same when run again/);
  });

  test('one that breaks something, and nothing when it is told, is not told as a pass', async () => {
    const [text] = await said(suite(everySecond, { seeds: 200 }).tests);
    expect(text).toMatch(
      /every-second seed \d+: Protocol Contract: frozen, it takes another course: [^]*run once more, it breaks nothing/,
    );
    expect(text).not.toContain('PASS');
  });

  test('a required situation that a thousand seeds never reach fails; in fewer it proves nothing', async () => {
    expect(await said(suite(unreached, { seeds: 999 }).tests)).toEqual([null]);
    expect(await said(suite(unreached, { seeds: 1000 }).tests)).toEqual([
      'other: 1,000 seeds run, of seeds 1 to 1000\n1 situation never reached: never',
    ]);
  });

  test('no time for a single one is no pass', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const [seeds] = suite(right, { seeds: 5 }).tests;
    await expect(seeds!.run(stopped.signal)).rejects.toThrow(
      'one: 0 seeds run, of seeds 1 to 5\n\n1 thing not looked at: no seed of one was run',
    );
  });

  test('a shard to which no seed falls has nothing to do', async () => {
    expect(await said(fuzzSuite(right, { seeds: 2 }, { WHITEWATER_SHARD: '3/3' }, '').tests)).toEqual([null]);
  });
});

describe('pinned plans', () => {
  const pin = (name: string, text: string): void => writeFileSync(join(pins, name), text);

  test('of the system and no other one, in the order of their names, before the seeds; what is no plan is told', async () => {
    pin('b-fails.json', printPlan({ ...third.draw(2), showed: 'At Most Two: three answers' }));
    pin('a-passes.json', printPlan(right.draw(1)));
    pin('c-other.json', printPlan(unreached.draw(1)));
    pin('d-broken.json', '{ "format": ');
    pin('e-nobody.json', printPlan(right.draw(1)).replace('"system": "one"', '"system": "nobody"'));
    const { tests } = suite(right, { seeds: 1 });
    expect(tests.map(({ name }) => name.replace(/ .*\//, ' '))).toEqual([
      'pinned a-passes.json', 'pinned b-fails.json', 'pinned d-broken.json', 'pinned e-nobody.json', 'seeds 1 to 1',
    ]);
    const [passes, fails, broken, nobody, seeds] = await said(tests);
    expect([passes, seeds]).toEqual([null, null]);
    expect(fails).toMatch(
      /b-fails\.json: it fails again: At Most Two: three answers\n {2}when it was pinned it showed At Most Two: three answers\n {2}replay {6}npx whitewater replay \S+b-fails\.json\n/,
    );
    expect(broken).toMatch(/d-broken\.json: it does not fit any more: /);
    expect(nobody).toMatch(/e-nobody\.json: it does not fit any more: .*"nobody"/);
  });
});

describe('states', () => {
  const space = (scenario: Scenario, options = {}) => exploreSuite(scenario, { folder, ...options }, {}, '');

  test('all of them, or as many as are enough', async () => {
    expect(space(right).tests.map(({ name }) => name)).toEqual(['every state within the bounds']);
    expect(await said(space(right).tests)).toEqual([null]);
    expect(space(right, { states: 3 }).tests.map(({ name }) => name)).toEqual(['3 states']);
    expect(await said(space(right, { states: 3 }).tests)).toEqual([null]);
  });

  test('who was ended before has seen too few, whatever was asked', async () => {
    const stopped = new AbortController();
    stopped.abort();
    await expect(space(right, { states: 3 }).tests[0]!.run(stopped.signal)).rejects.toThrow(
      'interrupted before it was done: one',
    );
  });

  test('a violation is a story', async () => {
    const [text] = await said(space(third, { with: { bug: 'third' } }).tests);
    expect(text).toMatch(
      /^third: At Most Two is violated after \d+ actions, among \d+ states; no run is shorter\n\nFAIL explore third {3}1 server, 1 client\n x At Most Two: three answers\n/,
    );
  });

  test('up to the names of servers that are alike', async () => {
    const [whole, folded] = [
      await said(space(alike, { with: { goals: true } }).tests),
      await said(space(alike, { with: { goals: true }, symmetry: true }).tests),
    ];
    expect(whole[0]).toContain('\ndistinct 4 ');
    expect(folded[0]).toContain('\ndistinct 3 ');
  });

  test('symmetry of servers that nobody has called alike is an error', async () => {
    expect(await said(space(right, { symmetry: true }).tests)).toEqual([
      'the system of "one" says of no two servers that they are `alike`: leave out `symmetry`',
    ]);
  });

  test('a situation that is never reached is no story: the search is told', async () => {
    const [text] = await said(space(right, { with: { goals: true } }).tests);
    expect(text).toMatch(
      /^one --servers 1 [^]*unreached {2}sometimes: never \(in no state within the bounds\)[^]*1 situation never reached: one: never: in no state within the bounds$/,
    );
  });
});

test('the registry of a scenario is known by the scenario', () => {
  expect([...registry.scenarios.values()]).toContain(third);
});
