/** Drives the clients: each invokes its operations in order, one at a time, none before its time. */
import type { NodeId } from '../../core/protocol.ts';
import type { LoadKind, Plan } from '../plan/plan.ts';
import type { World } from '../world/world.ts';
import type { Pace } from './pace.ts';
import { Successors } from './successors.ts';

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
  /** Of each client, the operation that it waits for. */
  private readonly open: (number | null)[];
  /** Of each client, when it began that. */
  private readonly beganUs: number[] = [];
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
    this.open = new Array<number | null>(plan.clients).fill(null);
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

  private next(client: number): void {
    const id = this.waiting[client]!.pop();
    if (id === undefined) return;
    if (!this.successors.mayAsk(client, this.plan.operations[id]!)) {
      this.dismissed += 1;
      return this.next(client);
    }
    this.scheduled[client] = id;
    this.world.at(this.fromUs + this.plan.operations[id]!.atUs, () => this.begin(client, id));
  }

  private begin(client: number, id: number): void {
    if (!this.mayBegin) return;
    const operation = this.plan.operations[id]!;
    const { request, giveUpUs, load } = operation;
    const node: NodeId = this.successors.nodeOf(client);
    this.scheduled[client] = undefined;
    this.open[client] = id;
    this.beganUs[client] = this.world.nowUs;
    this.pace.began(request);
    if (load !== undefined) this.beginLoad(load);
    if (giveUpUs !== undefined) this.world.at(this.world.nowUs + giveUpUs, () => this.giveUp(client, id));
    this.successors.begins({
      client, operation, isOpen: () => this.mayBegin && this.open[client] === id,
      leaveOpen: () => this.leaveOpen(client, id), goOn: () => this.next(client),
    });
    this.world.request(node, id, request);
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
    const isAwaited = this.open[client] === id;
    // The client had given up, and began nothing since: its process told all the same, and nobody listens.
    if (!isAwaited) return;
    this.completed += 1;
    this.pace.answered(this.plan.operations[id]!.request, this.beganUs[client]!, this.world.nowUs);
    this.open[client] = null;
    this.endLoad(id, true);
    this.next(client);
  }

  /** The client has crashed: none but it could be told what came of the operation. */
  private leaveOpen(client: number, id: number): void {
    this.dismissed += 1;
    this.open[client] = null;
    this.endLoad(id, false);
    this.pace.ended(this.plan.operations[id]!.request, this.world.nowUs);
    this.world.observer.gaveUp?.(id);
  }

  /** The client goes on with its next operation, and will never know of this one. */
  private giveUp(client: number, id: number): void {
    const { accounts } = this.world;
    accounts.eligible('giveUp');
    if (this.open[client] !== id || !this.mayBegin) return;
    accounts.fired('giveUp');
    this.dismissed += 1;
    this.open[client] = null;
    this.endLoad(id, false);
    this.pace.ended(this.plan.operations[id]!.request, this.world.nowUs);
    if (this.waiting[client]!.length > 0) accounts.mattered('giveUp');
    this.world.observer.gaveUp?.(id);
    this.next(client);
  }
}
