/** A hunt for several bugs at once: what each came to, in the order in which they were asked for. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bugsIn, houseFolder } from '../../../harness/bugs/catalogue.ts';
import { survey, type BugResult, type SurveySpec } from '../../../harness/bugs/survey.ts';
import { builtRegistryUrl } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-survey-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const half = readFileSync(join(houseFolder(), 'e03-majority-is-half.patch'), 'utf8');
const halfWitness = join(houseFolder(), 'e03-majority-is-half.plan.json');
const majority = (body: string): string => half.replace(/^(\+export const majorityOf = .* =>) .*$/m, `$1 ${body}`);
const harmless = majority('1 + (clusterSize >> 1);');
/** Each run ends by an exception with another number. */
const wavering = majority(
  '{ throw new Error(`${clusterSize} servers, call ${((globalThis as { calls?: number }).calls = ((globalThis as { calls?: number }).calls ?? 0) + 1)}`); };',
);

async function hunted(
  name: string,
  bugs: Readonly<Record<string, { readonly patch: string; readonly witness?: (path: string) => void }>>,
  more: Partial<SurveySpec> = {},
): Promise<readonly BugResult[]> {
  const own = join(folder, name);
  mkdirSync(own);
  for (const [bug, { patch, witness }] of Object.entries(bugs)) {
    writeFileSync(join(own, `${bug}.patch`), patch);
    witness?.(join(own, `${bug}.plan.json`));
  }
  return survey({
    bugs: bugsIn(own), registryUrl: builtRegistryUrl, scenario: 'swarm', oracles: 'all', seedsMax: () => 30, starts: 1,
    from: 1, workers: 1, shrinkRunsMax: 0, stop: new AbortController().signal, onProgress: () => undefined,
    onResult: () => undefined, ...more,
  });
}

describe('a survey', () => {
  const progress: [string, number][] = [];
  const told: string[] = [];
  const results = hunted(
    'all',
    {
      'a-harmless': { patch: harmless },
      'b-damaged': { patch: half, witness: (path) => writeFileSync(path, '{\n') },
      'b-folder': { patch: half, witness: (path) => void mkdirSync(path) },
      'b-no-text': { patch: half, witness: (path) => writeFileSync(path, Buffer.from([0x7b, 0xff])) },
      'b-of-no-system': {
        patch: half,
        witness: (path) => writeFileSync(path, readFileSync(halfWitness, 'utf8').replace('"raft-kv"', '"paxos"')),
      },
      'c-half': { patch: half, witness: (path) => copyFileSync(halfWitness, path) },
      'd-wavering': { patch: wavering },
      'e-does-not-fit': { patch: half.replace(/^-export const majorityOf/m, '-export const minorityOf') },
    },
    {
      onProgress: (bug, seeds) => void progress.push([bug.name, seeds]),
      onResult: ({ bug }) => void told.push(bug.name),
    },
  );
  const resultOf = async (name: string): Promise<BugResult> => (await results).find(({ bug }) => bug.name === name)!;

  test('tells of each bug, in the order asked for, whichever is done first', async () => {
    const names = [
      'a-harmless', 'b-damaged', 'b-folder', 'b-no-text', 'b-of-no-system', 'c-half', 'd-wavering', 'e-does-not-fit',
    ];
    expect((await results).map(({ bug }) => bug.name)).toEqual(names);
    expect([...told].sort()).toEqual(names);
    expect(told[0]).toBe('b-damaged');
  });

  test('hunts as many seeds as it may, and says after each few how many were tried', async () => {
    const { starts: [start], score, witness, trouble, fault } = await resultOf('a-harmless');
    expect(start).toMatchObject({ from: 1, seeds: 30, find: null, fault: null });
    expect(score).toMatchObject({ starts: 1, found: 0 });
    expect({ witness, trouble, fault }).toEqual({ witness: null, trouble: null, fault: null });
    expect(progress.filter(([name]) => name === 'a-harmless').map(([, seeds]) => seeds)).toEqual([25, 30]);
  });

  test('replays the witness that lies beside a patch', async () => {
    const { starts: [start], witness, fault } = await resultOf('c-half');
    expect(start!.find?.seed).toBe(start!.seeds);
    expect(witness).toMatchObject({
      path: join(folder, 'all', 'c-half.plan.json'), property: 'Election Safety', shrunkText: null,
    });
    expect(fault).toBeNull();
  });

  test.each([
    ['b-damaged', 'PATH:2: not JSON: CloseBraceExpected; expected a plan as written by `whitewater fuzz`'],
    ['b-folder', 'cannot read PATH: it is a folder'],
    ['b-no-text', 'PATH:1:2: it is not UTF-8'],
    ['b-of-no-system', 'PATH:5: system: there is no system "paxos"; there are: raft-kv, raft'],
  ])('a witness that is no plan (%s) is bad input, said in one line before anything is hunted', async (name, says) => {
    const { starts, trouble, fault } = await resultOf(name);
    expect(trouble).toBe(says.replace('PATH', join(folder, 'all', `${name}.plan.json`)));
    expect({ starts, fault }).toEqual({ starts: [], fault: null });
    expect(progress.filter(([bug]) => bug === name)).toEqual([]);
  });

  test('a patch that does not fit is told, and the others are hunted', async () => {
    expect((await resultOf('e-does-not-fit')).trouble).toContain('it does not apply to core/raft/state.ts any more');
  });

  test('a core that is not the same when run again is a fault, by its seed, and not a find', async () => {
    const { starts: [start], score, fault, trouble } = await resultOf('d-wavering');
    expect(trouble).toBeNull();
    expect(fault).toMatch(/^seed 1: two runs differ in verdict\.detail: /);
    expect(start).toMatchObject({ seeds: 1, find: null, fault });
    expect(score.found).toBe(0);
  });
});

test('starting points share no seed', async () => {
  const results = await hunted('starts', { harmless: { patch: harmless } }, { starts: 3, from: 5, seedsMax: () => 1 });
  expect(results.flatMap(({ starts }) => starts).map(({ from, seeds }) => [from, seeds])).toEqual([
    [5, 1], [1_000_005, 1], [2_000_005, 1],
  ]);
});

test('interrupted before it began it has hunted nothing', async () => {
  expect(await hunted('interrupted', { half: { patch: half } }, { stop: AbortSignal.abort() })).toEqual([]);
});
