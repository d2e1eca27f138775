/**
 * Fates as a list. A drawn plan leaves to chance what befalls each message and when each timer fires;
 * a shrunk plan says it: whatever matters is listed, and everything else has a plain fate that needs
 * no random number. Taking one fate away then changes nothing about the others.
 */
import * as v from 'valibot';
import type { NodeId } from '../../core/protocol.ts';

/** What befalls the `nth` message, counted from 1, that `from` sends to `to`. */
export interface MessageFate {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly nth: number;
  /** One for each copy that arrives, in the order in which they were put on their way: none when it is lost. */
  readonly delaysUs: readonly number[];
}

/** How long a node's timer runs when it is set for the `nth` time, counted from 1. */
export interface TimerFate {
  readonly node: NodeId;
  readonly timer: string;
  readonly nth: number;
  /** Brought into the range that the node asks for. */
  readonly afterUs: number;
}

const ordinal = v.pipe(
  v.number('expected a number from 1'), v.integer('expected a whole number'), v.minValue(1, 'expected at least 1'),
);
const node = v.pipe(
  v.number('expected a node id'), v.integer('expected a node id'), v.minValue(0, 'expected at least 0'),
);
const duration = v.pipe(
  v.number('expected microseconds'), v.integer('expected whole microseconds'), v.minValue(0, 'expected at least 0'),
  v.maxValue(3_600_000_000, 'expected at most an hour'),
);

export const messageFateSchema = v.strictObject({
  from: node,
  to: node,
  nth: ordinal,
  delaysUs: v.array(duration),
});

export const timerFateSchema = v.strictObject({
  node, timer: v.string('expected the name of a timer'), nth: ordinal, afterUs: duration,
});
