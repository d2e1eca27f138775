/** A folder for what test files of one run share (cores with a planted bug), taken away at the end of the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells every worker of vitest where it is. */
export const commonFolderVariable = 'WHITEWATER_TEST_FOLDER';

/** Vitest's global set-up: run once, in the process that starts the workers. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-test-'));
  process.env[commonFolderVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
