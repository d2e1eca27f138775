/**
 * The specification of Raft (checkers/spec/) as a model: its actions, a network, and the properties of what they
 * reach. What a server may do by itself, and what a message makes of it, depends on nothing but the two, and is
 * worked out once for each.
 */
import { taken, type Action } from '../../checkers/spec/action.ts';
import { becomeLeader, requestVote, restart, stepDown, timeout, updateTerm } from '../../checkers/spec/election.ts';
import { PlainLog, plainLog, type SpecEntry } from '../../checkers/spec/log.ts';
import type { SpecMessage } from '../../checkers/spec/message.ts';
import {
  extended,
  logMatching,
  noHistory,
  noLogDivergence,
  oneLeader,
  sceneProperties,
  type History,
  type ModelServer,
  type Scene,
  type SceneProperty,
} from '../../checkers/spec/properties.ts';
import { stepProperties } from '../../checkers/spec/step-properties.ts';
import { aheadConditions, countsItsDisk, type Durable } from '../../checkers/spec/pipelining.ts';
import { handlerOf, isResponse } from '../../checkers/spec/receive.ts';
import {
  advanceCommitIndex,
  appendEntries,
  clientRequest,
  fitConditions,
  type Index,
} from '../../checkers/spec/replication.ts';
import { firstRefusal } from '../../checkers/spec/rule.ts';
import { peersOf, type ServerId, type Setting, type SpecServer } from '../../checkers/spec/server.ts';
import { compact, installSnapshot } from '../../checkers/spec/snapshot.ts';
import { Interner, type Interned } from '../../harness/explore/interner.ts';
import type { Model, Problem, Property } from '../../harness/explore/model.ts';
import type { Described } from '../../harness/text/difference.ts';
import { wordsOf } from './raft-spec-words.ts';

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
  /** Whose step it is; -1 for what the network does. */
  readonly server: ServerId;
  /** The server behind it. */
  readonly after: Interned<ModelServer> | null;
  readonly sent: readonly Interned<SpecMessage>[];
  /** What is delivered, duplicated or dropped. */
  readonly message: Interned<SpecMessage> | null;
  /** The message is not taken from where it was: it can be processed further. */
  readonly leavesMessage: boolean;
  /** To whom it sends, which value is asked for: what the bounds look at. */
  readonly to: ServerId;
  readonly value: number;
  readonly words: string;
}

/** What a server may do by itself, whatever the others do. */
interface Own {
  readonly restart: SpecAction | null;
  readonly timeout: SpecAction | null;
  readonly others: readonly SpecAction[];
  /** By value. */
  readonly requests: readonly SpecAction[];
  readonly sends: readonly SpecAction[];
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
  readonly isEager: boolean;
  readonly hasSnapshots: boolean;
  readonly hasStepDown: boolean;
  readonly isPipelined: boolean;
  readonly without: readonly string[];
}

/**
 * What Figure 2 has and the published model has not: there an AppendEntries cuts whatever follows it, and what it or
 * an answer says is taken as it is. With one request at a time for each follower, each delivered once, that is safe.
 */
const notInPublished: readonly string[] = [
  'HandleAppendEntriesRequest: only a conflict cuts the log',
  'HandleAppendEntriesRequest: commitIndex never falls',
  'HandleAppendEntriesResponse: matchIndex never falls',
];

const logViews = new Map<object, (value: never) => unknown>([
  [PlainLog.prototype, ({ all, baseIndex }: PlainLog) => [baseIndex, all]],
]);
/** Commands are letters. */
export const valueNames = 'abcdefgh';

const byHash = (a: Interned<unknown>, b: Interned<unknown>): number => a.hi - b.hi || a.lo - b.lo;

export class RaftSpec implements Model<State, SpecAction> {
  readonly properties: readonly Property<State, SpecAction>[];
  readonly setting: Setting;
  readonly kindWeights: Readonly<Record<string, number>> = {
    Receive: 60,
    UpdateTerm: 60,
    AppendEntries: 20,
    ClientRequest: 6,
    BecomeLeader: 30,
    AdvanceCommitIndex: 20,
    Timeout: 3,
    Restart: 1,
    Compact: 4,
    InstallSnapshot: 20,
    Persist: 30,
  };
  private readonly bounds: Bounds;
  private readonly ids: readonly ServerId[];
  private readonly serverPool = new Interner<ModelServer>(logViews);
  private readonly messagePool = new Interner<SpecMessage>();
  private readonly bookPool = new Interner<Book>();
  private readonly historyPool = new Interner<History>();
  private lastScene: { readonly state: State; readonly scene: Scene } | null = null;
  /** By the small number of the server, and of the message: worked out once. */
  private readonly own: (Own | undefined)[] = [];
  private readonly receipts: (Map<number, readonly SpecAction[]> | undefined)[] = [];

  constructor(bounds: Bounds) {
    this.bounds = bounds;
    this.ids = Array.from({ length: bounds.servers }, (_, id) => id);
    this.setting = {
      servers: bounds.servers,
      without: new Set(bounds.isPublished ? [...notInPublished, ...bounds.without] : bounds.without),
    };
    this.properties = bounds.isPublished ? this.publishedProperties() : this.allProperties();
  }

  initialStates(): readonly State[] {
    const { ids } = this;
    const server = (id: ServerId): ModelServer => ({
      id,
      role: 'follower',
      currentTerm: 1,
      votedFor: null,
      log: new PlainLog(),
      commitIndex: 0,
      votesGranted: [],
      nextIndex: ids.map(() => 1),
      matchIndex: ids.map(() => 0),
      ...(this.bounds.isPipelined ? { disk: { currentTerm: 1, votedFor: null, log: new PlainLog() } } : {}),
    });
    const asked = Array.from({ length: this.bounds.values }, () => 'no' as const);
    const book: Book = { elections: 0, restarts: 0, duplicates: 0, drops: 0, asked, pending: ids.map(() => []) };
    return [
      {
        servers: ids.map((id) => this.serverPool.intern(server(id))),
        messages: [],
        counts: [],
        book: this.bookPool.intern(book),
        history: this.historyPool.intern(noHistory),
      },
    ];
  }

  actions(state: State): readonly SpecAction[] {
    const enabled: SpecAction[] = [];
    const book = state.book.value;
    for (const server of state.servers) this.offerOwn(state, book, this.ownOf(server), enabled);
    state.messages.forEach((message, at) => {
      this.offerMessage(
        book,
        message,
        state.counts[at]!,
        this.receiptsOf(state.servers[message.value.dest]!, message),
        enabled,
      );
    });
    return enabled;
  }

  private offerOwn(state: State, book: Book, own: Own, enabled: SpecAction[]): void {
    const { bounds } = this;
    if (own.restart !== null && book.restarts < bounds.restarts) enabled.push(own.restart);
    if (own.timeout !== null && this.mayTimeOut(state, book, own.timeout)) enabled.push(own.timeout);
    enabled.push(...own.others);
    for (const request of own.requests) if (book.asked[request.value] === 'no') enabled.push(request);
    if (bounds.isEager) return;
    for (const send of own.sends) {
      // Sending again what was sent changes nothing in a set. The published model forbids it for heartbeats, and
      // sends one at a time.
      const isAgain = state.messages.includes(send.sent[0]!);
      if (
        bounds.isPublished ? !book.pending[send.server]!.includes(send.to) && (!isAgain || send.value > 0) : !isAgain
      )
        enabled.push(send);
    }
  }

  private mayTimeOut(state: State, book: Book, { after, sent }: SpecAction): boolean {
    const { isPublished, elections } = this.bounds;
    if (!isPublished) return after!.value.currentTerm <= elections + 1;
    return book.elections < elections && !sent.some((message) => state.messages.includes(message));
  }

  private offerMessage(
    book: Book,
    message: Interned<SpecMessage>,
    count: number,
    receipts: readonly SpecAction[],
    enabled: SpecAction[],
  ): void {
    const { bounds } = this;
    // UpdateTerm leaves the message where it is, and in the published model takes it from where it was, too.
    for (const receipt of receipts) if (count > 0 || receipt.leavesMessage) enabled.push(receipt);
    if (book.duplicates < bounds.duplicates) enabled.push(this.ofNetwork('DuplicateMessage', message));
    if (count > 0 && book.drops < bounds.drops) enabled.push(this.ofNetwork('DropMessage', message));
  }

  private ofNetwork(name: string, message: Interned<SpecMessage>): SpecAction {
    return {
      name,
      server: -1,
      after: null,
      sent: [],
      message,
      leavesMessage: false,
      to: -1,
      value: -1,
      words: wordsOf(message.value),
    };
  }

  /**
   * An action of the specification, or several in one step, with what they lead to; null when the first is refused.
   */
  private step(
    name: string,
    server: ModelServer,
    steps: readonly Step[],
    rest: Partial<SpecAction>,
  ): SpecAction | null {
    let after = server;
    const sent: Interned<SpecMessage>[] = [];
    for (const [index, { action, subject }] of steps.entries()) {
      const isHeldBack = server.disk !== undefined && this.waitsForDisk(action, after, subject, server.disk);
      const outcome = isHeldBack ? null : taken(action as Action<unknown>, after, subject, this.setting);
      if (outcome === null && index === 0) return null;
      if (outcome === null) continue;
      after = settled(outcome.server, subject);
      if (server.disk !== undefined) after = { ...after, disk: server.disk };
      for (const message of outcome.sent)
        if (this.mayLeave(after, message)) sent.push(this.messagePool.intern(message));
    }
    return {
      name,
      server: server.id,
      after: this.serverPool.intern(after),
      sent,
      message: null,
      leavesMessage: false,
      to: -1,
      value: -1,
      words: '',
      ...rest,
    };
  }

  private waitsForDisk(action: Action<never>, server: ModelServer, subject: unknown, disk: Durable): boolean {
    if ((action as Action<never> | typeof advanceCommitIndex) !== advanceCommitIndex) return false;
    return firstRefusal([countsItsDisk], server, { ...(subject as Index), disk }, this.setting) !== null;
  }

  /** What may not is as good as lost: once the disk has it, whoever is asked again says it. */
  private mayLeave(server: ModelServer, message: SpecMessage): boolean {
    const { disk } = server;
    return disk === undefined || firstRefusal(aheadConditions, server, { message, disk }, this.setting) === null;
  }

  /** All that the server has written becomes durable. */
  private persisted(server: ModelServer): SpecAction | null {
    const { disk, currentTerm, votedFor, log } = server;
    if (disk === undefined) return null;
    if (disk.currentTerm === currentTerm && disk.votedFor === votedFor && disk.log === log) return null;
    return {
      name: 'Persist',
      server: server.id,
      after: this.serverPool.intern({ ...server, disk: { currentTerm, votedFor, log } }),
      sent: [],
      message: null,
      leavesMessage: false,
      to: -1,
      value: -1,
      words: '',
    };
  }

  private ownOf(server: Interned<ModelServer>): Own {
    let own = this.own[server.id];
    if (own === undefined) this.own[server.id] = own = this.makeOwn(server.value);
    return own;
  }

  private makeOwn(server: ModelServer): Own {
    const { bounds, setting } = this;
    const one = <Subject>(action: Action<Subject>, subject: Subject, rest: Partial<SpecAction>): SpecAction | null =>
      this.step(action.name, server, [stepOf(action, subject)], rest);
    const peers = peersOf(server.id, setting);
    const term = `of term ${server.currentTerm + 1}`;
    // All peers are asked at once, as in the published model; messages that stay need not be delivered.
    const candidacy = [stepOf(timeout, null), ...peers.map((to) => stepOf(requestVote, { to }))];
    const indexes = Array.from({ length: server.log.lastIndex }, (_, at) => at + 1);
    const commits = indexes
      .map((index) => one(advanceCommitIndex, { index }, { words: `to ${index}` }))
      .filter((action) => action !== null);
    const compactions = bounds.hasSnapshots
      ? indexes.map((index) => one(compact, { index }, { words: `up to ${index}` }))
      : [];
    const stepDowns = bounds.hasStepDown ? one(stepDown, null, {}) : null;
    return {
      restart: this.step(restart.name, crashed(server), [stepOf(restart, null)], {}),
      timeout: this.step('Timeout', server, candidacy, { words: term }),
      // Any index that the guards allow; in the published model the highest.
      others: [
        one(becomeLeader, null, {}),
        ...(bounds.isPublished ? commits.slice(-1) : commits),
        ...compactions,
        stepDowns,
        this.persisted(server),
      ].filter((action) => action !== null),
      requests: Array.from({ length: bounds.values }, (_, value) =>
        one(clientRequest, { command: valueNames[value]! }, { value, words: valueNames[value]! }),
      ).filter((action) => action !== null),
      sends: peers
        .flatMap((to) => this.sendsOf(server, to, one))
        .filter((action) => action !== null)
        .filter(({ sent }) => sent.length > 0),
    };
  }

  private sendsOf(
    server: ModelServer,
    to: ServerId,
    one: <Subject>(action: Action<Subject>, subject: Subject, rest: Partial<SpecAction>) => SpecAction | null,
  ): readonly (SpecAction | null)[] {
    const { bounds, setting } = this;
    const { log, nextIndex, commitIndex } = server;
    const last = Math.min(log.lastIndex, nextIndex[to]!);
    const count = Math.max(0, last - nextIndex[to]! + 1);
    // Figure 2 sends commitIndex, raft.tla no more than the last entry sent.
    const told = setting.without.has('AppendEntries: leaderCommit is commitIndex') ? log.lastIndex : commitIndex;
    const leaderCommit = bounds.isPublished ? Math.min(commitIndex, last) : told;
    const rest = { to, value: count, words: `to ${to}` };
    const behind = `to ${to}, behind ${nextIndex[to]! - 1}`;
    const sends = [
      one(
        appendEntries,
        { to, count, leaderCommit },
        { ...rest, words: `${behind}: ${count === 0 ? 'nothing' : `entry ${last}`}` },
      ),
    ];
    if (bounds.isPublished) return sends;
    // A heartbeat in spite of entries that could be sent, and the votes that a candidate asks for again.
    if (count > 0)
      sends.push(one(appendEntries, { to, count: 0, leaderCommit }, { ...rest, words: `${behind}: nothing` }));
    if (log.baseIndex > 0) sends.push(one(installSnapshot, { to, content: log.all.slice(0, log.baseIndex) }, rest));
    return [...sends, one(requestVote, { to }, rest)];
  }

  private receiptsOf(server: Interned<ModelServer>, message: Interned<SpecMessage>): readonly SpecAction[] {
    let known = this.receipts[server.id];
    if (known === undefined) this.receipts[server.id] = known = new Map();
    let receipts = known.get(message.id);
    if (receipts === undefined) known.set(message.id, (receipts = this.makeReceipts(server.value, message)));
    return receipts;
  }

  private makeReceipts(server: ModelServer, message: Interned<SpecMessage>): readonly SpecAction[] {
    const { value } = message;
    const words = wordsOf(value);
    const [update, handle] = [stepOf(updateTerm, value), stepOf(handlerOf(value), value)];
    const isNewer = taken(updateTerm, server, value, this.setting) !== null;
    if (this.bounds.isJoined) {
      const joined = this.step('Receive', server, isNewer ? [update, handle] : [handle], { message, words });
      return joined === null ? [] : [this.promoted(joined, value)];
    }
    const handled = this.isStuck(server, value) ? null : this.step('Receive', server, [handle], { message, words });
    return [
      isNewer ? this.step('UpdateTerm', server, [update], { message, leavesMessage: true, words }) : null,
      handled,
    ].filter((action) => action !== null);
  }

  /** What an answer makes possible happens in the same step. */
  private promoted(receipt: SpecAction, message: SpecMessage): SpecAction {
    if (!isResponse(message)) return receipt;
    const next = this.ownOf(receipt.after!).others.findLast(
      ({ name }) => name === (message.kind === 'RequestVoteResponse' ? 'BecomeLeader' : 'AdvanceCommitIndex'),
    );
    return next === undefined ? receipt : { ...receipt, after: next.after };
  }

  /** The published model has no action for a candidate that is sent entries that do not fit. */
  private isStuck(server: ModelServer, message: SpecMessage): boolean {
    return (
      this.bounds.isPublished &&
      message.kind === 'AppendEntriesRequest' &&
      server.role === 'candidate' &&
      message.term === server.currentTerm &&
      firstRefusal(fitConditions, server, message, this.setting) !== null
    );
  }

  next(state: State, action: SpecAction): State {
    const { bounds } = this;
    if (action.server < 0) return this.network(state, action);
    const [before, after] = [state.servers[action.server]!, action.after!];
    const booked = this.booked(state.book.value, action, before.value, after.value);
    const book = booked === state.book.value ? state.book : this.bookPool.intern(booked);
    const known = state.history.value;
    const told = bounds.isPublished ? known : extended(known, after.value);
    const history = told === known ? state.history : this.historyPool.intern(told);
    const network = this.delivered(state, action);
    if (after === before && network === state && book === state.book && history === state.history) return state;
    return {
      servers: state.servers.with(action.server, after),
      messages: network.messages,
      counts: network.counts,
      book,
      history,
    };
  }

  private booked(book: Book, action: SpecAction, before: ModelServer, after: ModelServer): Book {
    const { isPublished } = this.bounds;
    let { elections, restarts, asked, pending } = book;
    const id = action.server;
    if (action.name === 'Restart') restarts += 1;
    if (action.name === 'ClientRequest') asked = asked.with(action.value, 'asked');
    if (!isPublished) return restarts === book.restarts && asked === book.asked ? book : { ...book, restarts, asked };
    if (action.name === 'Timeout') elections += 1;
    if (action.name === 'Restart' || (after.role === 'leader' && before.role !== 'leader'))
      pending = pending.with(id, []);
    if (action.name === 'AppendEntries') pending = pending.with(id, [...pending[id]!, action.to].sort());
    const letter = action.message?.value;
    if (letter?.kind === 'AppendEntriesResponse' && !action.leavesMessage)
      pending = pending.with(
        id,
        pending[id]!.filter((to) => to !== letter.source),
      );
    if (after.role === 'leader' && after.commitIndex > before.commitIndex) {
      const fresh = after.log.all.slice(before.commitIndex, after.commitIndex).map(({ command }) => command);
      asked = asked.map((now, value) => (now === 'asked' && fresh.includes(valueNames[value]) ? 'committed' : now));
    }
    return { ...book, elections, restarts, asked, pending };
  }

  /** The network behind an action: the state itself when nothing changed in it. */
  private delivered(state: State, { message, leavesMessage, sent, after }: SpecAction): Network {
    let network: Network = state;
    if (this.bounds.isPublished) {
      if (message !== null && !leavesMessage) network = counted(network, message, -1);
      for (const one of sent) network = counted(network, one, 1);
      return network;
    }
    const fresh = this.bounds.isEager ? [...sent, ...this.ownOf(after!).sends.map((send) => send.sent[0]!)] : sent;
    for (const one of fresh) if (!network.messages.includes(one)) network = counted(network, one, 1);
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
        check: (before, action, after) =>
          problem(check(beforeThat(before, action), action.name, after.servers[action.server]!.value)),
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
        const lost = book.value.asked.findIndex(
          (asked, value) =>
            asked === 'committed' &&
            leaders.some(({ value: { log } }) => !log.all.some(({ command }) => command === valueNames[value])),
        );
        return problem(lost < 0 ? null : `the newest leader does not hold ${valueNames[lost]}, which was committed`);
      },
    };
    return [
      ...[oneLeader, logMatching, noLogDivergence].map((property) => this.always(property)),
      leaderHasAllAckedValues,
      ...this.reached(),
    ];
  }

  private reached(): readonly Property<State, SpecAction>[] {
    const some = (name: string, is: (server: ModelServer) => boolean): Property<State, SpecAction> => ({
      kind: 'sometimes',
      name,
      reached: ({ servers }) => servers.some(({ value }) => is(value)),
    });
    return [
      some('a leader is elected', ({ role }) => role === 'leader'),
      ...(this.bounds.values > 0 ? [some('an entry is committed', ({ commitIndex }) => commitIndex > 0)] : []),
    ];
  }

  private always(property: SceneProperty): Property<State, SpecAction> {
    return {
      kind: 'always',
      name: property.name,
      check: (state) => problem(property.check(this.sceneOf(state), this.setting)),
    };
  }

  /** Every property looks at the same state in turn. */
  private sceneOf(state: State): Scene {
    if (this.lastScene?.state !== state) {
      const { servers, history, messages } = state;
      this.lastScene = {
        state,
        scene: {
          servers: servers.map(({ value }) => value),
          history: history.value,
          messages: messages.map(({ value }) => value),
        },
      };
    }
    return this.lastScene.scene;
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
        role: value.role,
        currentTerm: value.currentTerm,
        votedFor: value.votedFor,
        commitIndex: value.commitIndex,
        snapshot: value.log.baseIndex,
        log: value.log.all.map(({ term, command }) => `${String(command)}@${term}`),
        votesGranted: value.votesGranted,
        nextIndex: value.nextIndex,
        matchIndex: value.matchIndex,
        ...(value.disk === undefined ? {} : { disk: diskOf(value.disk) }),
      })),
      messages: messages.map(({ value }, at) => `${counts[at] === 1 ? '' : `${counts[at]} x `}${wordsOf(value)}`),
      asked: book.value.asked,
    };
  }
}

const diskOf = ({ currentTerm, votedFor, log }: NonNullable<ModelServer['disk']>): Described => ({
  currentTerm,
  votedFor,
  log: log.all.map(({ term, command }) => `${String(command)}@${term}`),
});

const problem = (detail: string | null): Problem | null => (detail === null ? null : { verdict: 'violation', detail });

interface Step {
  readonly action: Action<never>;
  readonly subject: unknown;
}

const stepOf = <Subject>(action: Action<Subject>, subject: Subject): Step => ({
  action: action as Action<never>,
  subject,
});

/** What its disk has, and all else as it was. */
const crashed = (server: ModelServer): ModelServer =>
  server.disk === undefined ? server : { ...server, ...server.disk };

/** What a restart takes is no step of the server's. */
function beforeThat({ servers }: State, { name, server }: SpecAction): ModelServer {
  const { value } = servers[server]!;
  return name === 'Restart' ? crashed(value) : value;
}

/** With its log as plain data. A snapshot just installed brings its content along. */
function settled(server: SpecServer, subject: unknown): ModelServer {
  if (server.log instanceof PlainLog) return server as ModelServer;
  const message = subject as SpecMessage | null;
  const isInstalled = message?.kind === 'InstallSnapshotRequest' && server.log.baseIndex === message.lastIncludedIndex;
  return { ...server, log: plainLog(server.log, isInstalled ? (message.content as readonly SpecEntry[]) : []) };
}

type Network = Pick<State, 'messages' | 'counts'>;

/** One more or one less of a message. */
function counted({ messages, counts }: Network, message: Interned<SpecMessage>, change: number): Network {
  const at = messages.indexOf(message);
  if (at >= 0) return { messages, counts: counts.with(at, counts[at]! + change) };
  let before = messages.findIndex((other) => byHash(message, other) < 0);
  if (before < 0) before = messages.length;
  return { messages: messages.toSpliced(before, 0, message), counts: counts.toSpliced(before, 0, change) };
}
