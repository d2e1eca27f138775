/** The one place where Raft with its key/value server meets the harness. */
import * as v from 'valibot';
import { RaftKvObserver, type RaftKvChecks } from '../../checkers/raft-kv.ts';
import { RaftKvOutsider } from '../../checkers/raft-kv-external.ts';
import { defaultBudgetSteps } from '../../checkers/linearizability.ts';
import type { Observer } from '../../checkers/checker.ts';
import type { Abstraction } from '../../checkers/spec/abstraction.ts';
import { clerkProcess, type Clerk } from '../../core/kv/clerk.ts';
import { isChange } from '../../core/changes.ts';
import { pipelinedClerkProcess, type PipelinedClerk } from '../../core/kv/pipelined-clerk.ts';
import { sessionClerkProcess } from '../../core/kv/session-clerk.ts';
import type { Command, Operation, Result } from '../../core/kv/command.ts';
import { versionClerkProcess, type Asked, type VersionClerk } from '../../core/kv/version-clerk.ts';
import type { NodeId, Range } from '../../core/protocol.ts';
import { changeKinds, serverChangeKinds, type Change } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Transfers } from '../../core/raft/snapshot-chunks.ts';
import { raftStorage } from '../../core/disk/storage.ts';
import { decodeFrame, encodeFrame } from '../../core/frame.ts';
import type { Write } from '../../core/raft/write.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import { serverProcess } from '../../core/server-process.ts';
import type { Digest } from '../../harness/digest.ts';
import { wholeNumber, type Plan } from '../../harness/plan/plan.ts';
import type { FileRole, Moments } from '../../harness/moments.ts';
import { defineSystem } from '../../harness/own/define-system.ts';
import { service } from '../../harness/own/service.ts';
import { settingsOf } from '../../harness/own/settings.ts';
import { isVersionedAsked } from '../../checkers/versioned-history.ts';
import { raftKvScripts } from '../lab/scripts.ts';
import { majorityCanTalk } from './majority.ts';
import { raftPace } from './raft-pace.ts';
import {
  describeProgress, describeRaft, describeRaftMessage, digestRaft, digestRaftMessage, newestLeader, raftLanes,
} from './raft-messages.ts';
import {
  optionsOf, plainSettings, settingsProblem, settingsSchema, type RaftKvSettings,
} from './raft-kv-settings.ts';
import { newDiskFor } from './new-disk.ts';
import { RaftKvContents } from './raft-kv-contents.ts';
import { kvRpc } from './raft-kv-rpc.ts';
import { marksOf } from './raft-kv-marks.ts';
import { codeOf, describeOperation, explainHistory, raftProperties, tellStep } from './raft-kv-story.ts';
import { isSpecified, raftSpecification } from './raft-spec.ts';
import { mustHappen, witnessesOf } from './raft-kv-witnesses.ts';

const text = v.string('expected a string');
const requestSchema = v.variant(
  'kind',
  [
    v.strictObject({ kind: v.literal('get'), key: text }),
    v.strictObject({ kind: v.literal('put'), key: text, value: text }),
    v.strictObject({ kind: v.literal('append'), key: text, value: text }),
    v.strictObject({ kind: v.literal('cas'), key: text, expected: text, value: text }),
    v.strictObject({ kind: v.literal('getVersion'), key: text }),
    v.strictObject({ kind: v.literal('putVersion'), key: text, value: text, version: wholeNumber(0, 2_000_000_000) }),
    v.strictObject({ kind: v.literal('putSeen'), key: text, value: text }),
    // What an operator asks.
    ...serverChangeKinds.map((kind) => v.strictObject({ kind: v.literal(kind), server: wholeNumber(0, 6) })),
    v.strictObject({
      kind: v.literal('replaceServers'), voters: v.array(wholeNumber(0, 6)), learners: v.array(wholeNumber(0, 6)),
    }),
  ],
  `expected an operation of kind "get", "put", "append" or "cas", with versions "getVersion", "putVersion" or "putSeen", or a change of kind "${changeKinds.join('", "')}"`,
);

/** Settings are checked before a plan gets here. */
const settingsIn = (plan: Plan): RaftKvSettings => plan.settings as RaftKvSettings;

const halved = ({ min, max }: Range): Range => ({ min: min >> 1, max: max >> 1 });

/** Of a plan that was made smaller some may be gone; somebody must take part. */
function membersOf(servers: number, { members }: RaftKvSettings): { readonly members?: NodeId[] } {
  if (members === undefined) return {};
  const left = members.filter((id) => id < servers);
  return { members: left.length === 0 ? [0] : left };
}

const checksOf = (plan: Plan): RaftKvChecks => {
  const { maxRaftState, noopOnElection, reads } = settingsIn(plan);
  const { members } = membersOf(plan.servers, settingsIn(plan));
  const checks = {
    servers: plan.servers, maxRaftState, noopOnElection, linearizabilityBudgetSteps: defaultBudgetSteps,
    ...(members === undefined ? {} : { members }), ...firstNamesOf(plan),
  };
  return reads === undefined ? checks : { ...checks, readsAroundLog: true };
};

/** By the nodes of clients that crash and come back. */
function firstNamesOf({ servers, operations }: Plan): { readonly firstNames?: ReadonlyMap<NodeId, NodeId> } {
  const names = new Map<NodeId, NodeId>();
  for (const { client, crash } of operations)
    if (crash !== undefined) names.set(servers + crash.as, servers + client);
  return names.size === 0 ? {} : { firstNames: names };
}

const isServer = (state: unknown): state is Server => state !== null && 'raft' in (state as object);

const raftOf = (state: unknown): Raft | null => (isServer(state) ? state.raft : null);

const moments: Moments = {
  epoch: (states) => states.reduce<number>((newest, state) => {
    const raft = raftOf(state);
    return raft?.role.kind === 'leader' ? Math.max(newest, raft.persistent.currentTerm) : newest;
  }, 0),
  forgottenUpTo: (state) => raftOf(state)?.persistent.log.baseIndex ?? 0,
  heldUpTo: (state) => raftOf(state)?.persistent.log.lastIndex ?? 0,
  carriesState: (message) => ['installSnapshot', 'installChunk'].includes((message as ServerMessage).kind),
};

/** Files are named by what they hold: core/disk/storage.ts. */
const roles: Readonly<Record<string, FileRole>> = { log: 'log', snapshot: 'snapshot', superblock: 'metadata' };

function clerkOf({ clientWindow, sessionExpiryUs, versions }: RaftKvSettings): typeof clerkProcess {
  if (clientWindow !== undefined) return pipelinedClerkProcess as typeof clerkProcess;
  if (versions === true) return versionClerkProcess as typeof clerkProcess;
  return sessionExpiryUs === undefined ? clerkProcess : sessionClerkProcess as typeof clerkProcess;
}

/**
 * A store is asked in one way: with versions, and then no session tells a repetition, or without. An operator's change
 * is nothing that is asked of the store.
 */
function requestProblem(request: unknown, settings: unknown): string | null {
  const { kind } = request as Asked | Change;
  if (isChange({ kind })) {
    return (settings as RaftKvSettings).clientWindow === undefined
      ? null
      : `a plan with the setting "clientWindow" asks for no change of the membership, and not for ${kind}`;
  }
  const hasVersions = (settings as RaftKvSettings).versions === true;
  if (isVersionedAsked(request as Asked) === hasVersions) return null;
  return hasVersions
    ? `a plan with the setting "versions" asks by getVersion, putVersion and putSeen, and not by ${kind}`
    : `${kind} needs the setting "versions": true`;
}

export const raftKv = defineSystem<Server, ServerMessage, Persistent, Write>()({
  name: 'raft-kv',
  settings: settingsOf<RaftKvSettings>(settingsSchema, plainSettings),
  service: service<Asked | Change, Result>({ schema: requestSchema, describe: describeOperation }),

  servers: ({ servers, settings }) =>
    Array.from({ length: servers }, (_, id) => ({
      process: serverProcess({
        id,
        clusterSize: servers,
        electionTimeoutUs:
          id === settings.quickServer ? halved(settings.electionTimeoutUs) : settings.electionTimeoutUs,
        heartbeatUs: settings.heartbeatUs,
        entriesPerMessageMax: settings.entriesPerMessageMax,
        noopOnElection: settings.noopOnElection,
        maxRaftState: settings.maxRaftState,
        applyBatchMax: settings.applyBatchMax,
        applyPauseUs: settings.applyPauseUs,
        ...(settings.sessionExpiryUs === undefined ? {} : { sessionExpiryUs: settings.sessionExpiryUs }),
        ...optionsOf({ ...settings, ...membersOf(servers, settings) }),
      }),
    })),
  client: ({ servers, settings }) => ({
    process: clerkOf(settings)({ clusterSize: servers, retryUs: settings.retryUs, backoffUs: settings.backoffUs }),
  }),
  clientStates: {
    is: (state) => !isServer(state),
    asked: ({ sequence, pending }: Clerk) => ({ begun: sequence, isWaiting: pending !== null }),
  },

  owesProgress: majorityCanTalk,
  role: ({ raft: { role, persistent } }) => ({
    name: role.kind, epoch: persistent.currentTerm, leads: role.kind === 'leader',
  }),
  epochName: 'term',
  storage: raftStorage,
  codec: { encode: (message) => encodeFrame(message as ServerMessage), decode: decodeFrame },

  beyond: {
    observer: (plan: Plan, durableOf: (node: NodeId) => unknown): Observer =>
      new RaftKvObserver(checksOf(plan), durableOf as (node: NodeId) => Persistent) as Observer,
    /** Where servers come and go a majority is another one at each server, which the specification has not. */
    specification(plan: Plan) {
      const options = optionsOf(settingsIn(plan));
      return isSpecified(options) ? (raftSpecification(plan, options) as Abstraction) : undefined;
    },
    externalObserver: (plan: Plan): Observer => new RaftKvOutsider(checksOf(plan)) as Observer,
    leader: (states) => newestLeader(states, raftOf),
    mayLackLeader: false,
    requestProblem,
    settingsProblem: (settings) => settingsProblem(settings as RaftKvSettings),
    clientWindow: (plan) => settingsIn(plan).clientWindow ?? 1,
    moments,
    operator: {
      handOver: (to): AnyRaftMessage => ({ kind: 'transferLeadership', term: 0, to }),
      newDisk: (node, servers) =>
        newDiskFor(
          node, servers.map(({ state, durable }) => ({ raft: raftOf(state), durable: durable as Persistent })),
        ),
    },
    fileRole: (name) => roles[name.split('.')[0]!] ?? null,
    pace: (plan) => raftPace(plan, settingsIn(plan)),
    rpc: kvRpc,
    scripts: raftKvScripts,
    digestMessage,
    digestState,
    describeMessage,
    describeState,
    lanes: raftLanes((state) => (state as Server).raft),
    tellStep,
    codeOf,
    marksOf,
    witnessesOf,
    mustHappen,
    properties: raftProperties,
    contents: (plan: Plan) => new RaftKvContents(plan),
    explainHistory,
  },
});

function digestMessage(digest: Digest, message: ServerMessage): void {
  switch (message.kind) {
    case 'clientRequest':
      digest.number(9);
      digest.number(message.sequence);
      if (isChange(message.operation)) digestChange(digest, message.operation);
      else digestOperation(digest, message.operation);
      if (message.session !== undefined) digest.number(message.session);
      if (message.unanswered !== undefined) digest.number(message.unanswered);
      return;
    case 'sessionReply':
      digest.number(23);
      digest.number(message.sequence);
      digest.number(message.session ?? -1);
      return;
    case 'clientReply':
      digest.number(10);
      digest.number(message.sequence);
      // A refusal that names server 1 is not the result that is digested as 1.
      digest.number(message.outcome.kind === 'done' ? 1 : 2);
      if (message.outcome.kind === 'done') digestResult(digest, message.outcome.result);
      else digest.number(message.outcome.leaderId ?? -1);
      return;
    default:
      digestRaftMessage(digest, message, digestCommand);
  }
}

/** A command is known by who asked for it: what was asked went by with the request. */
function digestCommand(digest: Digest, command: unknown): void {
  digest.number((command as Command).client);
  digest.number((command as Command).sequence);
}

function digestChange(digest: Digest, change: Change): void {
  digest.string(change.kind);
  if (change.kind !== 'replaceServers') return digest.number(change.server);
  for (const id of change.voters) digest.number(id);
  for (const id of change.learners) digest.number(-1 - id);
}

function digestOperation(digest: Digest, operation: Operation): void {
  digest.string(operation.kind);
  digest.string(operation.key);
  if (operation.kind !== 'get' && operation.kind !== 'getVersion') digest.string(operation.value);
  if (operation.kind === 'putVersion') digest.number(operation.version);
  if (operation.kind === 'cas') digest.string(operation.expected);
}

function digestResult(digest: Digest, result: Result): void {
  if (typeof result === 'object' && result !== null) {
    digest.number(4);
    digest.string(result.told);
    digest.number(result.version);
    if (result.value !== undefined) digest.string(result.value);
    return;
  }
  digest.number(typeof result === 'string' ? 3 : result === null ? 0 : result ? 1 : 2);
  if (typeof result === 'string') digest.string(result);
}

function digestState(digest: Digest, state: Server | Clerk): void {
  if (!('raft' in state)) {
    digest.number(state.sequence);
    digest.number(state.target);
    if ('attempts' in state) digest.number((state as VersionClerk).attempts);
    if ('inFlight' in state)
      for (const { sequence } of (state as PipelinedClerk).inFlight) digest.number(sequence);
    return;
  }
  const { raft, machine } = state;
  digestRaft(digest, raft);
  digest.number(machine.lastExecuted);
  machine.store.values.forEach((value, key) => {
    digest.string(key);
    digest.string(value);
  });
  machine.store.versions?.forEach((version) => void digest.number(version));
  machine.sessions.byClient.forEach((session, client) => {
    digest.number(client);
    digest.number(session.sequence);
    if (session.began !== undefined) digest.number(session.began.activeUs);
    for (const { sequence } of session.earlier ?? []) digest.number(sequence);
  });
  if (state.transfers !== undefined) digestTransfers(digest, state.transfers);
  const held = (state.early ?? []).map(({ client, request: { sequence } }) => ({ client, sequence }));
  for (const { client, sequence } of [...state.reading ?? [], ...state.changing ?? [], ...held]) {
    digest.number(client);
    digest.number(sequence);
  }
}

function digestTransfers(digest: Digest, { incoming, outgoing }: Transfers): void {
  if (incoming !== null) digest.number(incoming.bytes.length);
  for (const { to, offset } of outgoing) {
    digest.number(to);
    digest.number(offset);
  }
}

function describeMessage(message: ServerMessage): string {
  switch (message.kind) {
    case 'clientRequest':
      if (message.session === 0) return `request ${message.sequence}: a session`;
      return `request ${message.sequence}${message.session === undefined ? '' : ` in session ${message.session}`}: ${describeOperation(message.operation)}`;
    case 'sessionReply':
      return message.session === null
        ? `reply ${message.sequence}: the session has ended`
        : `reply ${message.sequence}: session ${message.session}`;
    case 'clientReply':
      return message.outcome.kind === 'done'
        ? `reply ${message.sequence}: ${JSON.stringify(message.outcome.result)}`
        : `reply ${message.sequence}: not the leader${message.outcome.leaderId === null ? '' : `, ask n${message.outcome.leaderId}`}`;
    default:
      return describeRaftMessage(message);
  }
}

function describeState(state: Server | Clerk): Readonly<Record<string, string | number>> {
  if (!('raft' in state)) {
    return {
      sequence: state.sequence, target: `n${state.target}`,
      pending: state.pending === null ? 'none' : describeOperation(state.pending.operation),
      ...('inFlight' in state ? { inFlight: (state as PipelinedClerk).inFlight.length } : {}),
    };
  }
  const { raft, machine, channel, waiting } = state;
  return {
    ...describeRaft(raft),
    lastExecuted: machine.lastExecuted,
    channel: channel.length,
    waiting: waiting.length,
    ...(state.early === undefined ? {} : { early: state.early.length }),
    ...describeProgress(raft),
  };
}
