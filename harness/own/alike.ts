/**
 * Servers that are said to be alike: each may take the name of another one of its group, and does the same under it.
 * Where nodes stand in the data is told by the names of fields. That they are alike is a claim about code that may be
 * broken, so it is held against it: every step is taken under other names too, and must come to the same.
 */
import { Violated } from '../../checkers/checker.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { AnyEffect, AnyEvent, AnyProcess } from '../system.ts';
import { StructuralHasher } from '../explore/fingerprint.ts';
import type { ClientHistory } from '../explore/linearizable.ts';
import { permutations } from '../explore/symmetry.ts';
import type { Renamer, Renaming } from '../explore/untimed/system.ts';
import { keptClients, type KeptClient } from './client-process.ts';
import type { ReadyClient } from './client.ts';

/** Fields of states, messages, writes, operations and replies, wherever they stand. */
export interface NodeFields {
  /** With a node in them, nodes in a list or a set, or a record or a map by node. */
  readonly nodes?: readonly string[];
  /** With nodes in a list that is kept in the order of their numbers. */
  readonly sorted?: readonly string[];
  /** With a list that has one item for each server. */
  readonly perServer?: readonly string[];
}

/** What a user says of it, with the world that it is for. */
export interface Alike extends NodeFields {
  readonly groups: readonly (readonly NodeId[])[];
}

type Histories = readonly ClientHistory<unknown, unknown>[];

/** More would take longer to make than they save. */
const renamingsMax = 5040;

/** Plain data with other names for nodes. */
class Namer {
  private readonly nodes: ReadonlySet<string>;
  private readonly sorted: ReadonlySet<string>;
  private readonly perServer: ReadonlySet<string>;

  constructor({ nodes = [], sorted = [], perServer = [] }: NodeFields) {
    [this.nodes, this.sorted, this.perServer] = [new Set(nodes), new Set(sorted), new Set(perServer)];
  }

  renamed(value: unknown, names: Renaming): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.renamed(item, names));
    if (value instanceof Set) return new Set([...value].map((item) => this.renamed(item, names)));
    if (value instanceof Map)
      return new Map([...value].map(([key, item]) => [this.renamed(key, names), this.renamed(item, names)]));
    return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, this.field(field, item, names)]));
  }

  private field(field: string, value: unknown, names: Renaming): unknown {
    if (this.nodes.has(field)) return this.named(value, names);
    if (this.sorted.has(field) && Array.isArray(value))
      return (this.named(value, names) as number[]).sort((a, b) => a - b);
    if (this.perServer.has(field) && Array.isArray(value)) return this.moved(value, names);
    return this.renamed(value, names);
  }

  private named(value: unknown, names: Renaming): unknown {
    if (typeof value === 'number') return names[value] ?? value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.named(item, names));
    if (value instanceof Set) return new Set([...value].map((item) => this.named(item, names)));
    if (value instanceof Map)
      return new Map([...value].map(([key, item]) => [this.named(key, names), this.renamed(item, names)]));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [names[Number(key)] ?? key, this.renamed(item, names)]),
    );
  }

  private moved(list: readonly unknown[], names: Renaming): readonly unknown[] {
    const moved = list.slice();
    list.forEach((item, server) => void (moved[names[server] ?? server] = this.renamed(item, names)));
    return moved;
  }
}

/** What breaks when servers are said to be alike and are not. */
const serversAlike = 'Servers Alike';

/** What bounds a search: it must not tell servers apart either. */
export interface HeldBounds {
  within(node: NodeId, state: unknown): boolean;
  timers(node: NodeId, state: unknown, timer: string): boolean;
}

/** Moments that are looked at under every name: they are many, and what tells servers apart does it soon. */
const momentsHeld = 2000;

export interface AlikeOptions {
  readonly servers: number;
  /** Whom the ready client asks; null for a client of the user's, whose state is renamed as data. */
  readonly asks: readonly NodeId[] | null;
  /** Of all clients: a name in one of them must stay. */
  readonly operations: readonly unknown[];
  readonly describe: (node: NodeId, state: unknown) => unknown;
}

export class Symmetry {
  /** The first one is the identity. */
  readonly renamings: readonly Renaming[];
  readonly renamer: Renamer<Histories>;
  private readonly namer: Namer;
  private readonly options: AlikeOptions;
  private readonly structural = new StructuralHasher(new Map(), false);
  /** As few as make all of them. */
  private readonly generators: readonly Renaming[];
  private moments = 0;

  constructor(alike: Alike, options: AlikeOptions) {
    this.namer = new Namer(alike);
    this.options = options;
    const identity = Array.from({ length: options.servers }, (_, node) => node);
    const all = alike.groups.reduce<readonly Renaming[]>(
      (soFar, group) =>
        soFar.flatMap((names) => namingsOf(group).map((own) => names.map((name, node) => own.get(node) ?? name))),
      [identity],
    );
    if (all.length > renamingsMax)
      throw new TypeError(`${all.length} renamings are too many: take fewer servers, or smaller groups`);
    this.renamings = all.filter((names) => this.isKept(names));
    // Neighbours that change names make every order of a group; where clients allow less, all of that is looked at.
    const neighbours = alike.groups.flatMap((group) =>
      group
        .slice(1)
        .map((node, place) =>
          identity.map((name) => (name === node ? group[place]! : name === group[place] ? node : name)),
        ),
    );
    this.generators = this.renamings.length === all.length ? neighbours : this.renamings.slice(1);
    this.renamer = {
      state: (state, names) => this.stateIn(state, names),
      durable: (durable, names) => this.namer.renamed(durable, names),
      message: (message, names) => this.namer.renamed(message, names),
      ghost: (histories, names) =>
        histories.map(({ completed, inFlight }) => ({
          completed: completed.map((one) => ({
            ...one, input: this.namer.renamed(one.input, names), output: this.namer.renamed(one.output, names),
          })),
          inFlight: inFlight === null ? null : { ...inFlight, input: this.namer.renamed(inFlight.input, names) },
        })),
    };
  }

  /** Clients ask on in a ring, which must stay one, and what they ask names nobody else. */
  private isKept(names: Renaming): boolean {
    const { asks, operations } = this.options;
    const turns = new Set(
      (asks ?? []).map((node, place) => (this.placeOf(names[node] ?? node) - place + asks!.length) % asks!.length),
    );
    return (
      turns.size <= 1 &&
      !turns.has(Number.NaN) &&
      operations.every(
        (operation) =>
          this.structural.nameOf(this.namer.renamed(operation, names)) === this.structural.nameOf(operation),
      )
    );
  }

  /** NaN for a server that no client asks. */
  private placeOf(node: NodeId): number {
    const place = this.options.asks!.indexOf(node);
    return place < 0 ? Number.NaN : place;
  }

  private stateIn(state: unknown, names: Renaming): unknown {
    const { asks } = this.options;
    if (asks === null || !keptClients.is(state)) return this.namer.renamed(state, names);
    const kept = state as KeptClient;
    const ready = kept.$client as ReadyClient<unknown>;
    const target = this.placeOf(names[asks[ready.target]!] ?? asks[ready.target]!);
    return { ...kept, $client: { ...(this.namer.renamed(ready, names) as object), target } };
  }

  /** The same process, which says when a step of it, or what bounds the search, is another one under other names. */
  held(processes: readonly AnyProcess[], bounds: HeldBounds): readonly AnyProcess[] {
    return processes.map((process, node) => ({
      ...process,
      boot: (durable) => {
        // A client starts once: whom it asks first is where a search begins, and no step of it.
        if (node >= this.options.servers) return process.boot(durable);
        const made = this.same(
          node, processes, null, process.boot(durable),
          (other, names) => other.boot(this.namer.renamed(durable, names)), null,
        );
        this.mustBeSame('`within`', node, made.state, (one, state) => bounds.within(one, state));
        return made;
      },
      step: (state, event) => {
        if (event.kind === 'timer')
          this.mustBeSame('`timers`', node, state, (one, as) => bounds.timers(one, as, event.timer));
        const made = this.same(
          node, processes, state, process.step(state, event),
          (other, names) => other.step(this.stateIn(state, names), this.eventIn(event, names)), event,
        );
        this.mustBeSame('`within`', node, made.state, (one, as) => bounds.within(one, as));
        return made;
      },
    }));
  }

  /**
   * @param ask whether something is broken in these states of all servers
   * @throws Violated
   */
  heldMoment(servers: readonly unknown[], ask: (servers: readonly unknown[]) => boolean): void {
    if (this.moments >= momentsHeld) return;
    this.moments += 1;
    for (const names of this.generators) {
      const moved = servers.slice();
      servers.forEach((state, node) => void (moved[names[node]!] = state === null ? null : this.stateIn(state, names)));
      if (ask(moved))
        throw new Violated(
          serversAlike,
          `servers are said to be alike, and an invariant tells them apart: it breaks when ${namesIn(names)} change names`,
        );
    }
  }

  /** @throws Violated */
  private mustBeSame(what: string, node: NodeId, state: unknown, ask: (node: NodeId, state: unknown) => boolean): void {
    const said = ask(node, state);
    for (const names of this.generators) {
      if (ask(names[node] ?? node, this.stateIn(state, names)) !== said)
        throw new Violated(
          serversAlike,
          `servers are said to be alike, and ${what} tells them apart when ${namesIn(names)} change names, in the state ${this.told(node, state)} of n${node}`,
        );
    }
  }

  private same(
    node: NodeId, processes: readonly AnyProcess[], state: unknown, made: Step,
    again: (other: AnyProcess, names: Renaming) => Step, event: AnyEvent | null,
  ): Step {
    for (const names of this.generators) {
      const other = names[node] ?? node;
      const expected = this.structural.nameOf(this.stepIn(made, names));
      if (this.structural.nameOf(comparable(again(processes[other]!, names))) === expected) continue;
      const who = other === node ? `n${node} tells ${namesIn(names)} apart` : `n${node} and n${other} are not`;
      throw new Violated(
        serversAlike,
        `servers are said to be alike, and ${who}: on ${event === null ? 'its start' : event.kind === 'message' ? 'a message' : event.kind === 'timer' ? `the timer ${event.timer}` : 'a request'}${state === null ? '' : ` in the state ${this.told(node, state)}`} (is a field missing among those that hold a node?)`,
      );
    }
    return made;
  }

  private told(node: NodeId, state: unknown): string {
    return JSON.stringify(this.options.describe(node, state));
  }

  private eventIn(event: AnyEvent, names: Renaming): AnyEvent {
    switch (event.kind) {
      case 'message':
        return { ...event, from: names[event.from] ?? event.from, message: this.namer.renamed(event.message, names) };
      case 'request':
        return { ...event, request: this.namer.renamed(event.request, names) };
      default:
        return event;
    }
  }

  private stepIn({ state, effects }: Step, names: Renaming): unknown {
    return comparable({
      state: this.stateIn(state, names), effects: effects.map((effect) => this.effectIn(effect, names)),
    });
  }

  private effectIn(effect: AnyEffect, names: Renaming): AnyEffect {
    switch (effect.kind) {
      case 'send':
        return { ...effect, to: names[effect.to] ?? effect.to, message: this.namer.renamed(effect.message, names) };
      case 'persist':
        return { ...effect, writes: effect.writes.map((write) => this.namer.renamed(write, names)) };
      case 'reply':
        return { ...effect, reply: this.namer.renamed(effect.reply, names) };
      default:
        return effect;
    }
  }
}

type Step = ReturnType<AnyProcess['boot']>;

/** Those that have another one. */
const namesIn = (names: Renaming): string =>
  names
    .map((name, node) => (name === node ? null : `n${node}`))
    .filter((one) => one !== null)
    .join(', ');

/**
 * Between two writes the order of what is sent to different nodes is nobody's affair; timers are armed for some time.
 */
function comparable({ state, effects }: Step): unknown {
  const parts: Map<string, unknown[]>[] = [new Map()];
  for (const effect of effects) {
    if (effect.kind === 'persist') {
      parts.push(new Map([['write', [...effect.writes]]]), new Map());
      continue;
    }
    const key =
      effect.kind === 'send' ? `to ${effect.to}` : effect.kind === 'reply' ? 'reply' : `timer ${effect.timer}`;
    const known = parts.at(-1)!.get(key) ?? [];
    parts
      .at(-1)!
      .set(key, [...known, effect.kind === 'setTimer' ? 'set' : effect.kind === 'cancelTimer' ? 'cancelled' : effect]);
  }
  return [state, parts];
}

const namingsOf = (group: readonly NodeId[]): readonly ReadonlyMap<NodeId, NodeId>[] =>
  permutations(group.length).map((order) => new Map(group.map((node, place) => [node, group[order[place]!]!])));
