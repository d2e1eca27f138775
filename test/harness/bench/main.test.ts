/** The benchmark's command: this tree beside another revision of it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const top = resolve(fileURLToPath(import.meta.url), '../../../..');
const program = join(top, 'dist/harness/bench/main.js');

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'whitewater-bench-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// Whatever it makes aside is made here, so that what is left of it can be seen.
const env = (): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: folder });
const bench = (...argv: readonly string[]) =>
  spawnSync(process.execPath, [program, ...argv], { env: env(), encoding: 'utf8', maxBuffer: 1 << 26 });

describe('npm run bench', () => {
  test('builds a revision aside, lets both run the same plans, writes down what it saw, and leaves nothing behind', () => {
    const file = join(folder, 'bench.json');
    const { status, stdout, stderr } = bench(
      '--against', 'HEAD', '--short', '--pairs', '2', '--seeds', '4', '--json', file,
    );
    expect(stderr).toContain('building ');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('npm run bench -- --against HEAD --short --pairs 2 --seeds 4');
    expect(stdout).toMatch(/ {2}this tree: [0-9a-f]+, .*\n {2}against: {3}[0-9a-f]+, /);
    expect(stdout).toMatch(/^medians of 2 pairs .* times as good {2}single pairs$/m);
    for (const metric of ['seeds a CPU second', 'virtual s a CPU second', 'MB allocated a seed', 'events a seed'])
      expect(stdout).toMatch(new RegExp(`^${metric} +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+ to [\\d.]+$`, 'm'));
    const { measured } = JSON.parse(readFileSync(file, 'utf8')) as {
      measured: { pairs: number; course: { of: number }; metrics: { here: number; other: number }[] }[];
    };
    expect(measured).toHaveLength(1);
    expect(measured[0]).toMatchObject({ pairs: 2, course: { of: 8 } });
    for (const { here, other } of measured[0]!.metrics) expect(here > 0 && other > 0).toBe(true);
    expect(readdirSync(folder)).toEqual(['bench.json']);
  });

  test('hears Ctrl-C, ends with 2, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [program, '--against', 'HEAD', '--seeds', '5000'], { env: env() });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const isBuilding = !told.includes('building ') && `${told}${text}`.includes('building ');
      told += text;
      if (isBuilding) child.kill('SIGINT');
    });
    const code = await new Promise((done) => child.once('close', done));
    expect(told).toContain('bench: interrupted');
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [['--against', 'no-such-revision'], 'bench: there is no revision "no-such-revision"'],
    [['--against', 'HEAD', '--what', 'all'], '--what takes one of simulation'],
    [[], 'bench: --against names the revision to compare with'],
    [['--against', 'HEAD', '--json', '/'], 'cannot write /: it is a folder'],
  ])('%j is refused in one line', (argv, says) => {
    const { status, stdout, stderr } = bench(...argv);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stdout).toBe('');
    expect(status).toBe(4);
  });

  test('--help tells what it takes', () => {
    const { status, stdout } = bench('--help');
    expect(stdout).toContain('--against REVISION');
    expect(status).toBe(0);
  });
});
