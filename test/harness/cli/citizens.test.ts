/**
 * What a user's reducers and plans may do wrong, end to end: it is named by node, step and field, and is never a pass.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { citizensModule } from '../../support/citizens.ts';
import { spawned, whitewater } from '../../support/whitewater.ts';

const timeoutMs = 240_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'citizens-'));
  writeFileSync(join(folder, 'own.mjs'), citizensModule);
});
afterAll(() => rmSync(folder, { recursive: true }));

const fuzz = (name: string, ...options: readonly string[]) =>
  whitewater(folder, 'fuzz', `./own.mjs#${name}`, '--from', '7', '--seeds', '1', '--workers', '1', ...options);

const replay = (name: string, seed = '7') => whitewater(folder, 'replay', seed, '--scenario', `./own.mjs#${name}`);

test('a good citizen passes, frozen too', async () => {
  expect(await fuzz('good', '--freeze', '--double-check', '100%')).toMatchObject({
    code: 0, err: expect.not.stringContaining('fault'),
  });
}, timeoutMs);

describe('a broken contract is a violation of its own name, with node, step and field: exit code 1', () => {
  test.each([
    [
      'unknownEffect',
      'n0 at step 5, on a message from c0: effects[0].kind: expected persist, send, setTimer, cancelTimer or reply, got "sned"',
    ],
    ['sendsToNobody', 'n0 at step 5, on a message from c0: effects[0].to: expected a node from 0 to 2, got 9'],
    ['sendsNothing', 'n0 at step 5, on a message from c0: effects[0].message: expected a message, got undefined'],
    [
      'rangeBackwards',
      'n0 at step 5, on a message from c0: effects[1].afterUs.max: expected whole microseconds, at least min (9), got 3',
    ],
    [
      'rangeNotWhole',
      'n0 at step 5, on a message from c0: effects[1].afterUs.min: expected whole microseconds, 0 or more, got 0.5',
    ],
    [
      'rangeNegative',
      'n0 at step 5, on a message from c0: effects[1].afterUs.min: expected whole microseconds, 0 or more, got -1',
    ],
    ['noEffects', 'n0 at step 5, on a message from c0: effects: expected an array, got undefined'],
    ['noState', 'n0 at step 5, on a message from c0: state: expected a state, got undefined'],
    ['returnsNothing', 'n0 at step 5, on a message from c0: it returned undefined, expected { state, effects }'],
    ['returnsPromise', 'n0 at step 5, on a message from c0: it returned a Promise, expected { state, effects }'],
    [
      'writeThrows',
      'n0 at step 5, on a message from c0: effects[0].writes[0]: `write` cannot take an object { count }: it threw TypeError',
    ],
    [
      'writeGivesNothing',
      'n0 at step 5, on a message from c0: effects[0].writes[0]: `write` cannot take an object { count }: it returned undefined',
    ],
    [
      'answersAnother',
      'c0 at step 7, on a message from n0: effects[0].id: operation 7 is not open at this node; open: 0',
    ],
    [
      'answersTwice',
      'c0 at step 7, on a message from n0: effects[1].id: operation 0 is not open at this node; none is',
    ],
  ])(
    '%s',
    async (name, says) => {
      const { code, out } = await replay(name);
      expect(out).toContain('Protocol Contract');
      expect(out).toContain(says);
      expect(code).toBe(1);
    },
    timeoutMs,
  );
});

describe('what writes to what is not its own is found once it is frozen: exit code 1', () => {
  test.each([
    ['countsInPlace', 'n0 at step 5, on a message from c0: it mutates state.count: 0 became 1'],
    ['growsInPlace', 'n1 at step 8, on timer tick: it mutates state.seen[0]: "tock" was added'],
    ['rewritesDisk', 'n0 at step 5, on a message from c0: it mutates state.count: 0 became 1'],
    ['rewritesMessage', 'n0 at step 11, on a message from c0: it mutates state.told.count: 1 became 0'],
    ['mapInPlace', 'n0 at step 5, on a message from c0: it mutates state.votes, a Map: 1 became 2'],
    ['bytesInPlace', 'n0 at step 5, on a message from c0: it mutates state.page.bytes, a Uint8Array: 0 became 255'],
  ])('%s', async (name, says) => {
    const { code, out } = await fuzz(name, '--freeze');
    expect(out).toContain('Protocol Contract');
    expect(out).toContain(says);
    expect(code).toBe(1);
  }, timeoutMs);

  test('in every second run: of a double-check, of replay and of shrink; and in a first one never', async () => {
    const says = 'n0 at step 5, on a message from c0: it mutates state.count: 0 became 1';
    expect((await fuzz('countsInPlace')).code).toBe(0);
    const checked = await fuzz('countsInPlace', '--double-check', '100%');
    expect([checked.code, checked.out]).toEqual([1, expect.stringContaining(says)]);
    const replayed = await replay('countsInPlace', '1');
    expect([replayed.code, replayed.out]).toEqual([1, expect.stringContaining(says)]);
    const shrunk = await whitewater(folder, 'shrink', '1', '--scenario', './own.mjs#countsInPlace', '--runs', '200');
    expect([shrunk.code, shrunk.out]).toEqual([1, expect.stringContaining('it mutates state.count: 0 became 1')]);
  }, timeoutMs);

  test('one that swallows the exception takes another course, and that is told with the step', async () => {
    const { code, out } = await fuzz('hidesIt', '--double-check', '100%');
    expect(out).toContain('Protocol Contract');
    expect(out).toContain('frozen, it takes another course');
    expect(out).toContain('the first step that differs is step 5, of node 0');
    expect(code).toBe(1);
  }, timeoutMs);
});

test('an exception in `recover` is a violation, as one in `boot` is', async () => {
  const { code, out } = await fuzz('recoverThrows');
  expect(out).toContain('No Exception');
  expect(out).toContain('RangeError: no such page');
  expect(code).toBe(1);
}, timeoutMs);

test('a timer of no delay that is set for ever breaks Bounded Work, with node and step', async () => {
  const { code, out } = await fuzz('restless');
  expect(out).toContain('Bounded Work');
  expect(out).toMatch(
    /250000 events happened at one instant, [\d.]+ ms, and time does not go on; the last step was step 25000\d of n1/,
  );
  expect(code).toBe(1);
}, timeoutMs);

describe('a drawn plan is held against the same rules as one from a file: exit code 4', () => {
  test.each([
    ['badFault', 'seed 7: faults[0].nodes: expected node ids or "leader"'],
    ['badNode', 'seed 7: faults[0]: it names node 7; there are 3, counted from 0'],
    ['badRequest', 'seed 7: operations[0].request.by: expected a number'],
    ['badFate', 'seed 7: network.fates[0].to: it names node 5; there are 3, counted from 0'],
    ['badTimer', 'seed 7: timers[0].node: it names node 3; there are 3, counted from 0'],
    ['otherSystem', 'seed 7: system: the plan is for system "hidesIt", and its scenario runs "good"'],
    ['noPlan', 'seed 7: the plan: '],
  ])('%s', async (name, says) => {
    const { code, err } = await replay(name);
    expect(err).toContain(says);
    expect(err.trimEnd()).not.toContain('\n');
    expect(code).toBe(4);
  }, timeoutMs);

  test('in a campaign, too: the seed is told, and it is no pass', async () => {
    const { code, out } = await fuzz('badNode');
    expect(out).toMatch(/^NOT RUN {2}seed 7: faults\[0\]: it names node 7; there are 3, counted from 0$/m);
    expect(out).toMatch(/^ {2}exit code 4: 1 seed that could not be run: badNode: seed 7: /m);
    expect(code).toBe(4);
  }, timeoutMs);
});

describe('code that never comes back costs its own seed, and none of the others', () => {
  const three = (name: string, stuckAfter = '2s') =>
    spawned(
      folder, 'fuzz', `./own.mjs#${name}`, '--from', '7', '--seeds', '3', '--workers', '1', '--stuck-after', stuckAfter,
      '--json', `${name}.json`,
    );
  const facts = (name: string) =>
    JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
      seeds: number;
      passed: number;
      violations: unknown[];
      unknowns: unknown[];
    };

  test.each([
    [
      'loops', 'Bounded Work',
      'the code under test has not come back for 2 s, in step 5, of node 0 of seed 8: it loops',
    ],
    [
      'loopsInWrite', 'Bounded Work',
      'the code under test has not come back for 2 s, in step 5, of node 0 of seed 8: it loops',
    ],
    ['exits', 'No Exception', 'the code under test ended its thread, in step 5, of node 0 of seed 8'],
  ])(
    '%s is a violation',
    async (name, property, detail) => {
      const { code, out } = await three(name);
      expect(code, out).toBe(1);
      expect(out).toContain(`swarm seed 8: ${property}: ${detail}`.replace('swarm', name));
      expect(facts(name)).toMatchObject({
        seeds: 3, passed: 2, violations: [{ seed: 8, property, detail, isLost: true }],
      });
      expect(existsSync(join(folder, 'failures', `${name}-8.plan.json`))).toBe(true);
    },
    timeoutMs,
  );

  test('a disk that is never read back is a violation', async () => {
    const { code, out } = await fuzz('loopsInRecover', '--from', '8', '--stuck-after', '1s');
    expect(out).toContain("Bounded Work: the system's storage has not come back for 1 s, in step ");
    expect(code).toBe(1);
  }, timeoutMs);

  test('a seed whose plan is never drawn is one that cannot be drawn', async () => {
    const { code, out } = await three('loopsInDraw');
    expect(out).toMatch(
      /^NOT RUN {2}seed 8: the draw of the scenario has not come back for 2 s, of seed 8: it loops$/m,
    );
    expect([code, facts('loopsInDraw').passed]).toEqual([4, 2]);
  }, timeoutMs);

  // Both may take ten times as long as a step: an observer checks a whole history at once.
  test.each([
    ['loopsInObserver', 'the observer has not come back for 10 s, behind step '],
    [
      'loopsInDigest',
      'what stands between two steps (a function of the system, or the harness) has not come back for 10 s, behind step ',
    ],
  ])(
    '%s: the seed is unknown',
    async (name, says) => {
      const { code, out } = await fuzz(name, '--from', '8', '--stuck-after', '1s');
      expect(out).toContain(`UNKNOWN  seed 8: ${says}`);
      expect(code).toBe(2);
    },
    timeoutMs,
  );

  test('what exhausts the memory is unknown', async () => {
    process.env['NODE_OPTIONS'] = '--max-old-space-size=64';
    const { code, out } = await three('hungry', '5m').finally(() => delete process.env['NODE_OPTIONS']);
    expect(code, out).toBe(2);
    expect(facts('hungry')).toMatchObject({
      seeds: 3, passed: 2, unknowns: [{ seed: 8, detail: 'out of memory, in step 5, of node 0 of seed 8' }],
    });
  }, timeoutMs);
});
