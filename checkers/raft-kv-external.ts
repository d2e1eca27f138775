/**
 * What an outsider can tell of the replicated key/value server, who knows nothing of Raft: whether the
 * answers to clients are linearizable, whether replicas that executed as much hold the same, how large
 * their state grows, whether anything moves, and whether it ends. Beside `RaftKvObserver` it measures what looking
 * inside gives.
 */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { Clerk } from '../core/kv/clerk.ts';
import type { Expired, Result } from '../core/kv/command.ts';
import type { Store } from '../core/kv/store.ts';
import type { Change } from '../core/raft/members.ts';
import type { Persistent } from '../core/raft/state.ts';
import type { Server, ServerMessage } from '../core/server.ts';
import type { Observer } from './checker.ts';
import type { Asked } from '../core/kv/version-clerk.ts';
import { ClientHistory } from './client-history.ts';
import { isExpired } from './linearizability.ts';
import { equalReplicas, type ServiceModel } from './prefix.ts';
import { missingForConvergence } from './progress.ts';
import { ofRuns, properties, type LeavesOut, type PropertyName } from './properties.ts';
import { hold } from './property.ts';
import type { RaftKvChecks } from './raft-kv.ts';
import { QuietWindow } from './raft/quiet.ts';
import { boundedRaftState } from './raft-state-size.ts';
import type { Verdict } from './verdict.ts';

/** What can be told without looking inside. */
const seenFromOutside: readonly PropertyName[] = ['Equal Replicas', 'Bounded Raft State', 'Linearizability', ...ofRuns];

export class RaftKvOutsider implements Observer<Server | Clerk, ServerMessage, Persistent> {
  static readonly leavesOut: LeavesOut = Object.fromEntries(
    properties
      .filter(({ name }) => !seenFromOutside.includes(name))
      .map(({ name }) => [name, 'an outsider does not look into Raft and its entries']),
  );

  private readonly checks: RaftKvChecks;
  private readonly history = new ClientHistory();
  readonly quiet = new QuietWindow();
  private readonly servers: (Server | null)[];
  private lost: ReadonlySet<NodeId> = new Set();
  private readonly clients = new Map<number, NodeId>();
  private readonly model = new FirstHolders();

  constructor(checks: RaftKvChecks) {
    this.checks = checks;
    this.servers = new Array<Server | null>(checks.servers).fill(null);
  }

  booted(node: NodeId, state: Server | Clerk): void {
    if (node < this.checks.servers) this.read(node, state as Server);
  }

  stepped(
    node: NodeId, before: Server | Clerk, after: Server | Clerk, event: Event<ServerMessage, unknown>,
    effects: readonly Effect<unknown, unknown, unknown>[],
  ): void {
    if (node >= this.checks.servers) return this.history.stepped(after as Clerk, event);
    this.quiet.read(node, effects, this.isUp);
    if (before !== after) this.read(node, after as Server);
  }

  private readonly isUp = (node: NodeId): boolean => this.servers[node] != null;

  private read(node: NodeId, server: Server): void {
    const known = this.servers[node]?.machine;
    this.servers[node] = server;
    hold(boundedRaftState, { node, server, maxRaftState: this.checks.maxRaftState });
    const { machine } = server;
    if (known !== machine)
      hold(equalReplicas, {
        model: this.model, who: `n${node}`, from: 0, to: machine.lastExecuted, held: machine.store,
      });
  }

  crashed(node: NodeId): void {
    if (node < this.checks.servers) this.servers[node] = null;
  }

  invoked(operation: number, client: NodeId, request: Asked | Change): void {
    if (!('key' in request)) return;
    this.clients.set(operation, client);
    this.history.invoked(operation, client, request);
  }

  gaveUp(operation: number): void {
    const client = this.clients.get(operation);
    if (client !== undefined) this.history.gaveUp(client);
  }

  returned(operation: number, client: NodeId, reply: Result | Expired): void {
    if (!this.clients.has(operation)) return;
    if (isExpired(reply)) this.history.gaveUp(client);
    else this.history.returned(operation, reply);
  }

  healed(lost: readonly NodeId[]): void {
    this.lost = new Set(lost);
  }

  unsettled(): string | null {
    return missingForConvergence(this.servers, this.checks.noopOnElection, this.lost);
  }

  finish(): Verdict {
    return this.history.judge(this.checks.linearizabilityBudgetSteps);
  }

  counts(): Readonly<Record<string, number>> {
    return {};
  }
}

/** Whoever executed so many entries first is right. */
class FirstHolders implements ServiceModel<Store> {
  /** By the number of entries executed. */
  private readonly held = new Map<number, { readonly who: string; readonly store: Store }>();

  difference(who: string, _from: number, to: number, store: Store): string | null {
    const first = this.held.get(to);
    if (first === undefined) {
      this.held.set(to, { who, store });
      return null;
    }
    const key = differingKey(first.store, store);
    if (key === null) return null;
    return `${who} holds ${key}=${heldAt(store, key)} after ${to} entries, and ${first.who} held ${heldAt(first.store, key)}`;
  }
}

function heldAt({ values, versions }: Store, key: string): string {
  const version = versions?.get(key);
  return `${JSON.stringify(values.get(key))}${version === undefined ? '' : `, version ${version}`}`;
}

/** A key that is not the same in both; null when all are. */
function differingKey(a: Store, b: Store): string | null {
  if (a === b) return null;
  let differing: string | null = null;
  a.values.forEach((value, key) => {
    if (differing === null && (b.values.get(key) !== value || b.versions?.get(key) !== a.versions?.get(key)))
      differing = key;
  });
  if (differing !== null || a.values.size === b.values.size) return differing;
  b.values.forEach((_value, key) => {
    if (differing === null && a.values.get(key) === undefined) differing = key;
  });
  return differing;
}
