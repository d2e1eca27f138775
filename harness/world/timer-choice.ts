/** Who chooses how long a timer runs: chance, or the list of a plan. */
import type { NodeId, Range } from '../../core/protocol.ts';
import type { TimerFate } from '../plan/fates.ts';

/** Hears how long each timer was made to run, where there was a choice. */
export type OnTimer = (fate: TimerFate) => void;

/** Chooses how long a node's timer runs, within the range that the node asks for. */
export interface TimerChoice {
  in(range: Range, timer: string): number;
}

/**
 * Timers by the list. One that is not listed runs for a time that is the node's own, so that nodes
 * which wait for the same thing do not all act at once (section 5.2 of the Raft paper wants that).
 */
export class ListedTimers implements TimerChoice {
  private readonly node: NodeId;
  private readonly size: number;
  private readonly afterUs = new Map<string, number>();
  private readonly set = new Map<string, number>();

  constructor(fates: readonly TimerFate[], node: NodeId, size: number) {
    this.node = node;
    this.size = size;
    for (const fate of fates) if (fate.node === node) this.afterUs.set(`${fate.nth} ${fate.timer}`, fate.afterUs);
  }

  in({ min, max }: Range, timer: string): number {
    const nth = (this.set.get(timer) ?? 0) + 1;
    this.set.set(timer, nth);
    const plainUs = min + Math.floor(((max - min) * this.node) / this.size);
    return Math.min(max, Math.max(min, this.afterUs.get(`${nth} ${timer}`) ?? plainUs));
  }
}

/** Passes on what another one chooses, and tells of it. */
export class ToldTimers implements TimerChoice {
  private readonly choice: TimerChoice;
  private readonly node: NodeId;
  private readonly onTimer: OnTimer;
  private readonly set = new Map<string, number>();

  constructor(choice: TimerChoice, node: NodeId, onTimer: OnTimer) {
    this.choice = choice;
    this.node = node;
    this.onTimer = onTimer;
  }

  in(range: Range, timer: string): number {
    const nth = (this.set.get(timer) ?? 0) + 1;
    this.set.set(timer, nth);
    const afterUs = this.choice.in(range, timer);
    if (range.min < range.max) this.onTimer({ node: this.node, timer, nth, afterUs });
    return afterUs;
  }
}
