/** Ways that are slow, or stand still for a time: nothing is lost on them. */
import type { SlowLink, Clog, Swizzle } from '../plan/faults/links.ts';
import { waysBetween, type Begin } from './breakable.ts';

export const slowLink: Begin<SlowLink> = ({ from, to, byUs }, _nodes, world) => {
  world.links.slowDown(from, to, byUs, 'slowLink');
  return () => world.links.speedUp(from, to);
};

export const clog: Begin<Clog> = ({ from, to }, _nodes, world) => {
  world.links.clog(from, to, 'clog');
  return () => world.links.unclog(from, to);
};

export const swizzle: Begin<Swizzle> = ({ nodes: clogged, release, everyUs, untilUs }, _nodes, world) => {
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
};
