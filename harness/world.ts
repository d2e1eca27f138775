/**
 * The simulated world: virtual time, nodes with disks and timers, a network between them. Everything
 * that happens is an event in one queue, ordered by (time, sequence); nothing else makes a choice.
 */
import type { NodeId } from '../core/protocol.ts';
import { Violated, type KeptStep, type Observer } from '../checkers/checker.ts';
import { Digest } from './digest.ts';
import { answer } from './fate.ts';
import { FaultAccounts, type FaultKind } from './faults/accounts.ts';
import { Disk } from './disk.ts';
import { EventQueue, type Scheduled } from './events.ts';
import { Machine, type Waking } from './machine.ts';
import { LabNetwork, type Wire } from './lab-network.ts';
import { Network, type AnyNetwork, type NetworkWatch, type Post } from './network.ts';
import { Links } from './links.ts';
import { ListedTimers, ToldTimers, type TimerChoice } from './fates.ts';
import { FatedNetwork, HeardNetwork } from './fated-network.ts';
import type { NetworkPlan, Plan } from './plan.ts';
import { RandomStreams } from './random.ts';
import { calmFlags, type Rpc } from './rpc.ts';
import { SteeredNetwork } from './steered-network.ts';
import { mustHave, type AnyEffect, type AnyEvent, type AnyProcess, type System } from './system.ts';
import type { TraceSink } from './trace.ts';

export type CrashMoment = 'now' | 'writeLost' | 'writeKept';
/** What a crash may wait for: a write, or an answer to a client. */
export type ArmedMoment = Exclude<CrashMoment, 'now'> | 'answered';

type Happening =
  | { readonly kind: 'arrival'; readonly from: NodeId; readonly to: NodeId; readonly message: unknown; readonly struckBy: FaultKind | null }
  | { readonly kind: 'waking'; readonly machine: Machine; readonly waking: Waking }
  | { readonly kind: 'action'; readonly action: () => void };

type WorldEvent = Scheduled & { readonly happening: Happening };

/** What befell the nodes of a run. */
export interface NodeCounts {
  crashes: number;
  crashesWriteLost: number;
  crashesWriteKept: number;
  restarts: number;
  /** Servers that found damage on their disks and did not start. */
  refusals: number;
}

/** Kinds that strike single messages, at a rate. */
const messageKinds: readonly FaultKind[] = ['drop', 'duplicate', 'replay', 'late', 'exponentialDelay', 'reorder', 'corrupt', 'uncheckedCorruption'];

/**
 * A cluster that answers each message with another one, or with two, never ends. The largest runs of the
 * swarm and of the labs take 31,000 events.
 */
const eventsMax = 1_000_000;

/** How long it takes until something notices that a server has died, and starts it again. */
const restartAfterExceptionUs = 100_000;

export class World {
  readonly network: AnyNetwork;
  readonly machines: readonly Machine[];
  readonly digest = new Digest();
  readonly observer: Observer;
  readonly counts: NodeCounts = { crashes: 0, crashesWriteLost: 0, crashesWriteKept: 0, restarts: 0, refusals: 0 };
  readonly accounts = new FaultAccounts();
  readonly links: Links;
  readonly system: System;
  readonly plan: Plan;
  /** No quorum was left when the faults were over, and so no progress was owed. */
  isExcused = false;
  nowUs = 0;
  /** Steps of nodes so far: the number by which a report names a moment. */
  steps = 0;
  /** Events taken from the queue so far. */
  events = 0;
  /** Called when a client's operation is answered. */
  onReply: (client: NodeId, id: number, reply: unknown) => void = () => {};
  private readonly queue = new EventQueue<WorldEvent>();
  private readonly trace: TraceSink | null;
  private sequence = 0;
  /** Messages and replies that nodes gave away so far. */
  private released = 0;

  constructor(system: System, plan: Plan, trace: TraceSink | null) {
    const streams = new RandomStreams(plan.seed);
    const processes = system.processes(plan);
    this.system = system;
    this.plan = plan;
    this.trace = trace;
    this.links = new Links(processes.length, this.postNow, (kind) => this.accounts.fired(kind));
    this.machines = processes.map((process, id) =>
      new Machine(this, id, process, this.newDisk(process, plan, id, streams), this.timerChoice(plan, id, processes.length, streams)));
    this.observer = system.observer(plan, (node) => this.machines[node]!.disk.durable);
    this.network = this.newNetwork(plan, streams);
  }

  private newDisk(process: AnyProcess, { disk, servers }: Plan, id: NodeId, streams: RandomStreams): Disk {
    const storage = disk.bytes === true && id < servers ? mustHave(this.system, 'storage') : null;
    return new Disk(process, disk, streams.stream(`disk ${id}`), storage, () => streams.stream(`torn ${id}`));
  }

  private timerChoice(plan: Plan, id: NodeId, size: number, streams: RandomStreams): TimerChoice {
    const choice = plan.timers === undefined ? streams.stream(`timer ${id}`) : new ListedTimers(plan.timers, id, size);
    const onTimer = this.trace?.timer?.bind(this.trace);
    return onTimer === undefined ? choice : new ToldTimers(choice, id, onTimer);
  }

  private newNetwork({ network }: Plan, streams: RandomStreams): AnyNetwork {
    const size = this.machines.length;
    const post: Post = (from, to, message, delayUs, struckBy = null) => {
      if (this.links.isIdle) this.postNow(from, to, message, delayUs, struckBy);
      else this.links.pass(from, to, message, delayUs, struckBy);
    };
    if (network.manner === 'lab') return new LabNetwork(network.lab ?? calmFlags, this.rpc(), size, streams, this.wire());
    if (network.lab !== undefined) return new SteeredNetwork(network, network.lab, this.rpc(), size, streams, post);
    const plain = (heard: (post: Post) => Post): AnyNetwork =>
      network.fates === undefined ? new Network(network, size, streams, heard(post), this.watch(network)) : new FatedNetwork(network, network.fates, size, heard(post), this.watch(network).lostToCut);
    const ear = this.trace?.messages;
    return ear === undefined ? plain((unheard) => unheard) : new HeardNetwork(plain, ear, () => this.nowUs);
  }

  private readonly postNow: Post = (from, to, message, delayUs, struckBy = null) =>
    this.after(delayUs, { kind: 'arrival', from, to, message, struckBy });

  private watch({ corruptPer1000, checksums }: NetworkPlan): NetworkWatch {
    const codec = corruptPer1000 === undefined ? null : mustHave(this.system, 'codec');
    return {
      accounts: this.accounts,
      isUp: (node) => this.machines[node]!.isUp,
      lostToCut: (from, to) => this.lostToCut(from, to),
      damaged(message, fate) {
        const bytes = codec!.encode(message);
        // Up to eight bits of one byte.
        const at = answer(fate, 1) % bytes.length;
        bytes[at]! ^= 1 + (answer(fate, 2) % 255);
        return codec!.decode(bytes, checksums !== false);
      },
    };
  }

  /** Told by a network; faults that cut ways listen. */
  lostToCut: (from: NodeId, to: NodeId) => void = () => {};

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
    if (this.events > eventsMax) throw new Violated('Bounded Work', `${eventsMax} events happened, and it goes on: messages beget messages`);
    if (happening.kind === 'arrival') {
      if (happening.struckBy === null) this.arrive(happening.from, happening.to, happening.message);
      else this.arriveStruck(happening.from, happening.to, happening.message, happening.struckBy);
    }
    else if (happening.kind === 'waking') happening.machine.wake(happening.waking);
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
    this.trace?.invoked?.(id, this.nowUs, client, request);
    this.observer.invoked(id, client, request);
    this.machines[client]!.handle({ kind: 'request', id, request });
  }

  /** Who leads now, as the system under test sees it. */
  leader(): NodeId | null {
    return this.system.leader(this.machines.map((machine) => machine.state));
  }

  /** Crashes a running node, now, at its next write or behind its next answer; one that is down stays as it is. */
  crash(node: NodeId, moment: 'now' | ArmedMoment, by: FaultKind | null = null): void {
    const machine = this.machines[node]!;
    if (!machine.isUp) return;
    if (moment === 'now') machine.crash('now', by);
    else machine.armed = moment;
  }

  /** Starts a node that is down, unless it is so for good; one that is up stays as it is, and is no longer about to crash. */
  restart(node: NodeId): void {
    const machine = this.machines[node]!;
    machine.armed = null;
    if (machine.isUp || machine.isGone) return;
    this.counts.restarts += 1;
    machine.start();
  }

  /** A machine found damage on its disk that it must not work with. Whose disk nobody damaged has no reason to. */
  refused(machine: Machine, file: string, reason: string): void {
    if (!machine.isDamaged) {
      throw new Violated('Starts From Undamaged Disk', `node ${machine.id} refuses to start, and nothing but crashes befell its disk: ${file}: ${reason}`);
    }
    this.counts.refusals += 1;
    this.digest.number(-1 - machine.id);
    this.digest.string(file);
    this.trace?.fault(this.steps, this.nowUs, `node ${machine.id} refuses to start: ${file}: ${reason}`);
    this.observer.refused?.(machine.id, file);
  }

  /** What rates could have struck: known when the run is over. */
  closeAccounts(kinds: ReadonlySet<FaultKind>): void {
    const { network, accounts } = this;
    if (!(network instanceof Network)) return;
    for (const kind of messageKinds) if (kinds.has(kind)) accounts.eligible(kind, network.exposed);
  }

  /** Whether a majority of the servers is up and every two of them can talk: then progress is owed. */
  hasQuorum(): boolean {
    const { servers } = this.plan;
    for (let set = 1; set < 1 << servers; set++) {
      const members = this.machines.filter(({ id }) => id < servers && (set & (1 << id)) !== 0);
      if (members.length * 2 > servers && members.every((one) => one.isUp && members.every((other) => this.network.canReach(one.id, other.id)))) return true;
    }
    return false;
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
    this.released += 1;
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

  /** Servers only: a client that forgets what it asked would not be the same client. */
  outlivesException({ id }: Machine): boolean {
    return this.system.restartsAfterException === true && id < this.plan.servers;
  }

  restartLater({ id }: Machine): void {
    this.after(restartAfterExceptionUs, { kind: 'action', action: () => this.restart(id) });
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
      // One that is still starting, or threw while it did, has no state yet.
      if (machine.state !== null) this.system.digestState(this.digest, machine.state);
    }
    this.digest.number(this.nowUs);
    return this.digest.hex();
  }
}
