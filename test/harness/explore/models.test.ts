/**
 * The example models have exactly the numbers of states on which TLC, Stateright and a reducer of our own
 * agree. distinct: different states, the initial one included; generated: every successor, plus the
 * initial states; depth: states on the longest of the shortest paths.
 */
import { describe, expect, it } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { depthFirst } from '../../../harness/explore/depth-first.ts';
import type { ParameterValues } from '../../../harness/explore/parameters.ts';
import { fillIn } from '../../../harness/explore/parameters.ts';
import type { SearchResult } from '../../../harness/explore/result.ts';
import { protocolModels } from '../../../scenarios/protocols/index.ts';

const clock = (): number => 0;

function modelOf(name: string, given: ParameterValues) {
  const definition = protocolModels.get(name)!;
  return definition.create(fillIn(definition.parameters, given));
}

const numbers = ({ distinct, generated, depth }: SearchResult<unknown, unknown>) => [distinct, generated, depth];
const verdicts = (result: SearchResult<unknown, unknown>) =>
  Object.fromEntries(result.properties.map(({ name, verdict }) => [name, verdict]));
const pathOf = (result: SearchResult<unknown, unknown>, name: string) =>
  result.properties.find((property) => property.name === name)!.path!;

const known: readonly (readonly [string, ParameterValues, readonly number[]])[] = [
  ['two-phase-commit', { rms: 1 }, [12, 20, 5]],
  ['two-phase-commit', { rms: 2 }, [56, 154, 8]],
  ['two-phase-commit', { rms: 3 }, [288, 1146, 11]],
  ['two-phase-commit', { rms: 4 }, [1568, 8258, 14]],
  ['two-phase-commit', { rms: 5 }, [8832, 58146, 17]],
  ['die-hard', {}, [16, 97, 8]],
  ['paxos', { values: 2, 'max-ballot': 0 }, [73, 314, 9]],
  ['paxos', { values: 1, 'max-ballot': 1 }, [1681, 9903, 17]],
  ['paxos', { values: 2, 'max-ballot': 1 }, [3921, 23563, 17]],
  ['abd', { clients: 2, servers: 2 }, [325, 561, 25]],
  ['abd', { clients: 2, servers: 2, history: true }, [544, 875, 25]],
  ['single-copy', { clients: 1, servers: 1 }, [5, 5, 5]],
  ['single-copy', { clients: 1, servers: 1, history: true }, [5, 5, 5]],
  ['single-copy', { clients: 2, servers: 1 }, [49, 79, 9]],
  ['single-copy', { clients: 2, servers: 1, history: true }, [93, 121, 9]],
];

describe('the whole space, breadth first', () => {
  it.each(known)('%s %o has the known numbers and every property', async (name, given, expected) => {
    const result = await breadthFirst(modelOf(name, given), { clock });
    expect(numbers(result)).toEqual(expected);
    expect(result.end).toBe('closed');
    expect(Object.values(verdicts(result)).filter((verdict) => verdict !== 'holds' && verdict !== 'reached')).toEqual(
      [],
    );
  });
});

describe('the whole space, depth first', () => {
  it.each(known)('%s %o has the same distinct and generated', async (name, given, [distinct, generated]) => {
    const result = await depthFirst(modelOf(name, given), { clock });
    expect([result.distinct, result.generated, result.end]).toEqual([distinct, generated, 'closed']);
  });
});

describe('up to renaming', () => {
  // The orbits of TwoPhase; Stateright's "665 with symmetry" for 5 is not one of them.
  it.each([
    [1, 12], [2, 34], [3, 80], [4, 166], [5, 314],
  ])('two-phase commit with %i managers has %i orbits', async (rms, orbits) => {
    const result = await breadthFirst(modelOf('two-phase-commit', { rms }), { clock, hasSymmetry: true });
    expect(result.distinct).toBe(orbits);
  });

  it('Paxos with two values and two ballots has 443 orbits, 2,697 generated', async () => {
    const result = await breadthFirst(modelOf('paxos', { values: 2, 'max-ballot': 1 }), { clock, hasSymmetry: true });
    expect(numbers(result)).toEqual([443, 2697, 17]);
  });

  it.each([['two-phase-commit', { rms: 4 }], ['paxos', { values: 2, 'max-ballot': 1 }]] as const)(
    '%s: verdicts, lengths of shortest paths and depth are those without the reduction',
    async (name, given) => {
      const whole = await breadthFirst(modelOf(name, given), { clock });
      const reduced = await breadthFirst(modelOf(name, given), { clock, hasSymmetry: true });
      expect(verdicts(reduced)).toEqual(verdicts(whole));
      expect(reduced.depth).toBe(whole.depth);
      const lengths = (result: SearchResult<unknown, unknown>) =>
        result.properties.map(({ path }) => path?.actions.length ?? null);
      expect(lengths(reduced)).toEqual(lengths(whole));
    },
  );

  it('depth first sees the same orbits', async () => {
    const result = await depthFirst(modelOf('paxos', { values: 2, 'max-ballot': 1 }), { clock, hasSymmetry: true });
    expect([result.distinct, result.generated]).toEqual([443, 2697]);
  });
});

describe('shortest paths', () => {
  it('four gallons are first reached after 6 actions', async () => {
    const model = modelOf('die-hard', {});
    const result = await breadthFirst(model, { clock });
    expect(pathOf(result, 'a jug holds 4 gallons').actions).toEqual([
      'fill the big jug', 'pour big into small', 'empty the small jug', 'pour big into small', 'fill the big jug',
      'pour big into small',
    ]);
  });

  it('seven gallons are never reached, and that is a failure once the space is closed', async () => {
    const result = await breadthFirst(modelOf('die-hard', { goal: 7 }), { clock });
    expect(result.end).toBe('closed');
    expect(verdicts(result)['a jug holds 7 gallons']).toBe('unreached');
  });

  it('two copies: a client misses its own write, after 4 deliveries and no fewer', async () => {
    const model = modelOf('single-copy', { clients: 2, servers: 2, history: true });
    const result = await breadthFirst(model, { clock });
    expect(verdicts(result)['every history is linearizable']).toBe('violated');
    const path = pathOf(result, 'every history is linearizable');
    expect(path.actions.map((action) => model.describeAction(action))).toEqual([
      'c0 -> n0: Put(request 2, value "A")', 'n0 -> c0: PutOk(request 2)', 'c0 -> n1: Get(request 4)',
      'n1 -> c0: GetOk(request 4, value null)',
    ]);
    const shorter = await breadthFirst(model, { clock, maxDepth: 4 });
    expect(verdicts(shorter)['every history is linearizable']).toBe('unknown');
    expect(shorter.end).toBe('max-depth');
  });

  it('one client is enough for that: depth first finds it too, by a way that is not shorter', async () => {
    const result = await depthFirst(modelOf('single-copy', { clients: 2, servers: 2, history: true }), { clock });
    expect(result.end).toBe('violation');
    expect(pathOf(result, 'every history is linearizable').actions.length).toBeGreaterThanOrEqual(4);
  });
});
