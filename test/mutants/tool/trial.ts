/** Runs tests in a copy and says whether they saw what is planted there. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Watcher } from './mutant.ts';

export type Sight =
  | { readonly kind: 'seen' }
  /** What passed although something was planted. */
  | { readonly kind: 'unseen'; readonly by: readonly string[] }
  /** Nothing can be said: a file that cannot be loaded, no test of that name, no end in time. */
  | { readonly kind: 'unjudged'; readonly why: string };

/** What vitest writes of each file. */
export interface FileReport {
  /** Its whole path. */
  readonly name: string;
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/**
 * Each watcher must have a test that failed. A file that fails before its first test proves nothing: the mutant is no
 * program.
 */
export function sightOf(watchers: readonly Watcher[], reports: readonly FileReport[] | string): Sight {
  if (typeof reports === 'string') return { kind: 'unjudged', why: reports };
  const by: string[] = [];
  for (const { file, named } of watchers) {
    const report = reports.find(({ name }) => name.replaceAll('\\', '/').endsWith(`/${file}`));
    if (report === undefined) return { kind: 'unjudged', why: `${file} was not run` };
    const ran = report.assertionResults.filter(
      ({ status, fullName }) =>
        (status === 'passed' || status === 'failed') && (named === null || fullName.includes(named)),
    );
    if (ran.length === 0)
      return {
        kind: 'unjudged',
        why:
          report.message === ''
            ? `${file} has no test called "${named ?? ''}"`
            : `${file} cannot be run: ${report.message.split('\n')[0]!}`,
      };
    if (ran.every(({ status }) => status === 'passed')) by.push(nameOf({ file, named }));
  }
  return by.length === 0 ? { kind: 'seen' } : { kind: 'unseen', by };
}

/** Names of watchers' tests that do not pass, or that are not there; what is wrong with the run. */
export function failuresOf(watchers: readonly Watcher[], reports: readonly FileReport[] | string): readonly string[] {
  if (typeof reports === 'string') return [reports];
  return watchers.flatMap((watcher) => {
    const sight = sightOf([watcher], reports);
    return sight.kind === 'unseen'
      ? []
      : [`${nameOf(watcher)}${sight.kind === 'unjudged' ? `: ${sight.why}` : ' fails'}`];
  });
}

export const nameOf = ({ file, named }: Watcher): string => (named === null ? file : `${file}: ${named}`);

/** Of those that say which tests of a file: the others are not run. Vitest takes one pattern for all files. */
function patternOf(watchers: readonly Watcher[]): string | null {
  const names = watchers.map(({ named }) => named);
  return names.includes(null)
    ? null
    : names.map((name) => name!.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|');
}

/**
 * Runs the tests of some watchers once: vitest's reports, or why there are none. A machine that is slow must not pass
 * for a test that sees.
 */
export async function reportsOf(
  folder: string, watchers: readonly Watcher[], timeoutMs: number, stop: AbortSignal,
): Promise<readonly FileReport[] | string> {
  const bails = watchers.length === 1;
  const reports = await reportsOnce(folder, watchers, timeoutMs, stop, bails);
  // At the first failure vitest may end before it has told of it: then no test seems to have run.
  return bails && typeof reports !== 'string' && sightOf(watchers, reports).kind === 'unjudged'
    ? reportsOnce(folder, watchers, timeoutMs, stop, false)
    : reports;
}

async function reportsOnce(
  folder: string, watchers: readonly Watcher[], timeoutMs: number, stop: AbortSignal, bails: boolean,
): Promise<readonly FileReport[] | string> {
  const out = mkdtempSync(join(tmpdir(), 'whitewater-mutant-report-'));
  const report = join(out, 'report.json');
  const pattern = patternOf(watchers);
  const files = [...new Set(watchers.map(({ file }) => file))];
  try {
    const argv = [
      join(folder, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...files, '--reporter=json',
      `--outputFile=${report}`, '--maxWorkers=1', ...(bails ? ['--bail=1'] : []),
      ...(pattern === null ? [] : ['-t', pattern]),
    ];
    const { code, hasTimedOut, text } = await ended(folder, argv, timeoutMs, stop);
    if (stop.aborted) return 'interrupted';
    if (hasTimedOut) return `no end within ${Math.round(timeoutMs / 1000)} s`;
    return (
      readReports(report) ?? `vitest ended with ${code} and no report: ${text.trim().split('\n').slice(-3).join(' ')}`
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function readReports(path: string): readonly FileReport[] | null {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { readonly testResults: readonly FileReport[] }).testResults;
  } catch {
    return null;
  }
}

interface Ended {
  readonly code: number | null;
  readonly hasTimedOut: boolean;
  readonly text: string;
}

function ended(folder: string, argv: readonly string[], timeoutMs: number, stop: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A group of its own: vitest's workers go with it.
    const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let text = '';
    let hasTimedOut = false;
    const kill = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      hasTimedOut = true;
      kill();
    }, timeoutMs);
    stop.addEventListener('abort', kill);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (text = (text + part.toString()).slice(-4000)));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      stop.removeEventListener('abort', kill);
      resolve({ code, hasTimedOut, text });
    });
  });
}
