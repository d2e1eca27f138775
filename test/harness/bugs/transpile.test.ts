/** Patched cores are made by taking types away; that must give the modules that the compiler gives. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { transpiled, TranspileError } from '../../../harness/bugs/transpile.ts';
import { readSource, readSources } from '../../support/source.ts';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const sources = [...readSources(top, ['core', 'checkers', 'harness', 'scenarios']).keys()].filter(
  (path) => !path.includes('/test/') && !path.endsWith('.d.ts'),
);

describe('TypeScript without its types', () => {
  test('imports and exports what the compiler lets the same file import and export, in every file', () => {
    for (const path of sources) {
      const ours = readSource(path, transpiled(path, readFileSync(join(top, path), 'utf8')));
      const theirs = readSource(path, readFileSync(join(top, 'dist', path.replace(/\.ts$/, '.js')), 'utf8'));
      const told = ({ imports, exports }: typeof ours): unknown => [
        imports.map(({ specifier, names }) => [specifier, names]), exports,
      ];
      expect(told(ours), path).toEqual(told(theirs));
    }
  });

  test.each([
    ["import { a,\n  b } from './x.ts';", "import { a,\n  b } from './x.js';"],
    ["export * from '../x/y.ts';", "export * from '../x/y.js';"],
    ["import './x.ts';", "import './x.js';"],
    ["const a = await import('./x.ts');", "const a = await import('./x.js');"],
    ["const a = \"import('./x.ts')\";", "const a = \"import('./x.ts')\";"],
    ["import { a } from 'x.ts';", "import { a } from 'x.ts';"],
    ["const a = \"import './x.ts'\";", "const a = \"import './x.ts'\";"],
    ['const a: number = 1;\nconst b = a as unknown;', 'const a         = 1;\nconst b = a           ;'],
  ])('%j becomes %j: every line and column stays', (text, code) => expect(transpiled('a.ts', text)).toBe(code));

  test.each(['const = 1;', 'enum A { B }', 'class A { constructor(private readonly b: number) {} }'])(
    '%j is refused, by file',
    (text) => {
      expect(() => transpiled('core/a.ts', text)).toThrow(TranspileError);
      expect(() => transpiled('core/a.ts', text)).toThrow(/^core\/a\.ts/);
    },
  );
});
