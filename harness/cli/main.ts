/** Parse, call, print: the whole command line behind `whitewater`. */
import { bugsCommand } from './bugs.ts';
import { checkCommand } from './check.ts';
import { exitCode, UsageError, type Command, type Context, type ExitCode } from './command.ts';
import { exploreCommand } from './explore.ts';
import { table } from '../text/format.ts';
import { fuzzCommand } from './fuzz.ts';
import { gateCommand } from './gate.ts';
import { labCommand } from './lab.ts';
import { mergeCommand } from './merge.ts';
import { pinCommand } from './pin.ts';
import { replayCommand } from './replay.ts';
import { reportCommand } from './report.ts';
import { scenariosCommand } from './scenarios.ts';
import { shrinkCommand } from './shrink.ts';
import { withBug } from './with-bug.ts';

const commands: readonly Command[] = [
  fuzzCommand, replayCommand, shrinkCommand, reportCommand, pinCommand, gateCommand,
  labCommand, bugsCommand, exploreCommand, checkCommand, scenariosCommand, mergeCommand,
];

function overview(): string {
  return [
    'whitewater COMMAND [options]',
    '',
    'A deterministic model-checking and chaos-test harness: one seed fixes a whole run.',
    '',
    table(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    '',
    '`whitewater COMMAND --help` tells more of each. `whitewater --bug e01 COMMAND ...` runs any of them on a core',
    'with a known bug planted (`whitewater bugs` lists those): to see how it is found, and what its report looks like.',
    '',
  ].join('\n');
}

/** Never throws: bad input gives one clear line and code 4, a fault of our own a stack trace and code 5. */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  try {
    return await dispatch(argv, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.terminal.err(`whitewater: ${error.message}\n`);
      return exitCode.usage;
    }
    context.terminal.err(`whitewater: a fault of the harness itself, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCode.harnessFault;
  }
}

async function dispatch(argv: readonly string[], context: Context): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.terminal.out(overview());
    return name === undefined ? exitCode.usage : exitCode.pass;
  }
  if (name === '--bug') return withBug(rest, process.argv[1] ?? '', context.terminal);
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    throw new UsageError(`there is no command "${name}"; there are: ${commands.map((one) => one.name).join(', ')}`);
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    context.terminal.out(command.usage);
    return exitCode.pass;
  }
  return command.run(rest, context);
}
