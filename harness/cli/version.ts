/** The version of this package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../bugs/project.ts';

export const version = (): string =>
  (JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as { version: string }).version;
