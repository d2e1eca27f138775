/** A scenario draws plans for a system; the registry knows all of them by name. */
import type { ModelDefinition } from '../explore/model.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';

export interface Scenario {
  readonly name: string;
  /** One line for `whitewater scenarios`. */
  readonly summary: string;
  readonly system: System;
  /** Names of what a campaign must have reached at least once before a gate lets it pass. */
  readonly required?: readonly string[];
  /** Kinds of fault that such a campaign must have switched on. */
  readonly requiredFaults?: readonly FaultKind[];
  /**
   * A known bug is planted in it: so many seeds may pass before a violation is found, of this property or of any.
   * It is no part of a campaign; a gate that does not find it has gone blind.
   */
  readonly canary?: { readonly within: number; readonly property: string | null };
  /** Pure: the same seed gives the same plan. */
  draw(seed: number): Plan;
  /**
   * The plan of one round of a soak, counted from 0: pure, too. All rounds of a seed have the same servers, clients,
   * settings and disks; nobody is lost for good, and no client gives up. Absent: the scenario cannot be soaked.
   */
  soak?(seed: number, round: number): Plan;
}

export interface Registry {
  /** The module that exports this registry as `registry`: a worker loads it by this address. */
  readonly url: string;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly systems: ReadonlyMap<string, System>;
  /** What `whitewater explore` can search whole. */
  readonly models: ReadonlyMap<string, ModelDefinition>;
  /** Of a project of its own: scenarios that a gate runs many seeds of. */
  readonly campaigns?: readonly string[];
  /** Of a project of its own: the folder of its pinned plans. */
  readonly regressions?: string;
}
