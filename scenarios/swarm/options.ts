/**
 * Which options of Raft a seed has on (docs/options.md): a stream of their own, so that all else of a plan stays as it
 * was.
 */
import { answer } from '../../harness/world/fate.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

type Options = Pick<
  RaftKvSettings,
  | 'preVote'
  | 'checkQuorum'
  | 'reads'
  | 'transfer'
  | 'clockDriftPer1000'
  | 'snapshotChunkBytes'
  | 'window'
  | 'sessionExpiryUs'
  | 'versions'
  | 'pipelined'
  | 'clientWindow'
>;

/** A quarter: what the swarm has of wrong clocks that are nearly right is within it. */
const leaseDriftPer1000 = 250;

export interface DrawnOptions {
  readonly options: Options;
  /** Servers come and go; who, is drawn by a stream of its own. */
  readonly hasMembership: boolean;
}

/** What not every seed may have. */
export interface May {
  /** Servers may come and go: not where a cluster stays what it is from one round to the next. */
  readonly mayCome: boolean;
  /** Clients may have several operations in flight: of a long history no check of linearizability tells in its time. */
  readonly mayHaveSeveral: boolean;
}

/**
 * Half of the seeds run the Raft of the paper, a third of these with pipelined writes; in the others each option is
 * there or not by the toss of a coin. Each has a number of its own: one that is added leaves the others as they were.
 */
export function drawOptions(random: RandomStream, servers: number, { mayCome, mayHaveSeveral }: May): DrawnOptions {
  const isPaper = random.chance(500);
  const ticket = random.uint32();
  // No matter of Raft: so the paper's has it too, in a quarter of its seeds.
  const several = (per1000: number): Pick<Options, 'clientWindow'> =>
    (mayHaveSeveral && answer(ticket, 8) % 1000 < per1000 ? { clientWindow: 2 + (answer(ticket, 108) % 7) } : {});
  if (isPaper) {
    const pipelined = answer(ticket, 111) % 3 === 0 ? { pipelined: true as const } : {};
    return { options: { ...pipelined, ...several(250) }, hasMembership: false };
  }
  const isOn = (place: number): boolean => answer(ticket, place) % 1000 < 500;
  // Alone there is nobody to come or go.
  const hasMembership = mayCome && servers > 1 && isOn(10);
  // In place of sessions, which so are there in a tenth of the seeds still.
  const hasVersions = answer(ticket, 9) % 1000 < (hasMembership ? 200 : 450);
  // In place of reads around the log, which would overtake the writes before them. Sessions that expire, and versions,
  // which keep none, have no order.
  const severalHere = hasMembership || hasVersions || isOn(7) ? {} : several(500);
  const mayRead = severalHere.clientWindow === undefined;
  const around =
    mayRead && isOn(2) ? (answer(ticket, 100) % 2 === 0 ? ['index'] as const : ['log', 'index'] as const) : [];
  const hasLease = mayRead && isOn(4);
  const reads = hasLease ? [...around, 'lease' as const] : [...around];
  // Whoever has left and does not know it deposes one leader after the other, unless something protects them (4.2.3).
  const needsProtection = hasMembership && !isOn(0) && !isOn(1);
  const options: Options = {
    ...(isOn(0) || (needsProtection && answer(ticket, 110) % 2 === 0) ? { preVote: true } : {}),
    ...(isOn(1) || (needsProtection && answer(ticket, 110) % 2 === 1) ? { checkQuorum: true } : {}),
    ...(reads.length > 0 ? { reads } : {}),
    ...(isOn(3) ? { transfer: true } : {}),
    ...(hasLease ? { clockDriftPer1000: leaseDriftPer1000 } : {}),
    // From a few chunks for a snapshot to dozens.
    ...(isOn(5) ? { snapshotChunkBytes: [8, 16, 64, 256][answer(ticket, 105) % 4]! } : {}),
    ...(isOn(6) ? { window: [1, 2, 4, 16][answer(ticket, 106) % 4]! } : {}),
    // From hardly longer than a retry to longer than the storm.
    ...(isOn(7) && !hasVersions
      ? { sessionExpiryUs: [200_000, 500_000, 1_500_000, 6_000_000][answer(ticket, 107) % 4]! }
      : {}),
    ...(hasVersions ? { versions: true } : {}),
    ...(isOn(11) ? { pipelined: true } : {}),
    ...severalHere,
  };
  return { options, hasMembership };
}
