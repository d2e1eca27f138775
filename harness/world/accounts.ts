/**
 * Fault accounting. Of every kind of fault a run counts how often it could have struck (eligible),
 * how often it did (fired), and how often something later depended on it (mattered). What each word
 * means for each kind stands in docs/fault-model.md.
 */
import { faultKinds, type FaultKind } from '../plan/fault-kinds.ts';

/** Kinds that strike single messages, at a rate. */
const messageKinds: readonly FaultKind[] = [
  'drop', 'duplicate', 'replay', 'late', 'exponentialDelay', 'reorder', 'corrupt', 'uncheckedCorruption',
];

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

  /** What rates could have struck, known when a run is over: so many messages. */
  exposed(kinds: ReadonlySet<FaultKind>, messages: number): void {
    for (const kind of messageKinds) if (kinds.has(kind)) this.eligible(kind, messages);
  }

  /** Of the given kinds, in the order of `faultKinds`. */
  of(kinds: ReadonlySet<FaultKind>): Readonly<Partial<Record<FaultKind, FaultAccount>>> {
    const accounts: Partial<Record<FaultKind, FaultAccount>> = {};
    faultKinds.forEach((kind, place) => {
      if (!kinds.has(kind)) return;
      accounts[kind] = {
        eligible: this.eligibleOf[place]!, fired: this.firedOf[place]!, mattered: this.matteredOf[place]!,
      };
    });
    return accounts;
  }
}
