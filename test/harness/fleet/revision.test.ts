/** The revision of the code under test changes with every file that it is made of, and with no other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { programVersion, top } from '../../../harness/campaign/program.ts';
import { Digest } from '../../../harness/digest.ts';
import { revisionOf } from '../../../harness/fleet/revision.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-revision-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function revisionWith(files: Readonly<Record<string, string>>, home = 'a'): string {
  const here = mkdtempSync(join(folder, home));
  mkdirSync(join(here, 'lib'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
  return revisionOf(pathToFileURL(join(here, 'own.js')).href);
}
const files = {
  'own.js':
    "import { x } from './lib/x.js';\nexport { y } from './y.mjs';\nconst z = await import('./z.js');\n// see './nowhere.js' from './nowhere.js'\n",
  'lib/x.js': "import data from '../data.json' with { type: 'json' };\n",
  'y.mjs': "import '../../nothing.js';\n",
  'z.js': '',
  'data.json': '{}',
  'other.js': '1',
};

test('it names the program, and is the same wherever the files lie and however their lines end', () => {
  const revision = revisionWith(files);
  expect(revision).toMatch(/^[0-9a-f.+]+\.[0-9a-f]{16}$/);
  expect(revision.startsWith(`${programVersion()}.`)).toBe(true);
  expect(revisionWith(files, 'b')).toBe(revision);
  expect(revisionWith({ ...files, 'own.js': files['own.js'].replaceAll('\n', '\r\n') })).toBe(revision);
});

test.each(['own.js', 'lib/x.js', 'y.mjs', 'z.js', 'data.json'] as const)('%s is part of it', (name) => {
  expect(revisionWith({ ...files, [name]: `${files[name]} ` })).not.toBe(revisionWith(files));
});

test('a file that is not imported is not', () =>
  expect(revisionWith({ ...files, 'other.js': '2' })).toBe(revisionWith(files)));

test('files that import each other in a circle are each taken once', () => {
  expect(revisionWith({ 'own.js': "import './lib/x.js';", 'lib/x.js': "import '../own.js';" })).toMatch(
    /[0-9a-f]{16}$/,
  );
});

test('the program’s own files are in its version, and are not looked into', () => {
  expect(revisionOf(pathToFileURL(join(top, 'scenarios', 'that-is-not-there.js')).href)).toBe(
    `${programVersion()}.${new Digest().hex()}`,
  );
});
