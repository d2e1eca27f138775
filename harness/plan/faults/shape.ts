/** What every kind of fault says of itself as data: its schema, its time, its accounts, its words. */
import * as v from 'valibot';
import type { NodeId } from '../../../core/protocol.ts';
import type { FaultKind } from '../fault-kinds.ts';

/**
 * Whom a fault strikes: nodes by their ids, or whoever leads when its time has come. A fault that
 * is aimed at the leader and finds none waits for one, until its end.
 */
export type Target = readonly number[] | 'leader';

export interface FaultShape<F> {
  readonly schema: v.GenericSchema;
  /** When it begins and when it is over, in virtual time. */
  span(fault: F): readonly [fromUs: number, untilUs: number];
  /** Under which kinds it is accounted for. */
  kinds(fault: F): readonly FaultKind[];
  target(fault: F): Target;
  /** Only servers crash, have disks, and write snapshots. */
  readonly strikesServersOnly: boolean;
  /** In a reader's words: `struck` names whom it strikes, `nameOf` names the nodes in its own fields. */
  describe(fault: F, struck: readonly string[], nameOf: (node: NodeId) => string): string;
}

export const time = v.pipe(
  v.number('expected a time in microseconds'), v.integer('expected whole microseconds'),
  v.minValue(0, 'expected at least 0'), v.maxValue(3_600_000_000, 'expected at most an hour'),
);
export const node = v.pipe(
  v.number('expected a node id'), v.integer('expected a node id'), v.minValue(0, 'expected at least 0'),
);
export const nodes = v.array(node);
export const target = v.union([v.literal('leader'), nodes], 'expected node ids or "leader"');
export const span = { fromUs: time, untilUs: time };

/** What most faults have. */
export interface Spanned {
  readonly fromUs: number;
  readonly untilUs: number;
}

export const spanOf = ({ fromUs, untilUs }: Spanned): readonly [number, number] => [fromUs, untilUs];
