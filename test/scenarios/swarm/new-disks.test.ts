/** Disks that are replaced in the plans of the swarm: in more than half of those where servers come and go. */
import { expect, test } from 'vitest';
import type { Change } from '../../../core/raft/members.ts';
import type { ReplacedDisk } from '../../../harness/plan/faults/operators.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { RandomStream } from '../../../harness/world/random.ts';
import { run } from '../../../harness/run.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { drawNewDisks } from '../../../scenarios/swarm/new-disks.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1));
const moving = plans.filter((plan) => (plan.settings as RaftKvSettings).members !== undefined);
const newDisksOf = ({ faults }: Plan): readonly ReplacedDisk[] =>
  faults.filter((fault): fault is ReplacedDisk => fault.kind === 'replacedDisk');

test('more than half of the plans where servers come and go have some, and no others', () => {
  const having = plans.filter((plan) => newDisksOf(plan).length > 0);
  expect(having.filter((plan) => !moving.includes(plan))).toEqual([]);
  expect(Math.abs(having.length / moving.length - 0.53)).toBeLessThan(0.08);
});

test('each is of servers that an operator asks to take out, from then to the end of the storm', () => {
  for (const plan of moving) {
    const asked = plan.operations.map(({ atUs, request }) => ({ atUs, change: request as Change }));
    for (const { fromUs, untilUs, nodes } of newDisksOf(plan)) {
      expect(untilUs).toBe(plan.stormUs);
      const isAsked = ({ atUs, change }: (typeof asked)[number]): boolean =>
        atUs === fromUs &&
        (change.kind === 'removeServer'
          ? nodes.join() === `${change.server}`
          : change.kind === 'replaceServers' &&
            nodes.every((node) => !change.voters.includes(node) && !change.learners.includes(node)));
      expect(asked.some(isAsked), `${plan.seed}: ${nodes.join()} at ${fromUs}`).toBe(true);
    }
  }
});

test('some servers are up again at once, and some are down for long', () => {
  const down = moving.flatMap(newDisksOf).map(({ downUs }) => downUs);
  expect([Math.min(...down), Math.max(...down) > 500_000, Math.max(...down) < 1_000_000]).toEqual([0, true, true]);
});

test('who lets in asks for none', () => {
  const lets = (seed: number) =>
    drawNewDisks(
      new RandomStream(`lets in ${seed}`),
      [
        { client: 5, atUs: 1, request: { kind: 'addServer', server: 1 } },
        { client: 5, atUs: 2, request: { kind: 'addLearner', server: 2 } },
      ],
      3, 100,
    );
  expect(Array.from({ length: 20 }, (_, seed) => lets(seed)).flat()).toEqual([]);
});

test('a disk is replaced in bytes as it is by reference, and the run is told of it', () => {
  const drawn = swarm.draw(164);
  const plan: Plan = { ...drawn, faults: drawn.faults.filter(({ kind }) => kind !== 'damagedDisk') };
  const [byReference, inBytes] = [false, true].map((bytes) =>
    run(swarm.system, { ...plan, disk: { writeUs: { min: 0, max: 0 }, bytes } }),
  );
  expect([byReference!.verdict.kind, byReference!.digest]).toEqual(['ok', inBytes!.digest]);
  expect(byReference!.faults['replacedDisk']!.fired).toBeGreaterThan(0);
});
