import { describe, expect, test } from 'vitest';
import type { Command, Operation, Result } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import { wasExecuted } from '../../../core/kv/sessions.ts';
import { madeBy } from '../../support/reachable.ts';
import { fc, prop } from '../../support/property.ts';

const key = fc.constantFrom('a', 'b', 'c', '');
const value = fc.constantFrom('', '1', '2', '3');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({ kind: fc.constant('put' as const), key, value }),
  fc.record({ kind: fc.constant('append' as const), key, value }),
  fc.record({ kind: fc.constant('cas' as const), key, expected: value, value }),
);

/** The lab's service, written plainly. */
class Model {
  readonly values = new Map<string, string>();
  readonly last = new Map<number, { sequence: number; result: Result }>();

  execute({ client, sequence, operation: asked }: Command): void {
    if (sequence <= (this.last.get(client)?.sequence ?? 0)) return;
    const present = this.values.get(asked.key) ?? '';
    let result: Result = null;
    if (asked.kind === 'get') result = present;
    if (asked.kind === 'put') this.values.set(asked.key, asked.value);
    if (asked.kind === 'append') this.values.set(asked.key, present + asked.value);
    if (asked.kind === 'cas') {
      result = present === asked.expected;
      if (result) this.values.set(asked.key, asked.value);
    }
    this.last.set(client, { sequence, result });
  }
}

const resultOf = (machine: Machine, client: number): Result | undefined =>
  machine.sessions.byClient.get(client)?.result;

/** `asked` as one client's commands, from sequence 1. */
const fromOneClient = (asked: readonly Operation[]): Command[] =>
  asked.map((one, i) => ({ client: 7, sequence: i + 1, operation: one }));

const executed = (commands: readonly (Command | null)[]): Machine =>
  commands.reduce((machine: Machine, one, i) => apply(machine, i + 1, one), newMachine);

const results = (...asked: Operation[]): (Result | undefined)[] =>
  asked.map((_, i) => resultOf(executed(fromOneClient(asked.slice(0, i + 1))), 7));

describe('the replicated state machine', () => {
  prop(
    [
      fc.array(fc.record({ client: fc.nat(2), sequence: fc.integer({ min: 1, max: 8 }), operation }), {
        maxLength: 40,
      }),
    ],
    { numRuns: 500 },
  )("does what the lab's service does, whatever is repeated", (commands) => {
    const model = new Model();
    let machine = newMachine;
    for (const [i, one] of commands.entries()) {
      model.execute(one);
      machine = apply(machine, i + 1, one);
      expect(machine.lastExecuted).toBe(i + 1);
      expect(machine.sessions.byClient.get(one.client)).toEqual(model.last.get(one.client));
      expect(machine.store.values.get(one.operation.key)).toBe(model.values.get(one.operation.key));
    }
    expect(machine.store.values.size).toBe(model.values.size);
  });

  prop([fc.array(operation, { minLength: 1, maxLength: 15 }), fc.array(fc.nat(), { maxLength: 15 })], { numRuns: 300 })(
    'executes each command once, however often and however late it is repeated (section 8)', (asked, repeats) => {
      const commands = fromOneClient(asked);
      const withRepeats = commands.flatMap((one, i) => [
        one,
        ...repeats.filter((place) => place % commands.length === i).map((place) => commands[place % (i + 1)]!),
      ]);
      const once = executed(commands);
      const often = executed(withRepeats);
      expect([...pairs(often)]).toEqual([...pairs(once)]);
      expect(resultOf(often, 7)).toEqual(resultOf(once, 7));
    });

  test('a leader\'s no-op changes nothing but how far was executed', () => {
    const machine = executed([...fromOneClient([{ kind: 'put', key: 'a', value: '1' }]), null]);
    expect([machine.lastExecuted, machine.store.values.get('a'), machine.sessions.byClient.size]).toEqual([2, '1', 1]);
  });

  test('a missing key reads as the empty string, for append and compare-and-set too (Lab 3)', () => {
    expect(results(
      { kind: 'get', key: 'a' },
      { kind: 'append', key: 'a', value: 'x' },
      { kind: 'get', key: 'a' },
      { kind: 'cas', key: 'b', expected: '', value: 'y' },
      { kind: 'get', key: 'b' },
      { kind: 'cas', key: 'b', expected: '', value: 'z' },
      { kind: 'get', key: 'b' },
    )).toEqual(['', null, 'x', true, 'y', false, 'y']);
  });

  test('put replaces and append adds', () => {
    expect(results(
      { kind: 'put', key: 'a', value: '1' }, { kind: 'append', key: 'a', value: '2' }, { kind: 'get', key: 'a' },
      { kind: 'put', key: 'a', value: '3' }, { kind: 'get', key: 'a' },
    )).toEqual([null, null, '12', null, '3']);
  });

  test('a number that was never above the last one counts as executed', () => {
    const { sessions } = executed(fromOneClient([{ kind: 'get', key: 'a' }, { kind: 'get', key: 'a' }]));
    expect([1, 2, 3].map((sequence) => wasExecuted(sessions, 7, sequence))).toEqual([true, true, false]);
    expect(wasExecuted(sessions, 8, 1)).toBe(false);
  });

  test('an update of a store of 2,000 keys makes no more than a path of its tree anew', () => {
    const keys = Array.from({ length: 2000 }, (_, i) => ({ kind: 'put' as const, key: `k${i}`, value: '' }));
    const machine = executed(fromOneClient(keys));
    const next = apply(machine, 2001, {
      client: 7, sequence: 2001, operation: { kind: 'put', key: 'k1234', value: 'x' },
    });
    // 2,000 keys make an AVL tree of at most 15 levels (1.44 log2 n); with it go map, store, session table and machine.
    expect(madeBy(machine, next).objects).toBeLessThanOrEqual(15 + 7);
  });
});

function pairs(machine: Machine): Map<string, string> {
  const held = new Map<string, string>();
  machine.store.values.forEach((text, name) => held.set(name, text));
  return held;
}
