/**
 * Log Matching (Figure 3): if two logs contain an entry with the same index and term, they are equal
 * up to there.
 *
 * The book remembers of every entry ever seen its command and the term in front of it. When each new
 * entry of each log agrees with the book, equality of prefixes follows by induction, at a cost that
 * does not grow with the log.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Entry, Log, LogIndex, Term } from '../../core/raft/log.ts';
import { mustHold } from '../checker.ts';
import { sameCommand } from './same-command.ts';

export interface BookedEntry {
  readonly term: Term;
  readonly prevTerm: Term;
  readonly command: unknown;
}

export class EntryBook {
  private readonly byIndex: BookedEntry[][] = [];

  find(index: LogIndex, term: Term): BookedEntry | undefined {
    const booked = this.byIndex[index];
    if (booked === undefined) return undefined;
    for (const entry of booked) if (entry.term === term) return entry;
    return undefined;
  }

  /** Looks at the entries of `after` that were not in `before`. */
  readNew(node: NodeId, before: Log | null, after: Log): void {
    if (before === after) return;
    for (let index = after.lastIndex; index > after.baseIndex; index--) {
      const entry = after.at(index);
      if (before !== null && index > before.baseIndex && index <= before.lastIndex && before.at(index) === entry) return;
      this.enter(node, index, entry, after.termAt(index - 1));
    }
  }

  enter(node: NodeId, index: LogIndex, { term, command }: Pick<Entry, 'term' | 'command'>, prevTerm: Term): void {
    mustHold('Log Terms Non-Decreasing', term >= prevTerm, () => `n${node} holds entry ${index} of term ${term} behind one of term ${prevTerm}`);
    const known = this.find(index, term);
    if (known === undefined) {
      (this.byIndex[index] ??= []).push({ term, prevTerm, command });
      return;
    }
    mustHold('Log Matching', known.prevTerm === prevTerm && sameCommand(known.command, command), () =>
      `n${node} holds at index ${index}, term ${term}, another entry than was seen there before, or another one in front of it`);
  }
}
