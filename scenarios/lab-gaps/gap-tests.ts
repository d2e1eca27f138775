/** What the labs never exercise, each as a scenario of its own. */
import type { LabTest } from '../lab/lab-test.ts';

export const gapTests: readonly LabTest[] = [];
