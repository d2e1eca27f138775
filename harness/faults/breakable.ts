/** What can be done to a world: all that a fault needs of it, and nothing else. */
import type { NodeId } from '../../core/protocol.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { FileRole, Moments, Operator } from '../moments.ts';
import type { Clock } from '../world/clock.ts';
import type { ByteFiles } from '../world/files.ts';
import type { ArmedMoment } from '../world/crash-moment.ts';

/** Waits for one message, and holds it until it is told to let go. */
export interface Trap {
  readonly kind: FaultKind;
  wants(from: NodeId, to: NodeId, message: unknown): boolean;
  caught: { readonly from: NodeId; readonly to: NodeId; readonly message: unknown; readonly delayUs: number } | null;
}

export interface BreakableDisk {
  /** Added to the time of each write. */
  stallUs: number;
  /** While a fault is at work writes fail: its kind. */
  failing: FaultKind | null;
  /** The last write may have reached the disk in part, and nobody has read it since. */
  readonly isTorn: boolean;
  /** Null when the disk holds states and no bytes. */
  readonly files: ByteFiles | null;
  beginLying(): void;
  endLying(): void;
}

export interface BreakableNode {
  readonly isUp: boolean;
  /** It has read its disk and repairs it: not up yet. */
  readonly isRecovering: boolean;
  /** Null while it is down. */
  readonly state: unknown;
  readonly disk: BreakableDisk;
  /** Down for good: nobody starts it again. */
  isGone: boolean;
  /** A fault has changed what its disk held: only then may it refuse to start. */
  isDamaged: boolean;
  /** Null while the clock is right. */
  clock: Clock | null;
  pause(): void;
  /** True when it had work that waited. */
  resume(): boolean;
  /** True when a timer was armed. */
  jumpClock(byUs: number, kind: FaultKind): boolean;
}

export interface BreakableLinks {
  slowDown(from: NodeId, to: NodeId, byUs: number, kind: FaultKind): void;
  speedUp(from: NodeId, to: NodeId): void;
  clog(from: NodeId, to: NodeId, kind: FaultKind): void;
  unclog(from: NodeId, to: NodeId): void;
  set(trap: Trap): void;
  release(trap: Trap, hasFired?: boolean): void;
}

/** Something that the nodes' states may become. */
export interface Wait {
  /** Nobody waits any more. */
  isOver(): boolean;
  /** Reads the nodes' states: what it says changes with them only. */
  hasCome(): boolean;
  act(): void;
}

export interface BreakableWorld {
  readonly nowUs: number;
  /** The first nodes are servers, the others clients. */
  readonly servers: number;
  readonly machines: readonly BreakableNode[];
  readonly links: BreakableLinks;
  readonly network: { cut(from: NodeId, to: NodeId): void; mend(from: NodeId, to: NodeId): void };
  readonly accounts: {
    eligible(kind: FaultKind, times?: number): void;
    fired(kind: FaultKind): void;
    mattered(kind: FaultKind): void;
  };
  /** Nodes that found damage on their disks and did not start. */
  readonly counts: { readonly refusals: number };
  /** Told of each message that a cut has taken. */
  lostToCut: (from: NodeId, to: NodeId) => void;
  /** Runs `action` at a virtual time, in its turn. */
  at(atUs: number, action: () => void): void;
  /**
   * Calls `act` in its turn, at the first of the moments `everyUs` apart, now being the first, at which it has come.
   */
  when(everyUs: number, wait: Wait): void;
  crash(node: NodeId, moment: 'now' | 'recovering' | ArmedMoment, by?: FaultKind | null): void;
  restart(node: NodeId): void;
  /** What a new disk must hold for a server to come in again; null while it may not have one. */
  newDisk(node: NodeId): unknown;
  /** A node gets a disk that holds this; one that is up falls. */
  replaceDisk(node: NodeId, durable: unknown): void;
  /** Who leads now, as the system under test sees it. */
  leader(): NodeId | null;
  /** Tells a server something that no other node has sent. False when it is down. */
  tell(node: NodeId, message: unknown): boolean;
  /** @throws SystemError when the system tells of none */
  moments(): Moments;
  /** @throws SystemError when nothing can be asked of it */
  operator(): Operator;
  /** What a file of a node's disk holds, as the system says. */
  fileRole(name: string): FileRole | null;
}

/** Undoes what is still broken. Called once, at the fault's end or when the storm ends. */
export type Heal = () => void;

/** Begins a fault on the nodes that it strikes. */
export type Begin<F> = (fault: F, nodes: readonly NodeId[], world: BreakableWorld) => Heal;

/** One direction between two nodes. */
export type Way = readonly [from: NodeId, to: NodeId];

export function waysBetween(size: number, isMeant: (from: NodeId, to: NodeId) => boolean): readonly Way[] {
  const ways: Way[] = [];
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) if (from !== to && isMeant(from, to)) ways.push([from, to]);
  }
  return ways;
}
