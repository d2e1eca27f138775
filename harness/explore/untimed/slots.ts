/**
 * A node together with its inbox: one object for all equal pairs, which remembers what becomes of it. Most successors
 * of a search are known states, and then all that is done for them is a few lookups by number.
 */
import type { NodeId } from '../../../core/protocol.ts';
import { Hasher, type Part } from '../fingerprint.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Inbox, Letter, Letters } from './letters.ts';
import type { Nodes } from './nodes.ts';
import type { Batch, Node, Outcome, Reached, Slot } from './parts.ts';
import type { Notice } from './system.ts';

export class Slots<Ghost, N extends Notice> {
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  /** Null without the reduction: then letters stay where they are. */
  private readonly dead: DeadLetters<Ghost, N> | null;
  private readonly hasher = new Hasher();
  private readonly batches = new Map<string, Batch>();
  private count = 0;

  constructor(letters: Letters, nodes: Nodes<Ghost, N>, dead: DeadLetters<Ghost, N> | null) {
    this.letters = letters;
    this.nodes = nodes;
    this.dead = dead;
  }

  of(node: Node<N>, inbox: Inbox): Slot<N> {
    let slot = node.slots.get(inbox.id);
    if (slot === undefined) {
      const { lo, hi } = this.hashOf(node, inbox);
      slot = {
        id: this.count++, node, inbox, lo, hi, moves: null, calmMoves: null, plus: null, images: [], signature: null,
      };
      node.slots.set(inbox.id, slot);
    }
    return slot;
  }

  /** By content: the hash of a slot, whether there is one or not. */
  hashOf(node: Part, inbox: Part): Part {
    const { hasher } = this;
    hasher.reset();
    hasher.part(node);
    hasher.part(inbox);
    hasher.finish();
    return { lo: hasher.lo, hi: hasher.hi };
  }

  /** Letters by receiver, in the order in which each gets the first one. */
  batchesOf(letters: readonly Letter[]): readonly Batch[] {
    const byReceiver = new Map<NodeId, Letter[]>();
    for (const letter of letters) {
      const { to } = letter.value;
      const known = byReceiver.get(to);
      if (known === undefined) byReceiver.set(to, [letter]);
      else known.push(letter);
    }
    return [...byReceiver].map(([to, own]) => {
      const name = own.map(({ id }) => id).join(' ');
      let batch = this.batches.get(name);
      if (batch === undefined) this.batches.set(name, batch = { id: this.batches.size, to, letters: own });
      return batch;
    });
  }

  /**
   * The slot with these letters in flight as well, but for those that are dead there. With the reduction the node says
   * at once what it has to say to them.
   */
  plus(slot: Slot<N>, batch: Batch): Reached<N> {
    slot.plus ??= new Map();
    let reached = slot.plus.get(batch.id);
    if (reached === undefined) {
      const { dead } = this;
      const { node } = slot;
      const living = batch.letters.filter((letter) => dead?.isDead(node, letter) !== true);
      const added = living.filter((letter) => this.letters.with(slot.inbox, letter) !== slot.inbox);
      const inbox = living.reduce((all, letter) => this.letters.with(all, letter), slot.inbox);
      const objection = dead?.takeObjection() ?? null;
      reached = {
        slot: this.of(node, inbox),
        objection,
        says: dead === null || added.length === 0 ? silent : this.batchesOf([...this.saidTo(node, added)]),
      };
      slot.plus.set(batch.id, reached);
    }
    return reached;
  }

  /**
   * What a step of the node makes of its slot. With the reduction what is dead at the new node is taken out, and it
   * says what it has to say to all the rest, and by itself.
   * @param inbox without the letter that the step took
   */
  stepped(slot: Slot<N>, inbox: Inbox, outcome: Outcome<N>, mayFire: (timer: string) => boolean): Reached<N> {
    const { dead } = this;
    const { node } = outcome;
    // Who has just begun has said nothing yet, although it is where it was.
    const hasBegun = outcome.step.event !== null;
    if (dead === null || (node === slot.node && hasBegun))
      return { slot: this.of(node, inbox), objection: null, says: this.batchesOf(outcome.sends) };
    dead.meet(slot.node, node);
    const left = dead.pruned(node, inbox);
    const objection = dead.takeObjection();
    const said = this.saidTo(node, left.letters);
    for (const timer of node.timers) {
      if (!mayFire(timer)) continue;
      const { isQuiet, sends } = this.nodes.onTimer(node, timer);
      if (isQuiet) for (const sent of sends) said.add(sent);
    }
    return { slot: this.of(node, left), objection, says: this.batchesOf([...new Set([...outcome.sends, ...said])]) };
  }

  /** What the node says to letters in steps that change nothing. */
  private saidTo(node: Node<N>, letters: readonly Letter[]): Set<Letter> {
    const said = new Set<Letter>();
    for (const letter of letters) {
      const { isQuiet, sends } = this.nodes.onLetter(node, letter);
      if (isQuiet) for (const sent of sends) said.add(sent);
    }
    return said;
  }
}

const silent: readonly Batch[] = [];
