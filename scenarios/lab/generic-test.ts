/**
 * Lab 3's generic test: three rounds on one cluster, each with new clients, and with partitions and
 * restarts of all servers where the test asks for them. The history of every one is judged.
 *
 * The rounds last as long as in the lab (5 s of operations); a client rests a random while between
 * two operations, so the number of operations follows from the duration and not from the machine.
 */
import type { NodeId } from '../../core/protocol.ts';
import { mustHold } from '../../checkers/checker.ts';
import { fires, sleep, valueOf, type Routine } from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { appendsMustBeOnceInOrder, piece } from './appends.ts';
import { electionTimeout, ms, second } from './cluster.ts';
import { shownText, type Clerk, type KvCluster } from './kv-cluster.ts';
import { kvTest, type LabTest } from './lab-test.ts';

export interface GenericParts {
  readonly name: string;
  readonly summary: string;
  readonly clients: number;
  readonly servers?: number;
  readonly unreliable?: boolean;
  readonly crash?: boolean;
  readonly partitions?: boolean;
  readonly randomKeys?: boolean;
  readonly maxRaftState?: number;
}

const rounds = 3;
/**
 * Mean time between two operations of a client. A lone client rests less, so that its log would
 * outgrow the bound on Raft's state (8 x maxraftstate) if no snapshot were taken.
 */
const restUs = (clients: number): number => 40 * Math.min(clients, 8) * ms;

/** Clients and partitioner go on until the round tells them to stop. */
interface Round {
  isOver: boolean;
}

export const genericTest = (parts: GenericParts): LabTest =>
  kvTest({
    name: parts.name,
    summary: parts.summary,
    servers: parts.servers ?? 5,
    clerks: rounds * parts.clients + 1,
    maxRaftState: parts.maxRaftState ?? -1,
    flags: { reliable: parts.unreliable !== true },
    *play(cluster) {
      yield* cluster.waitForLeader();
      const reader = cluster.newClerk();
      for (let round = 0; round < rounds; round++) yield* genericRound(cluster, parts, round, reader);
    },
  });

function* genericRound(cluster: KvCluster, parts: GenericParts, number: number, reader: Clerk): Routine {
  const { stage } = cluster;
  const round: Round = { isOver: false };
  const clients = Array.from({ length: parts.clients }, (_, client) => {
    const random = stage.random(`round ${number} client ${client}`);
    const clerk = cluster.newClerk();
    return stage.spawn(parts.randomKeys === true
      ? randomKeyClient(clerk, client, parts.clients, random, round, restUs(parts.clients))
      : ownKeyClient(clerk, client, random, round, restUs(parts.clients)));
  });
  let partitioner = null;
  if (parts.partitions === true) {
    yield* sleep(second);
    partitioner = stage.spawn(partitionAtRandom(cluster, stage.random(`round ${number} partitions`), round));
  }
  yield* sleep(5 * second);
  round.isOver = true;
  if (partitioner !== null) {
    yield* fires(partitioner);
    cluster.connectAll();
    yield* sleep(electionTimeout);
  }
  // Operations that clients are in the middle of live through this.
  if (parts.crash === true) yield* cluster.restartAll(electionTimeout);
  for (let client = 0; client < parts.clients; client++) {
    const appends = yield* valueOf(clients[client]!);
    if (parts.randomKeys !== true) appendsMustBeOnceInOrder(client, appends, yield* reader.get(String(client)));
  }
  sizesMustHold(cluster, parts.maxRaftState ?? -1);
}

/** Returns how many appends it made; every read must give its own running value. */
function* ownKeyClient(
  clerk: Clerk, client: number, random: RandomStream, round: Round, meanRestUs: number,
): Routine<number> {
  const key = String(client);
  let expected = '';
  let appends = 0;
  yield* clerk.put(key, expected);
  while (!round.isOver) {
    if (random.chance(500)) {
      const value = piece(client, appends);
      yield* clerk.append(key, value);
      expected += value;
      appends += 1;
    } else {
      const value = yield* clerk.get(key);
      mustHold(
        'Own Writes',
        value === expected,
        () =>
          `${clerk.name}, the only writer of key ${key}, reads ${shownText(value)}, where it wrote ${shownText(expected)}`,
      );
    }
    yield* sleep(random.below(2 * meanRestUs));
  }
  return appends;
}

/** Half appends, a tenth of the rest puts, and reads: judged by linearizability alone. */
export function* randomKeyClient(
  clerk: Clerk, client: number, keys: number, random: RandomStream, round: Readonly<Round>, meanRestUs: number,
): Routine<number> {
  let appends = 0;
  while (!round.isOver) {
    const key = String(random.below(keys));
    if (random.chance(500)) {
      yield* clerk.append(key, piece(client, appends));
      appends += 1;
    } else if (random.chance(100)) {
      yield* clerk.put(key, piece(client, appends));
      appends += 1;
    } else {
      yield* clerk.get(key);
    }
    yield* sleep(random.below(2 * meanRestUs));
  }
  return appends;
}

/** A fair coin puts each server on one of two sides, again and again. Clients reach every server. */
function* partitionAtRandom(cluster: KvCluster, random: RandomStream, round: { readonly isOver: boolean }): Routine {
  while (!round.isOver) {
    const sides: [NodeId[], NodeId[]] = [[], []];
    for (const server of cluster.servers) sides[random.below(2)]!.push(server);
    cluster.partition(...sides);
    yield* sleep(electionTimeout + random.below(200) * ms);
  }
}

function sizesMustHold(cluster: KvCluster, maxRaftState: number): void {
  if (maxRaftState > 0) cluster.stateMustBeBounded(maxRaftState);
  else cluster.snapshotsMustBeAtMost(0, 'maxraftstate is -1, so none may be taken');
}
