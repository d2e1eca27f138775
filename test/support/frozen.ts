/**
 * A system whose reducers cannot be impure towards what they are given: everything that enters or
 * leaves one is frozen to its last object, so that writing to it throws.
 */
import type { AnyProcess, System } from '../../harness/system.ts';
import type { Plan } from '../../harness/plan/plan.ts';

export function frozen(system: System): System {
  const freeze = deepFreezer();
  return {
    ...system,
    processes: (plan: Plan) => system.processes(plan).map((process) => frozenProcess(process, freeze)),
  };
}

const frozenProcess = (process: AnyProcess, freeze: <T>(value: T) => T): AnyProcess => ({
  ...process,
  blank: freeze(process.blank),
  boot: (durable) => freeze(process.boot(freeze(durable))),
  step: (state, event) => freeze(process.step(freeze(state), freeze(event))),
  write: (durable, write) => freeze(process.write(freeze(durable), freeze(write))),
});

/** What was frozen before is not walked again: states share structure, and a step adds little to it. */
export function deepFreezer(): <T>(value: T) => T {
  const known = new WeakSet<object>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || known.has(value)) return;
    known.add(value);
    if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
      throw new Error(`${value.constructor.name} is no part of a state: what it holds cannot be frozen`);
    }
    Object.freeze(value);
    for (const inner of Object.values(value)) walk(inner);
  };
  return (value) => {
    walk(value);
    return value;
  };
}
