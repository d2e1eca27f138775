/** A state of the untimed world. */
import type { Violated } from '../../../checkers/checker.ts';
import type { Interned } from '../interner.ts';
import type { Inbox } from './letters.ts';
import type { Node } from './nodes.ts';
import type { Notice } from './system.ts';

export interface World<Ghost, N extends Notice> {
  readonly nodes: readonly Node<N>[];
  /** By receiver. */
  readonly inboxes: readonly Inbox[];
  readonly ghost: Interned<Ghost>;
  readonly crashes: number;
  readonly drops: number;
  readonly duplicates: number;
  /** The first thing that is broken, found on the way here. */
  readonly problem: Violated | null;
}
