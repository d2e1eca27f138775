/** The command line of the benchmark that holds two revisions against each other. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../text/usage-error.ts';
import type { What } from './workload.ts';

const names: readonly What[] = ['simulation', 'explorer', 'explorer-threads', 'checker', 'start-up', 'labs'];

export const usage = `npm run bench -- --against REVISION [options]
npm run bench -- --alone | --growth

Builds the other revision aside, lets both do the same work in turns, and prints medians and the range of single
pairs: how many times as good this tree is. Build first (npm run build).

  --against REVISION  any name of a commit; base for the last tag, or a commit of a week ago
  --what NAME         ${names.join(', ')}; may be given more than once
                      (default: simulation)
  --pairs N           how many pairs (default: 3 to 9)
  --seeds N           simulation: plans in each reading (default: 200)
  --short             less of everything
  --floor RATIO       ends with 1 when the first figure of something is below it, such as 0.7
  --json FILE         writes all of it as JSON
  --alone             one process of this tree beside a bare loop of events, against no other revision
  --growth            what a step costs when log, store and cluster are ten times as large, in this tree

Exit code: 0 measured, 1 below the floor, 2 interrupted, 4 wrong usage or a revision that cannot be built.
`;

export interface Asked {
  readonly against: string;
  readonly what: readonly What[];
  readonly pairs: number | null;
  readonly seeds: number | null;
  readonly isShort: boolean;
  readonly floor: number | null;
  readonly json: string | null;
}

/** Null when it is help that was asked for. @throws UsageError */
export function askedFor(argv: readonly string[]): Asked | null {
  const { values } = parsed(argv);
  if (values.help === true) return null;
  if (values.against === undefined)
    throw new UsageError('--against names the revision to compare with (see: npm run bench -- --help)');
  const what = values.what?.map((name) => names.find((one) => one === name) ?? unknownWhat(name)) ?? ['simulation'];
  const floor = values.floor === undefined ? null : Number(values.floor);
  if (floor !== null && !(floor > 0)) throw new UsageError(`--floor takes a ratio such as 0.7, not "${values.floor}"`);
  return {
    against: values.against, what, floor, isShort: values.short === true, json: values.json ?? null,
    pairs: wholeOrNull('--pairs', values.pairs), seeds: wholeOrNull('--seeds', values.seeds),
  };
}

function parsed(argv: readonly string[]) {
  const options = {
    against: { type: 'string' }, what: { type: 'string', multiple: true }, pairs: { type: 'string' },
    seeds: { type: 'string' }, short: { type: 'boolean' }, floor: { type: 'string' }, json: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. To specify')[0]!} (see: npm run bench -- --help)`);
  }
}

function unknownWhat(name: string): never {
  throw new UsageError(`--what takes one of ${names.join(', ')}, not "${name}"`);
}

function wholeOrNull(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value;
  throw new UsageError(`${option} takes a whole number from 1 to 1,000,000, not "${text}"`);
}
