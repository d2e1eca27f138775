/**
 * Fates as a list. A drawn plan leaves to chance what befalls each message and when each timer fires;
 * a shrunk plan says it: whatever matters is listed, and everything else has a plain fate that needs
 * no random number. Taking one fate away then changes nothing about the others.
 */
import * as v from 'valibot';
import type { NodeId, Range } from '../core/protocol.ts';

/** What befalls the `nth` message, counted from 1, that `from` sends to `to`. */
export interface MessageFate {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  /** One for each copy that arrives, in the order in which they were put on their way: none when it is lost. */
  readonly delaysUs: readonly number[];
}

/** How long a node's timer runs when it is set for the `nth` time, counted from 1. */
export interface TimerFate {
  readonly node: NodeId;
  readonly timer: string;
  readonly nth: number;
  /** Brought into the range that the node asks for. */
  readonly afterUs: number;
}

const ordinal = v.pipe(v.number('expected a number from 1'), v.integer('expected a whole number'), v.minValue(1, 'expected at least 1'));
const node = v.pipe(v.number('expected a node id'), v.integer('expected a node id'), v.minValue(0, 'expected at least 0'));
const duration = v.pipe(v.number('expected microseconds'), v.integer('expected whole microseconds'), v.minValue(0, 'expected at least 0'), v.maxValue(3_600_000_000, 'expected at most an hour'));

export const messageFateSchema = v.strictObject({
  from: node,
  to: node,
  nth: ordinal,
  delaysUs: v.array(duration),
});

export const timerFateSchema = v.strictObject({ node, timer: v.string('expected the name of a timer'), nth: ordinal, afterUs: duration });

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
