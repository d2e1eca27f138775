/**
 * Raft and its key/value server as a model: the very same reducers that the simulator runs, in the
 * untimed world. See docs/explorer.md for the bounds, the properties and the reduction.
 */
import { SortedMap } from '../../core/immutable/sorted-map.ts';
import { clerkProcess, type Clerk } from '../../core/kv/clerk.ts';
import type { Operation } from '../../core/kv/command.ts';
import type { NodeId } from '../../core/protocol.ts';
import { Log } from '../../core/raft/log.ts';
import type { Office } from '../../core/raft/office.ts';
import type { Persistent, Raft, RaftOptions, Role } from '../../core/raft/state.ts';
import type { Server, ServerConfig, ServerMessage } from '../../core/server.ts';
import { serverProcess } from '../../core/server-process.ts';
import type { Views } from '../../harness/explore/fingerprint.ts';
import type { Model, ModelDefinition, Property } from '../../harness/explore/model.ts';
import type { Described } from '../../harness/text/difference.ts';
import { choiceOf, flagOf, numberOf, ParameterError, type ParameterValues } from '../../harness/explore/parameters.ts';
import { permutations } from '../../harness/explore/symmetry.ts';
import type { NetworkKind } from '../../harness/explore/untimed/letters.ts';
import type { Move } from '../../harness/explore/untimed/parts.ts';
import type { PlanBase } from '../../harness/explore/untimed/plan-base.ts';
import type { Renamer, Renaming, UntimedSystem, Wish } from '../../harness/explore/untimed/system.ts';
import { sometimesSeen, UntimedWorld } from '../../harness/explore/untimed/world.ts';
import type { World } from '../../harness/explore/untimed/state.ts';
import { planFormat, planVersion } from '../../harness/plan/plan.ts';
import type { AnyProcess } from '../../harness/system.ts';
import { describeOperation } from '../systems/raft-kv-story.ts';
import { raftKv } from '../systems/raft-kv.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';
import { isSpecified } from '../systems/raft-spec.ts';
import { keepsMembership, membershipGoals, membershipIn, type ExploredMembership } from './raft-kv-members.ts';
import {
  RaftKvUntimedObserver, type RaftGhost, type RaftNotice, type RaftObserverOptions,
} from './raft-kv-observer.ts';
import { HeldRaftKvObserver } from './raft-kv-specification.ts';

export type RaftWorld = World<RaftGhost, RaftNotice>;
export type RaftMove = Move<RaftNotice>;

export interface RaftKvBounds {
  readonly servers: number;
  readonly clients: number;
  /** Of each client. */
  readonly operations: number;
  readonly maxTerm: number;
  readonly maxLog: number;
  readonly maxRaftState: number;
  readonly options: RaftOptions;
  /** Who takes part at first, and what operators ask for; absent where all take part for good. */
  readonly membership?: ExploredMembership;
}

/**
 * As long as a read waits each heartbeat begins another round, and each request that comes again another read, which do
 * what the ones before did.
 */
const maxRounds = 1;
const maxReads = 1;

/** Time does not pass here: the ranges only say that a timer is set. */
const anyTime = { min: 1, max: 1 };

export const raftKvViews: Views = new Map<object, (value: never) => unknown>([
  [
    Log.prototype,
    (log: Log) => [log.baseIndex, log.baseTerm, log.from(log.baseIndex + 1, log.lastIndex - log.baseIndex)],
  ],
  [
    SortedMap.prototype,
    (map: SortedMap<string | number, unknown>) => {
      const pairs: unknown[] = [];
      map.forEach((value, key) => void pairs.push(key, value));
      return pairs;
    },
  ],
]);

/** Appends and gets in turn, so that an operation that took effect twice or too late is seen. */
function operationOf(client: number, position: number): Operation {
  return (client + position) % 2 === 0
    ? { kind: 'append', key: 'x', value: `${String.fromCharCode(97 + client)}${position}` }
    : { kind: 'get', key: 'x' };
}

const isServer = (state: Server | Clerk): state is Server => 'raft' in state;

/** The config never changes; who granted a vote is a set of ids, whatever the order of arrival. */
function essence(state: Server | Clerk): unknown {
  if (!isServer(state)) return { sequence: state.sequence, target: state.target, pending: state.pending };
  const { raft: { persistent, commitIndex, lastApplied, role }, channel, machine, waiting, reading, changing } = state;
  const votes =
    role.kind === 'candidate' || role.kind === 'preCandidate'
      ? { kind: role.kind, votes: role.votes.toSorted((a, b) => a - b) }
      : role;
  return [
    persistent, commitIndex, lastApplied, votes, channel, machine, waiting,
    ...(reading === undefined || reading.length === 0 ? [] : [reading]),
    ...(changing === undefined || changing.length === 0 ? [] : [{ changing }]),
  ];
}

const withPending = (clerk: Clerk, target: NodeId, refusals: number): Clerk => ({
  config: clerk.config, sequence: clerk.sequence, target,
  pending: clerk.pending === null ? null : { id: clerk.pending.id, operation: clerk.pending.operation, refusals },
});

export function raftKvSystem(
  { servers, clients, operations, maxTerm, maxLog, maxRaftState, options, membership }: RaftKvBounds,
  wrap: (process: AnyProcess) => AnyProcess = (process) => process,
): UntimedSystem<RaftGhost, RaftNotice> {
  const operators = membership?.changes ?? [];
  const config = (id: NodeId): ServerConfig => ({
    id, clusterSize: servers, electionTimeoutUs: anyTime, heartbeatUs: 1, entriesPerMessageMax: 64,
    noopOnElection: true, maxRaftState, applyBatchMax: 64, applyPauseUs: anyTime, ...options,
  });
  const configs = Array.from({ length: servers }, (_, id) => config(id));
  const clerk = clerkProcess({ clusterSize: servers, retryUs: anyTime, backoffUs: anyTime }) as AnyProcess;
  const processes = [
    ...configs.map((one) => wrap(serverProcess(one) as AnyProcess)),
    ...Array.from({ length: clients + operators.length }, () => clerk),
  ];
  return {
    processes,
    servers,
    views: raftKvViews,
    essence: (_, state) => essence(state as Server | Clerk),
    /** A clerk that was refused by all goes on counting refusals that it no longer looks at. */
    normal(_, state) {
      const one = state as Server | Clerk;
      if (isServer(one) || one.pending === null || one.pending.refusals < servers) return state;
      return withPending(one, one.target, servers - 1);
    },
    /** Whom a clerk asks next, and how often it was refused, only says in which order it asks all of them. */
    canonical(_, state) {
      const one = state as Server | Clerk;
      return isServer(one) ? one : withPending(one, 0, 0);
    },
    eagerTimers: (node) => (node < servers ? [] : ['retry']),
    /** The heartbeat of a server that does not lead does nothing, and one that is elected sets it again. */
    liveTimers(node, state, armed) {
      if (node >= servers || (state as Server).raft.role.kind === 'leader') return armed;
      return armed.filter((timer) => timer !== 'heartbeat');
    },
    wishes: options.transfer === true ? wishesOf(servers) : [],
    isDead: (_, state, from, message) => isDead(state as Server | Clerk, from, message as ServerMessage, options),
    mayFire(node, state, timer) {
      // A round of catching up is always in time: one that is late only makes a leader wait for longer.
      if (timer === 'catchUp') return false;
      if (node >= servers || timer !== 'election') return true;
      const {
        role, persistent: { currentTerm },
      } = (state as Server).raft;
      // That of a leader is for CheckQuorum, and raises no term.
      return currentTerm < maxTerm || (options.checkQuorum === true && role.kind === 'leader');
    },
    isWithin(node, state) {
      if (node >= servers) return true;
      const {
        persistent: { log, currentTerm }, role,
      } = (state as Server).raft;
      const rounds = role.kind === 'leader' ? role.office?.rounds : undefined;
      return (
        log.lastIndex <= maxLog &&
        currentTerm <= maxTerm &&
        (rounds === undefined || (rounds.begun <= maxRounds && rounds.reads.length <= maxReads))
      );
    },
    nextRequest(client, state) {
      const { pending, sequence } = state as Clerk;
      if (client >= clients) return sequence === 0 ? operators[client - clients]! : null;
      return pending === null && sequence < operations ? operationOf(client, sequence) : null;
    },
    observer: observerOf(
      {
        servers,
        clients,
        maxRaftState,
        readsAroundLog: options.reads !== undefined,
        ...(membership === undefined ? {} : { members: membership.members, operators: operators.length }),
      },
      options,
    ),
    renamer: renamer(configs),
    /**
     * A clerk goes from server to server in a ring: with the reduction it asks all, else only turns of the ring are
     * alike.
     */
    renamings(isReduced) {
      const turns = Array.from({ length: servers }, (_, by) =>
        Array.from({ length: servers }, (_unused, id) => (id + by) % servers),
      );
      const alike = clients + operators.length === 0 || isReduced ? permutations(servers) : turns;
      return membership === undefined ? alike : alike.filter(keepsMembership(membership));
    },
    planBase: planBase(servers, clients + operators.length, maxRaftState, options),
    describeMessage: raftKv.describeMessage,
    describeState: (node, state) => described(state as Server | Clerk, node),
    describeRequest: (request) => describeOperation(request as Operation),
  };
}

/** Any server may be asked at any time to hand over to any other one. */
const wishesOf = (servers: number): readonly Wish[] =>
  Array.from({ length: servers * (servers - 1) }, (_, i): Wish => {
    const [node, by] = [Math.floor(i / (servers - 1)), 1 + (i % (servers - 1))];
    return {
      to: node, message: { kind: 'transferLeadership', term: 0, to: (node + by) % servers } satisfies ServerMessage,
      fault: (atUs) => ({ kind: 'handOver', fromUs: atUs, untilUs: atUs, nodes: [node], by }),
    };
  });

/** Timers take any time that a plan lists; the heartbeat's is fixed, and longer than a run takes. */
const planBase = (
  servers: number, clients: number, maxRaftState: number,
  { preVote, checkQuorum, reads, transfer, members }: RaftOptions,
): PlanBase => ({
  format: planFormat,
  version: planVersion,
  scenario: 'explore raft-kv',
  system: raftKv.name,
  seed: 'explore',
  servers,
  clients,
  settings: {
    electionTimeoutUs: members === undefined ? anyTimeOfPlan : { min: catchUpUs, max: catchUpUs },
    heartbeatUs: members === undefined ? heartbeatUs : quickHeartbeatUs,
    entriesPerMessageMax: 64,
    noopOnElection: true,
    maxRaftState,
    applyBatchMax: 64,
    applyPauseUs: { min: 0, max: 0 },
    retryUs: anyTimeOfPlan,
    backoffUs: anyTimeOfPlan,
    ...(preVote === true ? { preVote } : {}),
    ...(checkQuorum === true ? { checkQuorum } : {}),
    ...(reads === undefined ? {} : { reads: [...reads] }),
    ...(transfer === true ? { transfer } : {}),
    ...(members === undefined ? {} : { members: [...members] }),
    ...(preVote === true || checkQuorum === true ? { contactUs: anyTimeOfPlan } : {}),
  } satisfies RaftKvSettings,
  disk: { writeUs: { min: 0, max: 0 } },
  settleUs: 10_000_000,
  fixedTimersUs:
    members === undefined
      ? { heartbeat: heartbeatUs }
      : { heartbeat: quickHeartbeatUs, election: catchUpUs, catchUp: catchUpUs },
});

const heartbeatUs = 60_000_000;
/**
 * A round of catching up takes the least election timeout, and the explorer never hears that it is over: that is longer
 * than all heartbeats of a leader together, to each of which its clock is set forward, and elections are fired in the
 * same way.
 */
const quickHeartbeatUs = 2_000_000;
const catchUpUs = 60_000_000;
/** Less than what lies between two actions of a plan; not nothing, or a core that leaves the path could spin. */
const anyTimeOfPlan = { min: 5_000, max: 3_600_000_000 };

/** Replies that will be ignored for ever, as the paper's rules have it: terms never fall, and neither does a match. */
/** With the specification beside it, where it has all that the servers do. */
const observerOf = (observed: RaftObserverOptions, options: RaftOptions): RaftKvUntimedObserver =>
  isSpecified(options) ? new HeldRaftKvObserver(observed, options) : new RaftKvUntimedObserver(observed);

function isDead(state: Server | Clerk, from: NodeId, message: ServerMessage, options: RaftOptions): boolean {
  if (!isServer(state)) {
    if (message.kind !== 'clientReply') return false;
    // A refusal makes a clerk ask the next server, and it has asked all of them.
    return (
      message.outcome.kind === 'notLeader' ||
      message.sequence < state.sequence ||
      (message.sequence === state.sequence && state.pending === null)
    );
  }
  const { role, persistent: { currentTerm } } = state.raft;
  switch (message.kind) {
    case 'requestVoteReply':
      if (message.term !== currentTerm) return message.term < currentTerm;
      return role.kind !== 'candidate' || !message.voteGranted || role.votes.includes(from);
    case 'timeoutNow':
      return message.term < currentTerm;
    case 'requestPreVoteReply':
      // A grant speaks of the term behind the present one, a refusal of its sender's.
      return message.term <= currentTerm;
    case 'appendEntriesReply':
    case 'installSnapshotReply': {
      if (message.term !== currentTerm) return message.term < currentTerm;
      // One that stepped down in this term, for whatever reason, does not lead it again.
      if (role.kind !== 'leader') return role.kind !== 'candidate';
      // Who answers a leader counts for CheckQuorum, unless any one answer is a majority.
      if (options.checkQuorum === true && role.matchIndex.length > 3) return false;
      // Any answer is an occasion to go on with a change that somebody asks for (core/changes.ts).
      if (options.members !== undefined) return false;
      const matched =
        message.kind === 'installSnapshotReply'
          ? message.lastIncludedIndex
          : message.success
            ? message.index
            : Infinity;
      return matched <= role.matchIndex[from]!;
    }
    default:
      return false;
  }
}

function described(state: Server | Clerk, node: NodeId): Described {
  if (!isServer(state)) return raftKv.describeState(state, node);
  const { log } = state.raft.persistent;
  const entries = log
    .from(log.baseIndex + 1, log.lastIndex - log.baseIndex)
    .map(
      ({ term, command }) =>
        `${term}:${command === null ? 'no-op' : describeOperation((command as { operation: Operation }).operation)}`,
    );
  const { store } = state.machine;
  const values: string[] = [];
  store.values.forEach((value, key) => void values.push(`${key}=${value}`));
  return { ...raftKv.describeState(state, node), entries, store: values };
}

/** Every place in states and messages where a server is named. */
function renamer(configs: readonly ServerConfig[]): Renamer<RaftGhost> {
  const named = (id: NodeId, names: Renaming): NodeId => names[id] ?? id;
  const orNull = (id: NodeId | null, names: Renaming): NodeId | null => (id === null ? null : named(id, names));
  const bySlot = <T>(list: readonly T[], names: Renaming): readonly T[] => {
    const moved = list.slice();
    list.forEach((item, id) => void (moved[named(id, names)] = item));
    return moved;
  };
  const persistent = ({ currentTerm, votedFor, log, snapshot }: Persistent, names: Renaming): Persistent => ({
    currentTerm, votedFor: orNull(votedFor, names), log, snapshot,
  });
  function role(one: Role, names: Renaming): Role {
    switch (one.kind) {
      case 'follower':
        return { ...one, leaderId: orNull(one.leaderId, names) };
      case 'preCandidate':
      case 'candidate':
        return { kind: one.kind, votes: one.votes.map((id) => named(id, names)) };
      case 'leader':
        return {
          ...one, nextIndex: bySlot(one.nextIndex, names), matchIndex: bySlot(one.matchIndex, names),
          ...(one.office === undefined ? {} : { office: office(one.office, names) }),
        };
    }
  }
  const office = ({ heard, rounds, transfer, ...rest }: Office, names: Renaming): Office => ({
    ...rest,
    heard: heard.map((id) => named(id, names)).toSorted((a, b) => a - b),
    ...(rounds === undefined
      ? {}
      : {
          rounds: {
            ...rounds, answered: bySlot(rounds.answered, names),
            reads: rounds.reads.map((read) => ({ ...read, by: named(read.by, names) })),
          },
        }),
    ...(transfer === undefined ? {} : { transfer: { ...transfer, to: named(transfer.to, names) } }),
  });
  const raft = (one: Raft, node: NodeId, names: Renaming): Raft => ({
    config: configs[named(node, names)]!, persistent: persistent(one.persistent, names), commitIndex: one.commitIndex,
    lastApplied: one.lastApplied, role: role(one.role, names),
  });
  return {
    state(untyped, names, node) {
      const state = untyped as Server | Clerk;
      if (!isServer(state)) return { ...state, target: named(state.target, names) };
      return {
        config: configs[named(node, names)]!, raft: raft(state.raft, node, names), channel: state.channel,
        machine: state.machine, waiting: state.waiting,
        ...(state.reading === undefined ? {} : { reading: state.reading }),
        ...(state.changing === undefined ? {} : { changing: state.changing }),
      };
    },
    durable: (untyped, names) => (untyped === null ? null : persistent(untyped as Persistent, names)),
    message(untyped, names) {
      const message = untyped as ServerMessage;
      if (message.kind === 'transferLeadership') return { ...message, to: named(message.to, names) };
      if (message.kind !== 'clientReply' || message.outcome.kind === 'done') return message;
      return { ...message, outcome: { kind: message.outcome.kind, leaderId: orNull(message.outcome.leaderId, names) } };
    },
    ghost: (ghost, names) => ({
      ...ghost,
      elections: ghost.elections.map(({ term, leader, log }) => ({ term, leader: named(leader, names), log })),
      unkeptVotes: ghost.unkeptVotes
        .map(({ voter, term, candidate }) => ({ voter: named(voter, names), term, candidate: named(candidate, names) }))
        .toSorted((a, b) => a.term - b.term || a.voter - b.voter),
    }),
  };
}

/** What is on beyond the paper. */
const optionsIn = (values: ParameterValues): RaftOptions => ({
  ...(flagOf(values, 'pre-vote') ? { preVote: true } : {}),
  ...(flagOf(values, 'check-quorum') ? { checkQuorum: true } : {}),
  ...(flagOf(values, 'read-index') ? { reads: ['index'] } : {}),
  ...(flagOf(values, 'transfer') ? { transfer: true } : {}),
});

/** @throws ParameterError where they do not fit together */
export function boundsIn(values: ParameterValues): RaftKvBounds {
  const servers = numberOf(values, 'servers');
  const membership = membershipIn(values, servers);
  if (membership !== undefined && (flagOf(values, 'transfer') || flagOf(values, 'check-quorum'))) {
    throw new ParameterError(
      '--members goes beside neither --transfer nor --check-quorum: in a plan all that a leader waits for would be over with its round of catching up',
    );
  }
  return {
    servers,
    clients: numberOf(values, 'clients'),
    operations: numberOf(values, 'operations'),
    maxTerm: numberOf(values, 'max-term'),
    maxLog: numberOf(values, 'max-log'),
    maxRaftState: numberOf(values, 'max-raft-state'),
    options: { ...optionsIn(values), ...(membership === undefined ? {} : { members: membership.members }) },
    ...(membership === undefined ? {} : { membership }),
  };
}

export function raftKvModel(
  values: ParameterValues, wrap?: (process: AnyProcess) => AnyProcess,
): Model<RaftWorld, RaftMove> {
  const network = choiceOf(values, 'network') as NetworkKind;
  const given = numberOf(values, 'max-in-flight');
  const isReduced = network === 'set' && !flagOf(values, 'plain');
  if (isReduced && given > 0) {
    throw new ParameterError(
      '--max-in-flight counts letters, and with the reduction letters stay in flight: add --plain, or take --network multiset',
    );
  }
  if (network !== 'set' && given === 0)
    throw new ParameterError(`--network ${network} needs a bound on the letters in flight, such as --max-in-flight 4`);
  const bounds = boundsIn(values);
  const maxCrashes = numberOf(values, 'max-crashes');
  const world = new UntimedWorld(raftKvSystem(bounds, wrap), {
    network, isReduced, maxCrashes, maxInFlight: given === 0 ? Infinity : given,
    maxDrops: numberOf(values, 'max-drops'), maxDuplicates: numberOf(values, 'max-duplicates'),
  });
  return withGoals(world, maxCrashes, bounds);
}

/** What the bounds are meant to reach: a space in which nothing happens proves nothing. */
function withGoals(
  world: UntimedWorld<RaftGhost, RaftNotice>, maxCrashes: number, { maxRaftState, options, membership }: RaftKvBounds,
): Model<RaftWorld, RaftMove> {
  const goals: Property<RaftWorld, RaftMove>[] = [
    sometimesSeen('a leader is elected', 'leadersElected'), sometimesSeen('an entry is committed', 'entriesCommitted'),
  ];
  if (maxRaftState >= 0)
    goals.push(
      sometimesSeen('a log is compacted', 'snapshotsTaken'),
      sometimesSeen('a snapshot is installed', 'snapshotsInstalled'),
    );
  if (maxCrashes > 0) goals.push(sometimesSeen('a server crashes and starts again', 'restarts'));
  if (options.preVote === true)
    goals.push(sometimesSeen('a pre-vote is granted, and an election follows', 'preCandidatesStanding'));
  if (options.checkQuorum === true)
    goals.push(sometimesSeen('a leader that no majority answers steps down', 'leadersWithoutQuorum'));
  if (options.transfer === true) {
    goals.push(
      sometimesSeen('a leader hands over to a server that holds its log', 'transfersToUpToDate'),
      sometimesSeen("a server stands at its leader's wish", 'standsAtLeadersWish'),
    );
    goals.push(
      sometimesSeen('a leader hands over in vain, and leads on', 'transfersGivenUp'),
      sometimesSeen('a leader that hands over is deposed', 'transfersCompleted'),
    );
  }
  if (options.reads !== undefined)
    goals.push(sometimesSeen('a read is answered that no log holds', 'readsAnsweredByLeaders'));
  if (membership !== undefined) goals.push(...membershipGoals(membership));
  world.addProperties(goals);
  return world;
}

export const definition: ModelDefinition<RaftWorld, RaftMove> = {
  name: 'raft-kv',
  summary: 'Raft and its key/value server: the reducers that the simulator runs, in a world without time',
  parameters: [
    { kind: 'number', name: 'servers', help: 'servers', default: 3, min: 2, max: 5 },
    { kind: 'number', name: 'clients', help: 'clients, which append and get in turn', default: 1, min: 0, max: 4 },
    { kind: 'number', name: 'operations', help: 'operations of each client', default: 1, min: 0, max: 8 },
    { kind: 'number', name: 'max-term', help: 'no election beyond this term', default: 1, min: 0, max: 16 },
    { kind: 'number', name: 'max-log', help: 'no log with an entry beyond this index', default: 2, min: 0, max: 64 },
    { kind: 'number', name: 'max-crashes', help: 'crashes of servers, of all together', default: 1, min: 0, max: 16 },
    {
      kind: 'number', name: 'max-raft-state', help: 'take a snapshot when state and log have more bytes; -1 never',
      default: 20, min: -1, max: 1_000_000,
    },
    {
      kind: 'choice',
      name: 'network',
      help: 'set: any letter any number of times; multiset: once, in any order; ordered: once, in order',
      default: 'set',
      choices: ['set', 'multiset', 'ordered'],
    },
    {
      kind: 'number', name: 'max-in-flight', help: 'letters in flight at once; 0 for any number (set only)', default: 0,
      min: 0, max: 64,
    },
    {
      kind: 'number', name: 'max-drops', help: 'letters lost, of all together (multiset, ordered)', default: 1, min: 0,
      max: 64,
    },
    {
      kind: 'number', name: 'max-duplicates', help: 'letters doubled, of all together (multiset, ordered)', default: 0,
      min: 0, max: 64,
    },
    { kind: 'flag', name: 'pre-vote', help: 'PreVote (dissertation 9.6)' },
    { kind: 'flag', name: 'check-quorum', help: 'CheckQuorum (dissertation 6.2)' },
    { kind: 'flag', name: 'read-index', help: 'gets around the log (dissertation 6.4)' },
    { kind: 'flag', name: 'transfer', help: 'leadership transfer, asked for at any time (dissertation 3.10)' },
    {
      kind: 'number',
      name: 'members',
      help: 'servers that take part at first, where others come and go (dissertation, chapter 4); 0: all, for good',
      default: 0,
      min: 0,
      max: 5,
    },
    {
      kind: 'number', name: 'additions', help: 'operators who ask for one more server each, at any time', default: 0,
      min: 0, max: 4,
    },
    {
      kind: 'number', name: 'removals', help: 'operators who ask for one server less each, at any time', default: 0,
      min: 0, max: 4,
    },
    { kind: 'flag', name: 'plain', help: 'without the reduction of interleavings (which the set network has)' },
  ],
  moduleUrl: import.meta.url,
  create: (values) => raftKvModel(values),
};
