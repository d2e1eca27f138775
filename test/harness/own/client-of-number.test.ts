/** A system may say for each client whom it asks, and which client it is. */
import { describe, expect, test } from 'vitest';
import { readyClient } from '../../../harness/own/client.ts';
import {
  defineSystem, register, type CasRegisterInput, type RegisterOutput, type Server, type SystemDefinition,
} from '../../../harness/own/index.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../../../harness/system.ts';
import { toyPlan } from '../faults/toys.ts';

describe('a system may say for each client', () => {
  const server: Server<object, unknown, never> = {
    boot: () => ({ state: {}, effects: [] }), step: (state) => ({ state, effects: [] }),
  };
  const ask: AnyEvent = { kind: 'request', id: 0, request: { op: 'read' } };
  const targetOf = (process: AnyProcess): unknown =>
    process
      .step(process.boot(null).state, ask)
      .effects.flatMap((effect: AnyEffect) => (effect.kind === 'send' ? [effect.to] : []));
  const bound = (
    client: NonNullable<
      SystemDefinition<object, never, null, null, Record<never, never>, CasRegisterInput, RegisterOutput>['client']
    >,
  ): readonly AnyProcess[] =>
    defineSystem<object, never>()({
      name: 'bound', service: register, servers: ({ servers }) => Array.from({ length: servers }, () => server), client,
    })
      .processes(toyPlan({ servers: 3, clients: 3 }))
      .slice(3);

  test('whom it asks', () => {
    expect(bound({ asks: (_, number) => [number] }).map(targetOf)).toEqual([[0], [1], [2]]);
  });

  test('which client it is', () => {
    const own = (number: number) =>
      readyClient<CasRegisterInput, RegisterOutput>({ retryUs: { min: 1, max: 1 }, asks: [2 - number] });
    expect(bound((_, number) => own(number)).map(targetOf)).toEqual([[2], [1], [0]]);
  });
});
