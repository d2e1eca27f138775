/** Counterexamples as plans of the simulator: run once, to say what the simulator makes of them. */
import { join } from 'node:path';
import { printPlan } from '../plan/plan-file.ts';
import { run } from '../run.ts';
import type { System } from '../system.ts';
import type { Told } from './explore-report.ts';
import { writeWhole } from '../text/files.ts';
import type { Kept } from './kept.ts';
import { ownCommand, quoted } from '../text/own-command.ts';

export interface WrittenPlans {
  /** Empty without any. */
  readonly text: string;
  /** Properties whose plan violates nothing in the simulator: one of the two worlds is wrong. */
  readonly worldsApart: readonly string[];
}

/**
 * Writes a plan for each violated property whose model has plans, and tells of them.
 * @param module from which a model was named that is none of the registry at hand: then its plans say so
 */
export function writePlans<State, Action>(
  { name, model, result }: Told<State, Action>, systems: ReadonlyMap<string, System>, module: string | null, kept: Kept,
): WrittenPlans {
  const lines: string[] = [];
  const worldsApart: string[] = [];
  for (const property of result.properties) {
    if (property.verdict !== 'violated' || property.path === null) continue;
    const plan = model.planOf?.(property.path, property.name) ?? null;
    const system = plan === null ? undefined : systems.get(plan.system);
    if (plan === null || system === undefined) continue;
    const { verdict, steps } = run(system, plan);
    const { path } = fileOfCounterexample(name, property.name, 'failures');
    const isWritten = kept.write(() =>
      writeWhole(
        path,
        printPlan({ ...plan, ...(module === null ? {} : { module }), showed: `${property.name}: ${property.detail}` }),
      ),
    );
    if (verdict.kind !== 'violation') worldsApart.push(`${property.name}: ${path}`);
    lines.push(
      '',
      `${property.name} as a plan of the simulator: ${isWritten ? path : 'it could not be written'}`,
      verdict.kind === 'violation'
        ? `  the simulator finds it too, at step ${steps}: ${verdict.property}: ${verdict.detail}`
        : '  THE SIMULATOR DOES NOT FIND IT on this plan: the two worlds differ, which is a fault of the harness; please report it',
      ...(isWritten
        ? [
            `  replay      npx ${ownCommand(`replay ${quoted(path)}`)}`,
            `  understand  npx ${ownCommand(`report ${quoted(path)}`)}`,
          ]
        : []),
    );
  }
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, worldsApart };
}

/** @param name of the model */
export function fileOfCounterexample(
  name: string, property: string, folder: string,
): { readonly path: string; readonly stem: string } {
  const stem = `explore-${name}-${property.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return { path: join(folder, `${stem}.plan.json`), stem };
}
