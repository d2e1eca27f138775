/** Messages of the specification as a person reads them. */
import type { SpecMessage } from '../../checkers/spec/message.ts';

/** Such as `AppendEntriesRequest of term 2, 0 -> 1, behind 0@0: a@2, commit 0`. */
export function wordsOf(message: SpecMessage): string {
  const head = `${message.kind} of term ${message.term}, ${message.source} -> ${message.dest}`;
  switch (message.kind) {
    case 'RequestVoteRequest':
      return `${head}, log up to ${message.lastLogIndex}@${message.lastLogTerm}`;
    case 'RequestVoteResponse':
      return `${head}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'AppendEntriesRequest': {
      const entries = message.entries.map(({ term, command }) => `${String(command)}@${term}`).join(' ');
      return `${head}, behind ${message.prevLogIndex}@${message.prevLogTerm}: ${entries || 'nothing'}, commit ${message.leaderCommit}`;
    }
    case 'AppendEntriesResponse':
      return `${head}, ${message.success ? `match ${message.matchIndex}` : 'refused'}`;
    case 'InstallSnapshotRequest':
      return `${head}, up to ${message.lastIncludedIndex}@${message.lastIncludedTerm}`;
    case 'InstallSnapshotResponse':
      return `${head}, match ${message.matchIndex}`;
  }
}
