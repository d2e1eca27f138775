/**
 * Imports a user's module, whatever it is written in. Newer Nodes take types away by themselves; an older one is told
 * to, by the package that does it there too, in each thread that asks.
 */
import { createRequire, register } from 'node:module';

const hooksFor = (packageUrl: string): string => `
  import { readFileSync } from 'node:fs';
  import { fileURLToPath } from 'node:url';
  import { createRequire } from 'node:module';
  const { transformSync } = createRequire(${JSON.stringify(packageUrl)})('@swc/wasm-typescript');
  export async function load(url, context, next) {
    const plain = url.replace(/[?#].*$/, '');
    if (!plain.startsWith('file:') || !/\\.m?ts$/.test(plain)) return next(url, context);
    const filename = fileURLToPath(plain);
    try {
      const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, mode: 'strip-only', module: true });
      return { format: 'module', source: code, shortCircuit: true };
    } catch (error) {
      const reason = typeof error === 'string' ? error : error.message ?? String(error);
      throw new SyntaxError(filename + ': ' + reason);
    }
  }`;

let isRegistered = false;

/** Once for each thread; where Node does it itself, nothing. */
export function registerTypeScript(): void {
  if (isRegistered || knowsTypeScript()) return;
  isRegistered = true;
  // Found from here, wherever the user's module is.
  createRequire(import.meta.url).resolve('@swc/wasm-typescript');
  register(`data:text/javascript,${encodeURIComponent(hooksFor(import.meta.url))}`);
}

const knowsTypeScript = (): boolean => Boolean((process.features as { readonly typescript?: unknown }).typescript);

/** @throws whatever the module throws, or what keeps it from being loaded */
export function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  if (/\.m?ts$/.test(url)) registerTypeScript();
  return import(url) as Promise<Readonly<Record<string, unknown>>>;
}
