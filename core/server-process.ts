/** A server as a node of the world, with what the options of a plan put around each of its steps. */
import { withChanges } from './changes.ts';
import { withChunks } from './chunks.ts';
import { withOrder } from './client-order.ts';
import type { Process } from './protocol.ts';
import { applyWrite } from './raft/persistence.ts';
import { pipelined } from './raft/pipelining.ts';
import { blankPersistent, type Persistent } from './raft/state.ts';
import type { Write } from './raft/write.ts';
import { withReads } from './reads.ts';
import { withStays } from './stays.ts';
import {
  bootServer, settle, stepServer, type Server, type ServerConfig, type ServerEvent, type ServerMessage, type ServerStep,
} from './server.ts';
import { withClock } from './session-clock.ts';

/** The server's step with what the options of a plan put around it. */
export const stepWithOptions = (server: Server, event: ServerEvent): ServerStep =>
  withStays(server, event, stepReading);
const stepReading = (server: Server, event: ServerEvent): ServerStep => withReads(server, event, stepInChunks);
const stepInChunks = (server: Server, event: ServerEvent): ServerStep => withChunks(server, event, stepByClock);
const stepByClock = (server: Server, event: ServerEvent): ServerStep => withClock(server, event, stepChanging);
const stepChanging = (server: Server, event: ServerEvent): ServerStep =>
  withChanges(server, event, stepInOrder, settle);
const stepInOrder = (server: Server, event: ServerEvent): ServerStep => withOrder(server, event, stepServer);

type ServerProcess = Process<Server, ServerMessage, Write, Persistent, never, never>;

/** A server as a node of the world. */
export function serverProcess(given: ServerConfig): ServerProcess {
  const config = inOneOrder(given);
  return {
    blank: blankPersistent,
    boot: (durable) => bootServer(config, durable),
    step: config.pipelined === true ? stepPipelined : stepWithOptions,
    write: applyWrite,
    ...(config.pipelined === true ? { persistence: 'pipelined' } : {}),
  };
}

function stepPipelined(server: Server, event: ServerEvent): ServerStep {
  const { state, effects } = stepWithOptions(server, event);
  return { state, effects: pipelined(server.raft, state.raft, effects) };
}

/** Every field, given or not, in one order: all servers of all plans share one hidden class (raft/state.ts). */
function inOneOrder(config: ServerConfig): ServerConfig {
  const whole: { readonly [Field in keyof Required<ServerConfig>]: ServerConfig[Field] | undefined } = {
    id: config.id,
    clusterSize: config.clusterSize,
    electionTimeoutUs: config.electionTimeoutUs,
    heartbeatUs: config.heartbeatUs,
    entriesPerMessageMax: config.entriesPerMessageMax,
    noopOnElection: config.noopOnElection,
    maxRaftState: config.maxRaftState,
    applyBatchMax: config.applyBatchMax,
    applyPauseUs: config.applyPauseUs,
    sessionExpiryUs: config.sessionExpiryUs,
    preVote: config.preVote,
    checkQuorum: config.checkQuorum,
    reads: config.reads,
    transfer: config.transfer,
    lease: config.lease,
    pipelined: config.pipelined,
    contactUs: config.contactUs,
    snapshotChunkBytes: config.snapshotChunkBytes,
    window: config.window,
    members: config.members,
  };
  return whole as ServerConfig;
}
