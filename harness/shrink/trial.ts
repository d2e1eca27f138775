/** One candidate run: what a shrinker needs to know of it. */
import type { Plan } from '../plan.ts';
import { run } from '../run.ts';
import type { System } from '../system.ts';
import { causeOfVerdict } from './cause.ts';

export interface Trial {
  /** What was violated, as `causeOf` names it; null when nothing was. */
  readonly cause: string | null;
  readonly property: string | null;
  readonly detail: string;
  readonly steps: number;
  readonly events: number;
  readonly endUs: number;
  readonly digest: string;
}

export function tryPlan(system: System, plan: Plan): Trial {
  const { verdict, steps, events, endUs, digest } = run(system, plan);
  return {
    cause: causeOfVerdict(verdict),
    property: verdict.kind === 'violation' ? verdict.property : null,
    detail: verdict.kind === 'ok' ? '' : verdict.detail,
    steps,
    events,
    endUs,
    digest,
  };
}
