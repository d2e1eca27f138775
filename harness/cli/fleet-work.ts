/**
 * `whitewater fleet work`: a worker. It takes tasks of the present campaign until there are none, or it is told to end.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundScenario } from '../campaign/registry.ts';
import { exitCode, judge } from '../campaign/judgement.ts';
import { revisionOf } from '../fleet/revision.ts';
import type { FleetCampaign } from '../fleet/campaign.ts';
import type { OpenStore } from '../fleet/store.ts';
import { isEnded } from '../fleet/whole.ts';
import { durationMs, parseCommandLine, UsageError, wholeNumber, type Context, type ExitCode } from './command.ts';
import { fleetOptions, withFleet } from './fleet-options.ts';
import { FleetSession, type SessionEnd } from './fleet-session.ts';
import { scenarioFor } from './scenario-for.ts';

interface Request {
  readonly threads: number;
  readonly isUntilDone: boolean;
  readonly lostAfterMs: number;
  readonly giveUpMs: number;
  readonly onFailure: string | null;
}

const lookEveryMs = 1000;

export async function fleetWork(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, {
    redis: fleetOptions.redis,
    fleet: fleetOptions.fleet,
    workers: { type: 'string' },
    'until-done': { type: 'boolean' },
    'lost-after': { type: 'string' },
    'give-up': { type: 'string' },
    'on-failure': { type: 'string' },
  });
  if (positionals.length > 0)
    throw new UsageError(
      `fleet work takes options only, not ${positionals.join(' ')}: the scenario is that of the campaign`,
    );
  const request: Request = {
    threads: wholeNumber('--workers', values.workers ?? String(availableParallelism()), 1, 256),
    isUntilDone: values['until-done'] === true,
    lostAfterMs: durationMs('--lost-after', values['lost-after'] ?? '30s'),
    giveUpMs: durationMs('--give-up', values['give-up'] ?? '10m'),
    onFailure: values['on-failure'] ?? null,
  };
  if (request.lostAfterMs < 1000)
    throw new UsageError('--lost-after takes at least 1s: a worker on a busy machine says nothing for a moment');
  return withFleet(
    values, context.terminal, (open) => workOn(open, request, context, values.fleet ?? 'whitewater'), request.giveUpMs,
  );
}

async function workOn(open: OpenStore, request: Request, context: Context, fleet: string): Promise<ExitCode> {
  const { terminal } = context;
  const me = `${hostname()}-${process.pid}-${randomUUID()}`;
  const code = new Code(context);
  let last: string | null = null;
  try {
    while (!terminal.interrupted.aborted) {
      const campaign = await open.store.current();
      if (campaign === null && request.isUntilDone)
        throw new UsageError(`there is no campaign in the fleet "${fleet}": whitewater fleet start begins one`);
      if (campaign !== null && (campaign.id !== last || !(await isEnded(open.store, campaign)))) {
        const found = await code.of(campaign);
        terminal.err(`at work on ${campaign.id}\n`);
        const end = await new FleetSession({ open, campaign, found, context, me, ...request }).run();
        if (end.kind === 'differs') return toldDiffering(end, context);
        last = campaign.id;
        if (request.isUntilDone && (end.kind === 'done' || end.kind === 'stopped')) {
          terminal.err(`${campaign.id}: ${end.kind}\n`);
          return exitCode.pass;
        }
        if (end.kind === 'superseded') continue;
      }
      await sleep(lookEveryMs, undefined, { signal: terminal.interrupted }).catch(() => undefined);
    }
    return exitCode.pass;
  } finally {
    await Promise.race([open.store.roster.leave(me), sleep(lookEveryMs)]);
  }
}

function toldDiffering({ what }: Extract<SessionEnd, { kind: 'differs' }>, { terminal }: Context): ExitCode {
  terminal.err(`whitewater: ${what}\n`);
  return judge({ done: 1, nondeterministic: [what] }).code;
}

/** The code that this process runs: as it was when it was loaded, whatever becomes of the files later. */
class Code {
  private readonly context: Context;
  private readonly revisions = new Map<string, string>();

  constructor(context: Context) {
    this.context = context;
  }

  /** @throws UsageError when it is not the one of the campaign */
  async of({ id, asked, revision }: FleetCampaign): Promise<FoundScenario> {
    const found = await scenarioFor(this.context.registry, asked);
    const own = this.revisions.get(found.url) ?? revisionOf(found.url);
    this.revisions.set(found.url, own);
    if (own === revision) return found;
    throw new UsageError(
      `${id} is of revision ${revision}, and this worker of ${own}: it takes none of its chunks (start the worker from the same files, or a campaign from these)`,
    );
  }
}
