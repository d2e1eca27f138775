/** What the command line may answer to any input: an exit code of the table, one clear line, no trace of a stack. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Main from '../../../harness/cli/main.ts';
import type { Terminal } from '../../../harness/cli/command.ts';
import type { House } from '../../../harness/cli/main.ts';
import { whitewater, type Ended } from '../../support/whitewater.ts';
import type { Samples } from './draw.ts';
import { inputOf } from './inputs.ts';

const top = fileURLToPath(new URL('../../..', import.meta.url));
/** The built command line, in this process. */
const { main } = (await import(new URL('../../../dist/harness/cli/main.js', import.meta.url).href)) as typeof Main;
const house: House = async () =>
  (
    (await import(new URL('../../../dist/scenarios/registry.js', import.meta.url).href)) as {
      registry: Awaited<ReturnType<House>>;
    }
  ).registry;

/** One input of so many is given to the built command in a process of its own. */
const commandEvery = 250;

export interface Fault {
  readonly seed: number;
  readonly argv: readonly string[];
  readonly why: string;
  readonly ended: Ended;
}

async function inProcess(argv: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    out: (text) => void (out += text), err: (text) => void (err += text), isTerminal: false, columns: 80,
    hasColor: false, interrupted: new AbortController().signal,
  };
  const code = await main(argv, terminal, house);
  return { code, out, err };
}

/** What is not lawful about an answer; null for a lawful one. */
export function wrongWith({ code, out, err }: Ended): string | null {
  if (code === null || ![0, 1, 2, 3, 4].includes(code)) return `exit code ${code}`;
  if (/\n\s+at .*:\d+/.test(`${out}${err}`)) return 'a trace of a stack';
  if (/(?![\n\t])\p{Cc}/u.test(`${out}${err}`)) return 'a raw control character';
  // What is set in goes on with the line before it: what a compiler says of a patch.
  const said = err
    .split('\n')
    .filter(
      (line) =>
        line !== '' &&
        !line.startsWith('  ') &&
        !line.includes('it is made now') &&
        !line.startsWith('with a planted bug: '),
    );
  const isRefusal = code === 4 && out === '';
  if (isRefusal && (said.length !== 1 || !said[0]!.startsWith('whitewater: ')))
    return `${said.length} lines about what is wrong`;
  return null;
}

function samples(folder: string): Promise<Samples> {
  const read = (path: string): string => readFileSync(join(top, path), 'utf8');
  return inProcess(['fuzz', '--seeds', '1', '--workers', '1', '--json', join(folder, 'whole.json')]).then(() => ({
    plan: read(`scenarios/bugs/${witness()}`),
    campaign: readFileSync(join(folder, 'whole.json'), 'utf8'),
    histories: {
      'h.jsonl': [0, 1, 2]
        .map((i) =>
          JSON.stringify({
            client: i, op: i === 2 ? 'get' : 'put', key: 'k', ...(i === 2 ? {} : { value: `v${i}` }),
            output: i === 2 ? 'v1' : null, call: i, return: i + 2,
          }),
        )
        .join('\n'),
      'r.jsonl': [0, 1, 2]
        .map((i) =>
          JSON.stringify({
            client: i, op: i === 2 ? 'read' : 'write', ...(i === 2 ? {} : { value: i }), output: i === 2 ? 1 : null,
            call: i, return: i + 2,
          }),
        )
        .join('\n'),
      'h.edn':
        '{:process 0 :type :invoke :f :write :value 1}\n{:process 0 :type :ok :f :write :value 1}\n{:process 1, :type :invoke, :f :cas, :value [1 2]}\n{:process 1 :type :info :f :cas :value [1 2]}\n#jepsen.Op {:process :nemesis :f :start :value #{"n1" :a}}',
      'k.edn':
        '{:process 0, :type :invoke, :f :put, :key "k", :value "a"}\n{:process 0, :type :ok, :f :put, :key "k", :value "a"}\n{:process 1, :type :invoke, :f :get, :key "k", :value nil}\n{:process 1, :type :ok, :f :get, :key "k", :value "a"}',
      'h.log':
        'INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\nINFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]\nINFO  jepsen.util - 1\t:fail\t:cas\t[1 2]\n',
    },
    patch: read(`scenarios/bugs/${patchName()}`),
  }));
}

const patchName = (): string => 'e04-id-zero-is-no-vote.patch';
const witness = (): string => patchName().replace('.patch', '.plan.json');

/** Tries the inputs of so many seeds in this process, each in an empty folder. */
export async function triedHere(
  from: number, count: number, onBegin: (seed: number, argv: readonly string[]) => void,
  onFault: (fault: Fault) => void,
): Promise<void> {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-inputs-'));
  try {
    const whole = await samples(folder);
    for (let seed = from; seed < from + count; seed++) {
      const { argv, files, isAside = false } = inputOf(seed, whole);
      onBegin(seed, argv);
      const here = join(folder, String(seed));
      mkdirSync(here);
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(here, name), bytes);
      process.chdir(here);
      const isCommand = isAside || (seed % commandEvery === 0 && argv.every((word) => !word.includes('\u0000')));
      const ended = isCommand ? await whitewater(here, ...argv) : await inProcess(argv);
      process.chdir(home);
      rmSync(here, { recursive: true, force: true });
      const why = wrongWith(ended);
      if (why !== null) onFault({ seed, argv, why, ended });
    }
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  }
}
