import {
  existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { chunkOfTheCommand, Chunks, chunksBeside, listOfFiles } from '../../../harness/start/chunks.ts';
import { bin, spawned, whitewater } from '../../support/whitewater.ts';

/** A built project with one file of the command, and the chunks of it that are given. */
function builtWith(chunks: Readonly<Record<string, string>>): { folder: string; url: string } {
  const top = mkdtempSync(join(tmpdir(), 'whitewater-chunks-'));
  for (const name of ['scenarios', 'chunks']) mkdirSync(join(top, name));
  const command = join(top, 'scenarios', 'whitewater.js');
  writeFileSync(command, '');
  for (const [name, text] of Object.entries(chunks)) writeFileSync(join(top, 'chunks', name), text);
  return { folder: join(top, 'chunks'), url: pathToFileURL(command).href };
}

test('a chunk is given what it requires: other chunks, each once and in circles too, and what Node has', () => {
  const { folder } = builtWith({
    'a.cjs': `exports.name = 'a'; const b = require('./b.cjs'); exports.told = b.told(); exports.again = require('./b.cjs') === b; exports.sep = require('node:path').posix.sep;`,
    'b.cjs': `const a = require('./a.cjs'); exports.told = () => 'b saw ' + a.name;`,
  });
  expect(new Chunks(folder).load('a.cjs')).toEqual({ name: 'a', told: 'b saw a', again: true, sep: '/' });
});

test('what V8 compiled is kept beside each chunk that was loaded, and what it refuses changes nothing', () => {
  const { folder } = builtWith({ 'a.cjs': 'exports.value = (() => 41 + 1)();', 'unused.cjs': '' });
  const chunks = new Chunks(folder);
  chunks.load('a.cjs');
  chunks.writeCaches();
  expect(readdirSync(folder).toSorted()).toEqual(['a.cjs', 'a.cjs.cache', 'unused.cjs']);
  expect(new Chunks(folder).load('a.cjs')).toEqual({ value: 42 });
  writeFileSync(join(folder, 'a.cjs.cache'), readFileSync(join(folder, 'a.cjs.cache')).reverse());
  expect(new Chunks(folder).load('a.cjs')).toEqual({ value: 42 });
});

test('chunks that are not there, or are older than any file that they were made of, are not used', () => {
  expect(chunksBeside(builtWith({}).url)).toBeNull();
  expect(chunksBeside(builtWith({ [chunkOfTheCommand]: '' }).url)).toBeNull();
  const { folder, url } = builtWith({
    [chunkOfTheCommand]: '', [listOfFiles]: 'scenarios/whitewater.js\nscenarios/other.js',
  });
  const other = new URL('other.js', url);
  writeFileSync(other, '');
  utimesSync(other, 1000, 1000);
  const chunk = join(folder, chunkOfTheCommand);
  utimesSync(new URL(url), 1000, 1000);
  utimesSync(chunk, 1000, 1000);
  expect(chunksBeside(url)).toBeInstanceOf(Chunks);
  utimesSync(chunk, 1000, 999);
  expect(chunksBeside(url)).toBeNull();
  utimesSync(chunk, 1000, 1000);
  utimesSync(other, 1000, 1001);
  expect(chunksBeside(url)).toBeNull();
  rmSync(other);
  expect(chunksBeside(url)).toBeNull();
});

test('all files of the command that is built are named, but those of other packages', () => {
  const files = readFileSync(new URL('../../../dist/chunks/files.txt', import.meta.url), 'utf8').split('\n');
  expect(files).toEqual(
    expect.arrayContaining([
      'core/raft/step.js', 'harness/cli/replay.js', 'harness/world/machine.js', 'scenarios/whitewater.js',
      'scenarios/swarm.js',
    ]),
  );
  expect(files.filter((file) => file.startsWith('..'))).toEqual([]);
});

test.each([
  ['replay', '1'], ['replay', '3', '--freeze'], ['lab', '2A-1'], ['scenarios'], ['check', '--help'], ['replay', 'x'],
  [],
])('the built command says from chunks what it says from its files: whitewater %s %s %s', async (...argv) => {
  expect(chunksBeside(pathToFileURL(bin).href), 'npm run build').toBeInstanceOf(Chunks);
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-chunks-'));
  const timeless = ({ code, out, err }: { code: number | null; out: string; err: string }): unknown => ({
    code, err, out: out.replaceAll(/^.* wall ms .*\n|^lab\/.*\n|in [\d.]+ m?s .*CPU.*/gm, ''),
  });
  expect(timeless(await spawned(folder, ...argv))).toEqual(timeless(await whitewater(folder, ...argv)));
});

test('addresses are those of the files, and what is compiled is there for both threads', () => {
  const folder = new URL('../../../dist/chunks/', import.meta.url);
  const names = readdirSync(folder);
  for (const name of ['command-line.cjs', 'thread-line.cjs'])
    expect(existsSync(new URL(`${name}.cache`, folder)), name).toBe(true);
  const texts = names
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  expect(texts.some((text) => text.includes('"scenarios/runs.js"'))).toBe(true);
  expect(texts.filter((text) => text.includes('import.meta.url'))).toEqual([]);
});
