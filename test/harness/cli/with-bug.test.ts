/** `--bug NAME`: whatever it prints can be pasted, signals are passed on, and nothing of it outlives the command. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bin, spawned } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-with-bug-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('every printed command runs', () => {
  test.each([
    ['fuzz', ['fuzz', '--seeds', '1', '--workers', '1', '--shrink'], 4],
    ['lab', ['lab', '2A-1'], 1],
    ['shrink', ['shrink', '1', '--runs', '300', '--out', "a b's.json"], 2],
    ['explore', ['explore', '--clients', '0', '--max-term', '1', '--max-log', '1', '--workers', '1'], 2],
  ])('%s', async (name, argv, least) => {
    const here = join(folder, name);
    mkdirSync(here);
    const { code, out } = await spawned(here, '--bug', 'e03', ...argv);
    expect(code).toBe(1);
    const printed = [...new Set([...out.matchAll(/whitewater ((?:--bug \S+ )?(?:replay|report|shrink|pin) .*)$/gm)].map(([, words]) => words!))];
    expect(printed.length).toBeGreaterThanOrEqual(least);
    for (const words of printed) expect(words).toMatch(/^--bug e03 /);
    for (const words of printed.filter((one) => one.startsWith('--bug e03 replay'))) {
      const again = await new Promise<number | null>((resolve) => {
        spawn('sh', ['-c', `"${process.execPath}" "${bin}" ${words}`], { cwd: here, stdio: 'ignore' }).on('close', resolve);
      });
      expect([words, again]).toEqual([words, 1]);
    }
  });
});

test('a folder or a file that is called like the bug does not take its place', async () => {
  mkdirSync(join(folder, 'e03'));
  writeFileSync(join(folder, 'e04'), 'not a patch\n');
  expect(await spawned(folder, '--bug', 'e03', 'replay', '1')).toMatchObject({ code: 1, err: expect.stringContaining('with a planted bug: E03 ') });
  expect(await spawned(folder, '--bug', 'E04', 'scenarios')).toMatchObject({ code: 0 });
  expect(await spawned(folder, '--bug', './e03', 'replay', '1')).toMatchObject({ code: 4, err: 'whitewater: ./e03: there is no .patch file in it\n' });
});

test.each([
  [['--bug', 'e03', '--bug', 'e04', 'fuzz'], 'whitewater: --bug is given twice: one bug is planted at a time\n'],
  [['--bug', 'e03'], 'whitewater: --bug takes a known bug and then a command, such as: whitewater --bug e01 fuzz\n'],
])('%j is refused', async (argv, says) => {
  expect(await spawned(folder, ...argv)).toEqual({ code: 4, out: '', err: says });
});

interface Begun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
  /** The process that ran on the patched core is gone. */
  readonly isChildGone: boolean;
  readonly leftovers: readonly string[];
}

/** Children of a process, as the kernel lists them. */
const childrenOf = (pid: number): readonly number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((text) => text !== '').map(Number);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A long campaign on the patched core; `act` once it is under way. */
async function begun(name: string, act: (pid: number, closeOutput: () => void) => void): Promise<Begun> {
  const temporary = join(folder, `tmp-${name}`);
  mkdirSync(temporary);
  const parent = spawn(process.execPath, [bin, '--bug', 'p03', 'fuzz', '--seeds', '1000000', '--workers', '1', '--time-budget', '60s'], {
    cwd: folder, env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  let child: number | undefined;
  parent.stderr.on('data', (text: Buffer) => {
    const isFirst = !/seeds?/.test(err);
    err += text.toString();
    if (!isFirst || !/seeds?/.test(err)) return;
    child = childrenOf(parent.pid!)[0];
    act(parent.pid!, () => parent.stdout.destroy());
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    parent.on('close', (...ended) => resolve(ended));
  });
  expect(child).toBeDefined();
  for (let i = 0; i < 500 && isAlive(child!); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  return { code, signal, err, isChildGone: !isAlive(child!), leftovers: readdirSync(temporary) };
}

describe.runIf(process.platform === 'linux')('what ends the command ends what it began, and takes its folder away', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s to the command alone: the campaign ends cleanly, with its summary', async (signal) => {
    expect(await begun(signal, (pid) => process.kill(pid, signal))).toMatchObject({ signal: null, isChildGone: true, leftovers: [] });
  });

  test('a second Ctrl-C', async () => {
    const ended = await begun('twice', (pid) => {
      process.kill(pid, 'SIGINT');
      setTimeout(() => {
        try {
          process.kill(pid, 'SIGINT');
        } catch {
          // The first one was quick.
        }
      }, 5);
    });
    expect(ended).toMatchObject({ isChildGone: true, leftovers: [] });
  });

  test('the process on the patched core is ended from outside', async () => {
    const ended = await begun('child', (pid) => process.kill(childrenOf(pid)[0]!, 'SIGKILL'));
    expect(ended).toMatchObject({ code: 2, isChildGone: true, leftovers: [] });
    expect(ended.err).toContain('whitewater: the process on the core with p03 was ended from outside, by SIGKILL\n');
  });

  test('the command itself is killed: the process on the patched core does not go on alone', async () => {
    expect(await begun('killed', (pid) => process.kill(pid, 'SIGKILL'))).toMatchObject({ signal: 'SIGKILL', isChildGone: true });
  });

  test('nobody reads any more: the work goes on to its end, and the folder goes', async () => {
    const ended = await begun('epipe', (pid, closeOutput) => {
      closeOutput();
      process.kill(pid, 'SIGINT');
    });
    expect(ended).toMatchObject({ signal: null, isChildGone: true, leftovers: [] });
  });
});

test('a TMPDIR that cannot be used is named', async () => {
  const ended = await new Promise<{ code: number | null; err: string }>((resolve) => {
    const child = spawn(process.execPath, [bin, '--bug', 'e03', 'fuzz'], { cwd: folder, env: { ...process.env, TMPDIR: '/proc/nowhere' }, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('close', (code) => resolve({ code, err }));
  });
  expect(ended).toEqual({ code: 4, err: expect.stringMatching(/^whitewater: cannot make a folder in \/proc\/nowhere: no such file or folder: set TMPDIR to a folder that can be written\n$/) });
});
