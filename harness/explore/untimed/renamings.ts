/**
 * Symmetry: servers that take each other's names. Of every part the images under all renamings are made
 * once and remembered, so that the representative of a state is found by lookups.
 */
import type { Hasher, Part } from '../fingerprint.ts';
import type { Interned, Interner } from '../interner.ts';
import type { Inbox, Letter, Letters } from './letters.ts';
import type { Nodes } from './nodes.ts';
import type { Node, Slot } from './parts.ts';
import type { Notice, Renamer, Renaming, UntimedSystem } from './system.ts';
import type { Slots } from './slots.ts';
import type { World } from './state.ts';

export class Renamings<Ghost, N extends Notice> {
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly renamer: Renamer<Ghost>;
  private readonly renamings: readonly Renaming[];
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  private readonly ghosts: Interner<Ghost>;
  private readonly inboxImages: (Inbox | undefined)[][] = [];
  private readonly inboxSignatures: (Part | undefined)[] = [];
  private readonly ghostImages: (Interned<Ghost> | undefined)[][] = [];
  private readonly slots: Slots<Ghost, N>;
  /** Positions of all renamings. */
  private readonly all: readonly number[];
  /** Whether every order of the servers is a renaming: then they can be sorted first. */
  private readonly isFull: boolean;
  /** By the number of an order: the position of the renaming that makes this order 0, 1, 2 and so on. */
  private readonly single: (readonly number[])[] = [];
  /** Of the state at hand: the servers by signature, and their signatures. */
  private readonly order: number[] = [];
  private readonly his: number[] = [];
  private readonly los: number[] = [];

  constructor(
    system: UntimedSystem<Ghost, N>, renamer: Renamer<Ghost>, renamings: readonly Renaming[],
    letters: Letters, nodes: Nodes<Ghost, N>, ghosts: Interner<Ghost>, slots: Slots<Ghost, N>,
  ) {
    this.system = system;
    this.renamer = renamer;
    this.renamings = renamings;
    this.letters = letters;
    this.nodes = nodes;
    this.ghosts = ghosts;
    this.slots = slots;
    this.all = renamings.map((_, at) => at);
    renamings.forEach((names, at) => {
      const order = new Array<number>(system.servers).fill(0);
      names.forEach((name, server) => void (order[name] = server));
      this.single[this.numberOf(order)] = [at];
    });
    let all = 1;
    for (let count = 2; count <= system.servers; count++) all *= count;
    this.isFull = renamings.length === all;
  }

  /**
   * Feeds slots and ghost of the image with the least hash: the same for all states that are equal up to renaming.
   * Sorting by signatures first leaves few images to compare; none of them is made, a sum of its slots' hashes tells
   * it.
   */
  feed(state: World<Ghost, N>, into: Hasher): void {
    const candidates = this.isFull ? this.sorted(state) : this.all;
    let bestLo = 0;
    let bestHi = 0;
    let bestGhost: Part | null = null;
    for (const at of candidates) {
      let lo = 0;
      let hi = 0;
      for (const slot of state.slots) {
        const image = slot.images[at] ?? this.imageOfSlot(slot, at);
        lo = (lo + image.lo) | 0;
        hi = (hi + image.hi) | 0;
      }
      const ghost = this.imageOfGhost(state.ghost, at);
      if (bestGhost !== null && (hi - bestHi || lo - bestLo || ghost.hi - bestGhost.hi || ghost.lo - bestGhost.lo) >= 0)
        continue;
      bestLo = lo;
      bestHi = hi;
      bestGhost = ghost;
    }
    into.int(bestLo);
    into.int(bestHi);
    into.part(bestGhost!);
  }

  /** The renamings that put the servers in the order of their signatures: several when some are equal. */
  private sorted(state: World<Ghost, N>): readonly number[] {
    const { order, his, los } = this;
    const { servers } = this.system;
    for (let server = 0; server < servers; server++) {
      const slot = state.slots[server]!;
      const { lo, hi } = slot.signature ?? this.signatureOf(slot, server);
      // Few servers: insertion is the quickest way to sort them.
      let at = server;
      for (; at > 0; at--) {
        const other = order[at - 1]!;
        const difference = his[other]! - hi || los[other]! - lo;
        if (difference <= 0) break;
        order[at] = other;
      }
      order[at] = server;
      his[server] = hi;
      los[server] = lo;
    }
    const isTied = (at: number): boolean =>
      his[order[at]!] === his[order[at - 1]!] && los[order[at]!] === los[order[at - 1]!];
    let hasTies = false;
    for (let at = 1; at < servers; at++) hasTies ||= isTied(at);
    if (!hasTies) return this.single[this.numberOf(order)]!;
    let orders: number[][] = [[]];
    for (let from = 0; from < servers;) {
      let to = from + 1;
      while (to < servers && isTied(to)) to++;
      const tied = arrangements(order.slice(from, to));
      orders = orders.flatMap((one) => tied.map((arranged) => [...one, ...arranged]));
      from = to;
    }
    return orders.map((one) => this.single[this.numberOf(one)]![0]!);
  }

  /** An order of the servers as one number. */
  private numberOf(order: readonly number[]): number {
    let number = 0;
    for (const server of order) number = number * this.system.servers + server;
    return number;
  }

  /** The hash that the slot has when the servers have taken these names. */
  private imageOfSlot(slot: Slot<N>, at: number): Part {
    const image = this.slots.hashOf(this.imageOfNode(slot.node, at), this.imageOfInbox(slot.inbox, at));
    slot.images[at] = image;
    return image;
  }

  private imageOfNode(node: Node<N>, at: number): Node<N> {
    let image = node.images[at];
    if (image === undefined) {
      const names = this.renamings[at]!;
      const index = names[node.index] ?? node.index;
      const state =
        node.state === null ? null : this.nodes.kept(index, this.renamer.state(node.state, names, node.index));
      image = this.nodes.intern(index, state, this.renamer.durable(node.durable, names), node.timers);
      node.images[at] = image;
    }
    return image;
  }

  private imageOfLetter({ value }: Letter, at: number): Letter {
    const names = this.renamings[at]!;
    return this.letters.letter(
      names[value.from] ?? value.from, names[value.to] ?? value.to, this.renamer.message(value.message, names),
    );
  }

  private imageOfInbox(inbox: Inbox, at: number): Inbox {
    const images = (this.inboxImages[inbox.id] ??= []);
    return (images[at] ??= this.letters.of(inbox.letters.map((letter) => this.imageOfLetter(letter, at))));
  }

  private imageOfGhost(ghost: Interned<Ghost>, at: number): Interned<Ghost> {
    const images = (this.ghostImages[ghost.id] ??= []);
    return (images[at] ??= this.ghosts.intern(this.renamer.ghost(ghost.value, this.renamings[at]!)));
  }

  /** What tells a slot from others whatever their names: of its node and its inbox each a sum of images. */
  private signatureOf(slot: Slot<N>, server: number): Part {
    const node = this.signatureOfNode(slot.node);
    const inbox = this.signatureOfInbox(slot.inbox, server);
    const signature = {
      lo: (node.lo + Math.imul(inbox.lo, 0x85ebca77)) | 0, hi: (node.hi + Math.imul(inbox.hi, 0x9e3779b1)) | 0,
    };
    slot.signature = signature;
    return signature;
  }

  /**
   * The sum of a node's images under all renamings that call it 0: the same for a renamed node, and it
   * depends on no name.
   */
  private signatureOfNode(node: Node<N>): Part {
    node.signature ??= this.sumWhere(node.index, (at) => this.imageOfNode(node, at));
    return node.signature;
  }

  private signatureOfInbox(inbox: Inbox, server: number): Part {
    // An inbox that is empty belongs to nobody; one that is not names its receiver.
    const key = inbox.letters.length === 0 ? 0 : server;
    return (this.inboxSignatures[inbox.id] ??= this.sumWhere(key, (at) => this.imageOfInbox(inbox, at)));
  }

  private sumWhere(server: number, imageOf: (at: number) => Part): Part {
    let lo = 0;
    let hi = 0;
    this.renamings.forEach((names, at) => {
      if (names[server] !== 0) return;
      const image = imageOf(at);
      lo = (lo + image.lo) | 0;
      hi = (hi + image.hi) | 0;
    });
    return { lo, hi };
  }
}

function arrangements(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item) => arrangements(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
