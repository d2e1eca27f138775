/** A process that runs for another one: it is told of Ctrl-C, and ends when the other one does. */
import { bugVariable } from '../text/own-command.ts';
import { exitCode } from './command.ts';

/** What it is told: Ctrl-C, or whatever else asks for a clean end. */
export const interruptMessage = 'interrupt';

export function followParent(onInterrupt: () => void): void {
  if (process.env[bugVariable] === undefined || process.channel == null) return;
  process.on('message', (message) => {
    if (message === interruptMessage) onInterrupt();
  });
  process.on('disconnect', () => process.exit(exitCode.unknown));
  process.channel.unref();
}
