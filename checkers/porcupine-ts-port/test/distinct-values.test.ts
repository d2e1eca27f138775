/**
 * Queues, stacks, priority queues and sets: the fast paths against linearizability by its definition, with
 * sequential objects of the tests' own.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkOperations, priorityQueueModel, queueModel, setModel, stackModel, type Model } from '../index.ts';
import { casesOf } from './cases.ts';
import { tapes, type Tape } from './random-history.ts';
import {
  isLinearizableBySpec, priorityQueue, queue, set, stack, type Input, type Output, type Value,
} from './sequential-objects.ts';
import { useObject, type Use } from './used-objects.ts';

const held = casesOf(5000);
const runs = held.numRuns;
const maxOperations = 10;

function bag(object: Use['object'], put: string, take: string): Use {
  return {
    object,
    input: (tape, fresh) => (tape.next(2) === 0 ? { op: put, value: fresh() } : { op: take }),
    lie: ({ op }, answer, tape) => (op === take && tape.next(4) === 0 ? { value: null } : answer),
  };
}

const element = (ops: readonly string[], tells: boolean): Use => ({
  object: (contents, input) => {
    const { ok } = set(contents, input);
    return tells || input.op === 'contains' ? { ok: ok! } : {};
  },
  input: (tape: Tape) => ({
    op: ops[tape.next(ops.length)]!, value: [0, '0', NaN][tape.next(8) < 6 ? 0 : tape.next(3)] as Value,
  }),
  lie: (_, answer) => (answer.ok === undefined ? answer : { ok: !answer.ok }),
});

const cases: readonly [
  name: string, model: Model<never, never, never>, object: Use['object'], use: Use, path: string, share: number,
][] = [
  ['queue', queueModel as never, queue, bag(queue, 'enqueue', 'dequeue'), 'queue-order', 0.7],
  ['stack', stackModel as never, stack, bag(stack, 'push', 'pop'), 'stack-bottoms', 0.7],
  [
    'priority queue', priorityQueueModel as never, priorityQueue, bag(priorityQueue, 'insert', 'remove-min'),
    'priority-order', 0.7,
  ],
  ['set that tells', setModel as never, set, element(['add', 'remove', 'contains'], true), 'set-toggles', 0.7],
  [
    'set that does not tell', setModel as never, set, element(['add', 'remove', 'contains', 'contains'], false),
    'set-toggles', 0.3,
  ],
];

describe('every fast path agrees with the definition', () => {
  test.each(cases)('%s', (_, model, object, use, path, share) => {
    const counts = { ok: 0, illegal: 0, fast: 0 };
    fc.assert(
      fc.property(
        tapes(maxOperations * 10 + 40),
        fc.nat({ max: 5 }),
        fc.integer({ min: 2, max: 5 }),
        (numbers, wrong, clients) => {
          const history = useObject(use, numbers, maxOperations, wrong, clients);
          const expected = isLinearizableBySpec(object, history) ? 'ok' : 'illegal';
          counts[expected]++;
          const found = checkOperations(model as unknown as Model<unknown, Input, Output>, history);
          expect(found.kind, found.method).toBe(expected);
          if (!found.method.includes('search')) counts.fast++;
          // What is named as the fault is illegal by itself.
          const part = found.illegalPartition;
          if (part !== undefined)
            expect(
              isLinearizableBySpec(
                object, part.operations.map((index) => history[index]!),
              ),
            ).toBe(false);
          // So is what a bag's rule found, alone.
          if (part?.clash !== undefined && path !== 'set-toggles') {
            expect(
              isLinearizableBySpec(
                object, part.clash.map((index) => history[index]!),
              ),
            ).toBe(false);
          }
        },
      ),
      held,
    );
    expect(counts.ok).toBeGreaterThan(runs / 10);
    expect(counts.illegal).toBeGreaterThan(runs / 10);
    expect(counts.fast).toBeGreaterThan(runs * share);
  });
});
