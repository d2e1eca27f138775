/** The steps of a run as the specification sees them, in the order in which they took effect. */
import type { Observer } from '../../checkers/checker.ts';
import { HeldToSpecification } from '../../checkers/held-to-specification.ts';
import type { Abstraction } from '../../checkers/spec/abstraction.ts';
import type { SpecStep } from '../../checkers/spec/step.ts';
import { SpecWatch } from '../../checkers/spec/watch.ts';
import type { System } from '../system.ts';

/**
 * The same system, which tells its steps while it runs; a step that the specification does not allow is the last one.
 * @throws TypeError when the system has no specification
 */
export function tellingSteps(system: System, onStep: (step: SpecStep) => void): System {
  const { specification, ...own } = system;
  if (specification === undefined) throw new TypeError(`system "${system.name}" has no specification`);
  return {
    ...own,
    observer: (plan, durableOf): Observer => {
      const abstraction: Abstraction = specification(plan);
      return new HeldToSpecification(system.observer(plan, durableOf), new SpecWatch(abstraction, onStep));
    },
  };
}
