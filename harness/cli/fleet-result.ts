/** `whitewater fleet result`: what a campaign came to so far, judged as on one machine. */
import { factsOfAbsences, factsOfSeeds } from '../campaign/facts.ts';
import { judge, judgementText, together, type Facts } from '../campaign/judgement.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { absences, situationsLine } from '../campaign/required.ts';
import { askedText, piecesOf } from '../fleet/campaign.ts';
import { causeKey } from '../fleet/causes.ts';
import { endedEarly } from '../fleet/progress.ts';
import { wholeOf, type Whole } from '../fleet/whole.ts';
import { campaignJson } from '../report/campaign-json.ts';
import { summaryText } from '../report/summary.ts';
import { mustBeWritable, writeWhole } from '../text/files.ts';
import { quoted } from '../text/own-command.ts';
import { parseCommandLine, UsageError, type Context, type ExitCode } from './command.ts';
import { writeTold } from './fleet-hook.ts';
import { campaignOf, fleetOptions, withFleet } from './fleet-options.ts';
import { Kept } from './kept.ts';
import { reportedText } from './report-failures.ts';
import { scenarioFor } from './scenario-for.ts';

export async function fleetResult(argv: readonly string[], { terminal, registry }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('fleet', argv, {
    ...fleetOptions, json: { type: 'string' }, 'require-situations': { type: 'boolean' },
  });
  if (positionals.length > 0) throw new UsageError(`fleet result takes options only, not ${positionals.join(' ')}`);
  const jsonPath = values.json;
  if (jsonPath !== undefined) mustBeWritable(jsonPath, terminal.err);
  return withFleet(values, terminal, async ({ store }) => {
    const campaign = await campaignOf(store, values);
    const whole = await wholeOf(store, campaign, Date.now());
    const { result, progress } = whole;
    const kept = new Kept();
    const facts = {
      result,
      holds: piecesOf(campaign, whole.done),
      asked: askedText(campaign),
      workers: whole.threads,
      wallMs: whole.lastMs - campaign.startedMs,
      endedEarly: endedEarly(progress),
      // Named as it was asked for, unless the registry at hand has it.
      module: registry.scenarios.has(campaign.asked) ? null : campaign.asked,
      replayOptions: campaign.asked === defaultScenario(registry) ? '' : ` --scenario ${quoted(campaign.asked)}`,
      planPaths: new Map<number, string>(),
    };
    if (jsonPath !== undefined) kept.write(() => writeWhole(jsonPath, campaignJson(facts, campaign.program)));
    const scenario =
      values['require-situations'] === true ? (await scenarioFor(registry, campaign.asked)).scenario : null;
    terminal.out(summaryText(facts));
    for (const { cause } of progress.causes) {
      const told = whole.reports.get(cause.key);
      if (told === undefined) continue;
      if (told.report === null) terminal.out(`  cause ${cause.key}, seed ${cause.seed}: ${told.note}\n`);
      else {
        writeTold(campaign, cause, told, kept);
        const seeds = result.violations
          .filter(({ property, detail }) => causeKey(property, detail) === cause.key)
          .map(({ seed }) => seed);
        terminal.out(`\n${reportedText({ report: told.report, seeds }, terminal.hasColor)}`);
      }
    }
    if (scenario !== null)
      terminal.out(`  required situations: ${situationsLine(absences(scenario, result), result.seeds)}\n`);
    const judgement = judge(together([
      factsOfSeeds(result), factsOfFleet(whole), ...[...whole.first.values()].map(({ facts: one }) => one),
      ...(scenario === null ? [] : [factsOfAbsences(scenario, result)]), kept.facts,
    ]));
    terminal.out(judgementText(judgement));
    kept.tell(terminal);
    return judgement.code;
  });
}

/** What only a fleet can say. */
function factsOfFleet({ progress }: Whole): Facts {
  const { aside, conflicts } = progress;
  const early = endedEarly(progress);
  return {
    done: 0, nondeterministic: conflicts, shardsMissing: aside,
    interrupted: early === null || aside.length > 0 ? [] : [early],
  };
}
