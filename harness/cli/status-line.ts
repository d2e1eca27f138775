/** One line about work under way: drawn again and again on a terminal, written now and then elsewhere. */
import type { Terminal } from './command.ts';

const plainLineMs = 5000;

export class StatusLine {
  private readonly terminal: Terminal;
  private readonly redrawMs: number;
  private shownMs: number;
  private isShowing = false;

  /** Shows nothing before one interval has gone by since `nowMs`: short work needs no progress. */
  constructor(terminal: Terminal, redrawMs: number, nowMs: number) {
    this.terminal = terminal;
    this.redrawMs = redrawMs;
    this.shownMs = nowMs;
  }

  /** @param text is asked for only when it is time; `onTerminal` stands in front of it on a terminal */
  show(nowMs: number, text: () => string, onTerminal: () => string = () => ''): void {
    const { isTerminal, columns } = this.terminal;
    if (nowMs - this.shownMs < (isTerminal ? this.redrawMs : plainLineMs)) return;
    this.shownMs = nowMs;
    if (!isTerminal) return this.terminal.err(`${text()}\n`);
    this.isShowing = true;
    this.terminal.err(`\r\x1b[2K${`${onTerminal()}${text()}`.slice(0, columns - 1)}`);
  }

  /** Takes the line away, so that what is written next stands on its own. */
  clear(): void {
    if (this.isShowing) this.terminal.err('\r\x1b[2K');
    this.isShowing = false;
  }
}
