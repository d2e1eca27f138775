/** Functions of the core that reports name. A test holds them against the source. */

const electionFile = (name: string): string => `core/raft/election.ts ${name}`;
const replicationFile = (name: string): string => `core/raft/replication.ts ${name}`;
const commitmentFile = (name: string): string => `core/raft/commitment.ts ${name}`;
const snapshotFile = (name: string): string => `core/raft/snapshot.ts ${name}`;
const serverFile = (name: string): string => `core/server.ts ${name}`;
const logServerFile = (name: string): string => `core/log-server.ts ${name}`;

export const places = {
  onElectionTimeout: electionFile('onElectionTimeout'),
  onRequestVote: electionFile('onRequestVote'),
  onRequestVoteReply: electionFile('onRequestVoteReply'),
  isUpToDate: electionFile('isUpToDate'),
  adoptTerm: electionFile('adoptTerm'),
  becomeLeader: electionFile('becomeLeader'),
  withNoop: electionFile('withNoop'),
  propose: replicationFile('propose'),
  onHeartbeatTimeout: replicationFile('onHeartbeatTimeout'),
  onAppendEntries: replicationFile('onAppendEntries'),
  isConsistent: replicationFile('isConsistent'),
  withMerged: replicationFile('withMerged'),
  onAppendEntriesReply: replicationFile('onAppendEntriesReply'),
  onMatch: replicationFile('onMatch'),
  onRefusal: replicationFile('onRefusal'),
  replicateTo: replicationFile('replicateTo'),
  advanceCommitIndex: commitmentFile('advanceCommitIndex'),
  highestOnMajority: commitmentFile('highestOnMajority'),
  followCommitIndex: commitmentFile('followCommitIndex'),
  compact: snapshotFile('compact'),
  onInstallSnapshot: snapshotFile('onInstallSnapshot'),
  install: snapshotFile('install'),
  installSnapshotFor: snapshotFile('installSnapshotFor'),
  onMessage: 'core/raft/step.ts onMessage',
  majorityOf: 'core/raft/state.ts majorityOf',
  bootRaft: 'core/raft/state.ts bootRaft',
  restartElectionTimer: 'core/raft/state.ts restartElectionTimer',
  compactTo: 'core/raft/log.ts compactTo',
  changes: 'core/raft/persistence.ts changes',
  applyWrite: 'core/raft/persistence.ts applyWrite',
  deliver: 'core/raft/delivery.ts deliver',
  bootServer: serverFile('bootServer'),
  onClient: serverFile('onClient'),
  onCommand: serverFile('onCommand'),
  settle: serverFile('settle'),
  served: serverFile('served'),
  filled: serverFile('filled'),
  taken: serverFile('taken'),
  executed: serverFile('executed'),
  answered: serverFile('answered'),
  compacted: serverFile('compacted'),
  serverProcess: serverFile('serverProcess'),
  apply: 'core/kv/machine.ts apply',
  wasExecuted: 'core/kv/sessions.ts wasExecuted',
  execute: 'core/kv/store.ts execute',
  takeSnapshot: 'core/kv/snapshot.ts takeSnapshot',
  installSnapshot: 'core/kv/snapshot.ts installSnapshot',
  onRequest: 'core/kv/clerk.ts onRequest',
  onReply: 'core/kv/clerk.ts onReply',
  onRefused: 'core/kv/clerk.ts onRefused',
  ask: 'core/kv/clerk.ts ask',
  recover: 'core/disk/storage.ts recover',
  store: 'core/disk/storage.ts store',
  bootLogServer: logServerFile('bootLogServer'),
  onStart: logServerFile('onStart'),
  logSettle: logServerFile('settle'),
  logServed: logServerFile('served'),
  logExecuted: logServerFile('executed'),
  logCompacted: logServerFile('compacted'),
  logServerProcess: logServerFile('logServerProcess'),
} as const satisfies Readonly<Record<string, string>>;

/** By the kind of the event. */
export const codePlaces: Readonly<Record<string, string>> = {
  boot: places.bootServer,
  requestVote: places.onRequestVote,
  requestVoteReply: places.onRequestVoteReply,
  appendEntries: places.onAppendEntries,
  appendEntriesReply: places.onAppendEntriesReply,
  installSnapshot: places.onInstallSnapshot,
  installSnapshotReply: places.onMatch,
  clientRequest: places.onClient,
  clientReply: places.onReply,
  'timer election': places.onElectionTimeout,
  'timer heartbeat': places.onHeartbeatTimeout,
  'timer apply': places.served,
  'timer retry': places.ask,
  request: places.onRequest,
  unreachable: places.onRefused,
};

/** Where Raft alone does what the key/value server does around Raft. */
const alone: Readonly<Record<string, string>> = {
  [places.bootServer]: places.bootLogServer,
  [places.onCommand]: places.onStart,
  [places.onRequest]: places.onStart,
  [places.settle]: places.logSettle,
  [places.filled]: places.logServed,
  [places.taken]: places.logServed,
  [places.executed]: places.logExecuted,
  [places.compacted]: places.logCompacted,
  [places.serverProcess]: places.logServerProcess,
};

export const placeAlone = (place: string): string => alone[place] ?? place;
