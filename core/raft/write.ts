/** What Raft writes to its disk. */
import type { NodeId } from '../protocol.ts';
import type { Entry, LogIndex, Term } from './log.ts';
import type { Snapshot } from './messages.ts';

/** One durable change. The writes of one `persist` become durable together (the lab's SaveStateAndSnapshot). */
export type Write =
  | { readonly kind: 'hardState'; readonly currentTerm: Term; readonly votedFor: NodeId | null }
  /** The snapshot, and the log without what it stands for; entries behind it stay. */
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'truncate'; readonly from: LogIndex }
  | { readonly kind: 'append'; readonly from: LogIndex; readonly entries: readonly Entry[] };
