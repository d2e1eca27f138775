/** What a user says of a system, as the rest of the kit takes it: types erased, whatever was left out filled in. */
import type { NodeId } from '../../core/protocol.ts';
import type { AnyEffect, AnyEvent, AnyProcess, Reach } from '../system.ts';
import type { Alike } from './alike.ts';
import type { ClientStates } from './client-process.ts';
import type { Service } from './service.ts';
import type { Settings } from './settings.ts';

/** What leads, or what part a server plays. */
export interface Role {
  /** Such as "primary" or "coordinator". */
  readonly name: string;
  /** Term, view or ballot: rises with each new leadership. */
  readonly epoch?: number;
  /** It is the one of the servers that faults aim at. */
  readonly leads?: boolean;
}

/** One step of one server. `before` is null for a start; `after` is what it is from then on. */
export interface SeenStep {
  readonly node: NodeId;
  readonly before: any;
  readonly after: any;
  readonly event: AnyEvent | null;
  readonly effects: readonly AnyEffect[];
  readonly settings: any;
}

/** All servers at one moment; null for one that is down. */
export interface SeenServers {
  readonly servers: readonly any[];
  readonly settings: any;
}

/** A property of the user's: of a step, or of every moment. */
export interface Invariant {
  readonly says?: string;
  readonly step?: (step: any) => string | null;
  readonly always?: (seen: SeenServers) => string | null;
}

/** What processes are made for. */
export interface Cast {
  readonly servers: number;
  readonly clients: number;
  readonly settings: any;
}

export interface Definition {
  readonly name: string;
  readonly settings: Settings;
  readonly service: Service<any, any>;
  /** Servers first, then clients. */
  processes(cast: Cast): readonly AnyProcess[];
  readonly clients: ClientStates;
  /** Whether any server writes to a disk that faults can strike. */
  hasDisk(cast: Cast): boolean;
  /** Its disk format writes once more what a start reads, so that what a failed sync left can be lost without harm. */
  readonly writesOnceMore: boolean;
  /** Its situations are counted by an observer of its own, and are not among these. */
  readonly isObservedElsewhere: boolean;
  readonly invariants: Readonly<Record<string, Invariant>>;
  readonly situations: Readonly<Record<string, (step: any) => boolean>>;
  readonly settled: (seen: SeenServers & { readonly lost: ReadonlySet<NodeId> }) => string | null;
  readonly owesProgress: ((reach: Reach) => boolean) | null;
  readonly role: ((state: any, node: NodeId) => Role) | null;
  readonly epochName: string;
  /** Null when no two servers are alike. */
  readonly alike: ((cast: Cast) => Alike) | null;
  /** Whom the ready client asks; null for a client of the user's. */
  asks(cast: Cast): readonly NodeId[] | null;
  readonly words: {
    readonly message: (message: any) => string;
    readonly state: (state: any) => Readonly<Record<string, string | number>>;
  };
  readonly sees: {
    readonly steps: readonly (readonly [string, Invariant])[];
    readonly moments: readonly (readonly [string, Invariant])[];
  };
}

/** Situations that a step shows, by name. */
export const situationsIn = ({ situations }: Definition, step: SeenStep): readonly string[] =>
  Object.entries(situations).filter(([, isSeen]) => isSeen(step)).map(([name]) => name);
