/** A pace that was saved, and what a gate makes of it. */
import type { ChunkResult } from '../campaign/campaign.ts';
import type { Facts } from '../campaign/judgement.ts';
import { askedText, type Piece } from '../campaign/pieces.ts';
import { CampaignError, readCampaign, type Campaign } from '../report/campaign-json.ts';
import { slowerThan } from '../report/pace-table.ts';
import { readText } from '../text/files.ts';
import { UsageError } from './command.ts';

export interface Baseline {
  readonly path: string;
  readonly campaign: Campaign;
}

/** @throws UsageError when it cannot be read, or is no campaign */
export function readBaseline(path: string): Baseline {
  try {
    return { path, campaign: readCampaign(path, readText(path)) };
  } catch (error) {
    if (error instanceof CampaignError) throw new UsageError(`--baseline: ${error.message}`);
    throw error;
  }
}

/** Only the same seeds are compared: of others the pace differs without any change. */
export function factsOfPace(
  { path, campaign }: Baseline, swarms: readonly { readonly result: ChunkResult; readonly holds: readonly Piece[] }[],
): Facts {
  const { scenario, pace } = campaign.result;
  const swarm = swarms.find(({ result }) => result.scenario === scenario);
  if (swarm === undefined) return { done: 0, idle: [`the pace, for ${path} is of ${scenario}, which was not run`] };
  if (textOf(swarm.holds) !== textOf(campaign.holds)) {
    return {
      done: 0,
      idle: [`the pace, for ${path} holds ${textOf(campaign.holds)}, and these are ${textOf(swarm.holds)}`],
    };
  }
  return { done: 0, slower: slowerThan(pace, swarm.result.pace).map((line) => `${scenario}: ${line}`) };
}

const textOf = (holds: readonly Piece[]): string =>
  holds.map((piece) => `${askedText(piece)} (${piece.seeds} run)`).join('; ');
