/** A round's own time: what is asked for a moment of it comes at that moment of the run. */
import { expect, test } from 'vitest';
import type { BreakableWorld } from '../../../harness/faults/breakable.ts';
import { worldSince } from '../../../harness/soak/round-world.ts';

test('time begins with the round, and all else is the world itself', () => {
  const asked: unknown[] = [];
  const world = {
    nowUs: 130, servers: 3, machines: [], counts: { refusals: 7 }, lostToCut: () => {},
    at: (atUs: number) => asked.push(['at', atUs]), when: (everyUs: number) => asked.push(['when', everyUs]),
    crash: (...given: readonly unknown[]) => asked.push(['crash', ...given]),
    restart: (node: number) => asked.push(['restart', node]), leader: () => 2, tell: (node: number) => node === 1,
    moments: () => 'moments', operator: () => 'operator', fileRole: (name: string) => name,
  } as unknown as BreakableWorld;
  const round = worldSince(world, 100);
  expect([
    round.nowUs, round.servers, round.counts.refusals, round.leader(), round.tell(1, null), round.moments(),
    round.operator(), round.fileRole('log'),
  ]).toEqual([30, 3, 7, 2, true, 'moments', 'operator', 'log']);
  round.at(5, () => {});
  round.when(20, { isOver: () => false, hasCome: () => false, act: () => {} });
  round.crash(1, 'now', 'crash');
  round.restart(1);
  expect(asked).toEqual([['at', 105], ['when', 20], ['crash', 1, 'now', 'crash'], ['restart', 1]]);
  const told = (): void => {};
  round.lostToCut = told;
  expect([world.lostToCut, round.lostToCut]).toEqual([told, told]);
});
