/** Where two runs of one plan part: the first step that is not the same, by its number, node and time. */
import { describe, expect, test } from 'vitest';
import { divergence, divergenceOf } from '../../../harness/campaign/divergence.ts';
import type { System } from '../../../harness/system.ts';
import { greedy, ms, pinger, toy, toyPlan } from '../faults/toys.ts';

/** n0 pings n1 at 10, 20, 30, 40 and 50 ms; `heard` says what n1 keeps of a ping. */
const keeping = (heard: (ping: number) => Readonly<Record<string, unknown>>, to = 1): System =>
  toy([
    pinger(to),
    {
      ...greedy,
      step: (state, event) =>
        event.kind === 'message'
          ? { state: heard((event.message as { ping: number }).ping), effects: [] }
          : { state, effects: [] },
    },
  ]);

describe('a system whose runs differ', () => {
  test('is told by the first step that does, with what differs there and nothing of later ones', () => {
    let runs = 0;
    const counting = keeping((ping) => {
      if (ping === 1) runs += 1;
      return { ping, runs: ping < 3 ? 0 : runs };
    });
    expect(divergence(counting, toyPlan())).toBe(
      'the first step that differs is step 8, of node 1 at 31 ms:\n    state.runs: 1 -> 2',
    );
  });
  test('is told twelve lines, and how many more there are', () => {
    let heard = 0;
    const wide = keeping(() => Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`f${i}`, (heard += 1)])));
    const lines = divergence(wide, toyPlan()).split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([1 + 12 + 1, '    (and 3 more)']);
    expect(lines[0]).toBe('the first step that differs is step 4, of node 1 at 11 ms:');
  });
  test('may differ only every few runs: it is run some times more', () => {
    let runs = 0;
    const seldom = keeping((ping) => {
      if (ping === 1) runs += 1;
      return { odd: runs === 6 };
    });
    expect(divergence(seldom, toyPlan())).toContain('step 4, of node 1 at 11 ms:\n    state.odd: false -> true');
  });
  test('or end after other steps, which is told by the last one that both took', () => {
    let runs = 0;
    const system = keeping((ping) => ({ ping }));
    const longer: System = { ...system, observer(plan, durableOf) {
      const isLong = (runs += 1) % 2 === 0;
      let asked = 0;
      return { ...system.observer(plan, durableOf), unsettled: () => (isLong && (asked += 1) < 10 ? 'not yet' : null) };
    } };
    expect(divergence(longer, toyPlan({ stormUs: 45 * ms, settleUs: 1000 * ms }))).toBe(
      'one run ends after step 10, the other goes on',
    );
  });
  test('or may not differ again, which is said', () => {
    expect(
      divergence(
        keeping((ping) => ({ ping })), toyPlan(),
      ),
    ).toBe('further runs took the same steps: what differed before did not differ again');
  });
});

describe('two systems', () => {
  const plan = (): ReturnType<typeof toyPlan> => toyPlan();

  test('part at the first step that one takes otherwise', () => {
    const other = keeping((ping) => ({ ping: ping === 4 ? 40 : ping }));
    expect(
      divergenceOf(
        keeping((ping) => ({ ping })), other, plan,
      ),
    ).toBe('the first step that differs is step 10, of node 1 at 41 ms:\n    state.ping: 4 -> 40');
  });
  test('that take the same steps part where one of them ends', () => {
    const silent: System = {
      ...keeping((ping) => ({ ping })),
      processes: () => [
        {
          ...pinger(),
          step: (state, event) => ({
            ...pinger().step(state, event),
            effects: pinger()
              .step(state, event)
              .effects.filter((effect) => effect.kind !== 'setTimer'),
          }),
        },
        greedy,
      ],
    };
    const whole = { ...silent, processes: () => [pinger(), greedy] };
    expect(divergenceOf(silent, whole, plan)).toMatch(/^the first step that differs is step 3, of node 0 at 10 ms:\n/);
    const twice = keeping((ping) => ({ ping }));
    const short = (): ReturnType<typeof toyPlan> => toyPlan({ stormUs: 100 * ms });
    let draws = 0;
    const shorter = (): ReturnType<typeof toyPlan> =>
      (draws += 1) % 2 === 1 ? toyPlan({ stormUs: 45 * ms, settleUs: 0 }) : short();
    expect(divergenceOf(twice, twice, shorter)).toBe('one run ends after step 10, the other goes on');
  });
});
