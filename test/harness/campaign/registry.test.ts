/** Scenarios by name and by module, and what is wrong with a module that should provide some. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  carrying, defaultScenario, findScenario, loadRegistry, namesModule,
} from '../../../harness/campaign/registry.ts';
import type { Registry, Scenario } from '../../../harness/campaign/scenario.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-registry-'));
afterAll(() => rmSync(folder, { recursive: true }));
let modules = 0;
const moduleOf = (text: string): string => {
  const path = join(folder, `${modules++}.mjs`);
  writeFileSync(
    path,
    `const f = () => ({ from: 'drawn' });
    const system = (more) => ({ name: 'own', processes: f, observer: f, leader: f, digestMessage: f, digestState: f, describeMessage: f, describeState: f, ...more });
    const scenario = (name, more) => [name, { name, summary: '', system: system(), draw: f, ...more }];
    ${text}`,
  );
  return path;
};
const registryOf = (scenarios: string, systems = "['own', system()]"): string =>
  moduleOf(
    `export const registry = { url: 'elsewhere', scenarios: new Map([${scenarios}]), systems: new Map([${systems}]), models: new Map() };`,
  );
const urlOf = (path: string): string => pathToFileURL(path).href;

const scenario = (name: string): Scenario => ({ name, summary: '', system: toy([]), draw: () => toyPlan() });
const house: Registry = {
  url: 'file:///house.js',
  scenarios: new Map([
    ['first', scenario('first')], ['second', scenario('second')],
  ]),
  systems: new Map(),
  models: new Map(),
};

describe('a scenario is found', () => {
  test('by its name in the registry at hand', async () => {
    expect(await findScenario(house, 'second')).toEqual({
      scenario: house.scenarios.get('second'), url: 'file:///house.js', module: null,
    });
    expect(defaultScenario(house)).toBe('first');
    expect(defaultScenario({ ...house, scenarios: new Map() })).toBe('');
  });
  test('in a module, by name or as its first one; its plans say where they are from', async () => {
    const path = registryOf("scenario('a'), scenario('b')");
    for (const [asked, name] of [[path, 'a'], [`${path}#b`, 'b']] as const) {
      const found = await findScenario(house, asked);
      expect([found.scenario.name, found.url, found.module, found.scenario.draw(1)]).toEqual([
        name, urlOf(path), asked, { from: 'drawn', module: asked },
      ]);
    }
  });
  test('or it is said that there is none', async () => {
    const path = registryOf("scenario('a')");
    await expect(findScenario(house, 'third')).rejects.toThrow(
      'there is no scenario "third" (see: whitewater scenarios)',
    );
    await expect(findScenario(house, `${path}#b`)).rejects.toThrow(
      `there is no scenario "${path}#b" (see: whitewater scenarios)`,
    );
    await expect(findScenario(house, registryOf(''))).rejects.toThrow('there is no scenario "');
  });
});

test.each([
  ['a.js', true], ['a.ts', true], ['a.mjs', true], ['a.mts', true], ['./my/a.ts#b', true], ['a.js#b/c', true],
  ['swarm', false], ['lab/2A-1', false], ['a.json', false], ['a.jsx', false], ['js', false], ['a.ts.bak', false],
])('%s names a module: %s', (name, is) => expect(namesModule(name)).toBe(is));

test('what a scenario draws that is no plan stays none', () => {
  expect(carrying({ ...scenario('x'), draw: () => undefined as never }, 'm.ts').draw(1)).toBeUndefined();
  expect(carrying({ ...scenario('x'), draw: () => null as never }, 'm.ts').draw(1)).toBeNull();
});

describe('a module is refused', () => {
  const functions = [
    'processes', 'observer', 'leader', 'digestMessage', 'digestState', 'describeMessage', 'describeState',
  ];
  test.each<[string, string, string]>([
    ['that throws', "throw new RangeError('no\\n  way');", 'cannot load URL: no way'],
    ['that cannot be read', 'export const =', 'cannot load URL: '],
    ['without a registry', 'export const other = 1;', 'URL does not export a `registry` with scenarios and systems'],
    ['whose registry is no object', 'export const registry = null;', 'URL does not export a `registry`'],
    [
      'whose scenarios are no map', 'export const registry = { scenarios: {}, systems: new Map() };',
      'URL does not export a `registry`',
    ],
    [
      'whose systems are no map', 'export const registry = { scenarios: new Map(), systems: [] };',
      'URL does not export a `registry`',
    ],
  ])('%s', async (_what, text, says) => {
    const path = moduleOf(text);
    await expect(loadRegistry(urlOf(path))).rejects.toThrow(says.replace('URL', urlOf(path)));
  });
  test.each<[string, string, string, string]>([
    [
      'a scenario without a name', "['a', { ...scenario('a')[1], name: 7 }]", "['own', system()]",
      'the scenario "a" is none: it needs a `name`, a `system` and a function `draw`',
    ],
    [
      'a scenario that draws nothing', "scenario('ok'), scenario('a', { draw: 1 })", "['own', system()]",
      'the scenario "a" is none',
    ],
    ['a scenario that is nothing', "['a', null]", "['own', system()]", 'the scenario "a" is none'],
    [
      'a scenario of no system', "scenario('a', { system: undefined })", "['own', system()]",
      'the system of the scenario "a" is none: it is no object',
    ],
    [
      'a scenario of half a system', "scenario('a', { system: system({ leader: 1 }) })", "['own', system()]",
      'the system of the scenario "a" is none: it has no function `leader`',
    ],
    [
      'a system without a name', "scenario('a')", "['own', system()], ['b', system({ name: undefined })]",
      'the system "b" is none: it has no `name`',
    ],
    ['a system that is nothing', "scenario('a')", "['b', null]", 'the system "b" is none: it is no object'],
    ...functions.map(
      (name) =>
        [
          `a system without ${name}`, "scenario('a')", `['b', system({ ${name}: null })]`,
          `the system "b" is none: it has no function \`${name}\``,
        ] as [string, string, string, string],
    ),
  ])('with %s', async (_what, scenarios, systems, says) => {
    const path = registryOf(scenarios, systems);
    await expect(loadRegistry(urlOf(path))).rejects.toThrow(`${urlOf(path)}: ${says}`);
  });
  test('but a whole one is loaded', async () =>
    expect([...(await loadRegistry(urlOf(registryOf("scenario('a')")))).scenarios.keys()]).toEqual(['a']));
});
