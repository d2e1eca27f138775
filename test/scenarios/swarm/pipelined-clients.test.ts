/** Seeds in which clients have several operations in flight. */
import { describe, expect, test } from 'vitest';
import { swarm } from '../../../scenarios/swarm.ts';
import { optionsOf, settingsProblem, type RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const settings = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1).settings as RaftKvSettings);
const several = settings.filter(({ clientWindow }) => clientWindow !== undefined);

describe('a seed with several in flight', () => {
  test('is one of six', () => expect(Math.abs(several.length - 165)).toBeLessThan(20));
  test('has a window of 2 to 8', () =>
    expect([...new Set(several.map(({ clientWindow }) => clientWindow))].toSorted()).toEqual([2, 3, 4, 5, 6, 7, 8]));
  test('has nothing beside it that has no order', () =>
    expect(several.filter((one) => settingsProblem(one) !== null)).toEqual([]));
  test('runs the paper\'s Raft in three of four, and each other option in some', () => {
    const isPaper = (one: RaftKvSettings): boolean =>
      Object.keys(optionsOf(one)).every((name) => name === 'window' || name === 'pipelined');
    expect(several.filter(isPaper).length / several.length).toBeGreaterThan(0.6);
    for (const name of ['preVote', 'checkQuorum', 'transfer', 'snapshotChunkBytes', 'window', 'pipelined'] as const)
      expect(several.some((one) => one[name] !== undefined), name).toBe(true);
  });
});
