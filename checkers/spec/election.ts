/** Restart, terms and elections: sections 5.1, 5.2 and 5.4.1 of the Raft paper. */
import type { Action } from './action.ts';
import { lastTermOf, SplicedLog } from './log.ts';
import type { Envelope, RequestVoteRequest, RequestVoteResponse, SpecMessage } from './message.ts';
import { firstRefusal, guard, holds, rule } from './rule.ts';
import { quorumOf, type ServerId, type SpecServer } from './server.ts';

const withMember = (ids: readonly ServerId[], id: ServerId): readonly ServerId[] =>
  ids.includes(id) ? ids : [...ids, id].sort((a, b) => a - b);

const survives = {
  term: rule('Restart: currentTerm survives', 'Figure 2'),
  vote: rule('Restart: votedFor survives', 'Figure 2'),
  log: rule('Restart: the log survives', 'Figure 2'),
};

/** The server starts again from what its disk holds: all but currentTerm, votedFor, log and snapshot is lost. */
export const restart: Action<null> = {
  name: 'Restart',
  guards: [],
  rules: Object.values(survives),
  update(server, _, setting) {
    const { id, currentTerm, votedFor, log } = server;
    return {
      server: {
        id,
        role: 'follower',
        currentTerm: holds(setting, survives.term) ? currentTerm : 1,
        votedFor: holds(setting, survives.vote) ? votedFor : null,
        log: holds(setting, survives.log) ? log : new SplicedLog(log, log.baseIndex, []),
        commitIndex: log.baseIndex,
        votesGranted: [],
        nextIndex: Array.from({ length: setting.servers }, () => 1),
        matchIndex: Array.from({ length: setting.servers }, () => 0),
      },
      sent: [],
    };
  },
};

/** An election begins. As most implementations do, and other than in raft.tla, the vote for itself is part of it. */
export const timeout: Action<null> = {
  name: 'Timeout',
  guards: [
    guard('Timeout: the server does not lead', '5.2', ({ role, currentTerm }) =>
      role === 'leader' ? `the server leads term ${currentTerm}` : null,
    ),
  ],
  rules: [],
  update: (server) => ({
    server: {
      ...server,
      role: 'candidate',
      currentTerm: server.currentTerm + 1,
      votedFor: server.id,
      votesGranted: [server.id],
    },
    sent: [],
  }),
};

export interface Addressed {
  readonly to: ServerId;
}

export const requestVote: Action<Addressed> = {
  name: 'RequestVote',
  guards: [
    guard('RequestVote: the server is a candidate', '5.2', ({ role }) =>
      role === 'candidate' ? null : `the server is a ${role}`,
    ),
  ],
  rules: [],
  update: (server, { to }) => ({ server, sent: [voteRequest(server, to)] }),
};

const voteRequest = ({ id, currentTerm, log }: SpecServer, to: ServerId): RequestVoteRequest => ({
  kind: 'RequestVoteRequest',
  term: currentTerm,
  source: id,
  dest: to,
  lastLogIndex: log.lastIndex,
  lastLogTerm: lastTermOf(log),
});

const matchesStartAtNothing = rule('BecomeLeader: matchIndex starts at 0', 'Figure 2');

export const becomeLeader: Action<null> = {
  name: 'BecomeLeader',
  guards: [
    guard('BecomeLeader: the server is a candidate', '5.2', ({ role }) =>
      role === 'candidate' ? null : `the server is a ${role}`,
    ),
    guard('BecomeLeader: a majority granted its vote', '5.2', ({ votesGranted, currentTerm }, _, setting) =>
      votesGranted.length >= quorumOf(setting)
        ? null
        : `votesGranted = {${votesGranted.join(', ')}} in term ${currentTerm} is no majority of ${setting.servers}`,
    ),
  ],
  rules: [matchesStartAtNothing],
  update(server, _, setting) {
    const next = server.log.lastIndex + 1;
    return {
      server: {
        ...server,
        role: 'leader',
        nextIndex: Array.from({ length: setting.servers }, () => next),
        matchIndex: holds(setting, matchesStartAtNothing)
          ? Array.from({ length: setting.servers }, () => 0)
          : server.matchIndex,
      },
      sent: [],
    };
  },
};

/** A leader that hears no majority gives up, in its own term. Not in Figure 2; the dissertation asks for it. */
export const stepDown: Action<null> = {
  name: 'StepDown',
  guards: [
    guard('StepDown: the server leads', 'dissertation 6.2', ({ role }) =>
      role === 'leader' ? null : `the server is a ${role}`,
    ),
  ],
  rules: [],
  update: (server) => ({ server: { ...server, role: 'follower' }, sent: [] }),
};

export const updateTerm: Action<Envelope> = {
  name: 'UpdateTerm',
  guards: [
    guard("UpdateTerm: the message's term is newer", '5.1', ({ currentTerm }, { term }) =>
      term > currentTerm ? null : `the message's term ${term} is not above currentTerm ${currentTerm}`,
    ),
  ],
  rules: [],
  update: (server, { term }) => ({
    server: { ...server, role: 'follower', currentTerm: term, votedFor: null },
    sent: [],
  }),
};

/** Of every handler: a message of a newer term comes behind UpdateTerm only. */
export const termUpdatedFirst = guard<SpecMessage>(
  'Receive: a newer term is taken over first',
  '5.1',
  ({ currentTerm }, { term }) =>
    term <= currentTerm ? null : `the message's term ${term} is above currentTerm ${currentTerm}`,
);

/** Of every answer: it counts in the term that it was given in. */
export const answerOfThisTerm = (what: string) =>
  guard<SpecMessage>(`${what}: the answer is of this term`, '5.1', ({ currentTerm }, { term }) =>
    term >= currentTerm ? null : `the answer's term ${term} is below currentTerm ${currentTerm}`,
  );

/** Answers of older terms are ignored. */
export const dropStaleResponse: Action<SpecMessage> = {
  name: 'DropStaleResponse',
  guards: [
    guard('DropStaleResponse: the answer is of an older term', '5.1', ({ currentTerm }, { term }) =>
      term < currentTerm ? null : `the answer's term ${term} is not below currentTerm ${currentTerm}`,
    ),
  ],
  rules: [],
  update: (server) => ({ server, sent: [] }),
};

/** Section 5.4.1, of whoever asks for a vote or for a pre-vote. */
export const endsBefore = (
  { log }: SpecServer, { lastLogIndex, lastLogTerm }: Pick<RequestVoteRequest, 'lastLogIndex' | 'lastLogTerm'>,
): string | null => {
  const ownTerm = lastTermOf(log);
  if (lastLogTerm > ownTerm || (lastLogTerm === ownTerm && lastLogIndex >= log.lastIndex)) return null;
  return `the candidate's log ends at index ${lastLogIndex} of term ${lastLogTerm}, before index ${log.lastIndex} of term ${ownTerm}`;
};

/** What a vote needs. */
export const voteConditions = [
  guard<RequestVoteRequest>(
    'HandleRequestVoteRequest: the request is of this term',
    '5.1',
    ({ currentTerm }, { term }) =>
      term === currentTerm ? null : `the request's term ${term} is not currentTerm ${currentTerm}`,
  ),
  guard<RequestVoteRequest>(
    "HandleRequestVoteRequest: the candidate's log is up to date",
    '5.4.1',
    endsBefore,
  ),
  guard<RequestVoteRequest>(
    'HandleRequestVoteRequest: no other vote in this term',
    '5.2',
    ({ votedFor, currentTerm }, { source }) =>
      votedFor === null || votedFor === source ? null : `votedFor is ${votedFor} in term ${currentTerm}`,
  ),
];

export const handleRequestVoteRequest: Action<RequestVoteRequest> = {
  name: 'HandleRequestVoteRequest',
  guards: [termUpdatedFirst],
  rules: voteConditions,
  update(server, message, setting) {
    const voteGranted = firstRefusal(voteConditions, server, message, setting) === null;
    const answer: RequestVoteResponse = {
      kind: 'RequestVoteResponse',
      term: server.currentTerm,
      source: server.id,
      dest: message.source,
      voteGranted,
    };
    return { server: voteGranted ? { ...server, votedFor: message.source } : server, sent: [answer] };
  },
};

const onlyGrantsCount = rule('HandleRequestVoteResponse: only a granted vote counts', '5.2');

export const handleRequestVoteResponse: Action<RequestVoteResponse> = {
  name: 'HandleRequestVoteResponse',
  guards: [termUpdatedFirst, answerOfThisTerm('HandleRequestVoteResponse')],
  rules: [onlyGrantsCount],
  update(server, { voteGranted, source }, setting) {
    if (!voteGranted && holds(setting, onlyGrantsCount)) return { server, sent: [] };
    return { server: { ...server, votesGranted: withMember(server.votesGranted, source) }, sent: [] };
  },
};
