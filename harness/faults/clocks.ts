/** Clocks that run at a wrong rate, drift, or jump: the timers of a node stretch with its clock. */
import * as v from 'valibot';
import { nodes, span, spanOf, target, time, type Handler, type Spanned, type Target } from './handler.ts';

const rate = v.pipe(v.number('expected a rate in thousandths'), v.integer('expected a whole number'), v.minValue(100, 'expected at least 100'), v.maxValue(10_000, 'expected at most 10000'));

/** Timers take `ratePer1000` thousandths of their time. */
export interface ClockRate extends Spanned {
  readonly kind: 'clockRate';
  readonly nodes: Target;
  readonly ratePer1000: number;
}

/** The rate goes from right to `ratePer1000` in equal steps, one every 50 ms. */
export interface ClockDrift extends Spanned {
  readonly kind: 'clockDrift';
  readonly nodes: Target;
  readonly ratePer1000: number;
}

/** The clock is set forward by `byUs` (armed timers fire so much sooner), or back when it is negative. */
export interface ClockJump {
  readonly kind: 'clockJump';
  readonly atUs: number;
  readonly nodes: readonly number[];
  readonly byUs: number;
}

const driftStepUs = 50_000;

export const clockRate: Handler<ClockRate> = {
  schema: v.strictObject({ kind: v.literal('clockRate'), ...span, nodes: target, ratePer1000: rate }),
  span: spanOf,
  kinds: () => ['clockRate'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ ratePer1000 }, struck) => `${struck.join(' ')}, timers at ${ratePer1000}/1000`,
  begin({ ratePer1000 }, struck, world) {
    for (const one of struck) world.machines[one]!.clock = { ratePer1000, kind: 'clockRate' };
    return () => {
      for (const one of struck) world.machines[one]!.clock = null;
    };
  },
};

export const clockDrift: Handler<ClockDrift> = {
  schema: v.strictObject({ kind: v.literal('clockDrift'), ...span, nodes: target, ratePer1000: rate }),
  span: spanOf,
  kinds: () => ['clockDrift'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ ratePer1000 }, struck) => `${struck.join(' ')}, timers drift to ${ratePer1000}/1000`,
  begin({ fromUs, untilUs, ratePer1000: last }, struck, world) {
    let isOver = false;
    const drift = (): void => {
      if (isOver) return;
      const part = Math.min(1000, Math.floor(((world.nowUs - fromUs + driftStepUs) * 1000) / Math.max(1, untilUs - fromUs)));
      const ratePer1000 = 1000 + Math.trunc(((last - 1000) * part) / 1000);
      for (const one of struck) world.machines[one]!.clock = { ratePer1000, kind: 'clockDrift' };
      world.at(world.nowUs + driftStepUs, drift);
    };
    drift();
    return () => {
      isOver = true;
      for (const one of struck) world.machines[one]!.clock = null;
    };
  },
};

export const clockJump: Handler<ClockJump> = {
  schema: v.strictObject({ kind: v.literal('clockJump'), atUs: time, nodes, byUs: v.pipe(v.number('expected microseconds'), v.integer('expected whole microseconds'), v.minValue(-60_000_000), v.maxValue(60_000_000)) }),
  span: ({ atUs }) => [atUs, atUs],
  kinds: () => ['clockJump'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ byUs }, struck) => `${struck.join(' ')}, by ${byUs / 1000} ms`,
  begin({ byUs }, struck, world) {
    for (const one of struck) if (world.machines[one]!.jumpClock(byUs, 'clockJump')) world.accounts.fired('clockJump');
    return () => {};
  },
};
