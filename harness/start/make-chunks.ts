/**
 * Bundles the built command into `dist/chunks/`, and lets V8 keep what it compiles while the command is at work: the
 * last step of `npm run build`. Addresses of modules stay those of the files in `dist/`, so that a thread begins there.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { historyOf } from '../bench/against/histories.ts';
import type { Terminal } from '../cli/command.ts';
import type { House } from '../cli/main.ts';
import { reasonOf } from '../text/files.ts';
import { chunkOfTheCommand, chunkOfTheThread, Chunks, listOfFiles } from './chunks.ts';

const built = fileURLToPath(new URL('../../', import.meta.url));
/** Beside its place until it is whole: a command that is begun meanwhile is loaded from the files. */
const unfinished = join(built, 'chunks-unfinished');
const finished = join(built, 'chunks');

/** By the folder below `dist/`. */
const entries = { 'command-line': 'scenarios', 'thread-line': 'scenarios', thread: 'harness/start' };
/** What has files of its own beside it, or is not there for everybody. */
const outside = [
  'tinypool', 'typescript', '@swc/wasm-typescript', 'bullmq', 'ioredis', 'vitest', 'fast-check', 'rolldown',
];

async function bundle({ rolldown }: typeof import('rolldown')): Promise<void> {
  const made = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, below]) => [name, join(built, below, `${name}.js`)])),
    platform: 'node',
    external: (id) => id.startsWith('node:') || outside.some((name) => id === name || id.startsWith(`${name}/`)),
    resolve: { mainFields: ['module', 'main'] },
    plugins: [
      {
        name: 'addresses',
        transform: (code, id) =>
          code.includes('import.meta.url') && id.startsWith(built)
            ? code.replaceAll('import.meta.url', addressOf(id))
            : null,
      },
    ],
  });
  const { output } = await made.write({
    dir: unfinished, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs',
  });
  const files = output
    .flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
    .filter((id) => id.startsWith(built));
  // The command itself is not in them: it asks for them.
  files.push(join(built, 'scenarios/whitewater.js'));
  writeFileSync(
    join(unfinished, listOfFiles),
    files
      .map((file) => relative(built, file).replaceAll(sep, '/'))
      .toSorted()
      .join('\n'),
  );
}

/** An expression for the address of a file of `dist/`, wherever that is. */
const addressOf = (path: string): string =>
  `require("node:url").pathToFileURL(require("node:path").join(__dirname, "..", ${JSON.stringify(relative(built, path).replaceAll(sep, '/'))})).href`;

/** What is asked of the command here need not be compiled again later. */
async function warm(): Promise<void> {
  const chunks = new Chunks(unfinished);
  chunks.load(chunkOfTheCommand);
  const { house, main } = chunks.load(chunkOfTheThread) as {
    house: House;
    main(argv: readonly string[], terminal: Terminal, house: House): Promise<number>;
  };
  const nowhere: Terminal = {
    out: () => {}, err: () => {}, isTerminal: false, columns: 80, hasColor: false,
    interrupted: new AbortController().signal,
  };
  const scratch = mkdtempSync(join(tmpdir(), 'whitewater-chunks-'));
  const history = join(scratch, 'history.jsonl');
  writeFileSync(history, historyOf({ name: 'short', operations: 20, clients: 2, keys: 2, values: 100 }));
  const asked = [
    ['--help'],
    ['replay', '1'],
    ['replay', '2'],
    ['check', history],
    ...['1-SnapshotRPC', '4-SnapshotRecover'].map((test) => ['replay', '1', '--scenario', `lab/3B-${test}`]),
  ];
  // What was not called for a while is thrown away else. Flags must be the usual ones again when the rest is written.
  setFlagsFromString('--no-flush-bytecode');
  for (const argv of asked) {
    if ((await main(argv, nowhere, house)) !== 0)
      throw new Error(`the chunks are not what the files are: whitewater ${argv.join(' ')} does not pass`);
  }
  setFlagsFromString('--flush-bytecode');
  rmSync(scratch, { recursive: true });
  chunks.writeCaches();
}

for (const folder of [unfinished, finished]) rmSync(folder, { recursive: true, force: true });
try {
  await bundle(await import('rolldown'));
  await warm();
  renameSync(unfinished, finished);
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(
    `no chunks were made, so commands start slower: the bundler cannot be loaded: ${reasonOf(error)}\n`,
  );
}
