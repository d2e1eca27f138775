/** Carries out the faults of a plan, and undoes whatever is still broken when the storm ends. */
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan.ts';
import type { World } from '../world.ts';
import type { Crash, Cut, Fault, Isolation, Partition, Target } from './fault.ts';

/** One direction of a link. */
type Way = readonly [from: NodeId, to: NodeId];

/** How long a fault that is aimed at the leader waits before it looks for one again. */
const aimAgainUs = 2000;

export class Nemesis {
  private readonly plan: Plan;
  private readonly world: World;
  private readonly onFault: (what: string) => void;
  /** The ways that each fault cuts at present. */
  private readonly cutBy = new Map<Fault, readonly Way[]>();
  private isOver = false;

  constructor(plan: Plan, world: World, onFault: (what: string) => void) {
    this.plan = plan;
    this.world = world;
    this.onFault = onFault;
  }

  /** Schedules every fault of the plan. */
  unleash(): void {
    for (const fault of this.plan.faults) {
      if (fault.kind === 'crash') this.world.at(fault.atUs, () => this.crash(fault));
      else this.world.at(fault.fromUs, () => this.cut(fault));
    }
  }

  /** Ends every fault at once: all ways open, all nodes up. */
  heal(): void {
    this.isOver = true;
    for (const fault of this.cutBy.keys()) this.mend(fault);
    for (let node = 0; node < this.world.machines.length; node++) this.world.restart(node);
  }

  private cut(fault: Partition | Cut | Isolation): void {
    this.aim(fault.kind === 'isolation' ? fault.nodes : [], fault.untilUs, (nodes) => {
      const ways = this.waysOf(fault, nodes);
      for (const [from, to] of ways) this.world.network.cut(from, to);
      this.cutBy.set(fault, ways);
      this.onFault(`${fault.kind} begins: ${describeFault(fault, nodes)}`);
      this.world.at(fault.untilUs, () => this.mend(fault));
    });
  }

  private mend(fault: Fault): void {
    const ways = this.cutBy.get(fault);
    if (ways === undefined) return;
    for (const [from, to] of ways) this.world.network.mend(from, to);
    this.cutBy.delete(fault);
    this.onFault(`${fault.kind} ends`);
  }

  private crash(fault: Crash): void {
    this.aim(fault.nodes, fault.restartUs, (nodes) => {
      this.onFault(`crash: ${describeFault(fault, nodes)}`);
      for (const node of nodes) this.world.crash(node, fault.moment);
      this.world.at(fault.restartUs, () => nodes.forEach((node) => this.world.restart(node)));
    });
  }

  /** Calls `strike` with the nodes that are meant, at once or as soon as there is a leader. */
  private aim(target: Target, untilUs: number, strike: (nodes: readonly NodeId[]) => void): void {
    if (this.isOver || this.world.nowUs > untilUs) return;
    const nodes = target === 'leader' ? this.theLeader() : target;
    if (nodes !== null) strike(nodes);
    else this.world.at(this.world.nowUs + aimAgainUs, () => this.aim(target, untilUs, strike));
  }

  private theLeader(): readonly NodeId[] | null {
    const leader = this.world.leader();
    return leader === null ? null : [leader];
  }

  private waysOf(fault: Partition | Cut | Isolation, nodes: readonly NodeId[]): readonly Way[] {
    const size = this.world.machines.length;
    switch (fault.kind) {
      case 'cut':
        return [[fault.from, fault.to]];
      case 'partition':
        return waysBetween(size, acrossGroups(fault));
      case 'isolation': {
        const [takesOut, takesIn] = [fault.direction !== 'inbound', fault.direction !== 'outbound'];
        return waysBetween(size, (from, to) => (takesOut && nodes.includes(from)) || (takesIn && nodes.includes(to)));
      }
    }
  }
}

function waysBetween(size: number, isCut: (from: NodeId, to: NodeId) => boolean): readonly Way[] {
  const ways: Way[] = [];
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) if (from !== to && isCut(from, to)) ways.push([from, to]);
  }
  return ways;
}

/** Nodes that share no group, of those that are in one. */
function acrossGroups({ groups }: Partition): (from: NodeId, to: NodeId) => boolean {
  const isListed = (node: NodeId): boolean => groups.some((group) => group.includes(node));
  const share = (a: NodeId, b: NodeId): boolean => groups.some((group) => group.includes(a) && group.includes(b));
  return (from, to) => isListed(from) && isListed(to) && !share(from, to);
}

/** `nodes`: whom it struck, where it was aimed at a role. */
function describeFault(fault: Fault, nodes: readonly NodeId[]): string {
  switch (fault.kind) {
    case 'partition':
      return fault.groups.map((group) => `{${group.join(' ')}}`).join(' | ');
    case 'cut':
      return `${fault.from} to ${fault.to}`;
    case 'isolation':
      return `${nodes.join(' ')}, ${fault.direction}`;
    case 'crash':
      return `${nodes.join(' ')}, ${fault.moment}`;
  }
}
