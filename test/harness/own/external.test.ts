/**
 * A program in another language as a server. Those of this file are written for the shell: what is asked is a line,
 * what is answered is a line, and what goes wrong is told as whose fault it is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import { examine } from '../../../harness/doctor/examine.ts';
import {
  defineScenario, defineSystem, external, faults, persist, service, timer, type Server,
} from '../../../harness/own/index.ts';
import { run } from '../../../harness/run.ts';
import { SystemError } from '../../../harness/system.ts';
import { ContractError } from '../../../harness/world/contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-external-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Counted { readonly n: number }
type Program = Server<Counted, unknown, unknown, unknown>;
let programs = 0;

/** A program of its own for each: one that runs is used again by all that name it alike. */
const shell = (script: string, answersWithin: `${number}ms` = '20000ms'): Program =>
  external<Counted, unknown, unknown, unknown>(
    ['/bin/sh', '-c', `: ${programs++}; ${script}`], { node: 0 }, { answersWithin },
  );

/** Counts the lines since its start. */
const counter = (more = '') =>
  shell(
    `n=0; while read -r line; do case $line in *'"kind":"start"'*) n=0;; *) n=$((n + 1));; esac; ${more} echo "{\\"state\\":{\\"n\\":$n}}"; done`,
  );
const tick = { kind: 'timer', timer: 'tick' } as const;
const startOf = (program: Program): Counted => program.boot(null).state;

const thrownBy = (act: () => unknown): Error => {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('what is asked and answered', () => {
  const heard = join(folder, 'heard');
  const recorder = (answer: string): Program =>
    shell(`while read -r line; do echo "$line" >>${heard}; echo '${answer}'; done`);

  test('is one line of JSON each: a start with what the disk holds and what the program was made for, a message, a timer', () => {
    const program = external<Counted, unknown, unknown, unknown>(
      ['/bin/sh', '-c', `while read -r line; do echo "$line" >>${heard}; echo '{"state":{"n":1}}'; done`],
      { node: 2, servers: 3, settings: { bug: 'none' } },
    );
    const { state } = program.boot({ votes: [1] });
    const after = program.step(state, { kind: 'message', from: 4, message: { kind: 'request', sequence: 1 } });
    program.step(after.state, tick);
    expect(readFileSync(heard, 'utf8').split('\n')).toEqual([
      '{"kind":"start","node":2,"servers":3,"settings":{"bug":"none"},"durable":{"votes":[1]}}',
      '{"kind":"message","from":4,"message":{"kind":"request","sequence":1}}',
      '{"kind":"timer","timer":"tick"}',
      '',
    ]);
  });

  test('effects are those of the contract, in their order', () => {
    const effects =
      '[{"kind":"save","kept":[1]},{"kind":"send","to":1,"message":"hi"},{"kind":"setTimer","timer":"t","after":["5ms","1s"]},{"kind":"setTimer","timer":"u","after":7},{"kind":"cancelTimer","timer":"t"}]';
    expect(recorder(`{"state":{"n":1},"effects":${effects}}`).boot(null).effects).toEqual([
      { kind: 'persist', writes: [[1]] }, { kind: 'send', to: 1, message: 'hi' },
      { kind: 'setTimer', timer: 't', afterUs: { min: 5000, max: 1_000_000 } },
      { kind: 'setTimer', timer: 'u', afterUs: { min: 7, max: 7 } }, { kind: 'cancelTimer', timer: 't' },
    ]);
  });

  test('a state may be a digest; an answer without one says that it is what it was', () => {
    expect(recorder('{"state":"a7"}').boot(null)).toEqual({ state: { digest: 'a7' }, effects: [] });
    const quiet = shell(`read -r line; echo '{"state":{"n":1}}'; while read -r line; do echo '{}'; done`);
    const state = startOf(quiet);
    expect(quiet.step(state, tick)).toEqual({ state, effects: [] });
    expect(quiet.step(state, tick).state).toBe(state);
  });

  test('a line may be long', () => {
    const long = 'x'.repeat(300_000);
    const echo = shell('while read -r line; do echo "{\\"state\\":{\\"n\\":${#line}}}"; done');
    const state = startOf(echo);
    expect(echo.step(state, { kind: 'message', from: 1, message: long }).state.n).toBe(
      long.length + '{"kind":"message","from":1,"message":""}'.length,
    );
  });
});

describe('a program cannot go back, and is a pure function all the same', () => {
  test('asked about an older state, it is told again all that it had been told by then', () => {
    const log = join(folder, 'log');
    const program = counter(`echo x >>${log};`);
    const lines = (): number => readFileSync(log, 'utf8').length / 2;
    const first = startOf(program);
    const second = program.step(first, tick).state;
    const third = program.step(second, tick).state;
    expect([first.n, second.n, third.n, lines()]).toEqual([0, 1, 2, 3]);
    expect([program.step(first, tick).state, lines()]).toEqual([{ n: 1 }, 3 + 2]);
    expect([program.step(third, tick).state, lines()]).toEqual([{ n: 3 }, 3 + 2 + 4]);
  });

  test('one that says something else then is told so', () => {
    const once = join(folder, 'once');
    const program = counter(`n=$((n + $(cat ${once} 2>/dev/null || echo 0))); echo 5 >${once};`);
    const state = startOf(program);
    program.step(state, tick);
    const error = thrownBy(() => program.step(state, tick));
    expect(error).toBeInstanceOf(ContractError);
    expect(error.message).toMatch(
      /^it was told the same again and answers otherwise: first "\{.*\}", now "\{.*\}": its answers must follow from what it was told since its start$/,
    );
  });

  test('a state that it never gave is none', () => {
    expect(thrownBy(() => counter().step({ n: 4 }, tick)).message).toBe('it is asked about a state that it never gave');
  });
});

describe('what goes wrong', () => {
  test.each([
    ['says nothing', 'read -r line; exec sleep 60', /^`.*` does not answer within 300 ms$/],
    ['does not read', 'exec sleep 60', /^`.*` does not answer within 300 ms$/],
  ])('one that %s breaks the contract', (_, script, says) => {
    const error = thrownBy(() => startOf(shell(script, '300ms')));
    expect(error.message).toMatch(says);
    expect(error).toBeInstanceOf(ContractError);
  });

  test.each([
    [
      'says what is no JSON', 'echo hello',
      /^it answers "hello", which is no JSON: what is not an answer belongs on standard error$/,
    ],
    ['says a list', 'echo "[1]"', /^it answers an array of 1, expected \{ state, effects \}$/],
    ['says two lines', 'printf "{}\\n{}\\n"', /^`.*` wrote more than one line to one that it was asked: "\{\}\\n"$/],
    ['has no state', 'echo "{}"', /^state: expected an object, or a text that is a digest of it, got undefined$/],
    ['has effects that are none', `echo '{"state":{},"effects":7}'`, /^effects: expected an array, got 7$/],
    [
      'asks for what there is not', `echo '{"state":{},"effects":[{"kind":"sned"}]}'`,
      /^effects\[0\]\.kind: expected send, save, setTimer or cancelTimer, got "sned"$/,
    ],
    [
      'saves nothing', `echo '{"state":{},"effects":[{"kind":"save"}]}'`,
      /^effects\[0\]\.kept: expected what its disk holds from here on, got undefined$/,
    ],
    [
      'has a timer without a time', `echo '{"state":{},"effects":[{"kind":"setTimer","timer":"t","after":"soon"}]}'`,
      /^effects\[0\]\.after: "soon" is no duration: /,
    ],
  ])('one that %s breaks the contract', (_, answer, says) => {
    const error = thrownBy(() => startOf(shell(`read -r line; ${answer}; read -r line`)));
    expect(error.message).toMatch(says);
    expect(error).toBeInstanceOf(ContractError);
  });

  test.each([
    [
      'ends by itself', 'read -r line; echo no memory >&2; exit 3',
      /^`.*` ended with exit code 3 before its first answer; its last words: no memory$/,
    ],
    ['is killed', 'read -r line; kill -9 $$', /^`.*` was ended by signal 9 before its first answer$/],
    ['ends later', `read -r line; echo '{"state":{}}'; read -r line; exit 0`, /^`.*` ended with exit code 0$/],
  ])('one that %s throws', (_, script, says) => {
    const program = shell(script);
    const error = thrownBy(() => program.step(startOf(program), tick));
    expect(error.message).toMatch(says);
    expect(error.name).toBe('ProgramError');
  });

  test('one that has ended is started anew, and told all that it had been told', () => {
    const program = counter('case $line in *fatal*) exit 1;; esac;');
    const two = program.step(program.step(startOf(program), tick).state, tick).state;
    expect(thrownBy(() => program.step(two, { kind: 'timer', timer: 'fatal' })).name).toBe('ProgramError');
    expect(program.step(two, tick).state).toEqual({ n: 3 });
  });

  test('one that cannot be started at all is the fault of who named it', () => {
    const missing = thrownBy(() => external('/no/such/program', { node: 0 }).boot(null));
    expect([missing instanceof SystemError, missing.message]).toEqual([
      true, 'cannot start `/no/such/program`: there is no such program',
    ]);
    writeFileSync(join(folder, 'text'), 'hello');
    expect(thrownBy(() => external(join(folder, 'text'), { node: 0 }).boot(null)).message).toBe(
      `cannot start \`${folder}/text\`: it is no program that can be run`,
    );
  });
});

const nothing = service<null, null>();
const scenarioOf = (name: string, program: () => Program) => {
  const system = defineSystem<Counted, unknown, unknown>()({
    name, service: nothing, servers: ({ servers }) => Array.from({ length: servers }, program),
    owesProgress: () => false,
  });
  return defineScenario(system, {
    servers: 1, clients: 1, storm: '300ms', faults: faults.swarm({ only: ['crash'] }),
    operations: nothing.mix(() => null, { each: 6 }),
  });
};

describe('in a campaign', () => {
  test('a program that answers by what it was told is the same in every run, crashes and all', () => {
    const { passed, nondeterministic, doubleChecked } = runChunk(scenarioOf('counting', counter), [1, 2, 3, 4], 10_000);
    expect([passed, nondeterministic, doubleChecked]).toEqual([4, [], 4]);
  });

  test('and the same, digest and all, as the reducers that it runs', async () => {
    interface Answered {
      readonly state: object;
      readonly effects: readonly {
        readonly kind: string;
        readonly kept?: unknown;
        readonly timer?: string;
        readonly after?: [`${number}ms`, `${number}ms`];
      }[];
    }
    const module = join(folder, 'adder.mjs');
    writeFileSync(
      module,
      `
      const again = { kind: 'setTimer', timer: 'again', after: ['5ms', '20ms'] };
      export const start = (durable) => ({ state: { sum: durable?.sum ?? 0 }, effects: [again] });
      export const step = ({ sum }, event) => event.kind === 'timer' ? { state: { sum: sum + 1 }, effects: [{ kind: 'save', kept: { sum: sum + 1 } }, again] }
        : { state: { sum }, effects: [{ kind: 'send', to: event.from, message: { kind: 'response', sequence: event.message.sequence, reply: sum } }] };
    `,
    );
    writeFileSync(join(folder, 'main.mjs'), `
      import { createInterface } from 'node:readline';
      import { start, step } from './adder.mjs';
      let state;
      for await (const line of createInterface({ input: process.stdin })) {
        const event = JSON.parse(line);
        const after = event.kind === 'start' ? start(event.durable) : step(state, event);
        state = after.state;
        process.stdout.write(JSON.stringify(after) + '\\n');
      }
    `);
    const adder = (await import(module)) as {
      readonly start: (durable: unknown) => Answered;
      readonly step: (state: object, event: object) => Answered;
    };
    const own = ({ state, effects }: Answered) =>
      ({
        state,
        effects: effects.map((effect) =>
          effect.kind === 'save'
            ? persist(effect.kept)
            : effect.kind === 'setTimer'
              ? timer(effect.timer!, effect.after!)
              : effect,
        ),
      }) as never;
    const scenarioWith = (server: () => Server<object, unknown, unknown, unknown>) => {
      const system = defineSystem<object, unknown, unknown>()({
        name: 'adder', service: nothing, servers: ({ servers }) => Array.from({ length: servers }, server),
      });
      return defineScenario(system, {
        servers: 2, clients: 2, storm: '300ms', faults: faults.swarm(),
        operations: nothing.mix(() => null, { each: 6 }),
      });
    };
    const inside = scenarioWith(() => ({
      blank: null, boot: (durable) => own(adder.start(durable)), step: (state, event) => own(adder.step(state, event)),
    }));
    const outside = scenarioWith(() => external([process.execPath, join(folder, 'main.mjs')], { node: 0 }));
    expect(runChunk(outside, [1, 2, 3])).toEqual(runChunk(inside, [1, 2, 3]));
  });

  test('and a good citizen, which is asked twice at each step', () => {
    const scenario = scenarioOf('citizen', counter);
    expect(examine(scenario.system, scenario.draw(1))).toEqual([]);
  });

  test('one that goes by anything else is told so by the double-check: the second run has another process', () => {
    const script = ': which process; while read -r line; do echo "{\\"state\\":{\\"n\\":$$}}"; done';
    const scenario = scenarioOf('moody', () =>
      external<Counted, unknown, unknown, unknown>(['/bin/sh', '-c', script], { node: 0 }),
    );
    expect(runChunk(scenario, [1], 10_000).nondeterministic.map(({ seed }) => seed)).toEqual([1]);
  });

  test('one that ends is a server that throws, one that talks nonsense breaks the contract, and one that is not there was not run', () => {
    const died = scenarioOf('dying', () => shell('read -r line; exit 4'));
    expect(run(died.system, died.draw(1)).verdict).toMatchObject({
      kind: 'violation',
      property: 'No Exception',
      detail: expect.stringMatching(/^n0 threw ProgramError: `.*` ended with exit code 4 before its first answer$/),
    });
    const silly = scenarioOf('silly', () => shell('read -r line; echo hello; read -r line'));
    expect(run(silly.system, silly.draw(1)).verdict).toMatchObject({
      kind: 'violation',
      property: 'Protocol Contract',
      detail: expect.stringContaining('n0 at step 1, on its start: it answers "hello", which is no JSON'),
    });
    const gone = scenarioOf('gone', () => external<Counted, unknown, unknown, unknown>('/no/such/node', { node: 0 }));
    expect(runChunk(gone, [1])).toMatchObject({
      violations: [],
      faults: [],
      undrawn: [{ seed: 1, detail: 'seed 1: cannot start `/no/such/node`: there is no such program' }],
    });
  });
});

describe('a program does not outlive who asks it', () => {
  const own = new URL('../../../dist/harness/own/index.js', import.meta.url).href;
  /** It loops for ever behind its first answer, and so does not see the end of its input. */
  const script = 'read -r line; echo "{\\"state\\":{\\"pid\\":$$}}"; while :; do :; done';
  const isThere = (pid: number): boolean =>
    spawnSync('/bin/kill', ['-0', String(pid)], { stdio: 'ignore' }).status === 0;
  const isGoneSoon = (pid: number): boolean => {
    for (let looks = 0; looks < 100; looks++) {
      if (!isThere(pid)) return true;
      execFileSync('sleep', ['0.1']);
    }
    return false;
  };

  test('killed, whatever it does', () => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', `
      const { external } = await import('${own}');
      const { state } = external(['/bin/sh', '-c', ${JSON.stringify(script)}], { node: 0 }).boot(null);
      process.stdout.write(String(state.pid));
      process.kill(process.pid, 'SIGKILL');
    `], { encoding: 'utf8' });
    expect(Number(stdout)).toBeGreaterThan(1);
    expect(isGoneSoon(Number(stdout))).toBe(true);
  });

  test('a thread that is ended while it waits for an answer', async () => {
    const worker = new Worker(`
      const { parentPort } = require('node:worker_threads');
      import('${own}').then(({ external }) => {
        const program = external(['/bin/sh', '-c', ${JSON.stringify(script)}], { node: 0 });
        const { state } = program.boot(null);
        parentPort.postMessage(state.pid);
        setTimeout(() => program.step(state, { kind: 'timer', timer: 't' }), 50);
      });
    `, { eval: true });
    const pid = await new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await worker.terminate();
    expect(isGoneSoon(pid)).toBe(true);
  });
});
