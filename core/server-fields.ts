/**
 * How a new server is built from an old one, for the server and for the layers that options put around it: by one
 * literal with every field, so that all servers share one hidden class (raft/state.ts). A spread makes a class of its
 * own wherever it stands, and each reader of a server then meets dozens.
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

type Draft<S> = { -readonly [Field in keyof S]: S[Field] };

/** To be written to by whoever asked for it, and by nobody who is given it. */
function copyOf<S>(server: S): Draft<S> {
  const { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } = server as Fields;
  return { config, raft, channel, machine, waiting, reading, transfers, clock, changing, early } as unknown as Draft<S>;
}

/** Raft has moved on, and nothing else. */
export function withRaft<S extends { readonly raft: unknown }>(server: S, raft: S['raft']): S {
  const copy = copyOf(server);
  copy.raft = raft;
  return copy;
}

/** What the server does by itself; what its layers keep is as it was. */
export function withService<S extends Fields>(
  server: S, raft: S['raft'], channel: S['channel'], machine: S['machine'], waiting: S['waiting'],
): S {
  const copy = copyOf(server);
  copy.raft = raft;
  copy.channel = channel;
  copy.machine = machine;
  copy.waiting = waiting;
  return copy;
}

export function withReading<S extends { readonly reading?: unknown }>(server: S, reading: S['reading']): S {
  if (server.reading === reading) return server;
  const copy = copyOf(server);
  copy.reading = reading;
  return copy;
}

export function withTransfers<S extends { readonly transfers?: unknown }>(server: S, transfers: S['transfers']): S {
  if (server.transfers === transfers) return server;
  const copy = copyOf(server);
  copy.transfers = transfers;
  return copy;
}

/** Undefined where nobody leads. */
export function withTime<S extends { readonly clock?: unknown }>(server: S, clock: S['clock']): S {
  if (server.clock === clock) return server;
  const copy = copyOf(server);
  copy.clock = clock;
  return copy;
}

export function withChanging<S extends { readonly changing?: unknown }>(server: S, changing: S['changing']): S {
  if (server.changing === changing) return server;
  const copy = copyOf(server);
  copy.changing = changing;
  return copy;
}

export function withEarly<S extends { readonly early?: unknown }>(server: S, early: S['early']): S {
  if (server.early === early) return server;
  const copy = copyOf(server);
  copy.early = early;
  return copy;
}
