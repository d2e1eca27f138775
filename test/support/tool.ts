/**
 * How this repository's own tools (`npm run mutants`, `figures`, `fuzz:inputs`, `nodes`) end: with one clear line for
 * what was asked wrongly.
 */

/** Says what was asked wrongly, for whoever asked. */
export class AskedWrongly extends Error {
  override readonly name: string = 'AskedWrongly';
}

/**
 * Runs a tool and sets the exit code of the process: 4 for `AskedWrongly` and for options that Node's parser does not
 * know, each told in one line; 5, with where, for what is a fault of the tool.
 */
export async function ended(tool: string, run: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const refusal = refusalOf(tool, error);
    process.stderr.write(`${tool}: ${refusal ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exitCode = refusal === null ? 5 : 4;
  }
}

function refusalOf(tool: string, error: unknown): string | null {
  if (error instanceof AskedWrongly) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_PARSE_ARGS') === true
    ? `${message.split('. To specify')[0]!.replaceAll('\n', ' ')} (see: npm run ${tool} -- --help)`
    : null;
}

/** @throws AskedWrongly when it is none, or less than `min` */
export function wholeNumber(option: string, text: string, min: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
  throw new AskedWrongly(`--${option} takes a whole number from ${min} on, not "${text}"`);
}
