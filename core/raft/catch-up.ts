/**
 * Catching up (dissertation 4.2.1): a learner is made a voter only when it holds about as much as its leader, else the
 * cluster might have no majority that holds anything new for a long time. The leader counts rounds: each is over when
 * the learner, or each of several, holds all that the leader's log held when the round began. A round that took less
 * than an election timeout is good enough; after ten that took longer, or during which nothing came, the leader gives
 * up.
 */
import type { NodeId } from '../protocol.ts';
import type { CatchUp } from './office.ts';
import { withOffice, type Leader, type Raft, type RaftEffect } from './state.ts';

const roundsMax = 10;

export interface CatchUpStep {
  readonly raft: Raft;
  readonly effects: readonly RaftEffect[];
  readonly state: 'behind' | 'caughtUp' | 'givenUp';
}

/** Begins where none has begun for these servers, and goes on where a round is over. */
export function caughtUp(raft: Raft, servers: readonly NodeId[]): CatchUpStep {
  const { matchIndex, office } = raft.role as Leader;
  const last = office?.catchUp;
  if (last === undefined || last.servers.join() !== servers.join())
    return begin(raft, { servers, upTo: raft.persistent.log.lastIndex, rounds: 1, isLate: false });
  if (last.rounds > roundsMax) return { raft, effects: [], state: 'givenUp' };
  if (servers.some((server) => matchIndex[server]! < last.upTo)) return { raft, effects: [], state: 'behind' };
  if (!last.isLate) return { raft, effects: [], state: 'caughtUp' };
  return begin(raft, { servers, upTo: raft.persistent.log.lastIndex, rounds: last.rounds + 1, isLate: false });
}

/** A round lasts an election timeout at most. */
function begin(raft: Raft, catchUp: CatchUp): CatchUpStep {
  const { min } = raft.config.electionTimeoutUs;
  return {
    raft: withCatchUp(raft, catchUp),
    effects: [{ kind: 'setTimer', timer: 'catchUp', afterUs: { min, max: min } }],
    state: 'behind',
  };
}

/** The round is late. One in which the learner stands still counts again and again. */
export function onCatchUpTimer(raft: Raft): { readonly raft: Raft; readonly effects: readonly RaftEffect[] } {
  const { role } = raft;
  const catchUp = role.kind === 'leader' ? role.office?.catchUp : undefined;
  if (catchUp === undefined) return { raft, effects: [] };
  const { servers, upTo, rounds } = catchUp;
  const late: CatchUp = { servers, upTo, rounds: rounds + 1, isLate: true };
  return late.rounds > roundsMax ? { raft: withCatchUp(raft, late), effects: [] } : begin(raft, late);
}

const withCatchUp = (raft: Raft, catchUp: CatchUp): Raft =>
  withOffice(raft, { ...(raft.role as Leader).office!, catchUp });

export function withoutCatchUp(raft: Raft): Raft {
  const { catchUp: _over, ...office } = (raft.role as Leader).office!;
  return withOffice(raft, office);
}
