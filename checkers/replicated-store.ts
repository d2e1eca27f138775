/**
 * The store as it must be at every committed index: the model of the service, written again on
 * purpose (a checker that runs the code it checks agrees with its bugs). Replicas, snapshots and
 * acknowledgements are held against it.
 */
import type { NodeId } from '../core/protocol.ts';
import type { Command, InSession, Result } from '../core/kv/command.ts';
import type { LogIndex } from '../core/raft/log.ts';
import type { Began, Kept, Session } from '../core/kv/sessions.ts';
import type { VersionedOperation, VersionedResult } from '../core/kv/versioned.ts';
import type { SortedMap } from '../core/immutable/sorted-map.ts';
import type { ServiceModel } from './prefix.ts';
import { hold, property } from './property.ts';
import { Tail } from './tail.ts';
import { refusalIsSure } from './versioned-answers.ts';
import { isVersioned, isVersionedResult } from './versioned-history.ts';

/** What a replica or a snapshot holds. */
export interface Holding {
  readonly store: { readonly values: SortedMap<string, string>; readonly versions?: SortedMap<string, number> };
  readonly sessions: { readonly byClient: SortedMap<NodeId, Session> };
}

/** The values that something had, each from an index on. */
class Versions<T> {
  private since: LogIndex[] = [];
  private values: T[] = [];

  set(index: LogIndex, value: T): void {
    this.since.push(index);
    this.values.push(value);
  }

  /** The value at an index; undefined before the first one. */
  at(index: LogIndex): T | undefined {
    let i = this.since.length - 1;
    while (i >= 0 && this.since[i]! > index) i--;
    return i < 0 ? undefined : this.values[i];
  }

  /** The value that it had at that index stays. */
  forgetBelow(index: LogIndex): void {
    let first = this.since.length - 1;
    while (first > 0 && this.since[first]! > index) first--;
    if (first <= 0) return;
    this.since = this.since.slice(first);
    this.values = this.values.slice(first);
  }
}

function presentAt<K, T>(all: ReadonlyMap<K, Versions<T | null>>, index: LogIndex): ReadonlyMap<K, T> {
  const present = new Map<K, T>();
  for (const [key, versions] of all) {
    const value = versions.at(index);
    if (value !== undefined && value !== null) present.set(key, value);
  }
  return present;
}

/** What a client was told for its command, and what executing its commands gave last. */
export interface Answer {
  readonly client: string;
  readonly sequence: number;
  readonly result: Result;
  readonly session: Session | undefined;
}

export const acknowledgedIsCommitted = property({
  name: 'Acknowledged Is Committed',
  source: 'Raft, section 8',
  says: 'A client is told that its command is done only when it is committed',
  looksAt: 'ghost',
  check: ({ client, sequence, session }: Answer) =>
    session !== undefined && session.sequence >= sequence
      ? null
      : `${client} was told that its command ${sequence} is done, which is not committed`,
});

export const acknowledgedResult = property({
  name: 'Acknowledged Result',
  source: 'Raft, section 8',
  says: 'A client is told what its command gave when it was executed',
  looksAt: 'ghost',
  check: ({ client, sequence, result, session }: Answer) =>
    session === undefined || session.sequence !== sequence || isSameResult(session.result, result)
      ? null
      : `${client} was told ${JSON.stringify(result)} for its command ${sequence}, which gave ${JSON.stringify(session.result)}`,
});

export const sessionOrder = property({
  name: 'Session Order',
  source: 'dissertation, 6.3',
  says: 'Of a client with several commands in flight each is executed behind all that it asked before, with no gap',
  looksAt: 'ghost',
  check: ({ client, sequence, last }: {
    readonly client: string;
    readonly sequence: number;
    readonly last: number;
  }): string | null =>
    sequence === last + 1
      ? null
      : `command ${sequence} of ${client} is executed when its last one was ${last === 0 ? 'none' : last}: those between would be taken for repetitions`,
});

export const endedIsAgreed = property({
  name: 'Ended Session Is Agreed',
  source: 'dissertation, 6.3',
  says: 'A client is told that its session has ended only when its command was committed and the log had ended the session before',
  looksAt: 'ghost',
  check: ({
    client, sequence, isEnded,
  }: {
    readonly client: string;
    readonly sequence: number;
    readonly isEnded: boolean;
  }): string | null =>
    isEnded
      ? null
      : `${client} was told that its session had ended before its command ${sequence}, and the log says otherwise`,
});

export interface ReadAnswer {
  readonly client: NodeId;
  readonly sequence: number;
  readonly key: string;
  readonly result: Result;
  /** Up to where who answers has executed. */
  readonly index: LogIndex;
  /** How many entries were committed when the client asked. */
  readonly atLeast: LogIndex;
}

/** Without the client's own history: what it must see is what was committed before it asked, by whomever. */
export const readIsFresh = property({
  name: 'Read Is Fresh',
  source: 'dissertation, 6.4',
  says: 'A read shows all that was committed when it was asked, also when it goes around the log',
  looksAt: 'ghost',
  check: ({ model, answer }: { readonly model: ReplicatedStore; readonly answer: ReadAnswer }): string | null =>
    model.differenceInRead(answer),
});

export class ReplicatedStore implements ServiceModel<Holding> {
  private readonly values = new Map<string, Versions<string>>();
  private readonly sessions = new Map<NodeId, Versions<Session | null>>();
  /** Of each client, its last command that was executed, in whichever session. */
  private readonly done = new Map<NodeId, Session>();
  /** Where sessions expire: those that last, and the time, at the last committed entry. */
  private readonly lasting = new Map<NodeId, Session>();
  private timeUs = 0;
  /** Commands that were committed when their session had ended, by client and number. */
  private readonly ended = new Set<string>();
  /** Sessions that were begun, and that ended. */
  readonly sessionCounts = { begun: 0, ended: 0, refused: 0 };
  private readonly commands = new Tail<Command | null>(null);
  /** Where puts name versions: of each key, its version. */
  private readonly keyVersions = new Map<string, Versions<number>>();
  /** Of commands that no session keeps: what each time gave that they were executed, by client and number. */
  private readonly gave = new Map<string, VersionedResult[]>();
  /** Clients follow the servers in the numbers of nodes, and are told as c0, c1 and so on. */
  private readonly servers: number;
  /** What was found equal to the whole state at an index last. */
  private sound: { readonly index: LogIndex; readonly values: unknown; readonly byClient: unknown } = {
    index: 0, values: null, byClient: null,
  };
  /** Commands that were committed although they had been executed already. */
  repetitions = 0;

  constructor(servers: number) {
    this.servers = servers;
  }

  /** The next committed command, in order; null for a no-op. */
  execute(index: LogIndex, command: Command | null): void {
    this.commands.set(index, command);
    if (command === null) return;
    const { client, sequence, inSession, operation, unanswered } = command;
    if (isVersioned(operation))
      return this.executeVersioned(index, client, sequence, operation);
    if (inSession !== undefined) return this.executeInSession(index, command, inSession);
    if (sequence <= (this.sessionAt(client, index)?.sequence ?? 0)) {
      this.repetitions += 1;
      return;
    }
    const before = this.sessionAt(client, index);
    if (unanswered !== undefined)
      hold(sessionOrder, { client: this.nameOf(client), sequence, last: before?.sequence ?? 0 });
    const last = { sequence, result: this.resultOf(index, command) };
    this.keepSession(
      client, index, unanswered === undefined ? last : { ...last, earlier: unansweredOf(before, unanswered) },
    );
  }

  /**
   * Dissertation 6.3, written again: the entry's time ends sessions, begins one, or counts as its client's last word.
   */
  private executeInSession(index: LogIndex, command: Command, { session, timeUs, activeSinceUs }: InSession): void {
    const { client, sequence } = command;
    this.timeUs = Math.max(this.timeUs, timeUs);
    for (const [other, { began }] of this.lasting) {
      if (began!.activeUs >= activeSinceUs) continue;
      this.sessionCounts.ended += 1;
      this.keepSession(other, index, null);
    }
    const present = this.lasting.get(client);
    if (session === 0) {
      if (present !== undefined && present.began!.bySequence >= sequence) return void (this.repetitions += 1);
      this.sessionCounts.begun += 1;
      return this.keepSession(client, index, {
        sequence: sequence - 1, result: null, began: { id: index, bySequence: sequence, activeUs: this.timeUs },
      });
    }
    if (present?.began!.id !== session) {
      this.sessionCounts.refused += 1;
      this.ended.add(`${client} ${sequence}`);
      return;
    }
    const isAgain = sequence <= present.sequence;
    if (isAgain) this.repetitions += 1;
    const last = isAgain ? present : { sequence, result: this.resultOf(index, command) };
    this.keepSession(client, index, {
      sequence: last.sequence, result: last.result, began: { ...present.began!, activeUs: this.timeUs },
    });
  }

  /**
   * MIT 6.5840, written again: a put takes effect where its key has the version that it names, which is then the next
   * one.
   */
  private executeVersioned(index: LogIndex, client: NodeId, sequence: number, operation: VersionedOperation): void {
    const { key } = operation;
    const version = this.keyVersions.get(key)?.at(index) ?? 0;
    let result: VersionedResult;
    if (operation.kind === 'getVersion') result = this.versionedRead(key, index);
    else {
      const matches = operation.version === version;
      result = { told: matches ? 'OK' : version === 0 ? 'ErrNoKey' : 'ErrVersion', version: operation.version };
      if (matches) {
        this.write(key, index, operation.value);
        if (version === 0) this.keyVersions.set(key, new Versions());
        this.keyVersions.get(key)!.set(index, version + 1);
      }
    }
    const name = `${client} ${sequence}`;
    this.gave.set(name, [...(this.gave.get(name) ?? []), result]);
  }

  private versionedRead(key: string, index: LogIndex): VersionedResult {
    const version = this.keyVersions.get(key)?.at(index) ?? 0;
    return version === 0 ? { told: 'ErrNoKey', version } : { told: 'OK', version, value: this.valueAt(key, index)! };
  }

  /** What executing a command with a version gave, each time that it was committed so far. */
  gaveOf(client: NodeId, sequence: number): readonly VersionedResult[] {
    return this.gave.get(`${client} ${sequence}`) ?? [];
  }

  private keepSession(client: NodeId, index: LogIndex, session: Session | null): void {
    let versions = this.sessions.get(client);
    if (versions === undefined) this.sessions.set(client, (versions = new Versions()));
    versions.set(index, session);
    if (session?.began === undefined) this.lasting.delete(client);
    else this.lasting.set(client, session);
    if (session !== null && session.sequence > (this.done.get(client)?.sequence ?? 0)) this.done.set(client, session);
  }

  private resultOf(index: LogIndex, { operation }: Command): Result {
    const present = this.valueAt(operation.key, index) ?? '';
    let result: Result = null;
    if (operation.kind === 'get') result = present;
    if (operation.kind === 'cas') result = present === operation.expected;
    if (operation.kind === 'put' || result === true)
      this.write(operation.key, index, (operation as { value: string }).value);
    if (operation.kind === 'append') this.write(operation.key, index, present + operation.value);
    return result;
  }

  private write(key: string, index: LogIndex, value: string): void {
    let versions = this.values.get(key);
    if (versions === undefined) this.values.set(key, (versions = new Versions()));
    versions.set(index, value);
  }

  private valueAt(key: string, index: LogIndex): string | undefined {
    return this.values.get(key)?.at(index);
  }

  private sessionAt(client: NodeId, index: LogIndex): Session | undefined {
    return this.sessions.get(client)?.at(index) ?? undefined;
  }

  /** All of it at an index, for a person to compare. */
  at(index: LogIndex): {
    readonly values: ReadonlyMap<string, string>;
    readonly versions: ReadonlyMap<string, number>;
    readonly sessions: ReadonlyMap<NodeId, Session>;
  } {
    return {
      values: presentAt(this.values, index), versions: presentAt(this.keyVersions, index),
      sessions: presentAt(this.sessions, index),
    };
  }

  /** What every server has compacted is asked for no more. */
  forgetBelow(index: LogIndex): void {
    this.commands.forgetBelow(index);
    for (const versions of [...this.values.values(), ...this.sessions.values(), ...this.keyVersions.values()])
      versions.forgetBelow(index);
  }

  /** Up to where entries are known to be committed. */
  get committedUpTo(): LogIndex {
    return this.commands.lastIndex;
  }

  /** What a read around the log must give, of the state at `index`; null where it is right. */
  differenceInRead({ client, sequence, key, result, index, atLeast }: ReadAnswer): string | null {
    const who = `${this.nameOf(client)} was told ${JSON.stringify(result)} for its read ${sequence} of ${key}`;
    if (index < atLeast) return `${who}, as it was at index ${index}: when it asked, ${atLeast} entries were committed`;
    // Answered from the log: its session says what it gave.
    if (this.done.get(client)?.sequence === sequence || this.gaveOf(client, sequence).length > 0) return null;
    const expected = isVersionedResult(result) ? this.versionedRead(key, index) : (this.valueAt(key, index) ?? '');
    return isSameResult(result, expected) ? null : `${who}, which was ${JSON.stringify(expected)} at index ${index}`;
  }

  private nameOf(client: NodeId): string {
    return `c${client - this.servers}`;
  }

  /** What a client was told last must be what executing its command gave. */
  acknowledged(client: NodeId, sequence: number, result: Result): void {
    if (isVersionedResult(result)) return this.acknowledgedVersioned(client, sequence, result);
    const last = this.done.get(client);
    const session = last?.earlier?.find((kept) => kept.sequence === sequence) ?? last;
    const answer: Answer = { client: this.nameOf(client), sequence, result, session };
    hold(acknowledgedIsCommitted, answer);
    hold(acknowledgedResult, answer);
  }

  /**
   * It may have been executed several times: what it was told must be what one of them gave, with ErrMaybe for
   * ErrVersion.
   */
  private acknowledgedVersioned(client: NodeId, sequence: number, { told, ...more }: VersionedResult): void {
    const gave = this.gaveOf(client, sequence);
    const result: VersionedResult = { ...more, told: told === 'ErrMaybe' ? 'ErrVersion' : told };
    const given = gave.find((one) => isSameResult(one, result)) ?? gave.at(-1);
    const answer: Answer = {
      client: this.nameOf(client), sequence, result,
      session: given === undefined ? undefined : { sequence, result: given },
    };
    hold(acknowledgedIsCommitted, answer);
    hold(acknowledgedResult, answer);
    hold(refusalIsSure, { client: answer.client, sequence, told, gave });
  }

  /** What a client was told whose session is said to have ended. */
  toldEnded(client: NodeId, sequence: number): void {
    hold(endedIsAgreed, { client: this.nameOf(client), sequence, isEnded: this.ended.has(`${client} ${sequence}`) });
  }

  difference(who: string, from: LogIndex, to: LogIndex, held: Holding): string | null {
    const committed = this.commands.lastIndex;
    if (to < this.commands.firstIndex)
      return `${who} holds the state of index ${to}, and every server had compacted its log up to ${this.commands.firstIndex}`;
    if (to > committed) return `${who} holds the state of index ${to}, and only ${committed} entries are committed`;
    return from === 0 ? this.differenceInWhole(who, to, held) : this.differenceSince(who, from, to, held);
  }

  /**
   * A server that compacts its log holds the very values that its snapshot holds. What is committed up to an index
   * never changes, so that values which were found equal to it once are equal to it still.
   */
  private differenceInWhole(who: string, index: LogIndex, held: Holding): string | null {
    const { values } = held.store;
    const { byClient } = held.sessions;
    const { sound } = this;
    if (sound.index === index && sound.values === values && sound.byClient === byClient) return null;
    const difference = this.differenceInAll(who, index, held);
    if (difference === null) this.sound = { index, values, byClient };
    return difference;
  }

  private differenceSince(who: string, from: LogIndex, to: LogIndex, held: Holding): string | null {
    for (let index = from + 1; index <= to; index++) {
      const command = this.commands.at(index);
      if (command === null || command === undefined) continue;
      // Others' sessions may end by it.
      if (command.inSession !== undefined) return this.differenceInWhole(who, to, held);
      const difference =
        this.differenceInValue(who, to, held, command.operation.key) ??
        this.differenceInSession(who, to, held, command.client);
      if (difference !== null) return difference;
    }
    return null;
  }

  private differenceInAll(who: string, index: LogIndex, held: Holding): string | null {
    let keys = 0;
    for (const [key, versions] of this.values) {
      if (versions.at(index) !== undefined) keys += 1;
      const difference = this.differenceInValue(who, index, held, key);
      if (difference !== null) return difference;
    }
    let clients = 0;
    for (const [client, versions] of this.sessions) {
      if (versions.at(index) != null) clients += 1;
      const difference = this.differenceInSession(who, index, held, client);
      if (difference !== null) return difference;
    }
    const {
      store: { values }, sessions: { byClient },
    } = held;
    if (values.size !== keys) return `${who} holds ${values.size} keys at index ${index}, where there must be ${keys}`;
    return byClient.size === clients
      ? null
      : `${who} holds ${byClient.size} sessions at index ${index}, where there must be ${clients}`;
  }

  private differenceInValue(who: string, index: LogIndex, held: Holding, key: string): string | null {
    const expected = this.valueAt(key, index);
    const value = held.store.values.get(key);
    if (value !== expected)
      return `${who} holds ${key}=${shown(value)} at index ${index}, where it must be ${shown(expected)}`;
    const version = this.keyVersions.get(key)?.at(index);
    const present = held.store.versions?.get(key);
    return present === version
      ? null
      : `${who} holds ${key} with version ${shown(present)} at index ${index}, where it must be ${shown(version)}`;
  }

  private differenceInSession(who: string, index: LogIndex, held: Holding, client: NodeId): string | null {
    const expected = this.sessionAt(client, index);
    const session = held.sessions.byClient.get(client);
    return session?.sequence === expected?.sequence &&
      session?.result === expected?.result &&
      areSameAnswers(session?.earlier, expected?.earlier) &&
      isSameBeginning(session?.began, expected?.began)
      ? null
      : `${who} holds session ${shown(session)} of ${this.nameOf(client)} at index ${index}, where it must be ${shown(expected)}`;
  }
}

/** Dissertation 6.3, written again: what a client has said to have is forgotten, of what was executed before. */
function unansweredOf(before: Session | undefined, unanswered: number): readonly Kept[] {
  if (before === undefined) return [];
  const { sequence, result, earlier = [] } = before;
  return [...earlier, { sequence, result }].filter((kept) => !(kept.sequence < unanswered));
}

const areSameAnswers = (one: readonly Kept[] | undefined, other: readonly Kept[] | undefined): boolean =>
  one === other ||
  (one?.length === other?.length &&
    one?.every((kept, i) => {
      const { sequence, result } = other![i]!;
      return kept.sequence === sequence && isSameResult(kept.result, result);
    }) === true);

const isSameBeginning = (one: Began | undefined, other: Began | undefined): boolean =>
  one === other ||
  (one?.id === other?.id && one?.bySequence === other?.bySequence && one?.activeUs === other?.activeUs);

const isSameResult = (one: Result, other: Result): boolean => (isVersionedResult(one) && isVersionedResult(other)
  ? one.told === other.told && one.version === other.version && one.value === other.value
  : one === other);

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
