/**
 * `node --import ./test/support/typescript.mjs FILE.ts`: runs a tool of this repository from its source. Newer Nodes
 * take types away by themselves; Node 20 is told to with the package that does it there too.
 */
import { register } from 'node:module';

const hooks = `
  import { readFileSync } from 'node:fs';
  import { fileURLToPath } from 'node:url';
  import { createRequire } from 'node:module';
  const { transformSync } = createRequire(${JSON.stringify(import.meta.url)})('@swc/wasm-typescript');
  export async function load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, mode: 'strip-only', module: true });
    return { format: 'module', source: code, shortCircuit: true };
  }`;

if (!process.features.typescript) register(`data:text/javascript,${encodeURIComponent(hooks)}`);
