/** What the tests of Lab 2 do with servers of Raft alone, and what they state of them. */
import { lastAppliedIndex, type LogCommand, type LogServer, type Started } from '../../core/log-server.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex, Term } from '../../core/raft/log.ts';
import type { Raft } from '../../core/raft/state.ts';
import { mustHold, Violated } from '../../checkers/checker.ts';
import { fires, sleep, valueOf, type Routine, type Script, type Stage } from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { Cluster, ms, second, secondsOf } from './cluster.ts';

/** How many servers applied an index, and what they applied there. */
export interface Committed {
  readonly servers: number;
  readonly command: LogCommand | null;
}

/** Agreement on one command is given up after this long; one attempt at it after the other. */
const agreementUs = 10 * second;
const attemptUs = 2 * second;

export class RaftCluster extends Cluster {
  private readonly random: RandomStream;
  private readonly commands: RandomStream;

  constructor(stage: Stage) {
    super(stage);
    this.random = stage.random('script');
    this.commands = stage.random('commands');
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return this.random.below(bound);
  }

  command(): number {
    return this.commands.below(2 ** 31);
  }

  private stateOf(server: NodeId): LogServer | null {
    return this.stage.world.machines[server]!.state as LogServer | null;
  }

  raftOf(server: NodeId): Raft | null {
    return this.stateOf(server)?.raft ?? null;
  }

  private termOf(server: NodeId): Term {
    return this.raftOf(server)?.persistent.currentTerm ?? 0;
  }

  /** Asks a server directly, whether it is cut off or not; null from one that is down or crashes meanwhile. */
  *ask(server: NodeId, command: LogCommand): Routine<Started | null> {
    if (!this.isUp(server)) return null;
    const answer = this.stage.ask(server, { kind: 'start', command });
    return (yield* fires(answer, 100 * ms)) ? (answer.value as Started) : null;
  }

  /**
   * Asks every server at one moment, as the labs' direct calls do, each for a command of its own.
   * By server: its answer, or null.
   */
  *askAll(commandFor: (server: NodeId) => LogCommand): Routine<readonly (Started | null)[]> {
    const asked = this.servers.map((server) => this.stage.spawn(this.ask(server, commandFor(server))));
    const answers: (Started | null)[] = [];
    for (const one of asked) answers.push(yield* valueOf(one));
    return answers;
  }

  /** The leader of the newest term among the servers that are not cut off, which must be found soon. */
  *checkOneLeader(): Routine<NodeId> {
    const fromUs = this.stage.nowUs;
    for (let poll = 0; poll < 10; poll++) {
      yield* sleep(450 * ms + this.random.below(100) * ms);
      const leader = this.newestLeader();
      if (leader !== null) return leader;
    }
    throw new Violated(
      'Leader Elected',
      `of the connected servers ${this.listed(this.connected)} none led at any of 10 polls within ${secondsOf(this.stage.nowUs - fromUs)}`,
    );
  }

  private newestLeader(): NodeId | null {
    const leaders = new Map<Term, NodeId>();
    for (const server of this.connected) {
      if (this.raftOf(server)?.role.kind !== 'leader') continue;
      const term = this.termOf(server);
      const other = leaders.get(term);
      mustHold(
        'One Leader Per Term',
        other === undefined,
        () => `n${other} and n${server} both lead in term ${term}, at ${secondsOf(this.stage.nowUs)}`,
      );
      leaders.set(term, server);
    }
    return leaders.size === 0 ? null : leaders.get(Math.max(...leaders.keys()))!;
  }

  /** The term that all connected servers are in. */
  checkTerms(): Term {
    const terms = this.connected.map((server) => this.termOf(server));
    const [first = 0] = terms;
    mustHold(
      'Terms Agree',
      terms.every((term) => term === first),
      () =>
        `the connected servers ${this.listed(this.connected)} are in terms ${terms.join(' ')}, where all must be in one`,
    );
    return first;
  }

  checkNoLeader(): void {
    const leaders = this.connected.filter((server) => this.raftOf(server)?.role.kind === 'leader');
    mustHold(
      'No Leader Without Majority',
      leaders.length === 0,
      () =>
        `${this.listed(leaders)} leads although only ${this.listed(this.connected)} of ${this.size} servers are connected`,
    );
  }

  nCommitted(index: LogIndex): Committed {
    let servers = 0;
    let command: LogCommand | null = null;
    for (const server of this.servers) {
      const applied = this.stateOf(server)?.applied;
      if (applied === undefined || index < 1 || index > lastAppliedIndex(applied)) continue;
      const found = applied.commands.at(index);
      mustHold(
        'Applied Values Agree',
        servers === 0 || found === command,
        () => `at index ${index} n${server} applied ${String(found)}, and another server ${String(command)}`,
      );
      servers += 1;
      command = found;
    }
    return { servers, command };
  }

  mustNotBeCommitted(index: LogIndex, why: string): void {
    const { servers } = this.nCommitted(index);
    mustHold('No Commit Without Majority', servers === 0, () => `${servers} servers applied index ${index}, ${why}`);
  }

  /**
   * What was applied at an index, once so many servers did; null when the term moved on from
   * `startTerm`. Waits 10, 20, 40 ms and so on, up to 30 times.
   */
  *wait(index: LogIndex, expected: number, startTerm: Term | null): Routine<LogCommand | null> {
    const fromUs = this.stage.nowUs;
    let pauseUs = 10 * ms;
    for (let poll = 0; poll < 30 && this.nCommitted(index).servers < expected; poll++) {
      yield* sleep(pauseUs);
      if (pauseUs < second) pauseUs *= 2;
      if (startTerm !== null && this.servers.some((server) => this.termOf(server) > startTerm)) return null;
    }
    const { servers, command } = this.nCommitted(index);
    mustHold(
      'Entry Is Applied',
      servers >= expected,
      () =>
        `after ${secondsOf(this.stage.nowUs - fromUs)} index ${index} is applied by ${servers} servers, where ${expected} must have done so`,
    );
    return command;
  }

  /**
   * Agreement on a command: its index, once `expected` servers applied it. With `retry` it is
   * proposed again when an attempt came to nothing, so it may stand in the log twice.
   */
  *one(command: LogCommand, expected: number, retry: boolean): Routine<LogIndex> {
    const fromUs = this.stage.nowUs;
    let next = 0;
    while (this.stage.nowUs - fromUs < agreementUs) {
      let started: Started | null = null;
      for (let tried = 0; tried < this.size && started?.isLeader !== true; tried++) {
        next = this.after(next, 1);
        if (this.isConnected(next)) started = yield* this.ask(next, command);
      }
      if (started?.isLeader !== true) {
        yield* sleep(50 * ms);
        continue;
      }
      if (yield* this.isAgreed(started.index, command, expected)) return started.index;
      mustHold(
        'Agreement',
        retry,
        () =>
          `command ${shown(command)}, accepted at index ${started.index}, was not applied by ${expected} servers within ${secondsOf(attemptUs)}`,
      );
    }
    throw new Violated(
      'Agreement',
      `no agreement of ${expected} servers on command ${shown(command)} within ${secondsOf(agreementUs)}; connected: ${this.listed(this.connected)}`,
    );
  }

  private *isAgreed(index: LogIndex, command: LogCommand, expected: number): Routine<boolean> {
    const fromUs = this.stage.nowUs;
    while (this.stage.nowUs - fromUs < attemptUs) {
      const committed = this.nCommitted(index);
      if (committed.servers >= expected && committed.command === command) {
        this.stage.checked += 1;
        return true;
      }
      yield* sleep(20 * ms);
    }
    return false;
  }

  /** Ends every test, where the lab's end as they are: all servers up, joined, and agreed once more. */
  *recover(): Routine {
    this.setFlags({ reliable: true, longDelays: false, longReordering: false });
    for (const server of this.servers) this.stage.world.restart(server);
    this.connectAll();
    yield* this.one(this.command(), this.size, true);
  }
}

export const shown = (command: LogCommand): string =>
  typeof command === 'string' && command.length > 20
    ? `${command.slice(0, 20)}... (${command.length} characters)`
    : String(command);

export const raftScript = (body: (cluster: RaftCluster) => Routine): Script =>
  function* script(stage: Stage): Routine {
    const cluster = new RaftCluster(stage);
    yield* body(cluster);
    yield* cluster.recover();
  };
