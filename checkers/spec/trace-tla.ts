/**
 * A run as a trace that a published specification can judge: the form of etcd's trace validation (etcd-io/raft,
 * `tla/`), one JSON object a line. TLC matches it against etcdraft.tla elsewhere; nothing here needs TLC.
 *
 * There nodes count from 1, and a cluster begins with its configuration as the first entry, of term 1 and committed.
 * So every index is one higher there than here, and terms are moved so that the first one is 1. What etcd sends to
 * itself (its own vote, the acknowledgement of its own entries) is written where our step takes it for granted.
 */
import type { SpecLog } from './log.ts';
import { entryAt } from './log.ts';
import type { SpecMessage } from './message.ts';
import { isOfThePaper, type AnySpecMessage } from './option-message.ts';
import type { ServerId, SpecServer } from './server.ts';
import type { SpecStep } from './step.ts';

export interface TraceOptions {
  readonly servers: number;
  /** The term of a server that never heard of another one. */
  readonly initialTerm: number;
}

interface TraceMessage {
  readonly type: string;
  readonly term: number;
  readonly from: string;
  readonly to: string;
  readonly entries: number;
  readonly logTerm: number;
  readonly index: number;
  readonly commit: number;
  readonly vote: string;
  readonly reject: boolean;
  readonly rejectHint: number;
}

/** Beside the empty log of ours, etcd's holds the configuration. */
const bootstrapped = 1;
const bootstrapTerm = 1;

const roleNames = { follower: 'StateFollower', candidate: 'StateCandidate', leader: 'StateLeader' };

/**
 * The lines of a run, each without its line end.
 * @param steps of all servers together, in the order in which they took effect, from the first one on
 * @throws RangeError when a server's first step does not begin with an empty log, or a message is none of Figure 2's
 */
export function* traceTla(options: TraceOptions, steps: Iterable<SpecStep>): Generator<string> {
  const trace = new Trace(options);
  yield* trace.bootstrap();
  const met = new Set<ServerId>();
  for (const step of steps) {
    const { id, log } = step.before;
    if (!met.has(id) && log.lastIndex > 0)
      throw new RangeError(
        `the trace of server ${id} begins with ${log.lastIndex} entries: give the steps of the whole run`,
      );
    const isStart = step.event.kind === 'restart' && !met.has(id);
    met.add(id);
    // With what it starts, the first lines have said.
    if (!isStart) yield* trace.step(step);
  }
}

class Trace {
  private readonly moved: number;
  private readonly conf: readonly (readonly string[])[];

  constructor({ servers, initialTerm }: TraceOptions) {
    this.moved = bootstrapTerm - initialTerm;
    this.conf = [Array.from({ length: servers }, (_, id) => nameOf(id)), []];
  }

  /** Lines that are not matched, but say with what each node begins. */
  *bootstrap(): Generator<string> {
    for (const nid of this.conf[0]!) {
      const state = { term: bootstrapTerm, vote: '0', commit: bootstrapped };
      const first = { nid, state, role: roleNames.follower, log: bootstrapped };
      yield written({ name: 'InitState', ...first, conf: [[], []] });
      yield written({ name: 'BecomeFollower', ...first, conf: [[], []] });
      yield written({
        name: 'ApplyConfChange',
        ...first,
        conf: [[], []],
        prop: { cc: { changes: [], newconf: this.conf[0] } },
      });
    }
  }

  *step({ before, event, after, sent: allSent }: SpecStep): Generator<string> {
    const sent = allSent.map(ofThePaper);
    if (event.kind === 'restart') {
      yield this.line('InitState', after);
      return;
    }
    let now = before;
    if (event.kind === 'message') {
      const received = ofThePaper(event.message);
      yield this.line(receiptNames[received.kind], before, this.message(received));
      now = this.following(before, received);
      if (now !== before) yield this.line('BecomeFollower', now);
    }
    if (after.currentTerm > now.currentTerm) {
      yield* this.candidacy(before, after, sent);
      now = { ...after, role: 'candidate', log: before.log, commitIndex: before.commitIndex };
    }
    if (now.role === 'leader' && after.role === 'follower')
      yield this.line('BecomeFollower', { ...now, role: 'follower' });
    if (after.role === 'leader') yield* this.leading(now, after);
    const others =
      after.role === 'candidate'
        ? sent.filter(({ kind }) => kind !== 'RequestVoteRequest' || after.currentTerm === before.currentTerm)
        : sent;
    for (const message of others) yield this.line(sendingNames[message.kind], after, this.message(message));
    if (others.length > 0 || hasChanged(before, after)) yield this.line('Ready', after);
  }

  /** The server once it has taken over a term, or has heard the leader of its own. */
  private following(before: SpecServer, { kind, term }: SpecMessage): SpecServer {
    if (term > before.currentTerm) return { ...before, role: 'follower', currentTerm: term, votedFor: null };
    const isLeaders = kind === 'AppendEntriesRequest' || kind === 'InstallSnapshotRequest';
    return isLeaders && before.role === 'candidate' && term === before.currentTerm
      ? { ...before, role: 'follower' }
      : before;
  }

  /** The vote for itself leaves with the requests, and comes back at once. */
  private *candidacy(before: SpecServer, after: SpecServer, sent: readonly SpecMessage[]): Generator<string> {
    const standing: SpecServer = { ...after, role: 'candidate', log: before.log, commitIndex: before.commitIndex };
    const own = this.message({
      kind: 'RequestVoteResponse',
      term: after.currentTerm,
      source: after.id,
      dest: after.id,
      voteGranted: true,
    });
    yield this.line('BecomeCandidate', standing);
    yield this.line(sendingNames.RequestVoteResponse, standing, own);
    for (const message of sent)
      if (message.kind === 'RequestVoteRequest')
        yield this.line(sendingNames[message.kind], standing, this.message(message));
    yield this.line('Ready', standing);
    yield this.line(receiptNames.RequestVoteResponse, standing, own);
  }

  /**
   * Elected; entries put behind the log, which are on the leader's own disk before anything else; an index committed.
   */
  private *leading(now: SpecServer, after: SpecServer): Generator<string> {
    const leader: SpecServer = { ...after, log: now.log, commitIndex: now.commitIndex };
    const last = now.log.lastIndex;
    if (now.role !== 'leader') yield this.line('BecomeLeader', leader);
    for (let index = last + 1; index <= after.log.lastIndex; index++)
      yield this.line('Replicate', { ...leader, log: cutTo(after.log, index) });
    const grown: SpecServer = { ...leader, log: after.log };
    if (after.log.lastIndex > last) yield* this.toItself(grown);
    if (after.commitIndex > now.commitIndex) yield this.line('Commit', after);
  }

  private *toItself(leader: SpecServer): Generator<string> {
    const own = this.message({
      kind: 'AppendEntriesResponse',
      term: leader.currentTerm,
      source: leader.id,
      dest: leader.id,
      success: true,
      matchIndex: leader.log.lastIndex,
    });
    yield this.line(sendingNames.AppendEntriesResponse, leader, own);
    yield this.line('Ready', leader);
    yield this.line(receiptNames.AppendEntriesResponse, leader, own);
  }

  private line(
    name: string,
    { id, role, currentTerm, votedFor, commitIndex, log }: SpecServer,
    msg?: TraceMessage,
  ): string {
    const state = {
      term: this.term(currentTerm),
      vote: votedFor === null ? '0' : nameOf(votedFor),
      commit: commitIndex + bootstrapped,
    };
    return written({
      name,
      nid: nameOf(id),
      state,
      role: roleNames[role],
      log: log.lastIndex + bootstrapped,
      conf: this.conf,
      ...(msg === undefined ? {} : { msg }),
    });
  }

  private term(term: number): number {
    return term + this.moved;
  }

  /** Of the entry at an index: the one before the first is the configuration's. */
  private entryTerm(index: number, term: number): number {
    return index === 0 ? bootstrapTerm : this.term(term);
  }

  private message(message: SpecMessage): TraceMessage {
    const { kind, term, source, dest } = message;
    const plain: TraceMessage = {
      type: messageTypes[kind],
      term: this.term(term),
      from: nameOf(source),
      to: nameOf(dest),
      entries: 0,
      logTerm: 0,
      index: 0,
      commit: 0,
      vote: '0',
      reject: false,
      rejectHint: 0,
    };
    switch (message.kind) {
      case 'RequestVoteRequest':
        return {
          ...plain,
          index: message.lastLogIndex + bootstrapped,
          logTerm: this.entryTerm(message.lastLogIndex, message.lastLogTerm),
        };
      case 'RequestVoteResponse':
        return { ...plain, reject: !message.voteGranted };
      case 'AppendEntriesRequest': {
        const { prevLogIndex, prevLogTerm, entries, leaderCommit } = message;
        // There a message tells no more than the last entry that it brings.
        const commit = Math.min(leaderCommit, prevLogIndex + entries.length) + bootstrapped;
        return {
          ...plain,
          entries: entries.length,
          index: prevLogIndex + bootstrapped,
          logTerm: this.entryTerm(prevLogIndex, prevLogTerm),
          commit,
        };
      }
      case 'AppendEntriesResponse':
        return message.success ? { ...plain, index: message.matchIndex + bootstrapped } : { ...plain, reject: true };
      case 'InstallSnapshotRequest':
        return { ...plain, entries: message.lastIncludedIndex + bootstrapped };
      case 'InstallSnapshotResponse':
        return message.matchIndex > 0
          ? { ...plain, index: message.matchIndex + bootstrapped }
          : { ...plain, reject: true };
    }
  }
}

function ofThePaper(message: AnySpecMessage): SpecMessage {
  if (isOfThePaper(message)) return message;
  throw new RangeError(`a trace has no line for ${message.kind}: give the steps of a run without options of Raft`);
}

const messageTypes = {
  RequestVoteRequest: 'MsgVote',
  RequestVoteResponse: 'MsgVoteResp',
  AppendEntriesRequest: 'MsgApp',
  AppendEntriesResponse: 'MsgAppResp',
  InstallSnapshotRequest: 'MsgSnap',
  InstallSnapshotResponse: 'MsgAppResp',
};

const sendingNames = {
  RequestVoteRequest: 'SendRequestVoteRequest',
  RequestVoteResponse: 'SendRequestVoteResponse',
  AppendEntriesRequest: 'SendAppendEntriesRequest',
  AppendEntriesResponse: 'SendAppendEntriesResponse',
  InstallSnapshotRequest: 'SendAppendEntriesRequest',
  InstallSnapshotResponse: 'SendAppendEntriesResponse',
};

const receiptNames = {
  RequestVoteRequest: 'ReceiveRequestVoteRequest',
  RequestVoteResponse: 'ReceiveRequestVoteResponse',
  AppendEntriesRequest: 'ReceiveAppendEntriesRequest',
  AppendEntriesResponse: 'ReceiveAppendEntriesResponse',
  InstallSnapshotRequest: 'ReceiveAppendEntriesRequest',
  InstallSnapshotResponse: 'ReceiveAppendEntriesResponse',
};

const nameOf = (id: ServerId): string => String(id + 1);

const written = (event: object): string => JSON.stringify({ tag: 'trace', event });

/** What a Ready would write or tell. */
const hasChanged = (before: SpecServer, after: SpecServer): boolean =>
  before.currentTerm !== after.currentTerm ||
  before.votedFor !== after.votedFor ||
  before.log !== after.log ||
  before.commitIndex !== after.commitIndex;

/** The log without what is behind an index. */
const cutTo = (log: SpecLog, lastIndex: number): SpecLog => ({
  baseIndex: log.baseIndex,
  baseTerm: log.baseTerm,
  lastIndex,
  termAt: (index) => log.termAt(index),
  commandAt: (index) => entryAt(log, index).command,
});
