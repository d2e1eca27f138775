/**
 * What the judge of steps asks beyond Figure 2: what a message of an option may lead to, what becomes of what a server
 * keeps for its options, and whether it may send what it sends. docs/specification.md has the rules.
 */
import type { Action } from './action.ts';
import {
  chunkRules, handleInstallChunkRequest, judgeInstallChunkRequest, judgeInstallChunkResponse, wholeSnapshot,
} from './chunks.ts';
import { contactRules, misheard } from './contact.ts';
import { timeout, updateTerm } from './election.ts';
import type { SpecEvent } from './event.ts';
import type { SpecMessage } from './message.ts';
import {
  isLeadersWord, isOfAnOption, type AnySpecMessage, type InstallChunkRequest, type OptionMessage,
} from './option-message.ts';
import {
  handlePreVoteRequest, handlePreVoteResponse, judgePreVoteRequest, judgePreVoteResponse, majorityWouldVote, preVote,
  preVoteRules, preVotesOf,
} from './pre-vote.ts';
import { refusedBy, refusedIn, type Refusal } from './refusal.ts';
import {
  handleHeartbeatRequest, judgeHeartbeatRequest, judgeHeartbeatResponse, judgeReadIndexResponse, judgeRounds,
  roundRules,
} from './rounds.ts';
import { firstRefusal, type Refused, type Rule } from './rule.ts';
import { isSameSet, quorumOf, type ServerId, type Setting, type SpecServer } from './server.ts';
import { handleInstallSnapshotRequest } from './snapshot.ts';
import { judgeTimeoutNow, judgeTransfer, judgeWish, ofThisTerm, transferRules } from './transfer.ts';

/** What an implementation does beyond Figure 2, by sections of the dissertation. What is absent it does not. */
export interface SpecOptions {
  /** 9.6: no timer lets a server stand for election before a majority has granted it a pre-vote. */
  readonly preVote?: boolean;
  /** 6.2 and 4.2.3: whoever hears a leader looks at no request for its vote. */
  readonly checkQuorum?: boolean;
  /** 6.4: reads go around the log, behind rounds of heartbeats. */
  readonly rounds?: boolean;
  /** 6.4.1: a leader's lease rests on what others promise. A server in this term has not promised anything yet. */
  readonly lease?: { readonly initialTerm: number };
  /** 3.10: a leader hands over when it is asked to. */
  readonly transfer?: boolean;
  /** Figure 13 of the paper: a snapshot goes in chunks. */
  readonly chunks?: boolean;
}

/** Beside those of all actions (receive.ts). */
export const optionRules: readonly Rule[] = [
  ...preVoteRules, ...contactRules, ...roundRules, ...transferRules, ...chunkRules,
];

export const hasOptions = ({ preVote: asks, checkQuorum, rounds, lease, transfer, chunks }: SpecOptions): boolean =>
  [asks, checkQuorum, rounds, transfer, chunks].includes(true) || lease !== undefined;

/** What a message may have led to: the server behind it, or what is in the way. */
export interface Possibility {
  readonly action: Action<never> | null;
  readonly server: SpecServer;
  readonly refused: Refused | null;
  /** The one that Figure 2 has; absent for none. */
  readonly answer?: SpecMessage;
}

const lost = (server: SpecServer): Possibility => ({ action: null, server, refused: null });

/** In the order in which they are tried; of the first it is told why it was none of them. */
export function possibilities(
  message: OptionMessage, before: SpecServer, after: SpecServer, setting: Setting,
): readonly Possibility[] {
  switch (message.kind) {
    case 'PreVoteRequest':
      return [{ action: handlePreVoteRequest, server: before, refused: null }];
    case 'PreVoteResponse': {
      const counted = firstRefusal(handlePreVoteResponse.guards, before, message, setting);
      if (counted === null) {
        const asking = handlePreVoteResponse.update(before, message, setting).server;
        if (after.currentTerm !== before.currentTerm) return [standing(asking, preVotesOf(asking)!, setting)];
        return [{ action: handlePreVoteResponse, server: asking, refused: null }, lost(before)];
      }
      // A refusal tells its sender's term (5.1).
      if (!message.voteGranted && message.term > before.currentTerm)
        return [
          { action: updateTerm, server: updateTerm.update(before, message, setting).server, refused: null },
          lost(before),
        ];
      return [{ ...lost(before), refused: after.currentTerm === before.currentTerm ? null : counted }];
    }
    case 'HeartbeatRequest': {
      const current = inItsTerm(message, before, after, setting);
      const refused = firstRefusal(handleHeartbeatRequest.guards, current, message, setting);
      const { server } = handleHeartbeatRequest.update(current, message, setting);
      return [{ action: handleHeartbeatRequest, server, refused }, lost(current)];
    }
    case 'InstallChunkRequest': {
      const current = inItsTerm(message, before, after, setting);
      const refused = firstRefusal(handleInstallChunkRequest.guards, current, message, setting);
      const { server } = handleInstallChunkRequest.update(current, message, setting);
      const part: Possibility = { action: handleInstallChunkRequest, server, refused };
      return mayAnswerWhole(message, current)
        ? [part, installing(message, current, setting), lost(current)]
        : [part, lost(current)];
    }
    case 'HeartbeatResponse':
    case 'ReadIndexRequest':
    case 'ReadIndexResponse':
    case 'InstallChunkResponse':
      return [lost(inItsTerm(message, before, after, setting))];
    case 'TimeoutNow': {
      const current = inItsTerm(message, before, after, setting);
      if (after.currentTerm === current.currentTerm) return [lost(current)];
      const refused =
        firstRefusal([ofThisTerm], current, message, setting) ??
        firstRefusal(timeout.guards, current, null, setting);
      return [{ action: timeout, server: timeout.update(current, null, setting).server, refused }];
    }
  }
}

/** The last chunk installs its snapshot; what needs none of it is said at any chunk. */
const mayAnswerWhole = (
  { isDone, lastIncludedIndex, term }: InstallChunkRequest, { commitIndex, currentTerm }: SpecServer,
): boolean => isDone || lastIncludedIndex <= commitIndex || term < currentTerm;

function installing(chunk: InstallChunkRequest, server: SpecServer, setting: Setting): Possibility {
  const whole = wholeSnapshot(chunk);
  const outcome = handleInstallSnapshotRequest.update(server, whole, setting);
  const refused = firstRefusal(handleInstallSnapshotRequest.guards, server, whole, setting);
  return { action: handleInstallSnapshotRequest, server: outcome.server, refused, answer: outcome.sent[0]! };
}

/** Behind UpdateTerm, if the server took over the message's term. */
const inItsTerm = (message: OptionMessage, before: SpecServer, after: SpecServer, setting: Setting): SpecServer =>
  message.term > before.currentTerm && after.currentTerm !== before.currentTerm
    ? updateTerm.update(before, message, setting).server
    : before;

/** Timeout of a server that asked. */
export function standing(server: SpecServer, granted: readonly ServerId[], setting: Setting): Possibility {
  const refused =
    firstRefusal(timeout.guards, server, null, setting) ??
    firstRefusal([majorityWouldVote], server, { granted }, setting);
  return { action: timeout, server: timeout.update(server, null, setting).server, refused };
}

/** Whether a step that a timer caused began to ask for pre-votes. */
export function beginsToAsk(before: SpecServer, after: SpecServer): boolean {
  const asks = preVotesOf(after);
  if (asks === null || after.currentTerm !== before.currentTerm) return false;
  const asked = preVotesOf(before);
  return asked === null || !isSameSet(asked, asks);
}

export interface Beside {
  readonly before: SpecServer;
  readonly event: SpecEvent;
  readonly after: SpecServer;
  /** Behind the actions that took the event, by the specification. */
  readonly behind: SpecServer;
  /** By which the event was taken; null when it was lost, or is none. */
  readonly action: Action<never> | null;
}

/** What a server keeps for its options, behind a step that Figure 2 allows. */
export function judgeBeside(beside: Beside, { lease }: SpecOptions, setting: Setting): Refusal | null {
  const { action, after, before, event, behind } = beside;
  const isWord =
    event.kind === 'message' && action !== null && isLeadersWord(event.message) &&
    event.message.term === behind.currentTerm;
  const refused = misheard({
    before, after, isWord, occasion: event.kind, ...(lease === undefined ? {} : { promise: lease }),
  });
  return (
    judgeAsking(beside, isWord) ??
    (refused === null ? null : refusedBy(action?.name ?? 'Contact', refused)) ??
    judgeRounds(beside, setting) ??
    judgeTransfer(before, event, after)
  );
}

/** Who asks goes on until it is told enough, hears a leader, or is in another term. */
function judgeAsking({ before, after, behind, action }: Beside, isWord: boolean): Refusal | null {
  const is = preVotesOf(after);
  const hasAsked = before.role === 'follower' || (action as unknown) === preVote;
  const goesOn = hasAsked && after.currentTerm === before.currentTerm && !isWord;
  const due = goesOn && after.role === 'follower' ? preVotesOf(behind) : null;
  if (is === due || (is !== null && due !== null && isSameSet(is, due))) return null;
  return refusedIn(action?.name ?? 'nothing', 'dissertation 9.6', `preVotes is ${inWords(is)} and not ${inWords(due)}`);
}

const inWords = (ids: readonly ServerId[] | null): string => (ids === null ? 'nobody\'s' : `{${ids.join(', ')}}`);

/** Whoever would win stands at once, where an implementation does what it can do in the step that makes it possible. */
export function isDueToStand(after: SpecServer, setting: Setting): boolean {
  const granted = preVotesOf(after);
  return granted !== null && granted.length >= quorumOf(setting);
}

export interface SendingBeyond {
  readonly before: SpecServer;
  readonly after: SpecServer;
  readonly event: SpecEvent;
  /** As in `Beside`: what was lost is not answered. */
  readonly action: Action<never> | null;
  readonly setting: Setting;
}

/** What options say of the messages that a step sent; those of Figure 2 are judged elsewhere. */
export function judgeSentBeyond(sent: readonly AnySpecMessage[], sending: SendingBeyond): Refusal | null {
  const { after, setting } = sending;
  let answers = 0;
  for (const message of sent) {
    const wrong = (because: string): Refusal =>
      refusedIn('Send', '5.1', `${message.kind} to ${message.dest}: ${because}`);
    if (!isOfAnOption(message)) {
      const refusal = message.kind === 'RequestVoteRequest' ? judgeWish(message, sending) : null;
      if (refusal !== null) return refusal;
      continue;
    }
    if (message.source !== after.id) return wrong(`its source is ${message.source}, and server ${after.id} sent it`);
    if (message.dest < 0 || message.dest >= setting.servers) return wrong('there is no such server');
    if (message.dest === after.id) return wrong('it is for its own sender');
    const isAnswer = message.kind.endsWith('Response') && message.kind !== 'ReadIndexResponse';
    if (isAnswer && ++answers > 1) return wrong('one message has one answer');
    if (!message.kind.startsWith('PreVote') && message.term !== after.currentTerm)
      return wrong(`its term is ${message.term}, and currentTerm is ${after.currentTerm}`);
    const refusal = judgeOne(message, sending);
    if (refusal !== null) return refusal;
  }
  return null;
}

function judgeOne(message: OptionMessage, sending: SendingBeyond): Refusal | null {
  const { before, after, event, action, setting } = sending;
  switch (message.kind) {
    case 'PreVoteRequest':
      return judgePreVoteRequest(message, after);
    case 'PreVoteResponse':
      return judgePreVoteResponse(message, event.kind === 'message' ? event.message : null, before, setting);
    case 'HeartbeatRequest':
      return judgeHeartbeatRequest(message, after);
    case 'HeartbeatResponse':
      return judgeHeartbeatResponse(message, (action as unknown) === handleHeartbeatRequest ? event : null, after);
    case 'ReadIndexRequest':
      return null;
    case 'InstallChunkRequest':
      return judgeInstallChunkRequest(message, after);
    case 'InstallChunkResponse': {
      const isTaken = (action as unknown) === handleInstallChunkRequest && event.kind === 'message';
      return judgeInstallChunkResponse(message, isTaken ? (event.message as InstallChunkRequest) : null);
    }
    case 'ReadIndexResponse':
      return judgeReadIndexResponse(message, sending);
    case 'TimeoutNow':
      return judgeTimeoutNow(message, sending);
  }
}
