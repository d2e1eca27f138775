/** Whether what a server sent in a step is what the specification's actions send. */
import { differenceWithin, lastTermOf, type EqualCommands, type SpecEntry, type SpecLog } from './log.ts';
import type { AppendEntriesRequest, InstallSnapshotRequest, RequestVoteRequest, SpecMessage } from './message.ts';
import type { NextIndexes } from './next-indexes.ts';
import { refusedBy, refusedIn, type Refusal } from './refusal.ts';
import type { Refused } from './rule.ts';
import type { SpecServer } from './server.ts';

/** The one answer that the message taken allows; it may be missing, as if it was lost. */
export interface Answer {
  readonly message: SpecMessage;
  /** Of the server when it took the message. */
  readonly commitIndex: number;
  /** Before UpdateTerm. */
  readonly termBefore: number;
}

export interface Sending {
  readonly before: SpecServer;
  /** Behind all actions but Compact: its log still has what was sent before the log was cut. */
  readonly whole: SpecServer;
  readonly after: SpecServer;
  readonly sent: readonly SpecMessage[];
  readonly answer: Answer | null;
  readonly nexts: NextIndexes;
  readonly equal: EqualCommands;
  readonly servers: number;
  /** Why the message taken is to be refused. */
  readonly refused: () => Refused | null;
}

export function judgeSent(sending: Sending): Refusal | null {
  const { after, sent } = sending;
  let answers = 0;
  for (const message of sent) {
    const wrong = (because: string): Refusal =>
      refusedIn('Send', '5.1', `${message.kind} to ${message.dest}: ${because}`);
    if (message.source !== after.id) return wrong(`its source is ${message.source}, and server ${after.id} sent it`);
    if (message.dest < 0 || message.dest >= sending.servers) return wrong('there is no such server');
    if (message.dest === after.id) return wrong('it is for its own sender');
    if (message.term !== after.currentTerm && !isDropped(message, sending.answer))
      return wrong(`its term is ${message.term}, and currentTerm is ${after.currentTerm}`);
    const refusal = judgeOne(message, sending, answers);
    if (refusal !== null) return refusal;
    if (message.kind.endsWith('Response')) answers += 1;
  }
  return null;
}

/** An answer in the term from before UpdateTerm is dropped by whoever asked in the later one, as if it was lost. */
const isDropped = ({ kind, term }: SpecMessage, answer: Answer | null): boolean =>
  kind === 'AppendEntriesResponse' && term === answer?.termBefore;

function judgeOne(message: SpecMessage, sending: Sending, answers: number): Refusal | null {
  switch (message.kind) {
    case 'RequestVoteRequest':
      return judgeVoteRequest(message, sending.after);
    case 'AppendEntriesRequest':
      return judgeEntries(message, sending);
    case 'InstallSnapshotRequest':
      return judgeSnapshot(message, sending);
    default:
      return answers > 0
        ? refusedIn('Send', '5.1', `${message.kind} to ${message.dest}: one message has one answer`)
        : judgeAnswer(message, sending);
  }
}

function judgeVoteRequest(message: RequestVoteRequest, { role, log }: SpecServer): Refusal | null {
  const wrong = (because: string): Refusal => refusedIn('RequestVote', '5.4.1', because);
  if (role !== 'candidate') return wrong(`the server is a ${role}`);
  if (message.lastLogIndex !== log.lastIndex)
    return wrong(`lastLogIndex is ${message.lastLogIndex}, and the log ends at index ${log.lastIndex}`);
  const term = lastTermOf(log);
  return message.lastLogTerm === term
    ? null
    : wrong(`lastLogTerm is ${message.lastLogTerm}, and the log ends with term ${term}`);
}

/** The entries of a message as a part of a log, so that both are compared in one way. */
const asLog = (prevLogIndex: number, entries: readonly SpecEntry[]): SpecLog => ({
  baseIndex: prevLogIndex,
  baseTerm: 0,
  lastIndex: prevLogIndex + entries.length,
  termAt: (index) => entries[index - prevLogIndex - 1]!.term,
  commandAt: (index) => entries[index - prevLogIndex - 1]!.command,
});

function judgeEntries(message: AppendEntriesRequest, { before, whole, after, nexts, equal }: Sending): Refusal | null {
  const { dest, prevLogIndex, prevLogTerm, entries, leaderCommit } = message;
  const wrong = (because: string, section = '5.3'): Refusal =>
    refusedIn('AppendEntries', section, `to ${dest}, ${because}`);
  if (after.role !== 'leader') return wrong(`and the server is a ${after.role}`);
  const { log } = whole;
  const last = prevLogIndex + entries.length;
  if (prevLogIndex < log.baseIndex)
    return wrong(`prevLogIndex is ${prevLogIndex}, and the snapshot ends at index ${log.baseIndex}`, '7');
  if (last > log.lastIndex) return wrong(`it reaches to index ${last}, and the log ends at index ${log.lastIndex}`);
  if (!nexts.sends(dest, prevLogIndex + 1, entries.length, after.nextIndex[dest]!))
    return wrong(`prevLogIndex is ${prevLogIndex}, and nextIndex is ${nexts.inWords(dest)}`);
  const term = log.termAt(prevLogIndex);
  if (prevLogTerm !== term) return wrong(`prevLogTerm is ${prevLogTerm}, and log[${prevLogIndex}].term is ${term}`);
  const difference = differenceWithin(log, asLog(prevLogIndex, entries), prevLogIndex + 1, last, equal);
  if (difference !== null) return wrong(`it says that ${difference}`);
  const match = after.matchIndex[dest]!;
  const tells = (commit: number): boolean =>
    leaderCommit === commit || leaderCommit === Math.min(commit, last) || leaderCommit === Math.min(commit, match);
  const led = before.role === 'leader' && before.currentTerm === after.currentTerm;
  return tells(after.commitIndex) || (led && tells(before.commitIndex))
    ? null
    : wrong(`leaderCommit is ${leaderCommit}, and commitIndex is ${after.commitIndex}`, 'Figure 2');
}

function judgeSnapshot(
  { dest, lastIncludedIndex, lastIncludedTerm }: InstallSnapshotRequest,
  { whole, after, nexts }: Sending,
): Refusal | null {
  const wrong = (because: string): Refusal => refusedIn('InstallSnapshot', '7', `to ${dest}, ${because}`);
  if (after.role !== 'leader') return wrong(`and the server is a ${after.role}`);
  const is = ({ baseIndex, baseTerm }: SpecLog): boolean =>
    baseIndex > 0 && lastIncludedIndex === baseIndex && lastIncludedTerm === baseTerm;
  if (!is(whole.log) && !is(after.log)) {
    return wrong(
      `it ends at index ${lastIncludedIndex} of term ${lastIncludedTerm}, and the snapshot at index ${after.log.baseIndex} of term ${after.log.baseTerm}`,
    );
  }
  return nexts.sendsSnapshot(dest, lastIncludedIndex)
    ? null
    : wrong(`nextIndex is ${nexts.inWords(dest)}, behind the snapshot, which ends at index ${lastIncludedIndex}`);
}

function judgeAnswer(message: SpecMessage, { answer, refused }: Sending): Refusal | null {
  if (answer === null) return refusedIn('Send', '5.1', `${message.kind} to ${message.dest}: it answers no request`);
  const { message: expected, commitIndex } = answer;
  const wrong = (because: string): Refusal => {
    const action = `Handle${expected.kind.replace('Response', 'Request')}`;
    const inTheWay = refused();
    return inTheWay === null ? refusedIn(action, '5.3', because) : refusedBy(action, inTheWay);
  };
  if (message.dest !== expected.dest) return wrong(`the answer goes to ${message.dest} and not to ${expected.dest}`);
  if (expected.kind === 'RequestVoteResponse') {
    if (message.kind !== expected.kind) return wrong(`the answer is ${message.kind}`);
    return message.voteGranted === expected.voteGranted ? null : wrong(`voteGranted is ${message.voteGranted}`);
  }
  const told = acknowledgedIn(message);
  const due = acknowledgedIn(expected);
  if (told === null || due === null || (message.kind !== expected.kind && expected.kind !== 'InstallSnapshotResponse'))
    return wrong(`the answer is ${message.kind}`);
  // What is committed is in the leader's log, so a follower may say all of it.
  if (told === due || (due > 0 && due <= commitIndex && told === commitIndex)) return null;
  return wrong(`the answer acknowledges index ${told} and not ${due}`);
}

/** Up to where an answer says that the logs are alike; -1 for a refusal, null for an answer of another kind. */
function acknowledgedIn(message: SpecMessage): number | null {
  if (message.kind === 'AppendEntriesResponse') return message.success ? message.matchIndex : -1;
  return message.kind === 'InstallSnapshotResponse' ? message.matchIndex : null;
}
