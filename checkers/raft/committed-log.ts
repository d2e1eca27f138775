/**
 * The one log that the cluster has committed, and the two properties that hang on it: State Machine
 * Safety and Leader Completeness (Figure 3).
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Log, LogIndex, Term } from '../../core/raft/log.ts';
import { mustHold } from '../checker.ts';
import type { Election, Elections } from './elections.ts';
import type { BookedEntry, EntryBook } from './entry-book.ts';

export class CommittedLog {
  /** By index, from 1. */
  private readonly entries: (BookedEntry | undefined)[] = [undefined];
  /** The highest index committed by nodes of each term. */
  private readonly highestByTerm = new Map<Term, LogIndex>();
  private readonly book: EntryBook;
  private readonly elections: Elections;

  constructor(book: EntryBook, elections: Elections) {
    this.book = book;
    this.elections = elections;
  }

  get lastIndex(): LogIndex {
    return this.entries.length - 1;
  }

  at(index: LogIndex): BookedEntry {
    return this.entries[index]!;
  }

  /**
   * A node of `currentTerm` holds that everything up to `index` is committed, and that the entry
   * there is of `term`. Calls `onNew` for each index that nobody knew committed before, in order.
   */
  commit(node: NodeId, currentTerm: Term, index: LogIndex, term: Term, onNew: (index: LogIndex, entry: BookedEntry) => void): void {
    if (index > this.lastIndex) this.extend(node, index, term, onNew);
    else this.mustAgree(node, index, term);
    const highest = this.highestByTerm.get(currentTerm) ?? 0;
    if (index <= highest) return;
    this.highestByTerm.set(currentTerm, index);
    this.mustBeKnownToLaterLeaders(currentTerm, index);
  }

  /** Walks back from the new end to what is known: by Log Matching there is one way only. */
  private extend(node: NodeId, index: LogIndex, term: Term, onNew: (index: LogIndex, entry: BookedEntry) => void): void {
    const added: BookedEntry[] = [];
    let expected = term;
    for (let at = index; at > this.lastIndex; at--) {
      const entry = this.book.find(at, expected);
      mustHold('State Machine Safety', entry !== undefined, () => `n${node} committed index ${at}, term ${expected}, an entry that no log was seen to hold`);
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
    const known = index === 0 ? 0 : this.at(index).term;
    mustHold('State Machine Safety', known === term, () =>
      `n${node} committed an entry of term ${term} at index ${index}, where an entry of term ${known} was committed before`);
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

  private mustHoldCommitted({ term, leader, log }: Election, index: LogIndex): void {
    const committed = this.at(index);
    mustHold('Leader Completeness', holds(log, index, committed.term), () =>
      `n${leader} was elected in term ${term} without entry ${index} of term ${committed.term}, which is committed`);
  }
}

/** By Log Matching one entry stands for all before it. A compacted prefix is committed itself. */
const holds = (log: Log, index: LogIndex, term: Term): boolean =>
  index < log.baseIndex || (index <= log.lastIndex && log.termAt(index) === term);
