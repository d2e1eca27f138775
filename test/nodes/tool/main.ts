/** `npm run nodes`: the same runs on every version of Node that the package promises. */
import { parseArgs } from 'node:util';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { AskedWrongly, ended, wholeNumber } from '../../support/tool.ts';
import { executableOf } from './executable.ts';
import { toldOf, triedOn, type Tried } from './tried.ts';

const promised = ['20', '22', '24', '26'];

const usage = `npm run nodes -- [VERSION...] [options]

Runs the swarm on each version of Node (default: ${promised.join(' ')}), whose digests must be one and the same, and on each, from the
packed package, the example that \`init\` lays down and the worked examples, whose TypeScript is loaded otherwise on each. A version that
is not this one is the package node-PLATFORM-ARCH of npm; one that cannot be had is skipped. Build first (npm run build).

  --seeds N     of the swarm (default 200)
  --few N       of each example (default 20)
  --in FOLDER   keeps the versions there, and takes those that are there (default: a temporary folder)

Exit code: 0 all is the same and passes, 1 something is not, 4 wrong usage.
`;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '200' }, few: { type: 'string', default: '20' }, in: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const strange = positionals.find((version) => !/^\d{2}$/.test(version));
  if (strange !== undefined)
    throw new AskedWrongly(`"${strange}" is no version of Node: name its first number, such as 22`);
  const [seeds, few] = [wholeNumber('seeds', values.seeds, 1), wholeNumber('few', values.few, 1)];
  const folder = values.in ?? mkdtempSync(join(tmpdir(), 'whitewater-nodes-'));
  try {
    const tried: Tried[] = [];
    for (const version of positionals.length === 0 ? promised : positionals) {
      const node = executableOf(version, folder);
      if (node === null) {
        process.stdout.write(`Node ${version}: skipped, it is not to be had here\n`);
        continue;
      }
      const one = triedOn(node, seeds, few);
      process.stdout.write(toldOf(one));
      tried.push(one);
    }
    const digests = new Set(tried.map(({ digest }) => digest));
    const isSame = digests.size <= 1;
    process.stdout.write(
      `${tried.length} versions, ${isSame ? 'one digest' : `${digests.size} digests`} of ${seeds} seeds\n`,
    );
    return isSame && tried.every(({ failed }) => failed.length === 0) ? 0 : 1;
  } finally {
    if (values.in === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

await ended('nodes', () => main(process.argv.slice(2)));
