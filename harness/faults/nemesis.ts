/** Carries out the faults of a plan, and undoes whatever is still broken when the storm ends. */
import type { NodeId } from '../../core/protocol.ts';
import { inTrouble, type Plan } from '../plan/plan.ts';
import { nodeName } from '../plan/node-name.ts';
import { accountsOf, isConfinedTo, shapeOfFault, type Fault, type Target } from '../plan/fault.ts';
import { beginOf } from './begin.ts';
import type { BreakableWorld, Heal } from './breakable.ts';

/**
 * How far apart the moments are at which a fault that is aimed at the leader may strike one that it had to wait for.
 */
const aimAgainUs = 2000;

export class Nemesis {
  private readonly plan: Plan;
  private readonly world: BreakableWorld;
  private readonly onFault: (what: string) => void;
  /** What is broken now, and how it is undone. */
  private readonly heals = new Map<Fault, Heal>();
  private isOver = false;

  constructor(plan: Plan, world: BreakableWorld, onFault: (what: string) => void) {
    this.plan = plan;
    this.world = world;
    this.onFault = onFault;
  }

  private readonly nameOf = (node: NodeId): string => nodeName(this.plan, node);

  /** Schedules every fault of the plan. */
  unleash(): void {
    for (const fault of this.plan.faults) {
      const [fromUs] = shapeOfFault(fault).span(fault);
      this.world.at(fromUs, () => this.begin(fault));
    }
  }

  /** Ends every fault at once, but those that go on; then the plan's healing: whoever can and may, is up. */
  heal(): void {
    this.isOver = true;
    for (const fault of this.heals.keys()) if (!this.goesOn(fault)) this.end(fault);
    const { healing } = this.plan;
    if (healing?.kind === 'minorityDown') for (const node of healing.nodes) this.takeDown(node);
    const troubled = inTrouble(this.plan);
    for (let node = 0; node < this.world.machines.length; node++)
      if (!troubled.includes(node)) this.world.restart(node);
  }

  private goesOn(fault: Fault): boolean {
    return isConfinedTo(fault, inTrouble(this.plan));
  }

  private takeDown(node: NodeId): void {
    this.world.crash(node, 'now');
    this.world.machines[node]!.isGone = true;
  }

  private begin(fault: Fault): void {
    const shape = shapeOfFault(fault);
    const [, untilUs] = shape.span(fault);
    this.aim(shape.target(fault), untilUs, this.goesOn(fault), (nodes) => {
      for (const kind of accountsOf(fault)) this.world.accounts.eligible(kind);
      this.onFault(`${fault.kind} begins: ${shape.describe(fault, nodes.map(this.nameOf), this.nameOf)}`);
      this.heals.set(fault, beginOf(fault)(fault, nodes, this.world));
      this.world.at(untilUs, () => this.end(fault));
    });
  }

  private end(fault: Fault): void {
    const heal = this.heals.get(fault);
    if (heal === undefined) return;
    this.heals.delete(fault);
    this.onFault(`${fault.kind} ends`);
    heal();
  }

  /** Calls `strike` with the nodes that are meant, at once or as soon as there is a leader. */
  private aim(target: Target, untilUs: number, goesOn: boolean, strike: (nodes: readonly NodeId[]) => void): void {
    const { world } = this;
    const isOver = (): boolean => (this.isOver && !goesOn) || world.nowUs > untilUs;
    if (target === 'leader')
      world.when(aimAgainUs, { isOver, hasCome: () => world.leader() !== null, act: () => strike([world.leader()!]) });
    else if (!isOver()) strike(target);
  }
}
