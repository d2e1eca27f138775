/** The rules of the house over its sources (ARCHITECTURE.md): who may import whom, and what may be called where. */
import { isRelative, reachedFrom, resolved, type Import, type Source } from './source.ts';

const checker = 'checkers/porcupine-ts-port/';

type Room = 'core' | 'checkers' | 'porcupine' | 'porcupine tests' | 'harness' | 'scenarios' | 'test';

export function roomOf(path: string): Room {
  if (path.startsWith(`${checker}test/`)) return 'porcupine tests';
  if (path.startsWith(checker)) return 'porcupine';
  return path.split('/')[0] as Room;
}

const isNodeModule = (specifier: string): boolean => specifier.startsWith('node:');

/**
 * What is wrong with one import, or null. Each room may import those to its left: core/protocol, core, checkers,
 * harness, scenarios.
 */
function wrongWith(path: string, imported: Import): string | null {
  const { specifier, isTypeOnly } = imported;
  const room = roomOf(path);
  if (!isRelative(specifier)) return wrongPackage(room, path, imported);
  const target = resolved(path, specifier);
  const other = roomOf(target);
  switch (room) {
    case 'core':
      return other === 'core' ? null : 'core imports nothing but itself';
    case 'porcupine':
      return other === 'porcupine' ? null : 'the vendored checker imports nothing outside of itself';
    case 'porcupine tests':
      return other === 'porcupine' || other === 'porcupine tests'
        ? null
        : 'the vendored checker imports nothing outside of itself, its tests neither';
    case 'checkers':
      if (other === 'core') return isTypeOnly ? null : 'checkers import only types of core';
      return other === 'checkers' || other === 'porcupine' ? null : 'checkers import core and checkers only';
    case 'harness':
      if (path.startsWith('harness/fleet/') && target.startsWith('harness/cli/'))
        return 'a fleet is kept without a command line';
      if (
        target.startsWith('harness/fleet/') &&
        !path.startsWith('harness/fleet/') &&
        !/^harness\/(?:cli|bench)\/fleet/.test(path)
      )
        return 'a fleet is one command, and nothing leans on it';
      if (path.startsWith('harness/report/') && target.startsWith('harness/cli/'))
        return 'reports are made without a command line';
      if (path.startsWith('harness/plan/') && !target.startsWith('harness/plan/') && !isForPlans(target))
        return 'a plan is data: it needs no world';
      if (other === 'core')
        return target === 'core/protocol.ts' ? null : 'the harness knows no protocol: of core only core/protocol.ts';
      return ['harness', 'checkers', 'porcupine'].includes(other)
        ? null
        : 'the harness imports core/protocol.ts, checkers and itself';
    case 'scenarios':
      return other === 'test' || other === 'porcupine tests' ? 'nothing imports tests but tests' : null;
    case 'test':
      return null;
  }
}

/**
 * What reading a plan needs beside the plan: the system that it is for says what its settings may be, and JSON has a
 * depth.
 */
const isForPlans = (target: string): boolean =>
  [
    'core/protocol.ts', 'harness/system.ts', 'harness/text/printable.ts',
    'checkers/porcupine-ts-port/formats/nesting.ts',
  ].includes(target);

/** Not there unless somebody wants a fleet, and slow to load. */
const queuePackages: readonly string[] = ['bullmq', 'ioredis'];

function wrongPackage(room: Room, path: string, { specifier, isTypeOnly, names }: Import): string | null {
  if (queuePackages.includes(specifier)) {
    if (!path.startsWith('harness/fleet/') && room !== 'test')
      return 'what a queue is made of is known in harness/fleet/ alone';
    if (!isTypeOnly && names !== null && room !== 'test')
      return 'an optional package is loaded when it is asked for, by import()';
  }
  switch (room) {
    case 'core':
    case 'checkers':
      return `${room} imports no package and no Node module`;
    case 'porcupine':
      if (isNodeModule(specifier)) return null;
      return specifier === 'vitest' && path === `${checker}vitest.ts`
        ? null
        : 'the vendored checker needs Node only, and in vitest.ts alone Vitest';
    case 'harness':
    case 'scenarios':
    case 'porcupine tests':
    case 'test':
      return null;
  }
}

export function importViolations(sources: ReadonlyMap<string, Source>): readonly string[] {
  const violations: string[] = [];
  for (const source of sources.values()) {
    for (const one of source.imports) {
      const wrong = wrongWith(source.path, one);
      if (wrong !== null) violations.push(`${source.path} imports ${one.specifier}: ${wrong}`);
      if (isRelative(one.specifier) && !sources.has(resolved(source.path, one.specifier)))
        violations.push(`${source.path} imports ${one.specifier}, which does not exist`);
    }
  }
  return violations;
}

/** Files outside of scenarios/ that name one of its files in a string, to load it. */
export const addressesOfScenarios = (sources: ReadonlyMap<string, Source>): readonly string[] =>
  [...sources.values()]
    .filter(({ path, addresses }) => ['core', 'checkers', 'porcupine', 'harness'].includes(roomOf(path))
      && addresses.some((address) => resolved(path, address).startsWith('scenarios/')))
    .map(({ path }) => path);

/** Chance, clocks, timers and whatever else differs from run to run or from machine to machine. */
const bannedCalls: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Math.random', /\bMath\s*\.\s*random\b/],
  ['Date', /\bDate\b(?!\s*:)/],
  ['performance', /\bperformance\s*\./],
  ['setTimeout', /\bsetTimeout\b/],
  ['setInterval', /\bsetInterval\b/],
  ['setImmediate', /\bsetImmediate\b/],
  ['process.hrtime', /\bhrtime\b/],
  ['queueMicrotask', /\bqueueMicrotask\b/],
  ['process.nextTick', /\bnextTick\b/],
  ['crypto', /\bcrypto\s*\.|\brandomUUID\b|\brandomBytes\b/],
  ['the locale', /\bIntl\b|\btoLocale\w*|\blocaleCompare\b/],
];

export const bannedCallsIn = ({ code }: Source): readonly string[] =>
  bannedCalls.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);

/** Of Math only what takes whole numbers to whole numbers exactly, on every machine. */
const exactMath = new Set(['abs', 'ceil', 'clz32', 'floor', 'imul', 'max', 'min', 'round', 'sign', 'trunc']);

export const inexactMathIn = ({ code }: Source): readonly string[] =>
  [...code.matchAll(/\bMath\s*\.\s*(\w+)/g)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'random' && !exactMath.has(name));

/** What a run executes: from `run` and from the systems and scenarios of the registry, types left out. */
export const simulatedWorld = (sources: ReadonlyMap<string, Source>): ReadonlySet<string> =>
  reachedFrom(sources, ['harness/run.ts', 'scenarios/registry.ts'], false);

/** Sources that nobody reaches: neither an entry point nor a test. */
export function deadFiles(sources: ReadonlyMap<string, Source>, entries: readonly string[]): readonly string[] {
  const tests = [...sources.keys()].filter((path) => path.endsWith('.test.ts'));
  const reached = reachedFrom(sources, [...entries, ...tests]);
  return [...sources.keys()].filter((path) => !reached.has(path));
}

/** Files that lean on each other in a circle, types included: each circle as the list of its files. */
export function circles(sources: ReadonlyMap<string, Source>): readonly (readonly string[])[] {
  const found: string[][] = [];
  const places = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  // Tarjan's strongly connected components.
  const visit = (path: string): void => {
    const place = places.size;
    places.set(path, place);
    lowest.set(path, place);
    stack.push(path);
    for (const { specifier } of sources.get(path)!.imports) {
      const target = isRelative(specifier) ? resolved(path, specifier) : null;
      if (target === null || !sources.has(target)) continue;
      if (!places.has(target)) {
        visit(target);
        lowest.set(path, Math.min(lowest.get(path)!, lowest.get(target)!));
      } else if (stack.includes(target)) lowest.set(path, Math.min(lowest.get(path)!, places.get(target)!));
    }
    if (lowest.get(path) !== place) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const path of sources.keys()) if (!places.has(path)) visit(path);
  return found;
}

/**
 * Exports that no other file asks for, as `path: name`. What a public module exports is for others to use,
 * and a type may stand in the signature of what its file exports beside it.
 */
export function deadExports(
  sources: ReadonlyMap<string, Source>, isPublic: (path: string) => boolean,
): readonly string[] {
  const asked = new Set<string>();
  for (const { path, imports, addresses } of sources.values()) {
    for (const { specifier, names } of imports) {
      if (!isRelative(specifier)) continue;
      const target = resolved(path, specifier);
      for (const name of names ?? sources.get(target)?.exports ?? []) asked.add(`${target}: ${name}`);
    }
    for (const address of addresses)
      for (const name of sources.get(resolved(path, address))?.exports ?? [])
        asked.add(`${resolved(path, address)}: ${name}`);
  }
  const isTold = (code: string, name: string): boolean =>
    (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
  return [...sources.values()]
    .filter(({ path }) => !isPublic(path))
    .flatMap(({ path, code, exports }) =>
      exports
        .filter((name) => !asked.has(`${path}: ${name}`) && !(/^[A-Z]/.test(name) && isTold(code, name)))
        .map((name) => `${path}: ${name}`),
    );
}
