/** The progress of a search. */
import type { Progress } from '../explore/result.ts';
import type { Terminal } from './command.ts';
import { count, duration, short } from '../text/format.ts';
import { StatusLine } from './status-line.ts';

const redrawMs = 200;

export class ExploreProgress {
  private readonly status: StatusLine;

  constructor(terminal: Terminal) {
    this.status = new StatusLine(terminal, redrawMs, 0);
  }

  show(progress: Progress): void {
    this.status.show(progress.elapsedMs, () => lineOf(progress));
  }

  clear(): void {
    this.status.clear();
  }
}

function lineOf({ distinct, generated, depth, queue, elapsedMs }: Progress): string {
  const rate = (distinct > 0 ? distinct : generated) / (elapsedMs / 1000);
  return [
    `${count(generated)} states generated`, ...(distinct > 0 ? [`${count(distinct)} distinct`] : []),
    `depth ${count(depth)}`, `queue ${count(queue)}`, `${short(rate)} states/s`, duration(elapsedMs),
  ].join('  ');
}
