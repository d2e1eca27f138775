#!/usr/bin/env node
/** The command: the house's scenarios and the command line put together. */
import { main, runsCode } from '../harness/cli/main.ts';
import { processTerminal } from '../harness/cli/terminal.ts';

const argv = process.argv.slice(2);
const terminal = processTerminal();
process.exitCode = runsCode(argv)
  ? await (await import('../harness/cli/thread.ts')).runWatched(argv, new URL('./command-thread.js', import.meta.url), terminal)
  : await main(argv, terminal, async () => (await import('./registry.ts')).registry);
