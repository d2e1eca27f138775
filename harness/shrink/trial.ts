/** One candidate run: what a shrinker needs to know of it. */
import type { Plan } from '../plan/plan.ts';
import { run, type RunRecord } from '../run.ts';
import { SystemError, type System } from '../system.ts';
import type { TraceSink } from '../world/trace.ts';
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

class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** Ends a run that goes on and on: a broken protocol may talk for ever, and a candidate is not worth that. */
class StepLimit implements TraceSink {
  private readonly stepsMax: number;

  constructor(stepsMax: number) {
    this.stepsMax = stepsMax;
  }

  step(step: number): void {
    if (step > this.stepsMax) throw new TooLong(`more than ${this.stepsMax} steps`);
  }

  crash(): void {
    // Only steps are counted.
  }

  fault(): void {
    // Only steps are counted.
  }
}

/** @param stepsMax a run that takes more is given up and counts as one that violates nothing */
export function tryPlan(system: System, plan: Plan, stepsMax = Infinity): Trial {
  try {
    return trialOf(run(system, plan, stepsMax === Infinity ? null : new StepLimit(stepsMax)));
  } catch (error) {
    // Of too few servers there may be no such system.
    if (!(error instanceof TooLong || error instanceof SystemError)) throw error;
    return { cause: null, property: null, detail: error.message, steps: stepsMax, events: 0, endUs: 0, digest: '' };
  }
}

export function trialOf({ verdict, steps, events, endUs, digest }: RunRecord): Trial {
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
