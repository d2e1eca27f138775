/** What no single step of a server may do, whatever the others are. For the specification's own model. */
import { first, isSame, type ModelServer } from './properties.ts';

export interface StepProperty {
  readonly name: string;
  /** `action` made `after` of `before`, the same server. */
  check(before: ModelServer, action: string, after: ModelServer): string | null;
}

const termMonotonic: StepProperty = {
  name: 'Term Monotonic',
  check: (before, action, after) =>
    after.currentTerm >= before.currentTerm
      ? null
      : `${action}: the term of ${after.id} falls from ${before.currentTerm} to ${after.currentTerm}`,
};

const oneVotePerTerm: StepProperty = {
  name: 'One Vote Per Term',
  check: (before, action, after) =>
    before.currentTerm !== after.currentTerm || before.votedFor === null || before.votedFor === after.votedFor
      ? null
      : `${action}: ${after.id} voted for ${before.votedFor} in term ${after.currentTerm}, and now for ${after.votedFor}`,
};

const leaderAppendOnly: StepProperty = {
  name: 'Leader Append-Only',
  check: (before, action, after) => {
    if (before.role !== 'leader' || after.role !== 'leader' || before.currentTerm !== after.currentTerm) return null;
    return before.log.all.every((entry, at) => isSame(entry, after.log.all[at]))
      ? null
      : `${action}: ${after.id} leads and changes its log`;
  },
};

const commitMonotonic: StepProperty = {
  name: 'Commit Index Monotonic',
  check: (before, action, after) =>
    action === 'Restart' || after.commitIndex >= before.commitIndex
      ? null
      : `${action}: commitIndex of ${after.id} falls from ${before.commitIndex} to ${after.commitIndex}`,
};

const snapshotMonotonic: StepProperty = {
  name: 'Snapshot Index Monotonic',
  check: (before, action, after) =>
    after.log.baseIndex >= before.log.baseIndex
      ? null
      : `${action}: the snapshot of ${after.id} goes back from index ${before.log.baseIndex} to ${after.log.baseIndex}`,
};

const matchMonotonic: StepProperty = {
  name: 'Match Index Monotonic',
  check: (before, action, after) => {
    if (before.role !== 'leader' || after.role !== 'leader' || before.currentTerm !== after.currentTerm) return null;
    return first(before.matchIndex, (match, peer) =>
      after.matchIndex[peer]! >= match
        ? null
        : `${action}: matchIndex[${peer}] of ${after.id} falls from ${match} to ${after.matchIndex[peer]}`,
    );
  },
};

export const stepProperties: readonly StepProperty[] = [
  termMonotonic,
  oneVotePerTerm,
  leaderAppendOnly,
  commitMonotonic,
  snapshotMonotonic,
  matchMonotonic,
];
