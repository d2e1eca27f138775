/** The client of Lab 3: an operation is retried until it is done. */
import { describe, expect, test } from 'vitest';
import { bootClerk, stepClerk, type Clerk, type ClerkEffect } from '../../../core/kv/clerk.ts';
import type { Operation, Result } from '../../../core/kv/command.ts';
import type { Outcome } from '../../../core/kv/messages.ts';
import type { Event } from '../../../core/protocol.ts';
import type { ClerkMessage } from '../../../core/kv/messages.ts';
import { fc, prop } from '../../support/property.ts';

const config = { clusterSize: 3, retryUs: { min: 100, max: 200 }, backoffUs: { min: 10, max: 20 } };
const put: Operation = { kind: 'put', key: 'k', value: 'v' };

/** A clerk in the hand of a test, and what its last step did. */
class Hand {
  clerk: Clerk = bootClerk(config);
  effects: readonly ClerkEffect[] = [];

  does(event: Event<ClerkMessage, Operation>): this {
    const step = stepClerk(this.clerk, event);
    this.clerk = step.state;
    this.effects = step.effects;
    return this;
  }

  asks(operation: Operation = put, id = 1): this {
    return this.does({ kind: 'request', id, request: operation });
  }

  hears(from: number, sequence: number, outcome: Outcome): this {
    return this.does({ kind: 'message', from, message: { kind: 'clientReply', sequence, outcome } });
  }

  isRefused(from: number, leaderId: number | null = null): this {
    return this.hears(from, this.clerk.sequence, { kind: 'notLeader', leaderId });
  }

  isDone(from: number, result: Result = null): this {
    return this.hears(from, this.clerk.sequence, { kind: 'done', result });
  }

  hearsNothing(): this {
    return this.does({ kind: 'timer', timer: 'retry' });
  }

  get sentTo(): readonly number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.to] : []));
  }

  get waits(): unknown {
    return this.effects.find((effect) => effect.kind === 'setTimer')?.afterUs;
  }
}

describe('the clerk', () => {
  test('sends an operation under the next sequence number, and waits for an answer', () => {
    const hand = new Hand().asks();
    expect(hand.effects).toEqual([
      { kind: 'setTimer', timer: 'retry', afterUs: config.retryUs },
      { kind: 'send', to: 0, message: { kind: 'clientRequest', sequence: 1, operation: put } },
    ]);
    hand.isDone(0).asks();
    expect(hand.effects.at(-1)).toMatchObject({ message: { sequence: 2 } });
  });

  test('hands up the result, and stops waiting', () => {
    const hand = new Hand().asks({ kind: 'get', key: 'k' }, 7).isDone(0, 'v');
    expect(hand.effects).toEqual([{ kind: 'cancelTimer', timer: 'retry' }, { kind: 'reply', id: 7, reply: 'v' }]);
    expect(hand.clerk.pending).toBeNull();
  });

  test('that gets no answer asks the next server, round and round, under the same number', () => {
    const hand = new Hand().asks();
    const asked = [1, 2, 3, 4, 5].map(() => {
      hand.hearsNothing();
      expect(hand.effects.at(-1)).toMatchObject({ message: { kind: 'clientRequest', sequence: 1, operation: put } });
      return hand.sentTo[0];
    });
    expect(asked).toEqual([1, 2, 0, 1, 2]);
  });

  test('that met a wrong leader follows the hint at once', () => {
    expect(new Hand().asks().isRefused(0, 2).sentTo).toEqual([2]);
  });

  test('or asks the next server when there is no hint', () => {
    expect(new Hand().asks().isRefused(0).sentTo).toEqual([1]);
  });

  test('waits when a whole round was in vain, and then goes on', () => {
    const hand = new Hand().asks().isRefused(0).isRefused(1).isRefused(2);
    expect([hand.sentTo, hand.waits]).toEqual([[], config.backoffUs]);
    expect(hand.hearsNothing().sentTo).toEqual([0]);
  });

  test('that met a deposed leader retries under the same number: whether the command took effect is open', () => {
    const hand = new Hand().asks().isRefused(0, 1);
    expect(hand.effects.at(-1)).toMatchObject({ to: 1, message: { sequence: 1 } });
  });

  test('remembers who answered, and asks that server first the next time (Lab 3A)', () => {
    expect(new Hand().asks().isRefused(0, 2).isDone(2).asks().sentTo).toEqual([2]);
  });

  test('takes an answer from any server: the one it gave up on may have been slow', () => {
    const hand = new Hand().asks().hearsNothing().isDone(0, true);
    expect(hand.effects.at(-1)).toEqual({ kind: 'reply', id: 1, reply: true });
  });

  test('ignores answers to older operations, and second answers', () => {
    const hand = new Hand().asks().isDone(0).asks();
    const before = hand.clerk;
    expect(hand.hears(0, 1, { kind: 'done', result: null }).clerk).toBe(before);
    expect(hand.effects).toEqual([]);
    hand.isDone(0);
    expect(hand.isDone(0).effects).toEqual([]);
  });

  test('ignores the refusal of a server that it no longer asks', () => {
    const hand = new Hand().asks().hearsNothing();
    const before = hand.clerk;
    expect(hand.isRefused(0, 2).clerk).toBe(before);
  });

  test('takes a failed exchange with the server that it asks for a refusal (the lab\'s network)', () => {
    const hand = new Hand().asks();
    expect(hand.does({ kind: 'unreachable', node: 0 }).sentTo).toEqual([1]);
    expect(hand.does({ kind: 'unreachable', node: 0 }).sentTo).toEqual([]);
  });

  test('does nothing on its own when nothing is asked of it', () => {
    const hand = new Hand();
    expect(hand.hearsNothing().effects).toEqual([]);
    expect(hand.does({ kind: 'unreachable', node: 0 }).effects).toEqual([]);
  });

  test('that is given another operation gives the pending one up: no answer to it is taken any more', () => {
    const hand = new Hand().asks(put, 1).asks({ kind: 'get', key: 'k' }, 2);
    expect(hand.effects.at(-1)).toMatchObject({
      message: { kind: 'clientRequest', sequence: 2, operation: { kind: 'get' } },
    });
    expect(hand.hears(0, 1, { kind: 'done', result: null }).effects).toEqual([]);
    expect(hand.hears(0, 2, { kind: 'done', result: 'v' }).effects.at(-1)).toEqual({
      kind: 'reply', id: 2, reply: 'v',
    });
  });

  const happening = fc.oneof(
    fc.constant({ kind: 'silence' as const }),
    fc.record({ kind: fc.constant('refusal' as const), from: fc.nat(2), leaderId: fc.option(fc.nat(2)) }),
    fc.record({ kind: fc.constant('lost' as const), node: fc.nat(2) }),
  );
  prop([fc.array(happening, { maxLength: 40 })], { numRuns: 500 })(
    'retries until it succeeds: whatever happened, a timer is set and only one number is in use',
    (happenings) => {
      const hand = new Hand().asks();
      let isTimerSet = true;
      for (const one of happenings) {
        if (one.kind === 'silence') hand.hearsNothing();
        else if (one.kind === 'lost') hand.does({ kind: 'unreachable', node: one.node });
        else hand.isRefused(one.from, one.leaderId);
        isTimerSet = one.kind === 'silence' ? hand.waits !== undefined : isTimerSet || hand.waits !== undefined;
        expect(isTimerSet).toBe(true);
        expect(hand.clerk.sequence).toBe(1);
        expect(hand.sentTo.length).toBeLessThanOrEqual(1);
      }
      expect(hand.isDone(1, 'v').effects.at(-1)).toEqual({ kind: 'reply', id: 1, reply: 'v' });
    },
  );
});
