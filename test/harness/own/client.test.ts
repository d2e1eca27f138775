/** The ready client: one number for one operation, another server when no answer comes, one answer and no more. */
import { describe, expect, test } from 'vitest';
import { readyClient, type ReadyClient } from '../../../harness/own/client.ts';
import { clientProcess, keptClients, type KeptClient } from '../../../harness/own/client-process.ts';
import type { Redirect, Request, Response } from '../../../harness/own/contract.ts';

type State = ReadyClient<string>;
const retryUs = { min: 5, max: 9 };
const client = readyClient<string, string>({ retryUs, asks: [4, 7, 9] });
const retry = { kind: 'setTimer', timer: 'retry', afterUs: retryUs };
const asks = (to: number, sequence: number, operation: string): readonly unknown[] =>
  [retry, { kind: 'send', to, message: { kind: 'request', sequence, operation } satisfies Request<string> }];
const idle: State = { sequence: 3, target: 1, refusals: 0, pending: null };
const waiting: State = { sequence: 4, target: 1, refusals: 0, pending: { id: 20, operation: 'put' } };
const heard = (state: State, from: number, message: Response<string> | Redirect) =>
  client.step(state, { kind: 'message', from, message });
const redirect = (to: number | null, sequence = 4): Redirect => ({ kind: 'redirect', sequence, to });

describe('the ready client', () => {
  test('begins with nothing asked', () =>
    expect(client.boot()).toEqual({ state: { sequence: 0, target: 0, refusals: 0, pending: null }, effects: [] }));

  test('asks the server that answered last, under the next number', () => {
    expect(client.step(idle, { kind: 'request', id: 20, request: 'put' })).toEqual({
      state: waiting, effects: asks(7, 4, 'put'),
    });
  });

  test('asks the next server, under the same number, when none has answered', () => {
    expect(client.step(waiting, { kind: 'timer', timer: 'retry' })).toEqual({
      state: { ...waiting, target: 2 }, effects: asks(9, 4, 'put'),
    });
    expect(client.step({ ...waiting, target: 2, refusals: 1 }, { kind: 'timer', timer: 'retry' })).toEqual({
      state: { ...waiting, target: 0 }, effects: asks(4, 4, 'put'),
    });
  });

  test('has its answer, stays with who gave it, and waits no longer', () => {
    const told = { effects: [{ kind: 'cancelTimer', timer: 'retry' }, { kind: 'reply', id: 20, reply: 'done' }] };
    expect(heard(waiting, 9, { kind: 'response', sequence: 4, reply: 'done' })).toEqual({
      state: { ...waiting, target: 2, pending: null }, ...told,
    });
    expect(heard({ ...waiting, refusals: 1 }, 11, { kind: 'response', sequence: 4, reply: 'done' })).toEqual({
      state: { ...waiting, pending: null }, ...told,
    });
  });

  test.each([
    ['an answer to something older', waiting, 7, { kind: 'response', sequence: 3, reply: 'old' }],
    ['a second answer', idle, 7, { kind: 'response', sequence: 3, reply: 'again' }],
    ['a refusal of something older', waiting, 7, redirect(4, 3)],
    ['a refusal of a server that is not asked any more', waiting, 9, redirect(4)],
  ] as const)('does not hear %s', (_what, state, from, message) => {
    expect(heard(state, from, message)).toEqual({ state, effects: [] });
  });

  test('does not hear its timer when it waits for nothing', () =>
    expect(client.step(idle, { kind: 'timer', timer: 'retry' })).toEqual({ state: idle, effects: [] }));

  test('asks whom it is sent on to, at once', () => {
    expect(heard(waiting, 7, redirect(4))).toEqual({
      state: { ...waiting, target: 0, refusals: 1 }, effects: asks(4, 4, 'put'),
    });
  });

  test.each([[null], [11]])('asks the next one when it is sent on to %j', (to) => {
    expect(heard(waiting, 7, redirect(to))).toEqual({
      state: { ...waiting, target: 2, refusals: 1 }, effects: asks(9, 4, 'put'),
    });
  });

  test('waits when all have sent it on, and begins with the next one then', () => {
    expect(heard({ ...waiting, refusals: 1 }, 7, redirect(4))).toEqual({
      state: { ...waiting, target: 0, refusals: 2 }, effects: asks(4, 4, 'put'),
    });
    expect(heard({ ...waiting, refusals: 2 }, 7, redirect(4))).toEqual({
      state: { ...waiting, target: 2, refusals: 0 }, effects: [retry],
    });
  });
});

describe('a client as a node', () => {
  const process = clientProcess(client);
  const state = (kept: State, begun: number, isWaiting: boolean): KeptClient => ({ $client: kept, begun, isWaiting });
  const request = { kind: 'request', id: 20, request: 'put' } as const;

  test('starts with nothing begun, and keeps nothing', () => {
    expect(process.boot(null).state).toEqual(state(client.boot().state, 0, false));
    expect([process.blank, process.write('disk', 'write')]).toEqual([null, 'disk']);
  });

  test('counts what it began, and waits until it tells the answer', () => {
    const asked = process.step(state(idle, 2, false), request);
    expect(asked).toEqual({ state: state(waiting, 3, true), effects: asks(7, 4, 'put') });
    expect(process.step(asked.state, { kind: 'timer', timer: 'retry' }).state).toMatchObject({
      begun: 3, isWaiting: true,
    });
    const answer = { kind: 'message', from: 7, message: { kind: 'response', sequence: 4, reply: 'done' } } as const;
    expect(process.step(asked.state, answer).state).toEqual(state({ ...waiting, pending: null }, 3, false));
  });

  test('is the same state as long as nothing changes', () => {
    const before = state(idle, 2, false);
    expect(process.step(before, { kind: 'timer', timer: 'retry' }).state).toBe(before);
    expect(process.step(before, { kind: 'unreachable', node: 7 }).state).toBe(before);
  });

  test('that answers at once does not wait, also when its own state stays', () => {
    const quick = clientProcess({
      boot: () => ({ state: 0, effects: [] }),
      step: (same: number, event) => ({
        state: same, effects: event.kind === 'request' ? [{ kind: 'reply', id: event.id, reply: 0 }] : [],
      }),
    });
    expect(quick.step({ $client: 0, begun: 0, isWaiting: false }, request).state).toEqual({
      $client: 0, begun: 1, isWaiting: false,
    });
  });

  test('is told from whatever a server keeps', () => {
    expect([
      keptClients.is(state(idle, 0, false)), keptClients.is({ client: 1 }), keptClients.is(null),
      keptClients.is('$client'), keptClients.is(undefined),
    ]).toEqual([true, false, false, false, false]);
  });
});
