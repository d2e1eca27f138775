/**
 * Reads around the log (dissertation 6.4): a leader notes its commitIndex, and a round of heartbeats that begins later
 * and that a majority answers says that it led when the read was asked. Nothing of Figure 2 changes by it but what any
 * word of a leader changes. How long a lease lasts (6.4.1) is a matter of clocks, which the specification has not.
 */
import type { Action } from './action.ts';
import type { SpecEvent } from './event.ts';
import type { HeartbeatRequest, HeartbeatResponse, ReadIndexResponse } from './option-message.ts';
import { notTheLeaderOfTheTerm } from './replication.ts';
import { refusedBy, type Refusal } from './refusal.ts';
import { rule, type Rule } from './rule.ts';
import { quorumOf, type Rounds, type ServerId, type Setting, type SpecServer, type WaitingRead } from './server.ts';

const section = 'dissertation 6.4';

/** Word of the leader of the term: whoever stands in it follows, and nothing else. */
export const handleHeartbeatRequest: Action<HeartbeatRequest> = {
  name: 'HandleHeartbeatRequest',
  guards: [notTheLeaderOfTheTerm],
  rules: [],
  update: (server, { term }) => ({
    server: server.role === 'candidate' && term === server.currentTerm ? { ...server, role: 'follower' } : server,
    sent: [],
  }),
};

const leads = rule('Heartbeat: the server leads', section);
const isBegun = rule('Heartbeat: it is of the last round that has begun', section);
const saysWhich = rule('HandleHeartbeatRequest: the answer is that to the round of the leader of its term', section);
const counts = rule(
  'HandleHeartbeatResponse: an answer counts for its round, in the term that it was asked in', section,
);
const risesByOne = rule('Heartbeat: rounds are counted one by one', section);
const isAsked = rule('ReadIndex: somebody asks, and whoever asks is to answer', section);
const notesCommitted = rule('ReadIndex: what is noted is commitIndex', section);
const isOfThisTerm = rule('ReadIndex: not before an entry of this term is committed', section);
const waitsForLater = rule('ReadIndex: it waits for a round that begins later', section);
const isAnswered = rule('ReadIndex: a majority has answered the round', section);
const isTold = rule('ReadIndexResponse: it tells what was noted of a read that is confirmed, to who asked', section);

export const roundRules: readonly Rule[] = [
  leads, isBegun, risesByOne, saysWhich, counts, isAsked, notesCommitted, isOfThisTerm, waitsForLater, isAnswered,
  isTold,
];

const refuse = (action: string, guard: Rule, because: string): Refusal => refusedBy(action, { guard, because });

/** Null when the server may send it. */
export function judgeHeartbeatRequest({ round }: HeartbeatRequest, { role, rounds }: SpecServer): Refusal | null {
  if (role !== 'leader') return refuse('Heartbeat', leads, `the server is a ${role}`);
  return rounds === undefined || (round === rounds.begun && round > 0)
    ? null
    : refuse('Heartbeat', isBegun, `it is of round ${round}, and the last one is ${rounds.begun}`);
}

/** Null when it is the answer to what the server was given. */
export function judgeHeartbeatResponse(
  { dest, round }: HeartbeatResponse, event: SpecEvent | null, { role, currentTerm }: SpecServer,
): Refusal | null {
  const wrong = (because: string): Refusal => refuse('HandleHeartbeatRequest', saysWhich, because);
  const asked = event?.kind === 'message' && event.message.kind === 'HeartbeatRequest' ? event.message : null;
  if (asked === null || asked.source !== dest) return wrong('it answers no round');
  const due = asked.term === currentTerm && role === 'follower' ? asked.round : 0;
  return round === due ? null : wrong(`the answer is for round ${round} and not ${due}`);
}

interface Led {
  readonly before: SpecServer;
  readonly event: SpecEvent;
  readonly after: SpecServer;
}

const nothingYet = (servers: number): Rounds => ({
  begun: 0, answered: Array.from({ length: servers }, () => 0), reads: [], leased: [],
});

/** Rounds and reads of a leader, behind a step that Figure 2 allows. */
export function judgeRounds({ before, event, after }: Led, setting: Setting): Refusal | null {
  const { rounds } = after;
  if (after.role !== 'leader' || rounds === undefined) return null;
  const ledOn = before.role === 'leader' && before.currentTerm === after.currentTerm;
  const was = (ledOn ? before.rounds : undefined) ?? nothingYet(setting.servers);
  if (rounds.begun !== was.begun && rounds.begun !== was.begun + 1)
    return refuse('Heartbeat', risesByOne, `the last round was ${was.begun} and is ${rounds.begun}`);
  return judgeAnswered(was, rounds, event, after) ?? judgeReads(was, rounds, { before, event, after }, setting);
}

function judgeAnswered(was: Rounds, is: Rounds, event: SpecEvent, { id, currentTerm }: SpecServer): Refusal | null {
  for (let peer = 0; peer < is.answered.length; peer++) {
    if (peer === id || is.answered[peer] === was.answered[peer]) continue;
    const answer = event.kind === 'message' && event.message.kind === 'HeartbeatResponse' ? event.message : null;
    const isSaid =
      answer !== null && answer.source === peer && answer.term === currentTerm && answer.round === is.answered[peer];
    if (!isSaid || answer.round < was.answered[peer]!)
      return refuse(
        'HandleHeartbeatResponse', counts,
        `round ${is.answered[peer]} is answered by ${peer}, which had answered ${was.answered[peer]}`,
      );
  }
  return null;
}

const keyOf = ({ read, by, index, round }: WaitingRead): string => `${by} ${read} ${index} ${round}`;

function judgeReads(was: Rounds, is: Rounds, led: Led, setting: Setting): Refusal | null {
  if (was.reads === is.reads) return null;
  const waited = countsOf(was.reads);
  for (const one of is.reads) {
    const left = waited.get(keyOf(one)) ?? 0;
    if (left > 0) waited.set(keyOf(one), left - 1);
    else {
      const refusal = judgeNoted(one, was, led);
      if (refusal !== null) return refusal;
    }
  }
  for (const one of was.reads) {
    if ((waited.get(keyOf(one)) ?? 0) === 0) continue;
    const refusal = judgeConfirmed(one, is, led.after, setting);
    if (refusal !== null) return refusal;
  }
  return null;
}

function countsOf(reads: readonly WaitingRead[]): Map<string, number> {
  const counted = new Map<string, number>();
  for (const one of reads) counted.set(keyOf(one), (counted.get(keyOf(one)) ?? 0) + 1);
  return counted;
}

/** Whose read a step may be about; null for nobody's. */
function askerOf(event: SpecEvent, id: ServerId): ServerId | null {
  if (event.kind === 'request') return id;
  return event.kind === 'message' && event.message.kind === 'ReadIndexRequest' ? event.message.source : null;
}

function judgeNoted(
  { read, by, index, round }: WaitingRead, was: Rounds, { before, event, after }: Led,
): Refusal | null {
  const wrong = (guard: Rule, because: string): Refusal => refuse('ReadIndex', guard, because);
  // One that was asked under a lease, and is not within it, may note what is committed by now (swarm seed 1587).
  const asked = was.leased.find((one) => one.read === read && one.by === by);
  if (asked === undefined && by !== askerOf(event, after.id))
    return wrong(isAsked, `server ${by} is to answer a read, and it did not ask`);
  const committed = [before.commitIndex, after.commitIndex, ...(asked === undefined ? [] : [asked.index])];
  if (!committed.includes(index))
    return wrong(notesCommitted, `index ${index} is noted, and commitIndex is ${after.commitIndex}`);
  const term = index >= after.log.baseIndex ? after.log.termAt(index) : 0;
  if (asked === undefined && term !== after.currentTerm)
    return wrong(isOfThisTerm, `log[${index}].term = ${term} is below currentTerm ${after.currentTerm}`);
  return round > was.begun
    ? null
    : wrong(waitsForLater, `it waits for round ${round}, and round ${was.begun} had begun`);
}

function judgeConfirmed({ round }: WaitingRead, is: Rounds, { id }: SpecServer, setting: Setting): Refusal | null {
  const answers = 1 + is.answered.filter((last, peer) => peer !== id && last >= round).length;
  return answers >= quorumOf(setting)
    ? null
    : refuse(
        'ReadIndex', isAnswered,
        `a read waits no more for round ${round}, which ${answers} of ${setting.servers} servers have answered`,
      );
}

/** Null when it tells what was noted of a read that waits no more. */
export function judgeReadIndexResponse(
  { read, index, dest }: ReadIndexResponse, { before, after }: Led,
): Refusal | null {
  if (after.role !== 'leader') return refuse('ReadIndexResponse', isTold, `the server is a ${after.role}`);
  if (after.rounds === undefined) return null;
  const waiting = ({ role, rounds }: SpecServer): number =>
    role !== 'leader' || rounds === undefined ? 0 : [...rounds.reads, ...rounds.leased].filter(
      (one) => one.read === read && one.by === dest && one.index === index,
    ).length;
  return waiting(before) > waiting(after)
    ? null
    : refuse('ReadIndexResponse', isTold, `no read of ${dest} that noted index ${index} waits no more`);
}
