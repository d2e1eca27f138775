/** `whitewater doctor`: whether the systems at hand are good citizens, and what is wrong where. */
import { DrawError } from '../campaign/draw-error.ts';
import { drawPlan } from '../campaign/draw.ts';
import { judge, judgementText, type Facts } from '../campaign/judgement.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { examine, type Finding } from '../doctor/examine.ts';
import { plural } from '../text/format.ts';
import { parseCommandLine, wholeNumber, type Command, type Context, type ExitCode } from './command.ts';
import { scenarioFor } from './scenario-for.ts';

const usage = `whitewater doctor [SCENARIO...] [options]

Looks at how systems behave as citizens of the simulated world, and not at whether their protocols are right: steps are
pure and total, data is plain, nothing is written to in place, messages and durable states come back as they were, digests
tell apart what differs, two runs of one plan are the same. Without SCENARIO: every scenario at hand but those with a planted bug.

  --seeds N          plans of each scenario (default 10)
  --help             this text

Exit code: 0 nothing is wrong, 1 something is, 4 wrong usage.
`;

export const doctorCommand: Command = { usage, run: doctor };

async function doctor(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('doctor', argv, { seeds: { type: 'string' } });
  const seeds = wholeNumber('--seeds', values.seeds ?? '10', 1, 10_000);
  const scenarios = positionals.length > 0
    ? await Promise.all(positionals.map(async (name) => (await scenarioFor(context.registry, name)).scenario))
    : [...context.registry.scenarios.values()].filter(({ canary }) => canary === undefined);
  const wrong: string[] = [];
  for (const scenario of scenarios) {
    if (context.terminal.interrupted.aborted) break;
    const findings = examined(scenario, seeds);
    context.terminal.out(told(scenario, seeds, findings));
    wrong.push(...[...findings.values()].map(({ what, seed }) => `${scenario.name} seed ${seed}: ${what}`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const facts: Facts = {
    done: scenarios.length, violations: wrong, interrupted: context.terminal.interrupted.aborted ? ['the doctor'] : [],
  };
  const judgement = judge(facts);
  context.terminal.out(judgementText(judgement));
  return judgement.code;
}

type Seen = ReadonlyMap<string, Finding & { readonly seed: number }>;

/** Each thing at the first seed that shows it. */
function examined(scenario: Scenario, seeds: number): Seen {
  const seen = new Map<string, Finding & { readonly seed: number }>();
  for (let seed = 1; seed <= seeds; seed++) {
    for (const finding of findingsOf(scenario, seed))
      if (!seen.has(finding.what)) seen.set(finding.what, { ...finding, seed });
  }
  return seen;
}

function findingsOf(scenario: Scenario, seed: number): readonly Finding[] {
  try {
    return examine(scenario.system, drawPlan(scenario, seed));
  } catch (error) {
    if (error instanceof DrawError) return [{ what: 'a seed cannot be drawn', detail: error.message }];
    throw error;
  }
}

function told({ name }: Scenario, seeds: number, findings: Seen): string {
  if (findings.size === 0) return `${name}: a good citizen on ${plural(seeds, 'plan')}\n`;
  return [
    `${name}: ${plural(findings.size, 'thing')} wrong`,
    ...[...findings.values()].flatMap(({ what, detail, seed }) => [
      `  ${what}, first at seed ${seed}`, `    ${detail}`,
    ]),
    '',
  ].join('\n');
}
