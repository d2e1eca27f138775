/** The progress of a campaign: a bar on a terminal, a plain line now and then elsewhere. */
import type { ChunkResult } from '../campaign/campaign.ts';
import type { Terminal } from './command.ts';
import { count, duration, plural, short } from '../text/format.ts';
import { StatusLine } from './status-line.ts';

const barWidth = 24;
const redrawMs = 100;

export class CampaignProgress {
  private readonly status: StatusLine;
  private readonly target: number | null;
  private readonly startedMs: number;
  private readonly budgetMs: number | null;

  /** `target`: how many seeds there are, or null when only the time is bounded. */
  constructor(terminal: Terminal, target: number | null, budgetMs: number | null, nowMs: number) {
    this.status = new StatusLine(terminal, redrawMs, nowMs);
    this.target = target;
    this.budgetMs = budgetMs;
    this.startedMs = nowMs;
  }

  show(result: ChunkResult, nowMs: number): void {
    const elapsedMs = Math.max(1, nowMs - this.startedMs);
    this.status.show(nowMs, () => this.line(result, elapsedMs), () => `${bar(this.share(result, elapsedMs))}  `);
  }

  clear(): void {
    this.status.clear();
  }

  private line(result: ChunkResult, elapsedMs: number): string {
    const share = this.share(result, elapsedMs);
    const seeds =
      this.target === null ? plural(result.seeds, 'seed') : `${count(result.seeds)}/${count(this.target)} seeds`;
    const leftMs = share > 0 ? (elapsedMs / share) * (1 - share) : 0;
    return [
      seeds, `${short((result.seeds / elapsedMs) * 1000)} seeds/s`,
      `${short((result.events / elapsedMs) * 1000)} events/s`, plural(result.violations.length, 'failure'),
      `${duration(leftMs)} left`,
    ].join('  ');
  }

  /** How much is done, from 0 to 1: of the seeds or of the time, whichever ends first. */
  private share(result: ChunkResult, elapsedMs: number): number {
    const bySeeds = this.target === null ? 0 : result.seeds / this.target;
    const byTime = this.budgetMs === null ? 0 : elapsedMs / this.budgetMs;
    return Math.min(1, Math.max(bySeeds, byTime));
  }
}

function bar(share: number): string {
  const filled = Math.min(barWidth, Math.floor(share * barWidth));
  return `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}]`;
}
