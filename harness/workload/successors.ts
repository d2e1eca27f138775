/**
 * Clients that crash while an operation is open, and come back under another name: on another node, which numbers its
 * operations anew and knows nothing of its earlier self. What that one left open stays so to the end of the run, and
 * the same client may find that it took effect only as anybody does, by what it reads.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { ClientCrash, Plan, PlannedOperation } from '../plan/plan.ts';
import type { World } from '../world/world.ts';

/** Of a client, an operation that is begun, and who may end it. */
export interface Begun {
  readonly client: number;
  readonly operation: PlannedOperation;
  /** Whether the client still waits for it. */
  readonly isOpen: () => boolean;
  /** The client waits no more, and nobody will ever know what came of it. */
  readonly leaveOpen: () => void;
  readonly goOn: () => void;
}

export class Successors {
  private readonly plan: Plan;
  private readonly world: World;
  private readonly note: (what: string) => void;
  /** Of clients that have come back, the number under which each asks at present; and whose numbers those are. */
  private readonly names = new Map<number, number>();
  private readonly bearers = new Map<number, number>();
  /** Those that have come back, and asked for nothing since but what is for these alone. */
  private readonly hasJustFallen = new Set<number>();

  constructor(plan: Plan, world: World, note: (what: string) => void) {
    this.plan = plan;
    this.world = world;
    this.note = note;
  }

  /** Where a client of the plan asks at present. */
  nodeOf(client: number): NodeId {
    return this.plan.servers + this.nameOf(client);
  }

  /** The client of the plan that asks there. */
  clientAt(node: NodeId): number {
    const name = node - this.plan.servers;
    return this.bearers.get(name) ?? name;
  }

  private nameOf(client: number): number {
    return this.names.get(client) ?? client;
  }

  /** Whether there is any reason to ask for it: some operations are for those alone that have come back. */
  mayAsk(client: number, { again }: PlannedOperation): boolean {
    return again === undefined || this.hasJustFallen.has(client);
  }

  begins(begun: Begun): void {
    const { client, operation: { crash, again } } = begun;
    if (again === undefined) this.hasJustFallen.delete(client);
    if (crash !== undefined) this.world.at(this.world.nowUs + crash.afterUs, () => this.mayFall(begun, crash));
  }

  private mayFall({ client, isOpen, leaveOpen, goOn }: Begun, { as, downUs }: ClientCrash): void {
    const { accounts } = this.world;
    accounts.eligible('clientCrash');
    if (!isOpen()) return;
    accounts.fired('clientCrash');
    leaveOpen();
    const node = this.nodeOf(client);
    this.world.crash(node, 'now', 'clientCrash');
    this.world.machines[node]!.isGone = true;
    this.names.set(client, as);
    this.bearers.set(as, client);
    this.hasJustFallen.add(client);
    this.world.at(this.world.nowUs + downUs, () => {
      this.note(`c${node - this.plan.servers} comes back, as c${as}`);
      goOn();
    });
  }
}
