/** `whitewater --bug NAME COMMAND ...`: any command, on a core with a known bug planted. */
import { spawn } from 'node:child_process';
import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildAside } from '../bugs/aside.ts';
import { findBugs, isOfHouse } from '../bugs/catalogue.ts';
import { BugFileError, type KnownBug } from '../bugs/known-bug.ts';
import { AsideError } from '../bugs/patched.ts';
import { typeErrors } from '../bugs/type-check.ts';
import { temporaryFolder } from '../text/files.ts';
import { bugVariable } from '../text/own-command.ts';
import { exitCode, UsageError, type ExitCode, type Terminal } from './command.ts';
import { interruptMessage } from './parent.ts';

/**
 * Runs the same program in the copy that has the bug, where this one runs, and passes on what it writes.
 * @throws UsageError when there is no such bug, or its patch does not fit any more
 */
export async function withBug(
  [name, ...argv]: readonly string[], program: string, terminal: Terminal,
): Promise<ExitCode> {
  if (name === undefined || argv.length === 0)
    throw new UsageError('--bug takes a known bug and then a command, such as: whitewater --bug e01 fuzz');
  if (argv[0] === '--bug') throw new UsageError('--bug is given twice: one bug is planted at a time');
  const folder = temporaryFolder('whitewater-bug-');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const bugs = findBugs([name]);
    const [bug] = bugs;
    if (bugs.length !== 1 || bug === undefined)
      throw new UsageError(`--bug takes one known bug, and "${name}" names ${bugs.length}`);
    const aside = buildAside(bug, join(folder, bug.name));
    const mistyped = isOfHouse(bug) ? undefined : (await typeErrors([bug])).get(bug);
    if (mistyped !== undefined) throw new UsageError(mistyped);
    terminal.err(plantedText(bug));
    return await ran(fileURLToPath(aside.addressOf(pathToFileURL(realpathSync(program)).href)), name, argv, terminal);
  } catch (error) {
    if (error instanceof BugFileError || error instanceof AsideError) throw new UsageError(error.message);
    throw error;
  } finally {
    process.off('exit', remove);
    remove();
  }
}

export const plantedText = ({ id, title }: KnownBug): string => `with a planted bug: ${id} ${title}\n`;

function ran(program: string, bug: string, argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const child = spawn(process.execPath, [program, ...argv], {
    stdio: ['inherit', 'pipe', 'pipe', 'ipc'], env: { ...process.env, [bugVariable]: bug },
  });
  child.stdout!.setEncoding('utf8').on('data', (text: string) => terminal.out(text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => terminal.err(text));
  // At a terminal Ctrl-C reaches both, and a signal that somebody sends reaches this one alone: asked twice, it ends
  // once.
  terminal.interrupted.addEventListener('abort', () => {
    if (child.connected) child.send(interruptMessage);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== null)
        terminal.err(`whitewater: the process on the core with ${bug} was ended from outside, by ${signal}\n`);
      resolve(
        signal !== null
          ? exitCode.unknown
          : (Object.values(exitCode).find((one) => one === code) ?? exitCode.harnessFault),
      );
    });
  });
}
