/** The command line in the main thread: what runs code under test gets a thread of its own. */
import { main, runsCode } from '../harness/cli/main.ts';
import { processTerminal } from '../harness/cli/terminal.ts';
import { runWatched } from '../harness/cli/thread.ts';
import type { ExitCode } from '../harness/cli/command.ts';
import { house } from './house.ts';

/** `threadUrl`: where that thread begins; the module beside this one, or its chunk. */
export function commandLine(argv: readonly string[], threadUrl: URL): Promise<ExitCode> {
  const terminal = processTerminal();
  return runsCode(argv) ? runWatched(argv, threadUrl, terminal) : main(argv, terminal, house);
}
