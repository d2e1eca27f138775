/** What is going to happen comes in the order of (time, sequence), and the clock goes with it. */
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../../harness/world/queue.ts';
import { Timeline } from '../../../harness/world/timeline.ts';
import { fc, prop } from '../../support/property.ts';

prop([fc.array(fc.nat({ max: 6 }), { maxLength: 40 })])(
  'events come by their time, and those of one time as they were scheduled',
  (times) => {
    const queue = new EventQueue<{ atUs: number; sequence: number }>();
    times.forEach((atUs, sequence) => queue.push({ atUs, sequence }));
    const sorted = times
      .map((atUs, sequence) => ({ atUs, sequence }))
      .sort((a, b) => a.atUs - b.atUs || a.sequence - b.sequence);
    expect(queue.size).toBe(times.length);
    expect(
      times.map(() => {
        const due = queue.nextAtUs;
        const event = queue.pop();
        expect(due).toBe(event.atUs);
        return event;
      }),
    ).toEqual(sorted);
    expect([queue.size, queue.nextAtUs]).toEqual([0, Infinity]);
  },
);

prop([fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 6 })), { maxLength: 40 })])(
  'also when they are taken between',
  (moves) => {
    const queue = new EventQueue<{ atUs: number; sequence: number }>();
    const model: { atUs: number; sequence: number }[] = [];
    moves.forEach(([isPush, atUs], sequence) => {
      if (isPush) {
        queue.push({ atUs, sequence });
        model.push({ atUs, sequence });
        model.sort((a, b) => a.atUs - b.atUs || a.sequence - b.sequence);
      } else if (model.length > 0) {
        expect(queue.pop()).toEqual(model.shift());
      }
    });
  },
);

describe('a timeline', () => {
  const told: string[] = [];
  const newTimeline = () => {
    told.length = 0;
    const timeline: Timeline<string> = new Timeline<string>(
      (what) => told.push(`${timeline.nowUs} ${what}`), () => 'none',
    );
    return timeline;
  };

  test('lets everything happen that is due up to and including a time, and leaves the clock there', () => {
    const timeline = newTimeline();
    timeline.after(30, 'c');
    timeline.after(10, 'a');
    timeline.after(20, 'b');
    timeline.runUntil(20);
    expect([told, timeline.nowUs, timeline.events]).toEqual([['10 a', '20 b'], 20, 2]);
    timeline.runUntil(25);
    expect([told.length, timeline.nowUs]).toEqual([2, 25]);
    timeline.after(5, 'd');
    timeline.runUntil(30);
    expect(told.slice(2)).toEqual(['30 c', '30 d']);
  });

  test('until it is done: the clock stays at what was last, or goes to the end', () => {
    const timeline = newTimeline();
    timeline.after(10, 'a');
    timeline.after(20, 'b');
    timeline.after(50, 'late');
    timeline.runUntilDone(() => told.length === 1, 40);
    expect([told, timeline.nowUs]).toEqual([['10 a'], 10]);
    timeline.runUntilDone(() => false, 40);
    expect([told, timeline.nowUs]).toEqual([['10 a', '20 b'], 40]);
  });

  const spinning = (delayUs: number) => {
    const timeline: Timeline<null> = new Timeline<null>(() => timeline.after(delayUs, null), () => 'step 9 of n1');
    timeline.after(delayUs, null);
    return timeline;
  };

  test('that never ends is stopped: 250,000 events at one instant are borne, and one more is not', () => {
    const timeline = spinning(0);
    expect(() => timeline.runUntil(1)).toThrow(
      /250000 events happened at one instant, .*the last step was step 9 of n1/,
    );
    // The instant 0 is the one at which it began: its first event is counted as one of it.
    expect(timeline.events).toBe(250_001);
  });

  test('and so is one of which time goes on: a million events', () => {
    const timeline = spinning(1);
    expect(() => timeline.runUntil(2_000_000)).toThrow(/events happened, and it goes on/);
    expect(timeline.events).toBe(1_000_001);
  });

  test('a run in rounds may take a million in each', () => {
    const timeline = spinning(1);
    timeline.runUntil(900_000);
    timeline.allowMore();
    expect(() => timeline.runUntil(1_900_000)).not.toThrow();
    expect(() => timeline.runUntil(1_900_001)).toThrow(/events happened, and it goes on/);
  });
});
