/** What the labs never exercise (docs/labs.md numbers the gaps), each as a scenario of its own. */
import type { LabTest } from '../lab/lab-test.ts';
import { crashGaps } from './crash-gaps.ts';
import { diskAndClockGaps } from './disk-and-clock-gaps.ts';
import { evenCluster } from './even-cluster.ts';
import { figure8AtBarrier, figure8StateByState } from './figure-8.ts';
import { forgottenVote } from './forgotten-vote.ts';
import { livenessBounds } from './liveness-bounds.ts';
import { networkGaps } from './network-gaps.ts';

export const gapTests: readonly LabTest[] = [
  ...networkGaps, ...crashGaps, ...diskAndClockGaps, livenessBounds, evenCluster, figure8AtBarrier, figure8StateByState,
  forgottenVote,
];
