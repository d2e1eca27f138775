/**
 * TypeScript to JavaScript in this process, by taking the types away: every line and column stays where it was. A whole
 * compiler costs a second for each core and knows more; that the text type-checks is asked elsewhere (`type-check.ts`).
 */
import { createRequire } from 'node:module';

/** Names the file and what is not TypeScript in it. */
export class TranspileError extends Error {
  override readonly name = 'TranspileError';
}

type Strip = (
  text: string,
  options: { readonly filename: string; readonly mode: 'strip-only'; readonly module: true },
) => { readonly code: string };
let loaded: Strip | null = null;

/** It is a program of 3.7 MB: who plants nothing does not load it. */
const strip = (): Strip =>
  (loaded ??= (createRequire(import.meta.url)('@swc/wasm-typescript') as { transformSync: Strip }).transformSync);

/**
 * The module that the compiler would make of `text`, but for white space; imports of `x.ts` become imports of `x.js`.
 * @throws TranspileError when it is not TypeScript, or needs more than taking types away
 */
export function transpiled(path: string, text: string): string {
  try {
    return withCompiledImports(strip()(text, { filename: path, mode: 'strip-only', module: true }).code);
  } catch (error) {
    const { message, startLine } = error as { readonly message?: string; readonly startLine?: number };
    throw new TranspileError(`${path}${startLine === undefined ? '' : `:${startLine}`}: ${message ?? String(error)}`);
  }
}

/** A line without any other quote: what looks like an import within a string stays. */
const statement =
  /^((?:(?:import|export)\b[^'"`\n]*|[^'"`\n]*\}\s*)\bfrom\s*|import\s*)(['"])(\.{1,2}\/[^'"\n]*)\.ts\2/gm;

/** Where a module is loaded when it is needed. */
const whenNeeded = /(?<!['"`])\bimport\((['"])(\.{1,2}\/[^'"\n]*)\.ts\1\)/g;

const withCompiledImports = (code: string): string =>
  code.replaceAll(statement, '$1$2$3.js$2').replaceAll(whenNeeded, 'import($1$2.js$1)');
