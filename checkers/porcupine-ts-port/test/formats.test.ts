/** Recorded histories: what each format gives, and what damaged input is told. */
import { describe, expect, test } from 'vitest';
import { parseJsonLines } from '../formats/jsonl.ts';
import { asModel, detectFormat, FormatError, formats, guessModel, type FormatName } from '../formats/index.ts';
import { checkOperations, type ModelName } from '../index.ts';

const lines = (...parts: string[]): string => `${parts.join('\n')}\n`;

function kindOf(text: string, format: FormatName, model: ModelName): string {
  expect(detectFormat(text)).toBe(format);
  const history = formats[format](text);
  expect(guessModel(history)).toBe(model);
  const read = asModel(history, model);
  return checkOperations(read.model, read.operations).kind;
}

function errorOf(read: () => unknown): { line: number; message: string } {
  try {
    read();
  } catch (error) {
    if (error instanceof FormatError) return { line: error.line, message: error.message };
    throw error;
  }
  throw new Error('expected a FormatError');
}

const log = (process: string, type: string, op: string, value: string): string =>
  `INFO  jepsen.util - ${process}\t:${type}\t:${op}\t${value}`;

describe('a Jepsen log', () => {
  const start = [log('0', 'invoke', 'write', '1'), log('0', 'ok', 'write', '1')];

  test('a compare-and-set that failed saw another value', () => {
    const cas = (pair: string): string[] => [log('1', 'invoke', 'cas', pair), log('1', 'fail', 'cas', pair)];
    expect(kindOf(lines(...start, ...cas('[2 3]')), 'jepsen-log', 'cas-register')).toBe('ok');
    expect(kindOf(lines(...start, ...cas('[1 3]')), 'jepsen-log', 'cas-register')).toBe('illegal');
  });
  test('nil is the absent value, and :info an outcome that is unknown', () => {
    const read = (process: string, value: string): string[] => [
      log(process, 'invoke', 'read', 'nil'), log(process, 'ok', 'read', value),
    ];
    const text = lines(
      ...read('3', 'nil'), log('2', 'invoke', 'write', '7'), log('2', 'info', 'write', ':timed-out'), ...start,
      ...read('1', '1'), ...read('1', '7'),
    );
    expect(kindOf(text, 'jepsen-log', 'cas-register')).toBe('ok');
    expect(kindOf(lines(...start, ...read('3', 'nil')), 'jepsen-log', 'cas-register')).toBe('illegal');
  });
  test('damage is told by line and expectation', () => {
    const parse = (...text: string[]) => errorOf(() => formats['jepsen-log'](lines(...text)));
    expect(parse(...start, 'INFO something else')).toEqual({
      line: 3,
      message: 'expected "INFO  jepsen.util - PROCESS :TYPE :OPERATION VALUE", found "INFO something else"',
    });
    expect(parse(log('0', 'invoke', 'write', 'x'))).toEqual({
      line: 1, message: 'expected a number or nil, found "x"',
    });
    expect(parse(log('0', 'invoke', 'cas', '[1 2 3]'))).toEqual({
      line: 1, message: 'expected a pair [expected new], found "[1 2 3]"',
    });
    expect(parse(log('0', 'done', 'read', 'nil'))).toMatchObject({
      line: 1, message: expect.stringContaining(':invoke, :ok, :fail or :info'),
    });
    expect(parse(...start, '', log('0', 'ok', 'write', '1'))).toMatchObject({
      line: 4, message: expect.stringContaining('nothing open'),
    });
    expect(parse(log('0', 'invoke', 'write', '1'), log('0', 'ok', 'read', '1'))).toEqual({
      line: 2, message: 'process 0 completes read, and what it has open is the write of line 1',
    });
    expect(parse(log('0', 'invoke', 'read', 'nil'), log('0', 'invoke', 'read', 'nil'))).toMatchObject({
      line: 2, message: expect.stringContaining('still open'),
    });
  });
});

describe('a key/value log of Porcupine', () => {
  const entry = (process: number, type: string, f: string, value: string): string =>
    `{:process ${process}, :type :${type}, :f :${f}, :key "k", :value ${value}}`;

  test('gets, puts and appends by key', () => {
    const text = lines(
      entry(0, 'invoke', 'append', '"x 0 y"'), entry(0, 'ok', 'append', '"x 0 y"'), entry(1, 'invoke', 'get', 'nil'),
      entry(1, 'ok', 'get', '"x 0 y"'),
    );
    expect(kindOf(text, 'porcupine-log', 'kv')).toBe('ok');
    expect(kindOf(text.replace('"x 0 y"}\n', '"\\"z"}\n').replace('nil', 'nil'), 'porcupine-log', 'kv')).toBe(
      'illegal',
    );
  });
  test('damage is told by line and expectation', () => {
    const parse = (...text: string[]) => errorOf(() => formats['porcupine-log'](lines(...text)));
    expect(parse(entry(0, 'invoke', 'get', 'nil'), '{:process 0, :type :ok')).toEqual({
      line: 2, message: 'expected } to close {, found the end of the input',
    });
    expect(parse('{:process :a, :type :ok, :f :get, :key "k"}')).toMatchObject({
      line: 1, message: ':process must be a number',
    });
    expect(parse(entry(0, 'invoke', 'incr', 'nil'))).toMatchObject({ message: expect.stringContaining('found :incr') });
    expect(parse(entry(0, 'invoke', 'put', 'nil'))).toMatchObject({ message: ':value must be a text' });
  });
});

describe('Jepsen’s EDN', () => {
  const op = (process: string, type: string, f: string, value: string): string =>
    `{:index 7, :process ${process}, :time 12, :type :${type}, :f :${f}, :value ${value}}`;

  test('one map a line or a vector of maps; comments, tags and commas are passed over', () => {
    const maps = [
      op('0', 'invoke', 'write', '3'), op('0', 'ok', 'write', '3'), op('1', 'invoke', 'read', 'nil'),
      op('1', 'ok', 'read', '3'),
    ];
    expect(kindOf(lines('; a comment', ...maps), 'jepsen-edn', 'cas-register')).toBe('ok');
    expect(
      kindOf(`[${maps.map((map) => `#jepsen.history.Op ${map}`).join(',\n ')}]`, 'jepsen-edn', 'cas-register'),
    ).toBe('ok');
    expect(kindOf(lines(...maps).replace('read, :value 3', 'read, :value 4'), 'jepsen-edn', 'cas-register')).toBe(
      'illegal',
    );
  });
  test('what failed did not happen, and :info may have', () => {
    const text = lines(
      op('0', 'invoke', 'write', '1'), op('0', 'fail', 'write', '1'), op('1', 'invoke', 'read', 'nil'),
      op('1', 'ok', 'read', '1'),
    );
    expect(kindOf(text, 'jepsen-edn', 'cas-register')).toBe('illegal');
    expect(kindOf(text.replace(':fail', ':info'), 'jepsen-edn', 'cas-register')).toBe('ok');
  });
  test('values of jepsen.independent are checked key by key', () => {
    const text = lines(
      op('0', 'invoke', 'write', '[1 5]'), op('0', 'ok', 'write', '[1 5]'), op('0', 'invoke', 'read', '[2 nil]'),
      op('0', 'ok', 'read', '[2 nil]'), op('0', 'invoke', 'cas', '[2 [nil 6]]'), op('0', 'ok', 'cas', '[2 [nil 6]]'),
    );
    const history = formats['jepsen-edn'](text);
    expect(history.operations.map(({ key, value, expected }) => [key, value, expected])).toEqual([
      ['1', 5, undefined], ['2', undefined, undefined], ['2', 6, null],
    ]);
    expect(kindOf(text, 'jepsen-edn', 'cas-register')).toBe('ok');
    expect(asModel(history, 'cas-register').modelName).toBe('cas-register by key');
  });
  test('sets and queues; the nemesis becomes an annotation', () => {
    const set = lines(
      op('0', 'invoke', 'add', '1'), op('0', 'ok', 'add', '1'), op(':nemesis', 'info', 'kill', '"n1"'),
      op('1', 'invoke', 'read', 'nil'), op('1', 'ok', 'read', '#{1}'),
    );
    expect(kindOf(set, 'jepsen-edn', 'set')).toBe('ok');
    expect(kindOf(set.replace('#{1}', '#{}'), 'jepsen-edn', 'set')).toBe('illegal');
    expect(formats['jepsen-edn'](set).annotations).toEqual([{ text: 'kill "n1"', startTime: 2, lane: 'nemesis' }]);
    const queue = lines(
      op('0', 'invoke', 'enqueue', '1'), op('0', 'ok', 'enqueue', '1'), op('1', 'invoke', 'dequeue', 'nil'),
      op('1', 'ok', 'dequeue', '1'),
    );
    expect(kindOf(queue, 'jepsen-edn', 'queue')).toBe('ok');
  });
  test('damage is told by the line of its form', () => {
    const parse = (text: string) => errorOf(() => formats['jepsen-edn'](text));
    expect(parse(lines(op('0', 'invoke', 'read', 'nil'), '{:process 1 :type :invoke :f'))).toMatchObject({ line: 2 });
    expect(parse('{:process 0 :type :invoke :f :read :value "abc')).toMatchObject({
      line: 1, message: expect.stringContaining('expected "'),
    });
    expect(parse('{:process 0 :type :invoke :value 1}')).toEqual({
      line: 1, message: 'expected :f, the name of the operation',
    });
    expect(parse('{:process 0 :type :invoke :f}')).toMatchObject({
      message: expect.stringContaining('a key without a value'),
    });
    expect(parse('\n\n[1 2]')).toMatchObject({ line: 3, message: expect.stringContaining('operation map') });
    expect(parse('{:process 0 :type :invoke :f :read :value 12x}')).toMatchObject({
      message: 'expected a number, found "12x"',
    });
  });
});

describe('JSON lines', () => {
  const line = (record: object): string => JSON.stringify(record);
  const put = { client: 1, op: 'put', key: 'k', value: 'a', output: null, call: 0, return: 3 };

  test('operations, outcomes and annotations', () => {
    const text = lines(
      line(put),
      line({ client: 2, op: 'get', key: 'k', output: null, call: 1, return: 2 }),
      line({ client: 3, op: 'cas', key: 'k', expected: 'a', value: 'b', output: true, call: 4, return: 5 }),
      line({ annotation: 'n1 crashed', call: 1, return: 4, lane: 'faults' }),
    );
    expect(kindOf(text, 'jsonl', 'kv')).toBe('ok');
    expect(kindOf(text.replace('"output":true', '"output":false'), 'jsonl', 'kv')).toBe('illegal');
    expect(formats.jsonl(text).annotations).toEqual([{ text: 'n1 crashed', startTime: 1, endTime: 4, lane: 'faults' }]);
  });
  test('a return of null is an outcome that is unknown', () => {
    const [never] = parseJsonLines('{"client":1,"op":"get","key":"k","output":"x","call":0,"return":null}').operations;
    expect([never!.output, never!.returnTime]).toEqual([undefined, null]);
    // One that returned: null is "nothing", and left out is "not told".
    const outputOf = (output: string): unknown =>
      parseJsonLines(`{"client":1,"op":"get","key":"k"${output},"call":0,"return":1}`).operations[0]!.output;
    expect([outputOf(',"output":null'), outputOf(',"output":"x"'), outputOf('')]).toEqual([null, 'x', undefined]);
    const text = lines(
      line({ ...put, return: null }), line({ client: 2, op: 'get', key: 'k', output: 'a', call: 9, return: 10 }),
      line({ client: 2, op: 'get', key: 'k', output: 'a', call: 11, return: 12 }),
    );
    expect(kindOf(text, 'jsonl', 'kv')).toBe('ok');
  });
  test('each model from its operations', () => {
    const one = (op: object): string => line({ client: 0, output: null, call: 0, return: 1, ...op });
    expect(kindOf(one({ op: 'push', value: 1 }), 'jsonl', 'stack')).toBe('ok');
    expect(kindOf(one({ op: 'acquire', owner: 'a', output: true }), 'jsonl', 'lock')).toBe('ok');
    expect(kindOf(one({ op: 'add', value: 2, output: 2 }), 'jsonl', 'counter')).toBe('ok');
    expect(kindOf(one({ op: 'read', output: 5 }), 'jsonl', 'cas-register')).toBe('illegal');
    expect(
      kindOf(
        lines(one({ op: 'add', value: 1 }), line({ client: 0, op: 'read', output: [1], call: 2, return: 3 })),
        'jsonl',
        'set',
      ),
    ).toBe('ok');
  });
  test('a store with versions is known by them, and told OK by null', () => {
    const asked = (op: object, at: number): string => line({ client: 0, key: 'k', call: at, return: at + 1, ...op });
    const write = (version: number, output: unknown, at: number): string =>
      asked({ op: 'put', value: `v${version}`, version, output }, at);
    const read = asked({ op: 'get', output: { value: 'v1', version: 2 } }, 8);
    expect(
      kindOf(
        lines(
          asked({ op: 'get', output: { err: 'ErrNoKey' } }, 0), write(0, null, 2), write(0, 'ErrVersion', 4),
          write(1, 'ErrMaybe', 6), read,
        ),
        'jsonl',
        'versioned-kv',
      ),
    ).toBe('ok');
    expect(kindOf(lines(write(0, null, 2), write(1, 'ErrVersion', 6), read), 'jsonl', 'versioned-kv')).toBe('illegal');
    expect(errorOf(() => asModel(formats.jsonl(write(0, 'ErrVersoin', 2)), 'versioned-kv'))).toEqual({
      line: 1,
      message:
        'the versioned-kv model\'s put: in its output "err" must be OK, ErrVersion, ErrNoKey, ErrMaybe, or left out',
    });
    expect(
      errorOf(() =>
        asModel(formats.jsonl(asked({ op: 'put', value: 'x', version: 1.5, output: null }, 0)), 'versioned-kv'),
      ),
    ).toEqual({
      line: 1,
      message: 'the versioned-kv model\'s put: "version" must be a whole number from 0 on, or left out',
    });
  });
  test('damage is told by line and expectation', () => {
    const parse = (...text: string[]) => errorOf(() => formats.jsonl(lines(...text)));
    expect(parse(line(put), '{"client":1,')).toEqual({
      line: 2, message: 'expected a JSON object on one line, found "{\\"client\\":1,"',
    });
    const { output: _, ...misspelt } = { ...put, ouput: 'a' };
    expect(parse(line(misspelt))).toEqual({
      line: 1,
      message: 'there is no "output", and nobody knows "ouput": leave it away, or write output in its place',
    });
    expect(parse('[]')).toMatchObject({ line: 1, message: 'expected a JSON object, found "[]"' });
    expect(parse(line({ ...put, client: 'a' }))).toEqual({ line: 1, message: '"client" must be a whole number' });
    expect(parse(line({ ...put, call: null }))).toEqual({ line: 1, message: '"call" must be a number' });
    expect(parse(line({ ...put, return: '3' }))).toEqual({ line: 1, message: '"return" must be a number or null' });
    expect(errorOf(() => asModel(formats.jsonl(line({ ...put, op: 'incr' })), 'kv'))).toEqual({
      line: 1, message: 'the model kv has the operations get, put, append, cas, delete, found incr',
    });
    expect(errorOf(() => asModel(formats.jsonl(line({ ...put, value: 4 })), 'kv'))).toEqual({
      line: 1, message: 'the "value" of put must be a text',
    });
    expect(errorOf(() => asModel(formats.jsonl(line({ ...put, key: null })), 'kv'))).toEqual({
      line: 1, message: 'put needs a "key"',
    });
  });
});

test('what looks like none of the formats is told so', () => {
  expect(errorOf(() => detectFormat('\nhello'))).toEqual({
    line: 2, message: 'expected a JSON line, an EDN map or a line of a Jepsen log, found "hello"',
  });
});

describe('every event of a recorded history', () => {
  const log = (...events: readonly string[]): string => lines(...events.map((event) => `{${event}}`));
  const shown = (text: string, format: FormatName): readonly unknown[] =>
    formats[format](text).operations.map(
      ({ client, op, key, value, expected, owner, output, callTime, returnTime, line: at }) => [
        client, op, key, value, expected, owner, output, callTime, returnTime, at,
      ],
    );
  const u = undefined;

  test('Porcupine’s log: each line once, outcomes by their kind, and what failed did not happen', () => {
    expect(
      shown(
        log(
          ':process 0 :type :invoke :f :put :key "a" :value "1"',
          ':process 1 :type :invoke :f :append :key "b" :value "2"',
          ':process 2 :type :invoke :f :get :key "a" :value nil', ':process 0 :type :ok :f :put :key "a" :value "1"',
          ':process 1 :type :info :f :append :key "b" :value "2"', ':process 2 :type :ok :f :get :key "a" :value "1"',
          ':process 0 :type :invoke :f :put :key "a" :value "3"', ':process 0 :type :fail :f :put :key "a" :value "3"',
        ),
        'porcupine-log',
      ),
    ).toEqual([
      [0, 'put', 'a', '1', u, u, null, 0, 3, 1], [1, 'append', 'b', '2', u, u, u, 1, null, 2],
      [2, 'get', 'a', u, u, u, '1', 2, 5, 3],
    ]);
    expect(errorOf(() => formats['porcupine-log'](log(':process 0 :type :invoke :f :get :key 1')))).toEqual({
      line: 1, message: ':key must be a text',
    });
    expect(errorOf(() => formats['porcupine-log'](log(':process 0 :type :wait :f :get :key "k"')))).toEqual({
      line: 1, message: ':type must be :invoke, :ok, :fail or :info, found :wait',
    });
  });

  test('Jepsen’s EDN: each operation with the fields of its kind, and what it was told', () => {
    const event = (process: string, type: string, f: string, value: string): string =>
      `:process ${process} :type :${type} :f :${f} :value ${value}`;
    const both = (process: number, f: string, value: string, told = value): readonly string[] => [
      event(`${process}`, 'invoke', f, value), event(`${process}`, 'ok', f, told),
    ];
    expect(
      shown(
        log(
          ...both(0, 'enqueue', '1'), ...both(1, 'dequeue', 'nil', '1'), ...both(2, 'push', '2'),
          ...both(3, 'pop', 'nil', '2'),
        ),
        'jepsen-edn',
      ),
    ).toEqual([
      [0, 'enqueue', u, 1, u, u, null, 0, 1, 1], [1, 'dequeue', u, u, u, u, 1, 2, 3, 3],
      [2, 'push', u, 2, u, u, null, 4, 5, 5], [3, 'pop', u, u, u, u, 2, 6, 7, 7],
    ]);
    expect(
      shown(
        log(
          ...both(5, 'acquire', 'nil'), ...both(5, 'release', 'nil'), ...both(6, 'cas', '[1 2]'),
          event('6', 'invoke', 'cas', '[1 3]'), event('6', 'fail', 'cas', '[1 3]'), event('7', 'invoke', 'read', 'nil'),
          event('7', 'info', 'read', 'nil'),
        ),
        'jepsen-edn',
      ),
    ).toEqual([
      [5, 'acquire', u, u, u, 5, true, 0, 1, 1], [5, 'release', u, u, u, 5, true, 2, 3, 3],
      [6, 'cas', u, 2, 1, u, true, 4, 5, 5], [7, 'read', u, u, u, u, u, 8, null, 9],
    ]);
  });

  test('Jepsen’s EDN: pairs are keys and values when all of them are, and a lone one that is none is refused', () => {
    const write = (process: number, value: string): readonly string[] => [
      `:process ${process} :type :invoke :f :write :value ${value}`,
      `:process ${process} :type :ok :f :write :value ${value}`,
    ];
    const keys = (...events: readonly string[]): readonly unknown[] =>
      formats['jepsen-edn'](log(...events)).operations.map(({ key, value }) => [key, value]);
    expect(keys(...write(0, '[1 5]'), ...write(1, '["1" 6]'))).toEqual([['1', 5], ['"1"', 6]]);
    expect(keys(...write(0, '[1 5]'), ...write(1, '7'))).toEqual([[u, [1, 5]], [u, 7]]);
    expect(keys(':process 0 :type :invoke :f :cas :value [1 5]', ':process 0 :type :ok :f :cas :value [1 5]')).toEqual([
      [u, 5],
    ]);
    expect(keys(...write(0, '[1 5]'), ':process 1 :type :invoke :f :cas :value [2 3]')).toEqual([[u, [1, 5]], [u, 3]]);
    expect(
      formats['jepsen-edn'](`[${log(...write(0, '1'), ...write(1, '2'), ...write(2, '3'))}]`).operations.map(
        ({ client, value }) => [client, value],
      ),
    ).toEqual([
      [0, 1], [1, 2], [2, 3],
    ]);
    expect(keys(':process :nemesis :type :info :f :kill :value "n1"', ...write(0, '[1 5]'))).toEqual([['1', 5]]);
    expect(errorOf(() => formats['jepsen-edn'](log(':process 123456789012345678901 :type :invoke :f :read')))).toEqual({
      line: 1,
      message: 'expected the number of a process, found 123456789012345678901, which has too many digits',
    });
    expect(errorOf(() => formats['jepsen-edn'](log(':process 0 :type :invoke :f :cas :value [1 2 3]')))).toEqual({
      line: 1, message: 'expected :value [expected new] of a :cas',
    });
    expect(errorOf(() => formats['jepsen-edn'](log(':process 0 :type :wait :f :read')))).toEqual({
      line: 1, message: ':type must be :invoke, :ok, :fail or :info, found wait',
    });
  });

  test('Jepsen’s log: each line once, and the nemesis apart', () => {
    const entry = (process: string, type: string, op: string, value: string): string =>
      `INFO  jepsen.util - ${process}\t:${type}\t:${op}\t${value}`;
    const text = lines(
      entry('0', 'invoke', 'write', '1'), entry(':nemesis', 'info', 'start', 'cut'),
      entry('1', 'invoke', 'read', 'nil'), entry('0', 'fail', 'write', '1'), entry('1', 'ok', 'read', 'nil'),
    );
    expect(shown(text, 'jepsen-log')).toEqual([[1, 'read', u, u, u, u, null, 2, 4, 3]]);
    expect(formats['jepsen-log'](text).annotations).toEqual([{ text: 'start cut', startTime: 1, lane: 'nemesis' }]);
  });
});

describe('which format and which model', () => {
  test.each<readonly [string, FormatName]>([
    ['', 'jepsen-edn'], ['; nothing but this\n', 'jepsen-edn'], ['\uFEFF{"client":1}', 'jsonl'],
    ['{ "client":1}', 'jsonl'], ['INFO  x', 'jepsen-log'], ['{:process 0, :f :get, :key "k"}', 'porcupine-log'],
    ['{:process 0, :f :read}', 'jepsen-edn'], ['{:process 0, :value [:key "k"]}', 'jepsen-edn'],
    ['[{:process 0}]', 'jepsen-edn'], ['#jepsen.history.Op {:process 0}', 'jepsen-edn'],
    ['; said\n{"client":1}', 'jsonl'],
  ])('%j', (text, format) => expect(detectFormat(text)).toBe(format));

  const history = (...operations: readonly (readonly [string, unknown?])[]) => ({
    operations: operations.map(([op, output], at) => ({
      client: 0, op, key: 'k', value: 1, owner: 1, output, callTime: at, returnTime: at, line: at + 1,
    })),
    annotations: [],
  });
  test('the first model that knows every operation; a set by what its reads tell', () => {
    const guesses = [
      [['get'], ['cas']], [['read'], ['cas']], [['enqueue']], [['pop']], [['remove-min']], [['release']],
      [['add'], ['read', 3]], [['add'], ['read', [3]]], [['add'], ['contains']], [['read'], ['push']],
    ] as const;
    expect(guesses.map((ops) => guessModel(history(...ops)))).toEqual([
      'kv', 'cas-register', 'queue', 'stack', 'priority-queue', 'lock', 'counter', 'set', 'set', undefined,
    ]);
  });

  test('inputs and outputs as the model takes them, by key when one has a key', () => {
    const one = {
      client: 1, op: 'cas', key: 'a', value: 2, expected: 1, output: false, callTime: 0, returnTime: 1, line: 1,
    };
    const read = asModel(
      {
        operations: [
          one, { ...one, op: 'read', value: undefined, expected: undefined, output: 3 },
          { ...one, op: 'write', output: null }, { ...one, op: 'read', output: undefined, returnTime: null },
        ],
        annotations: [],
      },
      'cas-register',
    );
    expect(read.operations.map(({ input, output }) => [input, output])).toEqual([
      [{ key: 'a', input: { op: 'cas', value: 2, expected: 1 } }, { ok: false }],
      [{ key: 'a', input: { op: 'read' } }, { value: 3 }],
      [{ key: 'a', input: { op: 'write', value: 2, expected: 1 } }, {}],
      [{ key: 'a', input: { op: 'read', value: 2, expected: 1 } }, undefined],
    ]);
    const listed = { ...one, op: 'read', value: undefined, expected: undefined, output: [1, 2] };
    expect(asModel({ operations: [listed], annotations: [] }, 'set').operations[0]).toMatchObject({
      input: { key: 'a', input: { op: 'read' } }, output: { values: [1, 2] },
    });
    expect(
      errorOf(() => asModel({ operations: [one, { ...listed, line: 9 }], annotations: [] }, 'cas-register')),
    ).toMatchObject({ line: 9, message: expect.stringContaining('in its output "value" must be') });
    const { key: _, ...without } = one;
    expect(asModel({ operations: [without], annotations: [] }, 'cas-register').operations[0]!.input).toEqual({
      op: 'cas', value: 2, expected: 1,
    });
    expect(
      errorOf(() => asModel({ operations: [one, { ...without, line: 7 }], annotations: [] }, 'cas-register')),
    ).toEqual({ line: 7, message: 'cas needs a "key", as other operations of this history have one' });
    expect(
      errorOf(() => asModel({ operations: [{ ...one, op: 'acquire', line: 3 }], annotations: [] }, 'lock')),
    ).toEqual({ line: 3, message: 'acquire needs a "owner"' });
    expect(
      asModel({ operations: [{ ...one, op: 'acquire', owner: 9, output: true }], annotations: [] }, 'lock')
        .operations[0],
    ).toMatchObject({ input: { input: { op: 'acquire', owner: 9 } }, output: { ok: true } });
  });
});
