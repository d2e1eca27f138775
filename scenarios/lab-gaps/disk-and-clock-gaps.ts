/** Gaps 4 and 5: disks that are slow, refuse, tear and forget; processes that stop; clocks that are wrong. */
import { sleep, type Routine } from '../../harness/script/script.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { ms } from '../lab/cluster.ts';
import type { KvCluster } from '../lab/kv-cluster.ts';
import type { LabTest } from '../lab/lab-test.ts';
import { loadTest, type Load } from './load-test.ts';
import { someServer } from './some-server.ts';

export const diskAndClockGaps: readonly LabTest[] = [
  loadTest({
    name: 'CrashAtBarrier',
    summary: 'gap 4: servers crash in the middle of a write, which is lost, or kept without its sends',
    maxRaftState: 300,
    *trouble(cluster, random, load) {
      const { world } = cluster.stage;
      const before = world.counts.crashesWriteLost + world.counts.crashesWriteKept;
      while (!load.isOver) {
        const victim = someServer(cluster, random);
        world.crash(victim, random.chance(500) ? 'writeLost' : 'writeKept');
        yield* sleep(random.in({ min: 20 * ms, max: 300 * ms }));
        world.restart(victim);
        yield* sleep(random.in({ min: 0, max: 200 * ms }));
      }
      return world.counts.crashesWriteLost + world.counts.crashesWriteKept - before;
    },
  }),
  loadTest({
    name: 'TornWrites',
    summary: 'gap 4: servers crash while they write, and any part of the bytes may be on the disk',
    maxRaftState: 300,
    disk: { writeUs: { min: 100, max: 4 * ms }, bytes: true, tornPer1000: 800 },
    trouble: crashWhileWriting,
  }),
  loadTest({
    name: 'FailedWrites',
    summary: 'gap 4: the disk refuses a write, and its server stops there',
    maxRaftState: 300,
    *trouble(cluster, random, load) {
      const { world } = cluster.stage;
      let refused = 0;
      while (!load.isOver) {
        const victim = someServer(cluster, random);
        const { disk } = world.machines[victim]!;
        disk.failing = 'failedWrite';
        yield* sleep(random.in({ min: 20 * ms, max: 300 * ms }));
        disk.failing = null;
        if (!cluster.isUp(victim)) refused += 1;
        world.restart(victim);
        yield* sleep(random.in({ min: 0, max: 200 * ms }));
      }
      return refused;
    },
  }),
  loadTest({
    name: 'SlowDisks',
    summary: 'gap 5: every write stops its server for up to 120 ms',
    disk: { writeUs: { min: 20, max: 120 * ms } },
    retryMs: [400, 900],
    *trouble(cluster, random, load) {
      let crashes = 0;
      while (!load.isOver) {
        yield* sleep(random.in({ min: 800 * ms, max: 1600 * ms }));
        const victim = someServer(cluster, random);
        cluster.crash(victim);
        crashes += 1;
        yield* sleep(random.in({ min: 0, max: 300 * ms }));
        cluster.start(victim);
        cluster.connect(victim);
      }
      return crashes;
    },
  }),
  loadTest({
    name: 'Pauses',
    summary: 'gap 5: a server stops for up to 1.5 s and goes on as if nothing had been, the leader half of the time',
    trouble: pauses,
  }),
  loadTest({
    name: 'ClockSkew',
    summary: 'gap 5: timers of single servers run at a third to three times their time',
    *trouble(cluster, random, load) {
      const { machines } = cluster.stage.world;
      let changes = 0;
      while (!load.isOver) {
        const victim = machines[someServer(cluster, random)]!;
        victim.clock = { ratePer1000: random.in({ min: 333, max: 3000 }), kind: 'clockRate' };
        changes += 1;
        yield* sleep(random.in({ min: 200 * ms, max: 1000 * ms }));
        if (random.chance(500)) victim.clock = null;
      }
      for (const machine of machines) machine.clock = null;
      return changes;
    },
  }),
];

function* crashWhileWriting(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  const { world } = cluster.stage;
  let torn = 0;
  while (!load.isOver) {
    const victim = someServer(cluster, random);
    for (let poll = 0; poll < 400 && !world.machines[victim]!.isWriting; poll++) yield* sleep(500);
    if (world.machines[victim]!.isWriting) torn += 1;
    world.crash(victim, 'now');
    yield* sleep(random.in({ min: 0, max: 200 * ms }));
    world.restart(victim);
    yield* sleep(random.in({ min: 0, max: 200 * ms }));
  }
  return torn;
}

function* pauses(cluster: KvCluster, random: RandomStream, load: Load): Routine<number> {
  let stops = 0;
  while (!load.isOver) {
    const stopped = someServer(cluster, random);
    const machine = cluster.stage.world.machines[stopped]!;
    cluster.stage.note(`n${stopped} stops`);
    machine.pause();
    yield* sleep(random.in({ min: 50 * ms, max: 1500 * ms }));
    machine.resume();
    stops += 1;
    yield* sleep(random.in({ min: 50 * ms, max: 500 * ms }));
  }
  return stops;
}
