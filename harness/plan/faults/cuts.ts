/** Ways that are cut: partitions of any shape, single directions, isolated nodes, cuts that come and go. */
import * as v from 'valibot';
import type { FaultKind } from '../fault-kinds.ts';
import { node, nodes, span, spanOf, target, time, type FaultShape, type Spanned, type Target } from './shape.ts';

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

/** Nodes are cut off from all others, or from the other servers alone; or only hear nothing, or only are not heard. */
export interface Isolation extends Spanned {
  readonly kind: 'isolation';
  readonly nodes: Target;
  readonly direction: 'both' | 'inbound' | 'outbound';
  /** Clients still reach it: a leader that nobody follows any more goes on answering, if it may. */
  readonly among?: 'servers';
}

/** Nodes are cut off and back, over and over: off for `offUs`, then on for `onUs`. */
export interface Flapping extends Spanned {
  readonly kind: 'flapping';
  readonly nodes: Target;
  readonly offUs: number;
  readonly onUs: number;
}

/** Groups without common nodes are a partition; each overlapping with exactly two others, a ring; else a bridge. */
export function shapeOf({ groups }: Partition): FaultKind {
  const overlaps = groups.map((group, i) =>
    groups.filter((other, j) => j !== i && other.some((one) => group.includes(one))).length);
  if (overlaps.every((count) => count === 0)) return 'partition';
  return groups.length >= 3 && overlaps.every((count) => count === 2) ? 'ring' : 'bridge';
}

export const partition: FaultShape<Partition> = {
  schema: v.strictObject({ kind: v.literal('partition'), ...span, groups: v.array(nodes) }),
  span: spanOf,
  kinds: (fault) => [shapeOf(fault)],
  target: ({ groups }) => groups.flat(),
  strikesServersOnly: false,
  describe: ({ groups }, _struck, nameOf) => groups.map((group) => `{${group.map(nameOf).join(' ')}}`).join(' | '),
};

export const oneWayCut: FaultShape<Cut> = {
  schema: v.strictObject({ kind: v.literal('cut'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['cut'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to }, _struck, nameOf) => `${nameOf(from)} to ${nameOf(to)}`,
};

export const isolation: FaultShape<Isolation> = {
  schema: v.strictObject({
    kind: v.literal('isolation'),
    ...span,
    nodes: target,
    direction: v.picklist(['both', 'inbound', 'outbound'], 'expected "both", "inbound" or "outbound"'),
    among: v.exactOptional(v.literal('servers', 'expected "servers", or nothing')),
  }),
  span: spanOf,
  kinds: () => ['isolation'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ among, direction }, struck) =>
    `${struck.join(' ')}, ${direction}${among === undefined ? '' : ', from the other servers'}`,
};

export const flapping: FaultShape<Flapping> = {
  schema: v.strictObject({
    kind: v.literal('flapping'), ...span, nodes: target,
    offUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')),
    onUs: v.pipe(time, v.minValue(1000, 'expected at least 1000')),
  }),
  span: spanOf,
  kinds: () => ['flapping'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ offUs, onUs }, struck) => `${struck.join(' ')}, ${offUs / 1000} ms off, ${onUs / 1000} ms on`,
};
