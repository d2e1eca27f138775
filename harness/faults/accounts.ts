/**
 * Fault accounting. Of every kind of fault a run counts how often it could have struck (eligible),
 * how often it did (fired), and how often something later depended on it (mattered). What each word
 * means for each kind stands in docs/fault-model.md.
 */

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
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Faults that break what Raft rests on: stable storage that keeps what it acknowledged, messages that are what was sent. */
export const assumptionBreaking: readonly FaultKind[] = ['lyingFsync', 'uncheckedCorruption'];

const places = new Map<FaultKind, number>(faultKinds.map((kind, place) => [kind, place]));

export interface FaultAccount {
  readonly eligible: number;
  readonly fired: number;
  readonly mattered: number;
}

export class FaultAccounts {
  private readonly eligibleOf = new Uint32Array(faultKinds.length);
  private readonly firedOf = new Uint32Array(faultKinds.length);
  private readonly matteredOf = new Uint32Array(faultKinds.length);

  eligible(kind: FaultKind, times = 1): void {
    this.eligibleOf[places.get(kind)!]! += times;
  }

  fired(kind: FaultKind): void {
    this.firedOf[places.get(kind)!]! += 1;
  }

  mattered(kind: FaultKind): void {
    this.matteredOf[places.get(kind)!]! += 1;
  }

  /** Of the given kinds, in the order of `faultKinds`. */
  of(kinds: ReadonlySet<FaultKind>): Readonly<Partial<Record<FaultKind, FaultAccount>>> {
    const accounts: Partial<Record<FaultKind, FaultAccount>> = {};
    faultKinds.forEach((kind, place) => {
      if (!kinds.has(kind)) return;
      accounts[kind] = { eligible: this.eligibleOf[place]!, fired: this.firedOf[place]!, mattered: this.matteredOf[place]! };
    });
    return accounts;
  }
}

/** Kinds that were on in some seed and never fired: the campaign says nothing of them, and a gate fails. */
export function unfiredKinds(tallies: Readonly<Record<string, { readonly fired: number }>>): readonly string[] {
  return Object.entries(tallies).filter(([, { fired }]) => fired === 0).map(([kind]) => kind);
}
