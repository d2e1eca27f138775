/** Log replication and commitment: sections 5.3 and 5.4.2 of the Raft paper. */
import type { Action } from './action.ts';
import { answerOfThisTerm, termUpdatedFirst, type Addressed } from './election.ts';
import { entryAt, SplicedLog, type SpecEntry, type SpecLog } from './log.ts';
import type { AppendEntriesRequest, AppendEntriesResponse, Envelope } from './message.ts';
import { firstRefusal, guard, holds, rule } from './rule.ts';
import { quorumOf, type Setting, type SpecServer } from './server.ts';

export interface Command {
  readonly command: unknown;
}

/** The leader puts a command of a client, or its own no-op, at the end of its log. */
export const clientRequest: Action<Command> = {
  name: 'ClientRequest',
  guards: [
    guard('ClientRequest: the server leads', '5.3', ({ role }) =>
      role === 'leader' ? null : `the server is a ${role}`,
    ),
  ],
  rules: [],
  update: (server, { command }) => ({
    server: {
      ...server,
      log: new SplicedLog(server.log, server.log.lastIndex, [{ term: server.currentTerm, command }]),
    },
    sent: [],
  }),
};

export interface Index {
  readonly index: number;
}

/**
 * How many servers are known to hold the leader's log up to an index.
 * @param own up to where the leader counts itself
 */
export function agreeingOn({ id, matchIndex }: SpecServer, index: number, own = index): number {
  let holders = own >= index ? 1 : 0;
  for (let peer = 0; peer < matchIndex.length; peer++) if (peer !== id && matchIndex[peer]! >= index) holders += 1;
  return holders;
}

/**
 * A leader learns that an entry of its term is on a majority: it and all before it are committed. Any such index may
 * be taken.
 */
export const advanceCommitIndex: Action<Index> = {
  name: 'AdvanceCommitIndex',
  guards: [
    guard('AdvanceCommitIndex: the server leads', '5.3', ({ role }) =>
      role === 'leader' ? null : `the server is a ${role}`,
    ),
    guard('AdvanceCommitIndex: commitIndex rises', '5.3', ({ commitIndex }, { index }) =>
      index > commitIndex ? null : `${index} is not above commitIndex ${commitIndex}`,
    ),
    guard('AdvanceCommitIndex: a majority holds the entry', '5.3', (server, { index }, setting) => {
      const { log, matchIndex } = server;
      if (index > log.lastIndex) return `the log ends at index ${log.lastIndex}`;
      const agreeing = agreeingOn(server, index);
      return agreeing >= quorumOf(setting)
        ? null
        : `index ${index} is on ${agreeing} of ${setting.servers} servers, with matchIndex = [${matchIndex.join(', ')}]`;
    }),
    guard('AdvanceCommitIndex: the entry is of this term', '5.4.2', ({ log, currentTerm }, { index }) => {
      const term = log.termAt(index);
      return term === currentTerm ? null : `log[${index}].term = ${term} is below currentTerm ${currentTerm}`;
    }),
  ],
  rules: [],
  update: (server, { index }) => ({ server: { ...server, commitIndex: index }, sent: [] }),
};

export interface Sending extends Addressed {
  /** How many entries: an implementation chooses. raft.tla sends at most one. */
  readonly count: number;
  readonly leaderCommit: number;
}

const lastSent = ({ nextIndex }: SpecServer, { to, count }: Sending): number => nextIndex[to]! - 1 + count;

/** The leader sends what follows the entry before nextIndex; a heartbeat when `count` is 0. */
export const appendEntries: Action<Sending> = {
  name: 'AppendEntries',
  guards: [
    guard('AppendEntries: the server leads', '5.3', ({ role }) =>
      role === 'leader' ? null : `the server is a ${role}`,
    ),
    guard('AppendEntries: the entries are in the log', '7', (server, sending) => {
      const prevLogIndex = server.nextIndex[sending.to]! - 1;
      const { baseIndex, lastIndex } = server.log;
      if (prevLogIndex < baseIndex)
        return `entry ${prevLogIndex + 1} is in the snapshot, which ends at index ${baseIndex}`;
      return lastSent(server, sending) <= lastIndex ? null : `the log ends at index ${lastIndex}`;
    }),
    guard('AppendEntries: leaderCommit is commitIndex', 'Figure 2', (server, sending) => {
      const { commitIndex } = server;
      const { leaderCommit } = sending;
      if (leaderCommit === commitIndex || leaderCommit === Math.min(commitIndex, lastSent(server, sending)))
        return null;
      return `leaderCommit ${leaderCommit} is not commitIndex ${commitIndex}`;
    }),
  ],
  rules: [],
  update(server, { to, count, leaderCommit }) {
    const { id, currentTerm, log, nextIndex } = server;
    const prevLogIndex = nextIndex[to]! - 1;
    const entries = Array.from({ length: count }, (_, at) => entryAt(log, prevLogIndex + 1 + at));
    const request: AppendEntriesRequest = {
      kind: 'AppendEntriesRequest',
      term: currentTerm,
      source: id,
      dest: to,
      prevLogIndex,
      prevLogTerm: log.termAt(prevLogIndex),
      entries,
      leaderCommit,
    };
    return { server, sent: [request] };
  },
};

/** Never met while Election Safety holds: a leader hears no other leader of its term. */
export const notTheLeaderOfTheTerm = guard<Envelope>(
  'Receive: no leader hears a leader of its own term',
  '5.2',
  ({ role, currentTerm }, { term }) =>
    role === 'leader' && term === currentTerm ? `the server leads term ${currentTerm} itself` : null,
);

/** What an AppendEntries needs to be taken. */
export const fitConditions = [
  guard<AppendEntriesRequest>(
    'HandleAppendEntriesRequest: the request is of this term',
    '5.1',
    ({ currentTerm }, { term }) =>
      term === currentTerm ? null : `the request's term ${term} is not currentTerm ${currentTerm}`,
  ),
  guard<AppendEntriesRequest>(
    'HandleAppendEntriesRequest: the log holds the entry before',
    '5.3',
    ({ log }, { prevLogIndex, prevLogTerm }) => {
      // What a snapshot covers is committed, so the leader has it too.
      if (prevLogIndex < log.baseIndex || prevLogIndex === 0) return null;
      if (prevLogIndex > log.lastIndex)
        return `prevLogIndex is ${prevLogIndex} and the log ends at index ${log.lastIndex}`;
      const term = log.termAt(prevLogIndex);
      return term === prevLogTerm ? null : `log[${prevLogIndex}].term = ${term} is not prevLogTerm ${prevLogTerm}`;
    },
  ),
];

const keepsWhatAgrees = rule('HandleAppendEntriesRequest: only a conflict cuts the log', '5.3');
const cutsAtConflict = rule('HandleAppendEntriesRequest: a conflict cuts the log', '5.3');
const commitsWhatItSaw = rule(
  'HandleAppendEntriesRequest: commitIndex stays within the entries of the message',
  'Figure 2',
);
const commitNeverFalls = rule('HandleAppendEntriesRequest: commitIndex never falls', 'Figure 2');

const lastNewIndex = ({ prevLogIndex, entries }: AppendEntriesRequest): number => prevLogIndex + entries.length;

/** The log behind an AppendEntries that fits: the same object when nothing changes. */
function logBehind(log: SpecLog, { prevLogIndex, entries }: AppendEntriesRequest, setting: Setting): SpecLog {
  if (!holds(setting, keepsWhatAgrees)) return new SplicedLog(log, Math.min(prevLogIndex, log.lastIndex), entries);
  for (let at = Math.max(0, log.baseIndex - prevLogIndex); at < entries.length; at++) {
    const index = prevLogIndex + 1 + at;
    if (index > log.lastIndex) return new SplicedLog(log, log.lastIndex, rest(entries, at));
    if (log.termAt(index) !== entries[at]!.term) {
      return holds(setting, cutsAtConflict) ? new SplicedLog(log, index - 1, rest(entries, at)) : log;
    }
  }
  return log;
}

const rest = (entries: readonly SpecEntry[], from: number): readonly SpecEntry[] =>
  from === 0 ? entries : entries.slice(from);

/** Refused, or taken: then the server follows, holds the entries, and knows what is committed among them. */
export const handleAppendEntriesRequest: Action<AppendEntriesRequest> = {
  name: 'HandleAppendEntriesRequest',
  guards: [termUpdatedFirst, notTheLeaderOfTheTerm],
  rules: [...fitConditions, keepsWhatAgrees, cutsAtConflict, commitsWhatItSaw, commitNeverFalls],
  update(server, message, setting) {
    const role = message.term === server.currentTerm ? 'follower' : server.role;
    if (firstRefusal(fitConditions, server, message, setting) !== null) {
      return {
        server: role === server.role ? server : { ...server, role },
        sent: [appendAnswer(server, message, false, 0)],
      };
    }
    const log = logBehind(server.log, message, setting);
    const seen = holds(setting, commitsWhatItSaw) ? lastNewIndex(message) : log.lastIndex;
    const told = Math.min(message.leaderCommit, seen);
    const commitIndex = holds(setting, commitNeverFalls) ? Math.max(server.commitIndex, told) : told;
    const isSame = server.role === 'follower' && log === server.log && commitIndex === server.commitIndex;
    return {
      server: isSame ? server : asFollower(server, log, commitIndex),
      sent: [appendAnswer(server, message, true, lastNewIndex(message))],
    };
  },
};

const asFollower = (
  { id, currentTerm, votedFor, votesGranted, nextIndex, matchIndex }: SpecServer, log: SpecLog, commitIndex: number,
): SpecServer => ({
  id, role: 'follower', currentTerm, votedFor, log, commitIndex, votesGranted, nextIndex, matchIndex,
});

const appendAnswer = (
  { id, currentTerm }: SpecServer,
  { source }: AppendEntriesRequest,
  success: boolean,
  matchIndex: number,
): AppendEntriesResponse => ({
  kind: 'AppendEntriesResponse',
  term: currentTerm,
  source: id,
  dest: source,
  success,
  matchIndex,
});

const matchNeverFalls = rule('HandleAppendEntriesResponse: matchIndex never falls', 'Figure 2');

/** A follower holds the leader's log up to `index`. */
export function acknowledged(server: SpecServer, source: number, index: number, setting: Setting): SpecServer {
  const match = holds(setting, matchNeverFalls) ? Math.max(server.matchIndex[source]!, index) : index;
  if (match === server.matchIndex[source] && match + 1 === server.nextIndex[source]) return server;
  const { id, role, currentTerm, votedFor, log, commitIndex, votesGranted } = server;
  const nextIndex = withItem(server.nextIndex, source, match + 1);
  const matched = withItem(server.matchIndex, source, match);
  return { id, role, currentTerm, votedFor, log, commitIndex, votesGranted, nextIndex, matchIndex: matched };
}

/** The library's `with` costs several times as much, and each answer to a leader asks for it twice. */
function withItem(list: readonly number[], at: number, item: number): readonly number[] {
  const copy = list.slice();
  copy[at] = item;
  return copy;
}

const refusalsAcknowledgeNothing = rule('HandleAppendEntriesResponse: a refusal acknowledges nothing', '5.3');

export const handleAppendEntriesResponse: Action<AppendEntriesResponse> = {
  name: 'HandleAppendEntriesResponse',
  guards: [termUpdatedFirst, answerOfThisTerm('HandleAppendEntriesResponse')],
  rules: [matchNeverFalls, refusalsAcknowledgeNothing],
  update(server, { success, source, matchIndex }, setting) {
    if (success) return { server: acknowledged(server, source, matchIndex, setting), sent: [] };
    const next = server.nextIndex[source]!;
    if (!holds(setting, refusalsAcknowledgeNothing))
      return { server: acknowledged(server, source, next - 1, setting), sent: [] };
    return { server: { ...server, nextIndex: server.nextIndex.with(source, Math.max(next - 1, 1)) }, sent: [] };
  },
};
