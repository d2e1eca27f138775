/**
 * What Raft hands up to the service, in order: committed entries and installed snapshots through one
 * channel (the lab's applyCh), so that the service never has to guess which of two is newer.
 */
import type { Entry, LogIndex } from './log.ts';
import type { Snapshot } from './messages.ts';
import { NONE, withLastApplied, type Raft } from './state.ts';

export type Delivery =
  | { readonly kind: 'entry'; readonly index: LogIndex; readonly entry: Entry }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** Up to `limit` deliveries that follow lastApplied, and Raft with lastApplied moved behind them. */
export function deliver(raft: Raft, limit: number): { raft: Raft; deliveries: readonly Delivery[] } {
  if (raft.lastApplied >= raft.commitIndex) return { raft, deliveries: NONE };
  const { log, snapshot } = raft.persistent;
  const deliveries: Delivery[] = [];
  let { lastApplied } = raft;
  if (snapshot !== null && lastApplied < snapshot.lastIncludedIndex) {
    deliveries.push({ kind: 'snapshot', snapshot });
    lastApplied = snapshot.lastIncludedIndex;
  }
  while (lastApplied < raft.commitIndex && deliveries.length < limit) {
    lastApplied += 1;
    deliveries.push({ kind: 'entry', index: lastApplied, entry: log.at(lastApplied) });
  }
  return { raft: withLastApplied(raft, lastApplied), deliveries };
}
