/** The search for registers whose values repeat, when more values wait for readers than it combines in every way. */
import { expect, test } from 'vitest';
import { lazyWritesSearch } from '../fast/lazy-writes.ts';
import type { RegisterView } from '../fast/register-view.ts';
import { orderHistory } from '../order.ts';

type Input = { readonly write: string } | 'read';
const view: RegisterView<Input, string> = {
  initial: '',
  kind: (input) => (input === 'read' ? 'read' : 'write'),
  written: (input) => (input as { readonly write: string }).write,
  read: (output) => output,
  expected: () => undefined,
  applied: () => undefined,
};

let clients = 0;
const write = (value: string, callTime: number, returnTime: number) => ({
  client: clients++, input: { write: value }, output: undefined, callTime, returnTime,
});
const read = (value: string, callTime: number, returnTime: number) => ({
  client: clients++, input: 'read' as const, output: value, callTime, returnTime,
});

/**
 * `v` is seen first and last, and written once: whatever else was seen, its writes stand before it, all in the time
 * before the first return.
 */
const others = (values: readonly string[]) => [
  write('v', 0, 50), read('v', 0, 1), read('v', 40, 41),
  ...values.flatMap((value, i) => [write(value, 0, 10 + i), read(value, 0, 20 + i)]),
];

const run = (history: ReturnType<typeof others>, combined?: number) => {
  const search = lazyWritesSearch(view, orderHistory<Input, string>(history)[0]!, combined)!;
  return { outcome: search.run(1000, Infinity), steps: search.steps };
};

test('one order is found as long as all that wait are combined', () => {
  expect(run(others(['a', 'b', 'c'])).outcome).toBe('ok');
  expect(run(others(['a', 'b', 'c']), 3).outcome).toBe('ok');
});

test('when some were left out and no order is found, nothing is known: the steps count as used up', () => {
  expect(run(others(['a', 'b', 'c']), 2)).toEqual({ outcome: 'paused', steps: 1000 });
});

test('when none were left out and no order is found, there is none', () => {
  expect(run([...others(['a', 'b', 'c']), read('a', 42, 43)]).outcome).toBe('illegal');
});
