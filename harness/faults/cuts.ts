/** Ways that are cut: partitions of any shape, single directions, isolated nodes, cuts that come and go. */
import type { NodeId } from '../../core/protocol.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import { shapeOf, type Partition, type Cut, type Isolation, type Flapping } from '../plan/faults/cuts.ts';
import { waysBetween, type Begin, type BreakableWorld, type Heal, type Way } from './breakable.ts';

const none: readonly never[] = [];

/**
 * Which faults cut each way now, by sender and receiver in one number, so that a lost message is laid at the right
 * door.
 */
const cutters = new WeakMap<BreakableWorld, Map<number, FaultKind[]>>();

function cut(world: BreakableWorld, ways: readonly Way[], kind: FaultKind): Heal {
  const { length: size } = world.machines;
  let byWay = cutters.get(world);
  if (byWay === undefined) {
    cutters.set(world, byWay = new Map());
    const known = byWay;
    world.lostToCut = (from, to) => {
      for (const cutter of known.get(from * size + to) ?? none) world.accounts.mattered(cutter);
    };
  }
  const known = byWay;
  if (ways.length > 0) world.accounts.fired(kind);
  for (const [from, to] of ways) {
    world.network.cut(from, to);
    const key = from * size + to;
    known.set(key, [...(known.get(key) ?? []), kind]);
  }
  return () => {
    for (const [from, to] of ways) {
      world.network.mend(from, to);
      const key = from * size + to;
      const left = known.get(key)!.slice();
      left.splice(left.indexOf(kind), 1);
      known.set(key, left);
    }
  };
}

/** Nodes that share no group, of those that are in one. */
function acrossGroups({ groups }: Partition): (from: NodeId, to: NodeId) => boolean {
  const isListed = (one: NodeId): boolean => groups.some((group) => group.includes(one));
  const share = (a: NodeId, b: NodeId): boolean => groups.some((group) => group.includes(a) && group.includes(b));
  return (from, to) => isListed(from) && isListed(to) && !share(from, to);
}

export const partition: Begin<Partition> = (fault, _nodes, world) =>
  cut(world, waysBetween(world.machines.length, acrossGroups(fault)), shapeOf(fault));

export const oneWayCut: Begin<Cut> = ({ from, to }, _nodes, world) => cut(world, [[from, to]], 'cut');

export const isolation: Begin<Isolation> = ({ among, direction }, struck, world) => {
  const size = among === 'servers' ? world.servers : world.machines.length;
  const [takesOut, takesIn] = [direction !== 'inbound', direction !== 'outbound'];
  return cut(world, waysBetween(size, (from, to) =>
    (takesOut && struck.includes(from)) || (takesIn && struck.includes(to))), 'isolation');
};

export const flapping: Begin<Flapping> = ({ offUs, onUs }, struck, world) => {
  const ways = waysBetween(world.machines.length, (from, to) => struck.includes(from) || struck.includes(to));
  let mend: Heal | null = null;
  let isOver = false;
  const turn = (): void => {
    if (isOver) return;
    const wasOff = mend !== null;
    mend?.();
    mend = wasOff ? null : cut(world, ways, 'flapping');
    world.at(world.nowUs + (wasOff ? onUs : offUs), turn);
  };
  turn();
  return () => {
    isOver = true;
    mend?.();
  };
};
