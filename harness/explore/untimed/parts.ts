/**
 * What states are made of, as data: nodes, nodes with their inboxes, and what may happen to them. One object for all
 * equal ones, which remembers what was worked out of it before: most steps of a search are lookups.
 */
import type { Violated } from '../../../checkers/checker.ts';
import type { NodeId } from '../../../core/protocol.ts';
import type { Part } from '../fingerprint.ts';
import type { Inbox, Letter } from './letters.ts';
import type { Notice, NodeStep, NodeView } from './system.ts';

/** One object for all equal states of a node. */
export interface Node<N extends Notice> extends Part, NodeView {
  /** Never a part of a fingerprint: see `Interned`. */
  readonly id: number;
  readonly index: NodeId;
  /** Null while the node is down. */
  readonly state: unknown;
  readonly durable: unknown;
  /** Armed ones, by name, in order. */
  readonly timers: readonly string[];
  readonly isWithin: boolean;
  /** What was worked out before: by letter, by timer, by request. */
  readonly byLetter: Map<number, Outcome<N>>;
  readonly byName: Map<string, Outcome<N>>;
  /** By inbox: the two together. */
  readonly slots: Map<number, Slot<N>>;
  /** Number of the disk's content: never a part of a fingerprint. */
  readonly disk: number;
  /** Inboxes without what is dead at this node, and which letters are: see `dead-letters.ts`. */
  readonly pruned: Map<number, Inbox>;
  readonly isDead: Map<number, boolean>;
  /** With the reduction: letters that were sent for certain, because the node's timers say them in this state. */
  always: ReadonlySet<Letter> | null;
  readonly images: (Node<N> | undefined)[];
  signature: Part | null;
}

/** What came of a step. */
export interface Outcome<N extends Notice> {
  /** Null for a boot: a node that was down knows nothing. */
  readonly step: NodeStep;
  readonly node: Node<N>;
  readonly sends: readonly Letter[];
  readonly replies: readonly unknown[];
  readonly notice: N | null;
  /** What the step broke, judged by itself. */
  readonly problem: Violated | null;
  /** What the process threw; `node` is the one before then. */
  readonly thrown: { readonly error: unknown } | null;
  /** A crash behind each write of the step: what is durable then, and what was sent before it. */
  readonly barriers: readonly Barrier[];
  /** Nothing changed, nobody was answered, nothing is to be told: at most letters were sent. */
  readonly isQuiet: boolean;
  /** By ghost: what it is behind the step (an interned ghost), or what the step broke. */
  readonly ghosts: Map<number, unknown>;
  /** What was said when it was held against the others, by ghost and then by the numbers of their disks. */
  readonly compared: Map<number, Map<number, Violated | null>>;
}

export interface Barrier {
  readonly durable: unknown;
  readonly sends: readonly Letter[];
  /** The write never was, and what was sent before it is on its way all the same. */
  readonly isLost: boolean;
}

/** Something that may happen next. Made once for each slot, and good for every state that has it. */
export interface Move<N extends Notice> {
  readonly kind: 'deliver' | 'drop' | 'duplicate' | 'timer' | 'crash' | 'restart' | 'client';
  readonly node: NodeId;
  readonly letter: Letter | null;
  readonly timer: string | null;
  readonly request: unknown;
  /** A crash behind a write of the step that `letter`, `timer` or `request` begins; null for one between two steps. */
  readonly barrier: Barrier | null;
  /** What the step does; null for `drop` and `duplicate`. */
  readonly outcome: Outcome<N> | null;
  /** What the step makes of the node's own slot; null until it was taken once. */
  reached: Reached<N> | null;
}

/** Letters to one receiver: one object for all equal lists. */
export interface Batch {
  readonly id: number;
  readonly to: NodeId;
  readonly letters: readonly Letter[];
}

/** `lo` and `hi`: of node and inbox. A state is known by the sum of its slots, which holds for any order of them. */
export interface Slot<N extends Notice> extends Part {
  /** Never a part of a fingerprint: see `Interned`. */
  readonly id: number;
  readonly node: Node<N>;
  readonly inbox: Inbox;
  /** What is possible here, all of it, and without crashes. */
  moves: readonly Move<N>[] | null;
  calmMoves: readonly Move<N>[] | null;
  /** By batch: the slot that has its letters too. Null until it is asked for. */
  plus: Map<number, Reached<N>> | null;
  /** Its hash under each renaming, and what no renaming changes: see `renamings.ts`. */
  readonly images: (Part | undefined)[];
  signature: Part | null;
}

/** Where a slot came to. */
export interface Reached<N extends Notice> {
  readonly slot: Slot<N>;
  /** The claim about dead letters that broke on the way. */
  readonly objection: Violated | null;
  /** What the node says now and did not say before, beside what a step sends. */
  readonly says: readonly Batch[];
}
