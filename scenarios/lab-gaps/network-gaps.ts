/** Gaps 1, 2, 6 and 7: what the labs' network never does. */
import type { NodeId } from '../../core/protocol.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import { SteeredNetwork } from '../../harness/world/network/steered.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { ms } from '../lab/cluster.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';
import type { LabTest } from '../lab/lab-test.ts';
import { loadTest, type Load } from './load-test.ts';

export const networkGaps: readonly LabTest[] = [
  loadTest({
    name: 'DuplicatesAndReordering',
    summary: 'gap 1: a fifth of all messages comes twice, a fifth is late by up to 1.5 s, requests too',
    flags: { reliable: false },
    rates: { dropPer1000: 50, duplicatePer1000: 200, latePer1000: 200, lateUs: { min: 1 * ms, max: 1500 * ms } },
    *trouble(cluster, _random, load) {
      while (!load.isOver) yield* sleep(100 * ms);
      const { duplicated, late } = cluster.stage.world.network.counts;
      return Math.min(duplicated, late);
    },
  }),
  loadTest({
    name: 'LateReplies',
    summary: 'gap 1: the long reordering of replies that Lab 3 never uses',
    flags: { reliable: false, longReordering: true },
    retryMs: [300, 900],
    *trouble(cluster, random, load) {
      let cuts = 0;
      while (!load.isOver) {
        yield* sleep(random.in({ min: 800 * ms, max: 2000 * ms }));
        const leader = cluster.leader;
        if (leader === null) continue;
        cluster.disconnect(leader);
        cuts += 1;
        yield* sleep(random.in({ min: 300 * ms, max: 900 * ms }));
        cluster.connect(leader);
      }
      return cuts;
    },
  }),
  loadTest({
    name: 'OneWayCuts',
    summary: 'gap 2: up to four directions between servers are dead while the others work',
    trouble: oneWayCuts,
  }),
  loadTest({
    name: 'ThreeSides',
    summary: 'gap 2: 7 servers on three sides, with and without a majority on one of them',
    servers: 7,
    *trouble(cluster, random, load) {
      return yield* sidesOf(cluster, random, load, 3, false);
    },
  }),
  loadTest({
    name: 'ClientsCutOff',
    summary: 'gap 2: clients stand on a side too, and reach only the servers there',
    *trouble(cluster, random, load) {
      return yield* sidesOf(cluster, random, load, 2, true);
    },
  }),
  loadTest({
    name: 'SlowLink',
    summary: 'gap 2: the ways between the leader and one follower take 0.1 to 1 s',
    trouble: slowLink,
  }),
  loadTest({
    name: 'StaleReads',
    summary: 'gap 6: the leader is cut from the servers and not from the clients, who share three keys',
    *trouble(cluster, random, load) {
      let deposed = 0;
      while (!load.isOver) {
        const leader = cluster.leader;
        if (leader !== null) {
          cluster.partition([leader], cluster.servers.filter((server) => server !== leader));
          yield* sleep(random.in({ min: 600 * ms, max: 1400 * ms }));
          if (cluster.leader !== leader) deposed += 1;
          cluster.connectAll();
        }
        yield* sleep(random.in({ min: 50 * ms, max: 400 * ms }));
      }
      return deposed;
    },
  }),
  loadTest({
    name: 'OvertakenRequests',
    summary: 'gap 7: clients retry after 30 ms, and old requests arrive up to 3 s after newer ones',
    keys: 2,
    flags: { reliable: false },
    rates: { dropPer1000: 30, duplicatePer1000: 300, latePer1000: 250, lateUs: { min: 20 * ms, max: 3000 * ms } },
    retryMs: [30, 60],
    *trouble(cluster, _random, load) {
      while (!load.isOver) yield* sleep(100 * ms);
      const { duplicated, late } = cluster.stage.world.network.counts;
      return Math.min(duplicated, late);
    },
  }),
];

function* oneWayCuts(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  const closed: (readonly [NodeId, NodeId])[] = [];
  let cuts = 0;
  while (!load.isOver) {
    const from = random.below(cluster.size);
    const to = cluster.after(from, 1 + random.below(cluster.size - 1));
    cluster.stage.note(`n${from} to n${to} is cut`);
    cluster.setWay(from, to, false);
    closed.push([from, to]);
    cuts += 1;
    yield* sleep(random.in({ min: 100 * ms, max: 600 * ms }));
    if (closed.length <= 4) continue;
    const [oldFrom, oldTo] = closed.shift()!;
    cluster.setWay(oldFrom, oldTo, true);
  }
  return cuts;
}

function* sidesOf(
  cluster: KvCluster, random: RandomStream, load: Load, sides: number, withClients: boolean,
): Routine<number> {
  const clients = withClients ? cluster.stage.plan.clients : 0;
  let partitions = 0;
  while (!load.isOver) {
    const sideOf = cluster.servers.map(() => random.below(sides));
    cluster.partition(
      ...Array.from({ length: sides }, (_, side) => cluster.servers.filter((server) => sideOf[server] === side)),
    );
    if (new Set(sideOf).size === sides) partitions += 1;
    for (let client = 0; client < clients; client++) {
      const side = random.below(sides);
      for (const server of cluster.servers) cluster.setWays(cluster.size + client, server, sideOf[server] === side);
    }
    yield* sleep(random.in({ min: 300 * ms, max: 1200 * ms }));
  }
  return partitions;
}

function* slowLink(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  const { network } = cluster.stage.world;
  if (!(network instanceof SteeredNetwork)) throw new TypeError('only the honest manner has slow links');
  let slowed = 0;
  while (!load.isOver) {
    const a = cluster.leader ?? random.below(cluster.size);
    const b = cluster.after(a, 1 + random.below(cluster.size - 1));
    for (const [from, to] of [
      [a, b], [b, a],
    ] as const)
      network.slow(from, to, random.in({ min: 100 * ms, max: 1000 * ms }));
    slowed += 1;
    yield* sleep(random.in({ min: 500 * ms, max: 1500 * ms }));
    for (const [from, to] of [[a, b], [b, a]] as const) network.slow(from, to, 0);
  }
  return slowed;
}
