/**
 * How fast a cluster is when nothing befalls it: virtual time is exact, so that a slow answer is the protocol's own
 * doing. What is measured begins when the storm is over; answers count while somebody has led for a while.
 */
import type { NodeId } from '../../core/protocol.ts';

/** What a run's pace was. Times in microseconds. */
export interface PaceRecord {
  /** From the end of the storm to when all was as it must be; null when it never was, or nothing was owed. */
  readonly settledUs: number | null;
  /**
   * The longest time without a leader, or up to the first one, behind the storm; 0 for a system in which nobody leads.
   */
  readonly leaderlessUs: number;
  /** What each operation took that was begun and answered while the same server led, in the order of the answers. */
  readonly answersUs: readonly number[];
  /** Of the whole run: what was sent and what was written for 100 operations that were answered; null without any. */
  readonly messagesPer100: number | null;
  readonly writesPer100: number | null;
}

/**
 * What a system promises of its pace, by the timing of a plan: twice that and more is no bad luck. Times in
 * microseconds.
 */
export interface PaceBounds {
  /** How long somebody must have led before answers count: backlogs are worked off, and clients know whom to ask. */
  readonly steadyAfterUs: number;
  /** The longest time without a leader. */
  readonly leaderlessUs: number;
  /** What half of the answers take at most. */
  readonly answerUs: number;
  /**
   * Which answers are timed, by the request; all without it. One may wait for what is no matter of pace, and change who
   * must answer: until it is answered, and somebody has led for long enough since, no other one is timed either.
   */
  readonly isTimed?: (request: unknown) => boolean;
}

/** Of fewer answers the middle one says nothing. */
const fewestAnswers = 8;

export class Pace {
  readonly bounds: PaceBounds | null;
  private settledUs: number | null = null;
  private readonly answers: number[] = [];
  private leader: NodeId | null = null;
  /** Since when it leads; null before the storm is over. */
  private sinceUs: number | null = null;
  private longestUs = 0;
  /** Requests that are not timed and still wait, and when the last one of them ended. */
  private untimed = 0;
  private calmUs = 0;

  constructor(bounds: PaceBounds | null) {
    this.bounds = bounds;
  }

  /** Who leads at this moment, looked at often while things settle. */
  look(nowUs: number, leader: NodeId | null): void {
    if (this.bounds === null) return;
    if (this.sinceUs !== null && this.leader === null) this.longestUs = Math.max(this.longestUs, nowUs - this.sinceUs);
    if (this.sinceUs !== null && leader === this.leader) return;
    this.leader = leader;
    this.sinceUs = nowUs;
  }

  began(request: unknown): void {
    if (!this.isTimed(request)) this.untimed += 1;
  }

  answered(request: unknown, beganUs: number, nowUs: number): void {
    if (!this.isTimed(request)) return this.ended(request, nowUs);
    if (this.bounds === null || this.sinceUs === null || this.leader === null || this.untimed > 0) return;
    if (beganUs - Math.max(this.sinceUs, this.calmUs) >= this.bounds.steadyAfterUs) this.answers.push(nowUs - beganUs);
  }

  /** Nobody waits for it any more. */
  ended(request: unknown, nowUs: number): void {
    if (this.isTimed(request)) return;
    this.untimed -= 1;
    this.calmUs = nowUs;
  }

  private isTimed(request: unknown): boolean {
    return this.bounds?.isTimed?.(request) !== false;
  }

  settled(afterUs: number): void {
    this.settledUs = afterUs;
  }

  /** @param operations answered, in the whole run; `sent` and `written` likewise */
  record(operations: number, sent: number, written: number): PaceRecord {
    const per100 = (times: number): number | null => (operations === 0 ? null : Math.floor((times * 100) / operations));
    return {
      settledUs: this.settledUs, leaderlessUs: this.longestUs, answersUs: this.answers, messagesPer100: per100(sent),
      writesPer100: per100(written),
    };
  }

  get leaderlessUs(): number {
    return this.longestUs;
  }

  /** What half of the answers took at most; null when there are too few to say. */
  get middleUs(): number | null {
    return this.answers.length < fewestAnswers
      ? null
      : [...this.answers].sort((a, b) => a - b)[this.answers.length >> 1]!;
  }
}
