/**
 * The store as it must be at every committed index: the model of the service, written again on
 * purpose (a checker that runs the code it checks agrees with its bugs). Replicas, snapshots and
 * acknowledgements are held against it.
 */
import type { NodeId } from '../core/protocol.ts';
import type { Command, Result } from '../core/kv/command.ts';
import type { LogIndex } from '../core/raft/log.ts';
import type { Session } from '../core/kv/sessions.ts';
import type { SortedMap } from '../core/immutable/sorted-map.ts';
import { mustHold } from './checker.ts';

/** What a replica or a snapshot holds. */
export interface Holding {
  readonly store: { readonly values: SortedMap<string, string> };
  readonly sessions: { readonly byClient: SortedMap<NodeId, Session> };
}

/** The values that something had, each from an index on. */
class Versions<T> {
  private readonly since: LogIndex[] = [];
  private readonly values: T[] = [];

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
}

function presentAt<K, T>(all: ReadonlyMap<K, Versions<T>>, index: LogIndex): ReadonlyMap<K, T> {
  const present = new Map<K, T>();
  for (const [key, versions] of all) {
    const value = versions.at(index);
    if (value !== undefined) present.set(key, value);
  }
  return present;
}

export class ReplicatedStore {
  private readonly values = new Map<string, Versions<string>>();
  private readonly sessions = new Map<NodeId, Versions<Session>>();
  private readonly commands: (Command | null)[] = [null];
  /** Clients follow the servers in the numbers of nodes, and are told as c0, c1 and so on. */
  private readonly servers: number;
  /** Commands that were committed although they had been executed already. */
  repetitions = 0;

  constructor(servers: number) {
    this.servers = servers;
  }

  /** The next committed command, in order; null for a no-op. */
  execute(index: LogIndex, command: Command | null): void {
    this.commands[index] = command;
    if (command === null) return;
    const { client, sequence, operation } = command;
    if (sequence <= (this.sessionAt(client, index)?.sequence ?? 0)) {
      this.repetitions += 1;
      return;
    }
    const present = this.valueAt(operation.key, index) ?? '';
    let result: Result = null;
    if (operation.kind === 'get') result = present;
    if (operation.kind === 'cas') result = present === operation.expected;
    if (operation.kind === 'put' || result === true) this.write(operation.key, index, (operation as { value: string }).value);
    if (operation.kind === 'append') this.write(operation.key, index, present + operation.value);
    let versions = this.sessions.get(client);
    if (versions === undefined) this.sessions.set(client, versions = new Versions());
    versions.set(index, { sequence, result });
  }

  private write(key: string, index: LogIndex, value: string): void {
    let versions = this.values.get(key);
    if (versions === undefined) this.values.set(key, versions = new Versions());
    versions.set(index, value);
  }

  private valueAt(key: string, index: LogIndex): string | undefined {
    return this.values.get(key)?.at(index);
  }

  private sessionAt(client: NodeId, index: LogIndex): Session | undefined {
    return this.sessions.get(client)?.at(index);
  }

  /** All of it at an index, for a person to compare. */
  at(index: LogIndex): { readonly values: ReadonlyMap<string, string>; readonly sessions: ReadonlyMap<NodeId, Session> } {
    return { values: presentAt(this.values, index), sessions: presentAt(this.sessions, index) };
  }

  private nameOf(client: NodeId): string {
    return `c${client - this.servers}`;
  }

  /** What a client was told last must be what executing its command gave. */
  acknowledged(client: NodeId, sequence: number, result: Result): void {
    const session = this.sessionAt(client, Infinity);
    mustHold('Acknowledged Is Committed', session !== undefined && session.sequence >= sequence, () =>
      `${this.nameOf(client)} was told that its command ${sequence} is done, which is not committed`);
    mustHold('Acknowledged Result', session!.sequence > sequence || session!.result === result, () =>
      `${this.nameOf(client)} was told ${JSON.stringify(result)} for its command ${sequence}, which gave ${JSON.stringify(session!.result)}`);
  }

  /** Compares only what the commands of (from, to] touched: enough when all was equal at `from`. */
  mustEqualAfter(who: string, from: LogIndex, to: LogIndex, held: Holding): void {
    for (let index = from + 1; index <= to; index++) {
      const command = this.commands[index];
      if (command === null || command === undefined) continue;
      this.valueMustEqual(who, to, held, command.operation.key);
      this.sessionMustEqual(who, to, held, command.client);
    }
  }

  /** Compares everything. `property` names what is broken when it differs. */
  mustEqual(who: string, index: LogIndex, held: Holding, property = 'Equal Replicas'): void {
    let keys = 0;
    for (const [key, versions] of this.values) {
      if (versions.at(index) !== undefined) keys += 1;
      this.valueMustEqual(who, index, held, key, property);
    }
    let clients = 0;
    for (const [client, versions] of this.sessions) {
      if (versions.at(index) !== undefined) clients += 1;
      this.sessionMustEqual(who, index, held, client, property);
    }
    mustHold(property, held.store.values.size === keys, () => `${who} holds ${held.store.values.size} keys at index ${index}, where there must be ${keys}`);
    mustHold(property, held.sessions.byClient.size === clients, () => `${who} holds ${held.sessions.byClient.size} sessions at index ${index}, where there must be ${clients}`);
  }

  private valueMustEqual(who: string, index: LogIndex, held: Holding, key: string, property = 'Equal Replicas'): void {
    const expected = this.valueAt(key, index);
    const value = held.store.values.get(key);
    mustHold(property, value === expected, () => `${who} holds ${key}=${shown(value)} at index ${index}, where it must be ${shown(expected)}`);
  }

  private sessionMustEqual(who: string, index: LogIndex, held: Holding, client: NodeId, property = 'Equal Replicas'): void {
    const expected = this.sessionAt(client, index);
    const session = held.sessions.byClient.get(client);
    const isEqual = session?.sequence === expected?.sequence && session?.result === expected?.result;
    mustHold(property, isEqual, () => `${who} holds session ${shown(session)} of ${this.nameOf(client)} at index ${index}, where it must be ${shown(expected)}`);
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
