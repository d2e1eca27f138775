/**
 * The one log that the cluster has committed, and the two properties that hang on it: State Machine
 * Safety and Leader Completeness (Figure 3).
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Log, LogIndex, Term } from '../../core/raft/log.ts';
import { differenceIn, type Claim } from '../prefix.ts';
import { hold, property } from '../property.ts';
import { Tail } from '../tail.ts';
import type { Election, Elections } from './elections.ts';
import type { BookedEntry, EntryBook } from './entry-book.ts';

/** A node holds that the entry of `term` at `index` is committed. */
export interface Commitment {
  readonly node: NodeId;
  readonly index: LogIndex;
  readonly term: Term;
  /**
   * The term of the entry that is committed there; null when no log was seen to hold the one that the node speaks of.
   */
  readonly known: Term | null;
}

export const stateMachineSafety = property({
  name: 'State Machine Safety',
  source: 'Raft, Figure 3',
  says: 'No two servers ever apply different entries at one index',
  looksAt: 'ghost',
  check(claim: Commitment | Claim<unknown>) {
    if (!('known' in claim)) return differenceIn(claim);
    const { node, index, term, known } = claim;
    if (known === term) return null;
    return known === null
      ? `n${node} committed index ${index}, term ${term}, an entry that no log was seen to hold`
      : `n${node} committed an entry of term ${term} at index ${index}, where an entry of term ${known} was committed before`;
  },
});

export interface Inheritance {
  readonly election: Election;
  /** An entry that was committed in an earlier term. */
  readonly index: LogIndex;
  readonly term: Term;
}

export const leaderCompleteness = property({
  name: 'Leader Completeness',
  source: 'Raft, Figure 3',
  says: 'Whoever is elected later holds every committed entry',
  looksAt: 'ghost',
  check: ({ election, index, term }: Inheritance) =>
    holds(election.log, index, term)
      ? null
      : `n${election.leader} was elected in term ${election.term} without entry ${index} of term ${term}, which is committed`,
});

/** By Log Matching one entry stands for all before it. A compacted prefix is committed itself. */
const holds = (log: Log, index: LogIndex, term: Term): boolean =>
  index < log.baseIndex || (index <= log.lastIndex && log.termAt(index) === term);

export class CommittedLog {
  /** By index, from 1. */
  private readonly entries = new Tail<BookedEntry | undefined>(undefined);
  /** The highest index committed by nodes of each term. */
  private readonly highestByTerm = new Map<Term, LogIndex>();
  private readonly book: EntryBook;
  private readonly elections: Elections;

  constructor(book: EntryBook, elections: Elections) {
    this.book = book;
    this.elections = elections;
  }

  get lastIndex(): LogIndex {
    return this.entries.lastIndex;
  }

  at(index: LogIndex): BookedEntry {
    return this.entries.at(index)!;
  }

  /**
   * A node of `currentTerm` holds that everything up to `index` is committed, and that the entry
   * there is of `term`. Calls `onNew` for each index that nobody knew committed before, in order.
   */
  commit(
    node: NodeId, currentTerm: Term, index: LogIndex, term: Term, onNew: (index: LogIndex, entry: BookedEntry) => void,
  ): void {
    if (index < this.entries.firstIndex) return;
    if (index > this.lastIndex) this.extend(node, index, term, onNew);
    else this.mustAgree(node, index, term);
    const highest = this.highestByTerm.get(currentTerm) ?? 0;
    if (index <= highest) return;
    this.highestByTerm.set(currentTerm, index);
    this.mustBeKnownToLaterLeaders(currentTerm, index);
  }

  /** Walks back from the new end to what is known: by Log Matching there is one way only. */
  private extend(
    node: NodeId, index: LogIndex, term: Term, onNew: (index: LogIndex, entry: BookedEntry) => void,
  ): void {
    const added: BookedEntry[] = [];
    let expected = term;
    for (let at = index; at > this.lastIndex; at--) {
      const entry = this.book.find(at, expected);
      if (entry === undefined) hold(stateMachineSafety, { node, index: at, term: expected, known: null });
      added.push(entry!);
      expected = entry!.prevTerm;
    }
    this.mustAgree(node, this.lastIndex, expected);
    for (const entry of added.reverse()) {
      this.entries.push(entry);
      onNew(this.lastIndex, entry);
    }
  }

  private mustAgree(node: NodeId, index: LogIndex, term: Term): void {
    hold(stateMachineSafety, { node, index, term, known: index === 0 ? 0 : this.at(index).term });
  }

  /** What every server has compacted is held against nothing any more. */
  forgetBelow(index: LogIndex): void {
    this.entries.forgetBelow(index);
    for (const [term, highest] of this.highestByTerm) if (highest < index) this.highestByTerm.delete(term);
  }

  /** A leader of a later term may have been elected already; then its log must have held the entry. */
  private mustBeKnownToLaterLeaders(term: Term, index: LogIndex): void {
    for (let i = this.elections.won.length - 1; i >= 0; i--) {
      const election = this.elections.won[i]!;
      if (election.term > term) this.mustHoldCommitted(election, index);
    }
  }

  /** Leader Completeness: whatever was committed in earlier terms is in the log of a new leader. */
  mustBeComplete(election: Election): void {
    for (const [term, index] of this.highestByTerm) {
      if (term < election.term) this.mustHoldCommitted(election, index);
    }
  }

  private mustHoldCommitted(election: Election, index: LogIndex): void {
    hold(leaderCompleteness, { election, index, term: this.at(index).term });
  }
}
