/** What a soak has of the swarm: all that ends with its round. */
import type { FaultKind } from '../../harness/plan/fault-kinds.ts';
import type { DiskPlan } from '../../harness/plan/plan.ts';
import type { Kinds } from '../../harness/swarm/kinds.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import { longOne, type Length } from './length.ts';

const ms = 1000;

/**
 * What costs a server for good would leave nobody after some rounds. An operation whose end nobody knows is open for
 * ever, and a history is cut only where none is; and a client that asks once and never again would make the store grow
 * without bound.
 */
const lasting: readonly FaultKind[] = [
  'gone', 'bitRot', 'damagedMetadata', 'missingSnapshot', 'misdirectedWrite', 'staleRead', 'giveUp', 'clientCrash',
  'endlessSessions',
];

export const soakKinds = (kinds: Kinds): Kinds => ({
  ...kinds, has: (kind) => !lasting.includes(kind) && kinds.has(kind), mayLast: false,
});

/**
 * A storm is as long as that of another seed, so that faults come as thick. Logs of hundreds of entries to thousands,
 * and compacted again and again: else they would grow without bound.
 */
export function soakLength(random: RandomStream): Length {
  const length = longOne(random);
  const maxRaftState = random.pick([1000, 10_000, 100_000]);
  return {
    ...length,
    operations: random.in({ min: 800, max: 1200 }),
    stormUs: random.in({ min: 2000, max: 5000 }) * ms,
    carried: (settings) => ({ ...length.carried(settings), maxRaftState }),
    healed: () => ({ kind: 'everyone' }),
  };
}

/** Files of bytes, on which a crash may leave a part of a write, and a failed write too. */
export const drawSoakDisk = (random: RandomStream): DiskPlan => ({
  writeUs: { min: 20, max: random.pick([100, 1000, 5000]) },
  bytes: true,
  tornPer1000: random.pick([100, 500, 900]),
  failedLeavesPer1000: random.pick([300, 700, 1000]),
  lostPagesPer1000: 700,
  recoverUs: { min: 100, max: random.pick([1, 20, 200]) * ms },
});
