/**
 * One seed in a thousand is long (issue 16, "Long runs"): it is told, it goes through thousands of operations, and no
 * other seed is moved by it.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../../harness/run.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { drawLength } from '../../../scenarios/swarm/length.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const isLong = (seed: number): boolean => drawLength(new RandomStreams(`swarm ${seed}`).stream('length')) !== null;
const long = Array.from({ length: 20_000 }, (_, i) => i + 1).filter(isLong);

describe('a long seed', () => {
  test('is about one in a thousand', () => expect(long.length).toBe(17));

  test.each(long.slice(0, 6))('seed %i asks 5,000 operations, of a service that compacts late or never', (seed) => {
    const { operations, clients, healing, settings } = swarm.draw(seed);
    const { maxRaftState, entriesPerMessageMax } = settings as RaftKvSettings;
    expect(operations.length).toBeGreaterThanOrEqual(4500);
    expect(clients).toBeGreaterThanOrEqual(8);
    expect([-1, 100_000, 300_000]).toContain(maxRaftState);
    expect(entriesPerMessageMax).toBeGreaterThanOrEqual(16);
    expect(['everyone', 'minorityDown', 'minorityInTrouble']).toContain(healing!.kind);
  });

  test('is told as one, with its log', () => {
    const { verdict, counts, operationsCompleted } = run(swarm.system, swarm.draw(5553));
    expect([verdict.kind, counts['longRuns'], counts['logsOfThousand']]).toEqual(['ok', 1, 3]);
    expect(operationsCompleted).toBe(5146);
  });
});

test('another seed is no long one', () => {
  const { counts, operationsCompleted } = run(swarm.system, swarm.draw(1));
  expect([operationsCompleted > 0, counts['longRuns'], counts['logsOfThousand']]).toEqual([true, 0, 0]);
});
