/**
 * A new disk for a server that was taken out and is to come in again under its id. Raft's servers lose no disk (Figure
 * 2): others may not know yet that it was taken out, and take what it says for the word of the server that it was. So
 * the disk has no log, but is not blank. It holds what its operator learned of the cluster:
 *
 * 1. It begins in the term of whoever knows the removal to be committed, with its vote spent. Else a leader of an
 *    earlier term, whose followers have gone on since, gets the acknowledgement that it still needs from it.
 * 2. It grants no vote, and no pre-vote, until its log holds a configuration of which it is a member, behind the one
 *    without it: from there on the log protects it (5.4.1). Else a server that was taken out long before, and stands
 *    in a later term, gets the vote of a log that is shorter still.
 * 3. It goes by the configuration that came of the removal, whatever entries up to there say. Else it takes itself for
 *    a member, and stands for election with another one that was never told.
 *
 * Answers of its earlier stay are told from those of now by stays.ts.
 */
import type { NodeId } from '../protocol.ts';
import { Log, type Placed, type Term } from './log.ts';
import { isMember } from './members.ts';
import type { Persistent, Raft } from './state.ts';

/** What an operator learned from a server that takes part. */
export interface Removal {
  /** Of a server that knows the configuration to be committed. */
  readonly term: Term;
  /** A committed configuration in which the server does not take part. */
  readonly founding: Placed;
}

/** What the new disk of a server holds before it starts. */
export const newDisk = (id: NodeId, { term, founding }: Removal): Persistent => ({
  currentTerm: term, votedFor: id, log: Log.startingAfter(0, 0, undefined, founding), snapshot: null,
});

/** Rule 2. A server with the disk that it always had may vote, whether it takes part or not (4.1). */
export const mayVote = ({ config: { id }, persistent: { log } }: Raft): boolean =>
  log.founding === null ||
  log.configurationsBehind(log.founding.index).some((configuration) => isMember(configuration, id));
