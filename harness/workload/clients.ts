/** Drives the clients: each invokes its operations in order, one or a window at a time, none before its time. */
import type { NodeId } from '../../core/protocol.ts';
import type { LoadKind, Plan } from '../plan/plan.ts';
import type { World } from '../world/world.ts';
import type { Pace } from './pace.ts';
import { Successors } from './successors.ts';

/** An operation that was begun. */
interface Open {
  readonly id: number;
  /** Counts the operations of its client, from 1. */
  readonly number: number;
  readonly beganUs: number;
  /** Its client has given up, and it is in flight all the same. */
  isGivenUp: boolean;
}

export class Clients {
  /** Operations answered so far. */
  completed = 0;
  private readonly plan: Plan;
  private readonly world: World;
  private readonly pace: Pace;
  /** When the plan's time began. */
  private readonly fromUs: number;
  /** For each client, the ids of its operations that are still to begin, the next one last. */
  private readonly waiting: number[][];
  /** Operations that nobody waits for: given up, or never to be begun. */
  private dismissed = 0;
  /** How many of a client's operations may be open, counted from the oldest one. */
  private readonly window: number;
  /** Of each client, those that are open, the oldest first; and how many it has begun. */
  private readonly open: Open[][];
  private readonly begun: number[];
  private readonly openOfLoad: Record<LoadKind, number> = { burst: 0, hotKeys: 0, largeValues: 0, endlessSessions: 0 };
  private mayBegin = true;
  private readonly successors: Successors;

  constructor(plan: Plan, world: World, pace: Pace, fromUs = 0, note: (what: string) => void = () => {}) {
    this.plan = plan;
    this.world = world;
    this.pace = pace;
    this.fromUs = fromUs;
    this.successors = new Successors(plan, world, note);
    this.waiting = Array.from({ length: plan.clients }, () => []);
    this.window = world.system.clientWindow?.(plan) ?? 1;
    this.open = Array.from({ length: plan.clients }, () => []);
    this.begun = new Array<number>(plan.clients).fill(0);
    for (let id = plan.operations.length - 1; id >= 0; id--) this.waiting[plan.operations[id]!.client]!.push(id);
    world.onReply = (node, id) => this.answered(this.successors.clientAt(node), id);
  }

  start(): void {
    for (let client = 0; client < this.plan.clients; client++) this.next(client);
  }

  get areDone(): boolean {
    return this.missing === 0;
  }

  /** Operations that still must be answered. */
  get missing(): number {
    return this.plan.operations.length - this.completed - this.dismissed;
  }

  /** What was begun is waited for, and nothing else. */
  beginNoMore(): void {
    this.mayBegin = false;
    for (const ids of this.waiting) {
      this.dismissed += ids.length;
      ids.length = 0;
    }
    // One that waited for its time was taken from its list already.
    for (const id of this.scheduled) if (id !== undefined) this.dismissed += 1;
    this.scheduled.length = 0;
  }

  /** Of each client, the operation that waits for its time. */
  private readonly scheduled: (number | undefined)[] = [];

  /** Counted from the oldest one that is open, so that who serves them need not keep more than a window's answers. */
  private hasRoom(client: number): boolean {
    const oldest = this.open[client]![0];
    return oldest === undefined || this.begun[client]! + 1 - oldest.number < this.window;
  }

  private next(client: number): void {
    if (this.scheduled[client] !== undefined || !this.hasRoom(client)) return;
    const id = this.waiting[client]!.at(-1);
    if (id === undefined) return;
    const operation = this.plan.operations[id]!;
    // What is for those alone that have come back waits until it is known whether they have.
    if (operation.again !== undefined && this.open[client]!.length > 0) return;
    this.waiting[client]!.pop();
    if (!this.successors.mayAsk(client, operation)) {
      this.dismissed += 1;
      return this.next(client);
    }
    this.scheduled[client] = id;
    this.world.at(this.fromUs + operation.atUs, () => this.begin(client, id));
  }

  private begin(client: number, id: number): void {
    // A client that has crashed since begins nothing.
    if (!this.mayBegin || this.scheduled[client] !== id) return;
    const operation = this.plan.operations[id]!;
    const { request, giveUpUs, load } = operation;
    const node: NodeId = this.successors.nodeOf(client);
    this.scheduled[client] = undefined;
    this.begun[client]! += 1;
    this.open[client]!.push({ id, number: this.begun[client]!, beganUs: this.world.nowUs, isGivenUp: false });
    this.pace.began(request);
    if (load !== undefined) this.beginLoad(load);
    if (giveUpUs !== undefined) this.world.at(this.world.nowUs + giveUpUs, () => this.giveUp(client, id));
    this.successors.begins({
      client, operation, isOpen: () => this.mayBegin && this.open[client]!.some((open) => open.id === id),
      leaveOpen: () => this.leaveOpen(client), goOn: () => this.next(client),
    });
    this.world.request(node, id, request);
    this.next(client);
  }

  /** An operation of a load matters when it meets another one of the same load that is not done yet. */
  private beginLoad(load: readonly LoadKind[]): void {
    for (const kind of load) {
      this.world.accounts.eligible(kind);
      this.world.accounts.fired(kind);
      if (this.openOfLoad[kind] > 0 && kind !== 'largeValues' && kind !== 'endlessSessions')
        this.world.accounts.mattered(kind);
      this.openOfLoad[kind] += 1;
    }
  }

  private endLoad(id: number, isDone: boolean): void {
    for (const kind of this.plan.operations[id]!.load ?? []) {
      this.openOfLoad[kind] -= 1;
      if (isDone && (kind === 'largeValues' || kind === 'endlessSessions')) this.world.accounts.mattered(kind);
    }
  }

  private answered(client: number, id: number): void {
    const one = this.open[client]!.find((open) => open.id === id);
    // The client had given up, and began nothing since: its process told all the same, and nobody listens.
    if (one === undefined) return;
    this.close(client, one);
    if (!one.isGivenUp) {
      this.completed += 1;
      this.pace.answered(this.plan.operations[id]!.request, one.beganUs, this.world.nowUs);
      this.endLoad(id, true);
    }
    this.next(client);
  }

  /** The client has crashed: none but it could be told what came of all that it has open. */
  private leaveOpen(client: number): void {
    for (const { id, isGivenUp } of this.open[client]!) {
      if (isGivenUp) continue;
      this.dismissed += 1;
      this.endLoad(id, false);
      this.pace.ended(this.plan.operations[id]!.request, this.world.nowUs);
      this.world.observer.gaveUp?.(id);
    }
    this.open[client] = [];
    // Who comes back asks for what waited for its time.
    const scheduled = this.scheduled[client];
    if (scheduled !== undefined) this.waiting[client]!.push(scheduled);
    this.scheduled[client] = undefined;
  }

  private close(client: number, one: Open): void {
    this.open[client]!.splice(this.open[client]!.indexOf(one), 1);
  }

  /**
   * The client goes on with its next operation, and will never know of this one. In a window it keeps its place: those
   * behind it are not done before it is.
   */
  private giveUp(client: number, id: number): void {
    const { accounts } = this.world;
    accounts.eligible('giveUp');
    const one = this.open[client]!.find((open) => open.id === id);
    if (one === undefined || !this.mayBegin) return;
    accounts.fired('giveUp');
    this.dismissed += 1;
    if (this.window === 1) this.close(client, one);
    else one.isGivenUp = true;
    this.endLoad(id, false);
    this.pace.ended(this.plan.operations[id]!.request, this.world.nowUs);
    if (this.waiting[client]!.length > 0) accounts.mattered('giveUp');
    this.world.observer.gaveUp?.(id);
    this.next(client);
  }
}
