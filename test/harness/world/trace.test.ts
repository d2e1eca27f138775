/** A trace as JSON lines: every step with what it was given, what it asked for and what it changed. */
import { expect, test } from 'vitest';
import type { AnyEffect, AnyEvent } from '../../../harness/system.ts';
import { TraceLines } from '../../../harness/world/trace.ts';
import { toy } from '../faults/toys.ts';

const told = toy([], {
  describeMessage: (message) => `<${String(message)}>`,
  describeState: (state) => state as Readonly<Record<string, number>>,
});
const nameOf = (node: number): string => (node < 3 ? `n${node}` : `c${node - 3}`);
const traced = (act: (trace: TraceLines) => void): readonly unknown[] => {
  const trace = new TraceLines(told, nameOf);
  act(trace);
  return trace.lines.map((line) => JSON.parse(line) as unknown);
};
const stepOn = (
  event: AnyEvent | null, effects: readonly AnyEffect[] = [], before: object | null = { a: 1, b: 2 },
  after: object = { a: 1, b: 3, c: 4 },
) => traced((trace) => trace.step(7, 1234, 1, event, before, after, effects))[0];

test.each<[AnyEvent | null, string]>([
  [null, 'boot'],
  [{ kind: 'message', from: 3, message: 'ask' }, 'c0: <ask>'],
  [{ kind: 'timer', timer: 'election' }, 'timer election'],
  [{ kind: 'request', id: 5, request: { op: 'get' } }, 'operation 5: {"op":"get"}'],
  [{ kind: 'unreachable', node: 2 }, 'n2 unreachable'],
])('a step on %j', (event, text) =>
  expect(stepOn(event)).toEqual({ step: 7, atUs: 1234, node: 'n1', event: text, effects: [], changed: { b: 3, c: 4 } }),
);

test('of a start everything is new', () =>
  expect(stepOn(null, [], null, { a: 1 })).toMatchObject({ changed: { a: 1 } }));

test('effects, in their order', () => {
  const effects: readonly AnyEffect[] = [
    { kind: 'persist', writes: [{ kind: 'append' }, { count: 1 }, null, 'text'] },
    { kind: 'send', to: 2, message: 'vote' }, { kind: 'setTimer', timer: 't', afterUs: { min: 1, max: 2 } },
    { kind: 'cancelTimer', timer: 'u' }, { kind: 'reply', id: 5, reply: { value: '' } },
  ];
  expect(stepOn(null, effects)).toMatchObject({
    effects: [
      'persist append write write write', 'to n2: <vote>', 'set t', 'cancel u', 'operation 5 done: {"value":""}',
    ],
  });
});

test('crashes and faults, between the steps', () => {
  expect(traced((trace) => {
    trace.fault(3, 10, 'a partition begins');
    trace.crash(4, 11, 2, 'writeLost');
  })).toEqual([{ step: 3, atUs: 10, fault: 'a partition begins' }, { step: 4, atUs: 11, node: 'n2', crash: 'writeLost' }]);
});
