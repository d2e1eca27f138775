/**
 * The simulated world: virtual time, nodes with disks and timers, a network between them. Everything
 * that happens is an event in one queue, ordered by (time, sequence); nothing else makes a choice.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { KeptStep, Observer } from '../../checkers/checker.ts';
import type { Wait } from '../faults/breakable.ts';
import type { FileRole, Moments, Operator } from '../moments.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import { nodeName } from '../plan/node-name.ts';
import type { Plan } from '../plan/plan.ts';
import type { ScriptedWorld } from '../script/script.ts';
import {
  mustHave, SystemError, type AnyEffect, type AnyEvent, type AnyProcess, type Reach, type System,
} from '../system.ts';
import { FaultAccounts } from './accounts.ts';
import { ContractError } from './contract.ts';
import type { ArmedMoment, CrashMoment } from './crash-moment.ts';
import { Disk } from './disk.ts';
import { Links } from './links.ts';
import { Machine, type Host, type Waking } from './machine.ts';
import type { Wire } from './network/lab.ts';
import type { AnyNetwork, Post } from './network/network.ts';
import { networkOf } from './network/of-plan.ts';
import { observerOf } from './observer-of.ts';
import { RandomStreams, type RandomStream } from './random.ts';
import type { NodeCounts } from './node-counts.ts';
import { Reporter } from './reporter.ts';
import { Timeline } from './timeline.ts';
import { ListedTimers, ToldTimers, type TimerChoice } from './timer-choice.ts';
import type { TraceSink } from './trace.ts';
import { Waits } from './waits.ts';

type Happening =
  | {
      readonly kind: 'arrival';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly message: unknown;
      readonly struckBy: FaultKind | null;
    }
  | { readonly kind: 'waking'; readonly machine: Machine; readonly waking: Waking }
  | { readonly kind: 'action'; readonly action: () => void };

/** How long it takes until something notices that a server has died, and starts it again. */
const restartAfterExceptionUs = 100_000;

export class World implements ScriptedWorld, Host {
  network: AnyNetwork;
  readonly machines: readonly Machine[];
  readonly observer: Observer;
  readonly accounts = new FaultAccounts();
  readonly links: Links;
  /** Of a run in rounds, that of the present one. */
  plan: Plan;
  readonly servers: number;
  readonly size: number;
  /** Called when a client's operation is answered. */
  onReply: (client: NodeId, id: number, reply: unknown) => void = () => {};
  /** Told by a network; faults that cut ways listen. */
  lostToCut: (from: NodeId, to: NodeId) => void = () => {};
  readonly system: System;
  private readonly streams: RandomStreams;
  /** What is left to chance where a crash splits what a node sends. */
  private readonly sends = new Map<NodeId, RandomStream>();
  private readonly timeline = new Timeline<Happening>(
    (happening) => this.happen(happening), () => this.reporter.lastStep(),
  );
  private readonly reporter: Reporter;
  private readonly waits = new Waits(
    () => this.nowUs, (atUs, action) => this.at(atUs, action),
  );
  /** Who leads while no server's state changes; undefined while that is not known. */
  private leading: NodeId | null | undefined = undefined;
  /** For whoever asks who leads: filled anew each time. */
  private readonly states: unknown[] = [];
  /** Messages and replies that nodes gave away so far. */
  private released = 0;

  constructor(system: System, plan: Plan, trace: TraceSink | null) {
    const streams = new RandomStreams(plan.seed);
    this.streams = streams;
    const processes = system.processes(plan);
    const size = processes.length;
    this.system = system;
    this.plan = plan;
    this.servers = plan.servers;
    this.size = size;
    this.links = new Links(size, this.postNow, (kind) => this.accounts.fired(kind));
    this.machines = processes.map(
      (process, id) =>
        new Machine(
          this, id, process, newDisk(system, process, plan, id, streams), timerChoice(plan, id, size, streams, trace),
        ),
    );
    this.observer = observerOf(system, plan, (node) => this.machines[node]!.disk.durable);
    this.reporter = new Reporter(system, this.observer, trace, (node) => nodeName(plan, node));
    this.network = this.networkFor(plan, streams, trace);
  }

  /** The next round of a run: the same nodes and what they hold, in the weather of another plan. */
  turn(plan: Plan): void {
    this.plan = plan;
    this.network = this.networkFor(plan, new RandomStreams(plan.seed), null);
    this.timeline.allowMore();
  }

  private networkFor(plan: Plan, streams: RandomStreams, trace: TraceSink | null): AnyNetwork {
    return networkOf(plan.network, {
      system: this.system,
      size: this.size,
      streams,
      accounts: this.accounts,
      post: this.post,
      wire: this.wire(),
      ear: trace?.messages,
      lostToCut: (from, to) => this.lostToCut(from, to),
    });
  }

  get nowUs(): number {
    return this.timeline.nowUs;
  }

  /** Events taken from the queue so far. */
  get events(): number {
    return this.timeline.events;
  }

  /** Steps of nodes so far: the number by which a report names a moment. */
  get steps(): number {
    return this.reporter.steps;
  }

  get counts(): Readonly<NodeCounts> {
    return this.reporter.counts;
  }

  /** Writes that servers began so far. */
  get writes(): number {
    return this.machines.reduce((sum, { disk }) => sum + disk.begun, 0);
  }

  /** The whole run in 16 digits: every step, every message, and the states at the end. */
  finalDigest(): string {
    return this.reporter.finalDigest(this.nowUs, this.machines);
  }

  private readonly post: Post = (from, to, message, delayUs, struckBy = null) => {
    if (this.links.isIdle) this.postNow(from, to, message, delayUs, struckBy);
    else this.links.pass(from, to, message, delayUs, struckBy);
  };

  private readonly postNow: Post = (from, to, message, delayUs, struckBy = null) =>
    this.timeline.after(delayUs, { kind: 'arrival', from, to, message, struckBy });

  private wire(): Wire {
    const { timeline } = this;
    return {
      get nowUs() {
        return timeline.nowUs;
      },
      after: (delayUs, action) => timeline.after(delayUs, { kind: 'action', action }),
      isUp: (node) => this.machines[node]!.isUp,
      deliver: (from, to, message) => this.arrive(from, to, message),
      tellUnreachable: (caller, callee) => this.machines[caller]!.handle({ kind: 'unreachable', node: callee }),
    };
  }

  /** Runs `action` at a virtual time, in its turn. */
  at(atUs: number, action: () => void): void {
    this.timeline.after(Math.max(0, atUs - this.nowUs), { kind: 'action', action });
  }

  when(everyUs: number, wait: Wait): void {
    this.waits.add(everyUs, wait);
  }

  /** Wakes a machine `delayUs` from now: a timer, or a write that is durable then. */
  wakeAfter(delayUs: number, machine: Machine, waking: Waking): void {
    this.timeline.after(delayUs, { kind: 'waking', machine, waking });
  }

  /** Lets everything happen that is due up to and including `untilUs`, and leaves the clock there. */
  runUntil(untilUs: number): void {
    this.timeline.runUntil(untilUs);
  }

  /** Lets everything happen until it is done, and leaves the clock there, or at `untilUs` if that is first. */
  runUntilDone(isDone: () => boolean, untilUs: number): void {
    this.timeline.runUntilDone(isDone, untilUs);
  }

  private happen(happening: Happening): void {
    if (happening.kind === 'arrival') {
      if (happening.struckBy === null) this.arrive(happening.from, happening.to, happening.message);
      else this.arriveStruck(happening.from, happening.to, happening.message, happening.struckBy);
    } else if (happening.kind === 'waking') happening.machine.wake(happening.waking);
    else happening.action();
  }

  private arrive(from: NodeId, to: NodeId, message: unknown): void {
    this.machines[to]!.handle({ kind: 'message', from, message });
  }

  /**
   * A fault of the network that lets a message arrive matters when the receiver acts on it: changes its
   * state, begins a write or says something.
   */
  private arriveStruck(from: NodeId, to: NodeId, message: unknown, struckBy: FaultKind): void {
    const machine = this.machines[to]!;
    const { state } = machine;
    const said = this.released;
    this.arrive(from, to, message);
    if (machine.state !== state || this.released !== said || machine.isWriting) this.accounts.mattered(struckBy);
  }

  boot(node: NodeId): void {
    this.machines[node]!.start();
  }

  request(client: NodeId, id: number, request: unknown): void {
    this.reporter.invoked(this.nowUs, client, id, request);
    this.machines[client]!.handle({ kind: 'request', id, request });
  }

  /** Who leads now, as the system under test sees it: asked again only when a server's state is another. */
  leader(): NodeId | null {
    if (this.leading === undefined) this.leading = this.system.leader(this.presentStates());
    return this.leading;
  }

  private presentStates(): readonly unknown[] {
    for (let node = 0; node < this.size; node++) this.states[node] = this.machines[node]!.state;
    return this.states;
  }

  moments(): Moments {
    return mustHave(this.system, 'moments');
  }

  operator(): Operator {
    return mustHave(this.system, 'operator');
  }

  newDisk(node: NodeId): unknown {
    const operator = this.operator();
    if (operator.newDisk === undefined)
      throw new SystemError(
        `system "${this.system.name}" has no \`operator.newDisk\`, which a fault of this plan needs`,
      );
    const servers = this.machines.slice(0, this.servers);
    // What a server did by the word of the old disk is looked at when its writes are done: by then that must be there.
    if (servers.some(({ isAhead }) => isAhead)) return null;
    return operator.newDisk(node, servers.map(({ state, disk: { durable } }) => ({ state, durable })));
  }

  replaceDisk(node: NodeId, durable: unknown): void {
    this.crash(node, 'now');
    this.machines[node]!.replaceDisk(durable);
    this.reporter.diskReplaced(this.nowUs, node, durable);
  }

  /** An operator is nobody in the cluster: what it says comes from the server itself, and by no network. */
  tell(node: NodeId, message: unknown): boolean {
    const machine = this.machines[node]!;
    if (!machine.isUp) return false;
    machine.handle({ kind: 'message', from: node, message });
    return true;
  }

  fileRole(name: string): FileRole | null {
    return mustHave(this.system, 'fileRole')(name);
  }

  /** Whether progress is owed now: that is looked at, not believed, and the system says when. */
  owesProgress(): boolean {
    const { servers, machines, network, system } = this;
    const reach: Reach = {
      servers, isUp: (node) => machines[node]!.isUp, canTalk: (from, to) => network.canReach(from, to),
      stateOf: (node) => machines[node]!.nextState,
    };
    return (system.owesProgress ?? everyoneCanTalk)(reach);
  }

  /** Crashes a running node, now, at its next write or behind its next answer; one that is down stays as it is. */
  crash(node: NodeId, moment: 'now' | 'recovering' | ArmedMoment, by: FaultKind | null = null): void {
    const machine = this.machines[node]!;
    if (moment === 'recovering') return this.crashRecovering(machine);
    if (machine.isRecovering && moment === 'now') machine.crashRecovering();
    if (!machine.isUp) return;
    if (moment === 'now') machine.crash('now', by);
    else machine.armed = moment;
  }

  /**
   * Down and up again at once, and down for the second time before it is up: for as long as its recovery takes any
   * time.
   */
  private crashRecovering(machine: Machine): void {
    if (machine.isRecovering) return machine.crashRecovering();
    if (machine.isGone) return;
    if (machine.isUp) machine.crash('now');
    machine.fallsInRecovery = true;
    this.reporter.restarted();
    machine.start();
  }

  /**
   * Starts a node that is down, unless it is so for good; one that is up stays as it is, and is no longer about to
   * crash.
   */
  restart(node: NodeId): void {
    const machine = this.machines[node]!;
    machine.armed = null;
    machine.fallsInRecovery = false;
    if (machine.isUp || machine.isRecovering || machine.isGone) return;
    this.reporter.restarted();
    machine.start();
  }

  /** Machines report here; see machine.ts for when. */
  crashed({ id }: Machine, moment: CrashMoment, kept: KeptStep | null): void {
    this.leading = undefined;
    this.reporter.crashed(this.nowUs, id, moment);
    this.network.crashed(id);
    this.reporter.lost(id, moment, kept);
    this.waits.changed();
  }

  /** Of so many things to say, at least two: how many leave before a crash. */
  leavesOf({ id }: Machine, all: number): number {
    let random = this.sends.get(id);
    if (random === undefined) this.sends.set(id, (random = this.streams.stream(`sends ${id}`)));
    return 1 + random.below(all - 1);
  }

  fellInSends({ id }: Machine, left: number, all: number): void {
    this.reporter.fellInSends(this.nowUs, id, left, all);
  }

  fellInRecovery({ id }: Machine): void {
    this.reporter.fellInRecovery(this.nowUs, id);
  }

  refused({ id, isDamaged }: Machine, file: string, reason: string): void {
    this.reporter.refused(this.nowUs, id, isDamaged, file, reason);
  }

  release({ id }: Machine, effect: AnyEffect): void {
    this.released += 1;
    if (effect.kind === 'send') {
      this.reporter.sent(effect.to, effect.message);
      this.send(id, effect.to, effect.message);
    } else if (effect.kind === 'reply') {
      this.reporter.returned(this.nowUs, id, effect.id, effect.reply);
      this.onReply(id, effect.id, effect.reply);
    }
  }

  private send(from: NodeId, to: NodeId, message: unknown): void {
    try {
      this.network.send(from, to, message);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.reporter.cannotSend(from, to, error);
    }
  }

  changed(): void {
    this.leading = undefined;
    this.waits.changed();
  }

  stepped(
    { id, disk }: Machine, before: unknown, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[],
  ): void {
    if (before !== after && id < this.servers) this.leading = undefined;
    this.reporter.stepped(this.nowUs, id, before, after, event, effects, disk.durable);
    if (before !== after) this.waits.changed();
  }

  wentAhead(
    { id }: Machine, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[], left: readonly AnyEffect[],
  ): void {
    this.reporter.wentAhead(id, after, event, effects, left);
  }

  /** Servers only: a client that forgets what it asked would not be the same client. */
  outlivesException({ id }: Machine): boolean {
    return this.system.restartsAfterException === true && id < this.servers;
  }

  restartLater({ id }: Machine): void {
    this.timeline.after(restartAfterExceptionUs, { kind: 'action', action: () => this.restart(id) });
  }

  blame({ id }: Machine, error: unknown, event: AnyEvent | null): never {
    return this.reporter.threw(this.nowUs, id, error, event);
  }
}

function newDisk(
  system: System, process: AnyProcess, { disk, servers }: Plan, id: NodeId, streams: RandomStreams,
): Disk {
  const storage = disk.bytes === true && id < servers ? mustHave(system, 'storage') : null;
  return new Disk(process, disk, streams.stream(`disk ${id}`), storage, {
    torn: () => streams.stream(`torn ${id}`),
    failed: () => streams.stream(`failed ${id}`),
    recovery: () => streams.stream(`recovery ${id}`),
  });
}

function timerChoice(
  plan: Plan, id: NodeId, size: number, streams: RandomStreams, trace: TraceSink | null,
): TimerChoice {
  const choice = plan.timers === undefined ? streams.stream(`timer ${id}`) : new ListedTimers(plan.timers, id, size);
  const onTimer = trace?.timer?.bind(trace);
  return onTimer === undefined ? choice : new ToldTimers(choice, id, onTimer);
}

function everyoneCanTalk({ servers, isUp, canTalk }: Reach): boolean {
  for (let one = 0; one < servers; one++) {
    if (!isUp(one)) return false;
    for (let other = 0; other < servers; other++) if (!canTalk(one, other)) return false;
  }
  return true;
}
