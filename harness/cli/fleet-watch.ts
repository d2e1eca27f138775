/** `whitewater fleet status` and `whitewater fleet watch`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { causeLine, isDone, progressLine, statusText } from '../fleet/progress.ts';
import { exitCode, parseCommandLine, UsageError, type Context, type ExitCode } from './command.ts';
import { tellOfFailures } from './fleet-hook.ts';
import { campaignOf, fleetOptions, withFleet } from './fleet-options.ts';
import { StatusLine } from './status-line.ts';

export async function fleetStatus(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, fleetOptions);
  if (positionals.length > 0) throw new UsageError(`fleet status takes options only, not ${positionals.join(' ')}`);
  return withFleet(values, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    terminal.out(statusText(await store.progress(campaign, Date.now()), Date.now()));
    return exitCode.pass;
  });
}

const lookEveryMs = 1000;

export async function fleetWatch(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, { ...fleetOptions, 'on-failure': { type: 'string' } });
  if (positionals.length > 0) throw new UsageError(`fleet watch takes options only, not ${positionals.join(' ')}`);
  return withFleet(values, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    const status = new StatusLine(terminal, 100, performance.now());
    const seen = new Set<string>();
    for (;;) {
      const progress = await store.progress(campaign, Date.now());
      for (const known of progress.causes) {
        if (!known.isReported || seen.has(known.cause.key)) continue;
        seen.add(known.cause.key);
        status.clear();
        terminal.out(`FAIL  ${causeLine(known)}\n`);
      }
      status.show(performance.now(), () => progressLine(progress, Date.now()));
      if (values['on-failure'] !== undefined) await tellOfFailures(values['on-failure'], store, campaign, terminal);
      if (isDone(progress) || progress.isStopped || terminal.interrupted.aborted) {
        status.clear();
        terminal.out(statusText(progress, Date.now()));
        return exitCode.pass;
      }
      await sleep(lookEveryMs, undefined, { signal: terminal.interrupted }).catch(() => undefined);
    }
  });
}
