/**
 * What a step did of reads around the log (dissertation 6.4), where, and against which rule: who gave a read its index,
 * which answers to a round count, and what is answered.
 */
import { isQuorum } from '../../core/raft/configuration.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { PendingRead, Rounds } from '../../core/raft/office.ts';
import type { HeartbeatReply } from '../../core/raft/option-messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { marked, messageIn, termIn, type ServerStep } from './mark.ts';

/** Empty where all reads go through the log. */
export const readMarks = (step: ServerStep): readonly Mark[] =>
  step.after.config.reads === undefined
    ? []
    : [...followerMarks(step), ...leaderMarks(step)];

type Read = Pick<PendingRead, 'client' | 'sequence'>;

const isSame = (one: Read, other: Read): boolean => one.client === other.client && one.sequence === other.sequence;
const textOf = ({ client, sequence }: Read, { nameOf }: ServerStep): string =>
  `the read ${sequence} of ${nameOf(client)}`;
const roundsOf = ({ role }: Raft): Rounds | null => (role.kind === 'leader' ? role.office?.rounds ?? null : null);
const messageOf = ({ event }: ServerStep): ServerMessage | null =>
  event.kind === 'message' ? (event.message as ServerMessage) : null;

/** The read that a client asks for in this step, where it is one that goes around the log. */
function askedRead(step: ServerStep): Read | null {
  const { event, after: { config: { reads = [] } } } = step;
  const message = messageOf(step);
  if (event.kind !== 'message' || message?.kind !== 'clientRequest' || message.session === 0) return null;
  const { operation: { kind }, sequence } = message;
  const how = reads[sequence % reads.length] ?? 'log';
  return (kind === 'get' || kind === 'getVersion') && how !== 'log' ? { client: event.from, sequence } : null;
}

/** Step 1: who does not lead asks the leader for an index, and waits for it. */
function followerMarks(step: ServerStep): readonly Mark[] {
  const { after, before, effects, event, nameOf } = step;
  const message = messageOf(step);
  if (message?.kind === 'readIndexReply' && event.kind === 'message') {
    const wasWaiting = (before.reading ?? []).some((one) => isSame(one, message) && one.index === null);
    const isHeard = wasWaiting && !(after.reading ?? []).some((one) => isSame(one, message) && one.index === null);
    const { client, index, sequence } = message;
    return isHeard
      ? [
          marked(
            'noted', [places.withReads],
            `is told index ${index} for ${textOf(message, step)} by ${nameOf(event.from)}`, null,
            { client, index, sequence },
          ),
        ]
      : [];
  }
  const read = askedRead(step);
  if (read === null || before.raft.role.kind === 'leader') return [];
  const asked = effects.find(
    (effect) => effect.kind === 'send' && (effect.message as ServerMessage).kind === 'readIndex',
  );
  if (asked?.kind === 'send') {
    const says = `asks ${nameOf(asked.to)} for an index for ${textOf(read, step)}`;
    return [marked('noted', [places.beginRead], says, null, read)];
  }
  // What it was told an index for when it was asked before waits on, whoever leads.
  if ((before.reading ?? []).some((one) => isSame(one, read) && one.index !== null)) return [];
  const index = (after.reading ?? []).find((one) => isSame(one, read))?.index ?? null;
  if (index === null && !isAnswered(step, read)) return [];
  return [
    marked(
      'noted', [places.beginRead, places.onCommand],
      `takes index ${index ?? before.raft.commitIndex}, its own, for ${textOf(read, step)}, and does not lead`,
      'only a leader that a majority has answered knows an index up to which all is committed (6.4)', read,
    ),
  ];
}

/** What was executed once is answered from its session, whoever leads. */
const isAnswered = ({ before, effects }: ServerStep, { client, sequence }: Read): boolean =>
  (before.machine.sessions.byClient.get(client)?.sequence ?? 0) < sequence &&
  effects.some((effect) => {
    if (effect.kind !== 'send' || effect.to !== client) return false;
    const reply = effect.message as ServerMessage;
    return reply.kind === 'clientReply' && reply.sequence === sequence && reply.outcome.kind === 'done';
  });

/** What a leader notes of a read, which answers count, and what is confirmed by them. */
function leaderMarks(step: ServerStep): readonly Mark[] {
  const [old, now] = [roundsOf(step.before.raft), roundsOf(step.after.raft)];
  if (old === null || now === null || old === now) return [];
  return [
    ...notedMarks(step, old, now), ...answeredMarks(step, old, now), ...confirmedMarks(step, old, now),
    ...droppedMarks(step, old, now),
  ];
}

const waitingIn = ({ leased = [], reads }: Rounds): readonly PendingRead[] => [...reads, ...leased];

function notedMarks(step: ServerStep, old: Rounds, now: Rounds): readonly Mark[] {
  const known = waitingIn(old);
  const isNew = (read: PendingRead): boolean => !known.some((one) => isSame(one, read));
  const alone = confirmedAtOnce(step, old, now);
  return [
    ...now.reads.filter(isNew).map((read) => notedMark(step, read, `to be confirmed by round ${read.round}`)),
    ...(now.leased ?? []).filter(isNew).map((read) => notedMark(step, read, 'to be answered under its lease')),
    ...(alone === null ? [] : [notedMark(step, alone, 'and is alone')]),
  ];
}

/** A leader that is alone has confirmed a read by the round that it begins for it. */
function confirmedAtOnce(step: ServerStep, old: Rounds, now: Rounds): (Read & { readonly index: number }) | null {
  const read = askedRead(step);
  const isWaiting = read === null || waitingIn(now).some((one) => isSame(one, read));
  return isWaiting || now.begun === old.begun ? null : { ...read, index: step.before.raft.commitIndex };
}

/** Steps 1 and 2. */
function notedMark(
  step: ServerStep, { client, index, sequence }: Read & { readonly index: number }, how: string,
): Mark {
  const { commitIndex, persistent: { currentTerm, log } } = step.before.raft;
  const says = `notes index ${index} for ${textOf({ client, sequence }, step)}, ${how}`;
  const about = { client, sequence, index };
  const term = termIn(log, commitIndex);
  if (term !== null && term !== currentTerm) {
    return marked(
      'noted', [places.mayReadIndex, places.askToRead], says,
      `it has committed no entry of its term ${currentTerm}: what its predecessors committed it does not know (6.4, step 1)`,
      about,
    );
  }
  const against =
    index < commitIndex ? `up to ${commitIndex} was committed when it was asked (6.4, step 2)` : null;
  return marked('noted', [places.askToRead], says, against, about);
}

function answeredMarks({ event, nameOf }: ServerStep, old: Rounds, now: Rounds): readonly Mark[] {
  const message = messageIn(event);
  if (
    event.kind !== 'message' ||
    message?.kind !== 'heartbeatReply' ||
    old.answered[event.from] === now.answered[event.from]
  )
    return [];
  const counted = now.answered[event.from]!;
  const { round } = message as HeartbeatReply;
  const who = nameOf(event.from);
  return [
    marked(
      'answered',
      [places.withAnswer],
      counted === round
        ? `hears ${who} answer round ${round}`
        : `takes an answer of ${who} to round ${round} for one to round ${counted}`,
      counted > round ? 'an answer to an earlier round says nothing of who leads now (6.4, step 3)' : null,
      { peer: event.from },
    ),
  ];
}

/** Those that waited for a round and wait no more; one that was asked in this step and waits for nothing as well. */
function confirmedMarks(step: ServerStep, old: Rounds, now: Rounds): readonly Mark[] {
  const { after: { raft }, nameOf, node } = step;
  const left = new Set(now.reads);
  const done = old.reads.filter((read) => !left.has(read));
  const message = messageOf(step);
  const isAsked =
    (message?.kind === 'clientRequest' || message?.kind === 'readIndex') &&
    now.begun > old.begun &&
    now.reads.length === 0;
  const round = isAsked ? now.begun : Math.max(0, ...done.map((read) => read.round));
  if (done.length === 0 && !isAsked) return [];
  const by = now.answered.flatMap((answered, peer) => (peer === node || answered >= round ? [peer] : []));
  const against = isQuorum(raft, by)
    ? null
    : 'a majority must have answered a round that began behind the read (6.4, step 3)';
  return [
    marked(
      'confirm', [places.confirmedRound, places.settled],
      `confirms reads by round ${round}, which ${by.map(nameOf).join(' ')} answered`, against,
    ),
  ];
}

/** Each that is confirmed is answered here, or whoever asked for it is told its index. */
function droppedMarks(step: ServerStep, old: Rounds, now: Rounds): readonly Mark[] {
  const { after, effects, event, node } = step;
  const left = waitingIn(now);
  const isTold = (read: PendingRead): boolean => effects.some((effect) => {
    const message = effect.kind === 'send' && effect.to === read.by ? (effect.message as ServerMessage) : null;
    return message?.kind === 'readIndexReply' && isSame(message, read);
  });
  const waits = (read: PendingRead): boolean =>
    (after.reading ?? []).some((one) => isSame(one, read) && one.index === null);
  const isLeased = event.kind === 'timer' && event.timer === 'leaseRead';
  return waitingIn(old)
    .filter((read) => !left.some((one) => isSame(one, read)) && (read.by === node ? waits(read) : !isTold(read)))
    .map((read) => marked(
      'confirm', [isLeased ? places.onLeaseRead : places.settled],
      `forgets ${textOf(read, step)}, which needs no other round`,
      'all reads are answered that a round confirms (6.4)', { client: read.client, sequence: read.sequence },
    ));
}

/** Null for what is no read around the log; else the index up to which its answer must have been executed. */
export function readIndexOf(step: ServerStep, client: NodeId, sequence: number): number | null {
  const { before, after } = step;
  const read = { client, sequence };
  const waited = before.reading?.find((one) => isSame(one, read));
  const [old, now] = [roundsOf(before.raft), roundsOf(after.raft)];
  const noted = old === null ? undefined : waitingIn(old).find((one) => isSame(one, read));
  const told = messageOf(step);
  if (waited?.index != null) return waited.index;
  if (waited !== undefined && told?.kind === 'readIndexReply' && isSame(told, read)) return told.index;
  if (noted !== undefined) return noted.index;
  const asked = askedRead(step);
  if (asked === null || !isSame(asked, read)) return null;
  const isAtOnce = old !== null && now !== null && now.begun > old.begun;
  return isAtOnce || (before.raft.role.kind !== 'leader' && isAnswered(step, read)) ? before.raft.commitIndex : null;
}
