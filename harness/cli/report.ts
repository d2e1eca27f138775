/** `whitewater report`: a failing run shrunk, replayed and told in every form. */
import { join, resolve } from 'node:path';
import { factsOfVerdict } from '../campaign/facts.ts';
import { judge, judgementText, together } from '../campaign/judgement.ts';
import type { Plan } from '../plan/plan.ts';
import { buildReport, type Report, type ShrinkFacts } from '../report/report.ts';
import { reportText } from '../report/terminal.ts';
import { fileNames, writeReport } from '../report/write.ts';
import { NothingToShrink, type Shrunk } from '../shrink/shrink.ts';
import { parseCommandLine, UsageError, type Command, type Context, type ExitCode } from './command.ts';
import { mustBeWritable } from '../text/files.ts';
import { Kept } from './kept.ts';
import { shrinkOptions, shrinkSubject } from './shrink.ts';
import { findSubject, type Subject } from './subject.ts';
import { ownCommand, quoted } from '../text/own-command.ts';

const usage = `whitewater report SEED|PLAN.json [options]

Tells what happened in a failing run: shrinks it, runs the result twice, prints a report and writes a
page (one HTML file that needs no network), report.json, JUnit XML, Markdown, a ShiViz log and a trace.

  --scenario NAME    the scenario that the seed is of (default: the first one, swarm)
  --out DIR          where to write (default failures)
  --no-shrink        tell of the run as it is
  --budget T         for shrinking (default 30s); --runs N, --workers N: see whitewater shrink --help
  --help             this text

Exit code: 0 nothing is violated, 1 a violation, 2 unknown, 3 two runs differ, 4 wrong usage.
`;

export const reportCommand: Command = { usage, run: runReport };

async function runReport(argv: readonly string[], context: Context): Promise<ExitCode> {
  const { values, positionals } = parseCommandLine('report', argv, {
    scenario: { type: 'string' },
    out: { type: 'string' },
    'no-shrink': { type: 'boolean' },
    budget: { type: 'string' },
    runs: { type: 'string' },
    workers: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('report takes one seed or one plan file');
  const options = shrinkOptions(values);
  const folder = values.out ?? 'failures';
  const subject = besideItself(await findSubject(positionals[0]!, values.scenario, context), positionals[0]!, folder);
  mustBeWritable(join(folder, fileNames(subject.stem).json), context.terminal.err);
  const shrunk = values['no-shrink'] === true ? null : await shrinkSubject(subject, options, context.terminal);
  const kept = new Kept();
  const report = written(
    folder, subject, reportOf(subject, shrunk instanceof NothingToShrink ? null : shrunk, folder), kept,
  );
  const judgement = judge(together([factsOfVerdict(subject.what, report.verdict, report.differs), kept.facts]));
  context.terminal.out(`${reportText(report, context.terminal.hasColor)}${judgementText(judgement)}`);
  kept.tell(context.terminal);
  return judgement.code;
}

/** What came of a plan is written beside it, never over it. */
function besideItself(subject: Subject, asked: string, folder: string): Subject {
  const isItself = subject.seed === null && resolve(folder, fileNames(subject.stem).plan) === resolve(asked);
  return isItself ? { ...subject, stem: `${subject.stem}.min` } : subject;
}

/** Of a shrunk run, or of the run as it is. */
export function reportOf(subject: Subject, shrunk: Shrunk | null, folder: string): Report {
  const names = fileNames(subject.stem);
  const plan: Plan = shrunk?.plan ?? subject.plan;
  const planPath = join(folder, names.plan);
  return buildReport({
    system: subject.system,
    what: subject.what,
    seed: subject.seed,
    plan,
    shrunk: shrunk === null ? null : shrinkFacts(shrunk),
    original: shrunk === null ? null : subject.plan,
    commands: {
      replay: `npx ${ownCommand(`replay ${shrunk === null ? subject.replayWords : quoted(planPath)}${shrunk === null ? '' : subject.scenarioWords}`)}`,
      pin: `npx ${ownCommand(`pin ${quoted(planPath)}${subject.scenarioWords}`)}`,
    },
    files: {
      open: join(folder, names.page),
      ...(shrunk === null || subject.seed === null
        ? {}
        : { whole: `npx ${ownCommand(`replay ${subject.replayWords}`)}` }),
    },
  });
}

/** The report, which names its files only when they are there. */
export function written(folder: string, { stem, replayWords }: Subject, report: Report, kept: Kept): Report {
  if (kept.write(() => writeReport(folder, stem, report))) return report;
  const commands = {
    replay: `npx ${ownCommand(`replay ${replayWords}`)}`,
    pin: `npx ${ownCommand(`shrink ${replayWords} --out PLAN.json`)}`,
  };
  return { ...report, commands, files: {} };
}

const shrinkFacts = ({ before, after, runs, endedEarly, proof, others }: Shrunk): ShrinkFacts => ({
  before, after, candidates: runs, endedEarly, proof,
  others: others.map(({ property, detail }) => `${property}: ${detail}`),
});
