/**
 * One seed in a thousand is long: some 5,000 operations, and logs of thousands of entries, which are compacted late or
 * never. What shows only in a log of more than a few hundred entries, or after minutes, shows nowhere else (issue 16).
 */
import type { Healing } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

const ms = 1000;

export interface Length {
  readonly operations: number;
  readonly clients: number;
  readonly stormUs: number;
  readonly settleUs: number;
  /** The seed's own settings, made to carry that much. */
  carried(settings: RaftKvSettings): RaftKvSettings;
  /** How the storm ends: not with clients that fall silent, who would leave most of it unasked. */
  readonly healed: (healing: Healing) => Healing;
}

/** Null for a seed of the usual length. */
export function drawLength(random: RandomStream): Length | null {
  return random.below(1000) === 0 ? longOne(random) : null;
}

export function longOne(random: RandomStream): Length {
  const maxRaftState = random.pick([-1, 100_000, 300_000]);
  return {
    operations: random.in({ min: 4500, max: 5500 }),
    clients: random.in({ min: 8, max: 15 }),
    stormUs: random.in({ min: 6_000, max: 20_000 }) * ms,
    // Where each write takes 20 ms, 5,000 of them take 100 s, and so does to apply them one at a time.
    settleUs: 300_000 * ms,
    carried: ({ sessionExpiryUs: _sessionExpiryUs, versions: _versions, ...settings }) => ({
      ...settings,
      maxRaftState,
      entriesPerMessageMax: Math.max(settings.entriesPerMessageMax, 16),
      applyBatchMax: Math.max(settings.applyBatchMax, 64),
    }),
    healed: (healing) =>
      healing.kind === 'noNewOperations' || healing.kind === 'leaderFalls' ? { kind: 'everyone' } : healing,
  };
}
