/** `whitewater merge`: puts the results of shards together. */
import { merge, type ChunkResult } from '../campaign/campaign.ts';
import { missingSituations, seedsForSituations, situationsLine } from '../campaign/required.ts';
import { campaignFormat, campaignJson, type CampaignJson } from '../report/campaign-json.ts';
import { summaryText } from '../report/summary.ts';
import { exitCode, parseCommandLine, UsageError, type Command, type Context, type ExitCode } from './command.ts';
import { mustBeWritable, readText, writeWhole } from '../text/files.ts';
import { outcome } from './outcome.ts';

const usage = `whitewater merge FILE... [--json FILE] [--require-situations]

Puts together what \`whitewater fuzz --shard I/N --json FILE\` wrote. The digest is that of one
campaign over all the seeds. With --require-situations every situation that the scenario requires must have
been reached in one of them.
`;

export const mergeCommand: Command = {
  usage,
  run: async (argv, context) => mergeFiles(argv, context),
};

function mergeFiles(argv: readonly string[], { terminal, registry }: Context): ExitCode {
  const { values, positionals } = parseCommandLine('merge', argv, { json: { type: 'string' }, 'require-situations': { type: 'boolean' } });
  if (positionals.length === 0) throw new UsageError('merge takes the files that `whitewater fuzz --json` wrote');
  if (values.json !== undefined) mustBeWritable(values.json);
  const parts = positionals.map((path) => ({ path, json: readCampaign(path) }));
  const other = parts.find(({ json }) => json.scenario !== parts[0]!.json.scenario);
  if (other !== undefined) throw new UsageError(`${other.path} is of scenario ${other.json.scenario}, ${parts[0]!.path} of ${parts[0]!.json.scenario}`);
  const result = parts.map(({ json }) => resultOf(json)).reduce(merge);
  const early = parts.filter(({ json }) => json.endedEarly !== null).map(({ path }) => path);
  const facts = {
    result,
    asked: `${parts.length} files`,
    workers: parts.reduce((sum, { json }) => sum + json.workers, 0),
    wallMs: Math.max(...parts.map(({ json }) => json.wallMs)),
    endedEarly: early.length === 0 ? null : `ended early: ${early.join(', ')}`,
    replayOptions: result.scenario === 'swarm' ? '' : ` --scenario ${result.scenario}`,
    planPaths: new Map<number, string>(),
  };
  terminal.out(summaryText(facts));
  if (values.json !== undefined) writeWhole(values.json, campaignJson(facts));
  const worst = early.length > 0 && outcome(result) === exitCode.pass ? exitCode.unknown : outcome(result);
  if (values['require-situations'] !== true) return worst;
  const scenario = registry.scenarios.get(result.scenario);
  if (scenario === undefined) throw new UsageError(`there is no scenario "${result.scenario}" here, so nobody knows which situations it requires`);
  const missing = missingSituations(scenario, result);
  terminal.out(`  required situations: ${situationsLine(missing, result.seeds)}\n`);
  if (missing.length === 0 || worst !== exitCode.pass) return worst;
  return result.seeds < seedsForSituations ? exitCode.unknown : exitCode.violation;
}

function readCampaign(path: string): CampaignJson {
  const expected = 'expected a file that `whitewater fuzz --json` wrote';
  let json: unknown;
  try {
    json = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not JSON; ${expected}`);
  }
  const campaign = json as Partial<CampaignJson> | null;
  if (campaign?.format === campaignFormat && campaign.version === 1) return campaign as CampaignJson;
  throw new UsageError(`${path} holds no campaign of version 1; ${expected}`);
}

const resultOf = (json: CampaignJson): ChunkResult => ({
  scenario: json.scenario,
  seeds: json.seeds,
  passed: json.passed,
  violations: json.violations,
  unknowns: json.unknowns,
  nondeterministic: json.nondeterministic,
  faults: json.faults,
  operations: json.operations,
  events: json.events,
  steps: json.steps,
  virtualUs: json.virtualUs,
  trivial: json.trivial,
  tallies: json.tallies,
  // Files from before these were counted lack them.
  faultKinds: json.faultKinds ?? {},
  doubleChecked: json.doubleChecked ?? 0,
  digest: json.digest,
});
