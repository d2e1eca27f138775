/**
 * The invariants of Raft and its store for the explorer. The checks are those of `checkers/`; here stands
 * only what they remember of the past between two steps, as a value: the ghost.
 *
 * Each part of the ghost is there because no present state tells it any more once a server has crashed:
 * - who won which term, with what log (Election Safety and Leader Completeness speak of crashed leaders too);
 * - which entries were known to be committed, and in which term the first node knew it (commitIndex is not durable);
 * - votes that a server granted without keeping them (only a broken server does);
 * - what the clients asked and were told, for linearizability.
 * In a `set` network it costs hardly any states: the letters in flight tell almost all of it, too.
 */
import { answeredReads, reads } from '../../checkers/chronicle/clients.ts';
import { memberSteps } from '../../checkers/chronicle/membership.ts';
import { transfers } from '../../checkers/chronicle/transfers.ts';
import { noteChange } from '../../checkers/chronicle/raft-steps.ts';
import { Tally } from '../../checkers/chronicle/situation.ts';
import { situations as situationNames, type SituationName } from '../../checkers/chronicle/situations.ts';
import { inputOf, outputOf } from '../../checkers/linearizability.ts';
import { equalReplicas, snapshotEqualsPrefix, type Claim } from '../../checkers/prefix.ts';
import { properties, type LeavesOut } from '../../checkers/properties.ts';
import { hold, type Property as Held } from '../../checkers/property.ts';
import { CommittedLog } from '../../checkers/raft/committed-log.ts';
import {
  electedByMajority, Elections, electionSafety, oneVotePerTerm, type Election,
} from '../../checkers/raft/elections.ts';
import { EntryBook } from '../../checkers/raft/entry-book.ts';
import { acknowledgedChangeIsCommitted, snapshotTellsWhoTakesPart } from '../../checkers/raft/membership.ts';
import { votingSets } from '../../checkers/raft/quorum.ts';
import type { RaftStep } from '../../checkers/raft/raft-step.ts';
import { StepChecks } from '../../checkers/raft/step-checks.ts';
import { noReadIsDropped } from '../../checkers/reads.ts';
import { boundedRaftState } from '../../checkers/raft-state-size.ts';
import { respondsAfterApplied } from '../../checkers/responses.ts';
import { ReplicatedStore } from '../../checkers/replicated-store.ts';
import type { Model as Sequential } from '../../checkers/porcupine-ts-port/model.ts';
import { kvModel, type KvInput, type KvOutput } from '../../checkers/porcupine-ts-port/models/kv.ts';
import type { Command, PlainOperation as Operation, PlainResult as Result } from '../../core/kv/command.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry, Log, LogIndex, Term } from '../../core/raft/log.ts';
import type { Change, Configuration } from '../../core/raft/members.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import { linearizability, type ClientHistory } from '../../harness/explore/linearizable.ts';
import type { Property } from '../../harness/explore/model.ts';
import type { NodeStep, NodeView, Notice, UntimedObserver } from '../../harness/explore/untimed/system.ts';

type History = ClientHistory<KvInput, KvOutput>;

/** An entry that is committed, with the term of the entry before it. */
interface CommittedEntry {
  readonly term: Term;
  readonly prevTerm: Term;
  readonly command: unknown;
  readonly configuration?: Configuration | undefined;
}

export interface RaftGhost {
  /** By term. */
  readonly elections: readonly Election[];
  /** From index 1. */
  readonly committed: readonly CommittedEntry[];
  /** Up to where, first known in which term; an index that an earlier term knew already is left out. */
  readonly known: readonly { readonly term: Term; readonly index: LogIndex }[];
  readonly unkeptVotes: readonly { readonly voter: NodeId; readonly term: Term; readonly candidate: NodeId }[];
  readonly histories: readonly History[];
  /**
   * Of each who may ask for a change, clients first, where servers come and go: how much was known to be committed
   * then.
   */
  readonly changes?: readonly (AskedChange | 'done' | null)[];
}

interface AskedChange {
  readonly change: Change;
  readonly committed: LogIndex;
}

const configurationsIn = (committed: readonly CommittedEntry[]): readonly Configuration[] =>
  committed.flatMap(({ configuration }) => (configuration === undefined ? [] : [configuration]));

/** Who takes part by what is committed. */
export const lastConfiguration = (committed: readonly CommittedEntry[], members: readonly NodeId[]): Configuration =>
  configurationsIn(committed).at(-1) ?? { voters: members, learners: [] };

export interface RaftNotice extends Notice {
  readonly election: Election | null;
  readonly hasNewLog: boolean;
  readonly hasCommitted: boolean;
  readonly hasNewSnapshot: boolean;
  readonly hasExecuted: boolean;
  readonly hasNewBeliefs: boolean;
  readonly unkeptVotes: RaftGhost['unkeptVotes'];
}

export interface RaftObserverOptions {
  readonly servers: number;
  readonly clients: number;
  /** Who takes part at first; absent where all servers do for good. */
  readonly members?: readonly NodeId[];
  /** Behind the clients: they ask for changes and have no history. None when absent. */
  readonly operators?: number;
  readonly maxRaftState: number;
  /** What no log holds is held to the history alone. */
  readonly readsAroundLog?: boolean;
}

export class RaftKvUntimedObserver implements UntimedObserver<RaftGhost, RaftNotice> {
  static readonly leavesOut = {
    'Step Of The Specification': 'the observer that the model takes adds it (raft-kv-specification.ts)',
    'Applied In Order':
      'what the service holds is compared with the committed entries themselves, up to the index that it names (Equal Replicas)',
    'Ended Session Is Agreed': 'the explorer lets no session expire',
    'New Disk Begins At Removal': 'the explorer replaces no disks',
    'Session Order': 'clients of the explorer have one operation in flight',
    'Chunks Leave No Gap': 'the explorer sends snapshots whole',
    'One Chunk At A Time': 'the explorer sends snapshots whole',
    'Read Is Fresh': 'the history of the clients is judged at every answer (every history is linearizable)',
    'Acknowledged Writes Survive': 'there is no end of a run: every replica is compared at every step (Equal Replicas)',
    Linearizability: 'a property of the ghost, "every history is linearizable", judges every history of the clients',
    'Progress After Healing': 'a world without time owes no progress',
    'Progress While Owed': 'a world without time owes no progress',
    Slow: 'a world without time is neither fast nor slow',
    'Time Limit': 'there is no time, and there are no scripts',
    'Bounded Work': 'what is generated is bounded by the parameters of the model',
    'Protocol Contract': 'it asks reducers without the world that holds them to it',
    'Time Goes On': 'there is no time',
    'No Exception': 'the world asks it of every step, as "no step throws"',
    'Starts From Undamaged Disk': 'disks hold states, not bytes, and are not read back',
  } satisfies LeavesOut;

  readonly invariants: readonly string[] = properties
    .map(({ name }) => name)
    .filter((name) => !(name in RaftKvUntimedObserver.leavesOut));
  readonly blank: RaftGhost;
  readonly properties: readonly Property<RaftGhost, never>[];
  private readonly options: RaftObserverOptions;
  private readonly steps = StepChecks.ofSteps(RaftKvUntimedObserver.leavesOut);
  private readonly pairs = StepChecks.ofPairs(RaftKvUntimedObserver.leavesOut);
  private readonly tally = new Tally<SituationName>(situationNames);
  private readonly matched = new WeakMap<Log, WeakSet<Log>>();
  private readonly soundLogs = new WeakSet<Log>();
  private readonly stores = new WeakMap<
    RaftGhost['committed'],
    { readonly store: ReplicatedStore; readonly equal: WeakSet<object> }
  >();

  constructor(options: RaftObserverOptions) {
    this.options = options;
    const histories = Array.from({ length: options.clients }, (): History => ({ completed: [], inFlight: null }));
    const { clients, members, operators = 0 } = options;
    this.blank = {
      elections: [],
      committed: [],
      known: [],
      unkeptVotes: [],
      histories,
      ...(members === undefined ? {} : { changes: Array<null>(clients + operators).fill(null) }),
    };
    this.properties =
      options.clients === 0
        ? []
        : [
            linearizability<RaftGhost, KvInput, KvOutput>(
              kvModel as Sequential<unknown, KvInput, KvOutput>, (ghost) => ghost.histories,
            ) as Property<RaftGhost, never>,
            {
              kind: 'sometimes', name: 'a client is answered',
              reached: (ghost) => ghost.histories.some(({ completed }) => completed.length > 0),
            },
          ];
  }

  notice(step: NodeStep): RaftNotice | null {
    const { node } = step;
    if (node >= this.options.servers) return null;
    const unkeptVotes = unkeptVotesIn(step);
    const before = step.before as Server | null;
    const after = step.after as Server;
    const { raft, machine } = after;
    const raftStep = raftStepOf(step);
    this.steps.spoken(raftStep);
    if (before === after && unkeptVotes.length === 0) return null;
    const election = this.judgeElections(step);
    this.steps.written(raftStep);
    this.steps.moved(raftStep);
    if (before !== null && after.reading !== undefined)
      hold(noReadIsDropped, { node, before, after, effects: step.effects });
    hold(boundedRaftState, { node, server: after, maxRaftState: this.options.maxRaftState });
    if (before !== null && before.machine !== machine)
      hold(respondsAfterApplied, { node, before, after, effects: step.effects });
    const { log, snapshot } = raft.persistent;
    if (!this.soundLogs.has(log)) new EntryBook().readNew(node, null, log);
    this.soundLogs.add(log);
    const notice = {
      situations: this.situationsIn(step),
      election,
      hasNewLog: before === null || before.raft.persistent.log !== log,
      hasCommitted: raft.commitIndex > (before?.raft.commitIndex ?? 0),
      hasNewSnapshot: snapshot !== null && snapshot !== before?.raft.persistent.snapshot,
      hasExecuted: machine.lastExecuted !== (before?.machine.lastExecuted ?? 0),
      hasNewBeliefs: raft.role.kind === 'leader' && raft.role !== before?.raft.role,
      unkeptVotes,
    };
    const { hasNewLog, hasCommitted, hasNewSnapshot, hasExecuted, hasNewBeliefs, situations } = notice;
    const concernsOthers =
      election !== null ||
      hasNewLog ||
      hasCommitted ||
      hasNewSnapshot ||
      hasExecuted ||
      hasNewBeliefs ||
      unkeptVotes.length > 0;
    if (!concernsOthers && situations.length === 0) return null;
    // Quiet steps must stay quiet: what only tells is no reason to look at a step that changes nothing.
    return { ...notice, concernsOthers };
  }

  /** The checker of elections, told what this server was before the step. */
  private judgeElections({ node, before, after, durableBefore, event, effects }: NodeStep): Election | null {
    const elections = new Elections(this.options.servers);
    const { raft } = after as Server;
    const old = before === null ? null : (before as Server).raft;
    elections.read(
      node,
      null,
      old ?? { ...raft, persistent: durableBefore as Persistent, role: { kind: 'follower', leaderId: null } },
    );
    if (event !== null) elections.readGrants(node, event, effects);
    return elections.read(node, old, raft);
  }

  private situationsIn({ node, before, after, event, effects }: NodeStep): readonly string[] {
    const { raft } = after as Server;
    if (before === null || event === null) return raft.persistent.currentTerm > 0 ? ['restarts'] : [];
    const old = (before as Server).raft;
    // One counter for all steps: making one costs more than the step.
    const { counts } = this.tally;
    for (const name of situationNames) counts[name] = 0;
    noteChange(this.tally, old, raft, event, effects);
    if (raft.config.transfer === true)
      this.tally.note(transfers, {
        before: old, after: raft, heard: event.kind === 'message' ? (event.message as AnyRaftMessage) : null,
      });
    // Who was taken out and does not know it, the ghost must tell: a goal of its own (raft-kv-members.ts).
    if (raft.config.members !== undefined)
      this.tally.note(memberSteps, {
        node, before: old, after: raft, committed: lastConfiguration([], raft.config.members),
      });
    const { reading } = after as Server;
    if (reading !== undefined && (before as Server).reading !== reading)
      this.tally.note(reads, {
        before: before as Server, after: after as Server, answered: answeredReads(before as Server, after as Server),
      });
    if (raft.role.kind === 'leader' && old.role.kind !== 'leader') counts.leadersElected = 1;
    if (raft.persistent.snapshot !== old.persistent.snapshot && counts.snapshotsInstalled === 0)
      counts.snapshotsTaken = 1;
    const names: string[] = situationNames.filter((name) => counts[name] > 0);
    if (raft.commitIndex > old.commitIndex) names.push('entriesCommitted');
    return names;
  }

  compare(step: NodeStep, notice: RaftNotice, disks: readonly unknown[], ghost: RaftGhost): void {
    const { servers } = this.options;
    const durableOf = (node: NodeId): Persistent => disks[node] as Persistent;
    if (notice.hasNewLog) this.logsMustMatch(step.node, (step.after as Server).raft.persistent.log, durableOf);
    if (notice.election !== null) {
      const { term, leader } = notice.election;
      hold(electionSafety, { term, leader, other: ghost.elections.find((one) => one.term === term)?.leader });
      const { election } = notice;
      for (const voters of votingSets((step.after as Server).raft, servers)) {
        const votes = voters.filter((voter) => mayHaveGranted(voter, durableOf(voter), election, ghost)).length;
        hold(electedByMajority, { term, leader, votes, servers: voters.length });
      }
    }
    const clusterStep = { ...raftStepOf(step), servers, durableOf, lastCommitted: 0 };
    this.pairs.written(clusterStep);
    this.pairs.moved(clusterStep);
  }

  observe(ghost: RaftGhost, step: NodeStep, notice: RaftNotice, nodes: readonly NodeView[] | null): RaftGhost {
    const { node } = step;
    const { raft, machine } = step.after as Server;
    const changed =
      notice.election !== null || notice.hasCommitted || notice.hasNewSnapshot
        ? this.withCommitted(ghost, step, notice, nodes)
        : ghost;
    if (notice.hasExecuted) this.mustEqual(changed.committed, equalReplicas, `n${node}`, machine.lastExecuted, machine);
    const { snapshot } = raft.persistent;
    if (notice.hasNewSnapshot)
      this.mustEqual(
        changed.committed, snapshotEqualsPrefix, `the snapshot of n${node}`, snapshot!.lastIncludedIndex,
        snapshot!.data as object,
      );
    if (notice.hasNewSnapshot && this.options.members !== undefined) {
      const { lastIncludedIndex, configuration } = snapshot!;
      hold(snapshotTellsWhoTakesPart, {
        node, index: lastIncludedIndex, held: configuration,
        committed: configurationsIn(changed.committed.slice(0, lastIncludedIndex)).at(-1),
      });
    }
    return notice.unkeptVotes.length === 0
      ? changed
      : withUnkeptVotes(changed, notice.unkeptVotes, step.durableAfter as Persistent);
  }

  private logsMustMatch(node: NodeId, log: Log, durableOf: (node: NodeId) => Persistent): void {
    for (let peer = 0; peer < this.options.servers; peer++) {
      const other = durableOf(peer).log;
      if (peer === node || other === log) continue;
      let known = this.matched.get(log);
      if (known === undefined) this.matched.set(log, (known = new WeakSet()));
      if (known.has(other)) continue;
      const book = new EntryBook();
      book.readNew(peer, null, other);
      book.readNew(node, null, log);
      known.add(other);
    }
  }

  /** The checkers of elections and of the committed log, as they were left, shown what this step adds. */
  private withCommitted(
    ghost: RaftGhost, { node, before, after }: NodeStep, notice: RaftNotice, nodes: readonly NodeView[] | null,
  ): RaftGhost {
    const { raft } = after as Server;
    const book = new EntryBook();
    ghost.committed.forEach(({ prevTerm, ...entry }, at) =>
      book.enter(node, at + 1, entry as Omit<Entry, 'sizeBytes'>, prevTerm),
    );
    // A leader may commit an entry and compact it in one step: then the log before the step has it. When it
    // crashed behind that very write, only the others have it.
    if (before !== null) book.readNew(node, null, (before as Server).raft.persistent.log);
    book.readNew(node, null, raft.persistent.log);
    nodes
      ?.slice(0, this.options.servers)
      .forEach(({ durable }, peer) => book.readNew(peer, null, (durable as Persistent).log));
    const elections = new Elections(this.options.servers);
    elections.won.push(...ghost.elections);
    const committed = new CommittedLog(book, elections);
    for (const { term, index } of ghost.known)
      committed.commit(node, term, index, ghost.committed[index - 1]!.term, () => undefined);
    const { election } = notice;
    if (election !== null) {
      elections.won.push(election);
      committed.mustBeComplete(election);
    }
    const { log, currentTerm, snapshot } = raft.persistent;
    const added: CommittedEntry[] = [];
    const commit = (index: LogIndex, term: Term): void =>
      committed.commit(node, currentTerm, index, term, (_, entry) => added.push(entry));
    if (snapshot !== null && notice.hasNewSnapshot) commit(snapshot.lastIncludedIndex, snapshot.lastIncludedTerm);
    if (notice.hasCommitted) commit(raft.commitIndex, log.termAt(raft.commitIndex));
    const highest = notice.hasCommitted
      ? raft.commitIndex
      : snapshot !== null && notice.hasNewSnapshot
        ? snapshot.lastIncludedIndex
        : 0;
    const known = withKnown(ghost.known, currentTerm, highest);
    if (added.length === 0 && known === ghost.known && election === null) return ghost;
    const all = added.length === 0 ? ghost.committed : [...ghost.committed, ...added];
    const won =
      election === null || ghost.elections.some((one) => one.term === election.term)
        ? ghost.elections
        : [...ghost.elections, election].toSorted((a, b) => a.term - b.term);
    return { ...ghost, elections: won, committed: all, known };
  }

  private storeOf(committed: RaftGhost['committed']): {
    readonly store: ReplicatedStore;
    readonly equal: WeakSet<object>;
  } {
    let known = this.stores.get(committed);
    if (known === undefined) {
      const store = new ReplicatedStore(this.options.servers);
      committed.forEach(({ command }, at) => store.execute(at + 1, command as Command | null));
      this.stores.set(committed, (known = { store, equal: new WeakSet() }));
    }
    return known;
  }

  private mustEqual(
    committed: RaftGhost['committed'], property: Held<Claim>, who: string, to: LogIndex, held: object,
  ): void {
    const { store, equal } = this.storeOf(committed);
    if (equal.has(held)) return;
    hold(property, { model: store, who, from: 0, to, held });
    equal.add(held);
  }

  invoked(ghost: RaftGhost, client: number, request: unknown): RaftGhost {
    // A change: of an operator, or of a client.
    if (!('key' in (request as object)))
      return ghost.changes === undefined
        ? ghost
        : withChange(ghost, client, { change: request as Change, committed: ghost.committed.length });
    const before = ghost.histories.map(({ completed }, other) => (other === client ? 0 : completed.length));
    const histories = ghost.histories.with(client, {
      completed: ghost.histories[client]!.completed, inFlight: { input: inputOf(request as Operation), before },
    });
    return { ...ghost, histories };
  }

  returned(ghost: RaftGhost, client: number, reply: unknown): RaftGhost {
    const change = ghost.changes?.[client] ?? null;
    if (change !== null && change !== 'done') return this.told(ghost, client, change, reply === true);
    const { completed, inFlight } = ghost.histories[client]!;
    if (inFlight === null) return ghost;
    const isRead = this.options.readsAroundLog === true && inFlight.input.op === 'get';
    if (!isRead)
      this.storeOf(ghost.committed).store.acknowledged(
        this.options.servers + client, completed.length + 1, reply as Result,
      );
    const call = { ...inFlight, output: outputOf(reply as Result) };
    return { ...ghost, histories: ghost.histories.with(client, { completed: [...completed, call], inFlight: null }) };
  }

  /** An operator: the change is done, or was given up. */
  private told(ghost: RaftGhost, client: number, { change, committed }: AskedChange, isDone: boolean): RaftGhost {
    if (!isDone) return withChange(ghost, client, null);
    const since = [
      lastConfiguration(ghost.committed.slice(0, committed), this.options.members!),
      ...configurationsIn(ghost.committed.slice(committed)),
    ];
    hold(acknowledgedChangeIsCommitted, { who: `c${client}`, change, since });
    return withChange(ghost, client, 'done');
  }

  historiesOf(ghost: RaftGhost): readonly History[] {
    return ghost.histories;
  }
}

const withChange = (ghost: RaftGhost, client: number, asked: AskedChange | 'done' | null): RaftGhost => ({
  ...ghost, changes: ghost.changes!.with(client, asked),
});

const raftStepOf = ({ node, before, after, durableAfter, event, effects }: NodeStep): RaftStep => ({
  node, before: before === null ? null : (before as Server).raft, after: (after as Server).raft,
  durable: durableAfter as Persistent, event, effects, asked: (before as Server | null)?.changing?.[0]?.change,
});

/**
 * Whether a voter can have voted for who was elected: its disk tells, as long as it has not gone on to a later
 * term. Then nothing tells any more but letters, and it is believed.
 */
const mayHaveGranted = (voter: NodeId, disk: Persistent, { term, leader }: Election, ghost: RaftGhost): boolean =>
  disk.currentTerm > term
  || (disk.currentTerm === term && disk.votedFor === leader)
  || ghost.unkeptVotes.some((vote) => vote.voter === voter && vote.term === term && vote.candidate === leader);

/** Grants that the voter's own state does not tell: a server that keeps its votes has none. */
function unkeptVotesIn({ node, after, effects }: NodeStep): RaftGhost['unkeptVotes'] {
  const { currentTerm, votedFor } = (after as Server).raft.persistent;
  return effects.flatMap((effect) => {
    if (effect.kind !== 'send') return [];
    const reply = effect.message as { kind: string; voteGranted?: boolean; term: Term };
    if (reply.kind !== 'requestVoteReply' || reply.voteGranted !== true) return [];
    return reply.term === currentTerm && votedFor === effect.to
      ? []
      : [{ voter: node, term: reply.term, candidate: effect.to }];
  });
}

function withUnkeptVotes(ghost: RaftGhost, votes: RaftGhost['unkeptVotes'], kept: Persistent): RaftGhost {
  let { unkeptVotes } = ghost;
  for (const vote of votes) {
    const { voter, term, candidate } = vote;
    const other = kept.currentTerm === term && kept.votedFor !== null && kept.votedFor !== candidate
      ? kept.votedFor
      : unkeptVotes.find((one) => one.voter === voter && one.term === term && one.candidate !== candidate)?.candidate;
    hold(oneVotePerTerm, { voter, term, lastVote: other ?? null, vote: candidate });
    if (unkeptVotes.some((one) => one.voter === voter && one.term === term)) continue;
    unkeptVotes = [...unkeptVotes, vote].toSorted((a, b) => a.term - b.term || a.voter - b.voter);
  }
  return unkeptVotes === ghost.unkeptVotes ? ghost : { ...ghost, unkeptVotes };
}

function withKnown(known: RaftGhost['known'], term: Term, index: LogIndex): RaftGhost['known'] {
  if (index === 0 || known.some((one) => one.term <= term && one.index >= index)) return known;
  return [...known.filter((one) => one.term < term || one.index > index), { term, index }].toSorted(
    (a, b) => a.term - b.term,
  );
}
