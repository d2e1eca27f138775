/**
 * Figure 8 of the Raft paper, by chance and state by state. The lab's own Figure8 test cannot reach its last
 * states here: on a reliable network whatever a leader sends arrives, also when it crashes behind it, so
 * that no entry stays on one server alone. In the Go labs a call may still wait for its turn when its
 * caller is cut off. `Figure8AtBarrier` crashes leaders between the write and the sends;
 * `Figure8StateByState` goes where every seed gets to: an entry of an earlier term stands on a majority, and the leader
 * has none of its own term. It must not be committed, for (d1) may still overwrite it.
 */
import type { NodeId } from '../../core/protocol.ts';
import { mustHold, Violated } from '../../checkers/checker.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import { ms, second } from '../lab/cluster.ts';
import { raftTest, type LabTest } from '../lab/lab-test.ts';
import type { RaftCluster } from '../lab/raft-cluster.ts';

export const figure8StateByState: LabTest = raftTest({
  name: 'Figure8StateByState',
  summary: 'an entry of an earlier term on a majority must not be committed by counting',
  servers: 5,
  *play(cluster) {
    yield* cluster.one(1, 5, true);
    const s1 = yield* leaderAmong(cluster, cluster.servers);
    const [s2, ...others] = [1, 2, 3, 4].map((places) => cluster.after(s1, places)) as [NodeId, ...NodeId[]];

    // (a) S1 leads and replicates index 2 to S2 alone.
    cluster.partition([s1, s2], others);
    yield* cluster.ask(s1, 20);
    yield* until(cluster, `n${s2} to hold index 2`, () => lastIndexOf(cluster, s2) === 2);

    // (b) S1 crashes; another is elected without it and takes a different entry at index 2.
    cluster.stage.world.crash(s1, 'now');
    cluster.partition(others);
    const s5 = yield* leaderAmong(cluster, others);
    cluster.partition([s5], others.filter((server) => server !== s5));
    yield* cluster.ask(s5, 30);
    yield* until(cluster, `n${s5} to hold index 2`, () => lastIndexOf(cluster, s5) === 2);

    // (c) S5 crashes; S1 or S2 is elected and brings the old entry to a third server.
    cluster.stage.world.crash(s5, 'now');
    cluster.stage.world.restart(s1);
    const s3 = others.find((server) => server !== s5)!;
    cluster.partition([s1, s2, s3]);
    yield* until(cluster, `n${s3} to hold index 2`, () => lastIndexOf(cluster, s3) === 2);
    yield* sleep(500 * ms);
    cluster.mustNotBeCommitted(
      2,
      "an entry of an earlier term on 3 of 5 servers, with none of the leader's own term behind it",
    );

    // (d1) That leader is lost; S5 is elected by the others and overwrites the entry.
    for (const server of [s1, s2]) cluster.stage.world.crash(server, 'now');
    cluster.stage.world.restart(s5);
    cluster.partition(others);
    mustHold(
      'Election Restriction', (yield* leaderAmong(cluster, others)) === s5,
      () => `of ${cluster.listed(others)} only n${s5} has the newest last term`,
    );
    const started = yield* cluster.ask(s5, 40);
    yield* until(cluster, 'index 3 to be committed', () => cluster.nCommitted(3).servers >= 3);
    mustHold(
      'Overwritten',
      started?.index === 3 && cluster.nCommitted(2).command === 30,
      () => `index 2 holds ${cluster.nCommitted(2).command}, where the entry of the newest term, 30, must have won`,
    );
  },
});

export const figure8AtBarrier: LabTest = raftTest({
  name: 'Figure8AtBarrier',
  summary: '300 steps of the lab\'s Figure8, with leaders that crash behind the write and before the sends',
  servers: 5,
  *play(cluster) {
    const { world } = cluster.stage;
    yield* cluster.one(cluster.command(), 1, true);
    const before = world.counts.crashesWriteKept;
    for (let step = 0; step < 300; step++) {
      const leader = world.leader();
      const isAtBarrier = cluster.below(2) === 0;
      if (leader !== null && isAtBarrier) world.crash(leader, 'writeKept');
      if (leader !== null && cluster.below(2) === 0) yield* cluster.ask(leader, cluster.command());
      yield* sleep(cluster.below(cluster.below(2) === 0 ? 13 : 700) * ms);
      if (leader !== null && cluster.below(2) === 0) world.crash(leader, 'now');
      const down = cluster.servers.filter((server) => !cluster.isUp(server));
      if (down.length > 2 || (down.length > 0 && cluster.below(4) === 0))
        world.restart(down[cluster.below(down.length)]!);
    }
    const crashes = world.counts.crashesWriteKept - before;
    mustHold('Gap Is Exercised', crashes > 0, () => 'no leader crashed between its write and its sends');
  },
});

const lastIndexOf = (cluster: RaftCluster, server: NodeId): number =>
  cluster.raftOf(server)?.persistent.log.lastIndex ?? 0;

function* leaderAmong(cluster: RaftCluster, servers: readonly NodeId[]): Routine<NodeId> {
  const leader = (): NodeId | undefined => servers.find((server) => cluster.raftOf(server)?.role.kind === 'leader');
  yield* until(cluster, `one of ${cluster.listed(servers)} to lead`, () => leader() !== undefined);
  return leader()!;
}

function* until(cluster: RaftCluster, what: string, isSo: () => boolean): Routine {
  const boundUs = cluster.stage.nowUs + 10 * second;
  while (!isSo()) {
    if (cluster.stage.nowUs > boundUs) throw new Violated('Schedule Reached', `waited 10 s for ${what}`);
    yield* sleep(100);
  }
}
