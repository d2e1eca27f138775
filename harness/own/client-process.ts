/** A client as a node of the world, with what the explorer must know of it: how much it has begun, and whether it waits. */
import type { AnyProcess } from '../system.ts';
import type { Client } from './contract.ts';

/** The name of the field tells a client's state from whatever a server keeps. */
export interface KeptClient {
  readonly $client: unknown;
  /** Operations so far. */
  readonly begun: number;
  readonly isWaiting: boolean;
}

export const isClient = (state: unknown): boolean => typeof state === 'object' && state !== null && '$client' in state;

/** Nothing of it is durable. */
export const clientProcess = (client: Client<any, any, any, unknown, unknown>): AnyProcess => ({
  blank: null,
  boot() {
    const { state, effects } = client.boot();
    return { state: { $client: state, begun: 0, isWaiting: false } satisfies KeptClient, effects };
  },
  step(untyped, event) {
    const kept = untyped as KeptClient;
    if (event.kind === 'unreachable') return { state: kept, effects: [] };
    const { state, effects } = client.step(kept.$client, event);
    const isAsked = event.kind === 'request';
    const isTold = effects.some(({ kind }) => kind === 'reply');
    if (state === kept.$client && !isAsked && !isTold) return { state: kept, effects };
    return { state: { $client: state, begun: kept.begun + (isAsked ? 1 : 0), isWaiting: (kept.isWaiting || isAsked) && !isTold } satisfies KeptClient, effects };
  },
  write: (disk) => disk,
});
