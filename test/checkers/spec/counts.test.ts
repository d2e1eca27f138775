/**
 * The specification as a model of the explorer. With `--published` it is Raft.tla of raft-tlaplus at 69ad9d6, and has
 * exactly the numbers of states on which TLC and an independent program agree: distinct, generated (initial states
 * included), states on the longest of the shortest paths. Joined, the distinct states are known too.
 */
import { describe, expect, test } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { fillIn, ParameterError, type ParameterValues } from '../../../harness/explore/parameters.ts';
import { protocolModels } from '../../../scenarios/protocols/index.ts';

const definition = protocolModels.get('raft-spec')!;
const modelOf = (given: ParameterValues) => definition.create(fillIn(definition.parameters, given));

async function whole(given: ParameterValues) {
  const result = await breadthFirst(modelOf(given), { clock: () => 0 });
  const wrong = result.properties
    .filter(({ verdict }) => verdict !== 'holds' && verdict !== 'reached')
    .map(({ name }) => name);
  return [result.end, result.distinct, result.generated, result.depth, wrong.join(', ')];
}

describe('the published model', () => {
  test.each([
    [{ elections: 1, restarts: 0 }, 37_345, 93_145, 35],
    [{ elections: 1, restarts: 1 }, 179_798, 474_892, 36],
    [{ elections: 1, restarts: 0, joined: true }, 11_005, 26_020, 25],
    [{ elections: 1, restarts: 1, joined: true }, 54_437, 139_474, 26],
  ])('%o: all of its states, and every property', async (given, ...numbers) => {
    expect(await whole({ ...given, published: true })).toEqual(['closed', ...numbers, '']);
  });
});

describe('with messages that stay', () => {
  test.each([
    [{ eager: true }, 19_097, 310_705, 21],
    [{ eager: true, joined: true }, 13_697, 214_312, 17],
    [{ eager: true, joined: true, 'step-down': true }, 34_937, 555_496, 18],
    [{ eager: true, joined: true, servers: 2, elections: 2, restarts: 1, values: 2 }, 133_762, 1_480_521, 26],
    [{ eager: true, joined: true, servers: 2, elections: 2, values: 2, snapshots: true }, 49_487, 602_473, 24],
  ])('%o: the space is closed, and every property holds', async (given, ...numbers) => {
    expect(await whole(given)).toEqual(['closed', ...numbers, '']);
  });
});

describe('where servers go on while they write', () => {
  test.each([
    [{ servers: 3 }, 108_819, 1_611_535, 27],
    [{ servers: 2, restarts: 2, values: 2 }, 24_294, 262_303, 28],
    [{ servers: 2, restarts: 1, elections: 2 }, 54_890, 469_515, 34],
    [{ servers: 2, restarts: 1, values: 2, snapshots: true }, 75_856, 923_633, 31],
  ])('%o: the space is closed, and every property holds', async (given, ...numbers) => {
    expect(await whole({ ...given, eager: true, joined: true, pipelined: true })).toEqual(['closed', ...numbers, '']);
  });
});

test.each([
  [{ published: true, pipelined: true }, '--pipelined and --published'],
  [{ published: true, snapshots: true }, '--snapshots and --published'],
  [{ published: true, eager: true }, '--eager and --published'],
  [{ drops: 1 }, '--duplicates and --drops take --published'],
])('%o do not go together', (given, words) => {
  expect(() => modelOf(given)).toThrow(ParameterError);
  expect(() => modelOf(given)).toThrow(words);
});
