/** How much a test is to look at: what it says itself, unless the environment says otherwise. */
import { availableParallelism } from 'node:os';
import { durationMs, wholeNumber } from '../cli/command.ts';
import { parseShard } from '../cli/fuzz.ts';
import type { Asked } from '../campaign/pieces.ts';

/** Times of a test: 500ms, 10s, 5m or 1h. */
export type TestTime = `${number}${'ms' | 's' | 'm' | 'h'}`;

export interface FuzzOptions {
  /** How many seeds (100). WHITEWATER_SEEDS goes before it. */
  readonly seeds?: number;
  /** The first one (1). WHITEWATER_FROM goes before it. */
  readonly from?: number;
  /** No further seed is begun after it. WHITEWATER_TIME_BUDGET goes before it. */
  readonly time?: TestTime;
  /**
   * 1 (as it is): in this very thread, where breakpoints and coverage are. More: so many worker threads, which load the
   * registry by its address, as the commands do. WHITEWATER_WORKERS goes before it.
   */
  readonly workers?: number;
  /** Where the report of a failing seed is written (failures). */
  readonly folder?: string;
}

export interface ExploreOptions {
  /** Parameters of the model, the system's settings among them: `{ bug: 'impatient', 'max-crashes': 0 }`. */
  readonly with?: Readonly<Record<string, number | boolean | string>>;
  /** Counts states that are equal up to the names of servers that are `alike` once. */
  readonly symmetry?: boolean;
  /**
   * Enough is seen with so many states; without it the space must be closed. WHITEWATER_STATES (a number, or all) goes
   * before it.
   */
  readonly states?: number;
  /**
   * Who has neither closed the space nor seen `states` by then has not passed. WHITEWATER_TIME_BUDGET goes before it.
   */
  readonly time?: TestTime;
  /** Threads, as in `FuzzOptions`. */
  readonly workers?: number;
  readonly folder?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface AskedSeeds extends Asked {
  readonly count: number;
}

/** What bounds any test. */
export interface Bounds {
  readonly budgetMs: number | null;
  readonly workers: number;
  readonly folder: string;
}

const largest = 2 ** 40;

/** An option of the test is text for the same reader as the environment's. */
const numberIn = (env: Environment, variable: string, option: string, given: number, max: number): number =>
  (isSaid(env[variable]) ? wholeNumber(variable, env[variable], 1, max) : wholeNumber(option, String(given), 1, max));

/** An empty variable is one that nobody has set: so workflows pass on what was not given. */
const isSaid = (text: string | undefined): text is string => text !== undefined && text !== '';

/** @throws UsageError that names the variable or the option */
export function seedsAsked({ seeds = 100, from = 1 }: FuzzOptions, env: Environment): AskedSeeds {
  const shardVariable = env['WHITEWATER_SHARD'];
  const [shard, of] = parseShard(isSaid(shardVariable) ? shardVariable : '1/1', 'WHITEWATER_SHARD');
  return {
    from: isSaid(env['WHITEWATER_FROM'])
      ? wholeNumber('WHITEWATER_FROM', env['WHITEWATER_FROM'], 0, largest)
      : wholeNumber('from', String(from), 0, largest),
    count: numberIn(env, 'WHITEWATER_SEEDS', 'seeds', seeds, largest),
    shard,
    of,
  };
}

/** Null: all of them. @throws UsageError */
export function statesAsked({ states }: ExploreOptions, env: Environment): number | null {
  if (env['WHITEWATER_STATES'] === 'all') return null;
  if (!isSaid(env['WHITEWATER_STATES']) && states === undefined) return null;
  return numberIn(env, 'WHITEWATER_STATES', 'states', states ?? 1, largest);
}

/** @throws UsageError */
export function boundsAsked(
  { time, workers = 1, folder = 'failures' }: FuzzOptions | ExploreOptions, env: Environment,
): Bounds {
  const [said, text] = isSaid(env['WHITEWATER_TIME_BUDGET'])
    ? ['WHITEWATER_TIME_BUDGET', env['WHITEWATER_TIME_BUDGET']]
    : ['time', time];
  return {
    budgetMs: text === undefined ? null : durationMs(said!, text),
    workers:
      env['WHITEWATER_WORKERS'] === 'all'
        ? availableParallelism()
        : numberIn(env, 'WHITEWATER_WORKERS', 'workers', workers, 256),
    folder,
  };
}
