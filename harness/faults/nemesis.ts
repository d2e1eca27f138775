/** Carries out the faults of a plan, and undoes whatever is still broken when the storm ends. */
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan.ts';
import type { World } from '../world.ts';
import type { Crash, Cut, Fault, Partition } from './fault.ts';

/** One direction of a link. */
type Way = readonly [from: NodeId, to: NodeId];

export interface Nemesis {
  /** Ends every fault at once: all ways open, all nodes up. */
  heal(): void;
}

export function unleash(plan: Plan, world: World, onFault: (what: string) => void): Nemesis {
  const size = world.machines.length;
  /** The ways that faults cut at present, a list for each fault that is on. */
  const active = new Map<Fault, readonly Way[]>();

  const begin = (fault: Partition | Cut): void => {
    const ways = fault.kind === 'cut' ? [[fault.from, fault.to] as const] : waysAcross(fault, size);
    for (const [from, to] of ways) world.network.cut(from, to);
    active.set(fault, ways);
    onFault(`${fault.kind} begins: ${describeFault(fault)}`);
  };
  const end = (fault: Fault): void => {
    const ways = active.get(fault);
    if (ways === undefined) return;
    for (const [from, to] of ways) world.network.mend(from, to);
    active.delete(fault);
    onFault(`${fault.kind} ends`);
  };
  const strike = (fault: Crash): void => {
    onFault(`crash: ${describeFault(fault)}`);
    for (const node of fault.nodes) world.crash(node, fault.moment);
  };

  for (const fault of plan.faults) {
    if (fault.kind === 'crash') {
      world.at(fault.atUs, () => strike(fault));
      world.at(Math.min(fault.restartUs, plan.stormUs), () => fault.nodes.forEach((node) => world.restart(node)));
    } else {
      world.at(fault.fromUs, () => begin(fault));
      world.at(fault.untilUs, () => end(fault));
    }
  }
  return {
    heal: () => {
      for (const fault of active.keys()) end(fault);
      for (let node = 0; node < size; node++) world.restart(node);
    },
  };
}

/** Both directions of every link between nodes that share no group, of those that are in one. */
function waysAcross({ groups }: Partition, size: number): readonly Way[] {
  const isListed = (node: NodeId): boolean => groups.some((group) => group.includes(node));
  const share = (a: NodeId, b: NodeId): boolean => groups.some((group) => group.includes(a) && group.includes(b));
  const ways: Way[] = [];
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (from !== to && isListed(from) && isListed(to) && !share(from, to)) ways.push([from, to]);
    }
  }
  return ways;
}

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'partition':
      return fault.groups.map((group) => `{${group.join(' ')}}`).join(' | ');
    case 'cut':
      return `${fault.from} to ${fault.to}`;
    case 'crash':
      return `${fault.nodes.join(' ')}, ${fault.moment}`;
  }
}
