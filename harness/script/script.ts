/**
 * Scripts: a test that goes step by step in virtual time, as generator functions. Several routines
 * run at once (client threads, a partitioner, the script itself); each goes on until it waits, and
 * what wakes it is an event of the world like any other, so a script is as repeatable as a plan.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { BreakableDisk, BreakableNode, BreakableWorld } from '../faults/breakable.ts';
import type { Plan } from '../plan/plan.ts';
import { RandomStreams, type RandomStream } from '../world/random.ts';
import type { SteerableNetwork } from '../world/network/rpc.ts';
import type { AnyNetwork } from '../world/network/network.ts';
import type { NodeCounts } from '../world/node-counts.ts';

/** What a routine yields: it goes on when the signal fires or the time is over, whichever is first. */
export interface Wait {
  readonly signal: Signal<unknown> | null;
  readonly forUs: number | null;
}

export type Routine<T = void> = Generator<Wait, T, void>;
export type Script = (stage: Stage) => Routine;

/** Something that happens once. */
export class Signal<T> {
  private fired: { readonly value: T } | null = null;
  private wakers: (() => void)[] = [];

  get isFired(): boolean {
    return this.fired !== null;
  }

  /** @throws TypeError when it has not fired yet */
  get value(): T {
    if (this.fired === null) throw new TypeError('the value of a signal that has not fired');
    return this.fired.value;
  }

  fire(value: T): void {
    if (this.fired !== null) return;
    this.fired = { value };
    for (const wake of this.wakers) wake();
    this.wakers = [];
  }

  whenFired(wake: () => void): void {
    if (this.fired === null) this.wakers.push(wake);
    else wake();
  }
}

export function* sleep(forUs: number): Routine {
  yield { signal: null, forUs };
}

/** Whether the signal fired within the time; without a time it waits for as long as it takes. */
export function* fires(signal: Signal<unknown>, withinUs: number | null = null): Routine<boolean> {
  if (!signal.isFired) yield { signal, forUs: withinUs };
  return signal.isFired;
}

export function* valueOf<T>(signal: Signal<T>): Routine<T> {
  yield* fires(signal);
  return signal.value;
}

/** The world as a script sees it: all that faults may do, and what its nodes hold and say. */
export interface ScriptedWorld extends BreakableWorld {
  readonly machines: readonly ScriptedNode[];
  readonly network: AnyNetwork;
  readonly counts: Readonly<NodeCounts>;
  request(node: NodeId, id: number, request: unknown): void;
  onReply: (node: NodeId, id: number, reply: unknown) => void;
}

export interface ScriptedNode extends BreakableNode {
  readonly isWriting: boolean;
  readonly disk: BreakableDisk & { readonly durable: unknown };
}

/** Where a script plays: the world, and what a script needs beside it. */
export class Stage {
  readonly world: ScriptedWorld;
  readonly plan: Plan;
  /** Operations that were answered, or agreed on, and checked. */
  checked = 0;
  private readonly streams: RandomStreams;
  private readonly asked = new Map<number, Signal<unknown>>();
  private readonly onNote: (what: string) => void;

  constructor(world: ScriptedWorld, plan: Plan, onNote: (what: string) => void) {
    this.world = world;
    this.plan = plan;
    this.onNote = onNote;
    this.streams = new RandomStreams(`${plan.seed}/script`);
    world.onReply = (_client, id, reply) => this.asked.get(id)?.fire(reply);
  }

  get nowUs(): number {
    return this.world.nowUs;
  }

  /** @throws TypeError when the plan has no flags for a script to change */
  get network(): SteerableNetwork {
    const { network } = this.world;
    if (!isSteerable(network)) throw new TypeError('this plan\'s network cannot be steered: it has no `lab` flags');
    return network;
  }

  /** A stream of random numbers of its own: the same name gives the same stream again. */
  random(name: string): RandomStream {
    return this.streams.stream(name);
  }

  /** For traces: what the script does to the world. */
  note(what: string): void {
    this.onNote(what);
  }

  /** Asks a node; the signal fires with its reply, which never comes from a node that is down. */
  ask(node: NodeId, request: unknown): Signal<unknown> {
    const signal = new Signal<unknown>();
    const id = this.asked.size;
    this.asked.set(id, signal);
    this.world.request(node, id, request);
    return signal;
  }

  /** Runs a routine beside the others; the signal fires with what it returns. */
  spawn<T>(routine: Routine<T>): Signal<T> {
    const done = new Signal<T>();
    this.advance(routine, done);
    return done;
  }

  private advance<T>(routine: Routine<T>, done: Signal<T>): void {
    const next = routine.next();
    if (next.done === true) return done.fire(next.value);
    const { signal, forUs } = next.value;
    let isWoken = false;
    const wake = (): void => {
      if (isWoken) return;
      isWoken = true;
      this.advance(routine, done);
    };
    // In its own turn: a reply is given in the middle of a step, whose state nobody may see yet.
    signal?.whenFired(() => this.world.at(this.nowUs, wake));
    if (forUs !== null) this.world.at(this.nowUs + forUs, wake);
  }
}

const isSteerable = (network: object): network is SteerableNetwork => 'rpcs' in network;
