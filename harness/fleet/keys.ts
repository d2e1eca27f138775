/** Where everything of a fleet stands in Redis. One hash tag, so that a script may touch all of it in a cluster too. */

export interface Keys {
  /** Of the queues: BullMQ puts a colon behind it. */
  readonly queues: string;
  /** Name of the campaign that workers take. */
  readonly current: string;
  /** Campaigns by name. */
  readonly campaigns: string;
  /** What each worker said last, by its name. */
  readonly workers: string;
  of(campaign: string): CampaignKeys;
}

const campaignParts = [
  /** The digest of each chunk that is done, by its number: what makes a chunk count once. */
  'digests',
  /** Results by chunk that are in no sum yet. */
  'results',
  'sum',
  'sumVersion',
  /** Counts for those who only look. */
  'totals',
  /** Seeds and failures by day. */
  'days',
  /** The first chunk that was never put into the queue. */
  'next',
  /** Chunks that came to two digests. */
  'conflicts',
  /** Chunks that are not tried any more, and why. */
  'aside',
  /** How often a chunk ended the process that ran it alone. */
  'deaths',
  'causes',
  /** In how many seeds each cause was met. */
  'same',
  'reports',
  /** Causes that somebody was told of. */
  'told',
  'first',
  /** Threads of each worker that ever took part. */
  'hands',
  'isStopped',
] as const;
export type CampaignKeys = Readonly<Record<(typeof campaignParts)[number], string>>;

export function keysOf(fleet: string): Keys {
  const queues = `{${fleet}}`;
  const own = (name: string): string => `${queues}:fleet:${name}`;
  return {
    queues,
    current: own('current'),
    campaigns: own('campaigns'),
    workers: own('workers'),
    of: (campaign) =>
      Object.fromEntries(campaignParts.map((part) => [part, own(`${campaign}:${part}`)])) as CampaignKeys,
  };
}
