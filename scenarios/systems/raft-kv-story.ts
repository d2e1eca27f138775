/**
 * Raft with its key/value server as reports tell it: what a step came to, where its code stands, what a property says.
 */
import type { Clerk } from '../../core/kv/clerk.ts';
import type { Expired, Operation, Result } from '../../core/kv/command.ts';
import type { PipelinedClerk } from '../../core/kv/pipelined-clerk.ts';
import { explainHistoryOf } from '../../checkers/client-history.ts';
import type { Asked } from '../../core/kv/version-clerk.ts';
import { isExpired } from '../../checkers/linearizability.ts';
import { properties } from '../../checkers/properties.ts';
import { told } from '../../checkers/raft/membership.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Change } from '../../core/raft/members.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { AnyEvent, HistoryCall, HistoryStory, Story, ToldStep } from '../../harness/system.ts';
import { codePlaces } from './code-places.ts';

type NameOf = (node: NodeId) => string;

export function describeOperation(operation: Asked | Change): string {
  switch (operation.kind) {
    case 'addServer':
    case 'addLearner':
    case 'removeServer':
      return `${operation.kind}(n${operation.server})`;
    case 'replaceServers':
      return `replaceServers(${told(operation)})`;
    case 'get':
      return `get(${operation.key})`;
    case 'getVersion':
      return `get(${operation.key}) with its version`;
    case 'putVersion':
      return `put(${operation.key}, ${JSON.stringify(operation.value)}, version ${operation.version})`;
    case 'putSeen':
      return `put(${operation.key}, ${JSON.stringify(operation.value)}, the version seen last)`;
    case 'cas':
      return `cas(${operation.key}, ${JSON.stringify(operation.expected)}, ${JSON.stringify(operation.value)})`;
    default:
      return `${operation.kind}(${operation.key}, ${JSON.stringify(operation.value)})`;
  }
}

export function tellStep({ before, after, event, effects, nameOf }: ToldStep): Story | null {
  const state = after as Server | Clerk;
  if (!('raft' in state)) return tellClerk(before as Clerk | null, state, event, nameOf);
  if (event === null) return tellBoot(state.raft);
  const old = before as Server;
  return together([...tellRaft(old.raft, state.raft, event, effects, nameOf), tellClients(event, effects, nameOf)]);
}

/** What came of a step for Raft itself, whatever service stands on it. */
export const tellRaft = (
  before: Raft, after: Raft, event: AnyEvent, effects: ToldStep['effects'], nameOf: NameOf,
): readonly (Story | null)[] => [
  tellRole(before, after, nameOf),
  tellVote(event, effects, nameOf),
  tellLog(before, after, event, nameOf),
  tellCommit(before, after),
];

export function together(parts: readonly (Story | null)[]): Story | null {
  const stories = parts.filter((story) => story !== null);
  if (stories.length === 0) return null;
  return { text: stories.map(({ text }) => text).join('; '), weight: Math.max(...stories.map(({ weight }) => weight)) };
}

export function tellBoot({ persistent }: Raft): Story {
  const { currentTerm, votedFor, log, snapshot } = persistent;
  if (currentTerm === 0 && log.lastIndex === 0) return { text: 'starts with an empty disk', weight: 0 };
  const vote = votedFor === null ? 'no vote' : `a vote for n${votedFor}`;
  const held = snapshot === null ? '' : `, a snapshot up to ${snapshot.lastIncludedIndex}`;
  return {
    text: `restarts in term ${currentTerm} with ${vote}, a log up to ${log.lastIndex}/${log.lastTerm}${held}`,
    weight: 4,
  };
}

function tellRole(before: Raft, after: Raft, nameOf: NameOf): Story | null {
  const { currentTerm } = after.persistent;
  const isNewTerm = currentTerm !== before.persistent.currentTerm;
  if (after.role.kind === 'leader' && before.role.kind !== 'leader') {
    const votes = before.role.kind === 'candidate' ? before.role.votes : [];
    const last = votes.length === 0 ? '' : `, votes so far ${votes.map(nameOf).join(' ')}`;
    return { text: `wins term ${currentTerm}${last}`, weight: 5 };
  }
  if (after.role.kind === 'candidate' && isNewTerm)
    return { text: `times out and campaigns in term ${currentTerm}`, weight: 3 };
  if (before.role.kind === 'leader' && after.role.kind !== 'leader')
    return { text: `steps down for term ${currentTerm}`, weight: 3 };
  if (isNewTerm) return { text: `enters term ${currentTerm}`, weight: 1 };
  return null;
}

function tellVote(event: AnyEvent, effects: ToldStep['effects'], nameOf: NameOf): Story | null {
  const message = messageOf(event);
  if (event.kind !== 'message' || message === null) return null;
  if (message.kind === 'requestVoteReply') {
    return message.voteGranted
      ? { text: `gets the vote of ${nameOf(event.from)} for term ${message.term}`, weight: 2 }
      : null;
  }
  if (message.kind !== 'requestVote') return null;
  for (const effect of effects) {
    if (effect.kind !== 'send') continue;
    const reply = effect.message as ServerMessage;
    if (reply.kind !== 'requestVoteReply') continue;
    return reply.voteGranted
      ? { text: `grants its vote of term ${reply.term} to ${nameOf(effect.to)}`, weight: 4 }
      : { text: `refuses ${nameOf(effect.to)} its vote of term ${message.term}`, weight: 1 };
  }
  return null;
}

function tellLog(before: Raft, after: Raft, event: AnyEvent, nameOf: NameOf): Story | null {
  const old = before.persistent.log;
  const { log, snapshot } = after.persistent;
  if (old === log) return null;
  const message = messageOf(event);
  if (event.kind === 'message' && message?.kind === 'installChunk' && snapshot !== before.persistent.snapshot) {
    return {
      text: `installs the snapshot up to ${message.lastIncludedIndex}/${message.lastIncludedTerm} of ${nameOf(event.from)}, of which this was the last chunk`,
      weight: 4,
    };
  }
  const end = `${log.lastIndex}/${log.lastTerm}`;
  if (event.kind === 'message' && message?.kind === 'installSnapshot') {
    const { lastIncludedIndex, lastIncludedTerm } = message.snapshot;
    const kept = log.lastIndex > log.baseIndex ? `, keeps its log up to ${end}` : '';
    return {
      text: `installs the snapshot up to ${lastIncludedIndex}/${lastIncludedTerm} of ${nameOf(event.from)}${kept}`,
      weight: 4,
    };
  }
  const taken =
    snapshot !== before.persistent.snapshot && snapshot !== null
      ? `takes a snapshot up to ${snapshot.lastIncludedIndex}`
      : '';
  const last = Math.min(old.lastIndex, log.lastIndex);
  const isCut =
    log.lastIndex < old.lastIndex ||
    (last > Math.max(log.baseIndex, old.baseIndex) && log.termAt(last) !== old.termAt(last));
  const grown = isCut
    ? `replaces the end of its log, ${old.lastIndex}/${old.lastTerm} by ${end}`
    : log.lastIndex > old.lastIndex ? `has log entries up to ${end}` : '';
  const text = [grown, taken].filter((part) => part !== '').join(' and ');
  return text === '' ? null : { text, weight: isCut ? 4 : taken === '' ? 2 : 3 };
}

function tellCommit(before: Raft, after: Raft): Story | null {
  const { commitIndex } = after;
  if (commitIndex <= before.commitIndex) return null;
  return { text: `commits up to ${commitIndex}`, weight: after.role.kind === 'leader' ? 3 : 1 };
}

function tellClients(event: AnyEvent, effects: ToldStep['effects'], nameOf: NameOf): Story | null {
  const message = messageOf(event);
  const parts: string[] = [];
  let weight = 1;
  if (event.kind === 'message' && message?.kind === 'clientRequest')
    parts.push(`is asked by ${nameOf(event.from)} for ${describeOperation(message.operation)}`);
  for (const effect of effects) {
    if (effect.kind !== 'send') continue;
    const reply = effect.message as ServerMessage;
    if (reply.kind === 'sessionReply')
      parts.push(
        reply.session === null
          ? `tells ${nameOf(effect.to)} that its session has ended`
          : `tells ${nameOf(effect.to)} that it is in session ${reply.session}`,
      );
    if (reply.kind !== 'clientReply') continue;
    const isDone = reply.outcome.kind === 'done';
    if (isDone) weight = 3;
    parts.push(
      isDone && reply.outcome.kind === 'done'
        ? `tells ${nameOf(effect.to)} ${answerText(reply.outcome.result)}`
        : `sends ${nameOf(effect.to)} away`,
    );
  }
  return parts.length === 0 ? null : { text: parts.join(', '), weight };
}

function answerText(result: Result): string {
  if (result === null) return 'done';
  if (typeof result !== 'object') return JSON.stringify(result);
  return result.value === undefined ? result.told : `${JSON.stringify(result.value)}, version ${result.version}`;
}

function tellClerk(
  before: Clerk | null, { pending, target }: Clerk, event: AnyEvent | null, nameOf: NameOf,
): Story | null {
  if (event === null) return { text: 'starts', weight: 0 };
  if (before !== null && 'inFlight' in before) return tellPipelined(before as PipelinedClerk, event, target, nameOf);
  if (event.kind === 'request' && pending !== null)
    return { text: `asks ${nameOf(target)} for ${describeOperation(pending.operation)}`, weight: 2 };
  if (pending === null && before?.pending != null) {
    const message = messageOf(event);
    const result =
      message?.kind === 'clientReply' && message.outcome.kind === 'done'
        ? answerText(message.outcome.result)
        : message?.kind === 'sessionReply'
          ? 'that its session has ended'
          : 'nothing more';
    return { text: `is told ${result} for ${describeOperation(before.pending.operation)}`, weight: 3 };
  }
  if (event.kind === 'timer' && pending !== null)
    return { text: `asks ${nameOf(target)} again for ${describeOperation(pending.operation)}`, weight: 1 };
  return null;
}

/** A client with several operations in flight. */
function tellPipelined(
  { inFlight }: PipelinedClerk, event: AnyEvent, target: number, nameOf: NameOf,
): Story | null {
  if (event.kind === 'request')
    return {
      text: `asks ${nameOf(target)} for ${describeOperation(event.request as Operation)}, with ${inFlight.length} before it in flight`,
      weight: 2,
    };
  if (event.kind === 'timer' && inFlight.length > 0)
    return { text: `asks ${nameOf(target)} again for all ${inFlight.length} in flight`, weight: 1 };
  const message = messageOf(event);
  if (message?.kind !== 'clientReply' || message.outcome.kind !== 'done') return null;
  const told = inFlight.find(({ sequence }) => sequence === message.sequence);
  if (told === undefined) return null;
  return { text: `is told ${answerText(message.outcome.result)} for ${describeOperation(told.operation)}`, weight: 3 };
}

const messageOf = (event: AnyEvent): ServerMessage | null =>
  event.kind === 'message' ? (event.message as ServerMessage) : null;

/** The handler of an event: where a reader begins to look. */
export function codeOf(event: AnyEvent | null, isServer: boolean): string | null {
  if (event === null) return isServer ? (codePlaces['boot'] ?? null) : null;
  if (event.kind === 'message') return codePlaces[(event.message as ServerMessage).kind] ?? null;
  return codePlaces[event.kind === 'timer' ? `timer ${event.timer}` : event.kind] ?? null;
}

/** What each property says, and where it is from. */
export const raftProperties: Readonly<Record<string, string>> =
  Object.fromEntries(properties.map(({ name, says, source }) => [name, `${says} (${source}).`]));

export function explainHistory(calls: readonly HistoryCall[]): HistoryStory | null {
  // What operators ask is no operation of the store.
  return explainHistoryOf(
    calls
      .filter(({ request }) => 'key' in (request as object))
      .map(({ id, client, request, reply, callTime, returnTime }) => ({
        id,
        client,
        operation: request as Asked,
        result: reply === null || isExpired(reply.value as Result | Expired) ? null : { value: reply.value as Result },
        callTime,
        returnTime,
      })),
  );
}
