/** `whitewater --bug NAME COMMAND ...`: any command, on a core with a known bug planted. */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildAside } from '../bugs/aside.ts';
import { findBugs, isOfHouse } from '../bugs/catalogue.ts';
import { BugFileError } from '../bugs/known-bug.ts';
import { AsideError } from '../bugs/patched.ts';
import { typeErrors } from '../bugs/type-check.ts';
import { exitCode, UsageError, type ExitCode, type Terminal } from './command.ts';

/**
 * Runs the same program in the copy that has the bug, where this one runs, and passes on what it writes.
 * @throws UsageError when there is no such bug, or its patch does not fit any more
 */
export async function withBug([name, ...argv]: readonly string[], program: string, terminal: Terminal): Promise<ExitCode> {
  if (name === undefined || argv.length === 0) throw new UsageError('--bug takes a known bug and then a command, such as: whitewater --bug e01 fuzz');
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-bug-'));
  try {
    const bugs = findBugs([name]);
    const [bug] = bugs;
    if (bugs.length !== 1 || bug === undefined) throw new UsageError(`--bug takes one known bug, and "${name}" names ${bugs.length}`);
    const aside = buildAside(bug, join(folder, bug.name));
    const mistyped = isOfHouse(bug) ? undefined : (await typeErrors([bug])).get(bug);
    if (mistyped !== undefined) throw new UsageError(mistyped);
    terminal.err(`with a planted bug: ${bug.id} ${bug.title}\n`);
    return await ran(fileURLToPath(aside.addressOf(pathToFileURL(realpathSync(program)).href)), argv, terminal);
  } catch (error) {
    if (error instanceof BugFileError || error instanceof AsideError) throw new UsageError(error.message);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ran(program: string, argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['inherit', 'pipe', 'pipe'] });
  child.stdout.on('data', (text: Buffer) => terminal.out(text.toString()));
  child.stderr.on('data', (text: Buffer) => terminal.err(text.toString()));
  // Ctrl-C reaches both: the other one ends its work, and this one waits for it.
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(Object.values(exitCode).find((one) => one === code) ?? exitCode.harnessFault));
  });
}
