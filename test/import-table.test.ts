/** The house as ARCHITECTURE.md draws it, held against the source. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  addressesOfScenarios, bannedCallsIn, circles, deadExports, deadFiles, importViolations, inexactMathIn, roomOf,
  simulatedWorld,
} from './support/house-rules.ts';
import { readSource, readSources, scan, type Source } from './support/source.ts';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const sources = readSources(top, ['core', 'checkers', 'harness', 'scenarios', 'test']);
const world = simulatedWorld(sources);

/** Files beside the simulated world that may look at the clock or wait, each with its reason. */
const mayKnowTime: Readonly<Record<string, string>> = {
  'checkers/porcupine-ts-port/pool.ts': 'ends a thread that is over the time that its caller allowed',
  'harness/bench/': 'a benchmark measures time',
  'harness/campaign/guarded.ts': 'sees that code under test does not come back, and ends its thread',
  'harness/bugs/worker.ts': 'tells how long a bug was hunted',
  'harness/fleet/store.ts': 'names the day of a moment that it is told',
  'harness/runner/': 'lets the test runner in between two seeds, and ends with the time of a test',
  'harness/cli/': 'shows progress and the time taken, and lets Ctrl-C in between two chunks',
  'harness/shrink/trials.ts': 'lets Ctrl-C in between two batches of candidates',
  'harness/explore/crew.ts': 'lets Ctrl-C and the messages of threads in between two rounds',
  'harness/explore/breadth-first-threads.ts': 'shows progress while the threads are at work',
};

/** Files outside of scenarios/ that load one of its modules by address, each with its reason. */
const mayNameScenarios: Readonly<Record<string, string>> = {
  'harness/bench/': 'what a benchmark runs when it is given nothing else',
};

const isListed = (path: string, list: Readonly<Record<string, string>>): boolean =>
  Object.keys(list).some((listed) => (listed.endsWith('/') ? path.startsWith(listed) : path === listed));

const entryPoints = (path: string): boolean =>
  [
    'scenarios/whitewater.ts', 'harness/start/thread.ts', 'harness/start/make-chunks.ts', 'harness/world/alea.d.ts',
    'scenarios/index.ts', 'harness/own/index.ts', 'harness/runner/vitest.ts', 'harness/runner/node-test.ts',
    'harness/runner/typescript.ts', 'harness/arbitrary/index.ts', 'checkers/porcupine-ts-port/index.ts',
    'checkers/porcupine-ts-port/vitest.ts',
  ].includes(path) ||
  path.startsWith('harness/bench/') ||
  /^test\/(?:mutants|documents|inputs|nodes)\/tool\/main\.ts$/.test(path);

describe('the house', () => {
  test('imports point one way: core/protocol, core, checkers, harness, scenarios; tests may import all', () => {
    expect(importViolations(sources)).toEqual([]);
  });

  test('nothing outside of scenarios/ names one of its files, but for the listed ones', () => {
    expect(addressesOfScenarios(sources).filter((path) => !isListed(path, mayNameScenarios))).toEqual([]);
  });

  test('no chance, no clock, no timer in core and in anything that a run executes', () => {
    const pure = [...sources.values()].filter(({ path }) => roomOf(path) === 'core' || world.has(path));
    expect(pure.flatMap((source) => bannedCallsIn(source).map((call) => `${source.path} uses ${call}`))).toEqual([]);
  });

  test('nor in checkers and the rest of the harness, but for the listed files', () => {
    const rest = [...sources.values()].filter(
      ({ path }) =>
        ['checkers', 'porcupine', 'harness', 'scenarios'].includes(roomOf(path)) && !isListed(path, mayKnowTime),
    );
    expect(rest.flatMap((source) => bannedCallsIn(source).map((call) => `${source.path} uses ${call}`))).toEqual([]);
  });

  test('no floating point function of Math in core, checkers and anything that a run executes', () => {
    const exact = [...sources.values()].filter(
      ({ path }) => ['core', 'checkers', 'porcupine'].includes(roomOf(path)) || world.has(path),
    );
    expect(exact.flatMap((source) => inexactMathIn(source).map((name) => `${source.path} uses Math.${name}`))).toEqual(
      [],
    );
  });

  test('every file is reached from an entry point or from a test', () => {
    expect(deadFiles(sources, [...sources.keys()].filter(entryPoints))).toEqual([]);
  });

  test('no file leans on one that leans on it, types included', () => {
    expect(circles(sources)).toEqual([]);
  });

  test('whatever is exported is asked for by somebody else', () => {
    expect(deadExports(sources, (path) => entryPoints(path) || path.endsWith('/worker.ts'))).toEqual([]);
  });

  test('the simulated world is more than a handful of files, and the command line is not part of it', () => {
    for (const path of [
      'core/server.ts', 'core/immutable/vector.ts', 'checkers/raft-kv.ts', 'harness/world/world.ts',
      'harness/world/random.ts', 'harness/world/network/honest.ts', 'scenarios/swarm.ts',
    ]) {
      expect(world, path).toContain(path);
    }
    expect([...world].filter((path) => path.startsWith('harness/cli/'))).toEqual([]);
  });

  test('every exception is still needed', () => {
    for (const listed of Object.keys(mayKnowTime)) {
      const covered = [...sources.values()].filter(({ path }) => path.startsWith(listed));
      expect(covered.some((source) => bannedCallsIn(source).length > 0), listed).toBe(true);
    }
    for (const listed of Object.keys(mayNameScenarios)) {
      expect(addressesOfScenarios(sources).some((path) => path.startsWith(listed)), listed).toBe(true);
    }
  });
});

describe('these checks can fail', () => {
  const house = (files: Readonly<Record<string, string>>): ReadonlyMap<string, Source> =>
    new Map(Object.entries(files).map(([path, text]) => [path, readSource(path, text)]));
  const everywhere = {
    'core/protocol.ts': '', 'core/server.ts': '', 'checkers/checker.ts': '', 'checkers/porcupine-ts-port/index.ts': '',
    'harness/run.ts': '', 'harness/cli/b.ts': '', 'harness/world/b.ts': '', 'harness/fleet/b.ts': '',
    'scenarios/swarm.ts': '',
  };

  test.each([
    ['core/a.ts', "import { x } from '../harness/run.ts';"],
    ['core/a.ts', "import { readFileSync } from 'node:fs';"],
    ['core/a.ts', "export * from '../checkers/checker.ts';"],
    ['core/a.ts', "const x = await import('../scenarios/swarm.ts');"],
    ['core/a.ts', "import type { X } from '../harness/run.ts';"],
    ['checkers/a.ts', "import { x } from '../core/server.ts';"],
    ['checkers/a.ts', "import { type X } from '../core/server.ts';"],
    ['checkers/a.ts', "export { x } from '../core/protocol.ts';"],
    ['checkers/a.ts', "import type { X } from '../harness/run.ts';"],
    ['checkers/a.ts', "import * as v from 'valibot';"],
    ['checkers/porcupine-ts-port/a.ts', "import type { X } from '../checker.ts';"],
    ['checkers/porcupine-ts-port/a.ts', "import { expect } from 'vitest';"],
    ['harness/a.ts', "import type { X } from '../core/server.ts';"],
    ['harness/a.ts', "import {\n  x,\n  y,\n} from '../scenarios/swarm.ts';"],
    ['harness/a.ts', "import '../scenarios/swarm.ts';"],
    ['scenarios/a.ts', "import { x } from '../test/support/plans.ts';"],
    ['scenarios/a.ts', "import { x } from './missing.ts';"],
    ['harness/report/a.ts', "import { x } from '../cli/b.ts';"],
    ['harness/plan/a.ts', "import type { X } from '../world/b.ts';"],
    ['harness/fleet/a.ts', "import type { X } from '../cli/b.ts';"],
    ['harness/fleet/a.ts', "import { Queue } from 'bullmq';"],
    ['harness/cli/fleet-a.ts', "import type { Redis } from 'ioredis';"],
    ['harness/report/a.ts', "import type { X } from '../fleet/b.ts';"],
    ['harness/cli/a.ts', "import { x } from '../fleet/b.ts';"],
  ])('%s must not: %s', (path, text) => {
    expect(importViolations(house({ ...everywhere, [path]: text }))).not.toEqual([]);
  });

  test.each([
    ['core/a.ts', "import { x } from './server.ts';"],
    ['checkers/a.ts', "import type { X } from '../core/server.ts';"],
    ['checkers/a.ts', "import { x } from './porcupine-ts-port/index.ts';"],
    ['checkers/porcupine-ts-port/vitest.ts', "import { expect } from 'vitest';\nimport { x } from 'node:fs';"],
    [
      'harness/a.ts',
      "import type { X } from '../core/protocol.ts';\nimport { x } from '../checkers/checker.ts';\nimport * as v from 'valibot';",
    ],
    ['harness/fleet/a.ts', "import type { Queue } from 'bullmq';\nconst { Redis } = await import('ioredis');"],
    ['harness/cli/fleet-a.ts', "import { x } from '../fleet/b.ts';"],
    ['scenarios/a.ts', "import { x } from '../core/server.ts';\nimport { y } from '../harness/run.ts';"],
    ['core/a.ts', "// import { x } from '../harness/run.ts';\nconst text = \"import '../harness/run.ts'\";"],
  ])('%s may: %s', (path, text) => {
    expect(importViolations(house({ ...everywhere, [path]: text }))).toEqual([]);
  });

  test.each([
    ['Math.random', 'const x = Math.random();'], ['Date', 'const now = new Date();'], ['Date', 'Date.now()'],
    ['performance', 'performance.now()'], ['setTimeout', 'setTimeout(f, 1)'], ['setInterval', 'setInterval(f, 1)'],
    ['setImmediate', 'setImmediate(f)'], ['process.hrtime', 'process.hrtime.bigint()'],
    ['queueMicrotask', 'queueMicrotask(f)'], ['process.nextTick', 'process.nextTick(f)'],
    ['crypto', 'crypto.randomUUID()'], ['the locale', 'a.localeCompare(b)'],
    ['Math.random', 'const x = `${Math.random()} text`;'],
  ])('%s is seen in %s', (name, text) => expect(bannedCallsIn(readSource('core/a.ts', text))).toContain(name));

  test('but not in comments, strings or templates', () => {
    const text =
      "// Math.random()\n/* Date */ const a = 'setTimeout'; const b = `performance.now() ${a} Date`; const c = /Date'/;";
    expect(bannedCallsIn(readSource('core/a.ts', text))).toEqual([]);
  });

  test('inexact functions of Math are seen, exact ones pass', () => {
    expect(
      inexactMathIn(readSource('core/a.ts', 'Math.sqrt(2) + Math.floor(1) + Math.log(3) + Math.max(1, 2)')),
    ).toEqual(['sqrt', 'log']);
  });

  test('a file that nobody reaches is dead, one that is only addressed is not', () => {
    const files = house({
      'scenarios/whitewater.ts':
        "new Worker(new URL('../harness/worker-thread.js', import.meta.url));\nimport type { X } from '../harness/types.ts';",
      'harness/worker-thread.ts': '',
      'harness/types.ts': '',
      'harness/forgotten.ts': '',
      'test/a.test.ts': "import '../harness/tested.ts';",
      'harness/tested.ts': '',
    });
    expect(deadFiles(files, ['scenarios/whitewater.ts'])).toEqual(['harness/forgotten.ts']);
  });
});

describe('circles and dead exports can be seen', () => {
  const house = (files: Readonly<Record<string, string>>): ReadonlyMap<string, Source> =>
    new Map(Object.entries(files).map(([path, text]) => [path, readSource(path, text)]));

  test('a circle of three, one of its arrows a type', () => {
    const files = house({
      'core/a.ts': "import { b } from './b.ts';", 'core/b.ts': "import type { C } from './c.ts';",
      'core/c.ts': "export { a } from './a.ts';\nimport './d.ts';", 'core/d.ts': '',
    });
    expect(circles(files)).toEqual([['core/a.ts', 'core/b.ts', 'core/c.ts']]);
  });

  test('an export that nobody asks for, of any form', () => {
    const files = house({
      'core/a.ts': "import { used, type Told as Other } from './b.ts';\nimport * as whole from './c.ts';",
      'core/b.ts':
        'export const used = 1;\nexport interface Told {}\nexport interface Untold {}\nexport interface Part {}\nexport interface Whole { part: Part }\nexport type Use = Whole | Use;\nexport async function idle() {}\nconst x = 1;\nexport { x as y, x };',
      'core/c.ts': 'export class All {}',
      'core/index.ts': 'export const forOthers = 1;',
    });
    expect(deadExports(files, (path) => path === 'core/index.ts')).toEqual([
      'core/b.ts: Untold', 'core/b.ts: idle', 'core/b.ts: x', 'core/b.ts: x',
    ]);
  });
});

describe('the scanner', () => {
  test.each([
    ["a / b; 'x' / c", "a / b; ' ' / c"],
    ['f(/[/"]/, "y")', 'f(/    /, " ")'],
    ['`a ${b + `c ${d} e`} f` + g', '`  ${b + `  ${d}  `}  ` + g'],
    ["x = 'it\\'s' // it's\ny", "x = '     '        \ny"],
    ['/* a\nb */ c', '    \n     c'],
    ['return /`/.test(x) ? `a` : 1', 'return / /.test(x) ? ` ` : 1'],
    ['`${{ a: 1 }.a} b`', '`${{ a: 1 }.a}  `'],
  ])('%s', (text, code) => expect(scan(text).code).toBe(code));

  test('keeps every line where it was', () => {
    for (const { path, code } of sources.values()) {
      expect(code.includes('\u0000'), path).toBe(false);
      expect(scan(code).code.split('\n').length, path).toBe(code.split('\n').length);
    }
  });
});
