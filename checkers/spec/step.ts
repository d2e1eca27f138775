/**
 * The judge of steps: is what a server did in one step what the specification's actions allow, and is what it sent
 * what they send? A comparison and not a search: the kind of event gives the actions, in their order, and where the
 * specification leaves a choice, the state after the step tells which one was made. docs/specification.md says which
 * freedoms are granted, and why.
 */
import { refusalOf, type Action } from './action.ts';
import {
  beginsToAsk, hasOptions, isDueToStand, judgeBeside, judgeSentBeyond, possibilities, standing, type Possibility,
  type SpecOptions,
} from './beyond.ts';
import { looksAtVotes } from './contact.ts';
import { becomeLeader, restart, stepDown, timeout, updateTerm, voteConditions } from './election.ts';
import { harmless } from './harmless.ts';
import type { SpecEvent } from './event.ts';
import { differenceOfLogs, SplicedLog, type EqualCommands, type SpecEntry } from './log.ts';
import type { SpecMessage } from './message.ts';
import { NextIndexes } from './next-indexes.ts';
import { isOfAnOption, isOfThePaper, type AnySpecMessage, type OptionMessage } from './option-message.ts';
import { aheadConditions, countsItsDisk, knowsItsDisk, type Durable } from './pipelining.ts';
import { preVote, preVotesOf } from './pre-vote.ts';
import { handlerOf } from './receive.ts';
import { advanceCommitIndex, agreeingOn, clientRequest, fitConditions } from './replication.ts';
import { refusedBy, refusedByAction, refusedIn, type Refusal } from './refusal.ts';
import { firstRefusal, type Guard, type Refused } from './rule.ts';
import { judgeSent, type Answer } from './sends.ts';
import { isSameSet, quorumOf, settingFor, withLogAndCommit, type Setting, type SpecServer } from './server.ts';
import { noTransfer } from './transfer.ts';
import { compact, compactedTo, snapshotConditions } from './snapshot.ts';

export interface SpecStep {
  readonly before: SpecServer;
  readonly event: SpecEvent;
  readonly after: SpecServer;
  /** In the order of sending. */
  readonly sent: readonly AnySpecMessage[];
  /** It took effect on the disk only: what it sent was lost in a crash, and nobody knows what nextIndex counted on. */
  readonly isCut?: true;
  /** Where the server went on before its writes were done; when absent, all that it was is on its disk. */
  readonly ahead?: Ahead;
}

/** How far a step was ahead of the disk when it was taken. */
export interface Ahead {
  /** The server as its disk had it. */
  readonly disk: Durable;
  /** So many messages, the first ones of `sent`, left before any write of the step was done. */
  readonly sent: number;
}

export interface JudgeOptions extends SpecOptions {
  readonly servers: number;
  /** How commands are compared; by identity when it is not given. */
  readonly equalCommands?: EqualCommands;
  /** What a new leader may append by itself; anything when it is not given. */
  readonly isNoOp?: (command: unknown) => boolean;
  /**
   * The implementation becomes leader and advances commitIndex in the very step that makes it possible, so a step that
   * leaves either undone is refused. Without it both may come later, as in raft.tla.
   */
  readonly isPrompt?: boolean;
  /**
   * `pipelined`: the server goes on while its writes are on their way (pipelining.ts), and its own matchIndex says up
   * to where it knows its disk to hold its log. When absent, a step is taken when its writes are done.
   */
  readonly persistence?: 'pipelined';
}

/** What the event may have led to, before the server goes on by itself. */
interface Course {
  /** The action that took the event; null when nothing did. */
  readonly action: Action<never> | null;
  readonly server: SpecServer;
  readonly answer: Answer | null;
  readonly nexts: NextIndexes;
  /** Why a request was refused, to explain a server that did not refuse it. */
  readonly refused: () => Refused | null;
}

export class StepJudge {
  private readonly setting: Setting;
  private readonly equal: EqualCommands;
  private readonly options: JudgeOptions;
  private readonly hasOptions: boolean;

  constructor(options: JudgeOptions) {
    this.setting = settingFor(options.servers);
    this.equal = options.equalCommands ?? Object.is;
    this.options = options;
    this.hasOptions = hasOptions(options);
  }

  /** Null when the specification allows the step; else what it is nearest to, and what is in the way. */
  judge(step: SpecStep): Refusal | null {
    const { before, after, sent } = step;
    if (before === after && sent.length === 0 && step.event.kind !== 'restart') return null;
    return this.byItsEvent(step) ?? (step.ahead === undefined ? null : this.sentAhead(step, step.ahead));
  }

  private byItsEvent(step: SpecStep): Refusal | null {
    const { before } = step;
    switch (step.event.kind) {
      case 'message': {
        const { message } = step.event;
        return isOfAnOption(message) ? this.receiptBeyond(step, message) : this.receipt(step, message);
      }
      case 'timer':
        return this.expiry(step);
      case 'restart':
        return this.start(step);
      case 'request':
      case 'transfer':
      case 'other':
        return this.follow(this.nothing(before), step);
    }
  }

  /** What left before the writes of the step were done says nothing that a crash would make untrue. */
  private sentAhead({ after, sent }: SpecStep, { disk, sent: left }: Ahead): Refusal | null {
    for (const message of sent.slice(0, left)) {
      const refused = firstRefusal(aheadConditions, after, { message, disk }, this.setting);
      if (refused !== null) return refusedBy('SendAhead', refused);
    }
    return null;
  }

  private nothing(server: SpecServer, action: Action<never> | null = null): Course {
    return { action, server, answer: null, nexts: new NextIndexes(server), refused: never };
  }

  /** commitIndex is not lost by those who keep it on disk. */
  private start(step: SpecStep): Refusal | null {
    const { before, after } = step;
    const { server } = restart.update(before, null, this.setting);
    const commitIndex = Math.min(Math.max(after.commitIndex, server.commitIndex), before.commitIndex);
    return this.follow({ ...this.nothing({ ...server, commitIndex }), action: restart }, step);
  }

  private expiry(step: SpecStep): Refusal | null {
    const { before, after } = step;
    const isOver = before.role === 'leader' && after.role === 'follower' && after.currentTerm === before.currentTerm;
    if (!isOver && after.currentTerm === before.currentTerm) {
      const action = this.options.preVote === true && beginsToAsk(before, after) ? preVote : null;
      if (action === null) return this.follow(this.nothing(before), step);
      const refused = refusalOf(action, before, null, this.setting);
      if (refused !== null) return refusedBy(action.name, refused);
      return this.follow({ ...this.nothing(action.update(before, null, this.setting).server), action }, step);
    }
    if (!isOver && this.options.preVote === true)
      return this.asOneOf([standing(before, preVotesOf(before) ?? [before.id], this.setting)], step);
    const action = isOver ? stepDown : timeout;
    const refused = refusalOf(action, before, null, this.setting);
    if (refused !== null) return refusedBy(action.name, refused);
    return this.follow({ ...this.nothing(action.update(before, null, this.setting).server), action }, step);
  }

  /** Taken, or lost behind UpdateTerm, or lost. The first is what is told when it is none of them. */
  private receipt(step: SpecStep, message: SpecMessage): Refusal | null {
    const { before, after } = step;
    if (message.dest !== before.id) return misdelivered(before, message);
    if (this.options.checkQuorum === true && message.kind === 'RequestVoteRequest') {
      const refused = firstRefusal([looksAtVotes], before, message, this.setting);
      if (refused !== null)
        return this.follow(this.nothing(before), step) === null ? null : refusedBy('HandleRequestVoteRequest', refused);
    }
    const isUpdated = message.term > before.currentTerm && after.currentTerm !== before.currentTerm;
    const current = isUpdated ? updateTerm.update(before, message, this.setting).server : before;
    const refusal = this.handled(current, message, step);
    if (refusal === null) return null;
    if (isUpdated && this.follow({ ...this.nothing(current), action: updateTerm }, step) === null) return null;
    return this.follow(this.nothing(before), step) === null ? null : refusal;
  }

  private receiptBeyond(step: SpecStep, message: OptionMessage): Refusal | null {
    const { before, after } = step;
    if (message.dest !== before.id) return misdelivered(before, message);
    return this.asOneOf(possibilities(message, before, after, this.setting), step);
  }

  /** The first is what is told when it is none of them. */
  private asOneOf(possible: readonly Possibility[], step: SpecStep): Refusal | null {
    let told: Refusal | null = null;
    for (const { action, server, refused, answer: message } of possible) {
      const { commitIndex } = server;
      const answer = message === undefined ? null : { message, commitIndex, termBefore: step.before.currentTerm };
      const refusal =
        refused === null
          ? this.follow({ ...this.nothing(server), action, answer }, step)
          : refusedBy(action?.name ?? 'nothing', refused);
      if (refusal === null) return null;
      told ??= refusal;
    }
    return told;
  }

  private handled(server: SpecServer, message: SpecMessage, step: SpecStep): Refusal | null {
    const action = handlerOf(message);
    const inTheWay = refusalOf(action, server, message, this.setting);
    if (inTheWay !== null) return refusedBy(action.name, inTheWay);
    // raft.tla keeps nextIndex and matchIndex of everybody; of who does not lead they are not read here.
    if (tellsALeader(message) && server.role !== 'leader')
      return this.follow(this.nothing(server, action), step);
    const outcome = action.update(server, message, this.setting);
    const nexts = new NextIndexes(outcome.server);
    if (message.kind === 'AppendEntriesResponse') nexts.answered(server, message);
    if (message.kind === 'InstallSnapshotResponse' && message.matchIndex > 0)
      nexts.answered(server, { ...message, success: true });
    const refused = (): Refused | null => conditionOf(server, message, this.setting);
    const answer = outcome.sent.length === 0 ? null : {
      message: outcome.sent[0]!, commitIndex: server.commitIndex, termBefore: step.before.currentTerm,
    };
    const refusal = this.follow({ action, server: outcome.server, answer, nexts, refused }, step);
    const other = refusal === null ? null : harmless(server, message, this.setting);
    if (other === null) return refusal;
    const course = { ...this.nothing(other.server), action, answer: { ...answer!, message: other.sent[0]! } };
    return this.follow(course, step) === null ? null : refusal;
  }

  /** What the server does by itself behind the event, then the comparison. */
  private follow(course: Course, step: SpecStep): Refusal | null {
    const { before, after, event } = step;
    const { nexts } = course;
    let { server } = course;
    const sent = step.sent.every(isOfThePaper) ? step.sent : step.sent.filter(isOfThePaper);
    if (after.role === 'leader' && server.role !== 'leader') {
      const refused = refusalOf(becomeLeader, server, null, this.setting);
      if (refused !== null) return refusedBy('BecomeLeader', refused);
      server = becomeLeader.update(server, null, this.setting).server;
      nexts.elected(server, after.log.lastIndex);
    }
    const isElected = server.role === 'leader' && course.server.role !== 'leader';
    const appended = this.appended(server, after, event, isElected);
    if ('because' in appended) return appended;
    server = appended;
    if (server.role === 'leader' && after.commitIndex > server.commitIndex) {
      const refused = this.mayNotCommit(server, step);
      if (refused !== null) return refusedBy('AdvanceCommitIndex', refused);
      server = withLogAndCommit(server, server.log, after.commitIndex);
    }
    const whole = server;
    if (after.log.baseIndex > server.log.baseIndex) {
      const index = { index: after.log.baseIndex };
      const refused = refusalOf(compact, server, index, this.setting);
      if (refused !== null) return refusedBy('Compact', refused);
      server = withLogAndCommit(server, compactedTo(server.log, after.log.baseIndex), server.commitIndex);
    }
    // What is sent of a snapshot may be counted on to arrive as a whole one is.
    for (const one of step.sent)
      if (one.kind === 'InstallChunkRequest') nexts.sendsSnapshot(one.dest, one.lastIncludedIndex);
    return (
      this.variables(course, server, step) ??
      this.ownIndex(step) ??
      (sent.length === 0 ? null : judgeSent({
        before,
        whole,
        after,
        sent,
        answer: course.answer,
        nexts,
        equal: this.equal,
        servers: this.setting.servers,
        refused: course.refused,
      })) ??
      (after.role === 'leader' && step.isCut !== true ? nexts.compared(after) : null) ??
      (this.hasOptions ? this.beyond(course, step) : null) ??
      this.undone(after)
    );
  }

  /** What the dissertation adds to Figure 2. */
  private beyond({ action, server: behind }: Course, { before, event, after, sent }: SpecStep): Refusal | null {
    return (
      judgeBeside({ before, event, after, behind, action }, this.options, this.setting) ??
      judgeSentBeyond(sent, { before, event, after, action, setting: this.setting })
    );
  }

  private mayNotCommit(leader: SpecServer, { after: { commitIndex: index }, ahead }: SpecStep): Refused | null {
    const refused = refusalOf(advanceCommitIndex, leader, { index }, this.setting);
    if (refused !== null || ahead === undefined) return refused;
    return firstRefusal([countsItsDisk], leader, { index, disk: ahead.disk }, this.setting);
  }

  private ownIndex({ after, ahead }: SpecStep): Refusal | null {
    if (this.options.persistence !== 'pipelined' || after.role !== 'leader') return null;
    const refused = firstRefusal([knowsItsDisk], after, { disk: ahead?.disk ?? after }, this.setting);
    return refused === null ? null : refusedBy('Persisted', refused);
  }

  /** The server with what a leader put behind its log. */
  private appended(server: SpecServer, after: SpecServer, event: SpecEvent, isElected: boolean): SpecServer | Refusal {
    if (server.role !== 'leader' || after.log.lastIndex <= server.log.lastIndex) return server;
    const { equal, options } = this;
    if (options.transfer === true && !isElected) {
      const refused = firstRefusal([noTransfer], server, null, this.setting);
      if (refused !== null) return refusedBy(clientRequest.name, refused);
    }
    const commands = event.kind === 'request' || event.kind === 'timer' ? (event.commands ?? []) : [];
    const entries: SpecEntry[] = [];
    let at = 0;
    for (let index = server.log.lastIndex + 1; index <= after.log.lastIndex; index++) {
      const command = index > after.log.baseIndex ? after.log.commandAt(index) : commands[at];
      const isNoOp = isElected && entries.length === 0 && options.isNoOp?.(command) !== false;
      if (!isNoOp) {
        const asked = commands.findIndex((one, position) => position >= at && equal(one, command));
        if (asked < 0)
          return refusedIn(clientRequest.name, '5.3', `nobody asked for what the leader put at index ${index}`);
        at = asked + 1;
      }
      entries.push({ term: server.currentTerm, command });
    }
    return withLogAndCommit(server, new SplicedLog(server.log, server.log.lastIndex, entries), server.commitIndex);
  }

  /** Figure 2 field by field, but for nextIndex. */
  private variables(course: Course, expected: SpecServer, { before, event, after }: SpecStep): Refusal | null {
    if (after === expected) return null;
    const { action } = course;
    const explain = (name: string, is: unknown, was: unknown): Refusal => {
      const refused = course.refused();
      if (refused !== null) return refusedBy(action!.name, refused);
      return refusedIn(
        action?.name ?? 'nothing',
        'Figure 2',
        `${name} is ${is} and not ${was}${action === null ? '' : ' behind it'}`,
      );
    };
    if (after.id !== expected.id) return explain('the id', after.id, expected.id);
    if (after.currentTerm !== expected.currentTerm) {
      if (event.kind === 'message')
        return (
          refusedByAction(updateTerm, before, event.message, this.setting) ??
          explain('currentTerm', after.currentTerm, expected.currentTerm)
        );
      return explain('currentTerm', after.currentTerm, expected.currentTerm);
    }
    if (after.votedFor !== expected.votedFor) return explain('votedFor', after.votedFor, expected.votedFor);
    if (after.role !== expected.role) return explain('the role', after.role, expected.role);
    if (after.commitIndex !== expected.commitIndex) {
      const isOwn = action === null && after.commitIndex > expected.commitIndex;
      return (
        (isOwn ? refusedByAction(advanceCommitIndex, expected, { index: after.commitIndex }, this.setting) : null) ??
        explain('commitIndex', after.commitIndex, expected.commitIndex)
      );
    }
    const difference = differenceOfLogs(expected.log, after.log, this.equal);
    if (difference !== null) {
      const isOwn = action === null && after.log.lastIndex > expected.log.lastIndex;
      const refused = course.refused();
      if (refused !== null) return refusedBy(action!.name, refused);
      return (
        (isOwn ? refusedByAction(clientRequest, expected, { command: null }, this.setting) : null) ??
        refusedIn(action?.name ?? 'nothing', '5.3', action === null ? difference : `${difference} behind it`)
      );
    }
    if (after.role === 'candidate' && !isSameSet(after.votesGranted, expected.votesGranted)) {
      return explain('votesGranted', `{${after.votesGranted.join(', ')}}`, `{${expected.votesGranted.join(', ')}}`);
    }
    if (after.role !== 'leader') return null;
    for (let peer = 0; peer < this.setting.servers; peer++) {
      if (peer === after.id || after.matchIndex[peer] === expected.matchIndex[peer]) continue;
      return explain(`matchIndex[${peer}]`, after.matchIndex[peer], expected.matchIndex[peer]);
    }
    return null;
  }

  /** What a prompt implementation would have done. */
  private undone(after: SpecServer): Refusal | null {
    if (this.options.isPrompt !== true) return null;
    if (after.role === 'candidate' && refusalOf(becomeLeader, after, null, this.setting) === null) {
      return refusedIn(
        'BecomeLeader',
        '5.2',
        `votesGranted = {${after.votesGranted.join(', ')}} is a majority, and the server does not lead`,
        'due',
      );
    }
    if (this.options.preVote === true && isDueToStand(after, this.setting)) {
      return refusedIn(
        'Timeout', 'dissertation 9.6',
        `pre-votes of {${preVotesOf(after)!.join(', ')}} are a majority, and the server does not stand`, 'due',
      );
    }
    const index = after.role === 'leader' ? this.committable(after) : 0;
    if (index <= after.commitIndex) return null;
    return refusedIn(
      'AdvanceCommitIndex',
      '5.4.2',
      `index ${index} is on ${agreeingOn(after, index, this.ownOf(after))} of ${this.setting.servers} servers and commitIndex is ${after.commitIndex}`,
      'due',
    );
  }

  /** Up to where a leader counts itself. */
  private ownOf({ id, log, matchIndex }: SpecServer): number {
    return this.options.persistence === 'pipelined' ? (matchIndex[id] ?? 0) : log.lastIndex;
  }

  /** The highest index above commitIndex that a leader may commit; 0 when there is none. */
  private committable(leader: SpecServer): number {
    const { id, log, matchIndex, currentTerm, commitIndex } = leader;
    const own = this.ownOf(leader);
    if (log.lastIndex <= commitIndex || agreeingOn(leader, commitIndex + 1, own) < quorumOf(this.setting)) return 0;
    const held = matchIndex.slice();
    held[id] = own;
    held.sort((a, b) => b - a);
    const index = Math.min(held[quorumOf(this.setting) - 1]!, log.lastIndex);
    return index > log.baseIndex && log.termAt(index) === currentTerm ? index : 0;
  }
}

const misdelivered = ({ id }: SpecServer, { dest }: AnySpecMessage): Refusal =>
  refusedIn('Receive', '5.1', `a message for server ${dest} was given to server ${id}`);

const tellsALeader = ({ kind }: SpecMessage): boolean =>
  kind === 'AppendEntriesResponse' || kind === 'InstallSnapshotResponse';

const never = (): null => null;

const conditions = {
  RequestVoteRequest: voteConditions,
  AppendEntriesRequest: fitConditions,
  InstallSnapshotRequest: snapshotConditions,
};

/** Why the request is to be refused. */
function conditionOf(server: SpecServer, message: SpecMessage, setting: Setting): Refused | null {
  const asked = conditions[message.kind as keyof typeof conditions] as readonly Guard<SpecMessage>[] | undefined;
  return asked === undefined ? null : firstRefusal(asked, server, message, setting);
}
