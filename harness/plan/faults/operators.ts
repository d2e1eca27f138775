/** What an operator asks of the servers, and does to them, while all the rest goes on. */
import * as v from 'valibot';
import { nodes, span, spanOf, target, time, type FaultShape, type Spanned, type Target } from './shape.ts';

/** Whoever leads is asked to hand its leadership over to the server that stands `by` behind it in their order. */
export interface HandOver extends Spanned {
  readonly kind: 'handOver';
  readonly nodes: Target;
  readonly by: number;
}

/**
 * Each of the servers, as soon as it has been taken out for good, gets a new disk with nothing on it: what it held and
 * promised is lost, and it may come in again. One that is up is down for `downUs`.
 */
export interface ReplacedDisk extends Spanned {
  readonly kind: 'replacedDisk';
  readonly nodes: readonly number[];
  readonly downUs: number;
}

const places = v.pipe(
  v.number('expected a number of places'), v.integer('expected a whole number'), v.minValue(1, 'expected at least 1'),
  v.maxValue(6, 'expected at most 6'),
);

const ordinals = ['next', 'second', 'third', 'fourth', 'fifth', 'sixth'];

export const handOver: FaultShape<HandOver> = {
  schema: v.strictObject({ kind: v.literal('handOver'), ...span, nodes: target, by: places }),
  span: spanOf,
  kinds: () => ['handOver'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ by }, struck) => `${struck.join(' ')}, to the ${ordinals[by - 1]} server behind it`,
};

export const replacedDisk: FaultShape<ReplacedDisk> = {
  schema: v.strictObject({ kind: v.literal('replacedDisk'), ...span, nodes, downUs: time }),
  span: spanOf,
  kinds: () => ['replacedDisk'],
  target: (fault) => fault.nodes,
  strikesServersOnly: true,
  describe: ({ downUs }, struck) => `${struck.join(' ')}, when taken out, ${downUs / 1000} ms down`,
};
