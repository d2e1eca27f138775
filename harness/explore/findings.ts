/**
 * What a search found about its properties. Among several on one level the one that counts is the
 * smallest in a fixed order, so that it does not depend on which worker met it first.
 */
import { noStepThrows, type Model } from './model.ts';

/** `reached` is a `sometimes` property's success. */
export type FindingVerdict = 'violation' | 'unknown' | 'reached';

/** Position of the implicit property "no step throws"; the model's own follow from 0. */
export const throwsIndex = -1;

export interface Finding {
  readonly property: number;
  readonly verdict: FindingVerdict;
  readonly detail: string;
  /** The state, or the one before the step. */
  readonly lo: number;
  readonly hi: number;
  /** Number of steps from an initial state to that state. */
  readonly level: number;
  /** The step's index among the model's actions there; -1 when it is about the state alone. */
  readonly actionIndex: number;
}

/** The number of states on the finding's path. */
const pathLength = (finding: Finding): number => finding.level + (finding.actionIndex < 0 ? 1 : 2);

function isBefore(a: Finding, b: Finding): boolean {
  if (pathLength(a) !== pathLength(b)) return pathLength(a) < pathLength(b);
  if (a.hi !== b.hi) return a.hi >>> 0 < b.hi >>> 0;
  if (a.lo !== b.lo) return a.lo >>> 0 < b.lo >>> 0;
  return a.actionIndex < b.actionIndex;
}

export class Findings {
  private readonly best = new Map<string, Finding>();

  add(finding: Finding): void {
    const key = `${finding.property} ${finding.verdict}`;
    const known = this.best.get(key);
    if (known === undefined || isBefore(finding, known)) this.best.set(key, finding);
  }

  /** How many properties something was found about. */
  get size(): number {
    return this.best.size;
  }

  get(property: number, verdict: FindingVerdict): Finding | undefined {
    return this.best.get(`${property} ${verdict}`);
  }

  all(): readonly Finding[] {
    return [...this.best.values()];
  }

  hasViolation(): boolean {
    return this.all().some((finding) => finding.verdict === 'violation');
  }
}

export type PropertyKind = 'always' | 'always-step' | 'sometimes' | 'sometimes-step';

export interface PropertyName {
  readonly index: number;
  readonly name: string;
  readonly kind: PropertyKind;
}

/** The implicit property first, then the model's, in its order. */
export function propertyNames<State, Action>(model: Model<State, Action>): readonly PropertyName[] {
  const own = model.properties.map((property, index) => ({ index, name: property.name, kind: property.kind }));
  return [{ index: throwsIndex, name: noStepThrows, kind: 'always-step' }, ...own];
}
