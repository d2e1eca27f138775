/**
 * One cluster through a million operations: round after round of faults, healing and rest, with the same servers, logs
 * and disks. At the end of each round nothing is open and all replicas agree; there the history is cut and judged, and
 * what nobody can come back to is forgotten, so that memory is bounded by a round and not by the run.
 */
import type { Verdict } from '../../checkers/verdict.ts';
import { drawRound } from '../campaign/draw.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { Nemesis } from '../faults/nemesis.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { faultKindsOf } from '../plan/switched-on.ts';
import { boot, healed, settle, verdictOf } from '../run.ts';
import { SystemError } from '../system.ts';
import type { FaultAccount } from '../world/accounts.ts';
import type { NodeCounts } from '../world/node-counts.ts';
import { World } from '../world/world.ts';
import { Clients } from '../workload/clients.ts';
import { Pace } from '../workload/pace.ts';
import { worldSince } from './round-world.ts';

export interface SoakRecord {
  readonly verdict: Verdict;
  /** 16 hexadecimal digits over every step, message and reply of all rounds, and the states at the end. */
  readonly digest: string;
  /** Rounds that were begun, and those that were judged to their end. */
  readonly rounds: number;
  readonly judged: number;
  readonly operations: number;
  readonly steps: number;
  readonly events: number;
  readonly endUs: number;
  readonly nodes: Readonly<NodeCounts>;
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, FaultAccount>>;
}

export class Soak {
  verdict: Verdict = { kind: 'ok' };
  /** Operations that were answered, in rounds that are over. */
  operations = 0;
  rounds = 0;
  private judged = 0;
  private readonly scenario: Scenario;
  private readonly seed: number;
  private readonly world: World;
  private readonly kinds = new Set<FaultKind>();
  private plan: Plan;

  /**
   * @throws SystemError for a scenario that has no rounds, or whose checks remember all of a run
   * @throws DrawError when it cannot draw a round
   */
  constructor(scenario: Scenario, seed: number) {
    if (scenario.soak === undefined)
      throw new SystemError(
        `scenario "${scenario.name}" draws no rounds of a soak (\`soak\` in harness/campaign/scenario.ts)`,
      );
    this.scenario = scenario;
    this.seed = seed;
    this.plan = drawRound(scenario, seed, 0);
    this.world = new World(scenario.system, this.plan, null);
    if (this.world.observer.cut === undefined)
      throw new SystemError(
        `the checks of system "${scenario.system.name}" remember all of a run: its observer has no \`cut\``,
      );
  }

  /** One more round, of at most so many operations, unless a violation was found. */
  round(operationsMax: number): void {
    if (this.verdict.kind !== 'ok') return;
    const { world } = this;
    const drawn = this.rounds === 0 ? this.plan : drawRound(this.scenario, this.seed, this.rounds);
    const plan: Plan = { ...drawn, operations: drawn.operations.slice(0, operationsMax) };
    const isFirst = this.rounds === 0;
    this.rounds += 1;
    this.plan = plan;
    for (const kind of faultKindsOf(plan)) this.kinds.add(kind);
    if (!isFirst) world.turn(plan);
    const pace = new Pace(this.scenario.system.pace?.(plan) ?? null);
    const fromUs = world.nowUs;
    const clients = new Clients(plan, world, pace, fromUs);
    this.verdict = verdictOf(() => {
      if (isFirst) boot(world);
      const nemesis = new Nemesis(plan, worldSince(world, fromUs), () => {});
      nemesis.unleash();
      clients.start();
      world.runUntil(fromUs + plan.stormUs);
      healed(world, nemesis, () => {});
      settle(world, plan, pace, () => (clients.areDone ? null : `${clients.missing} operations are not answered`));
      for (const machine of world.machines) machine.mustHaveBytes();
      return world.observer.cut!();
    });
    this.operations += clients.completed;
    world.accounts.exposed(faultKindsOf(plan), world.network.exposed);
    if (this.verdict.kind === 'ok') this.judged += 1;
  }

  /** Taken so far. */
  get events(): number {
    return this.world.events;
  }

  /** Everything that was begun so far. */
  record(): SoakRecord {
    const { world, verdict, rounds, judged, operations, kinds } = this;
    return {
      verdict,
      digest: world.finalDigest(),
      rounds, judged, operations,
      steps: world.steps,
      events: world.events,
      endUs: world.nowUs,
      nodes: world.counts,
      counts: world.observer.counts(),
      faults: world.accounts.of(kinds),
    };
  }
}
