/** Lab 2C's churn: clients go on while servers come and go. */
import type { LogIndex } from '../../core/raft/log.ts';
import { mustHold } from '../../checkers/checker.ts';
import { sleep, valueOf, type Routine } from '../../harness/script/script.ts';
import { electionTimeout, ms } from './cluster.ts';
import type { RaftCluster } from './raft-cluster.ts';

/** What a client waits between two looks at whether its value was committed. */
const looksMs = [10, 20, 50, 100, 200];

export function* churn(cluster: RaftCluster): Routine {
  const state = { isOver: false };
  const clients = [0, 1, 2].map((me) => cluster.stage.spawn(churnClient(cluster, me, state)));
  for (let round = 0; round < 20; round++) {
    if (cluster.below(1000) < 200) cluster.disconnect(cluster.below(cluster.size));
    if (cluster.below(1000) < 500) {
      const server = cluster.below(cluster.size);
      if (!cluster.isUp(server)) cluster.start(server);
      cluster.connect(server);
    }
    if (cluster.below(1000) < 200) cluster.crash(cluster.below(cluster.size));
    yield* sleep(700 * ms);
  }
  yield* sleep(electionTimeout);
  cluster.setFlags({ reliable: true });
  for (const server of cluster.servers) {
    if (!cluster.isUp(server)) cluster.start(server);
    cluster.connect(server);
  }
  state.isOver = true;
  const seen: number[] = [];
  for (const client of clients) seen.push(...(yield* valueOf(client)));
  yield* sleep(electionTimeout);
  const lastIndex = yield* cluster.one(cluster.command(), cluster.size, true);
  yield* mustAllBeLogged(cluster, seen, lastIndex);
}

/** Returns the values that it saw committed. */
function* churnClient(
  cluster: RaftCluster, me: number, state: { readonly isOver: boolean },
): Routine<readonly number[]> {
  const random = cluster.stage.random(`churn client ${me}`);
  const seen: number[] = [];
  while (!state.isOver) {
    const command = random.below(2 ** 31);
    const index = yield* startSomewhere(cluster, command);
    if (index === null) {
      yield* sleep((79 + me * 17) * ms);
      continue;
    }
    for (const lookMs of looksMs) {
      const committed = cluster.nCommitted(index);
      if (committed.servers > 0) {
        if (committed.command === command) seen.push(command);
        break;
      }
      yield* sleep(lookMs * ms);
    }
  }
  return seen;
}

/** Asks every server; the index of the last one that accepted. */
function* startSomewhere(cluster: RaftCluster, command: number): Routine<LogIndex | null> {
  const answers = yield* cluster.askAll(() => command);
  return answers.findLast((started) => started?.isLeader === true)?.index ?? null;
}

function* mustAllBeLogged(cluster: RaftCluster, seen: readonly number[], lastIndex: LogIndex): Routine {
  const logged = new Set<unknown>();
  for (let index = 1; index <= lastIndex; index++) logged.add(yield* cluster.wait(index, cluster.size, null));
  for (const command of seen) {
    mustHold(
      'No Committed Value Is Lost',
      logged.has(command),
      () => `a client saw ${command} committed, and it is not among the ${lastIndex} entries of the final log`,
    );
    cluster.stage.checked += 1;
  }
}
