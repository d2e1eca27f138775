/**
 * One node of the world: a process, its disk and its timers.
 *
 * A step's effects happen in order, and `persist` is a barrier. While a write is on its way the node
 * does nothing else; what arrives waits. **A step takes effect when its last write is durable**: only
 * then is its state the node's and only then do checkers see it. So a crash at the barrier undoes the
 * step whole, and no checker ever believes something that the disk does not know.
 */
import type { Effect, NodeId, Step } from '../../core/protocol.ts';
import type { KeptStep } from '../../checkers/checker.ts';
import type { FaultAccounts } from './accounts.ts';
import type { Clock } from './clock.ts';
import { ContractError, mustBeStep } from './contract.ts';
import type { Disk, Recovered } from './disk.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { TimerChoice } from './timer-choice.ts';
import { Timers, type Timer } from './timers.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../system.ts';
import type { ArmedMoment, CrashMoment } from './crash-moment.ts';

/** Why a machine is woken. `life` tells a restarted machine that the waking was not meant for it. */
export type Waking =
  | { readonly kind: 'timer'; readonly life: number; readonly timer: Timer; readonly dueUs: number }
  | { readonly kind: 'durable'; readonly life: number }
  | { readonly kind: 'recovered'; readonly life: number };

/** The world as a machine sees it: what it reports, and what it asks for. */
export interface Host {
  readonly nowUs: number;
  /** The first nodes are servers, the others clients. */
  readonly servers: number;
  /** How many nodes there are. */
  readonly size: number;
  readonly accounts: FaultAccounts;
  wakeAfter(delayUs: number, machine: Machine, waking: Waking): void;
  release(machine: Machine, effect: AnyEffect): void;
  stepped(
    machine: Machine, before: unknown, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[],
  ): void;
  /** It has taken a step that waits for a write; `left` of its effects have left. */
  wentAhead(
    machine: Machine, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[], left: readonly AnyEffect[],
  ): void;
  /** The state of a node is another, before any checker sees it. */
  changed(): void;
  crashed(machine: Machine, moment: CrashMoment, kept: KeptStep | null): void;
  leavesOf(machine: Machine, all: number): number;
  fellInSends(machine: Machine, left: number, all: number): void;
  fellInRecovery(machine: Machine): void;
  refused(machine: Machine, file: string, reason: string): void;
  outlivesException(machine: Machine): boolean;
  restartLater(machine: Machine): void;
  /** `event` is null for a boot. */
  blame(machine: Machine, error: unknown, event: AnyEvent | null): never;
}

type Persist = Effect<unknown, unknown, unknown> & { kind: 'persist' };

/** A step whose effects are being carried out. */
interface Unfinished {
  readonly event: AnyEvent | null;
  readonly before: unknown;
  readonly step: Step<unknown, AnyEffect>;
  next: number;
}

export class Machine {
  readonly id: NodeId;
  readonly disk: Disk;
  state: unknown = null;
  isUp = false;
  /** Crash at the next write, before or behind it. */
  armed: ArmedMoment | null = null;
  /** A fault has changed what its disk held: only then may it refuse to start. */
  isDamaged = false;
  /** Crash before the repairs of the next start are done. */
  fallsInRecovery = false;
  /** Down for good: nobody starts it again. */
  isGone = false;
  /** Null while the clock is right. */
  clock: Clock | null = null;
  private readonly world: Host;
  private readonly process: AnyProcess;
  private readonly timerChoice: TimerChoice;
  private readonly timers: Timers;
  /** Operations that were asked of it and that it has not answered, also before it crashed. */
  private readonly open = new Set<number>();
  private life = 0;
  private unfinished: Unfinished | null = null;
  /** Of a pipelined node: steps that it has taken and that wait for a write, the one that is on its way in front. */
  private pipeline: Unfinished[] = [];
  private readonly isPipelined: boolean;
  private waiting: (AnyEvent | Timer)[] = [];
  /** A stopped process: nothing is lost, and nothing is handled until it goes on. */
  private isPaused = false;
  private hasWrittenInPause = false;
  private hasWaitedForWrite = false;
  /** What makes the write on its way slow: a stall may end before it. */
  private slowedBy: FaultKind = 'slowWrite';
  /** The fault by which it is down, until something happens that this node misses. */
  private downBy: FaultKind | null = null;
  /** What a crash in the middle of a write did to the disk, until the node has started from it. */
  private leftBy: FaultKind | null = null;
  /** A write that failed is there all the same. */
  private hasLeftMore = false;
  /** What it has read and is repairing; null when it is not starting. */
  private recovering: Recovered | null = null;
  /** A crash came in the middle of its recovery, and it has not started since. */
  private hasLeftRepairs = false;

  constructor(world: Host, id: NodeId, process: AnyProcess, disk: Disk, timerChoice: TimerChoice) {
    this.world = world;
    this.id = id;
    this.process = process;
    this.disk = disk;
    this.timerChoice = timerChoice;
    this.isPipelined = process.persistence === 'pipelined';
    this.timers = new Timers(world, (timer, dueUs) =>
      world.wakeAfter(dueUs - world.nowUs, this, { kind: 'timer', life: this.life, timer, dueUs }),
    );
  }

  /** Starts from what the disk holds; a node that must not use what it reads stays down for good. */
  start(): void {
    const recovery = this.blaming(null, () => this.disk.read());
    if (recovery?.kind === 'refused') {
      this.isGone = true;
      this.fallsInRecovery = false;
      this.world.refused(this, recovery.file, recovery.reason);
      return;
    }
    // A disk that is new has nothing to repair.
    const recoverUs = this.life === 0 ? 0 : this.disk.nextRecoverUs();
    if (recoverUs === 0 || recovery === null) return this.started(recovery);
    this.recovering = recovery;
    this.world.accounts.eligible('crashInRecovery');
    this.world.wakeAfter(recoverUs, this, { kind: 'recovered', life: this.life });
  }

  get isRecovering(): boolean {
    return this.recovering !== null;
  }

  private onRecovered(): void {
    if (this.fallsInRecovery) return this.crashRecovering();
    const recovery = this.recovering!;
    this.recovering = null;
    this.started(recovery);
  }

  /** A crash in the middle of a recovery: some of its repairs are done, and it is down. */
  crashRecovering(): void {
    const recovery = this.recovering!;
    this.recovering = null;
    this.fallsInRecovery = false;
    this.life += 1;
    this.world.accounts.fired('crashInRecovery');
    this.hasLeftRepairs = this.disk.mendPartly(recovery);
    this.losePages();
    this.world.fellInRecovery(this);
  }

  private losePages(): void {
    if (!this.disk.hasLostPages) return;
    this.world.accounts.fired('lostPages');
    if (this.blaming(null, () => this.disk.losePages())) this.world.accounts.mattered('lostPages');
  }

  private started(recovery: Recovered | null): void {
    this.fallsInRecovery = false;
    if (recovery !== null) this.disk.mend(recovery);
    if (this.hasLeftRepairs) this.world.accounts.mattered('crashInRecovery');
    this.hasLeftRepairs = false;
    if (this.leftBy !== null && (this.leftBy === 'lostTail' || recovery?.isTorn === true || this.hasLeftMore))
      this.world.accounts.mattered(this.leftBy);
    this.leftBy = null;
    this.hasLeftMore = false;
    this.downBy = null;
    this.isUp = true;
    this.begin(null, this.bootStep());
  }

  /** `step` is null when the node died of the event. */
  private begin(event: AnyEvent | null, step: Step<unknown, AnyEffect> | null): void {
    if (step === null) return;
    const begun: Unfinished = { event, before: this.state, step, next: 0 };
    if (this.isPipelined) this.goOn(begun);
    else this.carryOut(begun);
  }

  /**
   * The node is what the step made it at once; what the step says in front of its first write is said, and the rest
   * waits.
   */
  private goOn(begun: Unfinished): void {
    const { effects, state } = begun.step;
    const hasChanged = this.state !== state;
    this.state = state;
    if (hasChanged) this.world.changed();
    const barrier = effects.findIndex(({ kind }) => kind === 'persist');
    const ahead = barrier === -1 ? effects : effects.slice(0, barrier);
    if (this.armed === 'sending' && this.fallsAmong(begun, ahead, false)) return;
    for (; begun.next < ahead.length; begun.next++) this.say(begun, ahead[begun.next]!);
    if (barrier !== -1 || this.pipeline.length > 0) this.world.wentAhead(this, state, begun.event, effects, ahead);
    this.pipeline.push(begun);
    if (this.unfinished === null) this.advance();
  }

  /**
   * Steps take effect in their order, each when its last write is durable: only then do checkers see it, so that no
   * checker believes what no disk knows.
   */
  private advance(): void {
    while (this.pipeline.length > 0) {
      const first = this.pipeline[0]!;
      const effect = first.step.effects[first.next];
      if (effect === undefined) {
        this.pipeline.shift();
        this.world.stepped(this, first.before, first.step.state, first.event, first.step.effects);
        if (this.armed === 'answered' && this.hasAnswered(first.step.effects)) return this.crashBehindAnswer();
        continue;
      }
      if (effect.kind === 'persist' && effect.writes.length > 0) {
        this.unfinished = first;
        const writeUs = this.disk.nextWriteUs();
        if (writeUs > 0) return this.awaitWrite(writeUs);
        if (this.hasCrashedAt(first, effect.writes)) return;
        this.unfinished = null;
      } else if (effect.kind !== 'persist') {
        if (
          this.armed === 'sending' &&
          says(effect) &&
          this.fallsAmong(first, first.step.effects.slice(first.next), true)
        )
          return;
        this.say(first, effect);
      }
      first.next += 1;
    }
  }

  /** It has taken steps that have not taken effect: their writes are on their way. */
  get isAhead(): boolean {
    return this.pipeline.length > 0;
  }

  /** What it is as soon as its write is done. */
  get nextState(): unknown {
    return this.unfinished === null || this.isPipelined ? this.state : this.unfinished.step.state;
  }

  private get isBlocked(): boolean {
    return this.isPaused || (this.unfinished !== null && !this.isPipelined);
  }

  get isWriting(): boolean {
    return this.unfinished !== null;
  }

  /** An event for this node: lost when it is down, put off while it waits for its disk. */
  handle(event: AnyEvent): void {
    if (!this.isUp) return this.miss();
    if (this.isBlocked) this.putOff(event);
    else this.begin(event, this.stepOn(event));
  }

  /** A crash matters when something came for the node that it took down. */
  private miss(): void {
    if (this.downBy === null) return;
    this.world.accounts.mattered(this.downBy);
    this.downBy = null;
  }

  private putOff(what: AnyEvent | Timer): void {
    this.waiting.push(what);
    this.hasWaitedForWrite = true;
  }

  wake(waking: Waking): void {
    if (waking.life !== this.life) return;
    if (waking.kind === 'durable') this.onDurable();
    else if (waking.kind === 'recovered') this.onRecovered();
    else this.onQueueReached(waking.timer, waking.dueUs);
  }

  pause(): void {
    this.isPaused = true;
  }

  /** Goes on with all that came in the meantime; true when there was any. */
  resume(): boolean {
    if (!this.isPaused) return false;
    this.isPaused = false;
    const hadWork = this.waiting.length > 0 || this.hasWrittenInPause;
    if (this.hasWrittenInPause) {
      this.hasWrittenInPause = false;
      this.onDurable();
    } else {
      this.handleWaiting();
    }
    return hadWork;
  }

  /** The clock is set forward, or back when `byUs` is negative. True when a timer was armed. */
  jumpClock(byUs: number, kind: FaultKind): boolean {
    return this.timers.jump(byUs, kind);
  }

  /**
   * A crash between two events that finds a write on its way loses that write, or what of it is not on the disk yet.
   */
  crash(between: CrashMoment, by: FaultKind | null = null): void {
    const { unfinished } = this;
    this.losePages();
    const at = unfinished !== null && between === 'now' ? 'writeLost' : between;
    const moment = at === 'writeLost' && unfinished !== null ? this.tornAt(unfinished) : at;
    this.goDown(moment, moment === 'writeKept' ? unfinished : null, by);
  }

  private tornAt({ event, step, next }: Unfinished): 'writeLost' | 'writeKept' {
    const { isKept, kind } = this.blaming(event, () => this.disk.tear((step.effects[next] as Persist).writes, next));
    if (kind !== null) {
      this.world.accounts.eligible(kind);
      this.world.accounts.fired(kind);
      this.leftBy = kind;
    }
    return isKept ? 'writeKept' : 'writeLost';
  }

  private goDown(moment: CrashMoment, kept: Unfinished | null, by: FaultKind | null): void {
    this.isUp = false;
    this.life += 1;
    this.armed = null;
    this.state = null;
    this.unfinished = null;
    this.pipeline = [];
    this.waiting = [];
    this.timers.clear();
    this.isPaused = false;
    this.hasWrittenInPause = false;
    this.downBy = by;
    if (this.disk.forgetLies()) {
      this.world.accounts.fired('lyingFsync');
      this.world.accounts.mattered('lyingFsync');
    }
    this.world.crashed(this, moment, kept === null ? null : { event: kept.event, after: kept.step.state });
  }

  private stepOn(event: AnyEvent): Step<unknown, AnyEffect> | null {
    if (event.kind === 'request') this.open.add(event.id);
    try {
      const step = this.process.step(this.state, event);
      mustBeStep(step, this.world.size);
      return step;
    } catch (error) {
      return this.threw(error, event);
    }
  }

  private bootStep(): Step<unknown, AnyEffect> | null {
    try {
      const step = this.process.boot(this.disk.durable);
      mustBeStep(step, this.world.size);
      return step;
    } catch (error) {
      return this.threw(error, null);
    }
  }

  /** To an outsider a server that throws is one that crashed, and something starts it again. */
  private threw(error: unknown, event: AnyEvent | null): null {
    if (error instanceof ContractError || !this.world.outlivesException(this))
      return this.world.blame(this, error, event);
    this.goDown('now', null, null);
    this.world.restartLater(this);
    return null;
  }

  /** Carries out effects up to a write that takes time, or to the end of the step. */
  private carryOut(unfinished: Unfinished): void {
    const { effects } = unfinished.step;
    while (unfinished.next < effects.length) {
      const effect = effects[unfinished.next]!;
      if (effect.kind === 'persist') {
        const writeUs = this.disk.nextWriteUs();
        this.unfinished = unfinished;
        if (writeUs > 0) return this.awaitWrite(writeUs);
        if (this.hasCrashedAt(unfinished, effect.writes)) return;
      } else {
        if (
          this.armed === 'sending' &&
          says(effect) &&
          this.fallsAmong(unfinished, effects.slice(unfinished.next), true)
        )
          return;
        this.say(unfinished, effect);
      }
      unfinished.next += 1;
    }
    this.takeEffect(unfinished);
    if (this.armed === 'answered' && this.hasAnswered(effects)) this.crashBehindAnswer();
  }

  private awaitWrite(writeUs: number): void {
    this.hasWaitedForWrite = false;
    this.timeWrite();
    this.world.wakeAfter(writeUs, this, { kind: 'durable', life: this.life });
  }

  /** One of the effects of a step, which is no write. */
  private say(unfinished: Unfinished, effect: AnyEffect): void {
    if (effect.kind === 'reply' && !this.open.delete(effect.id)) this.answersNothing(unfinished, effect.id);
    this.release(effect);
  }

  private takeEffect({ before, step, event }: Unfinished): void {
    this.unfinished = null;
    if (!this.isPipelined) this.state = step.state;
    this.world.stepped(this, before, step.state, event, step.effects);
  }

  /**
   * Crashes behind some of `rest`, if that is more than one thing to say and nothing to write. Where `isLast`, the step
   * has taken effect all the same, and it is as if the network had lost the others; else no disk knows of it, and no
   * checker.
   */
  private fallsAmong(unfinished: Unfinished, rest: readonly AnyEffect[], isLast: boolean): boolean {
    const said = rest.filter(says);
    if (said.length < 2 || rest.some(({ kind }) => kind === 'persist')) return false;
    const left = this.world.leavesOf(this, said.length);
    for (const effect of said.slice(0, left)) this.say(unfinished, effect);
    const { event, step: { effects, state } } = unfinished;
    if (isLast) this.takeEffect(unfinished);
    else this.world.wentAhead(this, state, event, effects, said.slice(0, left));
    this.world.accounts.fired('crashInSends');
    this.world.accounts.mattered('crashInSends');
    this.world.fellInSends(this, left, said.length);
    this.crash('now');
    return true;
  }

  private answersNothing({ event, next }: Unfinished, id: number): never {
    const open = [...this.open].sort((a, b) => a - b);
    return this.world.blame(
      this,
      new ContractError(
        `effects[${next}].id: operation ${id} is not open at this node; ${open.length === 0 ? 'none is' : `open: ${open.join(', ')}`}`,
      ),
      event,
    );
  }

  private hasAnswered(effects: readonly AnyEffect[]): boolean {
    return effects.some((effect) => effect.kind === 'send' && effect.to >= this.world.servers);
  }

  private crashBehindAnswer(): void {
    this.world.accounts.fired('crash');
    this.crash('now', 'crash');
  }

  private timeWrite(): void {
    const kind = this.disk.stallUs > 0 ? 'stalledWrite' : 'slowWrite';
    this.slowedBy = kind;
    this.world.accounts.fired(kind);
    if (kind === 'slowWrite') this.world.accounts.eligible(kind);
  }

  private onDurable(): void {
    if (this.isPaused) {
      this.hasWrittenInPause = true;
      return;
    }
    const unfinished = this.unfinished!;
    const hasHeldUp =
      this.hasWaitedForWrite || (this.isPipelined && (this.pipeline.length > 1 || saysMore(unfinished)));
    if (hasHeldUp) this.world.accounts.mattered(this.slowedBy);
    const effect = unfinished.step.effects[unfinished.next] as Persist;
    if (this.hasCrashedAt(unfinished, effect.writes)) return;
    unfinished.next += 1;
    if (this.isPipelined) {
      this.unfinished = null;
      this.advance();
    } else {
      this.carryOut(unfinished);
    }
    this.handleWaiting();
  }

  /** The writes become durable, unless a crash was waiting for this moment, or the disk refuses them. */
  private hasCrashedAt(unfinished: Unfinished, writes: readonly unknown[]): boolean {
    const { armed } = this;
    if (this.disk.failing !== null) return this.hasFailed(unfinished, writes, this.disk.failing);
    if (armed !== 'writeLost') this.complete(unfinished, writes);
    if (armed !== 'writeLost' && armed !== 'writeKept') return false;
    const kind = armed === 'writeLost' ? 'crashWriteLost' : 'crashWriteKept';
    this.world.accounts.fired(kind);
    if (armed === 'writeLost' || saysMore(unfinished)) this.world.accounts.mattered(kind);
    this.crash(armed);
    return true;
  }

  /** As `blaming`, without a closure for every barrier. */
  private complete({ event, next }: Unfinished, writes: readonly unknown[]): void {
    try {
      this.disk.complete(writes, next);
    } catch (error) {
      this.world.blame(this, error, event);
    }
  }

  /** A failed write matters when something was to be said behind it. */
  private hasFailed(unfinished: Unfinished, writes: readonly unknown[], kind: FaultKind): boolean {
    const { onFailedWrite = 'stop' } = this.process;
    // A node that has not started has no step to undo, and one that has gone on cannot take it back.
    const does = onFailedWrite === 'undo' && (unfinished.event === null || this.isPipelined) ? 'stop' : onFailedWrite;
    const left = this.blaming(unfinished.event, () => this.disk.failed(writes, unfinished.next, does !== 'stop'));
    this.world.accounts.fired(kind);
    if (saysMore(unfinished)) this.world.accounts.mattered(kind);
    if (this.disk.leavesWhenFailing) this.world.accounts.eligible('failedWriteLeft');
    if (this.disk.hasLostPages) this.world.accounts.eligible('lostPages');
    if (left.kind !== null) {
      this.world.accounts.fired(left.kind);
      this.leftBy = left.kind;
      this.hasLeftMore = left.isKept;
    }
    if (does === 'goOn') return false;
    if (does === 'undo') this.undo(unfinished);
    else this.goDown(left.isKept ? 'writeKept' : 'writeLost', left.isKept ? unfinished : null, null);
    return true;
  }

  /** The step never was; only its timers run on. */
  private undo({ step, next }: Unfinished): void {
    this.unfinished = null;
    for (const effect of step.effects.slice(next))
      if (effect.kind === 'setTimer' || effect.kind === 'cancelTimer') this.release(effect);
    this.handleWaiting();
  }

  /** While it is down: a disk that is new, and holds this. What befell the old one is over. */
  replaceDisk(durable: unknown): void {
    this.blaming(null, () => this.disk.replaceWith(durable));
    this.isDamaged = false;
    this.leftBy = null;
    this.hasLeftMore = false;
    this.hasLeftRepairs = false;
  }

  /** Makes all bytes that the disk holds: what was not read by now has yet to show that it has a byte form. */
  mustHaveBytes(): void {
    this.blaming(null, () => this.disk.files?.makeBytes());
  }

  /** What a write or a file means is the protocol's to say, and so is it its fault when that cannot be. */
  private blaming<T>(event: AnyEvent | null, act: () => T): T {
    try {
      return act();
    } catch (error) {
      return this.world.blame(this, error, event);
    }
  }

  private handleWaiting(): void {
    while (!this.isBlocked && this.isUp && this.waiting.length > 0) {
      const next = this.waiting.shift()!;
      if ('kind' in next) this.handle(next);
      else this.fireIfDue(next);
    }
  }

  private release(effect: AnyEffect): void {
    if (effect.kind === 'setTimer')
      this.timers.set(effect.timer, this.timerChoice.in(effect.afterUs, effect.timer), this.clock);
    else if (effect.kind === 'cancelTimer') this.timers.cancel(effect.timer);
    else this.world.release(this, effect);
  }

  private onQueueReached(timer: Timer, dueUs: number): void {
    if (!this.timers.isDue(timer, dueUs)) return;
    if (this.isBlocked) this.putOff(timer);
    else this.fireIfDue(timer);
  }

  /** A pipelined node names timers after what it wrote: each once. */
  private fireIfDue(timer: Timer): void {
    if (this.timers.fires(timer, this.isPipelined)) this.handle({ kind: 'timer', timer: timer.name });
  }
}

const says = ({ kind }: AnyEffect): boolean => kind === 'send' || kind === 'reply';

/** Whether a step has something to say behind the write at which it stands. */
const saysMore = ({ step, next }: Unfinished): boolean =>
  step.effects.some((effect, at) => at > next && says(effect));
