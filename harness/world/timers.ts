/**
 * The timers of one node. A timer that is set again and again keeps one place in the queue, and is put off when that
 * comes up.
 */
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { FaultAccounts } from './accounts.ts';
import { stretched, type Clock } from './clock.ts';

export interface Timer {
  readonly name: string;
  /** When it is to fire; null when it is not set. */
  deadlineUs: number | null;
  /** When its place in the queue comes up; null when it has none. */
  queuedUs: number | null;
  /** The fault of a clock that chose this deadline. */
  movedBy: FaultKind | null;
}

/** What timers need of the world: the time, and a place in its queue. */
export interface TimerQueue {
  readonly nowUs: number;
  readonly accounts: FaultAccounts;
}

export class Timers {
  private readonly all: Timer[] = [];
  private readonly world: TimerQueue;
  private readonly queue: (timer: Timer, dueUs: number) => void;

  /** @param queue called when a timer has a new place in the queue */
  constructor(world: TimerQueue, queue: (timer: Timer, dueUs: number) => void) {
    this.world = world;
    this.queue = queue;
  }

  /** @param clock null while the node's clock is right */
  set(name: string, afterUs: number, clock: Clock | null): void {
    const timer = this.named(name);
    const deadlineUs = this.world.nowUs + (clock === null ? afterUs : stretched(afterUs, clock));
    timer.deadlineUs = deadlineUs;
    timer.movedBy = clock === null ? null : clock.kind;
    if (clock !== null) this.world.accounts.fired(clock.kind);
    if (timer.queuedUs === null || timer.queuedUs > deadlineUs) this.enqueue(timer, deadlineUs);
  }

  cancel(name: string): void {
    this.named(name).deadlineUs = null;
  }

  /** A node that falls has none. */
  clear(): void {
    this.all.length = 0;
  }

  /** The clock is set forward, or back when `byUs` is negative. True when a timer was armed. */
  jump(byUs: number, kind: FaultKind): boolean {
    let hasMoved = false;
    for (const timer of this.all) {
      if (timer.deadlineUs === null) continue;
      hasMoved = true;
      timer.movedBy = kind;
      timer.deadlineUs = Math.max(this.world.nowUs, timer.deadlineUs - byUs);
      if (timer.queuedUs === null || timer.queuedUs > timer.deadlineUs) this.enqueue(timer, timer.deadlineUs);
    }
    return hasMoved;
  }

  /** A place in the queue has come up: whether the timer is to fire now. */
  isDue(timer: Timer, dueUs: number): boolean {
    // A place that an earlier one has replaced.
    if (timer.queuedUs !== dueUs) return false;
    timer.queuedUs = null;
    if (timer.deadlineUs === null) return false;
    if (timer.deadlineUs <= this.world.nowUs) return true;
    this.enqueue(timer, timer.deadlineUs);
    return false;
  }

  /**
   * Whether it fires: one that was set again or cancelled while it waited for the disk does not.
   * @param isOnce nobody will set it again: it is forgotten
   */
  fires(timer: Timer, isOnce: boolean): boolean {
    if (timer.deadlineUs === null || timer.deadlineUs > this.world.nowUs) return false;
    timer.deadlineUs = null;
    if (isOnce && timer.queuedUs === null) this.all.splice(this.all.indexOf(timer), 1);
    if (timer.movedBy !== null) this.world.accounts.mattered(timer.movedBy);
    return true;
  }

  private named(name: string): Timer {
    for (const timer of this.all) if (timer.name === name) return timer;
    const timer: Timer = { name, deadlineUs: null, queuedUs: null, movedBy: null };
    this.all.push(timer);
    return timer;
  }

  private enqueue(timer: Timer, dueUs: number): void {
    timer.queuedUs = dueUs;
    this.queue(timer, dueUs);
  }
}
