/** Lab 3B: the key/value service with snapshots; maxraftstate is 1000 bytes. */
import { mustHold } from '../../checkers/checker.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import { electionTimeout, second, secondsOf } from './cluster.ts';
import { genericTest } from './generic-test.ts';
import type { KvCluster } from './kv-cluster.ts';
import { kvTest, type LabTest } from './lab-test.ts';
import { speedTest } from './speed-test.ts';

const maxRaftState = 1000;

export const lab3b: readonly LabTest[] = [
  kvTest({
    name: '3B-1-SnapshotRPC',
    summary: 'a server that was cut off for 50 puts catches up by a snapshot and makes the majority',
    servers: 3,
    clerks: 3,
    maxRaftState,
    *play(cluster) {
      yield* snapshotRpc(cluster);
    },
  }),
  kvTest({
    name: '3B-2-SnapshotSize',
    summary: '800 operations on one key: snapshots of at most 500 bytes, in less than 20 s',
    servers: 3,
    clerks: 1,
    maxRaftState,
    *play(cluster) {
      const clerk = cluster.newClerk();
      for (let i = 0; i < 200; i++) {
        for (const value of ['0', '1']) {
          yield* clerk.put('x', value);
          yield* clerk.mustRead('x', value);
        }
      }
      cluster.stateMustBeBounded(maxRaftState);
      cluster.snapshotsMustBeAtMost(500, 'the store holds one key of one character');
      const { nowUs } = cluster.stage;
      mustHold(
        'Speed', nowUs < 20 * second, () => `800 operations took ${secondsOf(nowUs)}, where less than 20 s are allowed`,
      );
    },
  }),
  speedTest('3B-3-Speed', maxRaftState),
  genericTest({
    name: '3B-4-SnapshotRecover', summary: 'one client, restarts of all servers', clients: 1, crash: true, maxRaftState,
  }),
  genericTest({
    name: '3B-5-SnapshotRecoverManyClients', summary: '20 clients, restarts', clients: 20, crash: true, maxRaftState,
  }),
  genericTest({
    name: '3B-6-SnapshotUnreliable', summary: '5 clients, unreliable network', clients: 5, unreliable: true,
    maxRaftState,
  }),
  genericTest({
    name: '3B-7-SnapshotUnreliableRecover',
    summary: '5 clients, restarts, unreliable network',
    clients: 5,
    unreliable: true,
    crash: true,
    maxRaftState,
  }),
  genericTest({
    name: '3B-8-SnapshotUnreliableRecoverConcurrentPartition',
    summary: '5 clients, restarts, partitions, unreliable network',
    clients: 5,
    unreliable: true,
    crash: true,
    partitions: true,
    maxRaftState,
  }),
  genericTest({
    name: '3B-9-SnapshotUnreliableRecoverConcurrentPartitionLinearizable',
    summary: '15 clients on random keys, 7 servers, restarts, partitions, unreliable network',
    clients: 15,
    servers: 7,
    unreliable: true,
    crash: true,
    partitions: true,
    randomKeys: true,
    maxRaftState,
  }),
];

function* snapshotRpc(cluster: KvCluster): Routine {
  const all = cluster.newClerk();
  yield* all.put('a', 'A');
  yield* all.mustRead('a', 'A');

  // n2 falls behind, further than the log of the others reaches.
  cluster.partition([0, 1], [2]);
  const first = cluster.newClerk([0, 1]);
  for (let i = 0; i < 50; i++) yield* first.put(String(i), String(i));
  yield* sleep(electionTimeout);
  yield* first.put('b', 'B');
  cluster.stateMustBeBounded(maxRaftState);

  // Now it is needed for a majority, so it must get a snapshot.
  cluster.partition([0, 2], [1]);
  const later = cluster.newClerk([0, 2]);
  yield* later.put('c', 'C');
  yield* later.put('d', 'D');
  yield* later.mustRead('a', 'A');
  yield* later.mustRead('b', 'B');
  yield* later.mustRead('1', '1');
  yield* later.mustRead('49', '49');
  const { snapshot, log } = cluster.serverOf(2)!.raft.persistent;
  mustHold(
    'Snapshot Installed', snapshot !== null, () => `n2 caught up with ${log.lastIndex} entries and holds no snapshot`,
  );

  cluster.connectAll();
  yield* all.put('e', 'E');
  yield* all.mustRead('c', 'C');
  yield* all.mustRead('e', 'E');
  yield* all.mustRead('1', '1');
}
