/**
 * The only functions that build a new server from an old one, for the server and for the layers that options put around
 * it: every field, in one order, so that all servers share one hidden class (raft/state.ts). A spread makes a class of
 * its own wherever it stands, and each reader of a server then meets dozens.
 */

/** What a server is made of (server.ts): each layer knows its own part, and carries the others. */
interface Fields {
  readonly config: unknown;
  readonly raft: unknown;
  readonly channel: unknown;
  readonly machine: unknown;
  readonly waiting: unknown;
  readonly reading?: unknown;
  readonly transfers?: unknown;
  readonly clock?: unknown;
  readonly changing?: unknown;
  readonly early?: unknown;
}

/** Raft has moved on, and nothing else. */
export function withRaft<S extends { readonly raft: unknown }>(server: S, raft: S['raft']): S {
  const { config, channel, machine, waiting, reading, transfers, clock, changing, early } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

/** What the server does by itself; what its layers keep is as it was. */
export function withService<S extends Fields>(
  server: S, raft: S['raft'], channel: S['channel'], machine: S['machine'], waiting: S['waiting'],
): S {
  const { config, reading, transfers, clock, changing, early } = server;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

export function withReading<S extends { readonly reading?: unknown }>(server: S, reading: S['reading']): S {
  if (server.reading === reading) return server;
  const { config, raft, channel, machine, waiting, transfers, clock, changing, early } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

export function withTransfers<S extends { readonly transfers?: unknown }>(server: S, transfers: S['transfers']): S {
  if (server.transfers === transfers) return server;
  const { config, raft, channel, machine, waiting, reading, clock, changing, early } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

/** Undefined where nobody leads. */
export function withTime<S extends { readonly clock?: unknown }>(server: S, clock: S['clock']): S {
  if (server.clock === clock) return server;
  const { config, raft, channel, machine, waiting, reading, transfers, changing, early } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

export function withChanging<S extends { readonly changing?: unknown }>(server: S, changing: S['changing']): S {
  if (server.changing === changing) return server;
  const { config, raft, channel, machine, waiting, reading, transfers, clock, early } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}

export function withEarly<S extends { readonly early?: unknown }>(server: S, early: S['early']): S {
  if (server.early === early) return server;
  const { config, raft, channel, machine, waiting, reading, transfers, clock, changing } = server as unknown as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as S;
}
