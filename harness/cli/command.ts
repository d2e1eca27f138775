/** What every command of the command line is, and what the process ends with. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ExitCode } from '../campaign/judgement.ts';
import type { Registry } from '../campaign/scenario.ts';
import { UsageError } from '../text/usage-error.ts';

export { UsageError } from '../text/usage-error.ts';

export { exitCode, type ExitCode } from '../campaign/judgement.ts';

/** Where a command writes and how it hears of Ctrl-C. Tests pass their own. */
export interface Terminal {
  /** Results: what a person asked for, and nothing else. */
  out(text: string): void;
  /** Progress and errors. */
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Width in columns; 80 when not on a terminal. */
  readonly columns: number;
  readonly hasColor: boolean;
  /** Aborted on the first Ctrl-C; a second one ends the process at once. */
  readonly interrupted: AbortSignal;
}

export interface Context {
  readonly terminal: Terminal;
  readonly registry: Registry;
}

export interface Command {
  /** It needs no scenario of the house. */
  readonly isAlone?: boolean;
  /** It searches models. */
  readonly needsModels?: boolean;
  /** The whole help text, printed by `--help`. */
  readonly usage: string;
  run(argv: readonly string[], context: Context): Promise<ExitCode>;
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/** Node's parser of arguments, with its errors turned into `UsageError`. */
export function parseCommandLine<const O extends Options>(
  command: string, argv: readonly string[], options: O,
): Parsed<O> {
  try {
    return parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>({
      args: [...argv], options, allowPositionals: true, strict: true,
    });
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.split('. To specify')[0]!.replaceAll('\n', ' ') : String(error);
    throw new UsageError(`${reason} (see: whitewater ${command} --help)`);
  }
}

/** A whole number within bounds, or a `UsageError` that names the option. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${name} takes a whole number from ${min} to ${max}, not "${text}"`);
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration such as 500ms, 10s, 5m or 1h, in milliseconds; a `UsageError` names the option. */
export function durationMs(name: string, text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  const value = match === null ? 0 : Number(match[1]) * unitMs[match[2]!]!;
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw new UsageError(`${name} takes a duration such as 500ms, 10s, 5m or 1h, not "${text}"`);
}
