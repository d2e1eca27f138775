/** Lab 2A: leader election. */
import { mustHold } from '../../checkers/checker.ts';
import { sleep } from '../../harness/script/script.ts';
import { electionTimeout, ms } from './cluster.ts';
import { raftTest, type LabTest } from './lab-test.ts';

export const lab2a: readonly LabTest[] = [
  raftTest({
    name: '2A-1-InitialElection',
    summary: 'a leader within 5 s, equal terms, and the same leader after 2 s of calm',
    servers: 3,
    *play(cluster) {
      yield* cluster.checkOneLeader();
      yield* sleep(50 * ms);
      const term = cluster.checkTerms();
      mustHold(
        'First Term', term >= 1, () => `after an election all servers are in term ${term}, which must be at least 1`,
      );
      yield* sleep(2 * electionTimeout);
      const later = cluster.checkTerms();
      // The lab only warns here; with nothing failing there is no reason for a second election.
      mustHold(
        'Term Is Stable', later === term,
        () => `the term went from ${term} to ${later} within 2 s although nothing failed`,
      );
      yield* cluster.checkOneLeader();
    },
  }),
  raftTest({
    name: '2A-2-ReElection',
    summary: 'a new leader when the old one is cut off, none without a majority, one again after that',
    servers: 3,
    *play(cluster) {
      const first = yield* cluster.checkOneLeader();
      cluster.disconnect(first);
      yield* cluster.checkOneLeader();
      cluster.connect(first);
      const second = yield* cluster.checkOneLeader();
      cluster.disconnect(second);
      cluster.disconnect(cluster.after(second, 1));
      yield* sleep(2 * electionTimeout);
      cluster.checkNoLeader();
      cluster.connect(cluster.after(second, 1));
      yield* cluster.checkOneLeader();
      cluster.connect(second);
      yield* cluster.checkOneLeader();
    },
  }),
  raftTest({
    name: '2A-3-ManyElections',
    summary: '7 servers, 9 rounds with up to 3 cut off: a leader in each round',
    servers: 7,
    *play(cluster) {
      yield* cluster.checkOneLeader();
      for (let round = 1; round < 10; round++) {
        const cutOff = [cluster.below(7), cluster.below(7), cluster.below(7)];
        for (const server of cutOff) cluster.disconnect(server);
        yield* cluster.checkOneLeader();
        for (const server of cutOff) cluster.connect(server);
      }
      yield* cluster.checkOneLeader();
    },
  }),
];
