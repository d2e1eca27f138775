/** `--bug NAME`: whatever it prints can be pasted, signals are passed on, and nothing of it outlives the command. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTwoFilesPatch } from 'diff';
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
    const printed = [
      ...new Set(
        [...out.matchAll(/whitewater ((?:--bug \S+ )?(?:replay|report|shrink|pin) .*)$/gm)].map(([, words]) => words!),
      ),
    ];
    expect(printed.length).toBeGreaterThanOrEqual(least);
    for (const words of printed) expect(words).toMatch(/^--bug e03 /);
    for (const words of printed.filter((one) => one.startsWith('--bug e03 replay'))) {
      const again = await new Promise<number | null>((resolve) => {
        spawn('sh', ['-c', `"${process.execPath}" "${bin}" ${words}`], { cwd: here, stdio: 'ignore' }).on(
          'close', resolve,
        );
      });
      expect([words, again]).toEqual([words, 1]);
    }
  });
});

test('a folder or a file that is called like the bug does not take its place', async () => {
  mkdirSync(join(folder, 'e03'));
  writeFileSync(join(folder, 'e04'), 'not a patch\n');
  expect(await spawned(folder, '--bug', 'e03', 'replay', '1')).toMatchObject({
    code: 1, err: expect.stringContaining('with a planted bug: E03 '),
  });
  expect(await spawned(folder, '--bug', 'E04', 'scenarios')).toMatchObject({ code: 0 });
  expect(await spawned(folder, '--bug', './e03', 'replay', '1')).toMatchObject({
    code: 4, err: 'whitewater: ./e03: there is no .patch file in it\n',
  });
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
  readonly out: string;
  readonly err: string;
  /** The process that ran on the patched core is gone. */
  readonly isChildGone: boolean;
  readonly leftovers: readonly string[];
}

/** Children of a process, as the kernel lists them. */
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A patch of somebody's own. */
function patchOf(name: string, file: string, before: string, after: string): string {
  const text = readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8');
  expect(text.split(before)).toHaveLength(2);
  const diff = createTwoFilesPatch(
    `a/${file}`, `b/${file}`, text, text.replace(before, () => after),
  ).replace(/^=+\n/, '');
  const path = join(folder, `${name}.patch`);
  writeFileSync(
    path,
    `Title: ${name}\nId: X01\nCategory: Election and terms\nDifficulty: easy\nSource: a test\nProperty: No Exception\n\n${diff}`,
  );
  return path;
}

/** Breaks nothing: a campaign on it ends when it is told to, and no sooner. */
const same = patchOf('same', 'core/raft/state.ts', '(clusterSize >> 1) + 1', '1 + (clusterSize >> 1)');

/** A long campaign on the patched core; `act` once it is under way. */
async function begun(name: string, act: (pid: number, closeOutput: () => void) => void): Promise<Begun> {
  const temporary = join(folder, `tmp-${name}`);
  mkdirSync(temporary);
  const parent = spawn(
    process.execPath,
    [bin, '--bug', same, 'fuzz', '--seeds', '1000000', '--workers', '1', '--time-budget', '60s'],
    { cwd: folder, env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [out, err] = ['', ''];
  parent.stdout.on('data', (text: Buffer) => (out += text.toString()));
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
  return { code, signal, out, err, isChildGone: !isAlive(child!), leftovers: readdirSync(temporary) };
}

describe.runIf(process.platform === 'linux')(
  'what ends the command ends what it began, and takes its folder away',
  () => {
    test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
      '%s to the command alone: the campaign ends cleanly, with its summary',
      async (signal) => {
        const ended = await begun(signal, (pid) => process.kill(pid, signal));
        expect(ended).toMatchObject({ code: 2, signal: null, isChildGone: true, leftovers: [] });
        expect(ended.out).toMatch(
          /^ {2}exit code 2: interrupted before it was done: interrupted after \d+ of 1000000$/m,
        );
      },
    );

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
      expect(ended).toMatchObject({ code: 2, isChildGone: true, leftovers: [] });
    });

    test('the process on the patched core is ended from outside', async () => {
      const ended = await begun('child', (pid) => process.kill(childrenOf(pid)[0]!, 'SIGKILL'));
      expect(ended).toMatchObject({ code: 2, isChildGone: true, leftovers: [] });
      expect(ended.err).toContain(
        `whitewater: the process on the core with ${same} was ended from outside, by SIGKILL\n`,
      );
    });

    test('the command itself is killed: the process on the patched core does not go on alone', async () => {
      expect(await begun('killed', (pid) => process.kill(pid, 'SIGKILL'))).toMatchObject({
        signal: 'SIGKILL', isChildGone: true,
      });
    });

    test('nobody reads any more: the work goes on to its end, and the folder goes', async () => {
      const ended = await begun('epipe', (pid, closeOutput) => {
        closeOutput();
        process.kill(pid, 'SIGINT');
      });
      expect(ended).toMatchObject({ code: 2, signal: null, isChildGone: true, leftovers: [] });
    });
  },
);

/** The built command with another environment. */
const within = (
  env: NodeJS.ProcessEnv,
  ...argv: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...argv], {
      cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });

describe('a TMPDIR that cannot be used', () => {
  const nowhere = { TMPDIR: '/proc/nowhere' };
  const says =
    'whitewater: cannot make a folder in /proc/nowhere: no such file or folder: set TMPDIR to a folder that can be written\n';

  test.each([
    ['--bug', ['--bug', 'e03', 'fuzz']],
    ['bugs', ['bugs', 'e03', '--starts', '1', '--seeds', '1', '--workers', '1']],
    ['the canaries of a gate', ['gate', '--seeds', '1', '--workers', '1', '--shard', '1/1000']],
  ])('is named by %s: wrong input', async (_what, argv) => {
    expect(await within(nowhere, ...argv)).toMatchObject({ code: 4, err: expect.stringContaining(says) });
  });

  test.each([
    [['fuzz', '--seeds', '1', '--workers', '1']], [['replay', '1']], [['lab', '2A-1']],
    [['explore', 'die-hard', '--workers', '1']],
  ])('does not matter to %j', async (argv) => {
    const [usual, ended] = [await within({}, ...argv), await within(nowhere, ...argv)];
    expect(ended.code).toBe(usual.code);
    expect(ended.err).not.toContain('whitewater: ');
  });
});

describe('a core that cannot be run is told with whose fault it is', () => {
  const free = '  const isFree = votedFor === null || votedFor === from;\n';
  const throwing = patchOf(
    'throwing', 'core/raft/election.ts', 'export function onElectionTimeout',
    "if (1 + 1 === 2) throw new RangeError('no\\nway');\nexport function onElectionTimeout",
  );
  const hungry = patchOf(
    'hungry',
    'core/raft/election.ts',
    free,
    `${free}  const all: number[][] = [];\n  for (;;) all.push(new Array(100_000).fill(all.length));\n`,
  );

  test.each([['replay', '1'], ['fuzz', '--seeds', '2', '--workers', '1'], ['scenarios'], ['lab', '2A-1']])(
    '%s on one that throws while it is loaded: wrong input',
    async (...argv) => {
      expect(await spawned(folder, '--bug', throwing, ...argv)).toEqual({
        code: 4,
        out: '',
        err: `with a planted bug: X01 throwing\nwhitewater: the core with ${throwing} cannot be loaded: RangeError: no way\n`,
      });
    },
  );

  test('bugs, too', async () => {
    const { code, out } = await spawned(folder, 'bugs', throwing, '--starts', '1', '--seeds', '1', '--workers', '1');
    expect(code).toBe(4);
    expect(out).toContain(
      `  exit code 4: 1 known bug that cannot be hunted: throwing: ${throwing}: cannot load the patched core: no way\n`,
    );
  });

  test.each([
    [['fuzz', '--seeds', '2', '--workers', '1'], 'UNKNOWN  seed 1: out of memory, in step 73, of node 0 of seed 1'],
    [
      ['replay', '1'],
      'whitewater: out of memory, in step 73, of node 0 of seed 1: more heap: NODE_OPTIONS=--max-old-space-size=8192',
    ],
  ])('%j on one that exhausts the memory is unknown, with the place', async (argv, says) => {
    const { code, out, err } = await within({ NODE_OPTIONS: '--max-old-space-size=96' }, '--bug', hungry, ...argv);
    expect([code, `${out}${err}`]).toEqual([2, expect.stringContaining(says)]);
  });
});
