/** Drives the clients: each invokes its operations in order, one at a time, none before its time. */
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan.ts';
import type { World } from '../world.ts';

export class Clients {
  /** Operations answered so far. */
  completed = 0;
  private readonly plan: Plan;
  private readonly world: World;
  /** For each client, the ids of its operations that are still to begin, the next one last. */
  private readonly waiting: number[][];

  constructor(plan: Plan, world: World) {
    this.plan = plan;
    this.world = world;
    this.waiting = Array.from({ length: plan.clients }, () => []);
    for (let id = plan.operations.length - 1; id >= 0; id--) this.waiting[plan.operations[id]!.client]!.push(id);
    world.onReply = (client) => {
      this.completed += 1;
      this.next(client - plan.servers);
    };
  }

  start(): void {
    for (let client = 0; client < this.plan.clients; client++) this.next(client);
  }

  get areDone(): boolean {
    return this.completed === this.plan.operations.length;
  }

  private next(client: number): void {
    const id = this.waiting[client]!.pop();
    if (id === undefined) return;
    const { atUs, request } = this.plan.operations[id]!;
    const node: NodeId = this.plan.servers + client;
    this.world.at(atUs, () => this.world.request(node, id, request));
  }
}
