/** `whitewater check`: what it prints, writes and ends with. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { checkCommand } from '../../../harness/cli/check.ts';
import { registerModel } from '../../../checkers/porcupine-ts-port/index.ts';
import { longHistoryWithStaleRead } from '../../../checkers/porcupine-ts-port/test/long-history.ts';
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
  const terminal = {
    out: (text: string) => void (out += text), err: (text: string) => void (err += text), isTerminal: false,
    columns: 100, hasColor: false, interrupted,
  };
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

const put = (value: string, call: number, client = 0) => ({
  client, op: 'put', key: 'k', value, output: null, call, return: call + 1,
});
const get = (output: string, call: number, client = 0) => ({
  client, op: 'get', key: 'k', output, call, return: call + 1,
});
const good = file('good.jsonl', put('a', 0), get('a', 2));
const stale = file('stale.jsonl', put('a', 0), put('b', 2, 1), { annotation: 'n1 crashed', call: 3 }, get('a', 4, 2));
const log = file('register.log', ...['invoke', 'ok'].map((type) => `INFO  jepsen.util - 0\t:${type}\t:write\t1`));
const knotted = file(
  'knotted.jsonl',
  ...Array.from({ length: 26 }, (_, client) => ({
    client, op: 'put', key: 'k', value: `${client}`, output: null, call: 0, return: 100,
  })),
  // It does not tell whether it was applied: only the general search knows what to do with it.
  { client: 99, op: 'cas', key: 'k', expected: 'never put', value: '', call: 0, return: 100 },
  get('x', 200, 50),
);

/** Times differ from run to run. */
const withoutTime = (text: string): string => text.replace(/, [\d.]+ m?s \(/g, ', TIME (');

describe('verdicts and exit codes', () => {
  test('ok: 0, with the number of operations, the model and the method', async () => {
    const { code, out } = await check([good, log]);
    expect(code).toBe(0);
    expect(withoutTime(out)).toBe(
      `${good}: ok, 2 operations, TIME (kv; chains)\n${log}: ok, 1 operation, TIME (cas-register; chains)\n`,
    );
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
      '  not linearizable, but sequentially consistent; kept: read your writes, monotonic reads, writes follow reads',
      '',
    ]);
  });
  test('unknown: 2, never a pass, and says what to give more of', async () => {
    const { code, out } = await check([knotted, '--budget', '1000']);
    expect(code).toBe(2);
    expect(out).toContain('unknown, 28 operations');
    expect(out).toContain('unknown is no pass: the steps were used up; give more with --budget');
    expect(await check([knotted, '--memory', '1'])).toMatchObject({
      code: 2, out: expect.stringContaining('the memory was used up'),
    });
    expect(await check([knotted, '--timeout', '50ms'])).toMatchObject({
      code: 2, out: expect.stringContaining('the time was used up'),
    });
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
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      files: [{ verdict: 'unknown', reason: 'aborted' }],
    });
  });
});

describe('what is loaded', () => {
  /** Modules that are loaded with this one: not those that it loads later, nor those of which it takes types. */
  function loadedWith(path: string, found = new Set<string>()): Set<string> {
    if (found.has(path)) return found;
    found.add(path);
    const text = readFileSync(path, 'utf8');
    for (const [statement, from] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)';/gm)) {
      if (!/^\w+ \{(?:\s*type [^,}]+,?)+\s*\}/.test(statement)) loadedWith(join(dirname(path), from!), found);
    }
    return found;
  }
  test('check starts with the checker, and without the scenarios and the other commands', () => {
    const top = join(dirname(fileURLToPath(import.meta.url)), '../../..');
    const named = (paths: Iterable<string>): string[] => Array.from(paths, (path) => relative(top, path));
    // What looks whether chunks may be loaded (harness/start), and then the command line.
    expect(named(loadedWith(join(top, 'scenarios/whitewater.ts'))).toSorted()).toEqual([
      'harness/cli/project.ts', 'harness/start/chunks.ts', 'harness/start/house.ts', 'harness/text/usage-error.ts',
      'scenarios/whitewater.ts',
    ]);
    expect(named(loadedWith(join(top, 'scenarios/command-line.ts'))).toSorted()).toEqual([
      'harness/campaign/draw-error.ts', 'harness/campaign/judgement.ts', 'harness/campaign/pulse.ts',
      'harness/campaign/stuck.ts', 'harness/cli/command.ts', 'harness/cli/commands.ts', 'harness/cli/main.ts',
      'harness/cli/parent.ts', 'harness/cli/terminal.ts', 'harness/cli/thread.ts', 'harness/system.ts',
      'harness/text/files.ts', 'harness/text/format.ts', 'harness/text/own-command.ts', 'harness/text/printable.ts',
      'harness/text/usage-error.ts', 'scenarios/command-line.ts', 'scenarios/house.ts',
    ]);
    const rest = named(loadedWith(join(top, 'harness/cli/check.ts'))).filter(
      (path) => !path.startsWith('checkers/porcupine-ts-port/'),
    );
    expect(rest.toSorted()).toEqual([
      'harness/campaign/judgement.ts', 'harness/cli/check.ts', 'harness/cli/command.ts', 'harness/cli/kept.ts',
      'harness/text/files.ts', 'harness/text/format.ts', 'harness/text/printable.ts', 'harness/text/usage-error.ts',
    ]);
    // What explains and what draws waits until there is something illegal.
    expect(
      named(loadedWith(join(top, 'harness/cli/check.ts'))).filter((path) => /\/(?:explain|picture)\//.test(path)),
    ).toEqual([]);
  });
});

describe('what was silent, or stopped everything', () => {
  test('an empty file is ok, without operations, and does not stop the others', async () => {
    const empty = file('empty.log');
    const { code, out } = await check([empty, stale, good]);
    expect(code).toBe(1);
    expect(withoutTime(out)).toContain(`${empty}: ok, no operations, TIME (kv; search)\n${stale}: illegal`);
    expect(out).toContain(`${good}: ok`);
    expect((await check([empty])).code).toBe(0);
  });
  test('every illegal key is told, the first error in time first', async () => {
    const at = (line: ReturnType<typeof put> | ReturnType<typeof get>, key: string) => ({ ...line, key });
    const three = file(
      'three.jsonl', at(put('a', 0), 'late'), at(put('b', 2), 'late'), at(get('x', 40), 'late'),
      at(get('y', 10, 1), 'early'), at(get('z', 20, 1), 'middle'), at(put('q', 60), 'fine'),
    );
    const json = join(folder, 'three.json');
    const { code, out } = await check([three, '--json', json]);
    expect(code).toBe(1);
    const lines = out.split('\n');
    expect(lines[1]).toBe(
      '  get(early) -> "y" has no place before its return: the only state possible by then is "" (key "early")',
    );
    expect(lines.filter((line) => line.startsWith('  also illegal'))).toEqual([
      '  also illegal: key "middle", line 5: get(middle) -> "z" has no place before its return: the only state possible by then is ""',
      '  also illegal: key "late", line 3: get(late) -> "x" has no place before its return: the only state possible by then is "b"',
    ]);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      files: [
        {
          key: 'early',
          alsoIllegal: [
            { key: 'middle', blocked: { line: 5 } }, { key: 'late', blocked: { line: 3 } },
          ],
        },
      ],
    });
  });
  test('of a long history the few operations that show it are told', async () => {
    const { history } = longHistoryWithStaleRead(5000);
    const long = file(
      'long.jsonl',
      ...history.map(({ client, input, output, callTime, returnTime }) => ({
        client, ...input, output: input.op === 'get' ? output!.value : null, call: callTime, return: returnTime,
      })),
    );
    const told = await check([long]);
    expect(told.code).toBe(1);
    expect(told.out).toContain('The 2 operations marked * cannot all have happened');
  });
  test('--cross-check: the search goes over the first files too', async () => {
    const { code, out } = await check([good, log, '--cross-check', '1']);
    expect(code).toBe(0);
    expect(out.match(/cross-check: the search confirmed 1 part \(\d+ steps?\)/g)?.length).toBe(1);
    expect((await check([stale, '--cross-check', '1'])).out).toContain('the search confirmed 1 part');
    expect(await usageErrorOf([good, '--cross-check', 'all'])).toContain('--cross-check takes a whole number');
  });
  test('a fast path that is wrong is exit code 5, and no verdict', async () => {
    // Only a broken path differs: the register's says illegal of what is ok.
    const path = registerModel.fastPaths![0]! as { check: unknown };
    const { check: whole } = path;
    path.check = () => ({ legal: false, clash: [0] });
    try {
      const register = file('register.jsonl', { client: 0, op: 'write', value: 1, output: null, call: 0, return: 1 });
      const { code, out } = await check([register, '--model', 'register', '--cross-check', '1']);
      expect(code).toBe(5);
      expect(out).toContain(
        'the method chains says illegal, and the search says ok (lines 1 to 1): please report it, with this file',
      );
      expect((await check([register, '--model', 'register'])).code).toBe(1);
    } finally {
      path.check = whole;
    }
  });
});

describe('what it writes', () => {
  test('--json: for each file verdict, steps, time, method and the minimal sub-history', async () => {
    const json = join(folder, 'out.json');
    await check([good, stale, '--json', json]);
    const { files } = JSON.parse(readFileSync(json, 'utf8')) as { files: Record<string, unknown>[] };
    expect(files[0]).toMatchObject({
      file: good, model: 'kv', verdict: 'ok', operations: 2, steps: 0, wallMs: expect.any(Number), method: 'chains',
    });
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
    expect(await usageErrorOf([stale, damaged])).toBe(
      `${damaged}:2: expected a JSON object on one line, found "{\\"client\\":"`,
    );
    const overlap = file('overlap.jsonl', { ...put('a', 0), return: 9 }, get('a', 5));
    expect(await usageErrorOf([overlap])).toMatch(
      new RegExp(`^${overlap}:2: operation 1 \\(client 0, called at 5\\) overlaps`),
    );
    expect(await usageErrorOf([good, '--model', 'register'])).toBe(
      `${good}:1: the model register has the operations read, write, found put`,
    );
    expect(await usageErrorOf([good, '--format', 'jepsen-log'])).toContain(`${good}:1: expected "INFO  jepsen.util`);
    const mixed = file('mixed.jsonl', put('a', 0), { ...put('a', 2), op: 'enqueue' });
    expect(await usageErrorOf([mixed])).toBe(
      `${mixed}: no model has all the operations put, enqueue; name one with --model`,
    );
  });
  test('files that are not there, options that do not exist', async () => {
    expect(await usageErrorOf([join(folder, 'absent.jsonl')])).toContain('no such file');
    expect(await usageErrorOf([])).toContain('check needs a FILE');
    expect(await usageErrorOf([good, '--model', 'kvs'])).toContain(
      '--model takes one of kv, kv-unpartitioned, versioned-kv, register',
    );
    expect(await usageErrorOf([good, '--budget', '-1'])).toContain('--budget');
    expect(await usageErrorOf([good, '--timeout', 'soon'])).toContain('--timeout takes a duration');
    expect(await usageErrorOf([good, '--json', folder])).toContain('it is a folder');
  });
});
