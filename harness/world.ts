/**
 * The simulated world: virtual time, nodes with disks and timers, a network between them. Everything
 * that happens is an event in one queue, ordered by (time, sequence); nothing else makes a choice.
 */
import type { NodeId } from '../core/protocol.ts';
import { Violated, type KeptStep, type Observer } from '../checkers/checker.ts';
import { Digest } from './digest.ts';
import { Disk } from './disk.ts';
import { EventQueue, type Scheduled } from './events.ts';
import { Machine, type Waking } from './machine.ts';
import { LabNetwork, type Wire } from './lab-network.ts';
import { Network, type AnyNetwork, type Post } from './network.ts';
import { ListedTimers, ToldTimers, type TimerChoice } from './fates.ts';
import { FatedNetwork, HeardNetwork } from './fated-network.ts';
import type { Plan } from './plan.ts';
import { RandomStreams } from './random.ts';
import { calmFlags, type Rpc } from './rpc.ts';
import { SteeredNetwork } from './steered-network.ts';
import type { AnyEffect, AnyEvent, System } from './system.ts';
import type { TraceSink } from './trace.ts';

export type CrashMoment = 'now' | 'writeLost' | 'writeKept';

type Happening =
  | { readonly kind: 'arrival'; readonly from: NodeId; readonly to: NodeId; readonly message: unknown }
  | { readonly kind: 'waking'; readonly machine: Machine; readonly waking: Waking }
  | { readonly kind: 'action'; readonly action: () => void };

type WorldEvent = Scheduled & { readonly happening: Happening };

/** What befell the nodes of a run. */
export interface NodeCounts {
  crashes: number;
  crashesWriteLost: number;
  crashesWriteKept: number;
  restarts: number;
}

export class World {
  readonly network: AnyNetwork;
  readonly machines: readonly Machine[];
  readonly digest = new Digest();
  readonly observer: Observer;
  readonly counts: NodeCounts = { crashes: 0, crashesWriteLost: 0, crashesWriteKept: 0, restarts: 0 };
  nowUs = 0;
  /** Steps of nodes so far: the number by which a report names a moment. */
  steps = 0;
  /** Events taken from the queue so far. */
  events = 0;
  /** Called when a client's operation is answered. */
  onReply: (client: NodeId, id: number, reply: unknown) => void = () => {};
  private readonly queue = new EventQueue<WorldEvent>();
  private readonly system: System;
  private readonly trace: TraceSink | null;
  private sequence = 0;

  constructor(system: System, plan: Plan, trace: TraceSink | null) {
    const streams = new RandomStreams(plan.seed);
    const processes = system.processes(plan);
    this.system = system;
    this.trace = trace;
    this.machines = processes.map((process, id) =>
      new Machine(this, id, process, new Disk(process, plan.disk, streams.stream(`disk ${id}`)), this.timerChoice(plan, id, processes.length, streams)));
    this.observer = system.observer(plan, (node) => this.machines[node]!.disk.durable);
    this.network = this.newNetwork(plan, streams);
  }

  private timerChoice(plan: Plan, id: NodeId, size: number, streams: RandomStreams): TimerChoice {
    const choice = plan.timers === undefined ? streams.stream(`timer ${id}`) : new ListedTimers(plan.timers, id, size);
    const onTimer = this.trace?.timer?.bind(this.trace);
    return onTimer === undefined ? choice : new ToldTimers(choice, id, onTimer);
  }

  private newNetwork({ network }: Plan, streams: RandomStreams): AnyNetwork {
    const size = this.machines.length;
    const post = (from: NodeId, to: NodeId, message: unknown, delayUs: number): void =>
      this.after(delayUs, { kind: 'arrival', from, to, message });
    if (network.manner === 'lab') return new LabNetwork(network.lab ?? calmFlags, this.rpc(), size, streams, this.wire());
    if (network.lab !== undefined) return new SteeredNetwork(network, network.lab, this.rpc(), size, streams, post);
    const plain = (heard: (post: Post) => Post): AnyNetwork =>
      network.fates === undefined ? new Network(network, size, streams, heard(post)) : new FatedNetwork(network, network.fates, size, heard(post));
    const ear = this.trace?.messages;
    return ear === undefined ? plain((unheard) => unheard) : new HeardNetwork(plain, ear, () => this.nowUs);
  }

  /** @throws TypeError when the system does not say how its messages pair up */
  private rpc(): Rpc {
    const { name, rpc } = this.system;
    if (rpc === undefined) throw new TypeError(`system "${name}" cannot run on the lab's network: it has no \`rpc\``);
    return rpc;
  }

  private wire(): Wire {
    const now = (): number => this.nowUs;
    return {
      get nowUs() {
        return now();
      },
      after: (delayUs, action) => this.after(delayUs, { kind: 'action', action }),
      isUp: (node) => this.machines[node]!.isUp,
      deliver: (from, to, message) => this.arrive(from, to, message),
      tellUnreachable: (caller, callee) => this.machines[caller]!.handle({ kind: 'unreachable', node: callee }),
    };
  }

  /** Runs `action` at a virtual time, in its turn. */
  at(atUs: number, action: () => void): void {
    this.after(Math.max(0, atUs - this.nowUs), { kind: 'action', action });
  }

  /** Wakes a machine `delayUs` from now: a timer, or a write that is durable then. */
  wakeAfter(delayUs: number, machine: Machine, waking: Waking): void {
    this.after(delayUs, { kind: 'waking', machine, waking });
  }

  private after(delayUs: number, happening: Happening): void {
    this.sequence += 1;
    this.queue.push({ atUs: this.nowUs + delayUs, sequence: this.sequence, happening });
  }

  /** Lets everything happen that is due up to and including `untilUs`, and leaves the clock there. */
  runUntil(untilUs: number): void {
    const { queue } = this;
    while (queue.nextAtUs <= untilUs) this.happen(queue.pop());
    this.nowUs = untilUs;
  }

  /** Lets everything happen until it is done, and leaves the clock there, or at `untilUs` if that is first. */
  runUntilDone(isDone: () => boolean, untilUs: number): void {
    const { queue } = this;
    while (!isDone() && queue.nextAtUs <= untilUs) this.happen(queue.pop());
    if (!isDone()) this.nowUs = untilUs;
  }

  private happen({ atUs, happening }: WorldEvent): void {
    this.nowUs = atUs;
    this.events += 1;
    if (happening.kind === 'arrival') this.arrive(happening.from, happening.to, happening.message);
    else if (happening.kind === 'waking') happening.machine.wake(happening.waking);
    else happening.action();
  }

  private arrive(from: NodeId, to: NodeId, message: unknown): void {
    this.machines[to]!.handle({ kind: 'message', from, message });
  }

  boot(node: NodeId): void {
    this.machines[node]!.start();
  }

  request(client: NodeId, id: number, request: unknown): void {
    this.trace?.invoked?.(id, this.nowUs, client, request);
    this.observer.invoked(id, client, request);
    this.machines[client]!.handle({ kind: 'request', id, request });
  }

  /** Who leads now, as the system under test sees it. */
  leader(): NodeId | null {
    return this.system.leader(this.machines.map((machine) => machine.state));
  }

  /** Crashes a running node, now or at its next write; one that is down stays as it is. */
  crash(node: NodeId, moment: CrashMoment): void {
    const machine = this.machines[node]!;
    if (!machine.isUp) return;
    if (moment === 'now') machine.crash('now');
    else machine.armed = moment;
  }

  /** Starts a node that is down; one that is up stays as it is, and is no longer about to crash. */
  restart(node: NodeId): void {
    const machine = this.machines[node]!;
    machine.armed = null;
    if (machine.isUp) return;
    this.counts.restarts += 1;
    machine.start();
  }

  /** Machines report here; see machine.ts for when. */
  crashed(machine: Machine, moment: CrashMoment, kept: KeptStep | null): void {
    this.counts.crashes += 1;
    if (moment === 'writeLost') this.counts.crashesWriteLost += 1;
    if (moment === 'writeKept') this.counts.crashesWriteKept += 1;
    this.digest.number(-1 - machine.id);
    this.trace?.crash(this.steps, this.nowUs, machine.id, moment);
    this.network.crashed(machine.id);
    this.observer.crashed(machine.id, moment === 'now' ? 'no' : moment, kept);
  }

  release(machine: Machine, effect: AnyEffect): void {
    if (effect.kind === 'send') {
      this.digest.number(effect.to);
      this.system.digestMessage(this.digest, effect.message);
      this.network.send(machine.id, effect.to, effect.message);
    } else if (effect.kind === 'reply') {
      this.trace?.returned?.(effect.id, this.nowUs, machine.id, effect.reply);
      this.observer.returned(effect.id, machine.id, effect.reply);
      this.onReply(machine.id, effect.id, effect.reply);
    }
  }

  stepped(machine: Machine, before: unknown, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[]): void {
    this.steps += 1;
    this.digest.number(this.nowUs);
    this.digest.number(machine.id);
    this.trace?.step(this.steps, this.nowUs, machine.id, event, before, after, effects);
    if (event === null) this.observer.booted(machine.id, after, machine.disk.durable);
    else this.observer.stepped(machine.id, before, after, event, effects);
  }

  /** An exception inside a reducer is the protocol's fault, not the harness's. */
  blame(machine: Machine, error: unknown, event: AnyEvent | null = null): never {
    this.steps += 1;
    this.trace?.threw?.(this.steps, this.nowUs, machine.id, event, error);
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Violated('No Exception', `node ${machine.id} threw ${detail}`);
  }

  /** The whole run in 16 digits: every step, every message, and the states at the end. */
  finalDigest(): string {
    for (const machine of this.machines) {
      this.digest.number(machine.isUp ? 1 : 0);
      if (machine.isUp) this.system.digestState(this.digest, machine.state);
    }
    this.digest.number(this.nowUs);
    return this.digest.hex();
  }
}
