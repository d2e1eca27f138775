/** Which options of Raft a seed has on (docs/options.md): a stream of their own, so that all else of a plan stays as it was. */
import { answer } from '../../harness/world/fate.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

type Options = Pick<RaftKvSettings, 'preVote' | 'checkQuorum' | 'reads' | 'transfer' | 'clockDriftPer1000' | 'snapshotChunkBytes' | 'window' | 'sessionExpiryUs' | 'versions' | 'pipelined'>;

/** A quarter: what the swarm has of wrong clocks that are nearly right is within it. */
const leaseDriftPer1000 = 250;

/**
 * Half of the seeds run the Raft of the paper; in the others each option is there or not by the toss of a coin.
 * Each has a number of its own: one that is added leaves the others as they were.
 */
export function drawOptions(random: RandomStream): Options {
  const isPaper = random.chance(500);
  const ticket = random.uint32();
  if (isPaper) return {};
  const isOn = (place: number): boolean => answer(ticket, place) % 1000 < 500;
  // In place of sessions, which so are there in a tenth of the seeds still.
  const hasVersions = answer(ticket, 9) % 1000 < 300;
  const around = isOn(2) ? (answer(ticket, 100) % 2 === 0 ? ['index'] as const : ['log', 'index'] as const) : [];
  const reads = isOn(4) ? [...around, 'lease' as const] : [...around];
  return {
    ...(isOn(0) ? { preVote: true } : {}),
    ...(isOn(1) ? { checkQuorum: true } : {}),
    ...(reads.length > 0 ? { reads } : {}),
    ...(isOn(3) ? { transfer: true } : {}),
    ...(isOn(4) ? { clockDriftPer1000: leaseDriftPer1000 } : {}),
    // From a few chunks for a snapshot to dozens.
    ...(isOn(5) ? { snapshotChunkBytes: [8, 16, 64, 256][answer(ticket, 105) % 4]! } : {}),
    ...(isOn(6) ? { window: [1, 2, 4, 16][answer(ticket, 106) % 4]! } : {}),
    // From hardly longer than a retry to longer than the storm.
    ...(isOn(7) && !hasVersions ? { sessionExpiryUs: [200_000, 500_000, 1_500_000, 6_000_000][answer(ticket, 107) % 4]! } : {}),
    ...(hasVersions ? { versions: true } : {}),
    ...(isOn(11) ? { pipelined: true } : {}),
  };
}
