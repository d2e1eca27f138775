/** What befalls servers: each situation with the moments that just do not show it. */
import { expect, test } from 'vitest';
import { losses, type Down } from '../../../checkers/chronicle/servers.ts';
import { Tally } from '../../../checkers/chronicle/situation.ts';

test('a crash takes the majority down once, and all of them once', () => {
  const seen = (moment: Partial<Down>): readonly string[] => {
    const tally = new Tally(losses.map(({ name }) => name));
    tally.note(losses, { down: 0, servers: 5, channelLength: 0, ...moment });
    return Object.entries(tally.counts).filter(([, count]) => count > 0).map(([name]) => name);
  };
  const downs = (servers: number): readonly (readonly string[])[] =>
    Array.from({ length: servers }, (_, i) => seen({ down: i + 1, servers }));
  expect(downs(5)).toEqual([[], [], ['majorityDown'], [], ['allDown']]);
  expect(downs(4)).toEqual([[], [], ['majorityDown'], ['allDown']]);
  expect(downs(3)).toEqual([[], ['majorityDown'], ['allDown']]);
  expect(downs(1)).toEqual([['majorityDown', 'allDown']]);
  expect([seen({ channelLength: 1 }), seen({ channelLength: 0 })]).toEqual([['crashesWhileApplying'], []]);
});
