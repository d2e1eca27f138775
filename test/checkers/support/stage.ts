/**
 * Short histories of a few servers, told as plain values and played to every observer: what is broken in
 * them each must name, unless it says that it leaves it out.
 */
import { Violated, type Observer } from '../../../checkers/checker.ts';
import { ofRuns, properties, type LeavesOut } from '../../../checkers/properties.ts';
import { withOracles } from '../../../harness/campaign/oracles.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { plainSettings } from '../../../scenarios/systems/raft-kv-settings.ts';
import { RaftKvOutsider } from '../../../checkers/raft-kv-external.ts';
import { RaftKvObserver } from '../../../checkers/raft-kv.ts';
import { RaftLogObserver } from '../../../checkers/raft-log.ts';
import { Vector } from '../../../core/immutable/vector.ts';
import type { Command, Expired, Operation, Result } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import type { Kept } from '../../../core/kv/sessions.ts';
import { takeSnapshot } from '../../../core/kv/snapshot.ts';
import type { Changing } from '../../../core/changes.ts';
import type { EarlyRequest } from '../../../core/client-order.ts';
import type { Applied, LogCommand, LogServer } from '../../../core/log-server.ts';
import type { Effect, Event, NodeId } from '../../../core/protocol.ts';
import { Log, type Entry, type LogIndex, type Placed, type Term } from '../../../core/raft/log.ts';
import type { Change, Configuration } from '../../../core/raft/members.ts';
import type { Snapshot } from '../../../core/raft/messages.ts';
import { blankPersistent, type Persistent, type Raft, type RaftOptions, type Role } from '../../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../../core/server.ts';
import type { Waiting } from '../../../core/waiting.ts';
import type { Transfers } from '../../../core/raft/snapshot-chunks.ts';
import type { Reading } from '../../../core/reads.ts';
import type { Delivery } from '../../../core/raft/delivery.ts';
import type { NodeStep, NodeView } from '../../../harness/explore/untimed/system.ts';
import { RaftKvUntimedObserver, type RaftGhost } from '../../../scenarios/protocols/raft-kv-observer.ts';
import { configOf } from '../../support/raft-states.ts';

/** Servers come first in the numbers of nodes. */
const servers = 3;
/** Clients c0 and c1. The commands of logs are c1's, when nothing else is said. */
export const c0: NodeId = servers;
export const c1: NodeId = servers + 1;

/** An entry by its term, or with another command than the usual one; null is a no-op. */
export type Item =
  | Term
  | {
      readonly term: Term;
      readonly command: Command | string | null;
      readonly sizeBytes?: number;
      readonly configuration?: Configuration;
    };

/** A server, from its log's first entry on: `base` says how many of the entries are compacted. */
export interface View {
  readonly term: Term;
  readonly vote: NodeId | null;
  readonly log: readonly Item[];
  readonly base: LogIndex;
  readonly commit: LogIndex;
  readonly applied: LogIndex;
  /** What the service executed; as far as `applied` when it is not said. */
  readonly executed: LogIndex | null;
  readonly role: Role;
  /** What its Raft has on beyond the paper. */
  readonly options: RaftOptions;
  /** How the service, or the snapshot, is not what it should be; null when it is. */
  readonly spoilt: Spoiling | null;
  readonly spoiltSnapshot: Spoiling | null;
  readonly channel: readonly Delivery[];
  readonly waiting: readonly Waiting[];
  readonly reading: readonly Reading[] | null;
  readonly early: readonly EarlyRequest[] | null;
  readonly changing: readonly Changing[] | null;
  readonly transfers: Transfers | null;
  /**
   * Who takes part as the log says at its base, or the snapshot, where that is not what its entries say; null where it
   * is.
   */
  readonly goesBy: Configuration | null;
  readonly snapshotTells: Configuration | null;
  /** What a new disk was told of who takes part. */
  readonly founding: Placed | null;
}

/**
 * `value`: another value of a key, or the last command another one; `version`: another version of a key; `first`: the
 * first command; `extra` and `lacking`: a key more or less; the same of sessions. `earlier`: of a client with several
 * commands in flight nothing but the last answer is kept; `earlierResult`: another one for the first.
 */
export type Spoiling =
  | 'value'
  | 'version'
  | 'first'
  | 'extra'
  | 'lacking'
  | 'session'
  | 'extraSession'
  | 'result'
  | 'label'
  | 'earlier'
  | 'earlierResult';

const follower: Role = { kind: 'follower', leaderId: null };
const blank: View = {
  term: 0, vote: null, log: [], base: 0, commit: 0, applied: 0, executed: null, role: follower, options: {},
  spoilt: null, spoiltSnapshot: null, channel: [], waiting: [], reading: null, early: null, changing: null, transfers: null,
  goesBy: null, snapshotTells: null, founding: null,
};

export const follows = (leaderId: NodeId): Role => ({ kind: 'follower', leaderId });
export const stands = (...votes: readonly NodeId[]): Role => ({ kind: 'candidate', votes });
/** By server: up to where each is known to match; the next index is right behind it when it is not said. */
export const leads = (matchIndex: readonly LogIndex[], nextIndex = matchIndex.map((match) => match + 1)): Role => ({
  kind: 'leader', nextIndex, matchIndex,
});

export type Happening =
  /** Starts from what its disk holds; `as`: with another state than that. `disk`: the disk was exchanged before. */
  | { readonly kind: 'boot'; readonly node: NodeId; readonly as?: Partial<View>; readonly disk?: Partial<View> }
  /**
   * `disk`: where it is not what the state is; `sets`: timers. A leader answers whose entries it applies, unless it
   * `isSilent`.
   */
  | {
      readonly kind: 'step';
      readonly node: NodeId;
      readonly to: Partial<View>;
      readonly event?: Event<ServerMessage, never>;
      readonly sends?: readonly Sent[];
      readonly sets?: readonly string[];
      readonly isSilent?: true;
      readonly disk?: Partial<View>;
    }
  | {
      readonly kind: 'crash';
      readonly node: NodeId;
      readonly atBarrier?: 'no' | 'writeLost' | 'writeKept';
      readonly disk?: Partial<View>;
    }
  | { readonly kind: 'refuse'; readonly node: NodeId }
  | { readonly kind: 'replaceDisk'; readonly node: NodeId; readonly disk: Partial<View> }
  /** By c0 when nothing else is said. */
  | { readonly kind: 'ask'; readonly operation: number; readonly request: Operation | Change; readonly by?: NodeId }
  | { readonly kind: 'giveUp'; readonly operation: number }
  | { readonly kind: 'tell'; readonly operation: number; readonly reply: Result | Expired }
  | { readonly kind: 'end' };
export type Sent = readonly [to: NodeId, message: ServerMessage];

export const boots = (
  node: NodeId, more: Omit<Extract<Happening, { kind: 'boot' }>, 'kind' | 'node'> = {},
): Happening => ({ kind: 'boot', node, ...more });
export const allBoot: readonly Happening[] = [boots(0), boots(1), boots(2)];
export const steps = (
  node: NodeId, to: Partial<View>, more: Omit<Extract<Happening, { kind: 'step' }>, 'kind' | 'node' | 'to'> = {},
): Happening => ({ kind: 'step', node, to, ...more });
/** A step by which a message is heard. */
export const hears = (
  node: NodeId, from: NodeId, message: ServerMessage, to: Partial<View> = {}, sends: readonly Sent[] = [],
  sets: readonly string[] = [],
): Happening => steps(node, to, { event: { kind: 'message', from, message }, sends, sets });

/** The entry at an index: always the same object, as a log keeps it from step to step. */
const entries = new Map<string, Entry>();
export function entryAt(index: LogIndex, item: Item): Entry {
  const name = `${index} ${JSON.stringify(item)}`;
  let entry = entries.get(name);
  if (entry === undefined) {
    const term = typeof item === 'number' ? item : item.term;
    const command = typeof item === 'number' ? commandAt(index, item) : item.command;
    const configuration = typeof item === 'number' ? undefined : item.configuration;
    entries.set(
      name,
      (entry = {
        term, command, sizeBytes: typeof item === 'number' ? 10 : (item.sizeBytes ?? 10),
        ...(configuration === undefined ? {} : { configuration }),
      }),
    );
  }
  return entry;
}

const commandAt = (index: LogIndex, term: Term): Command => ({
  client: c1, sequence: index, operation: { kind: 'append', key: 'k', value: `${term}.${index};` },
});

const entriesOf = (log: readonly Item[]): readonly Entry[] => log.map((item, place) => entryAt(place + 1, item));

const lastConfiguration = (log: readonly Entry[]): Configuration | undefined =>
  log.findLast(({ configuration }) => configuration !== undefined)?.configuration;

/** How a kind of server keeps what it applied. */
interface Service<Held> {
  execute(log: readonly Entry[], upTo: LogIndex): Held;
  spoil(held: Held, how: Spoiling): Held;
  dataOf(held: Held): unknown;
  serverOf(raft: Raft, held: Held, view: View): unknown;
}

const kvService: Service<Machine> = {
  execute: (log, upTo) =>
    log
      .slice(0, upTo)
      .reduce((machine, { command }, place) => apply(machine, place + 1, command as Command | null), newMachine),
  spoil(machine, how) {
    const {
      store: { values, sizeBytes }, sessions, lastExecuted,
    } = machine;
    const withValues = (changed: typeof values): Machine => ({
      store: { values: changed, sizeBytes }, sessions, lastExecuted,
    });
    const withSessions = (client: NodeId, sequence: number, result: Result): Machine => ({
      store: machine.store,
      sessions: { byClient: sessions.byClient.set(client, { sequence, result }), sizeBytes: sessions.sizeBytes },
      lastExecuted,
    });
    const withEarlier = (earlier: readonly Kept[]): Machine => ({
      store: machine.store,
      sessions: {
        byClient: sessions.byClient.set(c0, { ...sessions.byClient.get(c0)!, earlier }), sizeBytes: sessions.sizeBytes,
      },
      lastExecuted,
    });
    switch (how) {
      case 'value':
      case 'first':
        return withValues(values.set('k', 'another'));
      case 'version':
        return { ...machine, store: { ...machine.store, versions: machine.store.versions!.set('k', 99) } };
      case 'extra':
        return withValues(values.set('z', ''));
      case 'lacking':
        return { ...machine, store: newMachine.store };
      case 'session':
        return withSessions(c1, 99, null);
      case 'result':
        return withSessions(c1, sessions.byClient.get(c1)!.sequence, 'another');
      case 'extraSession':
        return withSessions(99, 1, null);
      case 'earlier':
        return withEarlier([]);
      case 'earlierResult':
        return withEarlier([{ sequence: 1, result: 'another' }]);
      case 'label':
        return { ...machine, lastExecuted: lastExecuted + 1 };
    }
  },
  dataOf: takeSnapshot,
  serverOf: (raft, machine, { channel, waiting, reading, early, changing, transfers }): Server => ({
    config: { ...raft.config, maxRaftState: -1, applyBatchMax: 64, applyPauseUs: { min: 0, max: 0 } },
    raft,
    channel,
    machine,
    waiting,
    ...(reading === null ? {} : { reading }),
    ...(early === null ? {} : { early }),
    ...(changing === null ? {} : { changing }),
    ...(transfers === null ? {} : { transfers }),
  }),
};

const logService: Service<Applied> = {
  execute: (log, upTo) => ({
    commands: Vector.startingAt<string | null>(1).append(
      log.slice(0, upTo).map(({ command }) => command as string | null),
    ),
    sizeBytes: 0,
  }),
  spoil({ commands }, how) {
    if (how === 'lacking') return { commands: commands.truncate(commands.end - 1), sizeBytes: 0 };
    if (how === 'label')
      return {
        commands: Vector.startingAt<string | null>(2).append(
          commands.slice(1, commands.end - 1) as readonly (string | null)[],
        ),
        sizeBytes: 0,
      };
    if (how === 'first')
      return {
        commands: Vector.startingAt<LogCommand | null>(1).append(['another', ...commands.slice(2, commands.end)]),
        sizeBytes: 0,
      };
    if (how === 'extra') return { commands: commands.append(['more']), sizeBytes: 0 };
    return { commands: commands.truncate(commands.end - 1).append(['another']), sizeBytes: 0 };
  },
  dataOf: (applied) => applied,
  serverOf: (raft, applied): LogServer => ({ config: { ...raft.config, snapshotEvery: 0 }, raft, applied }),
};

/** What all observers hear, whatever they make of it. */
type Judge = Pick<
  Observer<never, never, never>,
  | 'booted' | 'stepped' | 'crashed' | 'refused' | 'diskReplaced' | 'invoked' | 'gaveUp' | 'returned' | 'finish'
  | 'counts'
>;

export interface StageOptions {
  readonly maxRaftState?: number;
  readonly budgetSteps?: number;
  readonly readsAroundLog?: boolean;
  readonly members?: readonly NodeId[];
  readonly firstNames?: ReadonlyMap<NodeId, NodeId>;
}

export interface Kind {
  readonly name: 'simulator' | 'lab 2' | 'explorer' | 'outsider' | 'specification';
  readonly leavesOut: LeavesOut;
  readonly service: Service<never>;
  judge(durableOf: (node: NodeId) => Persistent, options: StageOptions): Judge;
}

const checksOf = ({
  maxRaftState = -1, budgetSteps = 1000, readsAroundLog = false, members, firstNames,
}: StageOptions) => ({
  servers, ...(members === undefined ? {} : { members }), ...(firstNames === undefined ? {} : { firstNames }),
  readsAroundLog, maxRaftState, noopOnElection: true, linearizabilityBudgetSteps: budgetSteps,
});

/** The explorer's observer, taken along one path. */
class AlongOnePath implements Judge {
  private readonly observer: RaftKvUntimedObserver;
  private ghost: RaftGhost;
  private readonly durableOf: (node: NodeId) => Persistent;
  private readonly states: unknown[] = [null, null, null];
  private readonly disks: (Persistent | undefined)[] = [];
  /** In how many steps each situation was seen. */
  private readonly seen: Record<string, number> = {};

  constructor(durableOf: (node: NodeId) => Persistent, { maxRaftState = -1, members }: StageOptions) {
    this.observer = new RaftKvUntimedObserver({
      servers, clients: 2, maxRaftState, ...(members === undefined ? {} : { members }),
    });
    this.ghost = this.observer.blank;
    this.durableOf = durableOf;
  }

  booted(node: NodeId, after: never, durable: never): void {
    this.take({ node, before: null, after, durableBefore: durable, durableAfter: durable, event: null, effects: [] });
  }

  stepped(node: NodeId, before: never, after: never, event: never, effects: never): void {
    this.take({
      node, before, after, durableBefore: this.disks[node], durableAfter: this.durableOf(node), event, effects,
    });
  }

  private take(step: NodeStep): void {
    const notice = this.observer.notice(step);
    for (const name of notice?.situations ?? []) this.seen[name] = (this.seen[name] ?? 0) + 1;
    this.states[step.node] = step.after;
    this.disks[step.node] = step.durableAfter as Persistent;
    if (notice?.concernsOthers !== true) return;
    const nodes = this.states.map((state, node): NodeView => ({ state, durable: this.durableOf(node) }));
    this.observer.compare(step, notice, nodes.map(({ durable }) => durable), this.ghost);
    this.ghost = this.observer.observe(this.ghost, step, notice, step.event === null ? nodes : null);
  }

  crashed(node: NodeId): void {
    this.states[node] = null;
  }

  invoked(_operation: number, client: NodeId, request: unknown): void {
    this.ghost = this.observer.invoked(this.ghost, client - servers, request);
  }

  returned(_operation: number, client: NodeId, reply: unknown): void {
    this.ghost = this.observer.returned(this.ghost, client - servers, reply);
  }

  finish() {
    return { kind: 'ok' } as const;
  }

  counts() {
    return { ...this.seen };
  }
}

const ofOthers: LeavesOut = Object.fromEntries(
  properties
    .map(({ name }) => name)
    .filter((name) => name !== 'Step Of The Specification' && !ofRuns.includes(name))
    .map((name) => [name, 'the other observers judge it']),
);
const anyPlan = { servers, network: {}, settings: plainSettings } as unknown as Plan;

export const kinds: readonly Kind[] = [
  {
    name: 'simulator', leavesOut: RaftKvObserver.leavesOut, service: kvService as Service<never>,
    judge: (durableOf, options) => new RaftKvObserver(checksOf(options), durableOf) as Judge,
  },
  {
    name: 'lab 2', leavesOut: RaftLogObserver.leavesOut, service: logService as Service<never>,
    judge: (durableOf) => new RaftLogObserver(servers, durableOf) as Judge,
  },
  {
    name: 'explorer', leavesOut: RaftKvUntimedObserver.leavesOut, service: kvService as Service<never>,
    judge: (durableOf, options) => new AlongOnePath(durableOf, options) as Judge,
  },
  {
    name: 'outsider', leavesOut: RaftKvOutsider.leavesOut, service: kvService as Service<never>,
    judge: (_durableOf, options) => new RaftKvOutsider(checksOf(options)) as Judge,
  },
  {
    name: 'specification', leavesOut: ofOthers, service: kvService as Service<never>,
    judge: () => withOracles(raftKv, 'specification').observer(anyPlan, () => null) as Judge,
  },
];

export interface Outcome {
  /** A property's name, or `ok`, or `unknown`. */
  readonly verdict: string;
  /** The happening at which it was said. */
  readonly at: number;
  readonly counts: Readonly<Record<string, number>>;
}

interface Node {
  readonly view: View;
  readonly state: unknown;
  readonly raft: Raft;
}

/** Plays a history to an observer, up to what it objects to. */
export function play(
  { service, judge: judgeOf }: Kind, history: readonly Happening[], options: StageOptions = {},
): Outcome {
  const disks: Persistent[] = [blankPersistent, blankPersistent, blankPersistent];
  const views: View[] = [blank, blank, blank];
  const nodes: (Node | null)[] = [null, null, null];
  const judge = judgeOf((node) => disks[node]!, options);
  const snapshots = new Map<string, Snapshot>();

  function snapshotOf({ log, base, spoiltSnapshot, snapshotTells }: View): Snapshot | null {
    if (base === 0) return null;
    const name = JSON.stringify([log.slice(0, base), spoiltSnapshot, snapshotTells]);
    let snapshot = snapshots.get(name);
    if (snapshot === undefined) {
      const held = service.execute(entriesOf(log), base);
      const tells = snapshotTells ?? lastConfiguration(entriesOf(log.slice(0, base)));
      const data = service.dataOf(spoiltSnapshot === null ? held : service.spoil(held, spoiltSnapshot));
      snapshots.set(
        name,
        (snapshot = {
          lastIncludedIndex: base, lastIncludedTerm: entryAt(base, log[base - 1]!).term, data, sizeBytes: 1,
          ...(tells === undefined ? {} : { configuration: tells }),
        }),
      );
    }
    return snapshot;
  }

  function persistentOf(view: View): Persistent {
    const all = entriesOf(view.log);
    const baseTerm = view.base === 0 ? 0 : all[view.base - 1]!.term;
    return {
      currentTerm: view.term,
      votedFor: view.vote,
      log: Log.startingAfter(
        view.base, baseTerm, view.goesBy ?? lastConfiguration(all.slice(0, view.base)), view.founding,
      ).append(all.slice(view.base)),
      snapshot: snapshotOf(view),
    };
  }

  const isPersistent = (key: string): boolean =>
    ['term', 'vote', 'log', 'base', 'spoiltSnapshot', 'goesBy', 'snapshotTells', 'founding'].includes(key);

  function nodeOf(id: NodeId, before: Node | null, view: View, changed: readonly string[]): Node {
    if (before !== null && changed.length === 0) return before;
    const persistent = before !== null && !changed.some(isPersistent) ? before.raft.persistent : persistentOf(view);
    const raft: Raft = {
      config: { ...configOf({ id, clusterSize: servers }), ...view.options }, persistent, commitIndex: view.commit,
      lastApplied: view.applied, role: view.role,
    };
    const { spoilt } = view;
    const isKept =
      before !== null && !changed.some((key) => key === 'applied' || key === 'executed' || key === 'spoilt');
    const held = isKept
      ? (before as Node & { held: never }).held
      : service.execute(entriesOf(view.log), view.executed ?? view.applied);
    const kept = isKept || spoilt === null ? held : service.spoil(held, spoilt);
    // A step of the service alone leaves Raft as it is.
    const isOfService =
      before !== null &&
      changed.every((key) =>
        ['executed', 'spoilt', 'channel', 'waiting', 'reading', 'early', 'changing', 'transfers'].includes(key));
    const told = isOfService ? before.raft : raft;
    return { view, raft: told, state: service.serverOf(told, kept as never, view), held: kept } as Node;
  }

  function happens(happening: Happening): void {
    switch (happening.kind) {
      case 'boot': {
        const { node, as: started = {}, disk } = happening;
        const stored = { ...blank, ...pick(views[node]!), ...disk };
        disks[node] = persistentOf(stored);
        const view: View = { ...stored, commit: stored.base, applied: stored.base, ...started };
        const booted = nodeOf(node, null, view, []);
        const isAsStored = Object.keys(started).every((key) => !isPersistent(key));
        if (isAsStored) disks[node] = booted.raft.persistent;
        nodes[node] = booted;
        views[node] = view;
        judge.booted(node, booted.state as never, disks[node] as never);
        return;
      }
      case 'step': {
        const { node, to, event = { kind: 'timer', timer: 'any' }, sends = [], sets = [], isSilent, disk } = happening;
        const before = nodes[node]!;
        const view: View = { ...before.view, ...to };
        const after = nodeOf(node, before, view, Object.keys(to));
        nodes[node] = after;
        disks[node] = disk === undefined ? after.raft.persistent : persistentOf({ ...view, ...disk });
        views[node] = disk === undefined ? view : { ...view, ...disk };
        const answers =
          isSilent === true || view.role.kind !== 'leader'
            ? []
            : answersTo(view.log.slice(before.view.applied, view.applied), before.view.applied);
        const effects: readonly Effect<ServerMessage, never, never>[] = [
          ...[...sends, ...answers].map(([receiver, message]) => ({ kind: 'send', to: receiver, message }) as const),
          ...sets.map((timer) => ({ kind: 'setTimer', timer, afterUs: { min: 1, max: 1 } }) as const),
        ];
        judge.stepped(node, before.state as never, after.state as never, event as never, effects as never);
        return;
      }
      case 'crash': {
        const { node, atBarrier = 'no', disk } = happening;
        if (disk !== undefined) {
          views[node] = { ...views[node]!, ...disk };
          disks[node] = persistentOf(views[node]);
        }
        nodes[node] = null;
        judge.crashed(node, atBarrier, null);
        return;
      }
      case 'replaceDisk': {
        const { node, disk } = happening;
        views[node] = { ...blank, ...disk };
        disks[node] = persistentOf(views[node]);
        judge.diskReplaced?.(node, disks[node] as never);
        return;
      }
      case 'refuse':
        judge.refused?.(happening.node, 'hard-state');
        return;
      case 'ask':
        judge.invoked(happening.operation, happening.by ?? c0, happening.request);
        return;
      case 'giveUp':
        judge.gaveUp?.(happening.operation);
        return;
      case 'tell':
        judge.returned(happening.operation, c0, happening.reply);
        return;
      case 'end': {
        const verdict = judge.finish();
        if (verdict.kind === 'violation') throw new Violated(verdict.property, verdict.detail);
        if (verdict.kind === 'unknown') throw new Violated('unknown', verdict.detail);
      }
    }
  }

  for (const [at, happening] of history.entries()) {
    try {
      happens(happening);
    } catch (error) {
      if (!(error instanceof Violated)) throw error;
      return { verdict: error.property, at, counts: judge.counts() };
    }
  }
  return { verdict: 'ok', at: history.length, counts: judge.counts() };
}

/** To each command of a client, whatever came of it. */
const answersTo = (items: readonly Item[], behind: LogIndex): readonly Sent[] =>
  items.flatMap((item, place): readonly Sent[] => {
    const command = entryAt(behind + place + 1, item).command as Command | string | null;
    if (command === null || typeof command === 'string') return [];
    return [
      [command.client, { kind: 'clientReply', sequence: command.sequence, outcome: { kind: 'done', result: null } }],
    ];
  });

/** What a disk keeps of a view. */
const pick = ({ term, vote, log, base, spoiltSnapshot, founding }: View): Partial<View> => ({
  term, vote, log, base, spoiltSnapshot, founding,
});
