/** What replicas and snapshots claim to hold: what executing the committed entries up to an index gives. */
import type { LogIndex } from '../core/raft/log.ts';
import { property } from './property.ts';

/** The service as it must be at every committed index. */
export interface ServiceModel<Held> {
  /**
   * Where `held` is not what it must be at index `to`; null when it is. With `from` above 0 all was
   * found equal there, so that only what the entries of (from, to] touch needs to be looked at.
   */
  difference(who: string, from: LogIndex, to: LogIndex, held: Held): string | null;
}

export interface Claim<Held = unknown> {
  readonly model: ServiceModel<Held>;
  /** A node or its snapshot, for a person. */
  readonly who: string;
  readonly from: LogIndex;
  readonly to: LogIndex;
  readonly held: Held;
}

export const differenceIn = ({ model, who, from, to, held }: Claim): string | null =>
  model.difference(who, from, to, held);

export const equalReplicas = property({
  name: 'Equal Replicas',
  source: 'Raft, section 2; Lab 3',
  says: 'Servers that applied the same entries hold the same store and the same sessions',
  looksAt: 'ghost',
  check: differenceIn,
});

export const snapshotEqualsPrefix = property({
  name: 'Snapshot Equals Prefix',
  source: 'Raft, section 7; Lab 3B',
  says: 'A snapshot is what applying the log up to its index gives',
  looksAt: 'ghost',
  check: differenceIn,
});

export const acknowledgedWritesSurvive = property({
  name: 'Acknowledged Writes Survive',
  source: 'Raft, section 8; Lab 3',
  says: 'A write that was acknowledged is never lost',
  looksAt: 'end',
  check: differenceIn,
});
