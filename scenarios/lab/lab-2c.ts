/** Lab 2C: persistence, under crashes and on networks that lose and reorder. */
import type { NodeId } from '../../core/protocol.ts';
import { sleep, fires, type Routine } from '../../harness/script/script.ts';
import { churn } from './churn.ts';
import { electionTimeout, ms } from './cluster.ts';
import { raftTest, type LabTest } from './lab-test.ts';
import type { RaftCluster } from './raft-cluster.ts';

export const lab2c: readonly LabTest[] = [
  raftTest({
    name: '2C-1-Persist1',
    summary: 'agreement after all, the leader and a follower restart',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(11, 3, true);
      for (const server of cluster.servers) cluster.start(server);
      cluster.connectAll();
      yield* cluster.one(12, 3, true);
      const first = yield* cluster.checkOneLeader();
      restart(cluster, first);
      yield* cluster.one(13, 3, true);
      const second = yield* cluster.checkOneLeader();
      cluster.disconnect(second);
      yield* cluster.one(14, 2, true);
      restart(cluster, second);
      yield* cluster.wait(4, 3, null);
      const follower = cluster.after(yield* cluster.checkOneLeader(), 1);
      cluster.disconnect(follower);
      yield* cluster.one(15, 2, true);
      restart(cluster, follower);
      yield* cluster.one(16, 3, true);
    },
  }),
  raftTest({
    name: '2C-2-Persist2',
    summary: '5 rounds of cutting off and restarting, with majorities that change',
    servers: 5,
    *play(cluster) {
      let command = 10;
      for (let round = 0; round < 5; round++) {
        yield* cluster.one(command++, 5, true);
        const leader = yield* cluster.checkOneLeader();
        const at = (places: number): NodeId => cluster.after(leader, places);
        cluster.disconnect(at(1));
        cluster.disconnect(at(2));
        yield* cluster.one(command++, 3, true);
        for (const places of [0, 3, 4]) cluster.disconnect(at(places));
        restart(cluster, at(1));
        restart(cluster, at(2));
        yield* sleep(electionTimeout);
        restart(cluster, at(3));
        yield* cluster.one(command++, 3, true);
        cluster.connect(at(4));
        cluster.connect(at(0));
      }
      yield* cluster.one(1000, 5, true);
    },
  }),
  raftTest({
    name: '2C-3-Persist3',
    summary: 'the leader and a follower crash while the other follower is cut off',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(101, 3, true);
      const leader = yield* cluster.checkOneLeader();
      const at = (places: number): NodeId => cluster.after(leader, places);
      cluster.disconnect(at(2));
      yield* cluster.one(102, 2, true);
      cluster.crash(at(0));
      cluster.crash(at(1));
      cluster.connect(at(2));
      restart(cluster, at(0));
      yield* cluster.one(103, 2, true);
      restart(cluster, at(1));
      yield* cluster.one(104, 3, true);
    },
  }),
  raftTest({
    name: '2C-4-Figure8',
    summary: '1000 steps: leaders crash soon after they took a command, 3 of 5 servers stay up',
    servers: 5,
    *play(cluster) {
      yield* figure8(cluster);
    },
  }),
  raftTest({
    name: '2C-5-UnreliableAgree',
    summary: '246 agreements, most of them five at a time, on a network that loses a fifth of the calls',
    servers: 5,
    flags: { reliable: false },
    *play(cluster) {
      yield* unreliableAgree(cluster);
    },
  }),
  raftTest({
    name: '2C-6-Figure8Unreliable',
    summary: '1000 steps of cutting off leaders; replies late and out of order from step 200 on',
    servers: 5,
    flags: { reliable: false },
    *play(cluster) {
      yield* figure8Unreliable(cluster);
    },
  }),
  raftTest({
    name: '2C-7-Churn',
    summary: 'three clients while servers are cut off, crash and restart: no value seen is lost',
    servers: 5,
    *play(cluster) {
      yield* churn(cluster);
    },
  }),
  raftTest({
    name: '2C-8-UnreliableChurn',
    summary: 'the same on an unreliable network',
    servers: 5,
    flags: { reliable: false },
    *play(cluster) {
      yield* churn(cluster);
    },
  }),
];

/** A restart from the disk, and back into the cluster. */
function restart(cluster: RaftCluster, server: NodeId): void {
  cluster.start(server);
  cluster.connect(server);
}

/** The pause between two steps: most of them shorter than a commit takes, one in ten far longer. */
function* figure8Pause(cluster: RaftCluster): Routine {
  const isLong = cluster.below(1000) < 100;
  yield* sleep(cluster.below(isLong ? 500 : 13) * ms);
}

function* figure8(cluster: RaftCluster): Routine {
  yield* cluster.one(cluster.command(), 1, true);
  for (let step = 0; step < 1000; step++) {
    const answers = yield* cluster.askAll(() => cluster.command());
    const leader = answers.findLastIndex((started) => started?.isLeader === true);
    yield* figure8Pause(cluster);
    if (leader >= 0) cluster.crash(leader);
    const up = cluster.servers.filter((server) => cluster.isUp(server)).length;
    const lucky = cluster.below(cluster.size);
    if (up < 3 && !cluster.isUp(lucky)) restart(cluster, lucky);
  }
  for (const server of cluster.servers) if (!cluster.isUp(server)) restart(cluster, server);
  yield* cluster.one(cluster.command(), cluster.size, true);
}

function* figure8Unreliable(cluster: RaftCluster): Routine {
  yield* cluster.one(cluster.below(10_000), 1, true);
  for (let step = 0; step < 1000; step++) {
    if (step === 200) cluster.setFlags({ longReordering: true });
    // Servers that are cut off are asked too: a deposed leader goes on growing its log.
    const answers = yield* cluster.askAll(() => cluster.below(10_000));
    const leader = answers.findLastIndex(
      (started, server) => started?.isLeader === true && cluster.isConnected(server),
    );
    yield* figure8Pause(cluster);
    const isCut = cluster.below(1000) < 500;
    if (leader >= 0 && isCut) cluster.disconnect(leader);
    const lucky = cluster.below(cluster.size);
    if (cluster.connected.length < 3 && !cluster.isConnected(lucky)) cluster.connect(lucky);
  }
  cluster.connectAll();
  yield* cluster.one(cluster.below(10_000), cluster.size, true);
}

function* unreliableAgree(cluster: RaftCluster): Routine {
  const threads = [];
  for (let round = 1; round < 50; round++) {
    for (let j = 0; j < 4; j++) threads.push(cluster.stage.spawn(cluster.one(100 * round + j, 1, true)));
    yield* cluster.one(round, 1, true);
  }
  cluster.setFlags({ reliable: true });
  for (const thread of threads) yield* fires(thread);
  yield* cluster.one(100, cluster.size, true);
}
