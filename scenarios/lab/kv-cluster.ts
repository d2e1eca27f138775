/** What the tests of Lab 3 do with key/value servers and clerks, and what they state of them. */
import type { NodeId } from '../../core/protocol.ts';
import type { Operation, Result } from '../../core/kv/command.ts';
import type { Server } from '../../core/server.ts';
import { mustHold } from '../../checkers/checker.ts';
import {
  fires, sleep, valueOf, type Routine, type Script, type Signal, type Stage,
} from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { Cluster, ms } from './cluster.ts';

/** The lab lets Raft's state grow to 8 times maxraftstate before it complains. */
const stateBoundTimes = 8;

export class KvCluster extends Cluster {
  readonly random: RandomStream;
  private clerksMade = 0;

  constructor(stage: Stage) {
    super(stage);
    this.random = stage.random('script');
  }

  /** A clerk of its own, as a node of the world, that reaches the servers given and no others. */
  newClerk(servers: readonly NodeId[] = this.servers): Clerk {
    const { plan } = this.stage;
    const number = this.clerksMade++;
    if (number >= plan.clients)
      throw new TypeError(`the script needs more than the ${plan.clients} clients of its plan`);
    const clerk = new Clerk(this, plan.servers + number);
    clerk.reach(servers);
    return clerk;
  }

  serverOf(node: NodeId): Server | null {
    return this.stage.world.machines[node]!.state as Server | null;
  }

  get leader(): NodeId | null {
    return this.stage.world.leader();
  }

  *waitForLeader(): Routine<NodeId> {
    for (let poll = 0; poll < 500; poll++) {
      const { leader } = this;
      if (leader !== null) return leader;
      yield* sleep(10 * ms);
    }
    mustHold('Leader Elected', false, () => 'no server led at any of 500 polls within 5 s');
    return 0;
  }

  /** No server keeps more of Raft's state than the lab allows. */
  stateMustBeBounded(maxRaftState: number): void {
    const boundBytes = stateBoundTimes * maxRaftState;
    this.stateSizes.forEach((sizeBytes, server) => {
      mustHold(
        'State Size',
        sizeBytes <= boundBytes,
        () =>
          `n${server} keeps ${sizeBytes} bytes of Raft's state, where at most ${boundBytes} (${stateBoundTimes} times maxraftstate) are allowed`,
      );
    });
  }

  snapshotsMustBeAtMost(boundBytes: number, why: string): void {
    this.snapshotSizes.forEach((sizeBytes, server) => {
      mustHold(
        'Snapshot Size',
        sizeBytes <= boundBytes,
        () => `n${server} keeps a snapshot of ${sizeBytes} bytes, where at most ${boundBytes} are allowed: ${why}`,
      );
    });
  }

  /** Stops every server at once, waits a second, and starts them all from their disks. */
  *restartAll(downUs: number): Routine {
    for (const server of this.servers) this.crash(server);
    yield* sleep(downUs);
    for (const server of this.servers) this.start(server);
    this.connectAll();
  }
}

export class Clerk {
  readonly node: NodeId;
  private readonly cluster: KvCluster;

  constructor(cluster: KvCluster, node: NodeId) {
    this.cluster = cluster;
    this.node = node;
  }

  get name(): string {
    return `c${this.node - this.cluster.size}`;
  }

  /** From now on it reaches these servers and no others. */
  reach(servers: readonly NodeId[]): void {
    for (const server of this.cluster.servers) this.cluster.setWays(this.node, server, servers.includes(server));
  }

  begin(operation: Operation): Signal<unknown> {
    return this.cluster.stage.ask(this.node, operation);
  }

  private *finish(operation: Operation): Routine<Result> {
    const result = (yield* valueOf(this.begin(operation))) as Result;
    this.cluster.stage.checked += 1;
    return result;
  }

  *get(key: string): Routine<string> {
    return (yield* this.finish({ kind: 'get', key })) as string;
  }

  *put(key: string, value: string): Routine {
    yield* this.finish({ kind: 'put', key, value });
  }

  *append(key: string, value: string): Routine {
    yield* this.finish({ kind: 'append', key, value });
  }

  *mustRead(key: string, expected: string): Routine {
    const value = yield* this.get(key);
    mustHold(
      'Value Read',
      value === expected,
      () => `${this.name} reads ${shownText(value)} from key ${key}, where it must read ${shownText(expected)}`,
    );
  }

  /** Waits for an operation that was begun, and counts it when it is done in time. */
  *isDone(begun: Signal<unknown>, withinUs: number): Routine<boolean> {
    const isDone = yield* fires(begun, withinUs);
    if (isDone) this.cluster.stage.checked += 1;
    return isDone;
  }
}

export const shownText = (text: string): string =>
  text.length <= 60 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 60))}... (${text.length} characters)`;

export const kvScript = (body: (cluster: KvCluster) => Routine): Script =>
  function* script(stage: Stage): Routine {
    yield* body(new KvCluster(stage));
  };
