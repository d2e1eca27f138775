/** commitIndex and lastApplied: never back within one life, and never ahead of what they follow. */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import { property } from '../property.ts';
import { ofStep } from './raft-step.ts';

export const commitIndexMonotonic = ofStep({
  name: 'Commit Index Monotonic',
  source: 'Raft, Figure 2',
  says: "A server's commitIndex never goes back while it runs",
  when: 'moved',
  check: ({ node, before, after }) =>
    before === null || after.commitIndex >= before.commitIndex
      ? null
      : `n${node} took commitIndex back from ${before.commitIndex} to ${after.commitIndex}`,
});

export const lastAppliedMonotonic = ofStep({
  name: 'Last Applied Monotonic',
  source: 'Raft, Figure 2',
  says: "A server's lastApplied never goes back while it runs",
  when: 'moved',
  check: ({ node, before, after }) =>
    before === null || after.lastApplied >= before.lastApplied
      ? null
      : `n${node} took lastApplied back from ${before.lastApplied} to ${after.lastApplied}`,
});

export const appliedIsCommitted = ofStep({
  name: 'Applied Is Committed',
  source: 'Raft, Figure 2',
  says: 'A server applies nothing that it does not know to be committed',
  when: 'moved',
  check: ({ node, after: { lastApplied, commitIndex } }) =>
    lastApplied <= commitIndex ? null : `n${node} applied up to ${lastApplied}, committed up to ${commitIndex}`,
});

export const committedIsLogged = ofStep({
  name: 'Committed Is Logged',
  source: 'Raft, Figure 2 and section 7',
  says: 'commitIndex stands within the log, or where its snapshot ends',
  when: 'moved',
  check: ({
    node,
    after: {
      commitIndex, persistent: { log },
    },
  }) =>
    commitIndex <= log.lastIndex && commitIndex >= log.baseIndex
      ? null
      : `n${node} has commitIndex ${commitIndex} and a log from ${log.baseIndex} to ${log.lastIndex}`,
});

/** How far a service had applied before a step, or 0 before a boot; and behind it. */
export interface Applied {
  readonly node: NodeId;
  readonly from: LogIndex;
  readonly to: LogIndex;
  /** Up to where Raft handed entries up. */
  readonly lastApplied: LogIndex;
}

export const appliedInOrder = property({
  name: 'Applied In Order',
  source: 'Raft, Figure 2; Lab 2',
  says: 'A service goes on from where it was, and has applied just what Raft handed up',
  looksAt: 'step',
  check: ({ node, from, to, lastApplied }: Applied) =>
    to > from && to === lastApplied
      ? null
      : `n${node} had applied up to ${from} and now has applied up to ${to}; Raft handed up ${lastApplied}`,
});
