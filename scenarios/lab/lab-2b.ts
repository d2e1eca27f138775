/** Lab 2B: log replication. FollowerFailure and LeaderFailure are of the 2023 edition. */
import type { LogIndex } from '../../core/raft/log.ts';
import { mustHold, Violated } from '../../checkers/checker.ts';
import { sleep, valueOf, type Routine } from '../../harness/script/script.ts';
import { electionTimeout, ms, second } from './cluster.ts';
import { raftTest, type LabTest } from './lab-test.ts';
import { shown, type RaftCluster } from './raft-cluster.ts';

export const lab2b: readonly LabTest[] = [
  raftTest({
    name: '2B-1-BasicAgree',
    summary: 'command k is agreed at index k, and nothing before it was asked',
    servers: 3,
    *play(cluster) {
      for (let k = 1; k <= 3; k++) {
        cluster.mustNotBeCommitted(k, 'before anybody asked for it');
        yield* agreedAt(cluster, k, k * 100);
      }
    },
  }),
  raftTest({
    name: '2B-2-RPCBytes',
    summary: 'ten commands of 5000 characters cost at most 200,000 bytes',
    servers: 3,
    *play(cluster) {
      const { rpcs } = cluster.stage.network;
      yield* agreedAt(cluster, 1, 99);
      const before = rpcs.bytes;
      for (let index = 2; index <= 11; index++) yield* agreedAt(cluster, index, longText(cluster));
      const sentBytes = rpcs.bytes - before;
      const boundBytes = cluster.size * 50_000 + 50_000;
      mustHold(
        'RPC Bytes',
        sentBytes <= boundBytes,
        () =>
          `ten commands of 5000 characters took ${sentBytes} bytes of calls, where at most ${boundBytes} are allowed`,
      );
    },
  }),
  raftTest({
    name: '2B-3-FailAgree',
    summary: 'agreement with a follower cut off, which catches up after it is joined',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(101, 3, false);
      const follower = cluster.after(yield* cluster.checkOneLeader(), 1);
      cluster.disconnect(follower);
      yield* cluster.one(102, 2, false);
      yield* cluster.one(103, 2, false);
      yield* sleep(electionTimeout);
      yield* cluster.one(104, 2, false);
      yield* cluster.one(105, 2, false);
      cluster.connect(follower);
      yield* cluster.one(106, 3, true);
      yield* sleep(electionTimeout);
      yield* cluster.one(107, 3, true);
    },
  }),
  raftTest({
    name: '2B-4-FailNoAgree',
    summary: '3 of 5 cut off: the leader accepts a command that must not be committed',
    servers: 5,
    *play(cluster) {
      yield* cluster.one(10, 5, false);
      const leader = yield* cluster.checkOneLeader();
      const cutOff = [1, 2, 3].map((places) => cluster.after(leader, places));
      for (const server of cutOff) cluster.disconnect(server);
      yield* acceptedAt(cluster, leader, 20, [2]);
      yield* sleep(2 * electionTimeout);
      cluster.mustNotBeCommitted(2, 'with 3 of 5 servers cut off for 2 s');
      for (const server of cutOff) cluster.connect(server);
      yield* acceptedAt(cluster, yield* cluster.checkOneLeader(), 30, [2, 3]);
      yield* cluster.one(1000, 5, true);
    },
  }),
  raftTest({
    name: '2B-5-ConcurrentStarts',
    summary: 'five commands proposed at once are all committed',
    servers: 3,
    *play(cluster) {
      yield* attempts(cluster, concurrentStarts);
    },
  }),
  raftTest({
    name: '2B-6-Rejoin',
    summary: 'what a leader took while it was cut off is overwritten when it is joined',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(101, 3, true);
      const first = yield* cluster.checkOneLeader();
      cluster.disconnect(first);
      for (const command of [102, 103, 104]) yield* cluster.ask(first, command);
      yield* cluster.one(103, 2, true);
      const second = yield* cluster.checkOneLeader();
      cluster.disconnect(second);
      cluster.connect(first);
      yield* cluster.one(104, 2, true);
      cluster.connect(second);
      yield* cluster.one(105, 3, true);
    },
  }),
  raftTest({
    name: '2B-7-Backup',
    summary: 'logs that differ by 50 entries of many terms are brought together quickly',
    servers: 5,
    *play(cluster) {
      yield* backup(cluster);
    },
  }),
  raftTest({
    name: '2B-8-Count',
    summary: 'calls are few: 30 to elect, 42 for 12 commands, 60 in an idle second',
    servers: 3,
    *play(cluster) {
      yield* cluster.checkOneLeader();
      const { callsReceived } = cluster;
      mustHold(
        'Calls To Elect',
        callsReceived >= 1 && callsReceived <= 30,
        () => `it took ${callsReceived} calls to elect the first leader, where 1 to 30 are allowed`,
      );
      yield* attempts(cluster, countedBatch);
      const before = cluster.callsReceived;
      yield* sleep(electionTimeout);
      const idle = cluster.callsReceived - before;
      mustHold('Idle Calls', idle <= 60, () => `an idle second took ${idle} calls, where at most 60 are allowed`);
    },
  }),
  raftTest({
    name: '2B-9-FollowerFailure',
    summary: 'agreement with one follower cut off, none with both (2023 edition)',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(101, 3, false);
      cluster.disconnect(cluster.after(yield* cluster.checkOneLeader(), 1));
      yield* cluster.one(102, 2, false);
      yield* sleep(electionTimeout);
      yield* cluster.one(103, 2, false);
      const leader = yield* cluster.checkOneLeader();
      cluster.disconnect(cluster.after(leader, 1));
      cluster.disconnect(cluster.after(leader, 2));
      yield* acceptedAt(cluster, leader, 104, [4]);
      yield* sleep(2 * electionTimeout);
      cluster.mustNotBeCommitted(4, 'with both followers cut off for 2 s');
    },
  }),
  raftTest({
    name: '2B-10-LeaderFailure',
    summary: 'agreement after a leader is cut off, none after the second one is (2023 edition)',
    servers: 3,
    *play(cluster) {
      yield* cluster.one(101, 3, false);
      cluster.disconnect(yield* cluster.checkOneLeader());
      yield* cluster.one(102, 2, false);
      yield* sleep(electionTimeout);
      yield* cluster.one(103, 2, false);
      cluster.disconnect(yield* cluster.checkOneLeader());
      for (const server of cluster.servers) yield* cluster.ask(server, 104);
      yield* sleep(2 * electionTimeout);
      cluster.mustNotBeCommitted(4, 'with two of three servers cut off for 2 s');
    },
  }),
];

function* agreedAt(cluster: RaftCluster, index: LogIndex, command: number | string): Routine {
  const agreed = yield* cluster.one(command, cluster.size, false);
  mustHold(
    'Index Of Agreement',
    agreed === index,
    () => `command ${shown(command)} was agreed at index ${agreed}, where it must be ${index}`,
  );
}

/** The server must lead, and take the command at one of the indexes. */
function* acceptedAt(cluster: RaftCluster, server: number, command: number, indexes: readonly LogIndex[]): Routine {
  const started = yield* cluster.ask(server, command);
  mustHold('Leader Accepts', started?.isLeader === true, () => `n${server} led and does not accept command ${command}`);
  mustHold(
    'Index Of Start',
    indexes.includes(started!.index),
    () => `n${server} took command ${command} at index ${started!.index}, where it must be ${indexes.join(' or ')}`,
  );
}

const longText = (cluster: RaftCluster): string =>
  Array.from({ length: 5000 }, () => String.fromCharCode(33 + cluster.below(90))).join('');

/** Up to 5 tries, because the term may move on in the middle of one through no fault of anybody. */
function* attempts(cluster: RaftCluster, attempt: (cluster: RaftCluster) => Routine<boolean>): Routine {
  for (let tried = 0; tried < 5; tried++) {
    if (tried > 0) yield* sleep(3 * second);
    if (yield* attempt(cluster)) return;
  }
  throw new Violated('Stable Term', 'the term moved on in each of 5 attempts although nothing failed');
}

function* concurrentStarts(cluster: RaftCluster): Routine<boolean> {
  const leader = yield* cluster.checkOneLeader();
  const first = yield* cluster.ask(leader, 1);
  if (first?.isLeader !== true) return false;
  const { term } = first;
  const answers = [100, 101, 102, 103, 104].map((command) => cluster.stage.spawn(cluster.ask(leader, command)));
  const indexes: LogIndex[] = [];
  for (const answer of answers) {
    const started = yield* valueOf(answer);
    if (started?.isLeader === true && started.term === term) indexes.push(started.index);
  }
  if (cluster.servers.some((server) => cluster.raftOf(server)!.persistent.currentTerm !== term)) return false;
  const found = new Set<unknown>();
  for (const index of indexes) {
    const command = yield* cluster.wait(index, cluster.size, term);
    if (command === null) return false;
    found.add(command);
    cluster.stage.checked += 1;
  }
  for (const command of [100, 101, 102, 103, 104]) {
    mustHold(
      'No Command Is Lost',
      found.has(command),
      () => `command ${command}, one of five proposed at once to n${leader}, was not committed in term ${term}`,
    );
  }
  return true;
}

function* countedBatch(cluster: RaftCluster): Routine<boolean> {
  const leader = yield* cluster.checkOneLeader();
  const before = cluster.callsReceived;
  const first = yield* cluster.ask(leader, 1);
  if (first?.isLeader !== true) return false;
  const { index, term } = first;
  const commands: number[] = [];
  for (let i = 1; i <= 11; i++) {
    const command = cluster.command();
    commands.push(command);
    const started = yield* cluster.ask(leader, command);
    if (started?.isLeader !== true || started.term !== term) return false;
    mustHold(
      'Index Of Start',
      started.index === index + i,
      () => `n${leader} took command ${i} of a batch at index ${started.index}, where it must be ${index + i}`,
    );
  }
  for (let i = 1; i <= 10; i++) {
    const applied = yield* cluster.wait(index + i, cluster.size, term);
    if (applied === null) return false;
    mustHold(
      'Committed In Place', applied === commands[i - 1],
      () => `index ${index + i} holds ${applied}, where ${commands[i - 1]} was accepted`,
    );
    cluster.stage.checked += 1;
  }
  if (cluster.servers.some((server) => cluster.raftOf(server)!.persistent.currentTerm !== term)) return false;
  const calls = cluster.callsReceived - before;
  mustHold(
    'Calls For A Batch', calls <= (10 + 1 + 3) * 3,
    () => `12 commands took ${calls} calls, where at most ${(10 + 1 + 3) * 3} are allowed`,
  );
  return true;
}

function* backup(cluster: RaftCluster): Routine {
  const { size } = cluster;
  yield* cluster.one(cluster.command(), size, true);
  // A leader with one follower takes 50 commands that cannot commit.
  const first = yield* cluster.checkOneLeader();
  const others = [2, 3, 4].map((places) => cluster.after(first, places));
  for (const server of others) cluster.disconnect(server);
  yield* manyStarts(cluster, first);
  yield* sleep(500 * ms);
  cluster.disconnect(first);
  cluster.disconnect(cluster.after(first, 1));
  for (const server of others) cluster.connect(server);
  yield* manyAgreements(cluster);
  // One of the three is cut off, and its leader takes another 50.
  const second = yield* cluster.checkOneLeader();
  const other = cluster.after(first, 2) === second ? cluster.after(second, 1) : cluster.after(first, 2);
  cluster.disconnect(other);
  yield* manyStarts(cluster, second);
  yield* sleep(500 * ms);
  for (const server of cluster.servers) cluster.disconnect(server);
  for (const server of [first, cluster.after(first, 1), other]) cluster.connect(server);
  yield* manyAgreements(cluster);
  cluster.connectAll();
  yield* cluster.one(cluster.command(), size, true);
}

function* manyStarts(cluster: RaftCluster, server: number): Routine {
  for (let i = 0; i < 50; i++) yield* cluster.ask(server, cluster.command());
}

function* manyAgreements(cluster: RaftCluster): Routine {
  for (let i = 0; i < 50; i++) yield* cluster.one(cluster.command(), 3, true);
}
