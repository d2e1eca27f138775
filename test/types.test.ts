/**
 * The types of the package: every one that a user can meet has a name for others, and nothing is `any` where there is a
 * type.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportedBy, unnamed } from './support/declarations.ts';
import { project, runIn } from './support/packed.ts';

const slowMs = 600_000;
const top = fileURLToPath(new URL('../', import.meta.url));
const tsc = join(top, 'node_modules', '.bin', 'tsc');

const { exports } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.entries(exports).map(([name, path]) => ({
  name: name.replace(/^\./, 'whitewater'), file: path.replace('./dist/', '').replace(/\.js$/, '.d.ts'),
}));
const own = entries.find(({ name }) => name === 'whitewater/own')!;

describe('every type that a user can meet', () => {
  test('of the kit is exported by the kit: no other package is needed to name it', () => {
    expect(unnamed(own.file, [own.file])).toEqual([]);
  });

  test.each(entries)('of $name is exported by it or another entry', ({ file }) => {
    expect(unnamed(file, entries.map((one) => one.file))).toEqual([]);
  });

  test('the list is no empty one', () => {
    expect(exportedBy(own.file).size).toBeGreaterThan(150);
    expect([...exportedBy(own.file).keys()]).toEqual(
      expect.arrayContaining(['defineSystem', 'SystemDefinition', 'Fault', 'Observer', 'FaultFamily']),
    );
    expect(unnamed(own.file, [])).toContain('harness/plan/plan.d.ts Healing, of Plan');
  });
});

describe('a program of a user', () => {
  let folder = '';
  beforeAll(() => {
    folder = project(null);
    const options = JSON.parse(
      readFileSync(join(top, 'scenarios/examples/two-phase-commit/tsconfig.json'), 'utf8'),
    ) as { compilerOptions: object };
    // Declarations are looked at as well: of what the package exports, and of nothing that they leave out.
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        ...options,
        compilerOptions: { ...options.compilerOptions, skipLibCheck: false, noUnusedLocals: false },
      }),
    );
  }, slowMs);

  test('names every export of every entry', () => {
    const lines = entries.map(({ name, file }, i) => {
      const names = [...exportedBy(file).keys()].sort();
      return names.length === 0
        ? `import ${JSON.stringify(name)};`
        : `import type { ${names.map((one) => `${one} as E${i}${one}`).join(', ')} } from ${JSON.stringify(name)};\nexport type { ${names.map((one) => `E${i}${one}`).join(', ')} };`;
    });
    writeFileSync(join(folder, 'names.ts'), `${lines.join('\n')}\n`);
    const { code, out } = runIn(folder, tsc, ['-p', '.']);
    expect(code, out).toBe(0);
  }, slowMs);

  test('is given types, and no `any`, wherever the kit calls it; what is wrong is refused', () => {
    writeFileSync(
      join(folder, 'typed.ts'), readFileSync(new URL('support/typed-program.txt', import.meta.url), 'utf8'),
    );
    const { code, out } = runIn(folder, tsc, ['-p', '.']);
    expect(code, out).toBe(0);
  }, slowMs);
});
