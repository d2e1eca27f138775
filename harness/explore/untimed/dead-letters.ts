/**
 * Letters that can do nothing any more are taken out of the network, so that states which differ only in
 * them are one: a reply to an older term, an acknowledgement of what is known already.
 *
 * That a letter is dead at a node is the protocol's claim (`UntimedSystem.isDead`), and a claim about
 * code that may be broken. So it is not believed but checked, on every pair of a letter that was ever
 * claimed dead and a state in which the node was ever met: where the claim stands, the letter must change
 * nothing, answer nobody and say nothing new; and no step and no crash of the node may end it. When the
 * search ends without an objection, the letters that were taken out could not have done anything in any
 * state that was left out for it: by induction over the steps of a run.
 */
import type { NodeId } from '../../../core/protocol.ts';
import { nodeName, type Notice, type UntimedSystem } from './system.ts';
import type { Inbox, Letter, Letters } from './letters.ts';
import type { Node, Nodes } from './nodes.ts';

/** The claim does not hold for this code: the reduction cannot be used on it, and the code reacts to what it should ignore. */
export class DeadLetterStirs extends Error {
  override readonly name = 'DeadLetterStirs';
}

export class DeadLetters<Ghost, N extends Notice> {
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  /** By receiver: letters claimed dead in some state, states met, and steps met. */
  private readonly claimed: Set<Letter>[] = [];
  private readonly met: Set<Node<N>>[] = [];
  private readonly steps = new Map<Node<N>, Set<Node<N>>>();

  constructor(system: UntimedSystem<Ghost, N>, letters: Letters, nodes: Nodes<Ghost, N>) {
    this.system = system;
    this.letters = letters;
    this.nodes = nodes;
    for (let node = 0; node < system.processes.length; node++) {
      this.claimed.push(new Set());
      this.met.push(new Set());
    }
  }

  isDead(node: Node<N>, letter: Letter): boolean {
    let isDead = node.isDead.get(letter.id);
    if (isDead === undefined) {
      isDead = this.claim(node, letter);
      node.isDead.set(letter.id, isDead);
      if (isDead) this.declare(letter);
    }
    return isDead;
  }

  /** The inbox without what is dead at the node. */
  pruned(node: Node<N>, inbox: Inbox): Inbox {
    let pruned = node.pruned.get(inbox.id);
    if (pruned === undefined) {
      const living = inbox.letters.filter((letter) => !this.isDead(node, letter));
      pruned = living.length === inbox.letters.length ? inbox : this.letters.of(living);
      node.pruned.set(inbox.id, pruned);
    }
    return pruned;
  }

  /** A step from one state of a node to another, or a crash. @throws DeadLetterStirs */
  meet(before: Node<N>, after: Node<N>): void {
    let followers = this.steps.get(before);
    if (followers === undefined) this.steps.set(before, followers = new Set());
    if (followers.has(after)) return;
    followers.add(after);
    this.enter(after);
    for (const letter of this.claimed[after.index]!) this.mustStayDead(before, after, letter);
  }

  enter(node: Node<N>): void {
    const met = this.met[node.index]!;
    if (met.has(node)) return;
    met.add(node);
    for (const letter of this.claimed[node.index]!) this.mustBeDead(node, letter);
  }

  private declare(letter: Letter): void {
    const { to } = letter.value;
    const claimed = this.claimed[to]!;
    if (claimed.has(letter)) return;
    claimed.add(letter);
    for (const node of this.met[to]!) this.mustBeDead(node, letter);
    for (const node of this.met[to]!) for (const after of this.steps.get(node) ?? []) this.mustStayDead(node, after, letter);
  }

  private claim({ index, state }: Node<N>, { value }: Letter): boolean {
    return state !== null && this.system.isDead(index, state, value.from, value.message);
  }

  private mustBeDead(node: Node<N>, letter: Letter): void {
    if (!this.claim(node, letter)) return;
    const outcome = this.nodes.tried(node, letter);
    const always = this.nodes.alwaysSaid(node);
    if (!outcome.isQuiet || outcome.sends.some((sent) => !always.has(sent))) throw new DeadLetterStirs(`${this.told(letter)} should be ignored and is not`);
  }

  private mustStayDead(before: Node<N>, after: Node<N>, letter: Letter): void {
    if (this.claim(before, letter) && !this.claim(after, letter)) throw new DeadLetterStirs(`${this.told(letter)} was past mattering and matters again`);
  }

  private told({ value: { from, to, message } }: Letter): string {
    const name = (node: NodeId): string => nodeName(this.system.servers, node);
    return `at ${name(to)}: ${this.system.describeMessage(message)} from ${name(from)}`;
  }
}
