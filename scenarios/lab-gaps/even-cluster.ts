/** The labs' clusters have 3, 5 or 7 servers: half of an even one is not a majority of it. */
import { sleep } from '../../harness/script/script.ts';
import { ms } from '../lab/cluster.ts';
import type { LabTest } from '../lab/lab-test.ts';
import { loadTest } from './load-test.ts';

export const evenCluster: LabTest = loadTest({
  name: 'EvenCluster',
  summary: '4 servers, cut into halves again and again: neither half may elect or commit',
  servers: 4,
  *trouble(cluster, random, load) {
    let halves = 0;
    while (!load.isOver) {
      const shuffled = random.shuffled(cluster.servers);
      cluster.partition(shuffled.slice(0, 2), shuffled.slice(2));
      halves += 1;
      yield* sleep(random.in({ min: 800 * ms, max: 1800 * ms }));
      cluster.connectAll();
      yield* sleep(random.in({ min: 100 * ms, max: 700 * ms }));
    }
    return halves;
  },
});
