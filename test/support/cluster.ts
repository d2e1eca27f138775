/**
 * A handful of servers with disks and a network that a test moves by hand: messages wait until the
 * test lets them arrive, and nothing is left to chance.
 */
import type { Operation } from '../../core/kv/command.ts';
import type { ClientReply } from '../../core/kv/messages.ts';
import type { NodeId } from '../../core/protocol.ts';
import { applyWrite } from '../../core/raft/persistence.ts';
import { blankPersistent, type Persistent } from '../../core/raft/state.ts';
import {
  bootServer, type Server, type ServerConfig, type ServerEffect, type ServerEvent, type ServerMessage, type ServerStep,
} from '../../core/server.ts';
import { stepWithOptions } from '../../core/server-process.ts';

export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: ServerMessage;
}

export const serverConfig = (id: NodeId, clusterSize: number, changed: Partial<ServerConfig> = {}): ServerConfig => ({
  id,
  clusterSize,
  electionTimeoutUs: { min: 150_000, max: 300_000 },
  heartbeatUs: 50_000,
  entriesPerMessageMax: 1000,
  noopOnElection: true,
  maxRaftState: -1,
  applyBatchMax: 1000,
  applyPauseUs: { min: 0, max: 0 },
  ...changed,
});

/** Ids from here on are clients: what is sent to them is kept in `answers`. */
export const firstClient = 100;

export class Cluster {
  readonly servers: (Server | null)[] = [];
  readonly disks: Persistent[] = [];
  /** On their way between servers, the oldest first. */
  letters: Letter[] = [];
  readonly answers: { readonly client: NodeId; readonly message: ClientReply }[] = [];
  /** What each step did, for tests that look at effects. */
  lastEffects: readonly ServerEffect[] = [];
  private readonly configs: readonly ServerConfig[];

  constructor(size: number, changed: Partial<ServerConfig> = {}) {
    this.configs = Array.from({ length: size }, (_, id) => serverConfig(id, size, changed));
    for (let id = 0; id < size; id++) {
      this.disks.push(blankPersistent);
      this.servers.push(null);
      this.boot(id);
    }
  }

  server(id: NodeId): Server {
    const server = this.servers[id];
    if (server === null || server === undefined) throw new Error(`n${id} is down`);
    return server;
  }

  /** Starts from what the disk holds. */
  boot(id: NodeId): void {
    this.carryOut(id, bootServer(this.configs[id]!, this.disks[id]!));
  }

  crash(id: NodeId): void {
    this.servers[id] = null;
  }

  handle(id: NodeId, event: ServerEvent): void {
    this.carryOut(id, stepWithOptions(this.server(id), event));
  }

  timer(id: NodeId, timer: string): void {
    this.handle(id, { kind: 'timer', timer });
  }

  ask(id: NodeId, client: NodeId, sequence: number, operation: Operation, session?: number): void {
    this.handle(id, {
      kind: 'message',
      from: client,
      message: { kind: 'clientRequest', sequence, operation, ...(session === undefined ? {} : { session }) },
    });
  }

  /** Lets everything arrive, also what that gives rise to; letters that `isLost` names are lost. */
  deliver(isLost: (letter: Letter) => boolean = () => false): void {
    while (this.letters.length > 0) {
      const letter = this.letters.shift()!;
      if (isLost(letter) || this.servers[letter.to] === null) continue;
      this.handle(letter.to, { kind: 'message', from: letter.from, message: letter.message });
    }
  }

  /** Elects `id` with the votes of all who can hear it. */
  elect(id: NodeId, isLost: (letter: Letter) => boolean = () => false): void {
    this.timer(id, 'election');
    this.deliver(isLost);
    if (this.server(id).raft.role.kind !== 'leader') throw new Error(`n${id} was not elected`);
  }

  answersTo(client: NodeId): readonly ClientReply[] {
    return this.answers.filter((answer) => answer.client === client).map((answer) => answer.message);
  }

  private carryOut(id: NodeId, step: ServerStep): void {
    this.lastEffects = step.effects;
    for (const effect of step.effects) {
      if (effect.kind === 'persist')
        for (const write of effect.writes) this.disks[id] = applyWrite(this.disks[id]!, write);
      if (effect.kind === 'send') this.send(id, effect.to, effect.message);
    }
    this.servers[id] = step.state;
  }

  private send(from: NodeId, to: NodeId, message: ServerMessage): void {
    if (to >= firstClient) this.answers.push({ client: to, message: message as ClientReply });
    else this.letters.push({ from, to, message });
  }
}

/** Letters between the two sides of a partition; `side` lists the servers of one of them. */
export const across =
  (side: readonly NodeId[]) =>
  ({ from, to }: Letter): boolean =>
    side.includes(from) !== side.includes(to);

/** n0 leads; all have executed what the second client asked for, and have answered a heartbeat since. */
export function clusterThatWrote(size: number, config: Partial<ServerConfig>, operation: Operation): Cluster {
  const cluster = new Cluster(size, config);
  cluster.elect(0);
  cluster.ask(0, firstClient + 1, 1, operation);
  cluster.deliver();
  cluster.timer(0, 'heartbeat');
  cluster.deliver();
  return cluster;
}
