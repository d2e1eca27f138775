/** `whitewater fleet stop`: workers take no more of a campaign; asked to, it is forgotten. */
import { openQueue } from '../fleet/queue.ts';
import { endedEarly } from '../fleet/progress.ts';
import { progressOf } from '../fleet/whole.ts';
import { exitCode, parseCommandLine, UsageError, type Context, type ExitCode } from './command.ts';
import { campaignOf, fleetOptions, withFleet } from './fleet-options.ts';

export async function fleetStop(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, { ...fleetOptions, forget: { type: 'boolean' } });
  if (positionals.length > 0) throw new UsageError(`fleet stop takes options only, not ${positionals.join(' ')}`);
  return withFleet(values, terminal, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    await store.stop(campaign.id);
    const state = endedEarly(await progressOf(store, campaign, Date.now())) ?? 'all of it is done';
    if (values.forget === true) {
      await (await openQueue(store.redis, store.keys.queues, campaign)).obliterate({ force: true });
      await store.forget(campaign.id);
    }
    terminal.out(`${campaign.id}: ${state}${values.forget === true ? '; forgotten' : ''}\n`);
    return exitCode.pass;
  });
}
