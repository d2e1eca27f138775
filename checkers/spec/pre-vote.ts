/**
 * PreVote (dissertation 9.6): a server asks whether it could win an election before it raises its term. Asking, being
 * asked and being told change nothing of Figure 2: whoever asks follows.
 */
import type { Action } from './action.ts';
import { endsBefore } from './election.ts';
import { lastTermOf } from './log.ts';
import type { AnySpecMessage, PreVoteRequest, PreVoteResponse } from './option-message.ts';
import { refusedBy, type Refusal } from './refusal.ts';
import { firstRefusal, guard, rule, type Guard } from './rule.ts';
import { quorumOf, type ServerId, type Setting, type SpecServer } from './server.ts';

/** Who granted a pre-vote to a server that asks; null while it does not. */
export const preVotesOf = ({ role, preVotes }: SpecServer): readonly ServerId[] | null =>
  role === 'follower' ? (preVotes ?? null) : null;

/** A server begins to ask, or begins anew. Who stood for election stands no more. */
export const preVote: Action<null> = {
  name: 'PreVote',
  guards: [
    guard('PreVote: the server does not lead', 'dissertation 9.6', ({ role, currentTerm }) =>
      role === 'leader' ? `the server leads term ${currentTerm}` : null,
    ),
  ],
  rules: [],
  update: (server) => ({ server: { ...server, role: 'follower', preVotes: [server.id] }, sent: [] }),
};

interface Granted {
  /** Who granted a pre-vote. */
  readonly granted: readonly ServerId[];
}

/** Of Timeout, where PreVote is on. */
export const majorityWouldVote = guard<Granted>(
  'Timeout: a majority granted a pre-vote',
  'dissertation 9.6',
  ({ currentTerm }, { granted }, setting) =>
    granted.length >= quorumOf(setting)
      ? null
      : `pre-votes of {${granted.join(', ')}} for term ${currentTerm + 1} are no majority of ${setting.servers}`,
);

/** As in a real election, but for the term: nobody is in it yet. */
const couldVote: Guard<PreVoteRequest> = guard(
  'HandlePreVoteRequest: a vote could be given in the term asked for',
  'dissertation 9.6',
  ({ currentTerm, votedFor }, { term, source }) => {
    if (term < currentTerm) return `the term asked for is ${term}, and currentTerm is ${currentTerm}`;
    return term > currentTerm || votedFor === null || votedFor === source
      ? null
      : `votedFor is ${votedFor} in term ${currentTerm}`;
  },
);

const isUpToDate: Guard<PreVoteRequest> = guard(
  "HandlePreVoteRequest: the asking server's log is up to date", 'dissertation 9.6', endsBefore,
);

const hearsNoLeader: Guard<PreVoteRequest> = guard(
  'HandlePreVoteRequest: no leader is heard',
  'dissertation 9.6',
  ({ role, currentTerm, hearsLeader }) => {
    if (role === 'leader') return `the server leads term ${currentTerm}`;
    return role === 'follower' && hearsLeader === true
      ? `the server has heard the leader of term ${currentTerm} within the least election timeout`
      : null;
  },
);

/** What a pre-vote needs. */
const preVoteConditions = [couldVote, isUpToDate, hearsNoLeader];

export const handlePreVoteRequest: Action<PreVoteRequest> = {
  name: 'HandlePreVoteRequest',
  guards: [],
  rules: preVoteConditions,
  update: (server) => ({ server, sent: [] }),
};

const ofTheNextTerm = guard<PreVoteResponse>(
  'HandlePreVoteResponse: the pre-vote is for the next term',
  'dissertation 9.6',
  ({ currentTerm }, { term }) =>
    term === currentTerm + 1 ? null : `the pre-vote is for term ${term}, and currentTerm is ${currentTerm}`,
);
const onlyGrantsCount = guard<PreVoteResponse>(
  'HandlePreVoteResponse: only a granted pre-vote counts',
  'dissertation 9.6',
  (_, { voteGranted }) => (voteGranted ? null : 'the pre-vote is refused'),
);
const onlyWhoAsks = guard<PreVoteResponse>(
  'HandlePreVoteResponse: the server asks',
  'dissertation 9.6',
  (server) => (preVotesOf(server) === null ? 'the server does not ask for pre-votes' : null),
);

export const handlePreVoteResponse: Action<PreVoteResponse> = {
  name: 'HandlePreVoteResponse',
  guards: [onlyGrantsCount, ofTheNextTerm, onlyWhoAsks],
  rules: [],
  update(server, { source }) {
    const granted = preVotesOf(server)!;
    return {
      server: granted.includes(source) ? server : { ...server, preVotes: [...granted, source] }, sent: [],
    };
  },
};

/** Of who asks, as is `Send` of the others. */
const asksForTheNext = rule('PreVote: it asks for the next term, with the end of its log', 'dissertation 9.6');
const oneAnswer = rule(
  'HandlePreVoteRequest: a grant is of the term asked for, a refusal of its own', 'dissertation 9.6',
);

export const preVoteRules = [
  ...preVote.guards, asksForTheNext, majorityWouldVote, ...preVoteConditions, oneAnswer,
  ...handlePreVoteResponse.guards,
];

/** Null when the server may send the request. */
export function judgePreVoteRequest(message: PreVoteRequest, after: SpecServer): Refusal | null {
  const { log, currentTerm } = after;
  const wrong = (because: string): Refusal => refusedBy(preVote.name, { guard: asksForTheNext, because });
  if (preVotesOf(after) === null) return wrong('the server does not ask for pre-votes');
  if (message.term !== currentTerm + 1)
    return wrong(`it asks for term ${message.term}, and currentTerm is ${currentTerm}`);
  const term = lastTermOf(log);
  return message.lastLogIndex === log.lastIndex && message.lastLogTerm === term
    ? null
    : wrong(
        `it says that the log ends at index ${message.lastLogIndex} of term ${message.lastLogTerm}, and it ends at index ${log.lastIndex} of term ${term}`,
      );
}

/** Null when it is the answer to what the server was asked. */
export function judgePreVoteResponse(
  message: PreVoteResponse, asked: AnySpecMessage | null, server: SpecServer, setting: Setting,
): Refusal | null {
  const wrong = (because: string): Refusal => refusedBy(handlePreVoteRequest.name, { guard: oneAnswer, because });
  if (asked?.kind !== 'PreVoteRequest' || asked.source !== message.dest) return wrong('it answers no request');
  const refused = firstRefusal(preVoteConditions, server, asked, setting);
  if (message.voteGranted && refused !== null) return refusedBy(handlePreVoteRequest.name, refused);
  if (!message.voteGranted && refused === null) return wrong('the pre-vote is refused, and nothing is in the way');
  const term = message.voteGranted ? asked.term : server.currentTerm;
  return message.term === term ? null : wrong(`the term of the answer is ${message.term} and not ${term}`);
}
