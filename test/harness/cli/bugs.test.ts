/** `whitewater bugs` as a person runs it, on a folder of known bugs of their own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { interrupted, whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-bugs-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A change of one line of `majorityOf`: easily found, or no change of behaviour at all. */
const patch = (line: string, head: Readonly<Record<string, string>>): string =>
  [
    ...Object.entries({ Title: 'A title', Category: 'Election and terms', Source: 'this test', ...head }).map(
      ([name, text]) => `${name}: ${text}`,
    ),
    '',
    'diff --git a/core/raft/state.ts b/core/raft/state.ts',
    '--- a/core/raft/state.ts',
    '+++ b/core/raft/state.ts',
    `@@ -${lineOfMajority()},1 +${lineOfMajority()},1 @@`,
    `-${majority}`,
    `+${line}`,
    '',
  ].join('\n');

const majority = 'export const majorityOf = (clusterSize: number): number => (clusterSize >> 1) + 1;';
const state = readFileSync(new URL('../../../core/raft/state.ts', import.meta.url), 'utf8').split('\n');
const lineOfMajority = (): number => state.indexOf(majority) + 1;
const half = 'export const majorityOf = (clusterSize: number): number => clusterSize >> 1;';
const same = 'export const majorityOf = (clusterSize: number): number => 1 + (clusterSize >> 1);';

beforeAll(() => {
  mkdirSync(join(folder, 'own'));
  writeFileSync(
    join(folder, 'own', 'x01-half.patch'),
    patch(half, { Id: 'X01', Difficulty: 'easy', Property: 'Leader Completeness' }),
  );
  mkdirSync(join(folder, 'harmless'));
  writeFileSync(
    join(folder, 'harmless', 'x02-same.patch'),
    patch(same, { Id: 'X02', Difficulty: 'hard', Property: 'Election Safety', Canary: '5' }),
  );
  mkdirSync(join(folder, 'false'));
  writeFileSync(
    join(folder, 'false', 'x03-control.patch'), patch(half, { Id: 'X03', Difficulty: 'control', Property: 'none' }),
  );
  mkdirSync(join(folder, 'clean'));
  writeFileSync(
    join(folder, 'clean', 'x04-control.patch'), patch(same, { Id: 'X04', Difficulty: 'control', Property: 'none' }),
  );
});

describe('a folder of known bugs', () => {
  test('is hunted from each starting point, and told as a table, as JSON and as Markdown', async () => {
    const { code, out } = await whitewater(
      folder, 'bugs', 'own', '--starts', '3', '--seeds', '40', '--json', 'own.json', '--markdown', 'own.md',
      '--witness', '--shrink-runs', '60',
    );
    expect(code, out).toBe(0);
    expect(out).toMatch(/^x01-half +Election and terms +easy +3\/3 /m);
    expect(out).toMatch(/^ {2}easy +1 of 1 /m);
    const {
      bugs: [bug],
    } = JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8')) as {
      bugs: readonly [
        {
          found: number;
          medianSeeds: number;
          hunts: readonly { from: number; seeds: number; find: { seed: number } }[];
        },
      ];
    };
    expect(bug.found).toBe(3);
    expect(bug.hunts.map(({ from }) => from)).toEqual([1, 1_000_001, 2_000_001]);
    for (const { from, seeds, find } of bug.hunts) expect(find.seed).toBe(from + seeds - 1);
    expect(bug.medianSeeds).toBe(bug.hunts.map(({ seeds }) => seeds).sort((a, b) => a - b)[1]);
    expect(readFileSync(join(folder, 'own.md'), 'utf8')).toContain('| x01-half | Election and terms | easy | 3/3 |');
  });

  test('keeps the shrunk run beside the patch, which the next time is replayed', async () => {
    const plan = JSON.parse(readFileSync(join(folder, 'own', 'x01-half.plan.json'), 'utf8')) as { showed: string };
    expect(plan.showed).not.toBe('');
    const again = await whitewater(folder, 'bugs', join('own', 'x01-half.patch'), '--starts', '1', '--seeds', '40');
    expect(again.code, again.out).toBe(0);
    expect(again.out).toMatch(/ \d+ steps?$/m);
  });

  test('with a bug that is not found ends with code 5 and says which', async () => {
    const { code, out } = await whitewater(folder, 'bugs', 'harmless', '--starts', '2', '--seeds', '5');
    expect(code).toBe(5);
    expect(out).toContain('Not found:\n  x02-same');
    expect(out).toMatch(/0\/2 +>5 +>5 /);
  });

  test('with a control that is reported ends with code 5; one that is silent is as it should be', async () => {
    const loud = await whitewater(folder, 'bugs', 'false', '--starts', '2', '--seeds', '40');
    expect(loud.code).toBe(5);
    expect(loud.out).toContain('Controls that were reported:\n  x03-control: ');
    const silent = await whitewater(folder, 'bugs', 'clean', '--starts', '2', '--seeds', '10');
    expect(silent.code, silent.out).toBe(0);
  });

  test('external oracles find it too, later', async () => {
    const { code, out } = await whitewater(
      folder, 'bugs', 'own', '--starts', '2', '--seeds', '200', '--oracles', 'external',
    );
    expect(code, out).toBe(0);
    expect(out).toMatch(/^x01-half .* 2\/2 /m);
  });

  test('a canary that is not found ends the gate with code 5', async () => {
    const { code, out } = await whitewater(
      folder, 'gate', '--seeds', '1', '--canaries', 'harmless', '--shard', '1/1000',
    );
    expect(out).toContain(
      '0 of 1 known bugs found\n    x02-same: not found within 5 seeds: the harness has gone blind to it',
    );
    expect(code).toBe(5);
    const written = (name: string): string => readFileSync(join(folder, 'gate', name), 'utf8');
    expect(written('summary.md')).toContain('## Whitewater gate: FAIL: a fault of the harness itself\n');
    const failures = [
      ...written('junit.xml').matchAll(/classname="whitewater\.(\w+)" name="([^"]+)"[^>]*>\s*<failure/g),
    ].map(([, suite, name]) => `${suite} ${name}`);
    expect(failures).toEqual(['canaries x02-same', 'gate verdict']);
  });

  test('Ctrl-C ends it with what is known so far', async () => {
    const { code, out } = await interrupted(folder, 'bugs', 'harmless', '--starts', '4', '--seeds', '100000');
    expect(code).toBe(2);
    expect(out).toContain('interrupted');
  });
});

describe('what is wrong is told in one line', () => {
  const bad = async (name: string, text: string): Promise<string> => {
    writeFileSync(join(folder, name), text);
    const { code, out, err } = await whitewater(folder, 'bugs', name, '--starts', '1', '--seeds', '1');
    expect(code).toBe(4);
    return out + err;
  };
  const head = { Id: 'X09', Difficulty: 'easy', Property: 'Election Safety' };

  test.each([
    [
      'a head without a field', (): string => patch(half, head).replace('Title: A title\n', ''),
      'the head has no "Title:"',
    ],
    [
      'a field of an unknown name', (): string => `Colour: red\n${patch(half, head)}`,
      ':1: "Colour: red" is no field of the head',
    ],
    [
      'a property that nothing checks', (): string => patch(half, { ...head, Property: 'Bravery' }),
      'Property is "Bravery", which nothing in raft-kv checks; there are: ',
    ],
    [
      'of two properties one that nothing checks',
      (): string => patch(half, { ...head, Property: 'Election Safety, Bravery' }),
      'Property is "Election Safety, Bravery", which nothing',
    ],
    [
      'of a control, of two properties one that nothing checks',
      (): string => patch(half, { ...head, Difficulty: 'control', Property: 'Election Safety, Bravery' }),
      'Property is "Bravery", which nothing in raft-kv checks; there are: ',
    ],
    [
      'a property in other letters', (): string => patch(half, { ...head, Property: 'election safety' }),
      'Property is "election safety", which nothing in raft-kv checks; is it "Election Safety"',
    ],
    [
      'a difficulty that is none', (): string => patch(half, { ...head, Difficulty: 'tricky' }),
      'Difficulty is "tricky"; expected one of easy, medium, hard, control',
    ],
    ['a file without a diff', (): string => 'Title: x\n', 'there is no diff in it'],
    [
      'a diff of something else than the core',
      (): string => patch(half, head).replaceAll('core/raft/state.ts', 'harness/run.ts'),
      'the diff changes harness/run.ts; a known bug changes files of core/ and nothing else',
    ],
    [
      'a diff of a file that is gone', (): string => patch(half, head).replaceAll('state.ts', 'gone.ts'),
      'it changes core/raft/gone.ts, which is not there any more',
    ],
    [
      'a diff that does not apply', (): string => patch(half, head).replace(`-${majority}`, '-export const other = 1;'),
      'it does not apply to core/raft/state.ts any more',
    ],
    [
      'a core that does not pass the type check', (): string => patch(half.replace('clusterSize >> 1', '"two"'), head),
      'the patched core does not pass the type check',
    ],
  ])('%s', async (name, text, message) => {
    expect(await bad(`${name.replaceAll(' ', '-')}.patch`, text())).toContain(message);
  });

  test('a witness that is no plan, before anything is hunted', async () => {
    writeFileSync(join(folder, 'x10-half.patch'), patch(half, { ...head, Id: 'X10' }));
    writeFileSync(join(folder, 'x10-half.plan.json'), 'not a plan');
    const { code, out, err } = await whitewater(folder, 'bugs', 'x10-half.patch', '--starts', '1', '--seeds', '1');
    const says =
      'x10-half: x10-half.plan.json:1: not JSON: InvalidSymbol; expected a plan as written by `whitewater fuzz`';
    expect({ code, err }).toEqual({ code: 4, err: '' });
    expect(out).toContain(`\nCannot be hunted:\n  ${says}\n`);
    expect(out.trimEnd().split('\n').at(-1)).toContain(`exit code 4: 1 known bug that cannot be hunted: ${says}`);
    expect(out).not.toMatch(/^ +at /m);
  });

  test('a name that is none', async () => {
    const { code, err } = await whitewater(folder, 'bugs', 'z99');
    expect(code).toBe(4);
    expect(err).toContain('there is no known bug "z99", and no file or folder of that name');
  });
});
