/**
 * Letters in flight. Each receiver has an inbox, one object for all equal inboxes, so that "what can
 * this node do with what is in flight to it" is remembered by two numbers.
 *
 * Three manners of network, in the words of the field:
 * - `set`: unordered and duplicating. What was sent once is in flight for ever and may be delivered any
 *   number of times, also never: loss, delay, reordering and duplication are all in it.
 * - `multiset`: unordered, not duplicating. A letter is delivered once, in any order.
 * - `ordered`: first in, first out, from each sender to each receiver.
 */
import type { NodeId } from '../../../core/protocol.ts';
import { Hasher, type Part, type Views } from '../fingerprint.ts';
import { Interner, type Interned } from '../interner.ts';

export type NetworkKind = 'set' | 'multiset' | 'ordered';

export interface Sent {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: unknown;
}
export type Letter = Interned<Sent>;

export interface Inbox extends Part {
  /** Never a part of a fingerprint: see `Interned`. */
  readonly id: number;
  /** In one order for equal contents; for `ordered` by sender, and then as they were sent. */
  readonly letters: readonly Letter[];
  /** What may be delivered next, each once. */
  readonly deliverable: readonly Letter[];
  readonly plus: Map<number, Inbox>;
  readonly minus: Map<number, Inbox>;
}

/** By content, so that the order does not depend on who was interned first. */
const compare = (a: Letter, b: Letter): number => a.hi - b.hi || a.lo - b.lo;

export class Letters {
  readonly empty: Inbox;
  private readonly kind: NetworkKind;
  private readonly interner: Interner<Sent>;
  private readonly byHash = new Map<number, Inbox[]>();
  private readonly hasher = new Hasher();
  private count = 0;

  constructor(kind: NetworkKind, views: Views) {
    this.kind = kind;
    this.interner = new Interner<Sent>(views);
    this.empty = this.internInbox([]);
  }

  letter(from: NodeId, to: NodeId, message: unknown): Letter {
    return this.interner.intern({ from, to, message });
  }

  /** The very same inbox when the network is a set and has the letter. */
  with(inbox: Inbox, letter: Letter): Inbox {
    const known = inbox.plus.get(letter.id);
    if (known !== undefined) return known;
    const made =
      this.kind === 'set' && inbox.letters.includes(letter)
        ? inbox
        : this.internInbox(inserted(this.kind, inbox.letters, letter));
    inbox.plus.set(letter.id, made);
    return made;
  }

  /** What is left when the letter was delivered: of a set, everything. */
  delivered(inbox: Inbox, letter: Letter): Inbox {
    return this.kind === 'set' ? inbox : this.without(inbox, letter);
  }

  without(inbox: Inbox, letter: Letter): Inbox {
    const known = inbox.minus.get(letter.id);
    if (known !== undefined) return known;
    const made = this.internInbox(inbox.letters.toSpliced(inbox.letters.indexOf(letter), 1));
    inbox.minus.set(letter.id, made);
    return made;
  }

  /** Another copy of a letter, right behind the first one. */
  doubled(inbox: Inbox, letter: Letter): Inbox {
    return this.internInbox(inbox.letters.toSpliced(inbox.letters.indexOf(letter), 0, letter));
  }

  /** An inbox with these letters; for `ordered` those of one sender in the order of the list. */
  of(letters: readonly Letter[]): Inbox {
    return this.internInbox(letters.reduce<readonly Letter[]>((all, letter) => inserted(this.kind, all, letter), []));
  }

  private internInbox(letters: readonly Letter[]): Inbox {
    const { hasher } = this;
    hasher.reset();
    hasher.int(letters.length);
    for (const letter of letters) hasher.part(letter);
    hasher.finish();
    const { lo, hi } = hasher;
    let chain = this.byHash.get(lo);
    if (chain === undefined) this.byHash.set(lo, chain = []);
    for (const known of chain) if (known.hi === hi) return known;
    const made: Inbox = {
      id: this.count++, lo, hi, letters, deliverable: this.deliverableOf(letters), plus: new Map(), minus: new Map(),
    };
    chain.push(made);
    return made;
  }

  private deliverableOf(letters: readonly Letter[]): readonly Letter[] {
    switch (this.kind) {
      case 'set':
        return letters;
      case 'multiset':
        return letters.filter((letter, at) => letter !== letters[at - 1]);
      case 'ordered':
        return letters.filter((letter, at) => letter.value.from !== letters[at - 1]?.value.from);
    }
  }
}

function inserted(kind: NetworkKind, letters: readonly Letter[], letter: Letter): readonly Letter[] {
  const isBehind = (other: Letter): boolean =>
    kind === 'ordered' ? other.value.from > letter.value.from : compare(other, letter) > 0;
  const at = letters.findIndex(isBehind);
  return letters.toSpliced(at < 0 ? letters.length : at, 0, letter);
}
