/** Runs a model's properties on states and steps and records what they say. */
import { Findings, throwsIndex } from './findings.ts';
import type { Model, Problem, Property } from './model.ts';

type OfKind<State, Action, K> = Extract<Property<State, Action>, { kind: K }>;

interface Indexed<P> {
  readonly index: number;
  readonly property: P;
}

/** Where the state, or the one before the step, stands. */
export interface Place {
  readonly lo: number;
  readonly hi: number;
  readonly level: number;
}

export class PropertyChecks<State, Action> {
  readonly findings = new Findings();
  /** Whether `step` does anything: most models have no property of steps. */
  hasStepProperties: boolean;
  private readonly always: readonly Indexed<OfKind<State, Action, 'always'>>[];
  private readonly alwaysStep: readonly Indexed<OfKind<State, Action, 'always-step'>>[];
  /** Those not reached yet. */
  private sometimes: Indexed<OfKind<State, Action, 'sometimes'>>[];
  private sometimesStep: Indexed<OfKind<State, Action, 'sometimes-step'>>[];

  constructor(model: Model<State, Action>) {
    this.always = ofKind(model.properties, 'always');
    this.alwaysStep = ofKind(model.properties, 'always-step');
    this.sometimes = ofKind(model.properties, 'sometimes');
    this.sometimesStep = ofKind(model.properties, 'sometimes-step');
    this.hasStepProperties = this.alwaysStep.length + this.sometimesStep.length > 0;
  }

  state(state: State, place: Place): void {
    for (const { index, property } of this.always) {
      const problem = property.check(state);
      if (problem !== null) this.record(index, problem, place, -1);
    }
    for (const { index, property } of this.sometimes) {
      if (property.reached(state)) this.reached(index, place, -1);
    }
  }

  step(before: State, action: Action, after: State, place: Place, actionIndex: number): void {
    for (const { index, property } of this.alwaysStep) {
      const problem = property.check(before, action, after);
      if (problem !== null) this.record(index, problem, place, actionIndex);
    }
    for (const { index, property } of this.sometimesStep) {
      if (property.reached(before, action, after)) this.reached(index, place, actionIndex);
    }
  }

  threw(error: unknown, place: Place, actionIndex: number): void {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.record(throwsIndex, { verdict: 'violation', detail }, place, actionIndex);
  }

  /** At the end of a level: what was reached on it, here or in another worker, need not be looked for again. */
  forget(reached: readonly number[]): void {
    if (reached.length === 0) return;
    this.sometimes = this.sometimes.filter(({ index }) => !reached.includes(index));
    this.sometimesStep = this.sometimesStep.filter(({ index }) => !reached.includes(index));
    this.hasStepProperties = this.alwaysStep.length + this.sometimesStep.length > 0;
  }

  private record(property: number, problem: Problem, place: Place, actionIndex: number): void {
    const { lo, hi, level } = place;
    this.findings.add({ property, verdict: problem.verdict, detail: problem.detail, lo, hi, level, actionIndex });
  }

  private reached(property: number, place: Place, actionIndex: number): void {
    const { lo, hi, level } = place;
    this.findings.add({ property, verdict: 'reached', detail: '', lo, hi, level, actionIndex });
  }
}

function ofKind<State, Action, K extends Property<State, Action>['kind']>(
  properties: readonly Property<State, Action>[],
  kind: K,
): readonly Indexed<OfKind<State, Action, K>>[] & Indexed<OfKind<State, Action, K>>[] {
  const found: Indexed<OfKind<State, Action, K>>[] = [];
  properties.forEach((property, index) => {
    if (property.kind === kind) found.push({ index, property: property as OfKind<State, Action, K> });
  });
  return found;
}
