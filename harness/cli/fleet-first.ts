/**
 * What a worker runs before fresh seeds, when a campaign goes on for ever: regressions, canaries, seeds that failed
 * before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runCanaries } from '../bugs/canary.ts';
import type { ChunkResult } from '../campaign/campaign.ts';
import { factsOfRegressions, factsOfSeeds } from '../campaign/facts.ts';
import type { Facts } from '../campaign/judgement.ts';
import type { FoundScenario } from '../campaign/registry.ts';
import { regressionFiles, runRegression, type Regression } from '../campaign/regressions.ts';
import type { FleetCampaign } from '../fleet/campaign.ts';
import type { FirstDone, FirstName } from '../fleet/first.ts';
import { bugVariable } from '../text/own-command.ts';
import type { Context } from './command.ts';
import { factsOfCanaries, isOwn, mayBeNone, regressionsOf } from './house-or-own.ts';
import { runOwnCanaries } from './own-canaries.ts';

export interface FirstAsked {
  readonly campaign: FleetCampaign;
  readonly found: FoundScenario;
  readonly context: Context;
  readonly runSeeds: (seeds: readonly number[]) => Promise<ChunkResult>;
}

const nothing: Facts = { done: 0 };

/** Never throws for what is wrong with one of them: it is said to the judge, and the campaign goes on. */
export async function runFirst(name: FirstName, asked: FirstAsked): Promise<FirstDone> {
  try {
    switch (name) {
      case 'regressions': return { facts: await factsOfPinned(asked), result: null };
      case 'canaries': return { facts: await factsOfKnown(asked), result: null };
      case 'failing': return await failingAgain(asked);
    }
  } catch (error) {
    return {
      facts: { done: 0, harnessFaults: [`${name}: ${error instanceof Error ? error.message : String(error)}`] },
      result: null,
    };
  }
}

async function factsOfPinned({ found: { scenario: { system } }, context: { registry } }: FirstAsked): Promise<Facts> {
  const systems = new Map([...registry.systems, [system.name, system]]);
  const folder = regressionsOf(registry);
  const regressions: Regression[] = [];
  for (const path of regressionFiles(folder)) {
    regressions.push(runRegression(path, systems));
    // Between two of them the queue is told that this worker lives.
    await sleep(0);
  }
  return regressions.length === 0 ? nothing : factsOfRegressions(regressions, folder);
}

/**
 * Those of the house are planted in its core: they say nothing of a module of a user, and fit no core that has one
 * already.
 */
async function factsOfKnown({ found, context: { registry, terminal: { interrupted } } }: FirstAsked): Promise<Facts> {
  if (found.module !== null || process.env[bugVariable] !== undefined) return nothing;
  const canaries = isOwn(registry)
    ? await runOwnCanaries(registry, 1, interrupted)
    : await runCanaries(registry.url, 1, interrupted);
  return mayBeNone(registry, factsOfCanaries(canaries));
}

async function failingAgain({ campaign: { first }, runSeeds }: FirstAsked): Promise<FirstDone> {
  const seeds = first?.failing ?? [];
  if (seeds.length === 0) return { facts: nothing, result: null };
  const result = await runSeeds(seeds);
  return { facts: factsOfSeeds(result), result };
}
