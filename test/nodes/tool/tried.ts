/** What one version of Node makes of the swarm, of `init` and of the worked examples. */
import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { project, runIn } from '../../support/packed.ts';

const top = fileURLToPath(new URL('../../../', import.meta.url));

export interface Tried {
  /** As it calls itself, such as v22.1.0. */
  readonly version: string;
  /** Of the swarm's seeds; what was printed, when there is none. */
  readonly digest: string;
  readonly passed: readonly string[];
  /** With the end of what they printed. */
  readonly failed: readonly string[];
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** @param few seeds of each example */
export function triedOn(node: string, seeds: number, few: number): Tried {
  const whitewater = (folder: string, home: string, ...words: readonly string[]) =>
    runIn(folder, node, [join(home, 'dist', 'scenarios', 'whitewater.js'), ...words]);
  const swarm = whitewater(project(null), top, 'fuzz', 'swarm', '--seeds', String(seeds));
  const [passed, failed]: [string[], string[]] = [[], []];
  const count = (name: string, { code, out }: { readonly code: number; readonly out: string }): void => {
    if (code === 0) passed.push(name);
    else failed.push(`${name}: exit code ${code}: ${out.trim().split('\n').slice(-6).join('\n    ')}`);
  };
  const packed = (folder: string, ...words: readonly string[]) =>
    whitewater(folder, join(folder, 'node_modules', 'whitewater'), ...words);
  const empty = project(null);
  count('init', packed(empty, 'init', '.'));
  count('what init lays down', packed(empty, 'fuzz', '--seeds', String(few), '--workers', '1'));
  for (const example of readdirSync(join(top, 'scenarios', 'examples'))) {
    if (example === 'python-register' && !hasPython) continue;
    count(
      example,
      packed(
        project(example), 'fuzz', '--seeds', String(example === 'python-register' ? Math.min(few, 3) : few),
        '--workers', '1',
      ),
    );
  }
  return {
    version: runIn(top, node, ['--version']).out.trim(),
    digest:
      swarm.code === 0
        ? (/^ {2}digest +([0-9a-f]{16})$/m.exec(swarm.out)?.[1] ?? 'none')
        : swarm.out.trim().split('\n').at(-1)!,
    passed,
    failed,
  };
}

export const toldOf = ({ version, digest, passed, failed }: Tried): string =>
  [
    `Node ${version}: swarm ${digest}; pass: ${passed.join(', ') || 'none'}`, ...failed.map((one) => `  fails: ${one}`),
    '',
  ].join('\n');
