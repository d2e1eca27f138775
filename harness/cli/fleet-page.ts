/** `whitewater fleet page DIR`: plain files about all campaigns of a fleet. */
import { join } from 'node:path';
import { judge, together } from '../campaign/judgement.ts';
import { endedEarly, isDone } from '../fleet/progress.ts';
import { ledgerOf } from '../fleet/ledger.ts';
import { fleetPage, type PageCampaign } from '../fleet/page.ts';
import { wholeOf, type Whole } from '../fleet/whole.ts';
import { printPlan } from '../plan/plan-file.ts';
import { reportPage } from '../report/page/page.ts';
import type { Report } from '../report/report.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { plural } from '../text/format.ts';
import { exitCode, parseCommandLine, UsageError, type Context, type ExitCode } from './command.ts';
import { fleetOptions, withFleet } from './fleet-options.ts';

export async function fleetPages(argv: readonly string[], { terminal }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, {
    redis: fleetOptions.redis, fleet: fleetOptions.fleet,
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length !== 1)
    throw new UsageError('fleet page takes one folder, where it writes index.html');
  mustBeWritable(join(folder, 'index.html'), terminal.err);
  return withFleet(values, terminal, async ({ store }) => {
    const nowMs = Date.now();
    const campaigns = await store.campaigns();
    const wholes: Whole[] = [];
    for (const campaign of campaigns) wholes.push(await wholeOf(store, campaign, nowMs));
    const reports = reportsIn(wholes);
    for (const [key, report] of reports) {
      writeWhole(join(folder, 'failures', `${key}.html`), reportPage(report));
      writeWhole(join(folder, 'failures', `${key}.plan.json`), printPlan(report.plan));
    }
    const present = await store.current();
    const pages = wholes.map((whole) => pageCampaign(whole, present?.id ?? null));
    const ledger = ledgerOf(
      wholes.map(({ progress: { campaign, causes }, told, first }) => ({
        campaign, causes, told, hasRunFailing: first.has('failing'),
      })),
    );
    const made = `${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    writeWhole(
      join(folder, 'campaigns.json'), `${JSON.stringify({ made, campaigns: pages, failures: ledger }, null, 1)}\n`,
    );
    writeWhole(
      join(folder, 'index.html'),
      fleetPage({
        fleet: values.fleet ?? 'whitewater', made, campaigns: pages, ledger, reported: new Set(reports.keys()),
      }),
    );
    terminal.out(
      `${join(folder, 'index.html')}: ${plural(pages.length, 'campaign')}, ${plural(ledger.length, 'cause')} of failures\n`,
    );
    return exitCode.pass;
  });
}

/** The newest report of each cause. */
function reportsIn(wholes: readonly Whole[]): ReadonlyMap<string, Report> {
  const reports = new Map<string, Report>();
  for (const { reports: told } of wholes)
    for (const [key, { report }] of told) if (report !== null) reports.set(key, report);
  return reports;
}

function pageCampaign({ progress, result, first, days }: Whole, present: string | null): PageCampaign {
  const { campaign, isStopped, aside, conflicts } = progress;
  const { code, line, others } = judge(together([{ done: 1 }, ...[...first.values()].map(({ facts }) => facts)]));
  const never = (
    tallies: Readonly<Record<string, { readonly fired?: number; readonly total?: number }>>,
  ): readonly string[] =>
    Object.entries(tallies)
      .filter(([, { fired, total }]) => (fired ?? total) === 0)
      .map(([name]) => name);
  return {
    campaign,
    state: isDone(progress)
      ? 'done'
      : isStopped
        ? 'stopped'
        : campaign.id === present
          ? (endedEarly(progress) ?? 'under way')
          : 'given up for a later one',
    seeds: result.seeds,
    violations: result.violations.length,
    digest: result.digest,
    neverMet: [...never(result.tallies), ...never(result.faultKinds).map((kind) => `fault ${kind}: never fired`)],
    troubles: [...aside, ...conflicts, ...(code === exitCode.pass ? [] : [line, ...others])],
    days,
  };
}
