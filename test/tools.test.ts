/** The tools of this repository answer whoever asks: with their usage, or with one clear line. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { scripts } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
const tools = ['mutants', 'figures', 'fuzz:inputs', 'nodes'];

/** As `npm run TOOL -- ...` runs it, without the build before it. */
function run(
  tool: string,
  ...argv: readonly string[]
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const [node, ...given] = scripts[tool]!.split(' && ').at(-1)!.split(' ');
  expect(node).toBe('node');
  const { status, stdout, stderr } = spawnSync(process.execPath, [...given, ...argv], { cwd: top, encoding: 'utf8' });
  return {
    code: status,
    out: stdout,
    err: stderr
      .split('\n')
      .filter((line) => !/ExperimentalWarning|--trace-warnings/.test(line))
      .join('\n'),
  };
}

describe.each(tools)('npm run %s', (tool) => {
  test('-- --help is its usage', () => {
    const { code, out, err } = run(tool, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^npm run ${tool} -- \\[`));
  });

  test('an option that it does not have is told in one line, with exit code 4', () => {
    expect(run(tool, '--nonsense')).toEqual({
      code: 4, out: '', err: `${tool}: Unknown option '--nonsense' (see: npm run ${tool} -- --help)\n`,
    });
  });
});

test.each([
  ['mutants', ['no-such-mutant'], 'no mutant is called no-such-mutant..., and none changes a file of that path'],
  ['mutants', ['--workers', '0'], '--workers takes a whole number from 1 on, not "0"'],
  ['mutants', ['--timeout', 'x'], '--timeout takes a whole number from 1 on, not "x"'],
  [
    'mutants',
    ['--tenth', '-1'],
    "Option '--tenth' argument is ambiguous. Did you forget to specify the option argument for '--tenth'?",
  ],
  [
    'mutants', ['--changed', 'no-such-revision', '--list'],
    'git cannot tell what differs from no-such-revision: fatal: bad revision',
  ],
  ['mutants', ['--write', 'x'], '--write needs --file'],
  ['figures', ['none'], 'there are no figures called none; there are: '],
  ['fuzz:inputs', ['--from', 'x'], '--from takes a whole number from 0 on, not "x"'],
  ['fuzz:inputs', ['--count', '0'], '--count takes a whole number from 1 on, not "0"'],
  ['nodes', ['22', 'v24'], '"v24" is no version of Node: name its first number, such as 22'],
  ['nodes', ['--seeds', '0'], '--seeds takes a whole number from 1 on, not "0"'],
  ['fuzz:inputs', ['word'], "Unexpected argument 'word'. This command does not take positional arguments"],
])('npm run %s -- %j is refused in one line', (tool, argv, says) => {
  const { code, out, err } = run(tool, ...argv);
  expect({ code, out }).toEqual({ code: 4, out: '' });
  expect(err).toContain(`${tool}: ${says}`);
  expect(err.trimEnd()).not.toContain('\n');
});
