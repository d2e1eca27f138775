/**
 * What a server may make of a request beside what Figure 2 says, because it is as if the request or its answer had been
 * lost, or come at another time. docs/specification.md lists it under "Freedoms".
 */
import type { Outcome } from './action.ts';
import type { InstallSnapshotRequest, SpecMessage } from './message.ts';
import type { Setting, SpecServer } from './server.ts';
import { handleInstallSnapshotRequest } from './snapshot.ts';

/** Null when there is nothing but what Figure 2 says. `server`: behind UpdateTerm. */
export function harmless(server: SpecServer, message: SpecMessage, setting: Setting): Outcome | null {
  const { id, currentTerm, log, votedFor, role } = server;
  const to = { term: currentTerm, source: id, dest: message.source };
  switch (message.kind) {
    case 'AppendEntriesRequest': {
      // An entry that was compacted is not in the log any more: Figure 2 read to the letter refuses it.
      const isBelow = message.term === currentTerm && message.prevLogIndex < log.baseIndex;
      const no: SpecMessage = { kind: 'AppendEntriesResponse', ...to, success: false, matchIndex: 0 };
      return isBelow ? { server: { ...server, role: 'follower' }, sent: [no] } : null;
    }
    case 'RequestVoteRequest': {
      // Who has the vote already may be told no when it asks again: whatever counts was said the first time.
      const isAgain = message.term === currentTerm && votedFor === message.source;
      return isAgain ? { server, sent: [{ kind: 'RequestVoteResponse', ...to, voteGranted: false }] } : null;
    }
    case 'InstallSnapshotRequest':
      // What is committed is so in every later term, whoever tells it; but nobody who leads follows an old leader.
      return message.term < currentTerm && role !== 'leader' ? installedLate(server, message, setting) : null;
    default:
      return null;
  }
}

const installedLate = (server: SpecServer, message: InstallSnapshotRequest, setting: Setting): Outcome =>
  handleInstallSnapshotRequest.update(server, { ...message, term: server.currentTerm }, setting);
