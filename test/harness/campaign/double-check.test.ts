/** A run that depends on anything but its plan is caught by running it twice, and the step is named. */
import { describe, expect, test } from 'vitest';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import type { Scenario } from '../../../harness/campaign/scenario.ts';
import type { System } from '../../../harness/system.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import type { Server } from '../../../core/server.ts';

/** A reducer with a counter outside of its state: now and then its leader says another term. */
function forgetful(): System {
  let steps = 0;
  return {
    ...raftKv,
    processes: (plan) => raftKv.processes(plan).map((process, id) => (id >= plan.servers ? process : {
      ...process,
      boot: process.boot,
      write: process.write,
      step(state, event) {
        steps += 1;
        const { state: after, effects } = process.step(state, event);
        if (steps % 1000 !== 999 || effects.length === 0) return { state: after, effects };
        const server = after as Server;
        return { state: { ...server, raft: { ...server.raft } }, effects: effects.slice(0, -1) };
      },
    })),
  };
}

const seeds = Array.from({ length: 12 }, (_, i) => i + 1);

describe('seeds that are run twice', () => {
  test('a counter outside of the state is seen, and the first step that differs named with the difference', () => {
    const scenario: Scenario = { ...swarm, system: forgetful() };
    const { nondeterministic, doubleChecked } = runChunk(scenario, seeds, 10_000);
    expect(doubleChecked).toBe(seeds.length);
    expect(nondeterministic.length).toBeGreaterThan(0);
    const { digests, where } = nondeterministic[0]!;
    expect(digests[0]).not.toBe(digests[1]);
    expect(where).toMatch(/^the first step that differs is step \d+, of node \d+ at [\d.]+ ms:\n {4}\w/);
  });

  test('without the share it is not looked at, and the true system has one digest', () => {
    expect(runChunk(swarm, seeds).doubleChecked).toBe(0);
    const checked = runChunk(swarm, seeds, 10_000);
    expect([checked.doubleChecked, checked.nondeterministic]).toEqual([seeds.length, []]);
    expect(checked.digest).toBe(runChunk(swarm, seeds).digest);
  });

  test('which seeds they are depends on the seeds alone, and the share is about what was asked', () => {
    const none: Scenario = {
      ...swarm,
      draw: (seed) => ({
        ...swarm.draw(1), seed: `${seed}`, operations: [], faults: [], stormUs: 1, settleUs: 0, clients: 0,
      }),
    };
    const many = Array.from({ length: 400 }, (_, i) => i);
    const share = runChunk(none, many, 500).doubleChecked;
    expect(share).toBe(
      runChunk(none, many.slice(0, 200), 500).doubleChecked + runChunk(none, many.slice(200), 500).doubleChecked,
    );
    expect(share).toBeGreaterThan(5);
    expect(share).toBeLessThan(45);
  });
});
