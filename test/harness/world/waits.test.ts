/**
 * What waits for a state acts at the first of its moments at which the state has come, and nothing is looked at in
 * between.
 */
import { describe, expect, test } from 'vitest';
import type { Wait } from '../../../harness/faults/breakable.ts';
import { Timeline } from '../../../harness/world/timeline.ts';
import { Waits } from '../../../harness/world/waits.ts';
import { fc, prop } from '../../support/property.ts';

/** A world of one state, a number, whose changes are events. */
function worldOf(changes: readonly (readonly [atUs: number, state: number])[]) {
  const timeline = new Timeline<() => void>((happening) => happening(), () => 'none');
  const world = { state: 0, looks: 0, acted: [] as string[] };
  const waits = new Waits(() => timeline.nowUs, (atUs, action) => timeline.after(atUs - timeline.nowUs, action));
  for (const [atUs, state] of changes) {
    timeline.after(atUs, () => {
      if (world.state === state) return;
      world.state = state;
      waits.changed();
    });
  }
  const waitFor = (name: string, isIt: (state: number) => boolean, isOver = () => false, then = () => {}): Wait => ({
    isOver,
    hasCome() {
      world.looks += 1;
      return isIt(world.state);
    },
    act() {
      world.acted.push(`${name} at ${timeline.nowUs} in ${world.state}`);
      then();
    },
  });
  return { timeline, waits, world, waitFor };
}

const isOne = (state: number): boolean => state === 1;

describe('what waits', () => {
  test('acts at once when it has come already', () => {
    const { waits, world, waitFor } = worldOf([]);
    waits.add(10, waitFor('it', (state) => state === 0));
    expect(world.acted).toEqual(['it at 0 in 0']);
  });

  test('acts at the first of its moments behind the change, once', () => {
    const { timeline, waits, world, waitFor } = worldOf([[12, 1], [14, 2], [15, 1], [31, 2], [33, 1]]);
    waits.add(10, waitFor('it', isOne));
    timeline.runUntil(100);
    expect(world.acted).toEqual(['it at 20 in 1']);
  });

  test('acts in a turn of its own when the change comes at one of its moments', () => {
    const { timeline, waits, world, waitFor } = worldOf([[20, 1]]);
    waits.add(10, waitFor('it', isOne));
    timeline.runUntil(100);
    expect([world.acted, timeline.events]).toEqual([['it at 20 in 1'], 2]);
  });

  test('does not act on what is gone again, and waits on', () => {
    const { timeline, waits, world, waitFor } = worldOf([[12, 1], [18, 2], [47, 1]]);
    waits.add(10, waitFor('it', isOne));
    timeline.runUntil(100);
    expect(world.acted).toEqual(['it at 50 in 1']);
  });

  test('does not act when it is over, be it over behind the change', () => {
    const { timeline, waits, world, waitFor } = worldOf([[12, 1]]);
    let isOver = true;
    waits.add(10, waitFor('over from the first', () => true, () => isOver));
    isOver = false;
    waits.add(10, waitFor('over later', isOne, () => timeline.nowUs > 15));
    timeline.runUntil(100);
    expect(world.acted).toEqual([]);
  });

  test('may wait for something else then, and others wait on', () => {
    const { timeline, waits, world, waitFor } = worldOf([[12, 1], [13, 2], [21, 1], [34, 3]]);
    waits.add(10, waitFor('first', isOne, undefined, () => waits.add(4, waitFor('second', (state) => state === 3))));
    waits.add(7, waitFor('other', (state) => state === 3));
    timeline.runUntil(100);
    expect(world.acted).toEqual(['first at 30 in 1', 'second at 34 in 3', 'other at 35 in 3']);
  });

  test('is looked at when a state changes, and not in between', () => {
    const { timeline, waits, world, waitFor } = worldOf([[500_000, 2], [900_000, 1]]);
    waits.add(10, waitFor('it', isOne));
    timeline.runUntil(1_000_000);
    // At first, at both changes, and when its moment has come.
    expect([world.looks, timeline.events]).toEqual([4, 3]);
  });

  prop([fc.array(fc.tuple(fc.nat(200), fc.nat(2)), { maxLength: 20 }), fc.integer({ min: 1, max: 20 })])(
    'acts when a loop that looks at each moment would', (changes, everyUs) => {
      // Moments and changes never meet: which is first at one instant is another matter.
      const apart = changes
        .map(([atUs, state]) => [atUs * 2 * everyUs + 1 + (atUs % (2 * everyUs - 1)), state] as const)
        .filter(([atUs]) => atUs % (2 * everyUs) !== 0)
        .toSorted((a, b) => a[0] - b[0]);
      const endUs = 500 * everyUs;
      const stateAt = (atUs: number): number => apart.findLast((change) => change[0] < atUs)?.[1] ?? 0;
      let expected: string[] = [];
      for (let atUs = 0; atUs <= endUs && expected.length === 0; atUs += 2 * everyUs) {
        if (isOne(stateAt(atUs))) expected = [`it at ${atUs} in 1`];
      }
      const { timeline, waits, world, waitFor } = worldOf(apart);
      waits.add(2 * everyUs, waitFor('it', isOne));
      timeline.runUntil(endUs);
      expect(world.acted).toEqual(expected);
    });
});
