/**
 * The safety properties of Figure 3 of the Raft paper and the invariants that its proof leans on (dissertation,
 * appendix B), over all servers at once and what a history remembers. For the specification's own model: nothing here
 * is quick enough for a run of the simulator.
 */
import type { PlainLog, SpecEntry } from './log.ts';
import type { SpecMessage } from './message.ts';
import type { Durable } from './pipelining.ts';
import { quorumOf, type ServerId, type Setting, type SpecServer } from './server.ts';

export interface ModelServer extends SpecServer {
  readonly log: PlainLog;
  /** Where writes are pipelined: what a crash leaves of it. */
  readonly disk?: Durable & { readonly log: PlainLog };
}

export interface Committed {
  readonly entry: SpecEntry;
  /** The term of whoever first knew it. */
  readonly since: number;
}

/** What no server sees. */
export interface History {
  /** By term, who was the first to lead it; -1 for nobody. */
  readonly leaders: readonly ServerId[];
  /** Index 1 first. */
  readonly committed: readonly Committed[];
}

export const noHistory: History = { leaders: [], committed: [] };

/** The history once `server` is as it is. */
export function extended(history: History, server: ModelServer): History {
  let { leaders, committed } = history;
  const { id, role, currentTerm, commitIndex, log } = server;
  if (role === 'leader' && (leaders[currentTerm] ?? -1) === -1) {
    leaders = Array.from({ length: Math.max(leaders.length, currentTerm + 1) }, (_, term) =>
      term === currentTerm ? id : (leaders[term] ?? -1),
    );
  }
  if (commitIndex > committed.length) {
    const fresh = log.all
      .slice(committed.length, commitIndex)
      .map((entry): Committed => ({ entry, since: currentTerm }));
    committed = [...committed, ...fresh];
  }
  return leaders === history.leaders && committed === history.committed ? history : { leaders, committed };
}

export interface Scene {
  readonly servers: readonly ModelServer[];
  readonly history: History;
  readonly messages: readonly SpecMessage[];
}

export const isSame = (a: SpecEntry | undefined, b: SpecEntry | undefined): boolean =>
  a?.term === b?.term && a?.command === b?.command;

const shown = (entry: SpecEntry | undefined): string =>
  entry === undefined ? 'nothing' : `${String(entry.command)} of term ${entry.term}`;

/** What a property says of a scene: what is wrong, or null. */
export interface SceneProperty {
  readonly name: string;
  check(scene: Scene, setting: Setting): string | null;
}

export function first<T>(items: readonly T[], look: (item: T, index: number) => string | null): string | null {
  for (let index = 0; index < items.length; index++) {
    const found = look(items[index]!, index);
    if (found !== null) return found;
  }
  return null;
}

const pairs = ({ servers }: Scene, look: (one: ModelServer, other: ModelServer) => string | null): string | null =>
  first(servers, (one) => first(servers, (other) => (one.id < other.id ? look(one, other) : null)));

const electionSafety: SceneProperty = {
  name: 'Election Safety',
  check: ({ servers, history }) =>
    first(servers, ({ id, role, currentTerm }) =>
      role !== 'leader' || history.leaders[currentTerm] === id
        ? null
        : `${id} leads term ${currentTerm}, which ${history.leaders[currentTerm]} led`,
    ),
};

/** Of the state alone. */
export const oneLeader: SceneProperty = {
  name: 'No Two Leaders In A Term',
  check: (scene) =>
    pairs(scene, (one, other) =>
      one.role === 'leader' && other.role === 'leader' && one.currentTerm === other.currentTerm
        ? `${one.id} and ${other.id} lead term ${one.currentTerm}`
        : null,
    ),
};

export const logMatching: SceneProperty = {
  name: 'Log Matching',
  check: (scene) =>
    pairs(scene, (one, other) => {
      let differsAt = 0;
      for (let index = 1; index <= Math.min(one.log.lastIndex, other.log.lastIndex); index++) {
        const [a, b] = [one.log.all[index - 1]!, other.log.all[index - 1]!];
        if (differsAt === 0 && !isSame(a, b)) differsAt = index;
        if (differsAt > 0 && a.term === b.term)
          return `${one.id} and ${other.id} hold term ${a.term} at index ${index} and differ at ${differsAt}`;
      }
      return null;
    }),
};

const leaderCompleteness: SceneProperty = {
  name: 'Leader Completeness',
  check: ({ servers, history }) =>
    first(servers, ({ id, role, currentTerm, log }) =>
      role !== 'leader'
        ? null
        : first(history.committed, ({ entry, since }, at) =>
            since >= currentTerm || isSame(log.all[at], entry)
              ? null
              : `${id} leads term ${currentTerm} and holds ${shown(log.all[at])} at index ${at + 1}, where ${shown(entry)} is committed`,
          ),
    ),
};

const stateMachineSafety: SceneProperty = {
  name: 'State Machine Safety',
  check: ({ servers, history }) =>
    first(servers, ({ id, commitIndex, log }) =>
      first(history.committed.slice(0, commitIndex), ({ entry }, at) =>
        isSame(log.all[at], entry)
          ? null
          : `${id} committed ${shown(log.all[at])} at index ${at + 1}, where ${shown(entry)} is committed`,
      ),
    ),
};

const onAMajority: SceneProperty = {
  name: 'Committed Entries Are On A Majority',
  check: ({ servers, history }, setting) =>
    first(history.committed, ({ entry }, at) => {
      const holders = servers.filter(({ log }) => isSame(log.all[at], entry)).length;
      return holders >= quorumOf(setting)
        ? null
        : `${shown(entry)}, committed at index ${at + 1}, is on ${holders} of ${setting.servers} servers`;
    }),
};

const indexesInOrder: SceneProperty = {
  name: 'Indexes In Order',
  check: ({ servers }) =>
    first(servers, ({ id, commitIndex, log }) =>
      log.baseIndex <= commitIndex && commitIndex <= log.lastIndex
        ? null
        : `${id} has a snapshot up to ${log.baseIndex}, commitIndex ${commitIndex} and a log up to ${log.lastIndex}`,
    ),
};

/** Of the proof: a leader appends in its own term, and whoever follows it has nothing newer in front. */
const termsInOrder: SceneProperty = {
  name: 'Terms In Order',
  check: ({ servers }) =>
    first(servers, ({ id, currentTerm, log }) =>
      first(log.all, ({ term }, at) =>
        term <= (log.all[at + 1]?.term ?? currentTerm)
          ? null
          : `${id} holds term ${term} at index ${at + 1}, before term ${log.all[at + 1]?.term ?? currentTerm}`,
      ),
    ),
};

const matchIndexIsTrue: SceneProperty = {
  name: 'Match Index Is True',
  check: ({ servers }) =>
    first(servers, ({ id, role, currentTerm, matchIndex, log }) =>
      role !== 'leader'
        ? null
        : first(servers, (peer) => {
            if (peer.id === id || peer.currentTerm !== currentTerm) return null;
            const match = matchIndex[peer.id]!;
            const isHeld =
              log.all.slice(0, match).every((entry, at) => isSame(entry, peer.log.all[at])) && match <= log.lastIndex;
            return isHeld
              ? null
              : `${id} leads term ${currentTerm} with matchIndex[${peer.id}] = ${match}, and ${peer.id} holds something else`;
          }),
    ),
};

const votesAreTrue: SceneProperty = {
  name: 'Votes Are True',
  check: ({ servers }) =>
    first(servers, ({ id, role, currentTerm, votesGranted }) =>
      role !== 'candidate'
        ? null
        : first(votesGranted, (voter) => {
            const { currentTerm: term, votedFor } = servers[voter]!;
            return term > currentTerm || (term === currentTerm && votedFor === id)
              ? null
              : `${id} counts a vote of ${voter} in term ${currentTerm}, who voted for ${votedFor} in term ${term}`;
          }),
    ),
};

/** Needs messages that stay: the request is the proof that there was a candidate. */
const votesNameCandidates: SceneProperty = {
  name: 'Votes Name Candidates',
  check: ({ servers, messages }) =>
    first(servers, ({ id, currentTerm, votedFor }) => {
      if (votedFor === null || votedFor === id) return null;
      const isAsked = messages.some(
        ({ kind, term, source, dest }) =>
          kind === 'RequestVoteRequest' && term === currentTerm && source === votedFor && dest === id,
      );
      return isAsked ? null : `${id} voted for ${votedFor} in term ${currentTerm} and was not asked to`;
    }),
};

/** Of raft-tlaplus: what two servers hold committed is the same. */
export const noLogDivergence: SceneProperty = {
  name: 'NoLogDivergence',
  check: (scene) =>
    pairs(scene, (one, other) => {
      const common = Math.min(one.commitIndex, other.commitIndex);
      const at = one.log.all.slice(0, common).findIndex((entry, index) => !isSame(entry, other.log.all[index]));
      return at < 0 ? null : `${one.id} and ${other.id} committed different entries at index ${at + 1}`;
    }),
};

export const sceneProperties: readonly SceneProperty[] = [
  electionSafety,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  onAMajority,
  indexesInOrder,
  termsInOrder,
  matchIndexIsTrue,
  votesAreTrue,
  votesNameCandidates,
];
