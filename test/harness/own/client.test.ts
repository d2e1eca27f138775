/** The ready client: whom it asks, when it asks another, and what it takes for an answer. */
import { describe, expect, test } from 'vitest';
import { readyClient } from '../../../harness/own/client.ts';
import { defineSystem, register, type CasRegisterInput, type RegisterOutput, type Server, type SystemDefinition } from '../../../harness/own/index.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../../../harness/system.ts';
import { toyPlan } from '../faults/toys.ts';

const client = readyClient<string, string>({ retryUs: { min: 1, max: 2 }, asks: [4, 5, 6] });
type Step = ReturnType<typeof client.step>;
type Given = Parameters<typeof client.step>[1];

/** What it does at each of these, one after another. */
const told = (...events: readonly Given[]): readonly string[] => {
  let { state } = client.boot();
  return events.map((event) => {
    const step: Step = client.step(state, event);
    ({ state } = step);
    return step.effects.map(word).join(', ');
  });
};
function word(effect: Step['effects'][number]): string {
  switch (effect.kind) {
    case 'send':
      return `asks n${effect.to} ${effect.message.operation} under ${effect.message.sequence}`;
    case 'reply':
      return `is told ${effect.reply} of ${effect.id}`;
    case 'setTimer':
      return 'waits';
    default:
      return effect.kind;
  }
}
const asked = (id: number, request: string): Given => ({ kind: 'request', id, request });
const late: Given = { kind: 'timer', timer: 'retry' };
const answer = (from: number, sequence: number, reply: string): Given => ({ kind: 'message', from, message: { kind: 'response', sequence, reply } });
const away = (from: number, sequence: number, to: number | null): Given => ({ kind: 'message', from, message: { kind: 'redirect', sequence, to } });

describe('the ready client', () => {
  test('asks the next one under the same number when no answer comes, and goes on with who answered', () => {
    expect(told(asked(0, 'a'), late, late, answer(6, 1, 'x'), asked(1, 'b'))).toEqual([
      'waits, asks n4 a under 1', 'waits, asks n5 a under 1', 'waits, asks n6 a under 1', 'cancelTimer, is told x of 0', 'waits, asks n6 b under 2',
    ]);
  });

  test('takes the answer of whoever gives it first, and none to what it does not ask any more', () => {
    expect(told(asked(0, 'a'), late, answer(4, 1, 'x'), answer(5, 1, 'y'), asked(1, 'b'), answer(5, 1, 'y'))).toEqual([
      'waits, asks n4 a under 1', 'waits, asks n5 a under 1', 'cancelTimer, is told x of 0', '', 'waits, asks n4 b under 2', '',
    ]);
  });

  test('gives up when it is asked for something else: the next number, and the old answer is nobody\'s', () => {
    expect(told(asked(0, 'a'), asked(1, 'b'), answer(4, 1, 'x'), answer(4, 2, 'y'))).toEqual([
      'waits, asks n4 a under 1', 'waits, asks n4 b under 2', '', 'cancelTimer, is told y of 1',
    ]);
  });

  test('goes where it is sent, to the next one when nobody is known, and waits when all have sent it on', () => {
    expect(told(asked(0, 'a'), away(4, 1, 6), away(6, 1, null), away(4, 1, 5))).toEqual([
      'waits, asks n4 a under 1', 'waits, asks n6 a under 1', 'waits, asks n4 a under 1', 'waits',
    ]);
    // By one that it does not ask any more.
    expect(told(asked(0, 'a'), late, away(4, 1, 6))).toEqual(['waits, asks n4 a under 1', 'waits, asks n5 a under 1', '']);
  });
});

describe('a system may say for each client', () => {
  const server: Server<object, unknown, never> = { boot: () => ({ state: {}, effects: [] }), step: (state) => ({ state, effects: [] }) };
  const ask: AnyEvent = { kind: 'request', id: 0, request: { op: 'read' } };
  const targetOf = (process: AnyProcess): unknown =>
    process.step(process.boot(null).state, ask).effects.flatMap((effect: AnyEffect) => (effect.kind === 'send' ? [effect.to] : []));
  const bound = (client: NonNullable<SystemDefinition<object, never, null, null, Record<never, never>, CasRegisterInput, RegisterOutput>['client']>): readonly AnyProcess[] =>
    defineSystem<object, never>()({ name: 'bound', service: register, servers: ({ servers }) => Array.from({ length: servers }, () => server), client })
      .processes(toyPlan({ servers: 3, clients: 3 })).slice(3);

  test('whom it asks', () => {
    expect(bound({ asks: (_, number) => [number] }).map(targetOf)).toEqual([[0], [1], [2]]);
  });

  test('which client it is', () => {
    const own = (number: number) => readyClient<CasRegisterInput, RegisterOutput>({ retryUs: { min: 1, max: 1 }, asks: [2 - number] });
    expect(bound((_, number) => own(number)).map(targetOf)).toEqual([[2], [1], [0]]);
  });
});
