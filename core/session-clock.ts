/**
 * The time by which sessions expire (dissertation 6.3), as a layer around the server. A reducer has no clock: a leader
 * counts its heartbeats, from the time on that the last entry of its log tells. So time goes on while somebody leads,
 * and no new leader takes it back.
 */
import type { Command, InSession } from './kv/command.ts';
import type { MachineSnapshot } from './kv/snapshot.ts';
import type { Raft } from './raft/state.ts';
import { withTime } from './server-fields.ts';

export interface SessionClock {
  /** Of the leadership that it belongs to. */
  readonly term: number;
  readonly timeUs: number;
}

/** Of a server, what its clock needs. */
export interface ClockServer {
  readonly config: { readonly sessionExpiryUs?: number; readonly heartbeatUs: number };
  readonly raft: Raft;
  /** Of a leader only. */
  readonly clock?: SessionClock | undefined;
}

interface Happening {
  readonly kind: string;
  readonly timer?: string;
}

/** The server's step, with the time going on in front of it. Without the option it is the server's alone. */
export function withClock<S extends ClockServer, E extends Happening, T>(
  server: S, event: E, step: (server: S, event: E) => { readonly state: S; readonly effects: readonly T[] },
): { readonly state: S; readonly effects: readonly T[] } {
  if (server.config.sessionExpiryUs === undefined) return step(server, event);
  const clock = ticked(server, event);
  const { state, effects } = step(withTime(server, clock), event);
  return { state: withTime(state, clockOf(state, clock)), effects };
}

function ticked({ clock, config: { heartbeatUs } }: ClockServer, { kind, timer }: Happening): SessionClock | undefined {
  return clock !== undefined && kind === 'timer' && timer === 'heartbeat'
    ? { term: clock.term, timeUs: clock.timeUs + heartbeatUs }
    : clock;
}

function clockOf({ raft }: ClockServer, clock: SessionClock | undefined): SessionClock | undefined {
  const { role, persistent: { currentTerm } } = raft;
  if (role.kind !== 'leader') return undefined;
  return clock?.term === currentTerm ? clock : { term: currentTerm, timeUs: lastTimeIn(raft) };
}

/** What the last entry that tells the time says, or the snapshot in front of all entries. */
function lastTimeIn({ persistent: { log, snapshot } }: Raft): number {
  for (let index = log.lastIndex; index > log.baseIndex; index--) {
    const command = log.at(index).command as Command | null;
    if (command?.inSession !== undefined) return command.inSession.timeUs;
  }
  return snapshot === null ? 0 : (snapshot.data as MachineSnapshot).sessions.timeUs ?? 0;
}

/** What a command of a session says of it. */
export function inSessionOf({ clock, config: { sessionExpiryUs } }: ClockServer, session: number): InSession {
  const timeUs = clock?.timeUs ?? 0;
  return { session, timeUs, activeSinceUs: Math.max(0, timeUs - sessionExpiryUs!) };
}
