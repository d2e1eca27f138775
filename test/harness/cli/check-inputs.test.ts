/**
 * Two values, keys or times that a file keeps apart are never one to `check`; what it cannot keep apart it refuses,
 * with its place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whitewater, type Ended } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-check-inputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checked(name: string, content: string | Buffer, ...options: readonly string[]): Promise<Ended> {
  writeFileSync(join(folder, name), content);
  return whitewater(folder, 'check', name, ...options);
}
const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
/** A register whose write of 2 returns, by one unit of time, before a read of 1 begins. */
const stale = (call: string, returned: string): string => lines(
  '{"client":0,"op":"write","value":1,"output":null,"call":CALL,"return":CALL}'.replaceAll('CALL', '1'),
  `{"client":0,"op":"write","value":2,"output":null,"call":2,"return":${returned}}`,
  `{"client":1,"op":"read","output":1,"call":${call},"return":9300000000000000000}`,
);

describe('times of any size', () => {
  test('nanoseconds beyond 2^53: a stale read by one nanosecond is illegal', async () => {
    const text = stale('8', '7')
      .replaceAll(/"(call|return)":(\d)([,}])/g, '"$1":170000000000000000$2$3')
      .replace('9300000000000000000', '1700000000000000099');
    expect(await checked('ns.jsonl', text, '--model', 'register')).toMatchObject({ code: 1, err: '' });
    const legal = text.replace('"call":1700000000000000008', '"call":1700000000000000006');
    expect(await checked('legal.jsonl', legal, '--model', 'register')).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    [
      'further apart than a number counts', stale('8', '7'),
      'wide.jsonl:3: "return" is more than 2^53 later than the earliest time of this history',
    ],
    [
      'with a fraction that is rounded', stale('8', '7').replace('9300000000000000000', '1700000000.123456789'),
      'wide.jsonl:3: "return" has a fraction, or too many digits',
    ],
    [
      'a fraction beside large ones', stale('8.5', '7').replace('93', '17'),
      'wide.jsonl:3: "call" has a fraction, or too many digits',
    ],
    [
      'endless', stale('8', '7').replace('9300000000000000000', '1e999'),
      'wide.jsonl:3: "return" has a fraction, or too many digits',
    ],
  ])('%s: refused with the line', async (_what, text, says) => {
    const { code, out, err } = await checked('wide.jsonl', text, '--model', 'register');
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain(`whitewater: ${says}`);
    expect(err).toMatch(/^[^\n]*\n$/);
  });

  test('a value that would be rounded is refused: as a text it is kept', async () => {
    const write = (value: string): string =>
      `{"client":0,"op":"write","value":${value},"output":null,"call":0,"return":1}\n`;
    expect(await checked('value.jsonl', write('9007199254740993'))).toMatchObject({
      code: 4,
      err: 'whitewater: value.jsonl:1: "9007199254740993" has more digits than a number can keep: write it as a text\n',
    });
    expect(await checked('text.jsonl', write('"9007199254740993"'))).toMatchObject({ code: 0 });
  });
});

describe('bytes', () => {
  const put = (key: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('{"client":0,"op":"put","key":"é'), key,
      Buffer.from('","value":"v","output":null,"call":0,"return":1}\n'),
    ]);

  test.each([
    ['a lone byte', Buffer.from([0xff])],
    ['half a character', Buffer.from([0xe2, 0x82])],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ])('%s that is no UTF-8 is refused with line and column', async (_what, bytes) => {
    const { code, out, err } = await checked('bytes.jsonl', Buffer.concat([put(Buffer.from('k')), put(bytes)]));
    expect([code, out, err]).toEqual([4, '', 'whitewater: bytes.jsonl:2:32: it is not UTF-8\n']);
  });

  test('a mark of the order of bytes is left out, in every format', async () => {
    expect(await checked('bom.jsonl', Buffer.concat([Buffer.from('\uFEFF'), put(Buffer.from('k'))]))).toMatchObject({
      code: 0,
    });
    expect(await checked('bom.edn', '\uFEFF{:process 0 :type :invoke :f :read :value nil}\n')).toMatchObject({
      code: 0,
    });
    expect(await checked('bom.log', '\uFEFFINFO  jepsen.util - 0\t:invoke\t:read\tnil\n')).toMatchObject({ code: 0 });
  });
});

describe('EDN keeps apart what Clojure keeps apart', () => {
  const op = (process: number, type: string, f: string, value: string): string =>
    `{:process ${process} :type :${type} :f :${f} :value ${value}}`;
  const writes = (value: string, process = 0): readonly string[] => [
    op(process, 'invoke', 'write', value), op(process, 'ok', 'write', value),
  ];
  const reads = (value: string): readonly string[] => [op(1, 'invoke', 'read', 'nil'), op(1, 'ok', 'read', value)];

  test.each([
    [':a', '"a"'], ['a', '"a"'], [':a', '":a"'], ['a', '"\'a"'], ['9007199254740993', '9007199254740992'],
    ['9007199254740993', '"#9007199254740993"'], ['{:a 1}', '{"a" 1}'], ['1', '"1"'], ['"\\u0041"', '"B"'],
  ])('%s was written, and %s is read: illegal', async (written, read) => {
    expect((await checked('values.edn', lines(...writes(written), ...reads(written)))).code).toBe(0);
    expect((await checked('values.edn', lines(...writes(written), ...reads(read)))).code).toBe(1);
  });

  test('the keys 1 and "1" are two', async () => {
    const keyed = (key: string, value: string, f: string, process: number): readonly string[] => [
      op(process, 'invoke', f, `[${key} ${f === 'read' ? 'nil' : value}]`), op(process, 'ok', f, `[${key} ${value}]`),
    ];
    const history = (key: string): string =>
      lines(...keyed('1', '7', 'write', 0), ...keyed('"1"', '8', 'write', 0), ...keyed(key, '7', 'read', 1));
    expect((await checked('keys.edn', history('1'))).code).toBe(0);
    expect((await checked('keys.edn', history('"1"'))).code).toBe(1);
  });

  test.each([
    ['a key twice', '{:f :read :f :write :process 0 :type :ok}', ':1: the key "f" stands twice in a map'],
    [
      'a process with too many digits', '{:f :read :process 9007199254740993 :type :invoke}',
      ':1: expected the number of a process, found 9007199254740993',
    ],
    [
      'an escape without its digits', '{:f :read :process 0 :type :invoke :value "\\u00g0"}',
      ':1: expected four hexadecimal digits behind \\u, found "00g0"',
    ],
  ])('%s is refused', async (_what, text, says) => {
    const { code, err } = await checked('bad.edn', `${text}\n`);
    expect([code, err]).toEqual([4, expect.stringContaining(`whitewater: bad.edn${says}`)]);
    expect(err).toMatch(/^[^\n]*\n$/);
  });
});

describe('200,000 levels of nesting are refused in one line', () => {
  const levels = 200_000;
  const brackets = '['.repeat(levels) + ']'.repeat(levels);
  test.each([
    ['JSON lines', 'check', 'deep.jsonl', `{"client":0,"op":"write","value":${brackets},"call":0,"return":1}\n`],
    ['EDN', 'check', 'deep.edn', `{:process 0 :type :invoke :f :write :value ${brackets}}\n`],
    ['EDN tags', 'check', 'tags.edn', `${'#a '.repeat(levels)}1\n`],
    ['EDN left out', 'check', 'left.edn', `${'#_'.repeat(levels)}1\n`],
    ['a Jepsen log', 'check', 'deep.log', `INFO  jepsen.util - 0\t:invoke\t:cas\t${brackets}\n`],
    ['a plan', 'replay', 'deep.json', brackets],
    ['a campaign', 'merge', 'deep.json', brackets],
    ['objects', 'replay', 'objects.json', '{"a":'.repeat(levels)],
  ])('%s', async (_what, command, name, text) => {
    writeFileSync(join(folder, name), text);
    const { code, out, err } = await whitewater(folder, command, name);
    expect([code, out, err]).toEqual([
      4, '', expect.stringMatching(/^whitewater: [^\n]* is nested more than 500 levels deep[^\n]*\n$/),
    ]);
  });
});

test('a name that goes over many lines is told in one (found by npm run fuzz:inputs, seed 14399)', async () => {
  const { code, err } = await checked(
    'names.edn',
    '{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f "a\nb" :value 1}\n',
  );
  expect([code, err]).toEqual([
    4,
    'whitewater: names.edn:2: process 0 completes a\\nb, and what it has open is the write of line 1\n',
  ]);
});
