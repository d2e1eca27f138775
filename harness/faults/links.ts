/** Ways that are slow, or stand still for a time: nothing is lost on them. */
import * as v from 'valibot';
import { node, nodes, span, spanOf, time, waysBetween, type Handler, type Spanned } from './handler.ts';

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

export const slowLink: Handler<SlowLink> = {
  schema: v.strictObject({ kind: v.literal('slowLink'), ...span, from: node, to: node, byUs: time }),
  span: spanOf,
  kinds: () => ['slowLink'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to, byUs }) => `${from} to ${to}, ${byUs / 1000} ms slower`,
  begin({ from, to, byUs }, _nodes, world) {
    world.links.slowDown(from, to, byUs, 'slowLink');
    return () => world.links.speedUp(from, to);
  },
};

export const clog: Handler<Clog> = {
  schema: v.strictObject({ kind: v.literal('clog'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['clog'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: false,
  describe: ({ from, to }) => `${from} to ${to}`,
  begin({ from, to }, _nodes, world) {
    world.links.clog(from, to, 'clog');
    return () => world.links.unclog(from, to);
  },
};

export const swizzle: Handler<Swizzle> = {
  schema: v.pipe(
    v.strictObject({ kind: v.literal('swizzle'), ...span, nodes, release: nodes, everyUs: time }),
    v.check((fault) => [...fault.nodes].sort((a, b) => a - b).join() === [...fault.release].sort((a, b) => a - b).join(), 'expected `release` to list the same nodes as `nodes`'),
  ),
  span: ({ fromUs, untilUs, release, everyUs }) => [fromUs, untilUs + everyUs * release.length],
  kinds: () => ['swizzle'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ release, everyUs }, struck) => `${struck.join(' ')}, ${everyUs / 1000} ms apart, then free in the order ${release.join(' ')}`,
  begin({ nodes: clogged, release, everyUs, untilUs }, _nodes, world) {
    const { links, machines } = world;
    const shut = new Set<number>();
    let isOver = false;
    const ways = (one: number) => waysBetween(machines.length, (from, to) => from === one || to === one);
    const close = (one: number): void => {
      if (isOver || shut.has(one)) return;
      shut.add(one);
      for (const [from, to] of ways(one)) links.clog(from, to, 'swizzle');
    };
    const open = (one: number): void => {
      if (!shut.delete(one)) return;
      for (const [from, to] of ways(one)) links.unclog(from, to);
    };
    clogged.forEach((one, i) => world.at(world.nowUs + i * everyUs, () => close(one)));
    release.forEach((one, i) => world.at(untilUs + i * everyUs, () => open(one)));
    return () => {
      isOver = true;
      for (const one of shut) open(one);
    };
  },
};
