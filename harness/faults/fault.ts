/**
 * Every fault as data, each with its healing. All times are absolute virtual times; whatever is
 * still broken when the storm ends is healed then.
 *
 * A new kind of fault is a new row here, a schema beside it, and its two halves in `nemesis.ts`.
 */
import * as v from 'valibot';

export type Fault = Partition | Cut | Isolation | Crash;

/**
 * Whom a fault strikes: servers by their ids, or whoever leads when its time has come. A fault that
 * is aimed at the leader and finds none waits for one, until its end.
 */
export type Target = readonly number[] | 'leader';

/**
 * Two nodes can talk when they share a group, or when one of them is in no group at all. Two groups
 * with one node in common make a bridge; groups that overlap in a chain make a ring.
 */
export interface Partition {
  readonly kind: 'partition';
  readonly fromUs: number;
  readonly untilUs: number;
  /** Node ids: servers from 0, then clients. */
  readonly groups: readonly (readonly number[])[];
}

/** One direction of one link is dead. */
export interface Cut {
  readonly kind: 'cut';
  readonly fromUs: number;
  readonly untilUs: number;
  readonly from: number;
  readonly to: number;
}

/** Nodes are cut off from all others, or only hear nothing, or only are not heard. */
export interface Isolation {
  readonly kind: 'isolation';
  readonly fromUs: number;
  readonly untilUs: number;
  readonly nodes: Target;
  readonly direction: 'both' | 'inbound' | 'outbound';
}

/** Servers lose everything but their disks, and start again later. */
export interface Crash {
  readonly kind: 'crash';
  readonly atUs: number;
  readonly restartUs: number;
  readonly nodes: Target;
  /**
   * `now`: between two events. The others wait for the node's next write after atUs: `writeLost`
   * crashes it before the write is durable, `writeKept` behind the write and before the sends that
   * follow it.
   */
  readonly moment: 'now' | 'writeLost' | 'writeKept';
}

const time = v.pipe(v.number('expected a time in microseconds'), v.integer('expected whole microseconds'), v.minValue(0, 'expected at least 0'));
const node = v.pipe(v.number('expected a node id'), v.integer('expected a node id'), v.minValue(0, 'expected at least 0'));

const target = v.union([v.literal('leader'), v.array(node)], 'expected node ids or "leader"');

export const faultSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('partition'), fromUs: time, untilUs: time, groups: v.array(v.array(node)) }),
  v.strictObject({ kind: v.literal('cut'), fromUs: time, untilUs: time, from: node, to: node }),
  v.strictObject({
    kind: v.literal('isolation'),
    fromUs: time,
    untilUs: time,
    nodes: target,
    direction: v.picklist(['both', 'inbound', 'outbound'], 'expected "both", "inbound" or "outbound"'),
  }),
  v.strictObject({
    kind: v.literal('crash'),
    atUs: time,
    restartUs: time,
    nodes: target,
    moment: v.picklist(['now', 'writeLost', 'writeKept'], 'expected "now", "writeLost" or "writeKept"'),
  }),
], 'expected a fault of kind "partition", "cut", "isolation" or "crash"');
