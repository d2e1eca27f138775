/** A state of the untimed world: a few references to parts that very many states share. */
import type { Violated } from '../../../checkers/checker.ts';
import type { Interned } from '../interner.ts';
import type { Inbox } from './letters.ts';
import type { Node, Slot } from './parts.ts';
import type { Notice } from './system.ts';

export class World<Ghost, N extends Notice> {
  /** Each node with what is in flight to it. */
  readonly slots: readonly Slot<N>[];
  readonly ghost: Interned<Ghost>;
  readonly crashes: number;
  readonly drops: number;
  readonly duplicates: number;
  /** The first thing that is broken, found on the way here. */
  readonly problem: Violated | null;

  constructor(
    slots: readonly Slot<N>[], ghost: Interned<Ghost>, crashes: number, drops: number, duplicates: number,
    problem: Violated | null,
  ) {
    this.slots = slots;
    this.ghost = ghost;
    this.crashes = crashes;
    this.drops = drops;
    this.duplicates = duplicates;
    this.problem = problem;
  }

  get nodes(): readonly Node<N>[] {
    return this.slots.map(({ node }) => node);
  }

  /** By receiver. */
  get inboxes(): readonly Inbox[] {
    return this.slots.map(({ inbox }) => inbox);
  }
}
