/** Lab 3A: the key/value service without snapshots. */
import type { NodeId } from '../../core/protocol.ts';
import { mustHold } from '../../checkers/checker.ts';
import { sleep, valueOf, type Routine } from '../../harness/script/script.ts';
import { appendsMustBeOnceInOrder, piece } from './appends.ts';
import { ms, second } from './cluster.ts';
import { genericTest } from './generic-test.ts';
import type { KvCluster } from './kv-cluster.ts';
import { kvTest, type LabTest } from './lab-test.ts';
import { speedTest } from './speed-test.ts';

export const lab3a: readonly LabTest[] = [
  genericTest({ name: '3A-1-Basic', summary: 'one client', clients: 1 }),
  speedTest('3A-2-Speed', -1),
  genericTest({ name: '3A-3-Concurrent', summary: '5 clients', clients: 5 }),
  genericTest({ name: '3A-4-Unreliable', summary: '5 clients, unreliable network', clients: 5, unreliable: true }),
  kvTest({
    name: '3A-5-UnreliableOneKey',
    summary: '5 clients append to one key on an unreliable network',
    servers: 3,
    clerks: 6,
    maxRaftState: -1,
    flags: { reliable: false },
    *play(cluster) {
      yield* unreliableOneKey(cluster);
    },
  }),
  kvTest({
    name: '3A-6-OnePartition',
    summary: 'progress in the majority, none in the minority, completion after it is joined',
    servers: 5,
    clerks: 4,
    maxRaftState: -1,
    *play(cluster) {
      yield* onePartition(cluster);
    },
  }),
  genericTest({
    name: '3A-7-ManyPartitionsOneClient', summary: 'one client, partitions', clients: 1, partitions: true,
  }),
  genericTest({
    name: '3A-8-ManyPartitionsManyClients', summary: '5 clients, partitions', clients: 5, partitions: true,
  }),
  genericTest({
    name: '3A-9-PersistOneClient', summary: 'one client, restarts of all servers', clients: 1, crash: true,
  }),
  genericTest({ name: '3A-10-PersistConcurrent', summary: '5 clients, restarts', clients: 5, crash: true }),
  genericTest({
    name: '3A-11-PersistConcurrentUnreliable', summary: '5 clients, restarts, unreliable network', clients: 5,
    crash: true, unreliable: true,
  }),
  genericTest({
    name: '3A-12-PersistPartition', summary: '5 clients, restarts, partitions', clients: 5, crash: true,
    partitions: true,
  }),
  genericTest({
    name: '3A-13-PersistPartitionUnreliable',
    summary: '5 clients, restarts, partitions, unreliable network',
    clients: 5,
    crash: true,
    partitions: true,
    unreliable: true,
  }),
  genericTest({
    name: '3A-14-PersistPartitionUnreliableLinearizable',
    summary: '15 clients on random keys, 7 servers, restarts, partitions, unreliable network',
    clients: 15,
    servers: 7,
    crash: true,
    partitions: true,
    unreliable: true,
    randomKeys: true,
  }),
];

function* unreliableOneKey(cluster: KvCluster): Routine {
  const appends = 10;
  const reader = cluster.newClerk();
  yield* reader.put('k', '');
  const clients = [0, 1, 2, 3, 4].map((client) => cluster.stage.spawn(appendTo('k', cluster, client, appends)));
  for (const client of clients) yield* valueOf(client);
  const value = yield* reader.get('k');
  for (let client = 0; client < clients.length; client++) appendsMustBeOnceInOrder(client, appends, value);
}

function* appendTo(key: string, cluster: KvCluster, client: number, appends: number): Routine {
  const clerk = cluster.newClerk();
  for (let counter = 0; counter < appends; counter++) yield* clerk.append(key, piece(client, counter));
}

function* onePartition(cluster: KvCluster): Routine {
  const all = cluster.newClerk();
  yield* all.put('1', '13');
  const leader = yield* cluster.waitForLeader();
  const minority: readonly NodeId[] = [leader, cluster.after(leader, 1)];
  const majority = cluster.servers.filter((server) => !minority.includes(server));
  cluster.partition(minority, majority);

  // Progress in the majority.
  const inMajority = cluster.newClerk(majority);
  yield* inMajority.put('1', '14');
  yield* inMajority.mustRead('1', '14');

  // No progress in the minority.
  const writer = cluster.newClerk(minority);
  const reader = cluster.newClerk(minority);
  const put = writer.begin({ kind: 'put', key: '1', value: '15' });
  const get = reader.begin({ kind: 'get', key: '1' });
  yield* sleep(second);
  mustHold(
    'No Progress In Minority', !put.isFired,
    () => `a put was answered by ${cluster.listed(minority)}, 2 of 5 servers, within 1 s`,
  );
  mustHold(
    'No Progress In Minority', !get.isFired,
    () => `a get was answered by ${cluster.listed(minority)}, 2 of 5 servers, within 1 s`,
  );
  yield* inMajority.mustRead('1', '14');
  yield* inMajority.put('1', '16');
  yield* inMajority.mustRead('1', '16');

  // Completion after all are joined; the lab looks at the get once and takes a miss.
  cluster.connectAll();
  writer.reach(cluster.servers);
  reader.reach(cluster.servers);
  yield* sleep(second);
  mustHold(
    'Completion After Heal', yield * writer.isDone(put, 3000 * ms),
    () => 'a put that waited in the minority is not answered 4 s after all were joined',
  );
  mustHold(
    'Completion After Heal', yield * reader.isDone(get, 3000 * ms),
    () => 'a get that waited in the minority is not answered 4 s after all were joined',
  );
  yield* all.mustRead('1', '15');
}
