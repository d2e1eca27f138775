/** `whitewater pin`: keeps a plan that failed, so that `npm test` and every gate run it again. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Digest } from '../digest.ts';
import { printPlan } from '../plan/plan-file.ts';
import { run } from '../run.ts';
import { differsText, sameRun } from '../same-run.ts';
import { exitCode, parseCommandLine, UsageError, type Command, type Context, type ExitCode } from './command.ts';
import { readText, writeWhole } from '../text/files.ts';
import { plural } from '../text/format.ts';
import { findSubject } from './subject.ts';

export const regressionsFolder = 'scenarios/regressions';

/** More than this is no plan that a person reads: it should be shrunk first. */
const largeSteps = 400;

const usage = `whitewater pin PLAN.json [options]

Saves a plan under ${regressionsFolder}/ (of a project of its own: regressions/) with a line that says what it showed. From then on
\`npm test\` and \`whitewater gate\` run it again. Shrink it before: whitewater shrink PLAN.json.

  --says TEXT        what it showed (default: what it violates now; needed when it passes now)
  --name NAME        the file's name without ending (default: from the property)
  --dir DIR          another folder
  --scenario NAME    the scenario whose system the plan is for, when it is your own
  --help             this text

Exit code: 0 pinned, 4 wrong usage.
`;

export const pinCommand: Command = { usage, run: pin };

async function pin(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('pin', argv, {
    says: { type: 'string' },
    name: { type: 'string' },
    dir: { type: 'string' },
    scenario: { type: 'string' },
  });
  const [asked] = positionals;
  if (asked === undefined || positionals.length !== 1) throw new UsageError('pin takes one plan file');
  if (/^\d+$/.test(asked)) throw new UsageError('pin takes a plan file, not a seed: `whitewater shrink` writes one');
  const { plan, system } = await findSubject(asked, values.scenario, context);
  const record = run(system, plan);
  const { isSame, differs } = sameRun(record, run(system, plan));
  if (!isSame)
    throw new UsageError(`${asked}: ${differsText(differs)}; a plan that is not repeatable cannot be pinned`);
  const { verdict, steps } = record;
  const showed =
    values.says ?? plan.showed ?? (verdict.kind === 'violation' ? `${verdict.property}: ${verdict.detail}` : null);
  if (showed === null) throw new UsageError(`${asked} violates nothing now: say with --says what it showed`);
  if (values.name !== undefined && !/^[\w.-]+$/.test(values.name))
    throw new UsageError(`--name takes letters, digits, dots and dashes, not "${values.name}"`);
  const path = join(
    values.dir ?? context.registry.regressions ?? regressionsFolder, `${values.name ?? nameOf(showed, plan)}.json`,
  );
  const text = printPlan({ ...plan, showed });
  const isThere = existsSync(path);
  if (isThere && readText(path) !== text)
    throw new UsageError(`${path} exists, with another plan: give another --name, or delete it first`);
  if (!isThere) writeWhole(path, text);
  const advice = steps > largeSteps ? `\n  it takes ${plural(steps, 'step')}: whitewater shrink makes it smaller` : '';
  context.terminal.out(
    `pinned ${path}${isThere ? ', where it was already' : ''}\n  ${showed}\n  it ${verdict.kind === 'violation' ? 'fails now, and so will npm test until that is mended' : 'passes now'}${advice}\n`,
  );
  return exitCode.pass;
}

/** The property in small letters, and something that tells two plans of it apart. */
function nameOf(showed: string, plan: object): string {
  const digest = new Digest();
  digest.string(JSON.stringify(plan));
  const words = showed
    .split(':')[0]!
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  return `${words}-${digest.hex().slice(0, 6)}`;
}
