/**
 * What key/value servers hold, beside what they must, for reports: the log by index, and the store and
 * the sessions beside the ones that executing the committed entries gives (the checker's own model).
 */
import { Violated } from '../../checkers/checker.ts';
import { ReplicatedStore, type Holding } from '../../checkers/replicated-store.ts';
import type { Command } from '../../core/kv/command.ts';
import type { Machine } from '../../core/kv/machine.ts';
import type { Kept as KeptAnswer, Session } from '../../core/kv/sessions.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry, Log } from '../../core/raft/log.ts';
import type { Snapshot } from '../../core/raft/messages.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import { nodeName } from '../../harness/plan/node-name.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { Contents, ContentsReader, Held, LogContents } from '../../harness/system.ts';
import { describeOperation } from './raft-kv-story.ts';

interface Kept {
  readonly machine: Machine;
  readonly snapshot: Snapshot | null;
  readonly committed: number;
  readonly held: ReadonlyMap<string, Held>;
}

export class RaftKvContents implements ContentsReader {
  private readonly plan: Plan;
  private readonly model: ReplicatedStore;
  /** Up to where the model has executed what was committed. */
  private committed = 0;
  /** False from the first commit of an entry that its server had given back already, or that must not be there. */
  private isComplete = true;
  /** A server's contents change with its machine and its snapshot only: what was found for these is kept. */
  private readonly kept = new Map<NodeId, Kept>();
  private readonly logs = new Map<NodeId, { readonly log: Log; readonly contents: LogContents }>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.model = new ReplicatedStore(plan.servers);
  }

  read(node: NodeId, state: unknown): Contents {
    const { raft, machine } = state as Server;
    this.learn(raft, this.logs.get(node)?.log ?? null);
    return { log: this.logOf(node, raft.persistent.log), held: this.heldBy(node, machine, raft.persistent.snapshot) };
  }

  private logOf(node: NodeId, log: Log): LogContents {
    const known = this.logs.get(node);
    if (known?.log === log) return known.contents;
    const contents = contentsOf(log, (command) => this.commandText(command));
    this.logs.set(node, { log, contents });
    return contents;
  }

  /** Whoever commits an entry first holds it, or held it before the step when a snapshot has taken its place since. */
  private learn({ commitIndex, persistent: { log } }: Raft, before: Log | null): void {
    while (this.isComplete && this.committed < commitIndex) {
      const next = this.committed + 1;
      const holder = [log, before].find((one) => one !== null && next > one.baseIndex && next <= one.lastIndex);
      if (holder == null) {
        this.isComplete = false;
        return;
      }
      if (!this.mayExecute(next, holder.at(next).command as Command | null)) {
        this.isComplete = false;
        return;
      }
      this.committed = next;
    }
  }

  /** What must not be executed there (Session Order) is for the run's own checks: nobody knows what comes of it. */
  private mayExecute(index: number, command: Command | null): boolean {
    try {
      this.model.execute(index, command);
      return true;
    } catch (thrown) {
      if (thrown instanceof Violated) return false;
      throw thrown;
    }
  }

  private heldBy(node: NodeId, machine: Machine, snapshot: Snapshot | null): ReadonlyMap<string, Held> {
    const kept = this.kept.get(node);
    const committed = Math.min(this.committed, machine.lastExecuted);
    if (kept?.machine === machine && kept.snapshot === snapshot && kept.committed === committed) return kept.held;
    const held = new Map<string, Held>();
    held.set('last executed', this.indexHeld(machine.lastExecuted));
    this.compare(held, '', machine.lastExecuted, machine, false);
    if (snapshot !== null) {
      held.set('snapshot up to', this.indexHeld(snapshot.lastIncludedIndex));
      this.compare(held, 'snapshot ', snapshot.lastIncludedIndex, snapshot.data as Holding, true);
    }
    this.kept.set(node, { machine, snapshot, committed, held });
    return held;
  }

  private indexHeld(index: number): Held {
    const held = String(index);
    if (index <= this.committed) return { held, expected: held };
    return { held, expected: this.isComplete ? `at most ${this.committed}` : undefined };
  }

  /** @param onlyWrong leaves out what is as it must be */
  private compare(
    into: Map<string, Held>, prefix: string, index: number, { store, sessions }: Holding, onlyWrong: boolean,
  ): void {
    const isKnown = index <= this.committed || this.isComplete;
    const expected = this.model.at(Math.min(index, this.committed));
    const add = (name: string, held: string | null, must: string | null): void => {
      if (onlyWrong && (!isKnown || held === must)) return;
      into.set(`${prefix}${name}`, { held, expected: isKnown ? must : undefined });
    };
    const keys = new Set(expected.values.keys());
    store.values.forEach((_value, key) => void keys.add(key));
    for (const key of [...keys].sort()) {
      add(
        `store ${key}`, shown(store.values.get(key), store.versions?.get(key)),
        shown(expected.values.get(key), expected.versions.get(key)),
      );
    }
    const clients = new Set(expected.sessions.keys());
    sessions.byClient.forEach((_session, client) => void clients.add(client));
    for (const client of [...clients].sort((a, b) => a - b)) {
      const name = `session ${nodeName(this.plan, client)}`;
      add(name, sessionText(sessions.byClient.get(client)), sessionText(expected.sessions.get(client)));
    }
  }

  private commandText(command: Command | null): string {
    if (command === null) return 'no-op';
    return `${nodeName(this.plan, command.client)}#${command.sequence} ${describeOperation(command.operation)}`;
  }
}

const shown = (value: string | undefined, version: number | undefined): string | null =>
  (value === undefined ? null : `${JSON.stringify(value)}${version === undefined ? '' : `, version ${version}`}`);

const sessionText = (session: Session | undefined): string | null =>
  session === undefined
    ? null
    : [...(session.earlier ?? []), session].map((kept) => `#${kept.sequence} gave ${resultText(kept)}`).join(', ');

const resultText = ({ result }: KeptAnswer): string => (result === null ? 'done' : JSON.stringify(result));

const contentsOf = (log: Log, commandText: (command: Command | null) => string): LogContents => ({
  baseIndex: log.baseIndex,
  baseTerm: log.baseTerm,
  lastIndex: log.lastIndex,
  at: (index) => log.at(index),
  tell: (entry) => [(entry as Entry).term, commandText((entry as Entry).command as Command | null)],
});
