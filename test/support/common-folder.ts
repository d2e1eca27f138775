/**
 * A folder for what test files of one run share (cores with a planted bug), and for all that they lay down beside it:
 * taken away at the end of the run, whatever a test left there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells every worker of vitest where it is. */
export const commonFolderVariable = 'WHITEWATER_TEST_FOLDER';

/** Vitest's global set-up: run once, in the process that starts the workers. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-test-'));
  const { TMPDIR: before } = process.env;
  process.env[commonFolderVariable] = folder;
  // Where tmpdir() points from here on, in the workers and in every command that they start.
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true });
  };
}
