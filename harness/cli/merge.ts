/** `whitewater merge`: puts the results of shards together. */
import { merge } from '../campaign/campaign.ts';
import { factsOfAbsences, factsOfSeeds } from '../campaign/facts.ts';
import { exitCode, judge, judgementText, together, type ExitCode, type Facts } from '../campaign/judgement.ts';
import { doubledIn, missingFrom } from '../campaign/pieces.ts';
import { absences, situationsLine } from '../campaign/required.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { defaultScenario } from '../campaign/registry.ts';
import { CampaignError, campaignJson, readCampaign, type Campaign } from '../report/campaign-json.ts';
import { summaryText } from '../report/summary.ts';
import { parseCommandLine, UsageError, type Command, type Context } from './command.ts';
import { mustBeWritable, readText, writeWhole } from '../text/files.ts';
import { plural } from '../text/format.ts';
import { Kept } from './kept.ts';
import { savePlans } from './save-plans.ts';
import { scenarioFor } from './scenario-for.ts';
import { quoted } from '../text/own-command.ts';

const usage = `whitewater merge FILE... [--json FILE] [--require-situations]

Puts together what \`whitewater fuzz --shard I/N --json FILE\` wrote, or the campaign.json of a gate in shards.
The digest is that of one campaign over all the seeds. Files that hold the same seed, or are of another scenario
or another version of the program, are refused; so is one that was damaged. With --require-situations every
situation and every kind of fault that the scenario requires must have been reached in one of them.

Only a complete set of shards passes. The plan of each failing seed is written to failures/. Exit code: 0 all
passed, 1 a violation, or something required was never reached, 2 unknown, or a shard or seeds are missing (they
are named), 3 one seed gave two different runs, 4 wrong usage or files that do not belong together, 5 a fault of the
harness itself.
`;

export const mergeCommand: Command = {
  usage,
  run: mergeFiles,
};

interface Part {
  readonly path: string;
  readonly campaign: Campaign;
}

async function mergeFiles(argv: readonly string[], { terminal, registry }: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('merge', argv, {
    json: { type: 'string' }, 'require-situations': { type: 'boolean' },
  });
  if (positionals.length === 0) throw new UsageError('merge takes the files that `whitewater fuzz --json` wrote');
  const parts = positionals.map((path) => ({ path, campaign: campaignIn(path) }));
  const shards = factsOfShards(parts);
  mustBelongTogether(shards);
  if (values.json !== undefined) mustBeWritable(values.json, terminal.err, positionals);
  const result = parts.map(({ campaign }) => campaign.result).reduce(merge);
  const { module = null } = parts[0]!.campaign;
  const scenario =
    module === null ? registry.scenarios.get(result.scenario) : (await scenarioFor(registry, module)).scenario;
  const named = module ?? result.scenario;
  const early = endedEarly(parts);
  const missing = (shards.shardsMissing ?? []).map((what) => `missing: ${what}`);
  const kept = new Kept();
  const facts = {
    result,
    holds: parts.flatMap(({ campaign }) => campaign.holds),
    asked: plural(parts.length, 'file'),
    workers: parts.reduce((sum, { campaign }) => sum + campaign.workers, 0),
    wallMs: Math.max(...parts.map(({ campaign }) => campaign.wallMs)),
    endedEarly: [early, ...missing].filter((says) => says !== null).join('; ') || null,
    replayOptions: named === defaultScenario(registry) ? '' : ` --scenario ${quoted(named)}`,
    module,
    planPaths: scenario === undefined ? new Map<number, string>() : savePlans(scenario, result.violations, kept),
  };
  const required =
    values['require-situations'] === true ? [factsOfAbsences(mustBeKnown(scenario, result.scenario), result)] : [];
  const jsonPath = values.json;
  if (jsonPath !== undefined)
    kept.write(() => writeWhole(jsonPath, campaignJson({ ...facts, endedEarly: early }, parts[0]!.campaign.program)));
  const judgement = judge(together([factsOfSeeds(result), shards, ...required, kept.facts]));
  terminal.out(summaryText(facts));
  if (scenario !== undefined && required.length > 0)
    terminal.out(`  required situations: ${situationsLine(absences(scenario, result), result.seeds)}\n`);
  terminal.out(judgementText(judgement));
  kept.tell(terminal);
  return judgement.code;
}

/** @throws UsageError when the file cannot be read or is damaged */
function campaignIn(path: string): Campaign {
  try {
    return readCampaign(path, readText(path));
  } catch (error) {
    if (error instanceof CampaignError) throw new UsageError(error.message);
    throw error;
  }
}

function factsOfShards(parts: readonly Part[]): Facts {
  const pieces = parts.flatMap(({ path, campaign }) => campaign.holds.map((piece) => ({ path, piece })));
  const [{ path, campaign: first }, ...others] = parts as readonly [Part, ...Part[]];
  const foreign = others.flatMap(({ path: other, campaign: { result, program } }) => {
    if (result.scenario !== first.result.scenario)
      return [`${other} is of scenario ${result.scenario}, ${path} of ${first.result.scenario}`];
    return program === first.program
      ? []
      : [`${other} comes from version ${program} of the program, ${path} from ${first.program}`];
  });
  const doubled = doubledIn(pieces.map(({ piece }) => piece)).map(
    ([i, j, why]) => `${pieces[i]!.path} and ${pieces[j]!.path}: ${why}`,
  );
  const cut = parts
    .filter(({ campaign }) => campaign.endedEarly !== null)
    .map(({ path: one, campaign }) => `${one}: ${campaign.endedEarly}`);
  return {
    done: 0, shardsForeign: foreign, shardsDoubled: doubled,
    shardsMissing: missingFrom(pieces.map(({ piece }) => piece)), interrupted: cut,
  };
}

/** @throws UsageError for shards that no sum should be made of */
function mustBelongTogether({ shardsForeign, shardsDoubled, done }: Facts): void {
  const { code, line } = judge({
    done: done + 1, shardsForeign: shardsForeign ?? [], shardsDoubled: shardsDoubled ?? [],
  });
  if (code !== exitCode.pass) throw new UsageError(line);
}

function endedEarly(parts: readonly Part[]): string | null {
  const early = parts.filter(({ campaign }) => campaign.endedEarly !== null).map(({ path }) => path);
  return early.length === 0 ? null : `ended early: ${early.join(', ')}`;
}

/** @throws UsageError when the scenario is not one of the house */
function mustBeKnown(scenario: Scenario | undefined, name: string): Scenario {
  if (scenario !== undefined) return scenario;
  throw new UsageError(
    `there is no scenario "${name}" here, so nobody knows which situations it requires: run merge in the folder of its whitewater.config`,
  );
}
