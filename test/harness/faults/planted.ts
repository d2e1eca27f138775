/**
 * Defects planted in the core by wrapping its processes and its storage: each is one guard taken away
 * or one thing done wrong, and all else is as it should be.
 */
import type { FileOperation } from '../../../core/protocol.ts';
import { raftStorage, superblockFile, type Cursor } from '../../../core/disk/storage.ts';
import { decodeFrame, encodeFrame } from '../../../core/frame.ts';
import type { Clerk } from '../../../core/kv/clerk.ts';
import type { Command } from '../../../core/kv/command.ts';
import { noSessions, withSession } from '../../../core/kv/sessions.ts';
import type { MachineSnapshot } from '../../../core/kv/snapshot.ts';
import { Log } from '../../../core/raft/log.ts';
import { blankPersistent, type Persistent, type Raft } from '../../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../../core/server.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { AnyEffect, AnyEvent, AnyProcess, AnyStorage, System } from '../../../harness/system.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

type AnyStep = { state: unknown; effects: readonly AnyEffect[] };
type Stepper = (state: unknown, event: AnyEvent, step: (state: unknown, event: AnyEvent) => AnyStep) => AnyStep;

/** A system whose servers, or whose clients, take their steps in another way. */
function stepping(who: 'servers' | 'clients', stepper: Stepper): System {
  return mapped(who, (process) => ({
    ...process,
    boot: process.boot,
    write: process.write,
    step: (state, event) => stepper(state, event, process.step),
  }));
}

function mapped(who: 'servers' | 'clients', change: (process: AnyProcess) => AnyProcess): System {
  return {
    ...raftKv,
    processes: (plan: Plan) =>
      raftKv
        .processes(plan)
        .map((process, id) => (id < plan.servers === (who === 'servers') ? change(process) : process)),
  };
}

const messageOf = (event: AnyEvent): ServerMessage | null =>
  event.kind === 'message' ? (event.message as ServerMessage) : null;
const withMessage = (event: AnyEvent, message: ServerMessage): AnyEvent =>
  event.kind === 'message' ? { ...event, message } : event;
const raftOf = (state: unknown): Raft => (state as Server).raft;
const withRaft = (state: unknown, raft: Raft): Server => ({ ...(state as Server), raft });

/** A client asks once and waits for ever. */
export const clerkAsksOnce = stepping('clients', (state, event, step) => {
  const { state: after, effects } = step(state, event);
  // It still waits when nobody leads, as nothing was lost then.
  const asks = effects.some(({ kind }) => kind === 'send');
  return { state: after, effects: asks ? effects.filter(({ kind }) => kind !== 'setTimer') : effects };
});

/** A client that gave up uses the number of the operation that it gave up for the next one. */
export const clerkReusesNumbers = stepping('clients', (state, event, step) => {
  const before = state as Clerk;
  const { state: after, effects } = step(state, event);
  if (event.kind !== 'request' || before.pending === null) return { state: after, effects };
  const said = effects.map((effect) =>
    effect.kind === 'send'
      ? { ...effect, message: { ...(effect.message as object), sequence: before.sequence } }
      : effect,
  );
  return { state: { ...after as Clerk, sequence: before.sequence }, effects: said };
});

/** A server takes for granted that no answer comes to a question of two terms ago. */
export const trustsAnswersToBeRecent = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const { persistent } = raftOf(state);
  const isReply = message?.kind === 'appendEntriesReply' || message?.kind === 'requestVoteReply';
  if (isReply && message.term < persistent.currentTerm - 1)
    throw new TypeError(`an answer of term ${message.term} in term ${persistent.currentTerm}`);
  return step(state, event);
});

/** A leader takes a repeated request for a new one. */
export const executesRepetitions = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  if (event.kind !== 'message' || message?.kind !== 'clientRequest') return step(state, event);
  const isRepeated = (state as Server).waiting.some(
    ({ client, sequence }) => client === event.from && sequence === message.sequence,
  );
  return step(state, isRepeated ? withMessage(event, { ...message, sequence: message.sequence + 1 }) : event);
});

/** A leader believes the last answer, and not the best. */
export const matchGoesBack = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const { role, persistent } = raftOf(state);
  const taken = step(state, event);
  if (
    event.kind !== 'message' ||
    message?.kind !== 'appendEntriesReply' ||
    role.kind !== 'leader' ||
    !message.success ||
    message.term !== persistent.currentTerm
  )
    return taken;
  const { role: after } = raftOf(taken.state);
  if (after.kind !== 'leader' || message.index >= role.matchIndex[event.from]!) return taken;
  const matchIndex = after.matchIndex.slice();
  matchIndex[event.from] = message.index;
  return {
    state: withRaft(taken.state, { ...raftOf(taken.state), role: { ...after, matchIndex } }), effects: taken.effects,
  };
});

/** What a server found on its disk when it started it takes for committed. */
export const bootsCommitted = mapped('servers', (process) => ({
  ...process,
  step: process.step,
  write: process.write,
  boot(durable) {
    const { state, effects } = process.boot(durable);
    const raft = raftOf(state);
    return { state: withRaft(state, { ...raft, commitIndex: raft.persistent.log.lastIndex }), effects };
  },
}));

/** A server that starts again waits for somebody else to begin an election. */
export const bootsWithoutTimer = mapped('servers', (process) => ({
  ...process,
  step: process.step,
  write: process.write,
  boot(durable) {
    const { state, effects } = process.boot(durable);
    return (durable as Persistent).currentTerm === 0
      ? { state, effects }
      : { state, effects: effects.filter(({ kind }) => kind !== 'setTimer') };
  },
}));

/** Words go out before what they promise is on the disk. */
export const speaksBeforeWriting = stepping('servers', (state, event, step) => {
  const { state: after, effects } = step(state, event);
  return {
    state: after,
    effects: [...effects.filter(({ kind }) => kind !== 'persist'), ...effects.filter(({ kind }) => kind === 'persist')],
  };
});

/** To lead takes the votes of all. */
export const needsAllVotes = stepping('servers', (state, event, step) => {
  const taken = step(state, event);
  const { role: before, config } = raftOf(state);
  const { role } = raftOf(taken.state);
  const isElected = before.kind === 'candidate' && role.kind === 'leader' && event.kind === 'message';
  if (!isElected || before.votes.length + 1 >= config.clusterSize) return taken;
  return {
    state: withRaft(state, { ...raftOf(state), role: { kind: 'candidate', votes: [...before.votes, event.from] } }),
    effects: [],
  };
});

/** A leader takes for granted that nobody challenges it while it lives. */
export const isNeverChallenged = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const { role, persistent } = raftOf(state);
  if (role.kind === 'leader' && message !== null && 'term' in message && message.term > persistent.currentTerm)
    throw new TypeError('a leader was challenged');
  return step(state, event);
});

const crowd = 5;

/** When many wait, a leader tells them at once that all is done. */
export const answersCrowdsEarly = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const { raft, waiting } = state as Server;
  const isCrowded =
    event.kind === 'message' &&
    message?.kind === 'clientRequest' &&
    message.operation.kind !== 'get' &&
    raft.role.kind === 'leader' &&
    waiting.length > crowd;
  if (!isCrowded) return step(state, event);
  return {
    state,
    effects: [
      {
        kind: 'send',
        to: event.from,
        message: { kind: 'clientReply', sequence: message.sequence, outcome: { kind: 'done', result: null } },
      },
    ],
  };
});

/** Of several appends to one key that are not committed yet, the later ones are lost. */
export const losesContendedAppends = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const { raft: { persistent: { log }, commitIndex, role } } = state as Server;
  if (message?.kind !== 'clientRequest' || message.operation.kind !== 'append' || role.kind !== 'leader')
    return step(state, event);
  const { key } = message.operation;
  let open = 0;
  for (let index = log.lastIndex; index > Math.max(commitIndex, log.baseIndex); index--) {
    const command = log.at(index).command as { operation: { key: string } } | null;
    if (command?.operation.key === key) open += 1;
  }
  return step(
    state,
    open < 6 ? event : withMessage(event, { ...message, operation: { ...message.operation, value: '' } }),
  );
});

/** Values are cut to what fits into a small buffer. */
export const cutsLargeValues = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  if (message?.kind !== 'clientRequest' || message.operation.kind !== 'put') return step(state, event);
  return step(
    state,
    withMessage(event, {
      ...message, operation: { ...message.operation, value: message.operation.value.slice(0, 150) },
    }),
  );
});

/** A write that its log holds already is taken for one that is done, whoever asks for it under whichever number. */
export const knowsWritesByContent = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const raft = raftOf(state);
  if (message?.kind !== 'clientRequest' || event.kind !== 'message' || raft.role.kind !== 'leader')
    return step(state, event);
  if (!('value' in message.operation)) return step(state, event);
  const { log } = raft.persistent;
  const asked = JSON.stringify(message.operation);
  for (let index = raft.lastApplied; index > log.baseIndex; index--) {
    const command = log.at(index).command as Command | null;
    if (command === null || command.client === event.from || JSON.stringify(command.operation) !== asked) continue;
    const outcome = { kind: 'done', result: null };
    return {
      state,
      effects: [
        { kind: 'send', to: event.from, message: { kind: 'clientReply', sequence: message.sequence, outcome } },
      ],
    };
  }
  return step(state, event);
});

/** The table of sessions has sixteen places: the first one goes. */
export const forgetsOldSessions = stepping('servers', (state, event, step) => {
  const taken = step(state, event);
  const server = taken.state as Server;
  const { sessions } = server.machine;
  if (sessions.byClient.size <= 16) return taken;
  let kept = noSessions;
  let isFirst = true;
  sessions.byClient.forEach((session, client) => {
    if (!isFirst) kept = withSession(kept, client, session);
    isFirst = false;
  });
  return { state: { ...server, machine: { ...server.machine, sessions: kept } }, effects: taken.effects };
});

/** A snapshot that another server sent is installed without its sessions. */
export const installsWithoutSessions = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  if (message?.kind !== 'installSnapshot') return step(state, event);
  const data = { store: (message.snapshot.data as MachineSnapshot).store, sessions: noSessions };
  return step(state, withMessage(event, { ...message, snapshot: { ...message.snapshot, data } }));
});

/** A snapshot is installed however old it is. */
export const installsOldSnapshots = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  const raft = raftOf(state);
  const { currentTerm, snapshot: own } = raft.persistent;
  const isOld =
    message?.kind === 'installSnapshot' &&
    message.term === currentTerm &&
    message.snapshot.lastIncludedIndex < (own?.lastIncludedIndex ?? 0);
  if (!isOld) return step(state, event);
  const { snapshot } = message;
  const persistent: Persistent = {
    ...raft.persistent, log: Log.startingAfter(snapshot.lastIncludedIndex, snapshot.lastIncludedTerm), snapshot,
  };
  return {
    state: withRaft(state, { ...raft, persistent }),
    effects: [{ kind: 'persist', writes: [{ kind: 'snapshot', snapshot }] }],
  };
});

/** A server does not look whether its writes succeed. */
export const ignoresFailedWrites = mapped('servers', (process) => ({
  ...process, boot: process.boot, step: process.step, write: process.write, onFailedWrite: 'goOn',
}));

/** A server takes a write that failed for one that never was, and goes on. */
export const believesFailedWritesLeaveNothing = mapped('servers', (process) => ({
  ...process, boot: process.boot, step: process.step, write: process.write, onFailedWrite: 'undo',
}));

/** A follower takes for granted that the entries of a new leader only go behind its own. */
export const takesLogsForAligned = stepping('servers', (state, event, step) => {
  const message = messageOf(event);
  if (message?.kind !== 'appendEntries') return step(state, event);
  const { log } = raftOf(state).persistent;
  const first = message.prevLogIndex + 1;
  const isConflict = message.entries.some(
    ({ term }, i) => first + i > log.baseIndex && first + i <= log.lastIndex && log.termAt(first + i) !== term,
  );
  if (isConflict) throw new TypeError('an entry is in the way');
  return step(state, event);
});

/** Checksums of messages are sent and not looked at. */
export const ignoresChecksums: System = {
  ...raftKv,
  codec: { encode: (message) => encodeFrame(message as ServerMessage), decode: (bytes) => decodeFrame(bytes, false) },
};

const withStorage = (changed: Partial<typeof raftStorage>): System => ({
  ...raftKv, storage: { ...raftStorage, ...changed } as AnyStorage,
});

const afresh = (): ReturnType<typeof raftStorage.recover> => {
  const { cursor, operations } = raftStorage.format();
  return { kind: 'recovered', durable: blankPersistent, cursor, repairs: operations, isTorn: false };
};

/** A server starts afresh when it meets this damage (PAR's "delete and rebuild", DESIGN of many systems). */
const startsAfreshOn = (isMet: (file: string, reason: string) => boolean): System => withStorage({
  recover(files) {
    const recovery = raftStorage.recover(files);
    return recovery.kind === 'refused' && isMet(recovery.file, recovery.reason) ? afresh() : recovery;
  },
});

export const startsAfreshOnRot = startsAfreshOn(
  (file, reason) => file.startsWith('snapshot') && /damaged|not whole/.test(reason),
);
export const startsAfreshOnBadSuperblock = startsAfreshOn((file) => file === superblockFile);
export const startsAfreshWithoutSnapshot = startsAfreshOn(
  (file, reason) => file.startsWith('snapshot') && reason.includes('missing'),
);
export const startsAfreshOnMisplacedRecord = startsAfreshOn((file) => file.startsWith('log'));
export const startsAfreshOnStaleFile = startsAfreshOn((_file, reason) => reason.includes('generation'));

/** A write that a crash cut short is taken for damage. */
export const refusesTornEnds = withStorage({
  recover(files) {
    const recovery = raftStorage.recover(files);
    const isLogTorn =
      recovery.kind === 'recovered' &&
      recovery.isTorn &&
      recovery.repairs.some(({ kind, file }) => kind === 'replace' && file.startsWith('log'));
    return isLogTorn ? { kind: 'refused', file: 'log', reason: 'its end is torn' } : recovery;
  },
});

const mending = (mend: (repair: FileOperation) => readonly FileOperation[]): System => withStorage({
  recover(files) {
    const recovery = raftStorage.recover(files);
    return recovery.kind === 'refused' ? recovery : { ...recovery, repairs: recovery.repairs.flatMap(mend) };
  },
});

/** A log with a torn end is written anew in its place: empty first, and then as it should be. */
export const mendsInPlace = mending((repair) =>
  repair.kind === 'replace' && repair.file.startsWith('log') ? [{ ...repair, kind: 'create' }] : [repair],
);

/** What can be read counts for written. */
export const trustsWhatItReads = mending((repair) => (repair.kind === 'rewrite' ? [] : [repair]));

/** The superblock is replaced before the files that it names are written. */
export const namesSnapshotTooEarly = withStorage({
  store(cursor: Cursor, durable, writes) {
    const stored = raftStorage.store(cursor, durable, writes);
    const isFirst = (operation: FileOperation): boolean => operation.kind === 'replace' || operation.kind === 'remove';
    return {
      cursor: stored.cursor,
      operations: [
        ...stored.operations.filter(isFirst), ...stored.operations.filter((operation) => !isFirst(operation)),
      ],
    };
  },
});

/** What an operator learned of the cluster is not written on a new disk. */
export const newDisksAreBlank: System = {
  ...raftKv,
  operator: {
    ...raftKv.operator!,
    newDisk: (node, servers) => (raftKv.operator!.newDisk!(node, servers) === null ? null : blankPersistent),
  },
};
