/** Gap 8: bounds on progress in virtual time, which no loaded machine can miss and no fast one can hide. */
import type { NodeId } from '../../core/protocol.ts';
import { mustHold } from '../../checkers/checker.ts';
import { sleep, type Routine } from '../../harness/script/script.ts';
import { ms, second, secondsOf } from '../lab/cluster.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';
import { kvTest, type LabTest } from '../lab/lab-test.ts';

/** Five times the longest election timeout: four split votes in a row. */
const electionBoundUs = 3 * second;
const answerBoundUs = second;
const catchUpBoundUs = second;

export const livenessBounds: LabTest = kvTest({
  name: 'LivenessBounds',
  summary: 'gap 8: 15 leaders are lost; a new one within 3 s, an answer within 1 s, the old one caught up within 1 s',
  servers: 5,
  clerks: 1,
  maxRaftState: 1000,
  *play(cluster) {
    const clerk = cluster.newClerk();
    let value = '';
    yield* cluster.waitForLeader();
    for (let round = 0; round < 15; round++) {
      const lost = (yield *
        within(
          cluster, electionBoundUs, 'Election In Time', () => 'no server leads', () => cluster.leader,
        ))!;
      const isCrash = cluster.random.chance(500);
      if (isCrash) cluster.crash(lost);
      else cluster.disconnect(lost);
      yield *
        within(
          cluster, electionBoundUs, 'Election In Time', () => `n${lost} is lost and no other server leads`,
          () => otherLeader(cluster, lost),
        );
      const fromUs = cluster.stage.nowUs;
      yield* clerk.append('k', `${round};`);
      value += `${round};`;
      const tookUs = cluster.stage.nowUs - fromUs;
      mustHold(
        'Answer In Time',
        tookUs <= answerBoundUs,
        () =>
          `with a leader there, an append took ${secondsOf(tookUs)}, where at most ${secondsOf(answerBoundUs)} are allowed`,
      );
      if (isCrash) cluster.start(lost);
      cluster.connect(lost);
      const target = highestCommitted(cluster);
      yield *
        within(
          cluster, catchUpBoundUs, 'Catch Up In Time', () => `n${lost} was joined and has not executed entry ${target}`,
          () => ((cluster.serverOf(lost)?.machine.lastExecuted ?? 0) >= target ? lost : null),
        );
    }
    yield* clerk.mustRead('k', value);
  },
});

function* within(
  cluster: KvCluster, boundUs: number, property: string, missing: () => string, found: () => NodeId | null,
): Routine<NodeId | null> {
  const fromUs = cluster.stage.nowUs;
  while (found() === null) {
    mustHold(property, cluster.stage.nowUs - fromUs < boundUs, () => `${missing()} after ${secondsOf(boundUs)}`);
    yield* sleep(5 * ms);
  }
  return found();
}

/** A leader of whom the cut-off one may not know yet. */
const otherLeader = (cluster: KvCluster, lost: NodeId): NodeId | null =>
  cluster.servers.find((server) => server !== lost && cluster.serverOf(server)?.raft.role.kind === 'leader') ?? null;

const highestCommitted = (cluster: KvCluster): number =>
  Math.max(...cluster.servers.map((server) => cluster.serverOf(server)?.raft.commitIndex ?? 0));
