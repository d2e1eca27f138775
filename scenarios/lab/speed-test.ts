/** Speed (2021 and later): an operation may not wait for the next heartbeat. */
import { mustHold } from '../../checkers/checker.ts';
import type { Routine } from '../../harness/script/script.ts';
import { piece } from './appends.ts';
import { ms } from './cluster.ts';
import { shownText, type KvCluster } from './kv-cluster.ts';
import { kvTest, type LabTest } from './lab-test.ts';

const operations = 1000;
/** Three operations for each heartbeat of 100 ms. */
const boundUs = Math.floor((operations * 100 * ms) / 3);

export const speedTest = (name: string, maxRaftState: number): LabTest =>
  kvTest({
    name,
    summary: `1000 appends one after the other, in virtual time below 33.3 ms each${maxRaftState < 0 ? '' : ', with snapshots'}`,
    servers: 3,
    clerks: 1,
    maxRaftState,
    *play(cluster) {
      yield* thousandAppends(cluster);
    },
  });

function* thousandAppends(cluster: KvCluster): Routine {
  const clerk = cluster.newClerk();
  yield* clerk.get('x');
  const fromUs = cluster.stage.nowUs;
  let expected = '';
  for (let counter = 0; counter < operations; counter++) {
    const value = piece(0, counter);
    yield* clerk.append('x', value);
    expected += value;
  }
  const tookUs = cluster.stage.nowUs - fromUs;
  const value = yield* clerk.get('x');
  mustHold(
    'Every Append Once In Order',
    value === expected,
    () => `after ${operations} appends the value is ${shownText(value)}, where it must be ${shownText(expected)}`,
  );
  mustHold(
    'Speed',
    tookUs < boundUs,
    () =>
      `${operations} appends took ${tookUs / ms} ms, where less than ${boundUs / ms} ms are allowed: 33.3 ms for each`,
  );
}
