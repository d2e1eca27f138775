/** The checker's folder is a package of its own: packed, installed in an empty folder, its README's examples run. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = join(top, 'checkers/porcupine-ts-port');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'whitewater-package-'));
const home = join(scratch, 'user');
afterAll(() => rmSync(scratch, { recursive: true }));

const environment = {
  ...process.env, PATH: `${join(top, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
  npm_config_cache: join(scratch, 'cache'),
};
const run = (cwd: string, command: string, ...argv: string[]): string => {
  try {
    return execFileSync(command, argv, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${argv.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
};

/** The examples that need nothing but the package: all but that of a test. */
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
  .map((match) => match[1]!)
  .filter((text) => !text.includes("from 'vitest'"));

const options = (lib: string[]): string =>
  JSON.stringify({
    compilerOptions: {
      target: 'ES2023', lib, module: 'NodeNext', moduleResolution: 'NodeNext', strict: true,
      exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [], outDir: 'out',
    },
  });

beforeAll(() => {
  // A copy: to pack is to build, and the tests beside this one read the folder.
  const copy = join(scratch, 'copy');
  cpSync(folder, copy, { recursive: true });
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
  run(copy, 'npm', 'pack', '--pack-destination', scratch, '--silent');
  expect(readdirSync(copy)).not.toContain('dist');
  const packed = readdirSync(scratch).find((name) => name.endsWith('.tgz'))!;
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "type": "module", "private": true }');
  run(home, 'npm', 'install', join(scratch, packed), '--offline', '--no-audit', '--no-fund', '--silent', '--omit=peer');
}, 300_000);

describe('the package', () => {
  test('has no dependencies, and its version is that of the whole', () => {
    const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
    const whole = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(own).not.toHaveProperty('dependencies');
    expect(own['version']).toBe(whole['version']);
    expect(own['engines']).toEqual(whole['engines']);
    expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'whitewater-checker',
    ]);
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(top, 'LICENSE'), 'utf8'));
  });

  test('needs no types but those of the language', () => {
    const to = join(home, 'types');
    mkdirSync(to);
    writeFileSync(join(to, 'tsconfig.json'), options(['ES2023']));
    writeFileSync(
      join(to, 'all.ts'),
      "import * as checker from 'whitewater-checker';\nimport * as formats from 'whitewater-checker/formats';\nexport const all = [checker, formats];\n",
    );
    run(to, 'tsc', '-p', 'tsconfig.json', '--noEmit');
  });

  test('its examples compile in strict mode, run, and say what is written beside them', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
    const to = join(home, 'examples');
    mkdirSync(to);
    writeFileSync(join(to, 'tsconfig.json'), options(['ES2023', 'DOM']));
    examples.forEach((text, at) => writeFileSync(join(to, `example${at}.ts`), text));
    run(to, 'tsc', '-p', 'tsconfig.json');
    const said = examples.map((_, at) => run(to, 'node', `out/example${at}.js`));
    const promised = examples.map((text) =>
      [...text.matchAll(/^console\.log\(.*\); +\/\/ (.*)$/gm)].map((match) => `${match[1]}\n`).join(''),
    );
    expect(said).toEqual(promised);
    expect(promised.join('')).toContain('illegal');
  });
});

describe("'whitewater/checker'", () => {
  test('loads nothing outside of its folder, and no module of Node', () => {
    const hook = join(scratch, 'hook.mjs');
    // Every module that is asked for is told.
    writeFileSync(
      hook,
      'export async function resolve(name, context, next) { const found = await next(name, context); process._rawDebug(found.url); return found; }\n',
    );
    const register = `data:text/javascript,${encodeURIComponent(`import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hook).href)});`)}`;
    const entry = join(home, 'entry.mjs');
    writeFileSync(entry, "await import('whitewater-checker');\n");
    const { stderr } = runBoth(home, '--import', register, entry);
    const urls = stderr.split('\n').filter((line) => /^(?:file|node|data):/.test(line));
    const inside = pathToFileURL(join(home, 'node_modules/whitewater-checker/dist/')).href;
    expect(urls.length).toBeGreaterThan(20);
    expect(urls.filter((url) => !url.startsWith(inside) && url !== pathToFileURL(entry).href)).toEqual([]);
  });
});

function runBoth(cwd: string, ...argv: string[]): { stderr: string } {
  const stderr = execFileSync('/bin/sh', ['-c', '"$@" 2>&1', 'sh', process.execPath, ...argv], {
    cwd, encoding: 'utf8',
  });
  return { stderr };
}
