/** Lab 2D: snapshots in Raft alone. Every server takes one at each tenth entry. SnapshotInit is of the 2023 edition. */
import type { NodeId } from '../../core/protocol.ts';
import { mustHold } from '../../checkers/checker.ts';
import type { Routine } from '../../harness/script/script.ts';
import { raftTest, type LabTest } from './lab-test.ts';
import type { RaftCluster } from './raft-cluster.ts';

const snapshotEvery = 10;
const stateBoundBytes = 2000;

type RoundFault = 'none' | 'cut' | 'crash';

const snapshotTest = (name: string, summary: string, fault: RoundFault, reliable: boolean): LabTest =>
  raftTest({
    name,
    summary,
    servers: 3,
    snapshotEvery,
    flags: { reliable },
    *play(cluster) {
      yield* snapshotRounds(cluster, fault);
    },
  });

export const lab2d: readonly LabTest[] = [
  snapshotTest('2D-1-SnapshotBasic', "30 rounds of commands: Raft's state stays below 2000 bytes", 'none', true),
  snapshotTest(
    '2D-2-SnapshotInstall', 'the same, with a server cut off in each round that needs the snapshot', 'cut', true,
  ),
  snapshotTest('2D-3-SnapshotInstallUnreliable', 'the same on an unreliable network', 'cut', false),
  snapshotTest('2D-4-SnapshotInstallCrash', 'the same, with a server that crashes in each round', 'crash', true),
  snapshotTest('2D-5-SnapshotInstallUnCrash', 'the same on an unreliable network', 'crash', false),
  raftTest({
    name: '2D-6-SnapshotAllCrash',
    summary: 'all servers crash and restart, five times: the log goes on where it was',
    servers: 3,
    snapshotEvery,
    *play(cluster) {
      yield* cluster.one(cluster.command(), 3, true);
      for (let round = 0; round < 5; round++) {
        const commands = 5 + cluster.below(10);
        for (let i = 0; i < commands; i++) yield* cluster.one(cluster.command(), 3, true);
        const before = yield* cluster.one(cluster.command(), 3, true);
        crashAndRestartAll(cluster);
        const after = yield* cluster.one(cluster.command(), 3, true);
        mustHold(
          'Index After Restart',
          after >= before + 1,
          () => `after all servers restarted a command was agreed at index ${after}, where it must be behind ${before}`,
        );
      }
    },
  }),
  raftTest({
    name: '2D-7-SnapshotInit',
    summary: 'all servers restart right behind a snapshot, twice (2023 edition)',
    servers: 3,
    snapshotEvery,
    *play(cluster) {
      for (let i = 0; i <= snapshotEvery + 1; i++) yield* cluster.one(cluster.command(), 3, true);
      crashAndRestartAll(cluster);
      // One entry makes every server write its state, with the snapshot that it started from.
      yield* cluster.one(cluster.command(), 3, true);
      crashAndRestartAll(cluster);
      yield* cluster.one(cluster.command(), 3, true);
      const sizes = cluster.snapshotSizes;
      mustHold(
        'Snapshot Survives',
        sizes.every((sizeBytes) => sizeBytes > 0),
        () => `after two restarts the snapshots on disk have ${sizes.join(' ')} bytes, where none may be empty`,
      );
    },
  }),
];

function crashAndRestartAll(cluster: RaftCluster): void {
  for (const server of cluster.servers) cluster.crash(server);
  for (const server of cluster.servers) cluster.start(server);
  cluster.connectAll();
}

function* snapshotRounds(cluster: RaftCluster, fault: RoundFault): Routine {
  yield* cluster.one(cluster.command(), 3, true);
  let leader = yield* cluster.checkOneLeader();
  for (let round = 0; round < 30; round++) {
    // Every third round the leader itself is the victim.
    const isLeaderStruck = round % 3 === 1;
    const victim = isLeaderStruck ? leader : cluster.after(leader, 1);
    const sender = isLeaderStruck ? cluster.after(leader, 1) : leader;
    yield* struckRound(cluster, fault, victim, sender);
    stateMustBeSmall(cluster, round);
    if (fault === 'none') continue;
    if (fault === 'crash') cluster.start(victim);
    cluster.connect(victim);
    yield* cluster.one(cluster.command(), 3, true);
    leader = yield* cluster.checkOneLeader();
  }
}

function* struckRound(cluster: RaftCluster, fault: RoundFault, victim: NodeId, sender: NodeId): Routine {
  if (fault === 'cut') cluster.disconnect(victim);
  if (fault === 'crash') cluster.crash(victim);
  if (fault !== 'none') yield* cluster.one(cluster.command(), 2, true);
  const commands = snapshotEvery / 2 + cluster.below(snapshotEvery);
  for (let i = 0; i < commands; i++) yield* cluster.ask(sender, cluster.command());
  yield* cluster.one(cluster.command(), fault === 'none' ? 3 : 2, true);
}

function stateMustBeSmall(cluster: RaftCluster, round: number): void {
  cluster.stateSizes.forEach((sizeBytes, server) => {
    mustHold(
      'State Size',
      sizeBytes < stateBoundBytes,
      () =>
        `n${server} keeps ${sizeBytes} bytes of Raft's state after round ${round}, where it must be less than ${stateBoundBytes}`,
    );
  });
}
