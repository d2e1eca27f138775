/** The run that a person names: a seed of a scenario, or a plan in a file. */
import { basename } from 'node:path';
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';
import { run } from '../run.ts';
import { frozen } from '../world/frozen.ts';
import { defaultScenario, type FoundScenario } from '../campaign/registry.ts';
import { wholeNumber, type Context } from './command.ts';
import { planInFile } from './plan-in-file.ts';
import { planOf } from './plan-of.ts';
import { scenarioFor } from './scenario-for.ts';
import { quoted } from '../text/own-command.ts';

export interface Subject {
  readonly plan: Plan;
  readonly system: System;
  /** Address of the module from which a worker loads the system; null when it must run in this thread. */
  readonly registryUrl: string | null;
  /** Null for a plan in a file. */
  readonly seed: number | null;
  /** For a person: "swarm seed 42", or the name of the file. */
  readonly what: string;
  /** For names of files: "swarm-42", or the file's name without its endings. */
  readonly stem: string;
  /** The words behind `whitewater replay` that run it again. */
  readonly replayWords: string;
  /** Those of them that name the scenario, for a plan that comes of it. */
  readonly scenarioWords: string;
}

/**
 * Of a run in which nothing is violated until states, messages and writes are frozen, the frozen system.
 * @throws UsageError
 */
export const findSubject = async (
  asked: string, scenarioName: string | undefined, context: Context,
): Promise<Subject> => asItFails(await subjectAsAsked(asked, scenarioName, context));

function asItFails(subject: Subject): Subject {
  const { plan, system } = subject;
  if (run(system, plan).verdict.kind !== 'ok') return subject;
  const isOk = run(frozen(system), plan).verdict.kind === 'ok';
  return isOk ? subject : { ...subject, system: frozen(system), registryUrl: null };
}

async function subjectAsAsked(
  asked: string, scenarioName: string | undefined, { registry }: Context,
): Promise<Subject> {
  const byDefault = defaultScenario(registry);
  const option = scenarioName === undefined || scenarioName === byDefault ? '' : ` --scenario ${quoted(scenarioName)}`;
  if (/^\d+$/.test(asked)) {
    return subjectAsDrawn(
      await scenarioFor(registry, scenarioName ?? byDefault), wholeNumber('the seed', asked, 0, 2 ** 40), option,
    );
  }
  const { plan, system, url } = await planInFile(asked, scenarioName, registry);
  return {
    plan, system, registryUrl: url, seed: null, what: asked,
    stem: basename(asked).replace(/(\.min)?(\.plan)?\.json$/, ''), replayWords: `${quoted(asked)}${option}`,
    scenarioWords: option,
  };
}

/** @param option the words that name the scenario to a command */
export const subjectOfSeed = (found: FoundScenario, seed: number, option: string): Subject =>
  asItFails(subjectAsDrawn(found, seed, option));

function subjectAsDrawn({ scenario, url, module }: FoundScenario, seed: number, option: string): Subject {
  const stem = `${scenario.name.replaceAll(/[^\w.-]+/g, '-')}-${seed}`;
  // A plan of a module says so itself.
  const scenarioWords = module === null ? option : '';
  return {
    plan: planOf(scenario, seed), system: scenario.system, registryUrl: url, seed,
    what: `${scenario.name} seed ${seed}`, stem, replayWords: `${seed}${option}`, scenarioWords,
  };
}
