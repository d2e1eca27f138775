/** When clients begin their operations: one at a time, or a window of them, counted from the oldest that is open. */
import { describe, expect, test } from 'vitest';
import type { PlannedOperation } from '../../../harness/plan/plan.ts';
import { boot } from '../../../harness/run.ts';
import { Clients } from '../../../harness/workload/clients.ts';
import { Pace } from '../../../harness/workload/pace.ts';
import { World } from '../../../harness/world/world.ts';
import type { AnyProcess } from '../../../harness/system.ts';
import { client, echo, ms, toy, toyPlan } from '../faults/toys.ts';

/** Answers all but some, which it answers once it is asked for another one of these. */
const answersLate = (late: readonly number[], release: number): AnyProcess => ({
  ...echo,
  boot: () => ({ state: { held: [] }, effects: [] }),
  step(untyped, event) {
    const { held } = untyped as { held: readonly unknown[] };
    if (event.kind !== 'message') return { state: untyped, effects: [] };
    const { ping } = event.message as { ping: number };
    if (late.includes(ping)) return { state: { held: [...held, event.message] }, effects: [] };
    const messages = ping === release ? [event.message, ...held] : [event.message];
    return {
      state: { held: ping === release ? [] : held },
      effects: messages.map((message) => ({ kind: 'send', to: event.from, message })),
    };
  },
});

/** What a client lived through in 100 ms: begun, answered, given up, by operation; and when, where that is asked. */
function lives(
  window: number | undefined, server: AnyProcess, operations: readonly Partial<PlannedOperation>[], hasTimes = false,
): { readonly told: string; readonly clients: Clients } {
  const told: string[] = [];
  const system = toy([server, client, client], {
    ...(window === undefined ? {} : { clientWindow: () => window }),
    observer: () => ({
      booted() {}, stepped() {}, crashed() {}, healed() {}, unsettled: () => null, counts: () => ({}),
      finish: () => ({ kind: 'ok' }),
      invoked: (operation) => void told.push(`+${operation}${hasTimes ? ` at ${world.nowUs / ms}` : ''}`),
      returned: (operation) => void told.push(`=${operation}`),
      gaveUp: (operation) => void told.push(`-${operation}`),
    }),
  });
  const plan = toyPlan({
    servers: 1, clients: 2,
    operations: operations.map((operation) => ({ client: 0, atUs: 0, request: null, ...operation })),
  });
  const world = new World(system, plan, null);
  const clients = new Clients(plan, world, new Pace(null));
  boot(world);
  clients.start();
  world.runUntil(100 * ms);
  return { told: told.join(' '), clients };
}
const many = (count: number): readonly Partial<PlannedOperation>[] => Array.from({ length: count }, () => ({}));

describe('one at a time', () => {
  test('the next begins when the one before it is answered', () =>
    expect(lives(undefined, echo, many(3)).told).toBe('+0 =0 +1 =1 +2 =2'));
  test('or given up, and is not waited for any more', () => {
    const { told, clients } = lives(undefined, answersLate([0], 1), [{ giveUpUs: 10 * ms }, {}]);
    expect([told, clients.areDone, clients.completed]).toEqual(['+0 -0 +1 =1 =0', true, 1]);
  });
});

describe('a window of three', () => {
  test('begins three, and another one for each that is answered, in their order', () =>
    expect(lives(3, echo, many(5)).told).toBe('+0 +1 +2 =0 =1 =2 +3 +4 =3 =4'));
  test('counts from the oldest that is open, however many behind it are answered', () => {
    const { told, clients } = lives(3, answersLate([0], 99), many(6));
    expect([told, clients.missing]).toEqual(['+0 +1 +2 =1 =2', 4]);
  });
  test('moves on when the oldest is answered', () =>
    expect(lives(3, answersLate([0], 2), many(6)).told).toBe('+0 +1 +2 =1 =2 =0 +3 +4 +5 =3 =4 =5'));
  test('is of each client', () =>
    expect(lives(2, answersLate([0], 99), [...many(3), { client: 1 }, { client: 1 }]).told).toBe(
      '+0 +3 +1 +4 =3 =1 =4',
    ));
  test('none begins before its time, nor before those in front of it', () =>
    expect(lives(3, echo, [{}, { atUs: 50 * ms }, {}]).told).toBe('+0 =0 +1 +2 =1 =2'));
  test('what is given up keeps its place until it is answered, and is not counted then', () => {
    const stays = lives(2, answersLate([0], 99), [{ giveUpUs: 10 * ms }, {}, {}]);
    expect([stays.told, stays.clients.missing]).toEqual(['+0 +1 =1 -0', 1]);
    const goes = lives(2, answersLate([0], 1), [{ giveUpUs: 1 }, { atUs: 20 * ms }, {}, {}]);
    expect([goes.told, goes.clients.areDone, goes.clients.completed]).toEqual(['+0 -0 +1 =1 =0 +2 +3 =2 =3', true, 3]);
  });
  test('begins nothing more when it must not', () => {
    const { told, clients } = lives(3, answersLate([0, 1], 9), [{}, {}, { atUs: 200 * ms }, {}]);
    expect([told, clients.missing]).toEqual(['+0 +1', 4]);
    clients.beginNoMore();
    expect(clients.missing).toBe(2);
  });
});

describe('a client with a window that crashes', () => {
  const crash = { afterUs: 1 * ms, as: 1, downUs: 5 * ms };

  test('leaves all open that it has begun and was not told, but for what it had given up before', () => {
    const { told, clients } = lives(3, answersLate([0, 1, 2], 99), [{ giveUpUs: 500 }, {}, { crash }, {}]);
    expect(told).toBe('+0 +1 +2 -0 -1 -2 +3 =3');
    expect([clients.areDone, clients.completed]).toEqual([true, 1]);
  });
  test('begins nothing while it is down, and then what waited for its time', () =>
    expect(lives(3, answersLate([0], 99), [{ crash }, { atUs: 3 * ms }, { atUs: 9 * ms }], true).told).toBe(
      '+0 at 0 -0 +1 at 6 =1 +2 at 9 =2',
    ));
  test('does a job again when it has come back, and not when it was answered in time', () => {
    expect(lives(3, answersLate([0], 99), [{ crash }, { again: true }, {}]).told).toBe('+0 -0 +1 +2 =1 =2');
    expect(lives(3, echo, [{ crash: { ...crash, afterUs: 9 * ms } }, { again: true }, {}]).told).toBe('+0 =0 +2 =2');
  });
});
