/** What a model's parameters take. */
import { describe, expect, test } from 'vitest';
import { fillIn, ParameterError, readParameter, type ModelParameter } from '../../../harness/explore/parameters.ts';

const servers: ModelParameter = { kind: 'number', name: 'servers', help: '', default: 3, min: 1, max: 5 };
const network: ModelParameter = {
  kind: 'choice', name: 'network', help: '', default: 'set', choices: ['set', 'ordered'],
};
const symmetry: ModelParameter = { kind: 'flag', name: 'symmetry', help: '' };
const parameters = [servers, network, symmetry];

describe('parameters of a model', () => {
  test('are those given, and else the defaults', () => {
    expect(fillIn(parameters, {})).toEqual({ servers: 3, network: 'set', symmetry: false });
    expect(fillIn(parameters, { servers: 5, network: 'ordered', symmetry: true })).toEqual({
      servers: 5, network: 'ordered', symmetry: true,
    });
    expect(fillIn(parameters, { servers: 1 })).toEqual({ servers: 1, network: 'set', symmetry: false });
  });
  test.each([
    [{ servers: 6 }, '--servers takes a whole number from 1 to 5, not "6"'],
    [{ servers: 0 }, '--servers takes a whole number from 1 to 5, not "0"'],
    [{ servers: 2.5 }, '--servers takes a whole number from 1 to 5, not "2.5"'],
    [{ servers: true }, '--servers takes a whole number from 1 to 5, not "true"'],
    [{ network: 'multi' }, '--network takes one of set, ordered, not "multi"'],
    [{ symmetry: 1 }, '--symmetry is a flag and takes no value'],
    [
      { crashes: 1 },
      'there is no parameter --crashes; it takes --servers 3 (1 to 5), --network set (set | ordered), --symmetry (off)',
    ],
  ])('%o is refused, by name', (given, message) => {
    expect(() => fillIn(parameters, given)).toThrow(new ParameterError(message));
  });
  test('are read as a person types them', () => {
    expect([readParameter(servers, '4'), readParameter(network, 'ordered')]).toEqual([4, 'ordered']);
    for (const text of ['', '4x', '0x4', '-1', '1e0', ' 4'])
      expect(() => readParameter(servers, text)).toThrow(ParameterError);
    expect(() => readParameter(network, 'toString')).toThrow(ParameterError);
  });
});
