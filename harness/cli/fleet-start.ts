/** `whitewater fleet start`: puts a campaign into the queue, or goes on with it. */
import { programVersion } from '../campaign/program.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { askedText, campaignId, chunkCount, chunkSeedsFor, type FleetCampaign } from '../fleet/campaign.ts';
import { firstOf, freshFrom, type EarlierCampaign } from '../fleet/ledger.ts';
import { feed, openQueue } from '../fleet/queue.ts';
import { revisionOf } from '../fleet/revision.ts';
import type { Store } from '../fleet/store.ts';
import { progressOf, wholeOf } from '../fleet/whole.ts';
import { count, plural } from '../text/format.ts';
import { ownCommand } from '../text/own-command.ts';
import { exitCode, parseCommandLine, UsageError, wholeNumber, type Context, type ExitCode } from './command.ts';
import { fleetOptions, withFleet } from './fleet-options.ts';
import { crossCheckOf, per10000Of, stuckAfterOf } from './fuzz.ts';
import { scenarioFor } from './scenario-for.ts';

const largest = 2 ** 40;

export async function fleetStart(argv: readonly string[], { terminal, registry }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, {
    ...fleetOptions,
    seeds: { type: 'string' },
    from: { type: 'string' },
    chunk: { type: 'string' },
    continuous: { type: 'boolean' },
    freeze: { type: 'boolean' },
    'double-check': { type: 'string' },
    'cross-check': { type: 'string' },
    'stuck-after': { type: 'string' },
  });
  if (positionals.length > 1)
    throw new UsageError(`fleet start takes one scenario, not ${positionals.length}: ${positionals.join(' ')}`);
  const isContinuous = values.continuous === true;
  if (isContinuous && values.seeds !== undefined)
    throw new UsageError('--continuous goes on for ever: it takes no --seeds');
  const asked = positionals[0] ?? defaultScenario(registry);
  const found = await scenarioFor(registry, asked);
  const seedsAsked = isContinuous ? null : wholeNumber('--seeds', values.seeds ?? '1000', 1, largest);
  const question = {
    scenario: found.scenario.name,
    revision: revisionOf(found.url),
    program: programVersion(),
    count: seedsAsked,
    chunkSeeds:
      values.chunk === undefined ? chunkSeedsFor(seedsAsked) : wholeNumber('--chunk', values.chunk, 1, 1_000_000),
    doubleCheck: per10000Of(values['double-check']),
    freeze: values.freeze === true,
    crossCheck: crossCheckOf(values['cross-check']),
    stuckAfterMs: stuckAfterOf(values['stuck-after']),
  };
  const from = values.from === undefined ? null : wholeNumber('--from', values.from, 0, largest);
  return withFleet(values, terminal, async ({ store, name, keepsFile }) => {
    if (!keepsFile)
      terminal.err(
        `whitewater: Redis at ${name} keeps no append-only file: when it restarts, the campaign is gone (appendonly yes keeps it)\n`,
      );
    const earlier = isContinuous ? await campaignsOf(store, question.scenario) : [];
    const seeds = { ...question, from: from ?? freshFrom(earlier) };
    const id = campaignId(seeds);
    const first = isContinuous ? firstOf(earlier) : null;
    const campaign = await store.begin({ ...seeds, id, asked, first, startedMs: Date.now() });
    const anew = await store.takeBack(id);
    const queue = await openQueue(store.redis, store.keys.queues, campaign);
    await feed(store, queue, campaign);
    const { chunksDone } = await progressOf(store, campaign, Date.now());
    terminal.out(startedText(campaign, chunksDone, anew.length));
    return exitCode.pass;
  });
}

function startedText(campaign: FleetCampaign, chunksDone: number, anew: number): string {
  const chunks = chunkCount(campaign);
  return `${[
    `${campaign.scenario}: ${askedText(campaign)}, ${chunks === null ? 'in chunks' : `in ${plural(chunks, 'chunk')}`} of ${count(campaign.chunkSeeds)}`,
    ...(chunksDone > 0 ? [`  goes on     ${plural(chunksDone, 'chunk')} ${chunksDone === 1 ? 'is' : 'are'} done`] : []),
    ...(anew > 0 ? [`  anew        ${plural(anew, 'chunk')} that ${anew === 1 ? 'was' : 'were'} set aside`] : []),
    `  campaign    ${campaign.id}`,
    `  revision    ${campaign.revision}`,
    `  work        npx ${ownCommand('fleet work')}`,
  ].join('\n')}\n`;
}

/** All of a scenario so far, the oldest first. */
async function campaignsOf(store: Store, scenario: string): Promise<readonly EarlierCampaign[]> {
  const earlier: EarlierCampaign[] = [];
  for (const campaign of await store.campaigns()) {
    if (campaign.scenario !== scenario) continue;
    const { result, done, told, first, progress: { causes } } = await wholeOf(store, campaign, Date.now());
    const again = first.get('failing')?.result?.violations ?? [];
    earlier.push({
      campaign, causes, told, hasRunFailing: first.has('failing'), violations: [...result.violations, ...again],
      lastDone: done.at(-1) ?? null,
    });
  }
  return earlier;
}
