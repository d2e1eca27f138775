/** The kinds of trouble that a plan can switch on, as they are accounted for. docs/fault-model.md tells of each. */

/** Every kind, family by family. */
export const faultKinds = [
  // What befalls single messages.
  'drop', 'duplicate', 'replay', 'late', 'exponentialDelay', 'reorder', 'corrupt',
  // Ways that are cut.
  'partition', 'bridge', 'ring', 'cut', 'isolation', 'flapping',
  // Ways that are slow or stand still.
  'slowLink', 'clog', 'swizzle',
  // Processes.
  'crash', 'crashWriteLost', 'crashWriteKept', 'crashLoop', 'pause', 'gone',
  // Disks.
  'slowWrite', 'stalledWrite', 'lostTail', 'tornRecord', 'tornSnapshot', 'failedWrite', 'diskFull',
  'bitRot', 'damagedMetadata', 'missingSnapshot', 'misdirectedWrite', 'staleRead',
  // Clocks.
  'clockRate', 'clockDrift', 'clockJump',
  // Clients.
  'burst', 'hotKeys', 'largeValues', 'giveUp', 'endlessSessions',
  // Aimed at a moment.
  'holdAcrossLeaderships', 'isolateUntilSnapshot', 'compactDuringInstall',
  // Against what Raft assumes: no scenario of the house draws them for a cluster that must survive.
  'lyingFsync', 'uncheckedCorruption',
  // Disks and processes again: a place is what a kind is drawn by, so later ones stand at the end.
  'failedWriteLeft', 'crashInRecovery', 'lostPages', 'crashInSends',
  // An operator's wishes, which are no trouble by themselves.
  'handOver',
  // Clients again.
  'clientCrash',
  // What an operator does, again.
  'replacedDisk',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * Faults that break what Raft rests on: stable storage that keeps what it acknowledged, messages that are what was
 * sent.
 */
export const assumptionBreaking: readonly FaultKind[] = ['lyingFsync', 'uncheckedCorruption'];
