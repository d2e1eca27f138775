/** One element of a set: what the quick walk decides, and what it leaves to the search. */
import { describe, expect, test } from 'vitest';
import { setTogglesFastPath, type ElementView } from '../fast/set-toggles.ts';
import { checkOperations, setModel, type SetInput, type SetOutput } from '../index.ts';
import { orderHistory } from '../order.ts';

const view: ElementView<SetInput, SetOutput> = {
  kind: ({ op }) => (op === 'read' ? undefined : op),
  told: ({ ok }) => ok,
  isSame: (a, b) => a.value === b.value,
};

/** `add 1 true 0 5`: asked at 0, answered at 5; `?` for what was not told. */
const history = (...lines: readonly string[]) => lines.map((line, client) => {
  const [op, value, ok, callTime, returnTime] = line.split(' ');
  return {
    client, input: { op: op as SetInput['op'], value: value! }, output: ok === '?' ? {} : { ok: ok === 'true' },
    callTime: Number(callTime), returnTime: Number(returnTime),
  };
});

const walked = (...lines: readonly string[]) =>
  setTogglesFastPath(view).check(orderHistory<SetInput, SetOutput>(history(...lines))[0]!);

describe('the walk decides by itself', () => {
  test.each([
    ['an element is seen once it was added', ['add 1 true 0 1', 'contains 1 true 2 3'], true],
    ['nobody has added it', ['contains 1 true 0 1'], false],
    ['an add that changed nothing needs it to be there', ['add 1 false 0 1'], false],
    ['an add in whose time it came may have changed nothing', ['add 1 false 0 9', 'add 1 true 1 2'], true],
    [
      'it was there, but not any more when it was asked for',
      ['add 1 true 0 1', 'remove 1 true 2 3', 'contains 1 true 4 5'], false,
    ],
    [
      'it was there in the time of the question',
      ['add 1 true 0 1', 'remove 1 true 2 6', 'contains 1 true 4 5', 'contains 1 false 7 8'], true,
    ],
    ['two adds that changed it, and nothing between them', ['add 1 true 0 1', 'add 1 true 2 3'], false],
  ])('%s', (_what, lines, isLegal) => {
    expect(walked(...lines)?.legal).toBe(isLegal);
    expect(checkOperations(setModel, history(...lines)).kind).toBe(isLegal ? 'ok' : 'illegal');
  });
});

describe('the walk says nothing', () => {
  test('of operations on several elements', () => {
    expect(walked('add 1 true 0 1', 'contains 2 true 2 3')).toBeUndefined();
    expect(checkOperations(setModel, history('add 1 true 0 1', 'contains 2 true 2 3')).kind).toBe('illegal');
  });

  test('when one add must have been used and another, that returns sooner, need not', () => {
    const lines = ['add 1 ? 0 5', 'add 1 true 0 10', 'contains 1 true 0 1', 'contains 1 false 2 3'];
    expect(walked(...lines)).toBeUndefined();
    expect(checkOperations(setModel, history(...lines)).kind).toBe('illegal');
  });
});
