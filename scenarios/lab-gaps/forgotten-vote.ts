/**
 * A voter that restarts between two candidates of one term. Two servers that cannot reach each other
 * run for the same term at nearly the same moment; the third votes for one, restarts at once, and then
 * hears of the other. It must remember its vote, else both are elected.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Persistent } from '../../core/raft/state.ts';
import { mustHold } from '../../checkers/checker.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import { ms } from '../lab/cluster.ts';
import { raftTest, type LabTest } from '../lab/lab-test.ts';
import type { RaftCluster } from '../lab/raft-cluster.ts';

const rounds = 20;

export const forgottenVote: LabTest = raftTest({
  name: 'ForgottenVote',
  summary: '20 elections with two candidates of one term and a voter that restarts between them',
  servers: 3,
  electionTimeoutMs: [150, 154],
  *play(cluster) {
    let rivals = 0;
    for (let round = 0; round < rounds; round++) rivals += (yield* rivalElection(cluster)) ? 1 : 0;
    mustHold(
      'Gap Is Exercised',
      rivals > 0,
      () => `in none of ${rounds} elections did a voter restart between two candidates of one term`,
    );
  },
});

const [first, second, voter] = [0, 1, 2] as const;

/** Whether the voter restarted behind its vote while both others ran for the same term. */
function* rivalElection(cluster: RaftCluster): Routine<boolean> {
  const { world } = cluster.stage;
  for (const server of cluster.servers) world.crash(server, 'now');
  // The candidates' clocks start together, the voter's so late that it does not run itself.
  cluster.setWays(first, second, false);
  world.restart(first);
  world.restart(second);
  yield* sleep(140 * ms);
  world.restart(voter);
  const before = termOnDisk(cluster, voter);
  let hasVoted = false;
  for (let poll = 0; poll < 200 && !hasVoted; poll++) {
    yield* sleep(100);
    const state = cluster.raftOf(voter)?.persistent;
    hasVoted = state !== undefined && state.currentTerm > before && state.votedFor !== null;
  }
  if (!hasVoted) return false;
  world.crash(voter, 'now');
  world.restart(voter);
  // Time enough for the other request, and for whoever was elected to be seen; not for another election.
  yield* sleep(20 * ms);
  const isSameTerm = termOnDisk(cluster, first) === termOnDisk(cluster, second);
  mustBeOneLeader(cluster);
  return isSameTerm && termOnDisk(cluster, first) > before;
}

function mustBeOneLeader(cluster: RaftCluster): void {
  const [a, b] = [cluster.raftOf(first), cluster.raftOf(second)];
  const isDouble =
    a?.role.kind === 'leader' && b?.role.kind === 'leader' && a.persistent.currentTerm === b.persistent.currentTerm;
  mustHold(
    'One Leader Per Term',
    !isDouble,
    () => `n${first} and n${second} both lead in term ${a?.persistent.currentTerm}, both by the vote of n${voter}`,
  );
}

const durableOf = (cluster: RaftCluster, server: NodeId): Persistent =>
  cluster.stage.world.machines[server]!.disk.durable as Persistent;
const termOnDisk = (cluster: RaftCluster, server: NodeId): number => durableOf(cluster, server).currentTerm;
