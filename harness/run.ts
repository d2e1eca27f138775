/** Runs a plan: the same plan gives the same record, byte for byte, on any machine. */
import { Violated } from '../checkers/checker.ts';
import type { Verdict } from '../checkers/verdict.ts';
import { unleash } from './faults/nemesis.ts';
import type { NetworkCounts } from './network.ts';
import type { Plan } from './plan.ts';
import type { System } from './system.ts';
import type { TraceSink } from './trace.ts';
import { Clients } from './workload/clients.ts';
import { World, type NodeCounts } from './world.ts';

export interface RunRecord {
  readonly verdict: Verdict;
  /** 16 hexadecimal digits over every step, every message and the states at the end. */
  readonly digest: string;
  /** Steps of nodes; a violation was found at the last one. */
  readonly steps: number;
  readonly events: number;
  readonly endUs: number;
  readonly operationsCompleted: number;
  readonly network: Readonly<NetworkCounts>;
  readonly nodes: Readonly<NodeCounts>;
  /** What the observer counted, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** How often, while things settle, it is asked whether they have. */
const settleTickUs = 20_000;

/**
 * Boot, storm, heal, settle, check.
 * @throws whatever is a fault of the harness itself; faults of the protocol are in the verdict
 */
export function run(system: System, plan: Plan, trace: TraceSink | null = null): RunRecord {
  const world = new World(system, plan, trace);
  const clients = new Clients(plan, world);
  const verdict = verdictOf(() => {
    boot(world);
    const heal = storm(world, plan, clients, trace);
    heal();
    settle(world, plan, clients);
    return world.observer.finish();
  });
  return {
    verdict,
    digest: world.finalDigest(),
    steps: world.steps,
    events: world.events,
    endUs: world.nowUs,
    operationsCompleted: clients.completed,
    network: world.network.counts,
    nodes: world.counts,
    counts: world.observer.counts(),
  };
}

function verdictOf(phases: () => Verdict): Verdict {
  try {
    return phases();
  } catch (error) {
    if (error instanceof Violated) return { kind: 'violation', property: error.property, detail: error.message };
    throw error;
  }
}

function boot(world: World): void {
  for (let node = 0; node < world.machines.length; node++) world.boot(node);
}

function storm(world: World, plan: Plan, clients: Clients, trace: TraceSink | null): () => void {
  const nemesis = unleash(plan, world, (what) => trace?.fault(world.steps, world.nowUs, what));
  clients.start();
  world.runUntil(plan.stormUs);
  return () => {
    trace?.fault(world.steps, world.nowUs, 'healed');
    nemesis.heal();
    world.network.calm();
    world.observer.healed();
  };
}

/** Within the bound every pending operation completes and all replicas agree. */
function settle(world: World, plan: Plan, clients: Clients): void {
  const deadlineUs = plan.stormUs + plan.settleUs;
  for (;;) {
    const missing = clients.areDone ? world.observer.unsettled() : `${plan.operations.length - clients.completed} operations are not answered`;
    if (missing === null) return;
    if (world.nowUs >= deadlineUs) {
      throw new Violated('Progress After Healing', `${plan.settleUs / 1000} ms after all faults ended, ${missing}`);
    }
    world.runUntil(Math.min(deadlineUs, world.nowUs + settleTickUs));
  }
}
