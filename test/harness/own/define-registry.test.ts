/** The scenarios of a project by name, with what the explorer and the gate make of them. */
import { describe, expect, test } from 'vitest';
import { defineRegistry } from '../../../harness/own/define-registry.ts';
import { defineScenario, type ScenarioDefinition } from '../../../harness/own/define-scenario.ts';
import { adding, counters } from './counters.ts';

const url = 'file:///project/whitewater.config.ts';
const system = counters();
const operations = adding.mix(() => ({ op: 'add', by: 1 }));
const scenario = (more: Partial<ScenarioDefinition<any, any, any>> = {}, of = system) =>
  defineScenario(of as typeof system, { servers: 2, clients: 1, operations, ...more });

describe('a registry', () => {
  test('has scenarios, systems and campaigns by name', () => {
    const one = scenario({ summary: 'one of them' });
    const other = scenario({ name: 'other' });
    const registry = defineRegistry(url, [one, other]);
    expect([registry.url, registry.regressions]).toEqual([url, 'regressions']);
    expect([...registry.scenarios.keys()]).toEqual(['counters', 'other']);
    expect([...registry.systems]).toEqual([['counters', system]]);
    expect(registry.campaigns).toEqual(['counters', 'other']);
    expect([...registry.models.keys()]).toEqual([]);
    expect(registry.scenarios.get('counters')!.summary).toBe('one of them');
    expect(registry.scenarios.get('other')!.summary).toBe('counters, every fault drawn per seed');
    expect(defineRegistry(url, [one], { regressions: 'pinned' }).regressions).toBe('pinned');
  });

  test.each<[string, () => unknown, string]>([
    ['nothing', () => defineRegistry(url, []), 'a registry needs at least one scenario'],
    [
      'two scenarios of one name', () => defineRegistry(url, [scenario(), scenario()]),
      'there are two scenarios named "counters": give one another `name`',
    ],
    [
      'two systems of one name', () => defineRegistry(url, [scenario(), scenario({ name: 'other' }, counters())]),
      'there are two systems named "counters": give one another name',
    ],
    [
      'a scenario named as a canary',
      () =>
        defineRegistry(url, [
          scenario({ canaries: [{ settings: { bug: 'forgets' }, within: 9 }] }),
          scenario({ name: 'counters+bug=forgets' }),
        ]),
      'there are two scenarios named "counters+bug=forgets"',
    ],
  ])('of %s is refused', (_what, make, says) => expect(make).toThrow(says));

  test('plants each canary in a scenario of its own, which is no campaign', () => {
    const { scenarios, campaigns } = defineRegistry(url, [
      scenario({
        settings: { loud: [true] },
        canaries: [
          { settings: { bug: 'forgets' }, within: 200, property: 'Grows' },
          { settings: { bug: 'forgets', loud: false }, within: 9 },
        ],
      }),
    ]);
    const [, one, two] = [...scenarios.values()];
    expect([one!.name, one!.summary, one!.canary]).toEqual([
      'counters+bug=forgets', 'counters with a known bug: bug=forgets', { within: 200, property: 'Grows' },
    ]);
    expect([two!.name, two!.canary]).toEqual(['counters+bug=forgets,loud=false', { within: 9, property: null }]);
    expect([one!.draw(1).settings, two!.draw(1).settings]).toEqual([
      { bug: 'forgets', loud: true }, { bug: 'forgets', loud: false },
    ]);
    expect(one!.draw(1).scenario).toBe('counters+bug=forgets');
    expect(campaigns).toEqual(['counters']);
  });

  test('has a model of each scenario that says how to search it', () => {
    const { models } = defineRegistry(url, [
      scenario({
        explore: { servers: 2, clients: 1, operations: [{ op: 'add', by: 1 }], crashes: 1 }, summary: 'searched',
      }),
      scenario({ name: 'other' }),
    ]);
    expect([...models.keys()]).toEqual(['counters']);
    const { name, summary, moduleUrl, parameters } = models.get('counters')!;
    expect({ name, summary, moduleUrl }).toEqual({ name: 'counters', summary: 'searched', moduleUrl: url });
    const defaults = Object.fromEntries(
      parameters.map((parameter) => [parameter.name, 'default' in parameter ? parameter.default : null]),
    );
    expect(defaults).toMatchObject({
      servers: 2, clients: 1, operations: 1, 'max-crashes': 1, network: 'set', 'max-in-flight': 0, 'max-drops': 1,
      'max-duplicates': 0, bug: 'none', loud: null,
    });
  });
});
