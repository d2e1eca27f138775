/** Address of the built worker: threads run compiled modules, also when this one is a source, in tests. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder } from './project.ts';

export const workerUrl = pathToFileURL(join(projectFolder(), 'dist', 'harness', 'bugs', 'worker.js')).href;
