/** Parse, call, print: the whole command line behind `whitewater`. */
import { DrawError } from '../campaign/draw-error.ts';
import type { Registry } from '../campaign/scenario.ts';
import { table } from '../text/format.ts';
import { bugVariable } from '../text/own-command.ts';
import { SystemError } from '../system.ts';
import { printable, printableOnTerminal } from '../text/printable.ts';
import { exitCode, UsageError, type ExitCode, type Terminal } from './command.ts';
import { commands, type Entry } from './commands.ts';

const overview = (): string => [
  'whitewater COMMAND [options]',
  '',
  'A deterministic model-checking and chaos-test harness: one seed fixes a whole run.',
  '',
  table(commands.map(({ name, summary }) => [`  ${name}`, summary])),
  '',
  '`whitewater COMMAND --help` tells more of each. `whitewater --bug e01 COMMAND ...` runs any of them on a core',
  'with a known bug planted (`whitewater bugs` lists those): to see how it is found, and what its report looks like.',
  '`whitewater --version` prints the version.',
  '',
].join('\n');

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

/** The house's own scenarios, and its models where they are needed; a command that needs none does not load them. */
export type House = (needsModels: boolean) => Promise<Registry>;

/** Never throws: bad input gives one clear line and code 4, a fault of our own a stack trace and code 5. */
export async function main(argv: readonly string[], whole: Terminal, house: House): Promise<ExitCode> {
  const terminal = withoutControls(whole);
  try {
    return await dispatch(argv, terminal, house);
  } catch (error) {
    if (error instanceof UsageError || error instanceof DrawError || error instanceof SystemError) {
      terminal.err(`whitewater: ${error.message}\n`);
      return exitCode.usage;
    }
    terminal.err(
      `whitewater: a fault of the harness itself, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return exitCode.harnessFault;
  }
}

/** Whatever a value holds, the terminal is told to do nothing by it. */
const withoutControls = (terminal: Terminal): Terminal => ({
  ...terminal,
  out: (text) => terminal.out(terminal.hasColor ? printableOnTerminal(text) : printable(text)),
  err: (text) => terminal.err(terminal.isTerminal ? printableOnTerminal(text) : printable(text)),
});

/** Whether a command line runs code under test. */
export const runsCode = ([name, ...rest]: readonly string[]): boolean =>
  !rest.some(isHelp) && commands.some((entry) => entry.name === name && entry.runsCode);

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal, house: House): Promise<ExitCode> {
  if (name === undefined || isHelp(name) || name === 'help') {
    terminal.out(overview());
    return name === undefined ? exitCode.usage : exitCode.pass;
  }
  if (name === '--version') {
    terminal.out(`${(await import('./version.ts')).version()}\n`);
    return exitCode.pass;
  }
  if (name === '--bug') return (await import('./with-bug.ts')).withBug(rest, process.argv[1] ?? '', terminal);
  const command = await find(name).load();
  if (rest.some(isHelp)) {
    terminal.out(command.usage);
    return exitCode.pass;
  }
  return command.run(rest, {
    terminal,
    registry: command.isAlone === true ? noScenarios : await loaded(() => house(command.needsModels === true)),
  });
}

/** @throws UsageError when the core that the house stands on is patched, and throws while it is loaded */
async function loaded(house: () => Promise<Registry>): Promise<Registry> {
  const bug = process.env[bugVariable];
  if (bug === undefined) return (await import('./project.ts')).registryAtHand(process.cwd(), house);
  try {
    return await house();
  } catch (error) {
    const why = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll(
      /\s*\n\s*/g, ' ',
    );
    throw new UsageError(`the core with ${bug} cannot be loaded: ${why}`);
  }
}

function find(name: string): Entry {
  const entry = commands.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  throw new UsageError(`there is no command "${name}"; there are: ${commands.map((one) => one.name).join(', ')}`);
}

const noScenarios: Registry = { url: '', scenarios: new Map(), systems: new Map(), models: new Map() };
