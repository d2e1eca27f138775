/** Who looks at a run: the system's own observer, and the specification beside it when the system has one. */
import type { Observer } from '../../checkers/checker.ts';
import { HeldToSpecification } from '../../checkers/held-to-specification.ts';
import { SpecWatch } from '../../checkers/spec/watch.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';

export function observerOf(system: System, plan: Plan, durableOf: (node: NodeId) => unknown): Observer {
  const observer = system.observer(plan, durableOf);
  const abstraction = plan.specification === 'off' ? undefined : system.specification?.(plan);
  return abstraction === undefined ? observer : new HeldToSpecification(observer, new SpecWatch(abstraction));
}
