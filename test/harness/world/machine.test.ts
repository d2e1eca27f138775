/** A node of the world, looked at from outside while it works. */
import { expect, test } from 'vitest';
import { World } from '../../../harness/world/world.ts';
import { greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';
import type { AnyProcess } from '../../../harness/system.ts';

/** Counts pings, and writes the count. */
const keeper: AnyProcess = {
  ...greedy,
  boot: (durable) => ({ state: { kept: durable }, effects: [] }),
  step: (state, event) =>
    event.kind === 'message'
      ? { state: { kept: (state as { kept: number }).kept + 1 }, effects: [{ kind: 'persist', writes: [1] }] }
      : { state, effects: [] },
};

test('a step takes effect when its last write is durable, and not before', () => {
  const world = new World(toy([pinger(), keeper]), toyPlan({ disk: { writeUs: { min: 4 * ms, max: 4 * ms } } }), null);
  world.boot(0);
  world.boot(1);
  const node = world.machines[1]!;
  const seen = [10, 11, 14, 15, 16].map((atMs) => {
    world.runUntil(atMs * ms);
    return [atMs, (node.state as { kept: number }).kept, node.disk.durable, node.isWriting];
  });
  expect(seen).toEqual([[10, 0, 0, false], [11, 0, 0, true], [14, 0, 0, true], [15, 1, 1, false], [16, 1, 1, false]]);
});

test('a node that is down has no state, and hears nothing', () => {
  const world = new World(toy([pinger(), keeper]), toyPlan(), null);
  world.boot(0);
  world.boot(1);
  world.runUntil(12 * ms);
  world.crash(1, 'now');
  world.runUntil(32 * ms);
  expect([world.machines[1]!.isUp, world.machines[1]!.state, world.machines[1]!.disk.durable]).toEqual([
    false, null, 1,
  ]);
  world.restart(1);
  world.restart(1);
  expect([world.machines[1]!.isUp, world.machines[1]!.state, world.counts]).toEqual([
    true, { kept: 1 }, { crashes: 1, crashesWriteLost: 0, crashesWriteKept: 0, restarts: 1, refusals: 0 },
  ]);
});
