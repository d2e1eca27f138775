/**
 * Snapshots in chunks (Figure 13, with offset and done): each chunk is word of a leader, and the last one is the
 * InstallSnapshot of which the specification knows. What a follower has of a snapshot before that is no state of
 * Figure 2; whether its bytes are without a gap is for others to say.
 */
import type { Action } from './action.ts';
import type { InstallSnapshotRequest } from './message.ts';
import type { InstallChunkRequest, InstallChunkResponse } from './option-message.ts';
import { notTheLeaderOfTheTerm } from './replication.ts';
import { refusedBy, type Refusal } from './refusal.ts';
import { rule, type Rule } from './rule.ts';
import type { SpecServer } from './server.ts';

/** A part of a snapshot, of which nothing is installed. */
export const handleInstallChunkRequest: Action<InstallChunkRequest> = {
  name: 'HandleInstallChunkRequest',
  guards: [notTheLeaderOfTheTerm],
  rules: [],
  update: (server, { term }) => ({
    server: server.role === 'candidate' && term === server.currentTerm ? { ...server, role: 'follower' } : server,
    sent: [],
  }),
};

/** What the last chunk is. */
export const wholeSnapshot = (
  { term, source, dest, lastIncludedIndex, lastIncludedTerm }: InstallChunkRequest,
): InstallSnapshotRequest => ({
  kind: 'InstallSnapshotRequest', term, source, dest, lastIncludedIndex, lastIncludedTerm,
});

const leads = rule('InstallChunk: the server leads', 'Figure 13');
const isOwn = rule('InstallChunk: it is of a snapshot that the server has or had', 'Figure 13');
const isNeeded = rule('InstallChunk: the other one is not known to hold what it covers', '7');
const onlyTheLast = rule('HandleInstallChunkRequest: only the last chunk installs a snapshot', 'Figure 13');
const answersOne = rule('HandleInstallChunkRequest: what installs nothing is answered as a chunk', 'Figure 13');

export const chunkRules: readonly Rule[] = [leads, isOwn, isNeeded, onlyTheLast, answersOne];

const refuse = (action: string, guard: Rule, because: string): Refusal => refusedBy(action, { guard, because });

/** Null when the server may send it. */
export function judgeInstallChunkRequest(
  { dest, lastIncludedIndex, lastIncludedTerm }: InstallChunkRequest, after: SpecServer,
): Refusal | null {
  const { role, log, matchIndex } = after;
  if (role !== 'leader') return refuse('InstallChunk', leads, `the server is a ${role}`);
  const isOlder = lastIncludedIndex < log.baseIndex && lastIncludedTerm <= log.baseTerm;
  const isPresent = lastIncludedIndex === log.baseIndex && lastIncludedTerm === log.baseTerm;
  if (lastIncludedIndex < 1 || !(isOlder || isPresent)) {
    return refuse(
      'InstallChunk', isOwn,
      `it is of a snapshot up to index ${lastIncludedIndex} of term ${lastIncludedTerm}, and the last one ends at index ${log.baseIndex} of term ${log.baseTerm}`,
    );
  }
  return matchIndex[dest]! < lastIncludedIndex
    ? null
    : refuse(
        'InstallChunk', isNeeded,
        `matchIndex[${dest}] is ${matchIndex[dest]}, and it covers index ${lastIncludedIndex}`,
      );
}

/** Null when it answers the chunk that was taken. */
export const judgeInstallChunkResponse = (
  { dest }: InstallChunkResponse, chunk: InstallChunkRequest | null,
): Refusal | null =>
  chunk !== null && chunk.source === dest
    ? null
    : refuse(handleInstallChunkRequest.name, answersOne, 'it answers no chunk that installed nothing');
