/** `whitewater fleet status` and `whitewater fleet watch`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { causeLine, isDone, progressLine, statusText } from '../fleet/progress.ts';
import { progressOf } from '../fleet/whole.ts';
import { exitCode, parseCommandLine, UsageError, type Context, type ExitCode } from './command.ts';
import { Teller } from './fleet-hook.ts';
import { campaignOf, fleetOptions, withFleet } from './fleet-options.ts';
import { StatusLine } from './status-line.ts';

export async function fleetStatus(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, fleetOptions);
  if (positionals.length > 0) throw new UsageError(`fleet status takes options only, not ${positionals.join(' ')}`);
  return withFleet(values, terminal, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    terminal.out(statusText(await progressOf(store, campaign, Date.now()), Date.now()));
    return exitCode.pass;
  });
}

const lookEveryMs = 1000;
/** It is left alone for days: a Redis that is moved must not end it. */
const watchPatienceMs = 600_000;

export async function fleetWatch(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, {
    ...fleetOptions, 'on-failure': { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`fleet watch takes options only, not ${positionals.join(' ')}`);
  return withFleet(values, terminal, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    const status = new StatusLine(terminal, 100, performance.now());
    const seen = new Set<string>();
    const command = values['on-failure'];
    const teller = command === undefined ? null : new Teller(command, store, campaign, terminal);
    for (;;) {
      const progress = await progressOf(store, campaign, Date.now());
      for (const known of progress.causes) {
        if (!known.isReported || seen.has(known.cause.key)) continue;
        seen.add(known.cause.key);
        status.clear();
        terminal.out(`FAIL  ${causeLine(known)}\n`);
      }
      status.show(performance.now(), () => progressLine(progress, Date.now()));
      teller?.look();
      if (isDone(progress) || progress.isStopped || terminal.interrupted.aborted) {
        await teller?.ended();
        status.clear();
        terminal.out(statusText(progress, Date.now()));
        return exitCode.pass;
      }
      await sleep(lookEveryMs, undefined, { signal: terminal.interrupted }).catch(() => undefined);
    }
  }, watchPatienceMs);
}
