/**
 * What must be on the disk, and when, where a server goes on while its writes are on their way (dissertation 10.2.1):
 * what waits for the disk in Figure 2 waits for it here, too, but for the entries that a leader sends.
 */
import { isOfTheNextTerm, type AnySpecMessage } from './option-message.ts';
import type { Index } from './replication.ts';
import { agreeingOn } from './replication.ts';
import { guard, type Guard } from './rule.ts';
import { quorumOf, type SpecServer } from './server.ts';

/** What a crash leaves of a server. */
export type Durable = Pick<SpecServer, 'currentTerm' | 'votedFor' | 'log'>;

/** The server as its disk has it when a step is taken. */
interface OnDisk {
  readonly disk: Durable;
}

/** Whether the disk holds the server's log up to an index. */
function holdsUpTo({ log: held }: Durable, { log }: SpecServer, index: number): boolean {
  if (index > held.lastIndex) return false;
  // What a snapshot covers is committed, and the same everywhere.
  return index <= held.baseIndex || index <= log.baseIndex || held.termAt(index) === log.termAt(index);
}

export const countsItsDisk = guard<Index & OnDisk>(
  'AdvanceCommitIndex: a leader counts itself for what its disk holds',
  'dissertation 10.2.1',
  (server, { index, disk }, setting) => {
    const holders = agreeingOn(server, index);
    if (holders > quorumOf(setting) || holdsUpTo(disk, server, index)) return null;
    return `index ${index} is on ${holders} of ${setting.servers} servers with the leader, whose disk ends at index ${disk.log.lastIndex}`;
  },
);

/** `matchIndex` of a leader itself. */
export const knowsItsDisk = guard<OnDisk>(
  'Persisted: a leader knows its disk to hold no more than it does',
  'dissertation 10.2.1',
  (server, { disk }) => {
    const index = server.matchIndex[server.id] ?? 0;
    return index === 0 || holdsUpTo(disk, server, index)
      ? null
      : `its own matchIndex is ${index}, and its disk ends at index ${disk.log.lastIndex}`;
  },
);

interface Ahead extends OnDisk {
  readonly message: AnySpecMessage;
}

const about = ({ kind, dest }: AnySpecMessage): string => `${kind} to ${dest} leaves ahead of the disk`;

/** What a message says of the server that sends it is on its disk. */
export const aheadConditions: readonly Guard<Ahead>[] = [
  guard('SendAhead: the term is on the disk', 'Figure 2', (_, { message, disk }) =>
    isOfTheNextTerm(message) || disk.currentTerm >= message.term
      ? null
      : `${about(message)}: its term is ${message.term}, and the disk is in term ${disk.currentTerm}`,
  ),
  guard('SendAhead: the vote is on the disk', 'Figure 2', (_, { message, disk }) =>
    message.kind !== 'RequestVoteResponse' || !message.voteGranted || disk.votedFor === message.dest
      ? null
      : `${about(message)}: it grants a vote, and on the disk votedFor is ${disk.votedFor} in term ${disk.currentTerm}`,
  ),
  guard('SendAhead: what is acknowledged is on the disk', 'Figure 2', (server, { message, disk }) => {
    if (message.kind !== 'AppendEntriesResponse' && message.kind !== 'InstallSnapshotResponse') return null;
    const { matchIndex } = message;
    return matchIndex === 0 || holdsUpTo(disk, server, matchIndex)
      ? null
      : `${about(message)}: it acknowledges index ${matchIndex}, and the disk ends at index ${disk.log.lastIndex}`;
  }),
];

/** Beside those of all actions (receive.ts). */
export const pipelinedRules = [countsItsDisk, knowsItsDisk, ...aheadConditions];
