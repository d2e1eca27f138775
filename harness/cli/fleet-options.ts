/** What every part of `whitewater fleet` takes: where the fleet is, and which campaign is meant. */
import type { FleetCampaign } from '../fleet/campaign.ts';
import { refusalText } from '../fleet/redis.ts';
import { openStore, type OpenStore, type Store } from '../fleet/store.ts';
import { UsageError, type Terminal } from './command.ts';
import { Away } from './fleet-away.ts';

export const fleetOptions = {
  redis: { type: 'string' }, fleet: { type: 'string' }, campaign: { type: 'string' },
} as const;

export interface FleetValues {
  readonly redis?: string | undefined;
  readonly fleet?: string | undefined;
  readonly campaign?: string | undefined;
}

const patienceMs = 10_000;

/**
 * Does something with the fleet, and leaves it.
 * @param giveUpMs how long Redis may be away meanwhile
 * @throws UsageError when Redis is not there, takes no more, or is away for too long
 */
export async function withFleet<T>(
  { redis, fleet }: FleetValues, terminal: Terminal, act: (open: OpenStore) => Promise<T>, giveUpMs = patienceMs,
): Promise<T> {
  const open = await openStore(redis ?? process.env['REDIS_URL'] ?? 'redis://localhost:6379', fleet ?? 'whitewater');
  const away = new Away(open, giveUpMs, terminal);
  try {
    return await Promise.race([act(open), away.givesUp]);
  } catch (error) {
    const refusal = error instanceof Error ? refusalText(open.name, error) : null;
    throw refusal === null ? error : new UsageError(refusal);
  } finally {
    away.release();
    open.close();
  }
}

/** @throws UsageError when there is no such campaign */
export async function campaignOf(
  store: Store, { campaign: id, fleet = 'whitewater' }: FleetValues,
): Promise<FleetCampaign> {
  const campaign = id === undefined ? await store.current() : await store.campaign(id);
  if (campaign !== null) return campaign;
  throw new UsageError(
    id === undefined
      ? `there is no campaign in the fleet "${fleet}": whitewater fleet start begins one`
      : `there is no campaign ${id} in the fleet "${fleet}"`,
  );
}
