/**
 * A client as a node of the world, with what the explorer must know of it: how much it has begun, and whether it waits.
 */
import type { AnyEvent, AnyProcess } from '../system.ts';
import type { Client, WholeProcess } from './contract.ts';

export interface Asked {
  /** Operations so far. */
  readonly begun: number;
  readonly isWaiting: boolean;
}

/** The name of the field tells a client's state from whatever a server keeps. */
export interface KeptClient extends Asked {
  readonly $client: unknown;
}

/** How the states of clients are told from those of servers, and read. */
export interface ClientStates {
  is(state: unknown): boolean;
  /** What the client itself keeps. */
  kept(state: unknown): unknown;
  asked(state: unknown): Asked;
}

/** As `clientProcess` makes them. */
export const keptClients: ClientStates = {
  is: (state) => typeof state === 'object' && state !== null && '$client' in state,
  kept: (state) => (state as KeptClient).$client,
  asked: (state) => state as KeptClient,
};

type AnyClient = Client<any, any, any, unknown, unknown> | WholeProcess<any, any, any, any>;

/** Nothing of it is durable. */
export const clientProcess = (client: AnyClient): AnyProcess =>
  'process' in client
    ? keeping(
        () => client.process.boot(client.process.blank),
        (state, event) => client.process.step(state, event),
      )
    : keeping(
        () => client.boot(),
        (state, event) => (event.kind === 'unreachable' ? { state, effects: [] } : client.step(state, event)),
      );

const keeping = (
  boot: () => ReturnType<AnyProcess['boot']>, step: (state: unknown, event: AnyEvent) => ReturnType<AnyProcess['step']>,
): AnyProcess => ({
  blank: null,
  boot() {
    const { state, effects } = boot();
    return { state: { $client: state, begun: 0, isWaiting: false } satisfies KeptClient, effects };
  },
  step(untyped, event) {
    const kept = untyped as KeptClient;
    const { state, effects } = step(kept.$client, event);
    const isAsked = event.kind === 'request';
    const isTold = effects.some(({ kind }) => kind === 'reply');
    if (state === kept.$client && !isAsked && !isTold) return { state: kept, effects };
    return {
      state: {
        $client: state, begun: kept.begun + (isAsked ? 1 : 0), isWaiting: (kept.isWaiting || isAsked) && !isTold,
      } satisfies KeptClient,
      effects,
    };
  },
  write: (disk) => disk,
});
