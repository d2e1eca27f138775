/**
 * The specification of Raft (checkers/spec/) as a model: its actions, a network, and the properties of what they reach.
 *
 * Messages are a set that only grows, so that loss, duplication and reordering without a limit are part of it. With
 * `--published` it is Raft.tla of Vanlightly's repository raft-tlaplus at 69ad9d6, whose numbers of states are known.
 */
import { taken, type Action } from '../../checkers/spec/action.ts';
import { becomeLeader, requestVote, restart, timeout, updateTerm } from '../../checkers/spec/election.ts';
import { PlainLog, plainLog, type SpecEntry } from '../../checkers/spec/log.ts';
import type { SpecMessage } from '../../checkers/spec/message.ts';
import {
  extended, logMatching, noHistory, noLogDivergence, oneLeader, sceneProperties, stepProperties, type History, type ModelServer, type SceneProperty,
} from '../../checkers/spec/properties.ts';
import { allRules, handlerOf, isResponse } from '../../checkers/spec/receive.ts';
import { advanceCommitIndex, appendEntries, clientRequest, fitConditions } from '../../checkers/spec/replication.ts';
import { firstRefusal } from '../../checkers/spec/rule.ts';
import { peersOf, type ServerId, type Setting } from '../../checkers/spec/server.ts';
import { compact, installSnapshot } from '../../checkers/spec/snapshot.ts';
import { Interner, type Interned } from '../../harness/explore/interner.ts';
import type { Described, Model, ModelDefinition, Problem, Property } from '../../harness/explore/model.ts';
import { choiceOf, flagOf, numberOf, ParameterError, type ParameterValues } from '../../harness/explore/parameters.ts';

/** What bounds the space, and is a part of the state because it decides what is possible. */
interface Book {
  /** In the published model only; elsewhere terms are bounded instead. */
  readonly elections: number;
  readonly restarts: number;
  readonly duplicates: number;
  readonly drops: number;
  /** By value: 'no' until a client asked for it; `acked` of the published model, else never 'committed'. */
  readonly asked: readonly ('no' | 'asked' | 'committed')[];
  /** By server, in the published model: for whose answer to AppendEntries it waits. */
  readonly pending: readonly (readonly ServerId[])[];
}

export interface State {
  readonly servers: readonly Interned<ModelServer>[];
  /** Ever sent, in the order of their hashes. */
  readonly messages: readonly Interned<SpecMessage>[];
  /** Beside each message, how often it can still be delivered. Of a set: 1. */
  readonly counts: readonly number[];
  readonly book: Interned<Book>;
  readonly history: Interned<History>;
}

export interface SpecAction {
  readonly name: string;
  readonly server: ServerId;
  /** What is taken, in this order; each after the first only if nothing refuses it. None for what the network does. */
  readonly steps: readonly { readonly action: Action<never>; readonly subject: unknown }[];
  readonly message: Interned<SpecMessage> | null;
  readonly words: string;
}

export interface Bounds {
  readonly servers: number;
  readonly elections: number;
  readonly restarts: number;
  readonly values: number;
  readonly duplicates: number;
  readonly drops: number;
  readonly isPublished: boolean;
  readonly isJoined: boolean;
  readonly hasSnapshots: boolean;
  readonly without: readonly string[];
}

/**
 * What Figure 2 has and the published model has not: there an AppendEntries cuts whatever follows it, and what it or an
 * answer says is taken as it is. With one request at a time for each follower, each delivered once, that is safe.
 */
export const notInPublished: readonly string[] = [
  'HandleAppendEntriesRequest: only a conflict cuts the log',
  'HandleAppendEntriesRequest: commitIndex never falls',
  'HandleAppendEntriesResponse: matchIndex never falls',
];

const logViews = new Map<object, (value: never) => unknown>([[PlainLog.prototype, ({ all, baseIndex }: PlainLog) => [baseIndex, all]]]);
const valueNames = 'abcdefgh';

const byHash = (a: Interned<unknown>, b: Interned<unknown>): number => a.hi - b.hi || a.lo - b.lo;

export class RaftSpec implements Model<State, SpecAction> {
  readonly properties: readonly Property<State, SpecAction>[];
  readonly setting: Setting;
  readonly kindWeights: Readonly<Record<string, number>> = {
    Receive: 60, UpdateTerm: 60, AppendEntries: 20, ClientRequest: 6, BecomeLeader: 30, AdvanceCommitIndex: 20, Timeout: 3, Restart: 1, Compact: 4, InstallSnapshot: 20,
  };
  private readonly bounds: Bounds;
  private readonly ids: readonly ServerId[];
  private readonly serverPool = new Interner<ModelServer>(logViews);
  private readonly messagePool = new Interner<SpecMessage>();
  private readonly bookPool = new Interner<Book>();
  private readonly historyPool = new Interner<History>();

  constructor(bounds: Bounds) {
    this.bounds = bounds;
    this.ids = Array.from({ length: bounds.servers }, (_, id) => id);
    this.setting = { servers: bounds.servers, without: new Set(bounds.isPublished ? [...notInPublished, ...bounds.without] : bounds.without) };
    this.properties = bounds.isPublished ? this.publishedProperties() : this.allProperties();
  }

  initialStates(): readonly State[] {
    const { ids } = this;
    const server = (id: ServerId): ModelServer => ({
      id, role: 'follower', currentTerm: 1, votedFor: null, log: new PlainLog(), commitIndex: 0, votesGranted: [], nextIndex: ids.map(() => 1), matchIndex: ids.map(() => 0),
    });
    const asked = Array.from({ length: this.bounds.values }, () => 'no' as const);
    const book: Book = { elections: 0, restarts: 0, duplicates: 0, drops: 0, asked, pending: ids.map(() => []) };
    return [{
      servers: ids.map((id) => this.serverPool.intern(server(id))), messages: [], counts: [],
      book: this.bookPool.intern(book), history: this.historyPool.intern(noHistory),
    }];
  }

  actions(state: State): readonly SpecAction[] {
    const enabled: SpecAction[] = [];
    for (const id of this.ids) this.offerOwn(state, state.servers[id]!.value, enabled);
    state.messages.forEach((message, at) => this.offerMessage(state, message, state.counts[at]!, enabled));
    return enabled;
  }

  private offer<Subject>(enabled: SpecAction[], action: Action<Subject>, server: ModelServer, subject: Subject, words: string): void {
    if (taken(action, server, subject, this.setting) === null) return;
    enabled.push({ name: action.name, server: server.id, steps: [{ action: action as Action<never>, subject }], message: null, words });
  }

  /** What a server does by itself. */
  private offerOwn(state: State, server: ModelServer, enabled: SpecAction[]): void {
    const { bounds, setting } = this;
    const book = state.book.value;
    const { id, log } = server;
    const isLimited = bounds.isPublished ? book.elections >= bounds.elections : server.currentTerm > bounds.elections;
    if (book.restarts < bounds.restarts) this.offer(enabled, restart, server, null, '');
    if (!isLimited) this.offerTimeout(state, server, enabled);
    this.offer(enabled, becomeLeader, server, null, '');
    book.asked.forEach((asked, value) => {
      if (asked === 'no') this.offer(enabled, clientRequest, server, { command: valueNames[value]! }, valueNames[value]!);
    });
    this.offerCommit(server, enabled);
    for (const to of peersOf(id, setting)) {
      this.offerSends(state, server, to, enabled);
    }
    if (!bounds.hasSnapshots) return;
    for (let index = 1; index <= log.lastIndex; index++) this.offer(enabled, compact, server, { index }, `up to ${index}`);
  }

  private offerTimeout(state: State, server: ModelServer, enabled: SpecAction[]): void {
    const outcome = taken(timeout, server, null, this.setting);
    if (outcome === null) return;
    // The published model asks all peers in the same step, and only if no such message was ever sent. Here they are asked at once too:
    // messages that stay need not be delivered.
    const steps = [
      { action: timeout as Action<never>, subject: null as unknown },
      ...peersOf(server.id, this.setting).map((to) => ({ action: requestVote as Action<never>, subject: { to } as unknown })),
    ];
    const action = { name: 'Timeout', server: server.id, steps, message: null, words: `of term ${outcome.server.currentTerm}` };
    if (this.bounds.isPublished && this.run(server, action).sent.some((message) => this.countOf(state, message) >= 0)) return;
    enabled.push(action);
  }

  /** Any index that the guards allow; in the published model the highest. */
  private offerCommit(server: ModelServer, enabled: SpecAction[]): void {
    const offered: SpecAction[] = [];
    for (let index = 1; index <= server.log.lastIndex; index++) this.offer(offered, advanceCommitIndex, server, { index }, `to ${index}`);
    enabled.push(...(this.bounds.isPublished || this.bounds.isJoined ? offered.slice(-1) : offered));
  }

  private offerSends(state: State, server: ModelServer, to: ServerId, enabled: SpecAction[]): void {
    const { bounds, setting } = this;
    const { log, nextIndex, commitIndex } = server;
    const last = Math.min(log.lastIndex, nextIndex[to]!);
    const count = Math.max(0, last - nextIndex[to]! + 1);
    const offered: SpecAction[] = [];
    // Figure 2 sends commitIndex, raft.tla no more than the last entry sent.
    const told = setting.without.has('AppendEntries: leaderCommit is commitIndex') ? log.lastIndex : commitIndex;
    const leaderCommit = bounds.isPublished ? Math.min(commitIndex, last) : told;
    if (!state.book.value.pending[server.id]!.includes(to)) this.offer(offered, appendEntries, server, { to, count, leaderCommit }, `to ${to}`);
    if (bounds.hasSnapshots && log.baseIndex > 0) this.offer(offered, installSnapshot, server, { to, content: log.all.slice(0, log.baseIndex) }, `to ${to}`);
    if (!bounds.isPublished) this.offer(offered, requestVote, server, { to }, `to ${to}`);
    // Sending again what was sent changes nothing in a set; the published model forbids it for heartbeats.
    enabled.push(...offered.filter((action) => {
      const [message] = this.run(server, action).sent;
      const isAgain = this.countOf(state, message!) >= 0;
      return bounds.isPublished ? !isAgain || count > 0 : !isAgain;
    }));
  }

  /** Deliveries, and in the published model what the network may do. */
  private offerMessage(state: State, message: Interned<SpecMessage>, count: number, enabled: SpecAction[]): void {
    const { bounds, setting } = this;
    const letter = message.value;
    const server = state.servers[letter.dest]!.value;
    const step = (action: Action<SpecMessage>) => ({ action: action as Action<never>, subject: letter as unknown });
    const handler = handlerOf(letter);
    const words = wordsOf(letter);
    if (bounds.isJoined) {
      const isNewer = taken(updateTerm, server, letter, setting) !== null;
      if (count > 0 && (isNewer || taken(handler, server, letter, setting) !== null)) {
        enabled.push({ name: 'Receive', server: server.id, steps: [...(isNewer ? [step(updateTerm)] : []), step(handler)], message, words });
      }
    } else {
      if (taken(updateTerm, server, letter, setting) !== null) enabled.push({ name: 'UpdateTerm', server: server.id, steps: [step(updateTerm)], message: null, words });
      if (count > 0 && taken(handler, server, letter, setting) !== null && !this.isStuck(server, letter)) {
        enabled.push({ name: 'Receive', server: server.id, steps: [step(handler)], message, words });
      }
    }
    if (!bounds.isPublished) return;
    const { duplicates, drops } = state.book.value;
    if (duplicates < bounds.duplicates) enabled.push({ name: 'DuplicateMessage', server: -1, steps: [], message, words });
    if (count > 0 && drops < bounds.drops) enabled.push({ name: 'DropMessage', server: -1, steps: [], message, words });
  }

  /** The published model has no action for a candidate that is sent entries that do not fit. */
  private isStuck(server: ModelServer, message: SpecMessage): boolean {
    return this.bounds.isPublished && message.kind === 'AppendEntriesRequest' && server.role === 'candidate'
      && message.term === server.currentTerm && firstRefusal(fitConditions, server, message, this.setting) !== null;
  }

  private countOf(state: State, message: SpecMessage): number {
    const at = state.messages.indexOf(this.messagePool.intern(message));
    return at < 0 ? -1 : state.counts[at]!;
  }

  /** The server behind all steps of an action, and what they send. */
  private run(server: ModelServer, { steps, message }: SpecAction): { readonly server: ModelServer; readonly sent: readonly SpecMessage[] } {
    let after = server;
    const sent: SpecMessage[] = [];
    for (const { action, subject } of steps) {
      const outcome = taken(action as Action<unknown>, after, subject, this.setting);
      if (outcome === null) continue;
      after = settled(outcome.server, message?.value);
      sent.push(...outcome.sent);
    }
    return { server: after, sent };
  }

  next(state: State, action: SpecAction): State {
    const { bounds } = this;
    if (action.server < 0) return this.network(state, action);
    const before = state.servers[action.server]!.value;
    let { server, sent } = this.run(before, action);
    if (bounds.isJoined && action.name === 'Receive') server = this.promoted(server, action.message!.value);
    const interned = this.serverPool.intern(server);
    const book = this.bookPool.intern(this.booked(state.book.value, action, before, server));
    const history = bounds.isPublished ? state.history : this.historyPool.intern(extended(state.history.value, server));
    const messages = this.delivered(state, action, sent);
    const isSame = interned === state.servers[action.server] && messages === state && book === state.book && history === state.history;
    if (isSame) return state;
    const servers = interned === state.servers[action.server] ? state.servers : state.servers.with(action.server, interned);
    return { servers, messages: messages.messages, counts: messages.counts, book, history };
  }

  /** What an answer makes possible happens in the same step. */
  private promoted(server: ModelServer, message: SpecMessage): ModelServer {
    if (message.kind === 'RequestVoteResponse') {
      const outcome = taken(becomeLeader, server, null, this.setting);
      return outcome === null ? server : settled(outcome.server);
    }
    if (!isResponse(message)) return server;
    const commits: SpecAction[] = [];
    this.offerCommit(server, commits);
    return commits.length === 0 ? server : this.run(server, commits[0]!).server;
  }

  private booked(book: Book, action: SpecAction, before: ModelServer, after: ModelServer): Book {
    const { isPublished } = this.bounds;
    let { elections, restarts, asked, pending } = book;
    const id = action.server;
    if (action.name === 'Restart') restarts += 1;
    if (action.name === 'ClientRequest') asked = asked.with(valueNames.indexOf(action.words), 'asked');
    if (!isPublished) return restarts === book.restarts && asked === book.asked ? book : { ...book, restarts, asked };
    if (action.name === 'Timeout') elections += 1;
    if (action.name === 'Restart' || (after.role === 'leader' && before.role !== 'leader')) pending = pending.with(id, []);
    if (action.name === 'AppendEntries') pending = pending.with(id, [...pending[id]!, (action.steps[0]!.subject as { to: ServerId }).to].sort());
    const letter = action.message?.value;
    if (letter?.kind === 'AppendEntriesResponse' && letter.term >= after.currentTerm) pending = pending.with(id, pending[id]!.filter((to) => to !== letter.source));
    if (after.role === 'leader' && after.commitIndex > before.commitIndex) {
      const fresh = after.log.all.slice(before.commitIndex, after.commitIndex).map(({ command }) => command);
      asked = asked.map((now, value) => (now === 'asked' && fresh.includes(valueNames[value]) ? 'committed' : now));
    }
    return { ...book, elections, restarts, asked, pending };
  }

  /** The network behind an action: the state itself when nothing changed in it. */
  private delivered(state: State, { message }: SpecAction, sent: readonly SpecMessage[]): Pick<State, 'messages' | 'counts'> {
    let network: Pick<State, 'messages' | 'counts'> = state;
    if (message !== null && this.bounds.isPublished) network = counted(network, message, -1);
    for (const one of sent) {
      const interned = this.messagePool.intern(one);
      if (this.bounds.isPublished || !network.messages.includes(interned)) network = counted(network, interned, 1);
    }
    return network;
  }

  private network(state: State, { name, message }: SpecAction): State {
    const book = state.book.value;
    const isDrop = name === 'DropMessage';
    const after = isDrop ? { ...book, drops: book.drops + 1 } : { ...book, duplicates: book.duplicates + 1 };
    return { ...state, ...counted(state, message!, isDrop ? -1 : 1), book: this.bookPool.intern(after) };
  }

  fingerprint(state: State, hasher: Parameters<Model<State, SpecAction>['fingerprint']>[1]): void {
    for (const server of state.servers) hasher.part(server);
    hasher.part(state.book);
    hasher.part(state.history);
    state.messages.forEach((message, at) => {
      hasher.part(message);
      hasher.int(state.counts[at]!);
    });
  }

  private allProperties(): readonly Property<State, SpecAction>[] {
    return [
      ...sceneProperties.map((property) => this.always(property)),
      ...stepProperties.map(({ name, check }): Property<State, SpecAction> => ({
        kind: 'always-step',
        name,
        check: (before, action, after) => problem(check(before.servers[action.server]!.value, action.name, after.servers[action.server]!.value)),
      })),
      ...this.reached(),
    ];
  }

  private publishedProperties(): readonly Property<State, SpecAction>[] {
    const leaderHasAllAckedValues: Property<State, SpecAction> = {
      kind: 'always',
      name: 'LeaderHasAllAckedValues',
      check: ({ servers, book }) => {
        const newest = Math.max(...servers.map(({ value }) => value.currentTerm));
        const leaders = servers.filter(({ value }) => value.role === 'leader' && value.currentTerm === newest);
        const lost = book.value.asked.findIndex((asked, value) => asked === 'committed'
          && leaders.some(({ value: { log } }) => !log.all.some(({ command }) => command === valueNames[value])));
        return problem(lost < 0 ? null : `the newest leader does not hold ${valueNames[lost]}, which was committed`);
      },
    };
    return [...[oneLeader, logMatching, noLogDivergence].map((property) => this.always(property)), leaderHasAllAckedValues, ...this.reached()];
  }

  private reached(): readonly Property<State, SpecAction>[] {
    const some = (name: string, is: (server: ModelServer) => boolean): Property<State, SpecAction> =>
      ({ kind: 'sometimes', name, reached: ({ servers }) => servers.some(({ value }) => is(value)) });
    return [
      some('a leader is elected', ({ role }) => role === 'leader'),
      ...(this.bounds.values > 0 ? [some('an entry is committed', ({ commitIndex }) => commitIndex > 0)] : []),
    ];
  }

  private always(property: SceneProperty): Property<State, SpecAction> {
    return {
      kind: 'always',
      name: property.name,
      check: ({ servers, history, messages }) =>
        problem(property.check({ servers: servers.map(({ value }) => value), history: history.value, messages: messages.map(({ value }) => value) }, this.setting)),
    };
  }

  kindOf({ name }: SpecAction): string {
    return name;
  }

  describeAction({ name, server, words }: SpecAction): string {
    return `${name}(${[...(server < 0 ? [] : [String(server)]), ...(words === '' ? [] : [words])].join(', ')})`;
  }

  describeState({ servers, messages, counts, book }: State): Described {
    return {
      servers: servers.map(({ value }) => ({
        role: value.role, currentTerm: value.currentTerm, votedFor: value.votedFor, commitIndex: value.commitIndex, snapshot: value.log.baseIndex,
        log: value.log.all.map(({ term, command }) => `${String(command)}@${term}`),
        votesGranted: value.votesGranted, nextIndex: value.nextIndex, matchIndex: value.matchIndex,
      })),
      messages: messages.map(({ value }, at) => `${counts[at] === 1 ? '' : `${counts[at]} x `}${wordsOf(value)}`),
      asked: book.value.asked,
    };
  }
}

const problem = (detail: string | null): Problem | null => (detail === null ? null : { verdict: 'violation', detail });

/** With its log as plain data. A snapshot just installed brings its content along. */
function settled(server: Parameters<typeof timeout.update>[0], message?: SpecMessage): ModelServer {
  if (server.log instanceof PlainLog) return server as ModelServer;
  const isInstalled = message?.kind === 'InstallSnapshotRequest' && server.log.baseIndex === message.lastIncludedIndex;
  return { ...server, log: plainLog(server.log, isInstalled ? message.content as readonly SpecEntry[] : []) };
}

/** One more or one less of a message. */
function counted({ messages, counts }: Pick<State, 'messages' | 'counts'>, message: Interned<SpecMessage>, change: number): Pick<State, 'messages' | 'counts'> {
  const at = messages.indexOf(message);
  if (at >= 0) return { messages, counts: counts.with(at, counts[at]! + change) };
  let before = messages.findIndex((other) => byHash(message, other) < 0);
  if (before < 0) before = messages.length;
  return { messages: messages.toSpliced(before, 0, message), counts: counts.toSpliced(before, 0, change) };
}

/** Such as `AppendEntriesRequest of term 2, 0 -> 1, behind 0@0: a@2, commit 0`. */
function wordsOf(message: SpecMessage): string {
  const head = `${message.kind} of term ${message.term}, ${message.source} -> ${message.dest}`;
  switch (message.kind) {
    case 'RequestVoteRequest':
      return `${head}, log up to ${message.lastLogIndex}@${message.lastLogTerm}`;
    case 'RequestVoteResponse':
      return `${head}, ${message.voteGranted ? 'granted' : 'refused'}`;
    case 'AppendEntriesRequest': {
      const entries = message.entries.map(({ term, command }) => `${String(command)}@${term}`).join(' ');
      return `${head}, behind ${message.prevLogIndex}@${message.prevLogTerm}: ${entries || 'nothing'}, commit ${message.leaderCommit}`;
    }
    case 'AppendEntriesResponse':
      return `${head}, ${message.success ? `match ${message.matchIndex}` : 'refused'}`;
    case 'InstallSnapshotRequest':
      return `${head}, up to ${message.lastIncludedIndex}@${message.lastIncludedTerm}`;
    case 'InstallSnapshotResponse':
      return `${head}, match ${message.matchIndex}`;
  }
}

const none = 'nothing';

/** @throws ParameterError for what the published model does not have */
export function raftSpec(values: ParameterValues): RaftSpec {
  const bounds: Bounds = {
    servers: numberOf(values, 'servers'),
    elections: numberOf(values, 'elections'),
    restarts: numberOf(values, 'restarts'),
    values: numberOf(values, 'values'),
    duplicates: numberOf(values, 'duplicates'),
    drops: numberOf(values, 'drops'),
    isPublished: flagOf(values, 'published'),
    isJoined: flagOf(values, 'joined'),
    hasSnapshots: flagOf(values, 'snapshots'),
    without: choiceOf(values, 'without') === none ? [] : [choiceOf(values, 'without')],
  };
  if (bounds.isPublished && bounds.hasSnapshots) throw new ParameterError('--snapshots and --published do not go together: the published model has no snapshots');
  if (!bounds.isPublished && bounds.duplicates + bounds.drops > 0) {
    throw new ParameterError('--duplicates and --drops take --published: elsewhere messages stay, and may be delivered any number of times or never');
  }
  return new RaftSpec(bounds);
}

export const definition: ModelDefinition<State, SpecAction> = {
  name: 'raft-spec',
  summary: 'the specification of Raft that every step is held against (docs/specification.md)',
  parameters: [
    { kind: 'number', name: 'servers', help: 'servers', default: 3, min: 1, max: 5 },
    { kind: 'number', name: 'elections', help: 'published: timeouts in all; else no server times out behind this many terms', default: 1, min: 0, max: 8 },
    { kind: 'number', name: 'restarts', help: 'restarts in all', default: 0, min: 0, max: 8 },
    { kind: 'number', name: 'values', help: 'commands that clients ask for, each once', default: 1, min: 0, max: valueNames.length },
    { kind: 'flag', name: 'snapshots', help: 'servers compact their logs and install snapshots' },
    { kind: 'flag', name: 'joined', help: 'a delivery takes over the term, and an answer elects or commits, in the same step' },
    { kind: 'flag', name: 'published', help: 'exactly Raft.tla of raft-tlaplus: counted messages, a request at a time' },
    { kind: 'number', name: 'duplicates', help: 'published: messages that the network duplicates', default: 0, min: 0, max: 8 },
    { kind: 'number', name: 'drops', help: 'published: messages that the network drops', default: 0, min: 0, max: 8 },
    { kind: 'choice', name: 'without', help: 'a rule that is taken out', default: none, choices: [none, ...allRules.map(({ name }) => name)] },
  ],
  moduleUrl: import.meta.url,
  create: raftSpec,
};
