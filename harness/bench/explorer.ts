/**
 * How fast the explorer is, beside other explorers: `node dist/harness/bench/explorer.js [--all]`.
 *
 * The figures beside ours were measured on one thread of a machine of two cores: TLC on a TLA+ Raft,
 * Stateright on its Paxos with 3 clients and on two-phase commit with 8 managers. Only the last is the
 * same model as ours, state for state; the others give the order of magnitude. Each of ours is the
 * median of three runs, with one worker and with two taken in turn, because other work may share the machine.
 */
import { fileURLToPath } from 'node:url';
import { breadthFirst } from '../explore/breadth-first.ts';
import { breadthFirstInThreads } from '../explore/breadth-first-threads.ts';
import type { ModelDefinition } from '../explore/model.ts';
import { fillIn, type ParameterValues } from '../explore/parameters.ts';
import type { SearchOptions, SearchResult } from '../explore/result.ts';
import { count, duration, short, table } from '../text/format.ts';

interface Case {
  readonly name: string;
  readonly given: ParameterValues;
  readonly options?: Pick<SearchOptions, 'maxStates' | 'hasSymmetry'>;
}

const usual: readonly Case[] = [
  { name: 'two-phase-commit', given: { rms: 6 } },
  { name: 'two-phase-commit', given: { rms: 7 } },
  { name: 'paxos', given: { values: 2, 'max-ballot': 2 } },
  { name: 'abd', given: { clients: 2, servers: 3 }, options: { maxStates: 100_000 } },
  {
    name: 'raft-kv', given: { clients: 0, 'max-crashes': 0, 'max-log': 1, 'max-term': 2, plain: true },
    options: { maxStates: 300_000 },
  },
  { name: 'raft-kv', given: {} },
  { name: 'raft-kv', given: { 'max-term': 2, 'max-log': 2 }, options: { hasSymmetry: true } },
];
/** Takes about a minute more. */
const long: readonly Case[] = [
  { name: 'two-phase-commit', given: { rms: 8 } },
  { name: 'paxos', given: { values: 3, 'max-ballot': 2 } },
  { name: 'abd', given: { clients: 2, servers: 3 }, options: { maxStates: 1_000_000 } },
  { name: 'raft-kv', given: { 'max-term': 2, 'max-log': 3 }, options: { hasSymmetry: true } },
];

const others = [
  ['TLC, a TLA+ Raft (179,798 distinct)', '22k to 24k', '', ''],
  ['a plain Node program, the same model', '108k to 122k', '', ''],
  ['Stateright, Paxos, 3 clients (1,194,428 distinct)', '118k', '58k', ''],
  ['Stateright, two-phase commit, 8 managers (1,745,408)', '1.3M', '123k', ''],
  ['Stateright, its Raft, depth 10 (814,958 distinct)', '', '82k', '2,200'],
] as const;

const rounds = 3;
const clock = (): number => performance.now();
const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

/** @param models by name; @param write takes each line as soon as it is known */
export async function benchExplorer(
  models: ReadonlyMap<string, ModelDefinition>, isLong: boolean, write: (text: string) => void,
): Promise<void> {
  const rows: string[][] = [
    ['model', 'generated/s', 'distinct/s', 'bytes/state', '2 workers: time to 1', 'median', 'distinct', 'generated'],
  ];
  for (const one of isLong ? [...usual, ...long] : usual) {
    rows.push(await row(models.get(one.name)!, one));
    write(`measured ${rows.at(-1)![0]}\n`);
  }
  rows.push(...others.map(([name, ...figures]) => [name, ...figures]));
  write(`\n${table(rows, [1, 2, 3, 4, 5, 6, 7])}\n`);
}

async function row(definition: ModelDefinition, { name, given, options = {} }: Case): Promise<string[]> {
  const values = fillIn(definition.parameters, given);
  const source = { moduleUrl: definition.moduleUrl, name, values };
  const alone: SearchResult<unknown, unknown>[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await breadthFirst(definition.create(values), { ...options, clock });
    const two = await breadthFirstInThreads(definition.create(values), source, { ...options, clock, workers: 2 });
    if (one.distinct !== two.distinct)
      throw new Error(`${name}: one worker found ${one.distinct} states and two found ${two.distinct}`);
    alone.push(one);
    ratios.push(two.elapsedMs / one.elapsedMs);
  }
  const { distinct, generated, visitedBytes } = alone[0]!;
  const elapsedMs = median(alone.map((result) => result.elapsedMs));
  const parameters = Object.entries(given).map(([parameter, value]) =>
    value === true ? parameter : `${parameter} ${value}`,
  );
  return [
    `${name}, ${parameters.join(', ')}${options.hasSymmetry === true ? ', up to symmetry' : ''}${options.maxStates === undefined ? '' : ', cut'}`,
    short((generated * 1000) / elapsedMs),
    short((distinct! * 1000) / elapsedMs),
    (visitedBytes / distinct!).toFixed(1),
    median(ratios).toFixed(2),
    duration(elapsedMs),
    count(distinct!),
    count(generated),
  ];
}

// The harness imports no scenario: what to measure is data, named by its address.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const address = new URL('../../scenarios/protocols/index.js', import.meta.url).href;
  const { protocolModels } = (await import(address)) as { protocolModels: ReadonlyMap<string, ModelDefinition> };
  await benchExplorer(protocolModels, process.argv.includes('--all'), (text) => void process.stdout.write(text));
}
