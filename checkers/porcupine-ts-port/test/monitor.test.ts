/** The monitor says of every prefix of a history what the definition says of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  kvModel, kvUnpartitionedModel, monitor, priorityQueueModel, queueModel, casRegisterModel, setModel, stackModel,
  type Model, type Operation,
} from '../index.ts';
import { casesOf } from './cases.ts';
import { tapes, type Tape } from './random-history.ts';
import {
  isLinearizableBySpec, priorityQueue, queue, register, set, stack, type Input, type Output, type SequentialObject,
  type Value,
} from './sequential-objects.ts';
import { useObject, type Use } from './used-objects.ts';

const held = casesOf(3000);
const runs = held.numRuns;
const maxOperations = 9;
type History = readonly Operation<Input, Output>[];

/** In the order of their times, calls first; a number is the place of an operation in the history. */
function eventsOf(history: History): { readonly index: number; readonly isCall: boolean; readonly time: number }[] {
  return history
    .flatMap(({ callTime, returnTime }, index) => [
      { index, isCall: true, time: callTime },
      ...(returnTime === null ? [] : [{ index, isCall: false, time: returnTime }]),
    ])
    .toSorted((a, b) => a.time - b.time || Number(b.isCall) - Number(a.isCall));
}

/** What had happened when the event was seen: whoever had not returned then may have happened or not. */
function upTo(history: History, events: ReturnType<typeof eventsOf>, last: number): History {
  const seen = events.slice(0, last + 1);
  const returned = new Set(seen.filter(({ isCall }) => !isCall).map(({ index }) => index));
  return seen
    .filter(({ isCall }) => isCall)
    .map(({ index }) =>
      returned.has(index) ? history[index]! : { ...history[index]!, output: undefined, returnTime: null },
    );
}

const values: readonly Value[] = ['v1', 'v10', 0, '0', null];
const drawn = (tape: Tape): Value => values[tape.next(values.length)]!;
const bag = (object: SequentialObject, put: string, take: string): Use => ({
  object,
  input: (tape) => (tape.next(2) === 0 ? { op: put, value: drawn(tape) ?? '?' } : { op: take }),
  lie: ({ op }, answer) => (op === take ? { value: null } : answer),
});
const registerUse: Use = {
  object: register,
  input: (tape) =>
    [{ op: 'read' }, { op: 'write', value: drawn(tape) }, { op: 'cas', expected: drawn(tape), value: drawn(tape) }][
      tape.next(3)
    ]!,
  lie: ({ op }, answer, tape) => (op === 'read' ? { value: drawn(tape) } : answer),
};
const setUse: Use = {
  object: set,
  input: (tape) => ({ op: ['add', 'remove', 'contains'][tape.next(3)]!, value: tape.next(2) }),
  lie: (_, { ok }) => ({ ok: !ok }),
};

const cases: readonly [name: string, model: unknown, object: SequentialObject, use: Use][] = [
  ['register', casRegisterModel, register, registerUse],
  ['queue', queueModel, queue, bag(queue, 'enqueue', 'dequeue')],
  ['stack', stackModel, stack, bag(stack, 'push', 'pop')],
  ['priority queue', priorityQueueModel, priorityQueue, bag(priorityQueue, 'insert', 'remove-min')],
  ['set', setModel, set, setUse],
];

describe('at every return, as the definition', () => {
  test.each(cases)('%s', (_, model, object, use) => {
    const counts = { ok: 0, illegal: 0 };
    fc.assert(
      fc.property(
        tapes(maxOperations * 10 + 30),
        fc.nat({ max: 3 }),
        fc.integer({ min: 2, max: 4 }),
        (numbers, wrong, clients) => {
          const history = useObject(use, numbers, maxOperations, wrong, clients);
          const events = eventsOf(history);
          const watch = monitor(model as Model<unknown, Input, Output>);
          for (const [at, { index, isCall }] of events.entries()) {
            if (isCall) {
              watch.called(index, history[index]!.input);
              continue;
            }
            const { kind } = watch.returned(index, history[index]!.output);
            const expected = isLinearizableBySpec(object, upTo(history, events, at)) ? 'ok' : 'illegal';
            expect(kind).toBe(expected);
            if (kind === 'ok') continue;
            expect(watch.verdict).toMatchObject({ operation: index });
            counts.illegal++;
            return;
          }
          counts.ok++;
        },
      ),
      held,
    );
    expect(counts.ok).toBeGreaterThan(runs / 10);
    expect(counts.illegal).toBeGreaterThan(runs / 10);
  });
});

describe('a monitor', () => {
  const put = (value: string) => ({ op: 'put', key: 'k', value }) as const;
  const get = { op: 'get', key: 'k' } as const;
  test('holds one configuration when nothing is open, however long it has gone on', () => {
    const watch = monitor(kvUnpartitionedModel);
    for (let i = 0; i < 2000; i++) {
      watch.called(3 * i, put(`a${i}`));
      watch.called(3 * i + 1, put(`b${i}`));
      watch.called(3 * i + 2, get);
      watch.returned(3 * i, {});
      watch.returned(3 * i + 2, { value: `a${i}` });
      expect(watch.returned(3 * i + 1, {}).kind).toBe('ok');
      expect(watch.configurations).toBeLessThanOrEqual(2);
    }
    watch.called(-1, get);
    expect(watch.returned(-1, { value: 'a0' })).toMatchObject({ kind: 'illegal', operation: -1, key: 'k' });
  });
  test('whose configurations or steps are used up knows nothing, and says so for good', () => {
    for (const options of [{ maxConfigurations: 8 }, { maxSteps: 20 }]) {
      const watch = monitor(queueModel, options);
      for (let i = 0; i < 8; i++) watch.called(i, { op: 'enqueue', value: i });
      expect(watch.returned(7, {}).kind).toBe('unknown');
      expect(watch.configurations).toBe(0);
      watch.called(8, { op: 'dequeue' });
      expect(watch.returned(8, { value: 'never enqueued' }).kind).toBe('unknown');
    }
  });
  test('of one key nothing is known, and another is illegal all the same', () => {
    const watch = monitor(kvModel, { maxConfigurations: 8 });
    for (let i = 0; i < 8; i++) watch.called(i, put(`${i}`));
    for (let i = 0; i < 8; i++) watch.returned(i, {});
    expect(watch.verdict).toMatchObject({ kind: 'unknown', key: 'k' });
    watch.called(8, { op: 'get', key: 'other' });
    expect(watch.returned(8, { value: 'never put' })).toMatchObject({ kind: 'illegal', operation: 8, key: 'other' });
  });
  test('an operation that was given up may happen at any later time, or never', () => {
    const watch = monitor(kvUnpartitionedModel);
    watch.called(0, put('late'));
    watch.gaveUp(0);
    for (const [id, value] of [[1, ''], [2, 'late'], [3, 'late']] as const) {
      watch.called(id, get);
      expect(watch.returned(id, { value }).kind).toBe('ok');
    }
    watch.called(4, get);
    expect(watch.returned(4, { value: '' }).kind).toBe('illegal');
  });
  test('an operation on all partitions joins them: nothing is known any more, unless the model is not split', () => {
    const split = monitor(setModel);
    const { partition: _, ...rest } = setModel;
    const whole = monitor(rest);
    for (const watch of [split, whole]) {
      watch.called(0, { op: 'add', value: 1 });
      watch.returned(0, {});
      watch.called(1, { op: 'read' });
      expect(watch.returned(1, { values: [1] }).kind).toBe(watch === split ? 'unknown' : 'ok');
    }
  });
  test('an operation called twice, or returning without a call, is an error', () => {
    const watch = monitor(kvUnpartitionedModel);
    watch.called(0, get);
    expect(() => watch.called(0, get)).toThrow('open already');
    expect(() => watch.returned(1, {})).toThrow('not open');
    expect(() => watch.gaveUp(1)).toThrow('not open');
    expect(() => watch.called(2, { op: 'incr', key: 'k' } as never)).toThrow('incr');
  });
});
