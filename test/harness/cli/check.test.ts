/** `whitewater check`: what it prints, writes and ends with. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkCommand } from '../../../harness/cli/check.ts';
import { UsageError, type Context } from '../../../harness/cli/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function check(argv: readonly string[], interrupted: AbortSignal = new AbortController().signal): Promise<Ran> {
  let out = '';
  let err = '';
  const terminal = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), isTerminal: false, columns: 100, hasColor: false, interrupted };
  // The command does not look at the scenarios.
  const code = await checkCommand.run(argv, { terminal } as unknown as Context);
  return { code, out, err };
}

async function usageErrorOf(argv: readonly string[]): Promise<string> {
  const error: unknown = await check(argv).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

function file(name: string, ...lines: readonly (string | object)[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return path;
}

const put = (value: string, call: number, client = 0) => ({ client, op: 'put', key: 'k', value, output: null, call, return: call + 1 });
const get = (output: string, call: number, client = 0) => ({ client, op: 'get', key: 'k', output, call, return: call + 1 });
const good = file('good.jsonl', put('a', 0), get('a', 2));
const stale = file('stale.jsonl', put('a', 0), put('b', 2, 1), { annotation: 'n1 crashed', call: 3 }, get('a', 4, 2));
const log = file('register.log', ...['invoke', 'ok'].map((type) => `INFO  jepsen.util - 0\t:${type}\t:write\t1`));
const knotted = file(
  'knotted.jsonl',
  ...Array.from({ length: 26 }, (_, client) => ({ client, op: 'put', key: 'k', value: `${client}`, output: null, call: 0, return: 100 })),
  { ...put('', 0, 99), return: 100 },
  get('x', 200, 50),
);

/** Times differ from run to run. */
const withoutTime = (text: string): string => text.replace(/, [\d.]+ m?s \(/g, ', TIME (');

describe('verdicts and exit codes', () => {
  test('ok: 0, with the number of operations, the model and the method', async () => {
    const { code, out } = await check([good, log]);
    expect(code).toBe(0);
    expect(withoutTime(out)).toBe(`${good}: ok, 2 operations, TIME (kv; chains)\n${log}: ok, 1 operation, TIME (cas-register; chains)\n`);
  });
  test('illegal: 1, with what is wrong and the minimal sub-history as bars', async () => {
    const { code, out } = await check([stale]);
    expect(code).toBe(1);
    expect(withoutTime(out).split('\n')).toEqual([
      `${stale}: illegal, 3 operations, TIME (kv; chains)`,
      '  get(k) -> "a" has no place before its return: the only state possible by then is "b" (key "k")',
      '  The 2 operations marked * cannot all have happened as recorded, whichever of the others did:',
      '    client 0  put(k, "a")    |-----|',
      '  * client 1  put(k, "b")                |-----|',
      '  * client 2  get(k) -> "a"                          |-----|',
      '',
    ]);
  });
  test('unknown: 2, never a pass, and says what to give more of', async () => {
    const { code, out } = await check([knotted, '--budget', '1000']);
    expect(code).toBe(2);
    expect(out).toContain('unknown, 28 operations');
    expect(out).toContain('unknown is no pass: the steps were used up; give more with --budget');
    expect(await check([knotted, '--memory', '1'])).toMatchObject({ code: 2, out: expect.stringContaining('the memory was used up') });
    expect(await check([knotted, '--timeout', '50ms'])).toMatchObject({ code: 2, out: expect.stringContaining('the time was used up') });
  });
  test('of several files the worst counts: illegal before unknown before ok', async () => {
    expect((await check([good, knotted, stale, '--budget', '1000'])).code).toBe(1);
    expect((await check([good, knotted, '--budget', '1000'])).code).toBe(2);
  });
  test('interrupted: unknown, and what was asked for is still written', async () => {
    const json = join(folder, 'interrupted.json');
    const { code, out } = await check([knotted, '--json', json], AbortSignal.timeout(50));
    expect(code).toBe(2);
    expect(out).toContain('interrupted');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ files: [{ verdict: 'unknown', reason: 'aborted' }] });
  });
});

describe('what it writes', () => {
  test('--json: for each file verdict, steps, time, method and the minimal sub-history', async () => {
    const json = join(folder, 'out.json');
    await check([good, stale, '--json', json]);
    const { files } = JSON.parse(readFileSync(json, 'utf8')) as { files: Record<string, unknown>[] };
    expect(files[0]).toMatchObject({ file: good, model: 'kv', verdict: 'ok', operations: 2, steps: 0, wallMs: expect.any(Number), method: 'chains' });
    expect(files[1]).toMatchObject({
      file: stale,
      verdict: 'illegal',
      isMinimal: true,
      blocked: { operation: 2, line: 4 },
      minimal: [
        { operation: 0, line: 1, inCore: false, client: 0, text: 'put(k, "a")', call: 0, return: 1 },
        { operation: 1, line: 2, inCore: true, client: 1, text: 'put(k, "b")', call: 2, return: 3 },
        { operation: 2, line: 4, inCore: true, client: 2, text: 'get(k) -> "a"', call: 4, return: 5 },
      ],
    });
  });
  test('--html: the picture, with annotations; of several files one each', async () => {
    const html = join(folder, 'out.html');
    expect((await check([stale, '--html', html])).out).toContain(`  picture: ${html}\n`);
    expect(readFileSync(html, 'utf8')).toContain('n1 crashed');
    await check([good, stale, '--html', html]);
    expect(existsSync(join(folder, 'out-good.jsonl.html'))).toBe(true);
    expect(existsSync(join(folder, 'out-stale.jsonl.html'))).toBe(true);
  });
});

describe('wrong usage and damaged input', () => {
  test('are told by file, line and expectation, before anything is checked', async () => {
    const damaged = file('damaged.jsonl', put('a', 0), '{"client":');
    expect(await usageErrorOf([stale, damaged])).toBe(`${damaged}:2: expected a JSON object on one line, found "{\\"client\\":"`);
    const overlap = file('overlap.jsonl', { ...put('a', 0), return: 9 }, get('a', 5));
    expect(await usageErrorOf([overlap])).toMatch(new RegExp(`^${overlap}:2: operation 1 \\(client 0, called at 5\\) overlaps`));
    expect(await usageErrorOf([good, '--model', 'register'])).toBe(`${good}:1: the model register has the operations read, write, found put`);
    expect(await usageErrorOf([good, '--format', 'jepsen-log'])).toContain(`${good}:1: expected "INFO  jepsen.util`);
    const mixed = file('mixed.jsonl', put('a', 0), { ...put('a', 2), op: 'enqueue' });
    expect(await usageErrorOf([mixed])).toBe(`${mixed}: no model has all the operations put, enqueue; name one with --model`);
  });
  test('files that are not there, options that do not exist', async () => {
    expect(await usageErrorOf([join(folder, 'absent.jsonl')])).toContain('no such file');
    expect(await usageErrorOf([])).toContain('check needs a FILE');
    expect(await usageErrorOf([good, '--model', 'kvs'])).toContain('--model takes one of kv, kv-unpartitioned, register');
    expect(await usageErrorOf([good, '--budget', '-1'])).toContain('--budget');
    expect(await usageErrorOf([good, '--timeout', 'soon'])).toContain('--timeout takes a duration');
    expect(await usageErrorOf([good, '--json', folder])).toContain('it is a folder');
  });
});
