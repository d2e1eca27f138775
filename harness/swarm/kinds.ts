/** Which kinds of trouble a seed has: a fault that is always on hides the bugs that need calm. */
import { assumptionBreaking, faultKinds, type FaultKind } from '../plan/fault-kinds.ts';
import { answer } from '../world/fate.ts';
import type { RandomStream, RandomStreams } from '../world/random.ts';

export interface Kinds {
  has(kind: FaultKind): boolean;
  /** Leaders fall one after the other, as in Figure 8 of the Raft paper. */
  readonly leaderChurn: boolean;
  readonly slowService: boolean;
  /** Whether some trouble may go on when the storm is over. */
  readonly mayLast: boolean;
}

/** The weather that most clusters see: on in most seeds. */
const common: readonly FaultKind[] = [
  'drop', 'duplicate', 'late', 'partition', 'cut', 'isolation', 'crash', 'slowWrite',
];

/** What an operator asks, or does, is no trouble: it is asked of whatever plan knows it. */
const wishes: readonly FaultKind[] = ['handOver', 'replacedDisk'];

/** Kinds for which a disk must hold files. */
export const needsBytes: readonly FaultKind[] = [
  'lostTail', 'tornRecord', 'tornSnapshot', 'bitRot', 'damagedMetadata', 'missingSnapshot', 'misdirectedWrite',
  'staleRead',
];

/**
 * Half of the seeds have all of the common kinds, in the other half each is there or not by the toss of
 * a coin. Of the others, a seed has none, few, many or nearly all. Kinds that need files of bytes, which
 * cost time, are kept to half of the seeds. Each kind has a number of its own: one that is added at
 * the end of the list leaves the others as they were.
 */
export function drawKinds(streams: RandomStreams): Kinds {
  const random = streams.stream('kinds');
  const hasAll = random.chance(500);
  const rarePer1000 = random.weighted([[3, 0], [4, 60], [4, 150], [2, 400], [1, 800]]);
  const damagePer1000 = random.weighted([[1, 0], [1, random.pick([400, 800])]]);
  const leaderChurn = (random.chance(500) || hasAll) && random.chance(600);
  const slowService = random.chance(500) || hasAll;
  const ticket = random.uint32();
  const on = new Set<FaultKind>();
  faultKinds.forEach((kind, place) => {
    if (assumptionBreaking.includes(kind)) return;
    const toss = answer(ticket, place) % 1000;
    const per1000 = needsBytes.includes(kind) ? damagePer1000 : rarePer1000;
    const isOn = common.includes(kind) ? hasAll || toss < 500 : toss < per1000;
    if (isOn || wishes.includes(kind)) on.add(kind);
  });
  return { has: (kind) => on.has(kind), leaderChurn, slowService, mayLast: true };
}

/** Only these kinds, for tests and for the table in docs/fault-model.md. */
export const kindsOf = (...kinds: readonly FaultKind[]): Kinds => ({
  has: (kind) => kinds.includes(kind),
  leaderChurn: false,
  slowService: false,
  mayLast: false,
});

/** Rates are drawn from 1 to `max`, small ones as often as large ones: half of all are below its root. */
export const rate = (random: RandomStream, max: number): number => 1 + random.below(1 + random.below(max));
