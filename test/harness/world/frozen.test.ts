/** What a reducer is given and has given away cannot be written to: wherever it stands, and whatever it is. */
import { describe, expect, test } from 'vitest';
import type { AnyProcess } from '../../../harness/system.ts';
import { frozen } from '../../../harness/world/frozen.ts';
import { toy, toyPlan } from '../faults/toys.ts';

const nested = (): Record<string, any> => ({
  plain: { deep: { count: 0 } }, list: [{ count: 0 }], map: new Map<string, any>([['k', { count: 0 }]]),
  set: new Set([1]), bytes: new Uint8Array(2), none: null, inMap: new Map([['m', new Map([['x', 1]])]]),
});
const base: AnyProcess = {
  blank: nested(), boot: () => ({ state: nested(), effects: [] }), step: (state) => ({ state, effects: [] }),
  write: (durable) => durable,
};
const froze = (parts: Partial<AnyProcess>): AnyProcess =>
  frozen(toy([{ ...base, blank: nested(), ...parts }])).processes(toyPlan())[0]!;
const timer = { kind: 'timer', timer: 't' } as const;

const writes: readonly (readonly [string, (given: Record<string, any>) => void, string])[] = [
  ['a field', (given) => void (given['none'] = 1), 'none: null became 1'],
  ['a field that there was not', (given) => void (given['more'] = 1), 'more: 1 was added'],
  ['a field that is taken away', (given) => void delete given['none'], 'none: null was taken away'],
  ['a deep field', (given) => void (given['plain'].deep.count = 1), 'plain.deep.count: 0 became 1'],
  ['an item of a list', (given) => void (given['list'][0].count = 1), 'list[0].count: 0 became 1'],
  ['a list that grows', (given) => void given['list'].push(1), 'list[1]: 1 was added'],
  ['a map', (given) => void given['map'].set('j', 1), 'map, a Map: nothing became "j"'],
  ['a value within a map', (given) => void (given['map'].get('k').count = 1), 'map'],
  ['a map within a map', (given) => void given['inMap'].get('m').set('x', 2), 'inMap'],
  ['a set', (given) => void given['set'].add(2), 'set, a Set: nothing became 2'],
  ['bytes', (given) => void (given['bytes'][1] = 9), 'bytes, a Uint8Array: 0 became 9'],
];

describe.each(writes)('%s', (_, write, says) => {
  test('of the state in `step`', () => {
    const process = froze({ step: (state) => {
      write(state as Record<string, any>);
      return { state, effects: [] };
    } });
    const { state } = process.boot(process.blank);
    expect(() => process.step(state, timer)).toThrow(`it mutates state.${says}`);
  });
  test('of the durable state in `boot`', () => {
    const process = froze({ boot: (durable) => {
      write(durable as Record<string, any>);
      return { state: {}, effects: [] };
    } });
    expect(() => process.boot(process.blank)).toThrow(`it mutates durable.${says}`);
  });
  test('of the durable state in `write`, and of what is written', () => {
    const process = froze({ write: (durable) => {
      write(durable as Record<string, any>);
      return durable;
    } });
    expect(() => process.write(process.blank, 1)).toThrow(`it mutates durable.${says}`);
    const other = froze({ write: (durable, given) => {
      write(given as Record<string, any>);
      return durable;
    } });
    expect(() => other.write(other.blank, nested())).toThrow(`it mutates write.${says}`);
  });
});

test('what it gave away stays frozen: it cannot be written to afterwards', () => {
  let kept: { state: Record<string, any> };
  const process = froze({ step: (state) => {
    kept = { state: { state } };
    return { ...kept, effects: [] };
  } });
  process.step({}, timer);
  expect(Object.isFrozen(kept!.state)).toBe(true);
});

test('a frozen system is frozen once, and a reducer that writes to nothing is as it was', () => {
  const system = frozen(toy([base]));
  expect(frozen(system)).toBe(system);
  const process = froze({});
  expect(process.step(process.boot(process.blank).state, timer)).toEqual({ state: nested(), effects: [] });
});

test('an exception of another kind goes through as it is', () => {
  const process = froze({ step: () => {
    throw new RangeError('no');
  } });
  expect(() => process.step({}, timer)).toThrow(new RangeError('no'));
});
