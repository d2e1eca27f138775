/** Gap 3: servers that crash alone, under load and at the worst moments. */
import type { NodeId } from '../../core/protocol.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { ms } from '../lab/cluster.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';
import type { LabTest } from '../lab/lab-test.ts';
import { loadTest, type Load } from './load-test.ts';
import { someServer } from './some-server.ts';

export const crashGaps: readonly LabTest[] = [
  loadTest({
    name: 'SingleCrashes',
    summary: 'gap 3: one server at a time crashes under load, the leader half of the time',
    maxRaftState: 300,
    *trouble(cluster, random, load) {
      let crashes = 0;
      while (!load.isOver) {
        const victim = someServer(cluster, random);
        cluster.crash(victim);
        crashes += 1;
        yield* sleep(random.in({ min: 0, max: 500 * ms }));
        cluster.start(victim);
        cluster.connect(victim);
        yield* sleep(random.in({ min: 50 * ms, max: 600 * ms }));
      }
      return crashes;
    },
  }),
  loadTest({
    name: 'CrashDuringInstall',
    summary: 'gap 3: a server that needs a snapshot crashes while it installs it',
    maxRaftState: 300,
    trouble: crashDuringInstall,
  }),
  loadTest({
    name: 'CrashesWithinElection',
    summary: 'gap 3: candidates and voters crash and restart while an election is on',
    trouble: crashesWithinElection,
  }),
];

const snapshotIndex = (cluster: KvCluster, server: NodeId): number =>
  (cluster.stage.world.machines[server]!.disk.durable as Persistent).snapshot?.lastIncludedIndex ?? 0;

/** Returns how many servers crashed when the snapshot of another one had just reached their disk, or was about to. */
function* crashDuringInstall(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  const { world } = cluster.stage;
  let interrupted = 0;
  while (!load.isOver) {
    const leader = cluster.leader ?? 0;
    const victim = cluster.after(leader, 1 + random.below(cluster.size - 1));
    cluster.disconnect(victim);
    yield* sleep(random.in({ min: 600 * ms, max: 1200 * ms }));
    const behind = snapshotIndex(cluster, victim);
    cluster.connect(victim);
    // Half of them lose the write itself, the others crash when it is on the disk.
    if (random.chance(500)) world.crash(victim, random.chance(500) ? 'writeLost' : 'writeKept');
    if (yield* installBegins(cluster, victim, behind)) {
      interrupted += 1;
      cluster.crash(victim);
    }
    yield* sleep(random.in({ min: 0, max: 100 * ms }));
    world.restart(victim);
    cluster.connect(victim);
    yield* sleep(random.in({ min: 100 * ms, max: 300 * ms }));
  }
  return interrupted;
}

/** Whether, within half a second, another one's snapshot stands on the victim's disk or took it down. */
function* installBegins(cluster: KvCluster, victim: NodeId, behind: number): Routine<boolean> {
  for (let poll = 0; poll < 2500; poll++) {
    if (!cluster.isUp(victim) || snapshotIndex(cluster, victim) > behind) return true;
    yield* sleep(200);
  }
  return false;
}

function* crashesWithinElection(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  let crashes = 0;
  let leaderLostAtUs = cluster.stage.nowUs;
  while (!load.isOver) {
    yield* sleep(1 * ms);
    const hasCandidate = cluster.servers.some((server) => cluster.serverOf(server)?.raft.role.kind === 'candidate');
    if (hasCandidate && crashes < 200 && random.chance(300)) {
      crashes += 1;
      const victim = random.below(cluster.size);
      cluster.stage.world.crash(victim, random.pick(['now', 'writeLost', 'writeKept']));
      yield* sleep(random.in({ min: 0, max: 15 * ms }));
      cluster.stage.world.restart(victim);
    } else if (!hasCandidate && cluster.stage.nowUs - leaderLostAtUs > 900 * ms) {
      leaderLostAtUs = cluster.stage.nowUs;
      leaderVanishes(cluster, random);
    }
  }
  return crashes;
}

/** The leader goes away for long enough that the others elect another one. */
function leaderVanishes(cluster: KvCluster, random: RandomStream): void {
  const leader = cluster.leader;
  if (leader === null) return;
  cluster.crash(leader);
  cluster.stage.spawn((function* returns(): Routine {
    yield* sleep(random.in({ min: 300 * ms, max: 700 * ms }));
    cluster.stage.world.restart(leader);
    cluster.connect(leader);
  })());
}
