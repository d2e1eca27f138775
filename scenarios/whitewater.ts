#!/usr/bin/env node
/** The command: the house's scenarios and the command line put together. */
import { chunkOfTheCommand, chunksBeside } from '../harness/start/chunks.ts';
import { isOfTheHouse } from '../harness/start/house.ts';

const argv = process.argv.slice(2);
const chunks = isOfTheHouse(argv, process.cwd()) ? chunksBeside(import.meta.url) : null;
const { commandLine } = (chunks?.load(chunkOfTheCommand) ??
  (await import('./command-line.ts'))) as typeof import('./command-line.ts');
process.exitCode = await commandLine(argv, chunks?.threadUrl ?? new URL('./command-thread.js', import.meta.url));
