/** All checks of Raft alone, as Lab 2 runs it: those of Raft itself, and what each service applied. */
import type { Effect, Event, NodeId } from '../core/protocol.ts';
import type { Applied, LogServer } from '../core/log-server.ts';
import type { AnyRaftMessage } from '../core/raft/option-messages.ts';
import type { Persistent, Raft } from '../core/raft/state.ts';
import type { Observer } from './checker.ts';
import { noteChange } from './chronicle/raft-steps.ts';
import { crashesOfLeaders, restartsFromSnapshot } from './chronicle/servers.ts';
import { Tally } from './chronicle/situation.ts';
import { situations, type SituationName } from './chronicle/situations.ts';
import { snapshotEqualsPrefix, type ServiceModel } from './prefix.ts';
import type { LeavesOut } from './properties.ts';
import { hold } from './property.ts';
import { stateMachineSafety, type CommittedLog } from './raft/committed-log.ts';
import { appliedInOrder } from './raft/indexes.ts';
import { RaftJudge } from './raft/judge.ts';
import type { Verdict } from './verdict.ts';

type AnyEvent = Event<AnyRaftMessage, unknown>;
type AnyEffect = Effect<unknown, unknown, unknown>;

export class RaftLogObserver implements Observer<LogServer, AnyRaftMessage, Persistent> {
  static readonly leavesOut = {
    'Step Of The Specification': 'the watch beside the observer judges it (checkers/spec/watch.ts)',
    'Equal Replicas':
      'the service of Lab 2 is what it applied: State Machine Safety compares it with the committed entries',
    'Bounded Raft State': 'Raft alone is told when to take a snapshot, and the tests of Lab 2D hold its size',
    'Acknowledged Is Committed': 'start() promises nothing: the tests of Lab 2 hold its reply against what is applied',
    'Responds After Applied': 'start() tells at once where the entry would be, and nobody waits for it',
    'Acknowledged Result': 'start() gives no result',
    'Acknowledged Writes Survive': 'start() acknowledges no write',
    'Read Is Fresh': 'start() reads nothing',
    'No Read Is Dropped': 'start() reads nothing',
    'Ended Session Is Agreed': 'start() has no sessions',
    'Session Order': 'start() has no sessions',
    'Refusal Is Sure': 'start() has no versions',
    'Chunks Leave No Gap': 'Raft alone sends its snapshots whole',
    'One Chunk At A Time': 'Raft alone sends its snapshots whole',
    'Snapshot Tells Who Takes Part': 'nobody comes or goes in Lab 2, whose servers take no changes',
    'Caught Up Is Let In': 'nobody comes or goes in Lab 2, whose servers take no changes',
    'Newcomer Grants No Vote': 'nobody comes or goes in Lab 2, whose servers take no changes',
    'New Disk Begins At Removal': 'nobody comes or goes in Lab 2, whose servers take no changes',
    'Acknowledged Change Is Committed': 'nobody comes or goes in Lab 2, whose servers take no changes',
    Linearizability: 'Lab 2 has no clients, whose history it would be',
  } satisfies LeavesOut;

  private readonly judge: RaftJudge;
  private readonly model: ServiceModel<Applied>;
  private readonly tally = new Tally<SituationName>(situations);
  /** The present state of each server; null while it is down. */
  private readonly servers: (LogServer | null)[];

  constructor(servers: number, durableOf: (node: NodeId) => Persistent) {
    this.judge = new RaftJudge(servers, durableOf, RaftLogObserver.leavesOut);
    this.model = prefixOf(this.judge.committed);
    this.servers = new Array<LogServer | null>(servers).fill(null);
  }

  booted(node: NodeId, server: LogServer, durable: Persistent): void {
    this.servers[node] = server;
    this.tally.note(restartsFromSnapshot, { persistent: server.raft.persistent, isRestart: false });
    const step = this.judge.booted(node, server.raft, durable);
    this.readApplied(node, null, server);
    this.judge.restored(step);
  }

  stepped(node: NodeId, before: LogServer, after: LogServer, event: AnyEvent, effects: readonly AnyEffect[]): void {
    this.servers[node] = after;
    const election = this.judge.stepped(node, before.raft, after.raft, event, effects);
    if (election !== null) this.tally.counts.leadersElected += 1;
    if (before === after) return;
    this.readRaft(node, before.raft, after.raft, event);
    if (before.applied !== after.applied) this.readApplied(node, before, after);
  }

  private readRaft(node: NodeId, before: Raft, after: Raft, event: AnyEvent): void {
    if (after.commitIndex > before.commitIndex) this.judge.commit(node, after, after.commitIndex, () => {});
    this.readSnapshot(node, before, after, event);
    noteChange(this.tally, before, after, event, []);
  }

  private readSnapshot(node: NodeId, before: Raft, after: Raft, event: AnyEvent): void {
    const { snapshot } = after.persistent;
    if (snapshot === null || snapshot === before.persistent.snapshot) return;
    const isInstalled = event.kind === 'message' && event.message.kind === 'installSnapshot';
    if (!isInstalled) this.tally.counts.snapshotsTaken += 1;
    const { lastIncludedIndex, lastIncludedTerm, data } = snapshot;
    this.judge.commit(node, after, lastIncludedIndex, () => {}, lastIncludedTerm);
    hold(snapshotEqualsPrefix, {
      model: this.model, who: `the snapshot of n${node}`, from: 0, to: lastIncludedIndex, held: data,
    });
  }

  /** What the service applied in this step; `before` is null for a boot. */
  private readApplied(node: NodeId, before: LogServer | null, { applied, raft }: LogServer): void {
    const to = applied.commands.end - 1;
    const from = before === null ? 0 : before.applied.commands.end - 1;
    if (before === null && to === 0) return;
    hold(appliedInOrder, { node, from, to, lastApplied: raft.lastApplied });
    if (to >= raft.persistent.log.baseIndex) this.judge.commit(node, raft, to, () => {});
    hold(stateMachineSafety, { model: this.model, who: `n${node}`, from, to, held: applied });
  }

  crashed(node: NodeId, atBarrier: 'no' | 'writeLost' | 'writeKept'): void {
    const server = this.servers[node];
    this.servers[node] = null;
    if (server != null) this.tally.note(crashesOfLeaders, { raft: server.raft, atBarrier });
  }

  invoked(): void {
    // A direct call to a server says nothing by itself: what follows from it is read off the steps.
  }

  returned(): void {
    // Likewise: the tests hold the reply against what becomes of the entry.
  }

  healed(): void {
    // Progress is judged by asking `unsettled` until the bound is over.
  }

  /** One server leads, and what is committed anywhere is applied everywhere. */
  unsettled(): string | null {
    const leaders = this.servers.filter((server) => server?.raft.role.kind === 'leader').length;
    if (leaders !== 1) return `${leaders} servers lead`;
    const target = this.judge.committed.lastIndex;
    for (const [node, server] of this.servers.entries()) {
      if (server === null) return `n${node} is down`;
      const last = server.applied.commands.end - 1;
      if (last !== target) return `n${node} has applied up to ${last} of ${target}`;
    }
    return null;
  }

  finish(): Verdict {
    return { kind: 'ok' };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.tally.counts, entriesCommitted: this.judge.committed.lastIndex };
  }
}

/** The service of Lab 2: what it holds is the committed commands, in their order. */
const prefixOf = (committed: CommittedLog): ServiceModel<Applied> => ({
  difference(who, from, to, { commands }) {
    if (commands.start !== 1 || commands.end - 1 !== to)
      return `${who} holds commands ${commands.start} to ${commands.end - 1}, where there must be 1 to ${to}`;
    for (let index = from + 1; index <= to; index++) {
      const expected = committed.at(index).command;
      if (commands.at(index) !== expected)
        return `${who} holds command ${String(commands.at(index))} at index ${index}, where ${String(expected)} is committed`;
    }
    return null;
  },
});
