/** Log compaction: section 7 and Figure 13 of the Raft paper, chapter 5 of the dissertation. Not in raft.tla. */
import type { Action } from './action.ts';
import { answerOfThisTerm, termUpdatedFirst, type Addressed } from './election.ts';
import { SplicedLog, type SpecLog } from './log.ts';
import type { InstallSnapshotRequest, InstallSnapshotResponse } from './message.ts';
import { acknowledged, notTheLeaderOfTheTerm, type Index } from './replication.ts';
import { firstRefusal, guard, holds, rule } from './rule.ts';
import type { Setting, SpecServer } from './server.ts';

/** The service has a snapshot of everything up to an index: the entries up to there may go. */
export const compact: Action<Index> = {
  name: 'Compact',
  guards: [
    guard('Compact: the snapshot is later than the last one', '7', ({ log }, { index }) =>
      index > log.baseIndex ? null : `the last snapshot ends at index ${log.baseIndex}`,
    ),
    guard('Compact: what it covers is committed', '7', ({ commitIndex }, { index }) =>
      index <= commitIndex ? null : `index ${index} is above commitIndex ${commitIndex}`,
    ),
  ],
  rules: [],
  update: (server, { index }) => ({ server: { ...server, log: compactedTo(server.log, index) }, sent: [] }),
};

export const compactedTo = (log: SpecLog, index: number): SpecLog =>
  new SplicedLog(log, log.lastIndex, [], { index, term: log.termAt(index) });

/** `content` is what the service made of the prefix, and passes through. */
export interface SendingSnapshot extends Addressed {
  readonly content?: unknown;
}

export const installSnapshot: Action<SendingSnapshot> = {
  name: 'InstallSnapshot',
  guards: [
    guard('InstallSnapshot: the server leads', '7', ({ role }) =>
      role === 'leader' ? null : `the server is a ${role}`,
    ),
    guard('InstallSnapshot: the next entry is not in the log any more', '7', ({ log, nextIndex }, { to }) =>
      nextIndex[to]! <= log.baseIndex
        ? null
        : `nextIndex[${to}] = ${nextIndex[to]} is behind the snapshot, which ends at index ${log.baseIndex}`,
    ),
  ],
  rules: [],
  update(server, { to, content }) {
    const { id, currentTerm, log } = server;
    const request: InstallSnapshotRequest = {
      kind: 'InstallSnapshotRequest',
      term: currentTerm,
      source: id,
      dest: to,
      lastIncludedIndex: log.baseIndex,
      lastIncludedTerm: log.baseTerm,
      ...(content === undefined ? {} : { content }),
    };
    return { server, sent: [request] };
  },
};

/** What an InstallSnapshot needs to be taken. */
export const snapshotConditions = [
  guard<InstallSnapshotRequest>(
    'HandleInstallSnapshotRequest: the request is of this term',
    '5.1',
    ({ currentTerm }, { term }) =>
      term === currentTerm ? null : `the request's term ${term} is not currentTerm ${currentTerm}`,
  ),
];

const onlyNews = rule('HandleInstallSnapshotRequest: what is committed already is not installed', '7');
const keepsWhatFits = rule('HandleInstallSnapshotRequest: what follows an entry that fits is kept', 'Figure 13');
const dropsWhatDoesNot = rule(
  'HandleInstallSnapshotRequest: what follows an entry that does not fit goes',
  'Figure 13',
);

/** Whether the log holds the snapshot's last entry, so that what follows it is the leader's or may become so. */
const holdsLastIncluded = (
  log: SpecLog,
  { lastIncludedIndex, lastIncludedTerm }: InstallSnapshotRequest,
): boolean =>
  lastIncludedIndex >= log.baseIndex &&
  lastIncludedIndex <= log.lastIndex &&
  log.termAt(lastIncludedIndex) === lastIncludedTerm;

function installedIn(log: SpecLog, message: InstallSnapshotRequest, setting: Setting): SpecLog {
  const { lastIncludedIndex: index, lastIncludedTerm: term } = message;
  const isKept = holdsLastIncluded(log, message) ? holds(setting, keepsWhatFits) : !holds(setting, dropsWhatDoesNot);
  return new SplicedLog(log, isKept ? Math.max(log.lastIndex, index) : index, [], { index, term });
}

/** Refused, or taken: then the server follows, and holds at least what the snapshot covers. */
export const handleInstallSnapshotRequest: Action<InstallSnapshotRequest> = {
  name: 'HandleInstallSnapshotRequest',
  guards: [termUpdatedFirst, notTheLeaderOfTheTerm],
  rules: [...snapshotConditions, onlyNews, keepsWhatFits, dropsWhatDoesNot],
  update(server, message, setting) {
    if (firstRefusal(snapshotConditions, server, message, setting) !== null)
      return { server, sent: [snapshotAnswer(server, message, 0)] };
    const sent = [snapshotAnswer(server, message, message.lastIncludedIndex)];
    const following: SpecServer = { ...server, role: 'follower' };
    if (message.lastIncludedIndex <= server.commitIndex && holds(setting, onlyNews))
      return { server: following, sent };
    const log = installedIn(server.log, message, setting);
    return {
      server: { ...following, log, commitIndex: Math.max(server.commitIndex, message.lastIncludedIndex) },
      sent,
    };
  },
};

const snapshotAnswer = (
  { id, currentTerm }: SpecServer,
  { source }: InstallSnapshotRequest,
  matchIndex: number,
): InstallSnapshotResponse => ({
  kind: 'InstallSnapshotResponse',
  term: currentTerm,
  source: id,
  dest: source,
  matchIndex,
});

export const handleInstallSnapshotResponse: Action<InstallSnapshotResponse> = {
  name: 'HandleInstallSnapshotResponse',
  guards: [termUpdatedFirst, answerOfThisTerm('HandleInstallSnapshotResponse')],
  rules: [],
  update: (server, { source, matchIndex }, setting) => ({
    server: matchIndex === 0 ? server : acknowledged(server, source, matchIndex, setting),
    sent: [],
  }),
};
