/** The progress of a search: one line that is redrawn on a terminal, a plain line now and then elsewhere. */
import type { Progress } from '../explore/result.ts';
import type { Terminal } from './command.ts';
import { count, duration, short } from './format.ts';

const redrawMs = 200;
const plainLineMs = 5000;

export class ExploreProgress {
  private readonly terminal: Terminal;
  private shownMs = 0;
  private isShowing = false;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(progress: Progress): void {
    const { distinct, generated, depth, queue, elapsedMs } = progress;
    if (elapsedMs - this.shownMs < (this.terminal.isTerminal ? redrawMs : plainLineMs)) return;
    this.shownMs = elapsedMs;
    const rate = (distinct > 0 ? distinct : generated) / (elapsedMs / 1000);
    const line = [
      `${count(generated)} states generated`, ...(distinct > 0 ? [`${count(distinct)} distinct`] : []), `depth ${count(depth)}`,
      `queue ${count(queue)}`, `${short(rate)} states/s`, duration(elapsedMs),
    ].join('  ');
    if (!this.terminal.isTerminal) return this.terminal.err(`${line}\n`);
    this.isShowing = true;
    this.terminal.err(`\r\x1b[2K${line.slice(0, this.terminal.columns - 1)}`);
  }

  /** Takes the line away, so that what is written next stands on its own. */
  clear(): void {
    if (this.isShowing) this.terminal.err('\r\x1b[2K');
    this.isShowing = false;
  }
}
