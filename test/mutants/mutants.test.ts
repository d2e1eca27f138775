/** Every mutant of test/mutants/ is what its form says; and the tool that runs them can see, and can be blind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { transpiled } from '../../harness/bugs/transpile.ts';
import { allMutants, askedFor, tenthOf, top, touchedBy } from './tool/catalogue.ts';
import { MutantError, parseMutant, planted } from './tool/mutant.ts';
import { failuresOf, sightOf, type FileReport } from './tool/trial.ts';

const all = allMutants();
const read = (file: string): string | null =>
  existsSync(join(top, file)) ? readFileSync(join(top, file), 'utf8') : null;

describe('mutants', () => {
  test.each(all.map((mutant) => [mutant.name, mutant] as const))(
    '%s: its patch applies, what it makes is another program, its tests exist',
    (_name, mutant) => {
      for (const [file, text] of planted(mutant, read))
        expect(transpiled(file, text), file).not.toBe(transpiled(file, read(file)!));
      for (const { file } of mutant.watchers) expect(existsSync(join(top, file)), `${file} is not there`).toBe(true);
    },
  );

  test('no two say the same', () => {
    expect(new Set(all.map(({ breaks }) => breaks)).size).toBe(all.length);
  });
});

const diff =
  'diff --git a/harness/a.ts b/harness/a.ts\n--- a/harness/a.ts\n+++ b/harness/a.ts\n@@ -1,2 +1,2 @@\n const a = 1;\n-const b = 1;\n+const b = 2;\n';
const head = 'Breaks: b is two\nTest: test/a.test.ts\n\n';

describe('the form of a mutant', () => {
  test('a head, an empty line, a diff', () => {
    const mutant = parseMutant(
      'test/mutants/x.patch',
      `Breaks: b is two\nTest: test/a.test.ts\nTest: test/b.test.ts: the sum of b\nEquivalent: nobody asks\n\n${diff}`,
    );
    expect([mutant.name, mutant.breaks, mutant.watchers, mutant.equivalent]).toEqual([
      'x',
      'b is two',
      [
        { file: 'test/a.test.ts', named: null }, { file: 'test/b.test.ts', named: 'the sum of b' },
      ],
      'nobody asks',
    ]);
    expect([...planted(mutant, () => 'const a = 1;\nconst b = 1;\n')]).toEqual([
      ['harness/a.ts', 'const a = 1;\nconst b = 2;\n'],
    ]);
  });

  test.each([
    ['no diff', head, 'there is no diff in it'],
    ['no sentence', `Test: test/a.test.ts\n\n${diff}`, 'no "Breaks:"'],
    ['no test', `Breaks: b\n\n${diff}`, 'no "Test:"'],
    ['two sentences', `Breaks: b\n${head}${diff}`, '"Breaks" is given twice'],
    ['another field', `Title: b\n${head}${diff}`, ':1: "Title: b" is no field'],
    ['a change of core', `${head}${diff.replaceAll('harness/', 'core/')}`, 'the diff changes core/a.ts'],
    [
      'a change of a test', `${head}${diff.replaceAll('harness/', 'checkers/porcupine-ts-port/test/')}`,
      'the diff changes checkers/porcupine-ts-port/test/a.ts',
    ],
    ['a new file', `${head}${diff.replace('--- a/harness/a.ts', '--- /dev/null')}`, 'creates or removes'],
  ])('%s is refused', (_what, text, says) => {
    expect(() => parseMutant('test/mutants/x.patch', text)).toThrow(says);
  });

  test.each([
    ['const a = 1;\nconst b = 3;\n', 'does not apply'], [null, 'not there any more'],
  ])('a patch of %j is refused: it %s', (text, says) => {
    expect(() => planted(parseMutant('test/mutants/x.patch', head + diff), () => text)).toThrow(says);
  });
});

describe('which are run', () => {
  const named = (name: string, file: string) =>
    parseMutant(
      `test/mutants/${name}.patch`,
      `Breaks: ${name}\nTest: test/${name}.test.ts\n\n${diff.replaceAll('harness/a.ts', file)}`,
    );
  const some = Array.from({ length: 23 }, (_, i) =>
    named(`m${String(i).padStart(2, '0')}`, `harness/${i < 3 ? 'text' : 'cli'}/f${i}.ts`),
  );

  test('the ten parts are disjoint and all', () => {
    const parts = Array.from({ length: 10 }, (_, i) => tenthOf(some, i + 730));
    expect(parts.flat().map(({ name }) => name).sort()).toEqual(some.map(({ name }) => name));
    expect(parts.every((part) => part.length >= 2)).toBe(true);
  });

  test.each([
    ['harness/text/f1.ts', ['m01']], ['test/m07.test.ts', ['m07']], ['test/mutants/m09.patch', ['m09']],
    ['harness/text/f99.ts', []],
  ])('a change of %s touches %j', (file, names) => {
    expect(touchedBy(some, new Set([file])).map(({ name }) => name)).toEqual(names);
  });

  test('by name, by folder, by file; what is not there is said', () => {
    const names = (...asked: readonly string[]): readonly string[] => askedFor(some, asked).map(({ name }) => name);
    expect([names('m1').length, names('harness/text'), names('./harness/text/f2.ts'), names().length]).toEqual([
      10, ['m00', 'm01', 'm02'], ['m02'], 23,
    ]);
    expect(() => names('m1', 'x')).toThrow(MutantError);
  });
});

describe('whether a test saw it', () => {
  const watcher = { file: 'test/a.test.ts', named: null };
  const report = (statuses: Readonly<Record<string, string>>, message = ''): FileReport => ({
    name: '/top/test/a.test.ts',
    message,
    assertionResults: Object.entries(statuses).map(([fullName, status]) => ({ fullName, status })),
  });

  test.each([
    ['a test fails', [watcher], [report({ x: 'passed', y: 'failed' })], 'seen'],
    ['all pass', [watcher], [report({ x: 'passed', y: 'passed' })], 'unseen'],
    ['one that is not named fails', [{ ...watcher, named: 'x' }], [report({ x: 'passed', y: 'failed' })], 'unseen'],
    ['the named one fails', [{ ...watcher, named: 'y' }], [report({ x: 'passed', 'all y': 'failed' })], 'seen'],
    ['no test is called so', [{ ...watcher, named: 'z' }], [report({ x: 'passed' })], 'unjudged'],
    ['those called so were skipped', [{ ...watcher, named: 'x' }], [report({ x: 'skipped' })], 'unjudged'],
    ['the file cannot be loaded', [watcher], [report({}, 'SyntaxError')], 'unjudged'],
    ['the file was not run', [watcher], [], 'unjudged'],
    ['there is no report', [watcher], 'no end within 300 s', 'unjudged'],
    [
      'one of two files passes', [watcher, { file: 'test/b.test.ts', named: null }],
      [report({ x: 'failed' }), { ...report({ x: 'passed' }), name: '/top/test/b.test.ts' }], 'unseen',
    ],
  ] as const)('%s', (_what, watchers, reports, kind) => {
    expect(sightOf(watchers, reports).kind).toBe(kind);
  });

  test('without a mutant, tests that fail or cannot be run are named', () => {
    expect(failuresOf([watcher], [report({ x: 'passed' })])).toEqual([]);
    expect(failuresOf([watcher], [report({ x: 'failed' })])).toEqual(['test/a.test.ts fails']);
    expect(failuresOf([{ ...watcher, named: 'z' }], [report({ x: 'passed' })])).toEqual([
      'test/a.test.ts: z: test/a.test.ts has no test called "z"',
    ]);
    expect(failuresOf([watcher], 'interrupted')).toEqual(['interrupted']);
  });
});
