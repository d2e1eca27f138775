/** `whitewater fleet`: one campaign on many machines, from a queue in Redis or Valkey. */
import { UsageError, type Command, type Context, type ExitCode } from './command.ts';

const usage = `whitewater fleet start [SCENARIO] | work | status | watch | result | stop | page DIR   [options]

Puts the seeds of a campaign into a queue in Redis or Valkey, in chunks, and runs them on any number of machines. The
result is the one of \`whitewater fuzz\`, digest included. Workers come and go, at any time and in any way: a chunk that is
lost is run again, and none counts twice. Nothing listens but Redis. Needs the packages bullmq and ioredis.

Everywhere:
  --redis URL        where Redis is (default: REDIS_URL, or redis://localhost:6379): redis://user:password@host:port/db,
                     rediss:// with TLS
  --fleet NAME       fleets of several names share one Redis (default whitewater)
  --campaign ID      an earlier campaign instead of the present one, for status, watch, result and stop

start [SCENARIO]     begins a campaign, or goes on with it where it was stopped (chunks that were set aside are tried anew)
  --seeds N, --from S, --double-check P%, --freeze, --cross-check N, --stuck-after T: see whitewater fuzz --help
  --chunk N          seeds in one chunk (default 200, and down to 20 for campaigns of less than 40,000 seeds)
  --continuous       ever new seeds, beginning behind those of earlier revisions; before them the regressions, the canaries
                     and the seeds that failed under earlier revisions

work                 takes chunks until it is told to stop; one whose files are not those of the campaign takes none
  --workers N        threads (default: one for each core)
  --until-done       ends with the campaign
  --lost-after T     a worker not heard of for so long is taken for dead (default 30s)
  --give-up T        end when Redis is away for so long (default 10m)
  --on-failure CMD   is run by the shell once for each cause of failures, with its report in failures/ and WHITEWATER_CAUSE,
                     _SCENARIO, _REVISION, _PROPERTY, _DETAIL, _SEED, _PLAN and _REPORT in its environment; for a minute at most

status               seeds, rate, failures, workers, time left
watch                the same as it changes, until the campaign is done or Ctrl-C; also --on-failure CMD
result               the summary and the verdict so far; the reports are written to failures/
  --json FILE        all facts, as \`whitewater fuzz --json\` writes them
  --require-situations   see whitewater merge --help
stop                 workers finish their chunk and take no more; with --forget all that is known of it is deleted
page DIR             pages about all campaigns, in plain files: revisions, seeds, situations never met, failures by cause,
                     open and closed, rates over days

Exit code of result: as of whitewater fuzz; 2 also while chunks are missing or set aside, 3 also when a chunk that was done
twice came to two digests. Of work: 0 it was told to end, 3 such a chunk, 5 a fault of the harness itself. Of all: 4 wrong
usage, too little memory, or a Redis that is not there, too old, full, or does not let us in.
`;

type Part = (argv: readonly string[], context: Context) => Promise<ExitCode>;

const parts: Readonly<Record<string, () => Promise<Part>>> = {
  start: async () => (await import('./fleet-start.ts')).fleetStart,
  work: async () => (await import('./fleet-work.ts')).fleetWork,
  status: async () => (await import('./fleet-watch.ts')).fleetStatus,
  watch: async () => (await import('./fleet-watch.ts')).fleetWatch,
  result: async () => (await import('./fleet-result.ts')).fleetResult,
  stop: async () => (await import('./fleet-stop.ts')).fleetStop,
  page: async () => (await import('./fleet-page.ts')).fleetPages,
};

export const fleetCommand: Command = {
  usage,
  run: async ([name, ...argv], context) => {
    const load = name === undefined ? undefined : parts[name];
    if (load === undefined)
      throw new UsageError(
        `fleet takes one of ${Object.keys(parts).join(', ')}${name === undefined ? '' : `, not "${name}"`} (see: whitewater fleet --help)`,
      );
    return (await load())(argv, context);
  },
};
