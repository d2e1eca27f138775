/** Clocks that run at a wrong rate, drift, or jump: the timers of a node stretch with its clock. */
import * as v from 'valibot';
import { nodes, span, spanOf, target, time, type FaultShape, type Spanned, type Target } from './shape.ts';

const rate = v.pipe(
  v.number('expected a rate in thousandths'), v.integer('expected a whole number'),
  v.minValue(100, 'expected at least 100'), v.maxValue(10_000, 'expected at most 10000'),
);

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

export const clockRate: FaultShape<ClockRate> = {
  schema: v.strictObject({ kind: v.literal('clockRate'), ...span, nodes: target, ratePer1000: rate }),
  span: spanOf,
  kinds: () => ['clockRate'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ ratePer1000 }, struck) => `${struck.join(' ')}, timers at ${ratePer1000}/1000`,
};

export const clockDrift: FaultShape<ClockDrift> = {
  schema: v.strictObject({ kind: v.literal('clockDrift'), ...span, nodes: target, ratePer1000: rate }),
  span: spanOf,
  kinds: () => ['clockDrift'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ ratePer1000 }, struck) => `${struck.join(' ')}, timers drift to ${ratePer1000}/1000`,
};

export const clockJump: FaultShape<ClockJump> = {
  schema: v.strictObject({
    kind: v.literal('clockJump'),
    atUs: time,
    nodes,
    byUs: v.pipe(
      v.number('expected microseconds'), v.integer('expected whole microseconds'), v.minValue(-60_000_000),
      v.maxValue(60_000_000),
    ),
  }),
  span: ({ atUs }) => [atUs, atUs],
  kinds: () => ['clockJump'],
  target: (fault) => fault.nodes,
  strikesServersOnly: false,
  describe: ({ byUs }, struck) => `${struck.join(' ')}, by ${byUs / 1000} ms`,
};
