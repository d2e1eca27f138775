/** What befell the nodes of a run. */
export interface NodeCounts {
  crashes: number;
  crashesWriteLost: number;
  crashesWriteKept: number;
  restarts: number;
  /** Servers that found damage on their disks and did not start. */
  refusals: number;
}
