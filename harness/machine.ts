/**
 * One node of the world: a process, its disk and its timers.
 *
 * A step's effects happen in order, and `persist` is a barrier. While a write is on its way the node
 * does nothing else; what arrives waits. **A step takes effect when its last write is durable**: only
 * then is its state the node's and only then do checkers see it. So a crash at the barrier undoes the
 * step whole, and no checker ever believes something that the disk does not know.
 */
import type { Effect, NodeId, Step } from '../core/protocol.ts';
import type { Disk } from './disk.ts';
import type { TimerChoice } from './fates.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from './system.ts';
import type { CrashMoment, World } from './world.ts';

/** Why a machine is woken. `life` tells a restarted machine that the waking was not meant for it. */
export type Waking =
  | { readonly kind: 'timer'; readonly life: number; readonly timer: Timer; readonly dueUs: number }
  | { readonly kind: 'durable'; readonly life: number };

/** A timer that is set again and again keeps one place in the queue and is put off when that comes up. */
interface Timer {
  readonly name: string;
  /** When it is to fire; null when it is not set. */
  deadlineUs: number | null;
  /** When its place in the queue comes up; null when it has none. */
  queuedUs: number | null;
}

/** A step whose effects are being carried out. */
interface Unfinished {
  readonly event: AnyEvent | null;
  readonly step: Step<unknown, AnyEffect>;
  next: number;
}

export class Machine {
  readonly id: NodeId;
  readonly disk: Disk;
  state: unknown = null;
  isUp = false;
  /** Crash at the next write, before or behind it. */
  armed: 'writeLost' | 'writeKept' | null = null;
  private readonly world: World;
  private readonly process: AnyProcess;
  private readonly timerChoice: TimerChoice;
  private readonly timers: Timer[] = [];
  private life = 0;
  private unfinished: Unfinished | null = null;
  private waiting: (AnyEvent | Timer)[] = [];

  constructor(world: World, id: NodeId, process: AnyProcess, disk: Disk, timerChoice: TimerChoice) {
    this.world = world;
    this.id = id;
    this.process = process;
    this.disk = disk;
    this.timerChoice = timerChoice;
  }

  start(): void {
    this.isUp = true;
    this.carryOut({ event: null, step: this.bootStep(), next: 0 });
  }

  /** An event for this node: lost when it is down, put off while it waits for its disk. */
  handle(event: AnyEvent): void {
    if (!this.isUp) return;
    if (this.unfinished !== null) this.waiting.push(event);
    else this.carryOut({ event, step: this.stepOn(event), next: 0 });
  }

  wake(waking: Waking): void {
    if (waking.life !== this.life) return;
    if (waking.kind === 'durable') this.onDurable();
    else this.onQueueReached(waking.timer, waking.dueUs);
  }

  /** A crash between two events that finds a write on its way loses that write. */
  crash(between: CrashMoment): void {
    const moment = this.unfinished !== null && between === 'now' ? 'writeLost' : between;
    const kept = moment === 'writeKept' ? this.unfinished : null;
    this.isUp = false;
    this.life += 1;
    this.armed = null;
    this.state = null;
    this.unfinished = null;
    this.waiting = [];
    this.timers.length = 0;
    this.world.crashed(this, moment, kept === null ? null : { event: kept.event, after: kept.step.state });
  }

  private stepOn(event: AnyEvent): Step<unknown, AnyEffect> {
    try {
      return this.process.step(this.state, event);
    } catch (error) {
      return this.world.blame(this, error, event);
    }
  }

  private bootStep(): Step<unknown, AnyEffect> {
    try {
      return this.process.boot(this.disk.durable);
    } catch (error) {
      return this.world.blame(this, error);
    }
  }

  /** Carries out effects up to a write that takes time, or to the end of the step. */
  private carryOut(unfinished: Unfinished): void {
    const { effects } = unfinished.step;
    while (unfinished.next < effects.length) {
      const effect = effects[unfinished.next]!;
      if (effect.kind === 'persist') {
        const writeUs = this.disk.nextWriteUs();
        if (writeUs > 0) {
          this.unfinished = unfinished;
          this.world.wakeAfter(writeUs, this, { kind: 'durable', life: this.life });
          return;
        }
        this.unfinished = unfinished;
        if (this.hasCrashedAt(effect.writes)) return;
      } else {
        this.release(effect);
      }
      unfinished.next += 1;
    }
    this.unfinished = null;
    const before = this.state;
    this.state = unfinished.step.state;
    this.world.stepped(this, before, this.state, unfinished.event, effects);
  }

  private onDurable(): void {
    const unfinished = this.unfinished!;
    const effect = unfinished.step.effects[unfinished.next] as Effect<unknown, unknown, unknown> & { kind: 'persist' };
    if (this.hasCrashedAt(effect.writes)) return;
    unfinished.next += 1;
    this.carryOut(unfinished);
    this.handleWaiting();
  }

  /** The writes become durable, unless a crash was waiting for this moment. */
  private hasCrashedAt(writes: readonly unknown[]): boolean {
    const { armed } = this;
    if (armed !== 'writeLost') this.disk.complete(writes);
    if (armed === null) return false;
    this.crash(armed);
    return true;
  }

  private handleWaiting(): void {
    while (this.unfinished === null && this.isUp && this.waiting.length > 0) {
      const next = this.waiting.shift()!;
      if ('kind' in next) this.handle(next);
      else this.fireIfDue(next);
    }
  }

  private release(effect: AnyEffect): void {
    if (effect.kind === 'setTimer') this.setTimer(effect.timer, this.timerChoice.in(effect.afterUs, effect.timer));
    else if (effect.kind === 'cancelTimer') this.cancelTimer(effect.timer);
    else this.world.release(this, effect);
  }

  private setTimer(name: string, afterUs: number): void {
    const timer = this.timerOf(name);
    const deadlineUs = this.world.nowUs + afterUs;
    timer.deadlineUs = deadlineUs;
    if (timer.queuedUs === null || timer.queuedUs > deadlineUs) this.queueTimer(timer, deadlineUs);
  }

  private cancelTimer(name: string): void {
    this.timerOf(name).deadlineUs = null;
  }

  private timerOf(name: string): Timer {
    for (const timer of this.timers) if (timer.name === name) return timer;
    const timer: Timer = { name, deadlineUs: null, queuedUs: null };
    this.timers.push(timer);
    return timer;
  }

  private queueTimer(timer: Timer, dueUs: number): void {
    timer.queuedUs = dueUs;
    this.world.wakeAfter(dueUs - this.world.nowUs, this, { kind: 'timer', life: this.life, timer, dueUs });
  }

  private onQueueReached(timer: Timer, dueUs: number): void {
    // A place that an earlier one has replaced.
    if (timer.queuedUs !== dueUs) return;
    timer.queuedUs = null;
    if (timer.deadlineUs === null) return;
    if (timer.deadlineUs > this.world.nowUs) this.queueTimer(timer, timer.deadlineUs);
    else if (this.unfinished !== null) this.waiting.push(timer);
    else this.fireIfDue(timer);
  }

  /** A timer that was set again or cancelled while it waited for the disk does not fire. */
  private fireIfDue(timer: Timer): void {
    if (timer.deadlineUs === null || timer.deadlineUs > this.world.nowUs) return;
    timer.deadlineUs = null;
    this.handle({ kind: 'timer', timer: timer.name });
  }
}
