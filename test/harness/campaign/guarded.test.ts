/** What becomes of a seed whose thread is lost, and of the seeds beside it. */
import type { Tinypool } from 'tinypool';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyResult, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import { runGuarded } from '../../../harness/campaign/guarded.ts';
import { Pulse } from '../../../harness/campaign/pulse.ts';
import type { ChunkSpec } from '../../../harness/campaign/worker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const passed = (seeds: readonly number[]): ChunkResult => ({
  ...emptyResult('toy'), seeds: seeds.length, passed: seeds.length,
});
const chunk = { registryUrl: 'x', scenario: 'toy', seeds: [1, 2, 3], doubleCheck: 0, freeze: false, crossCheck: 0 };

/** A pool whose thread is lost at seed 2 in the way given; each call of it is noted. */
function poolLosing(lose: (pulse: Pulse, signal: AbortSignal) => Promise<never>) {
  const calls: (readonly number[])[] = [];
  const pool = {
    run(spec: ChunkSpec, { signal }: { signal: AbortSignal }) {
      calls.push(spec.seeds);
      if (!spec.seeds.includes(2)) return Promise.resolve(passed(spec.seeds));
      const pulse = new Pulse(spec.pulse);
      pulse.drawing(2);
      return lose(pulse, signal);
    },
  } as unknown as Tinypool;
  return { pool, calls };
}
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('The task has been aborted'))));
const failing = (code: string): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code }));

/** What a promise has come to by now: a test that waited for it would never end when it does not. */
function soon<T>(promise: Promise<T>): { value: T | null } {
  const seen: { value: T | null } = { value: null };
  void promise.then((value) => (seen.value = value), () => {});
  return seen;
}

describe('a chunk of seeds', () => {
  test('whose thread is well is what the thread says', async () => {
    const { pool, calls } = poolLosing(() => failing('x'));
    expect(await runGuarded(pool, { ...chunk, seeds: [1, 3] }, 2000)).toEqual(passed([1, 3]));
    expect(calls).toEqual([[1, 3]]);
  });

  test('of which one never comes back: that is a violation, the others are run again', async () => {
    const { pool, calls } = poolLosing((pulse, signal) => {
      pulse.enter(4);
      return aborted(signal);
    });
    const result = soon(runGuarded(pool, chunk, 2000));
    // Looked at after 1, 2 and 3 seconds: the place is known at the first look.
    await vi.advanceTimersByTimeAsync(2999);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(result.value).toMatchObject({
      seeds: 3,
      passed: 2,
      violations: [
        {
          seed: 2,
          property: 'Bounded Work',
          detail: 'the code under test has not come back for 2 s, in step 1, of node 4 of seed 2: it loops',
          step: 1,
          isLost: true,
        },
      ],
    });
    expect(calls).toEqual([[1, 2, 3], [1, 3]]);
  });

  test.each([
    [
      'draw',
      2000,
      {
        undrawn: [
          { seed: 2, detail: 'seed 2: the draw of the scenario has not come back for 2 s, of seed 2: it loops' },
        ],
      },
    ],
    [
      'observer',
      20_000,
      { unknowns: [{ seed: 2, detail: 'the observer has not come back for 20 s, of seed 2: it loops' }] },
    ],
    [
      'outside',
      20_000,
      {
        unknowns: [
          {
            seed: 2,
            detail:
              'what stands between two steps (a function of the system, or the harness) has not come back for 20 s, of seed 2: it loops',
          },
        ],
      },
    ],
    [
      'storage',
      2000,
      {
        violations: [
          {
            seed: 2,
            property: 'Bounded Work',
            detail: "the system's storage has not come back for 2 s, in step 0, of node 0 of seed 2: it loops",
            step: 0,
            isLost: true,
          },
        ],
      },
    ],
  ] as const)('of which one never comes back in %s is not passed over', async (part, afterMs, told) => {
    const { pool, calls } = poolLosing((pulse, signal) => {
      // As a thread that loops leaves it.
      new Uint32Array(pulse.shared)[1] = [
        'outside', 'step', 'storage', 'draw', 'processes', 'observer', 'load',
      ].indexOf(part);
      return aborted(signal);
    });
    const result = soon(runGuarded(pool, chunk, 2000));
    await vi.advanceTimersByTimeAsync(afterMs);
    expect(result.value).toBeNull();
    await vi.advanceTimersByTimeAsync(1000);
    expect(result.value).toMatchObject({ seeds: 3, passed: 2, violations: [], undrawn: [], unknowns: [], ...told });
    expect(calls).toEqual([
      [1, 2, 3], [1, 3],
    ]);
  });

  test('of which one ended the thread from inside: a violation', async () => {
    const { pool } = poolLosing((pulse, signal) => {
      pulse.enter(0);
      pulse.end();
      return aborted(signal);
    });
    const result = soon(runGuarded(pool, chunk, 60_000));
    await vi.advanceTimersByTimeAsync(1000);
    expect(result.value).toMatchObject({
      seeds: 3,
      passed: 2,
      violations: [
        {
          seed: 2, property: 'No Exception',
          detail: 'the code under test ended its thread, in step 1, of node 0 of seed 2', isLost: true,
        },
      ],
      unknowns: [],
    });
  });

  test('of which one exhausts the memory: nobody knows', async () => {
    const { pool } = poolLosing((pulse) => {
      pulse.enter(0);
      return failing('ERR_WORKER_OUT_OF_MEMORY');
    });
    expect(await runGuarded(pool, chunk, 2000)).toMatchObject({
      seeds: 3, passed: 2, violations: [],
      unknowns: [{ seed: 2, detail: 'out of memory, in step 1, of node 0 of seed 2' }],
    });
  });

  test('of one seed alone, which is lost, is that', async () => {
    const { pool, calls } = poolLosing(() => failing('ERR_WORKER_OUT_OF_MEMORY'));
    expect(await runGuarded(pool, { ...chunk, seeds: [2] }, 2000)).toMatchObject({
      seeds: 1, passed: 0, unknowns: [{ seed: 2 }],
    });
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['outside of the code under test', (pulse: Pulse) => pulse.leave()],
    ['inside, and nothing ended it', (pulse: Pulse) => pulse.enter(0)],
  ])('whose thread fails %s: a fault of the harness', async (_, stand) => {
    const { pool } = poolLosing((pulse) => {
      stand(pulse);
      return failing('x');
    });
    await expect(runGuarded(pool, chunk, 2000)).rejects.toThrow('no');
  });

  test('no timer is left behind', async () => {
    const { pool } = poolLosing(() => failing('ERR_WORKER_OUT_OF_MEMORY'));
    await runGuarded(pool, chunk, 2000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
