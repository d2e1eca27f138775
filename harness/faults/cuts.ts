/** Ways that are cut: partitions of any shape, single directions, isolated nodes, cuts that come and go. */
import * as v from 'valibot';
import type { NodeId } from '../../core/protocol.ts';
import type { World } from '../world.ts';
import type { FaultKind } from './accounts.ts';
import { node, nodes, span, spanOf, target, time, waysBetween, type Handler, type Heal, type Spanned, type Target, type Way } from './handler.ts';

/**
 * Two nodes can talk when they share a group, or when one of them is in no group at all. Two groups
 * with one node in common make a bridge; groups that overlap in a circle make a ring.
 */
export interface Partition extends Spanned {
  readonly kind: 'partition';
  /** Node ids: servers from 0, then clients. */
  readonly groups: readonly (readonly number[])[];
}

/** One direction of one link is dead. */
export interface Cut extends Spanned {
  readonly kind: 'cut';
  readonly from: number;
  readonly to: number;
}

/** Nodes are cut off from all others, or only hear nothing, or only are not heard. */
export interface Isolation extends Spanned {
  readonly kind: 'isolation';
  readonly nodes: Target;
  readonly direction: 'both' | 'inbound' | 'outbound';
}

/** Nodes are cut off and back, over and over: off for `offUs`, then on for `onUs`. */
export interface Flapping extends Spanned {
  readonly kind: 'flapping';
  readonly nodes: Target;
  readonly offUs: number;
  readonly onUs: number;
}

/** Which faults cut each way now, so that a lost message is laid at the right door. */
const cutters = new WeakMap<World, Map<string, FaultKind[]>>();

function cut(world: World, ways: readonly Way[], kind: FaultKind): Heal {
  let byWay = cutters.get(world);
  if (byWay === undefined) {
    cutters.set(world, byWay = new Map());
    const known = byWay;
    world.lostToCut = (from, to) => {
      for (const cutter of known.get(`${from} ${to}`) ?? []) world.accounts.mattered(cutter);
    };
  }
  const known = byWay;
  if (ways.length > 0) world.accounts.fired(kind);
  for (const [from, to] of ways) {
    world.network.cut(from, to);
    const key = `${from} ${to}`;
    known.set(key, [...(known.get(key) ?? []), kind]);
  }
  return () => {
    for (const [from, to] of ways) {
      world.network.mend(from, to);
      const key = `${from} ${to}`;
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

/** Groups without common nodes are a partition; each overlapping with exactly two others, a ring; else a bridge. */
function shapeOf({ groups }: Partition): FaultKind {
  const overlaps = groups.map((group, i) =>
    groups.filter((other, j) => j !== i && other.some((one) => group.includes(one))).length);
  if (overlaps.every((count) => count === 0)) return 'partition';
  return groups.length >= 3 && overlaps.every((count) => count === 2) ? 'ring' : 'bridge';
}

export const partition: Handler<Partition> = {
  schema: v.strictObject({ kind: v.literal('partition'), ...span, groups: v.array(nodes) }),
  span: spanOf,
  kinds: (fault) => [shapeOf(fault)],
  target: ({ groups }) => groups.flat(),
  strikesServersOnly: false,
  describe: ({ groups }) => groups.map((group) => `{${group.join(' ')}}`).join(' | '),
  begin: (fault, _nodes, world) => cut(world, waysBetween(world.machines.length, acrossGroups(fault)), shapeOf(fault)),
};

export const oneWayCut: Handler<Cut> = {
  schema: v.strictObject({ kind: v.literal('cut'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['cut'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to }) => `${from} to ${to}`,
  begin: ({ from, to }, _nodes, world) => cut(world, [[from, to]], 'cut'),
};

export const isolation: Handler<Isolation> = {
  schema: v.strictObject({
    kind: v.literal('isolation'),
    ...span,
    nodes: target,
    direction: v.picklist(['both', 'inbound', 'outbound'], 'expected "both", "inbound" or "outbound"'),
  }),
  span: spanOf,
  kinds: () => ['isolation'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ direction }, struck) => `${struck.join(' ')}, ${direction}`,
  begin({ direction }, struck, world) {
    const [takesOut, takesIn] = [direction !== 'inbound', direction !== 'outbound'];
    return cut(world, waysBetween(world.machines.length, (from, to) =>
      (takesOut && struck.includes(from)) || (takesIn && struck.includes(to))), 'isolation');
  },
};

export const flapping: Handler<Flapping> = {
  schema: v.strictObject({ kind: v.literal('flapping'), ...span, nodes: target, offUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')), onUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')) }),
  span: spanOf,
  kinds: () => ['flapping'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ offUs, onUs }, struck) => `${struck.join(' ')}, ${offUs / 1000} ms off, ${onUs / 1000} ms on`,
  begin({ offUs, onUs }, struck, world) {
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
  },
};
