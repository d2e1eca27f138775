/** The script that a plan names. */
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';
import type { Script } from './script.ts';

/** Says what is wrong with a plan that names a script. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/**
 * The script that a plan names, or null for a plan that names none.
 * @throws ScriptError when its system has no such script
 */
export function scriptOf(system: System, plan: Plan): Script | null {
  if (plan.script === undefined) return null;
  const script = system.scripts?.get(plan.script);
  if (script !== undefined) return script;
  const known = [...(system.scripts?.keys() ?? [])].join(', ');
  throw new ScriptError(
    `script: system "${system.name}" has no script "${plan.script}"; it has: ${known === '' ? 'none' : known}`,
  );
}
