/**
 * Clients on shared keys while one kind of trouble goes on, then calm: every operation must complete,
 * the history must be linearizable, and the trouble must have happened.
 */
import { mustHold } from '../../checkers/checker.ts';
import type { DiskPlan, NetworkPlan } from '../../harness/plan/plan.ts';
import type { LabFlags } from '../../harness/plan/lab-flags.ts';
import { fires, sleep, type Routine } from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { ms, second } from '../lab/cluster.ts';
import { randomKeyClient } from '../lab/generic-test.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';
import { kvTest, type LabTest } from '../lab/lab-test.ts';

/** The trouble goes on until the load is over. */
export interface Load {
  isOver: boolean;
}

export interface LoadParts {
  readonly name: string;
  readonly summary: string;
  readonly servers?: number;
  readonly keys?: number;
  readonly maxRaftState?: number;
  readonly flags?: Partial<LabFlags>;
  readonly rates?: Partial<NetworkPlan>;
  readonly retryMs?: readonly [number, number];
  readonly electionTimeoutMs?: readonly [number, number];
  readonly disk?: Partial<DiskPlan>;
  /** Returns how often the trouble happened: a run in which it never did proves nothing. */
  readonly trouble: (cluster: KvCluster, random: RandomStream, load: Load) => Routine<number>;
}

const clients = 6;
const loadUs = 8 * second;
const completionUs = 20 * second;

export const loadTest = (parts: LoadParts): LabTest =>
  kvTest({
    ...parts,
    servers: parts.servers ?? 5,
    clerks: clients,
    maxRaftState: parts.maxRaftState ?? 1000,
    *play(cluster) {
      yield* underLoad(cluster, parts);
    },
  });

function* underLoad(cluster: KvCluster, { name, keys = 3, trouble }: LoadParts): Routine {
  const { stage } = cluster;
  yield* cluster.waitForLeader();
  const load: Load = { isOver: false };
  const clerks = Array.from({ length: clients }, () => cluster.newClerk());
  const done = clerks.map((clerk, client) =>
    stage.spawn(randomKeyClient(clerk, client, keys, stage.random(`client ${client}`), load, 60 * ms)),
  );
  const troubled = stage.spawn(trouble(cluster, stage.random('trouble'), load));
  yield* sleep(loadUs);
  load.isOver = true;
  yield* fires(troubled);
  const happened = troubled.value;
  mustHold(
    'Gap Is Exercised', happened > 0, () => `${name} is about a kind of trouble that never happened in this run`,
  );
  cluster.setFlags({ reliable: true, longReordering: false });
  for (const server of cluster.servers) {
    stage.world.restart(server);
    cluster.connect(server);
  }
  for (const clerk of clerks) clerk.reach(cluster.servers);
  for (const [client, one] of done.entries()) {
    mustHold(
      'Completion After Heal',
      yield * fires(one, completionUs),
      () => `client ${client} still waits for an answer ${completionUs / second} s after the trouble ended`,
    );
  }
}
