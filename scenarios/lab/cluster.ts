/** The servers of a lab test, as its script cuts, joins, crashes and starts them. */
import type { NodeId } from '../../core/protocol.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { persistedSizeBytes } from '../../core/raft/persistence.ts';
import type { LabFlags } from '../../harness/plan/lab-flags.ts';
import type { Stage } from '../../harness/script/script.ts';

export const ms = 1000;
export const second = 1000 * ms;
/** The lab's yardstick: its tests sleep in units of it. */
export const electionTimeout = second;

export class Cluster {
  readonly stage: Stage;
  readonly servers: readonly NodeId[];
  private readonly isCutOff: boolean[];
  private readonly closed = new Set<number>();

  constructor(stage: Stage) {
    this.stage = stage;
    this.servers = Array.from({ length: stage.plan.servers }, (_, node) => node);
    this.isCutOff = this.servers.map(() => false);
  }

  get size(): number {
    return this.servers.length;
  }

  isConnected(server: NodeId): boolean {
    return !this.isCutOff[server]!;
  }

  isUp(server: NodeId): boolean {
    return this.stage.world.machines[server]!.isUp;
  }

  get connected(): readonly NodeId[] {
    return this.servers.filter((server) => this.isConnected(server));
  }

  /** The server so many places after another one, counted in a circle. */
  after(server: NodeId, places: number): NodeId {
    return (server + places) % this.size;
  }

  /** Opens or closes one direction between two nodes; a node is never cut from itself. */
  setWay(from: NodeId, to: NodeId, isOpen: boolean): void {
    const { network, machines } = this.stage.world;
    const way = from * machines.length + to;
    if (from === to || this.closed.has(way) === !isOpen) return;
    if (isOpen) {
      this.closed.delete(way);
      network.mend(from, to);
    } else {
      this.closed.add(way);
      network.cut(from, to);
    }
  }

  setWays(a: NodeId, b: NodeId, isOpen: boolean): void {
    this.setWay(a, b, isOpen);
    this.setWay(b, a, isOpen);
  }

  disconnect(server: NodeId): void {
    this.stage.note(`n${server} is cut off`);
    this.isCutOff[server] = true;
    for (const other of this.servers) this.setWays(server, other, false);
  }

  /** Joins a server to all that are not cut off themselves. */
  connect(server: NodeId): void {
    this.stage.note(`n${server} is joined`);
    this.isCutOff[server] = false;
    for (const other of this.connected) this.setWays(server, other, true);
  }

  connectAll(): void {
    for (const server of this.servers) this.connect(server);
  }

  /** Cuts a server off and takes everything from it but its disk. */
  crash(server: NodeId): void {
    this.disconnect(server);
    this.stage.world.crash(server, 'now');
  }

  /** Starts a server from its disk, after a crash if it was up. It is not joined. */
  start(server: NodeId): void {
    this.crash(server);
    this.stage.note(`n${server} starts`);
    this.stage.world.restart(server);
  }

  /** Servers of one side reach each other and nobody else. */
  partition(...sides: readonly (readonly NodeId[])[]): void {
    this.stage.note(`sides ${sides.map((side) => `{${side.join(' ')}}`).join(' | ')}`);
    for (const a of this.servers) {
      for (const b of this.servers)
        if (a !== b)
          this.setWay(
            a, b, sides.some((side) => side.includes(a) && side.includes(b)),
          );
    }
  }

  setFlags(flags: Partial<LabFlags>): void {
    const { network } = this.stage;
    network.flags = { ...network.flags, ...flags };
  }

  private durable(server: NodeId): Persistent {
    return this.stage.world.machines[server]!.disk.durable as Persistent;
  }

  /** Bytes of Raft's state, without the snapshot: of each server, on its disk. */
  get stateSizes(): readonly number[] {
    return this.servers.map((server) => persistedSizeBytes(this.durable(server)));
  }

  get snapshotSizes(): readonly number[] {
    return this.servers.map((server) => this.durable(server).snapshot?.sizeBytes ?? 0);
  }

  /** Calls handed to servers so far. */
  get callsReceived(): number {
    return this.servers.reduce((sum, server) => sum + this.stage.network.rpcs.received[server]!, 0);
  }

  listed(servers: readonly NodeId[]): string {
    return servers.length === 0 ? 'none' : servers.map((server) => `n${server}`).join(' ');
  }
}

export const secondsOf = (us: number): string => `${(us / second).toFixed(3)} s`;
