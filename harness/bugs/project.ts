/** Where the parts of this package stand on the disk. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where package.json stands: this file is dist/harness/bugs/project.js when it runs, harness/bugs/project.ts in tests.
 */
export const projectFolder = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  const up = resolve(here, '..', '..');
  return existsSync(join(up, 'package.json')) ? up : dirname(up);
};
