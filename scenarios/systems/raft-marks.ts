/**
 * What a step of a server did to Raft's state, field by field, and where the core does that. A step that breaks
 * a rule of the paper by itself says so: a report then points at it, however late the property broke.
 */
import type { Raft } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { roleMarks, staleMarks, termMarks, timerMarks, voteMarks } from './election-marks.ts';
import { logMarks } from './log-marks.ts';
import { marked, type RaftChange } from './mark.ts';
import { answerMarks, commitMarks, leaderMarks } from './replication-marks.ts';
import { writeMarks } from './write-marks.ts';

export function raftMarks(change: RaftChange): readonly Mark[] {
  return [
    ...staleMarks(change), ...termMarks(change), ...voteMarks(change), ...roleMarks(change), ...logMarks(change),
    ...answerMarks(change), ...commitMarks(change), ...leaderMarks(change), ...timerMarks(change),
    ...writeMarks(change),
  ];
}

/** What a server makes of its disk; its service has executed up to `executed`. */
export function bootMarks(raft: Raft, executed: number): readonly Mark[] {
  const { currentTerm, votedFor, log, snapshot } = raft.persistent;
  const held = snapshot?.lastIncludedIndex ?? 0;
  const { commitIndex, lastApplied } = raft;
  const vote = votedFor === null ? 'no vote' : `a vote for n${votedFor}`;
  const says = `starts in term ${currentTerm} with ${vote}, a log from ${log.baseIndex} to ${log.lastIndex}, and has executed up to ${executed}`;
  const against =
    commitIndex !== held || lastApplied !== held || executed !== held
      ? `only what its snapshot holds, up to ${held}, is known to be committed and executed: it has commitIndex ${commitIndex}, lastApplied ${lastApplied} (Figure 2)`
      : log.baseIndex !== held
        ? `its snapshot ends at ${held}, and its log begins behind ${log.baseIndex} (7)`
        : null;
  // A first start is told by nothing that came before it.
  const kind = currentTerm === 0 && log.lastIndex === 0 && against === null ? 'start' : 'boot';
  // What it makes of what it read; without a fault there, what it read.
  const at =
    against === null
      ? [places.recover, places.bootServer, places.bootRaft]
      : [places.bootRaft, places.bootServer, places.recover];
  return [marked(kind, at, says, against, { term: currentTerm, index: 1, upTo: log.lastIndex })];
}
