#!/usr/bin/env node
/** The command: the house's scenarios and the command line put together. */
import { main } from '../harness/cli/main.ts';
import { processTerminal } from '../harness/cli/terminal.ts';
import { registry } from './registry.ts';

process.exitCode = await main(process.argv.slice(2), { terminal: processTerminal(), registry });
