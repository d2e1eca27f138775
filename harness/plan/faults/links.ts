/** Ways that are slow, or stand still for a time: nothing is lost on them. */
import * as v from 'valibot';
import { node, nodes, span, spanOf, time, type FaultShape, type Spanned } from './shape.ts';

/** Every message from one node to another takes so much longer. */
export interface SlowLink extends Spanned {
  readonly kind: 'slowLink';
  readonly from: number;
  readonly to: number;
  readonly byUs: number;
}

/** What is sent from one node to another waits until the end. */
export interface Clog extends Spanned {
  readonly kind: 'clog';
  readonly from: number;
  readonly to: number;
}

/**
 * Nodes are clogged one after the other, `everyUs` apart, in the order listed, and unclogged one after
 * the other in the order of `release`, from `untilUs` on (FoundationDB's swizzle).
 */
export interface Swizzle extends Spanned {
  readonly kind: 'swizzle';
  readonly nodes: readonly number[];
  readonly release: readonly number[];
  readonly everyUs: number;
}

export const slowLink: FaultShape<SlowLink> = {
  schema: v.strictObject({ kind: v.literal('slowLink'), ...span, from: node, to: node, byUs: time }),
  span: spanOf,
  kinds: () => ['slowLink'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to, byUs }, _struck, nameOf) => `${nameOf(from)} to ${nameOf(to)}, ${byUs / 1000} ms slower`,
};

export const clog: FaultShape<Clog> = {
  schema: v.strictObject({ kind: v.literal('clog'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['clog'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to }, _struck, nameOf) => `${nameOf(from)} to ${nameOf(to)}`,
};

export const swizzle: FaultShape<Swizzle> = {
  schema: v.pipe(
    v.strictObject({ kind: v.literal('swizzle'), ...span, nodes, release: nodes, everyUs: time }),
    v.check(
      (fault) => [...fault.nodes].sort((a, b) => a - b).join() === [...fault.release].sort((a, b) => a - b).join(),
      'expected `release` to list the same nodes as `nodes`',
    ),
  ),
  span: ({ fromUs, untilUs, release, everyUs }) => [fromUs, untilUs + everyUs * release.length],
  kinds: () => ['swizzle'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ release, everyUs }, struck, nameOf) =>
    `${struck.join(' ')}, ${everyUs / 1000} ms apart, then free in the order ${release.map(nameOf).join(' ')}`,
};
