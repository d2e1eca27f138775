/**
 * What a thread does on patched cores: it loads the registry beside each of them, and with it that core and no other.
 */
import type { OracleSet } from '../campaign/oracles.ts';
import { drawPlan } from '../campaign/draw.ts';
import { parsePlan, PlanError, printPlan } from '../plan/plan-file.ts';
import { loadRegistry, RegistryError } from '../campaign/registry.ts';
import { buildReport } from '../report/report.ts';
import { reportText } from '../report/terminal.ts';
import { run } from '../run.ts';
import { shrink } from '../shrink/shrink.ts';
import { hunt, type Hunted } from './hunt.ts';
import { sizeOf, type WitnessSize } from './witness.ts';

export interface HuntSpec {
  readonly registryUrl: string;
  readonly scenario: string;
  readonly oracles: OracleSet;
  readonly from: number;
  readonly count: number;
}

/** What a thread found, and how long it worked. */
export interface TimedHunt extends Hunted {
  readonly wallMs: number;
}

/** Why a patched core cannot be loaded, and so cannot be hunted; null when it can. */
export async function loadTrouble({ registryUrl }: { readonly registryUrl: string }): Promise<string | null> {
  try {
    await loadRegistry(registryUrl);
    return null;
  } catch (error) {
    if (error instanceof RegistryError) return error.message.replace(registryUrl, 'the patched core');
    throw error;
  }
}

export async function huntSeeds({ registryUrl, scenario, oracles, from, count }: HuntSpec): Promise<TimedHunt> {
  const { scenarios } = await loadRegistry(registryUrl);
  const startedMs = performance.now();
  const hunted = hunt(scenarios.get(scenario)!, oracles, from, count);
  return { ...hunted, wallMs: performance.now() - startedMs };
}

export interface WitnessSpec {
  readonly registryUrl: string;
  readonly path: string;
  readonly text: string;
}

/** What is wrong with the file of a witness; null when it is a plan. */
export async function witnessTrouble({ registryUrl, path, text }: WitnessSpec): Promise<string | null> {
  const { systems } = await loadRegistry(registryUrl);
  try {
    parsePlan(path, text, systems);
    return null;
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  }
}

/** What a run of a witness shows; `property` is null when nothing is violated. */
export interface Witnessed {
  readonly property: string | null;
  readonly detail: string;
  readonly size: WitnessSize;
}

/** @throws PlanError when the file is no plan */
export async function replayWitness({ registryUrl, path, text }: WitnessSpec): Promise<Witnessed> {
  const { systems } = await loadRegistry(registryUrl);
  const plan = parsePlan(path, text, systems);
  const record = run(systems.get(plan.system)!, plan);
  const { verdict } = record;
  return {
    property: verdict.kind === 'violation' ? verdict.property : null,
    detail: verdict.kind === 'ok' ? '' : verdict.detail,
    size: sizeOf(plan, record.steps),
  };
}

/** What a report on a witness points at. */
export interface Testified {
  /** Functions, the likeliest first. */
  readonly lookIn: readonly string[];
  readonly text: string;
}

/** @throws PlanError when the file is no plan */
export async function reportWitness({ registryUrl, path, text }: WitnessSpec): Promise<Testified> {
  const { systems } = await loadRegistry(registryUrl);
  const plan = parsePlan(path, text, systems);
  const report = buildReport({
    system: systems.get(plan.system)!, what: path, seed: null, plan, shrunk: null, original: null,
    commands: { replay: path, pin: path }, files: {},
  });
  return { lookIn: report.testimony.lookIn.map(({ at }) => at), text: reportText(report, false) };
}

export interface ShrinkSeedSpec {
  readonly registryUrl: string;
  readonly scenario: string;
  readonly seed: number;
  readonly runsMax: number;
}

export interface ShrunkSeed extends Witnessed {
  /** The plan as a file holds it. */
  readonly text: string;
}

/** A bound on candidates and not on time: the same seed shrinks to the same plan on any machine. */
export async function shrinkSeed({ registryUrl, scenario: name, seed, runsMax }: ShrinkSeedSpec): Promise<ShrunkSeed> {
  const { scenarios } = await loadRegistry(registryUrl);
  const scenario = scenarios.get(name)!;
  const shrunk = await shrink({
    system: scenario.system, registryUrl: null, plan: drawPlan(scenario, seed), workers: 1, runsMax,
    stop: new AbortController().signal, onProgress: () => undefined,
  });
  const plan = { ...shrunk.plan, showed: `${shrunk.property}: ${shrunk.detail}` };
  return {
    property: shrunk.property, detail: shrunk.detail, size: sizeOf(plan, shrunk.after.steps), text: printPlan(plan),
  };
}
