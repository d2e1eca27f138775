/** What this checker once got wrong, or never ended; each by the smallest history that showed it. */
import { describe, expect, test } from 'vitest';
import { asModel, detectFormat, formats } from '../formats/index.ts';
import {
  checkOperations,
  checkOperationsInSlices,
  counterModel,
  explain,
  explainInSlices,
  HistoryError,
  illegal,
  kvModel,
  kvUnpartitionedModel,
  longestPartials,
  models,
  queueModel,
  registerModel,
  toDeterministic,
  type CheckOptions,
  type KvInput,
  type KvOutput,
  type Model,
  type Operation,
} from '../index.ts';
import { hardHistory } from './hard-history.ts';
import { longHistoryWithStaleRead } from './long-history.ts';
import '../vitest.ts';

type Pair<I, O> = readonly [I, O | undefined];

/** One client, one operation after the other. */
const inTurn = <I, O>(...pairs: readonly Pair<I, O>[]): Operation<I, O>[] =>
  pairs.map(([input, output], at) => ({ client: 0, input, output, callTime: at * 2, returnTime: at * 2 + 1 }));
const append = (value: string) => [{ op: 'append', key: 'k', value } as const, {}] as const;
const put = (value: string) => [{ op: 'put', key: 'k', value } as const, {}] as const;
const get = (value: string) => [{ op: 'get', key: 'k' } as const, { value }] as const;

const methods = ['auto', 'search', 'plain'] as const;
const kinds = (model: unknown, history: readonly unknown[], options: CheckOptions = {}): string[] =>
  methods.map((method) => checkOperations(model as never, history as never, { ...options, method }).kind);
const allOk = ['ok', 'ok', 'ok'];
const allIllegal = ['illegal', 'illegal', 'illegal'];

describe('a value that begins another by its letters only', () => {
  test('a lost append is seen', () => {
    expect(kinds(kvModel, inTurn<unknown, unknown>(append('v1'), get('v1'), append('v10'), get('v10')))).toEqual(
      allIllegal,
    );
    expect(kinds(kvModel, inTurn<unknown, unknown>(append('v1'), get('v1'), append('v10'), get('v1v10')))).toEqual(
      allOk,
    );
  });
  test('a put of it is no append to the other', () => {
    expect(kinds(kvModel, inTurn<unknown, unknown>(append('v1'), get('v1'), put('v10'), get('v10')))).toEqual(allOk);
    expect(
      kinds(kvModel, inTurn<unknown, unknown>(put('v1'), get('v1'), put('v10'), append('v11'), get('v10v11'))),
    ).toEqual(allOk);
  });
});

describe('no value is taken for "not told"', () => {
  test('a queue of which nobody put in what came out', () => {
    const enqueue = [{ op: 'enqueue', value: 'a' }, {}] as const;
    expect(
      kinds(
        queueModel,
        inTurn<unknown, unknown>(enqueue, [{ op: 'dequeue' }, undefined], enqueue, [{ op: 'dequeue' }, { value: '?' }]),
      ),
    ).toEqual(allIllegal);
  });
  test('a register that never held what was read', () => {
    const read = { op: 'read' };
    const write = [{ op: 'write', value: 1 }, {}] as const;
    expect(
      kinds(registerModel, inTurn<unknown, unknown>([read, undefined], [read, { value: '?' }], write, write)),
    ).toEqual(allIllegal);
    expect(
      kinds(
        registerModel,
        inTurn<unknown, unknown>([{ op: 'write', value: '?' }, {}], [read, undefined], [read, { value: '?' }]),
      ),
    ).toEqual(allOk);
  });
  test('a counter that reads as no number', () => {
    // It cannot even be asked: a count is a number.
    const told = inTurn<unknown, unknown>([{ op: 'read' }, undefined], [{ op: 'read' }, { value: '0' }]);
    expect(() => checkOperations(counterModel, told as never)).toThrow(HistoryError);
    expect(
      kinds(counterModel, inTurn<unknown, unknown>([{ op: 'read' }, undefined], [{ op: 'read' }, { value: 1 }])),
    ).toEqual(allIllegal);
  });
  test('two keys of different shape are two keys', () => {
    const cas = (expected: string, value: string) => [{ op: 'cas', key: 'k', expected, value }, { ok: true }] as const;
    // "1:a" and "b" side by side, or "1" and ":ab".
    expect(
      kinds(kvModel, inTurn<unknown, unknown>(put('a'), cas('a', 'bc'), put('ab'), cas('ab', 'c'), get('c'))),
    ).toEqual(allOk);
  });
});

describe('a model whose step gives what is no state', () => {
  const history = inTurn<string, string>(['go', 'told']);
  const withStep = (step: (state: number) => unknown): Model<number, string, string> => ({
    name: 'mine', init: () => 0, step: step as never,
  });
  test.each([
    ['undefined', (): unknown => undefined, 'undefined'],
    ["Porcupine's pair", (state: number): unknown => [true, state], '[true,0]'],
    ["Porcupine's pair for illegal", (state: number): unknown => [false, state], '[false,0]'],
    ['a promise', async (state: number): Promise<unknown> => state, 'a promise'],
  ])('%s is a TypeError that names model, operation and what came back', (_name, step, shown) => {
    for (const method of methods) expect(() => checkOperations(withStep(step), history, { method })).toThrow(TypeError);
    for (const method of methods) {
      expect(() => checkOperations(withStep(step), history, { method })).toThrow(
        `step of the model mine returned ${shown} for "go" -> "told": `,
      );
    }
    expect(() => checkOperations(withStep(step), history, { orderHint: [0] })).toThrow(TypeError);
    expect(() => longestPartials(withStep(step), history, [0], 100, 2 ** 20)).toThrow(TypeError);
  });
  test('pairs are states where the first state is one, or the model says so', () => {
    const pairs: Model<readonly [boolean, number], string, string> = {
      name: 'pairs', init: () => [false, 0], step: ([, count]) => [true, count + 1],
    };
    expect(kinds(pairs, history)).toEqual(allOk);
    expect(kinds({ ...pairs, init: () => null, step: () => [true, 1], pairStates: true }, history)).toEqual(allOk);
  });
  test('an initial state must be there', () => {
    expect(() =>
      checkOperations({ name: 'empty', init: () => undefined as never, step: (state) => state }, history),
    ).toThrow('init of the model empty returned undefined');
  });
  test('also of a nondeterministic model', () => {
    const lax = (step: () => unknown) => toDeterministic({ name: 'lax', init: () => [0], step: step as never });
    for (const step of [() => undefined, () => [undefined], () => [true, 1], () => illegal]) {
      expect(() => checkOperations(lax(step), history)).toThrow(/^step of the model lax returned/);
    }
    expect(
      checkOperations(toDeterministic({ name: 'flag', init: () => [false], step: () => [true, false] }), history).kind,
    ).toBe('ok');
  });
});

describe('operations that a model does not have', () => {
  test.each([
    [
      registerModel,
      [
        [{ op: 'incr', value: 5 }, {}], [{ op: 'read' }, { value: 5 }],
      ],
      'the register model has no operation "incr"; it has read, write',
    ],
    [
      kvModel,
      [
        [{ op: 'incr', key: 'k', value: '5' }, {}], [{ op: 'get', key: 'k' }, { value: '5' }],
      ],
      'the key/value model has no operation "incr"',
    ],
    [kvModel, [[{ op: 'constructor', key: 'k' }, {}]], 'the key/value model has no operation "constructor"'],
    [kvModel, [[{ op: 'get' }, { value: '' }]], `the key/value model's get: "key" must be a text`],
    [
      kvModel, [[{ op: 'append', key: 'k', value: 1 }, {}]],
      `the key/value model's append: "value" must be a text, or left out`,
    ],
    [queueModel, [[{ op: 'push', value: 1 }, {}]], 'the queue model has no operation "push"'],
    [queueModel, [[{ op: 'enqueue' }, {}]], `the queue model's enqueue: "value" must be a text or a number`],
    [registerModel, [[{ op: 'cas', value: 1 }, {}]], 'the register model has no operation "cas"'],
    [
      registerModel,
      [[{ op: 'read' }, { value: [] }]],
      `the register model's read: in its output "value" must be a text, a number, true or false, or left out`,
    ],
  ] as const)('%#: are an error that names the operation, with every method', (model, pairs, message) => {
    const history = inTurn(...(pairs as readonly Pair<unknown, unknown>[]));
    for (const method of methods) {
      expect(() => checkOperations(model as never, history as never, { method })).toThrow(HistoryError);
      expect(() => checkOperations(model as never, history as never, { method })).toThrow(
        `operation 0 (client 0, called at 0): ${message}`,
      );
    }
  });
  test('through the matcher too', () => {
    const history = inTurn<unknown, unknown>([{ op: 'incr', value: 5 }, {}], [{ op: 'read' }, { value: 5 }]);
    expect(() => expect(history).toBeLinearizable(registerModel as never)).toThrow('no operation "incr"');
    expect(() => expect(history).not.toBeLinearizable(registerModel as never)).toThrow('no operation "incr"');
  });
  test('every ready model refuses a name that it does not have', () => {
    for (const model of Object.values(models)) {
      const history = inTurn<unknown, unknown>([{ op: '__proto__', key: 'k', value: 'a', owner: 'a' }, {}]);
      expect(() => checkOperations(model as never, history as never), model.name).toThrow(
        /has no operation "__proto__"/,
      );
    }
  });
});

/** It returned and did not tell whether it was applied: only the general search knows what to do with it. */
const untoldCas: Operation<KvInput, KvOutput> = {
  client: 1000, input: { op: 'cas', key: 'k', expected: 'never written', value: '' }, output: {}, callTime: 0,
  returnTime: 100,
};

describe('explanations', () => {
  test('the core holds the cause: a read that missed what was appended', () => {
    const history = inTurn<never, never>(append('a') as never, append('a') as never, get('') as never);
    const { minimal, blocked } = explain(kvModel as never, history)!;
    expect(minimal).toMatchObject({ core: [1, 2], isMinimal: true });
    expect(blocked).toMatchObject({
      operation: 2,
      why: expect.stringContaining('the only state possible by then is "aa" (a value that nobody saw'),
    });
  });

  test('of a long history whose values repeat: two operations, in fewer steps than were allowed', () => {
    const { history, stale } = longHistoryWithStaleRead(5000);
    const verdict = checkOperations(kvModel, history);
    expect(verdict).toMatchObject({ kind: 'illegal', method: 'never-current' });
    const { minimal, blocked, endedBy } = explain(kvModel, history, verdict)!;
    expect(endedBy).toBeUndefined();
    expect(blocked!.operation).toBe(stale);
    expect(minimal).toMatchObject({ isMinimal: true });
    expect(minimal.core).toContain(stale);
    expect(minimal.core.length).toBe(2);
    expect(minimal.steps).toBeLessThan(500_000);
  });

  /** A compare-and-set that returned and did not tell leaves it to the search. */
  const knot = [
    ...hardHistory(6),
    untoldCas,
    { client: 2000, input: { op: 'get', key: 'k' } as const, output: { value: 'x' }, callTime: 200, returnTime: 201 },
  ];
  const knotVerdict = checkOperations(kvModel, knot);
  test('end with their budget, and say so', () => {
    expect(knotVerdict.kind).toBe('illegal');
    const found = explain(kvModel, knot, knotVerdict, { budgetSteps: 50 })!;
    expect(found.endedBy).toBe('steps');
    expect(found.minimal.isMinimal).toBe(false);
    expect(found.minimal.steps).toBeLessThanOrEqual(50);
    expect(explain(kvModel, knot, knotVerdict)!.endedBy).toBeUndefined();
  });
  test('end with their time', () => {
    let nowMs = 0;
    const clock = (): number => nowMs++;
    expect(explain(kvModel, knot, knotVerdict, { timeoutMs: 5, clock })!.endedBy).toBe('time');
    expect(nowMs).toBeLessThan(100);
    expect(() => explain(kvModel, knot, knotVerdict, { timeoutMs: 5 })).toThrow('needs a clock');
  });
  test('end when they are told to, also on the way', async () => {
    expect(explain(kvModel, knot, knotVerdict, { signal: AbortSignal.abort() })!.endedBy).toBe('aborted');
    const { history } = longHistoryWithStaleRead(5000);
    const verdict = checkOperations(kvModel, history);
    const controller = new AbortController();
    let turns = 0;
    const found = await explainInSlices(kvModel, history, verdict, { signal: controller.signal }, async () => {
      if (++turns === 3) controller.abort();
    });
    expect(found!.endedBy).toBe('aborted');
    expect(turns).toBe(3);
  });
});

describe('a store as one object, decided key by key', () => {
  const repeating = [...longHistoryWithStaleRead(600).history, untoldCas];
  test('keeps to the steps, and counts them', () => {
    const whole = checkOperations(kvUnpartitionedModel, repeating);
    expect(whole).toMatchObject({ kind: 'illegal', method: 'locality+search' });
    expect(whole.steps).toBeGreaterThan(1000);
    expect(checkOperations(kvUnpartitionedModel, repeating, { budgetSteps: 1000 })).toMatchObject({
      kind: 'unknown', reason: 'steps', steps: 1000,
    });
  });
  test('keeps to memory, time and an abort', async () => {
    const tangled = [...hardHistory(16), untoldCas];
    expect(checkOperations(kvUnpartitionedModel, tangled, { memoryBytes: 2 ** 18 })).toMatchObject({
      kind: 'unknown', reason: 'memory',
    });
    let nowMs = 0;
    expect(checkOperations(kvUnpartitionedModel, tangled, { timeoutMs: 20, clock: () => nowMs++ })).toMatchObject({
      kind: 'unknown', reason: 'time',
    });
    expect(checkOperations(kvUnpartitionedModel, tangled, { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'unknown', reason: 'aborted', steps: 0,
    });
    const controller = new AbortController();
    const verdict = await checkOperationsInSlices(
      kvUnpartitionedModel, tangled, { signal: controller.signal }, async () => controller.abort(),
    );
    expect(verdict).toMatchObject({ kind: 'unknown', reason: 'aborted' });
  });
});

describe('recorded histories', () => {
  const read = (text: string, model: keyof typeof models) => {
    const { model: ofFile, operations } = asModel(formats[detectFormat(text)](text), model);
    return checkOperations(ofFile, operations).kind;
  };
  const line = (fields: object): string => `${JSON.stringify(fields)}\n`;
  test('a line without an output was not told it', () => {
    const enqueue = line({ client: 0, op: 'enqueue', value: 1, output: null, call: 0, return: 1 });
    expect(read(enqueue + line({ client: 0, op: 'dequeue', call: 2, return: 3 }), 'queue')).toBe('ok');
    expect(read(enqueue + line({ client: 0, op: 'dequeue', output: null, call: 2, return: 3 }), 'queue')).toBe(
      'illegal',
    );
    const write = line({ client: 0, op: 'write', value: 1, call: 0, return: 1 });
    expect(read(write + line({ client: 0, op: 'read', call: 2, return: 3 }), 'register')).toBe('ok');
    expect(read(write + line({ client: 0, op: 'read', output: null, call: 2, return: 3 }), 'register')).toBe('illegal');
  });
  test('a register holds true and false as it holds numbers', () => {
    const write = line({ client: 0, op: 'write', value: true, output: null, call: 0, return: 1 });
    expect(read(write + line({ client: 0, op: 'read', output: true, call: 2, return: 3 }), 'register')).toBe('ok');
    expect(read(write + line({ client: 0, op: 'read', output: false, call: 2, return: 3 }), 'register')).toBe(
      'illegal',
    );
  });
  test('an empty one is ok', () => {
    for (const text of ['', '\n', '; nothing happened\n']) {
      expect(formats[detectFormat(text)](text)).toEqual({ operations: [], annotations: [] });
      expect(read(text, 'cas-register')).toBe('ok');
    }
  });
});
