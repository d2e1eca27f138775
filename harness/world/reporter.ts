/** Where a run is told: to the digest, to the observer, and to the trace when there is one. */
import type { NodeId } from '../../core/protocol.ts';
import { Violated, type KeptStep, type Observer } from '../../checkers/checker.ts';
import { hold } from '../../checkers/property.ts';
import { noException, protocolContract, startsFromUndamagedDisk } from '../../checkers/run-properties.ts';
import { Digest } from '../digest.ts';
import { SystemError, type AnyEffect, type AnyEvent, type System } from '../system.ts';
import { ContractError } from './contract.ts';
import type { CrashMoment } from './crash-moment.ts';
import type { NodeCounts } from './node-counts.ts';
import type { TraceSink } from './trace.ts';

/** A node as it is told of at the end; its state is null while it is starting. */
interface LastSeen {
  readonly isUp: boolean;
  readonly state: unknown;
}

export class Reporter {
  readonly counts: NodeCounts = { crashes: 0, crashesWriteLost: 0, crashesWriteKept: 0, restarts: 0, refusals: 0 };
  /** Steps of nodes so far: the number by which a report names a moment. */
  steps = 0;
  private lastNode: NodeId | null = null;
  private readonly digest = new Digest();
  private readonly system: System;
  private readonly observer: Observer;
  private readonly trace: TraceSink | null;
  private readonly nameOf: (node: NodeId) => string;

  constructor(system: System, observer: Observer, trace: TraceSink | null, nameOf: (node: NodeId) => string) {
    this.nameOf = nameOf;
    this.system = system;
    this.observer = observer;
    this.trace = trace;
  }

  invoked(nowUs: number, client: NodeId, id: number, request: unknown): void {
    this.trace?.invoked?.(id, nowUs, client, request);
    this.observer.invoked(id, client, request);
  }

  returned(nowUs: number, client: NodeId, id: number, reply: unknown): void {
    this.digest.number(client);
    this.digest.number(id);
    this.digest.value(reply);
    this.trace?.returned?.(id, nowUs, client, reply);
    this.observer.returned(id, client, reply);
  }

  sent(to: NodeId, message: unknown): void {
    this.digest.number(to);
    this.system.digestMessage(this.digest, message);
  }

  /** `event` is null for a boot, from what the disk held: `durable`. */
  stepped(
    nowUs: number, node: NodeId, before: unknown, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[],
    durable: unknown,
  ): void {
    this.steps += 1;
    this.lastNode = node;
    this.digest.number(nowUs);
    this.digest.number(node);
    this.trace?.step(this.steps, nowUs, node, event, before, after, effects);
    if (event === null) this.observer.booted(node, after, durable);
    else this.observer.stepped(node, before, after, event, effects);
  }

  /** Only the observer is told: to all others the step is taken when it takes effect. */
  wentAhead(
    node: NodeId, after: unknown, event: AnyEvent | null, effects: readonly AnyEffect[], left: readonly AnyEffect[],
  ): void {
    this.observer.wentAhead?.(node, after, event, effects, left);
  }

  /** The observer is told by `lost`, when the network knows of it. */
  crashed(nowUs: number, node: NodeId, moment: CrashMoment): void {
    this.counts.crashes += 1;
    if (moment === 'writeLost') this.counts.crashesWriteLost += 1;
    if (moment === 'writeKept') this.counts.crashesWriteKept += 1;
    this.digest.number(-1 - node);
    this.trace?.crash(this.steps, nowUs, node, moment);
  }

  /** To an observer the step said all that it had to say, as if the network had lost the rest. */
  fellInSends(nowUs: number, node: NodeId, left: number, all: number): void {
    this.trace?.fault(this.steps, nowUs, `${this.nameOf(node)} crashes while it sends: ${left} of ${all} had left`);
  }

  /** To an observer it is down all the time. */
  fellInRecovery(nowUs: number, node: NodeId): void {
    this.counts.crashes += 1;
    this.digest.number(-1 - node);
    this.trace?.fault(this.steps, nowUs, `${this.nameOf(node)} crashes in its recovery`);
  }

  lost(node: NodeId, moment: CrashMoment, kept: KeptStep | null): void {
    this.observer.crashed(node, moment === 'now' ? 'no' : moment, kept);
  }

  /** A node that is down has a new disk, and nothing of what it held. */
  diskReplaced(nowUs: number, node: NodeId, durable: unknown): void {
    this.digest.number(-1 - node);
    this.trace?.fault(this.steps, nowUs, `${this.nameOf(node)} gets a new, empty disk`);
    this.observer.diskReplaced?.(node, durable);
  }

  restarted(): void {
    this.counts.restarts += 1;
  }

  /**
   * A node found damage on its disk that it must not work with.
   * @throws Violated when nobody had damaged it: then it has no reason to
   */
  refused(nowUs: number, node: NodeId, isDamaged: boolean, file: string, reason: string): void {
    hold(startsFromUndamagedDisk, { node, isDamaged, refusal: { file, reason } });
    this.counts.refusals += 1;
    this.digest.number(-1 - node);
    this.digest.string(file);
    this.trace?.fault(this.steps, nowUs, `n${node} refuses to start: ${file}: ${reason}`);
    this.observer.refused?.(node, file);
  }

  /**
   * @throws Violated, or SystemError as it is: an exception inside a reducer is the protocol's fault, not the harness's
   */
  threw(nowUs: number, node: NodeId, error: unknown, event: AnyEvent | null): never {
    // What cannot be run at all has not been run.
    if (error instanceof SystemError) throw error;
    this.steps += 1;
    this.trace?.threw?.(this.steps, nowUs, node, event, error);
    if (error instanceof ContractError) {
      const where = `${this.nameOf(node)} at step ${this.steps}, ${this.occasion(event)}`;
      throw new Violated(protocolContract.name, protocolContract.check({ where, broken: error.message })!);
    }
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Violated(noException.name, noException.check({ node, thrown: detail })!);
  }

  /** @throws Violated: what a node sends must be something that its system can send */
  cannotSend(from: NodeId, to: NodeId, { message }: ContractError): never {
    const where = `${this.nameOf(from)} behind step ${this.steps}, on sending to ${this.nameOf(to)}`;
    throw new Violated(protocolContract.name, protocolContract.check({ where, broken: message })!);
  }

  /** For a person, such as "step 12 of n1". */
  lastStep(): string {
    return this.lastNode === null ? 'none' : `step ${this.steps} of ${this.nameOf(this.lastNode)}`;
  }

  /** What a node was given, for a person. */
  private occasion(event: AnyEvent | null): string {
    switch (event?.kind) {
      case undefined:
        return 'on its start';
      case 'message':
        return `on a message from ${this.nameOf(event.from)}`;
      case 'timer':
        return `on timer ${event.timer}`;
      case 'request':
        return `on operation ${event.id}`;
      case 'unreachable':
        return `on hearing that ${this.nameOf(event.node)} is unreachable`;
    }
  }

  /** The whole run in 16 digits: every step, message and reply, and the states at the end. */
  finalDigest(nowUs: number, nodes: readonly LastSeen[]): string {
    for (const { isUp, state } of nodes) {
      this.digest.number(isUp ? 1 : 0);
      // One that is still starting, or threw while it did, has no state yet.
      if (state !== null) this.system.digestState(this.digest, state);
    }
    this.digest.number(nowUs);
    return this.digest.hex();
  }
}
