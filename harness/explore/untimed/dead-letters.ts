/**
 * Letters that can do nothing any more are taken out of the network, so that states which differ only in
 * them are one: a reply to an older term, an acknowledgement of what is known already.
 *
 * That a letter is dead at a node is the protocol's claim (`UntimedSystem.isDead`), and a claim about
 * code that may be broken. So it is not believed but checked, on every pair of a letter that was ever
 * claimed dead and a state in which the node was ever met: where the claim stands, the letter must change
 * nothing, answer nobody and say nothing new; and no step and no crash of the node may end it. When the
 * search ends without an objection, the letters that were taken out could not have done anything in any
 * state that was left out for it: by induction over the steps of a run. (Each thread holds the claims
 * against the states that it meets itself.)
 */
import { Violated } from '../../../checkers/checker.ts';
import type { NodeId } from '../../../core/protocol.ts';
import { nodeName, type Notice, type UntimedSystem } from './system.ts';
import type { Inbox, Letter, Letters } from './letters.ts';
import type { Nodes } from './nodes.ts';
import type { Node } from './parts.ts';

/** Broken when the code reacts to what it should ignore; then the reduction cannot be used on it. */
export const deadLettersStayDead = 'Dead Letters Stay Dead';

export class DeadLetters<Ghost, N extends Notice> {
  private readonly system: UntimedSystem<Ghost, N>;
  private readonly letters: Letters;
  private readonly nodes: Nodes<Ghost, N>;
  /** By receiver: letters claimed dead in some state, states met, and steps met. */
  private readonly claimed: Set<Letter>[] = [];
  private readonly met: Set<Node<N>>[] = [];
  private readonly steps = new Map<Node<N>, Map<Node<N>, Violated | null>>();
  /** Objections, by the node and the letter that raised them: the same step says the same again. */
  private readonly raised = new Map<Node<N>, Map<Letter, Violated>>();
  private objection: Violated | null = null;

  constructor(system: UntimedSystem<Ghost, N>, letters: Letters, nodes: Nodes<Ghost, N>) {
    this.system = system;
    this.letters = letters;
    this.nodes = nodes;
    for (let node = 0; node < system.processes.length; node++) {
      this.claimed.push(new Set());
      this.met.push(new Set());
    }
  }

  /** The first objection since it was last asked for. */
  takeObjection(): Violated | null {
    const { objection } = this;
    this.objection = null;
    return objection;
  }

  isDead(node: Node<N>, letter: Letter): boolean {
    let isDead = node.isDead.get(letter.id);
    if (isDead === undefined) {
      isDead = this.claim(node, letter);
      node.isDead.set(letter.id, isDead);
      const objection = isDead ? this.declareDead(letter) : null;
      if (objection !== null) {
        let byLetter = this.raised.get(node);
        if (byLetter === undefined) this.raised.set(node, byLetter = new Map());
        byLetter.set(letter, objection);
      }
    }
    if (isDead && this.raised.size > 0) this.objection ??= this.raised.get(node)?.get(letter) ?? null;
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

  /** A step from one state of a node to another, or a crash. */
  meet(before: Node<N>, after: Node<N>): void {
    let followers = this.steps.get(before);
    if (followers === undefined) this.steps.set(before, followers = new Map());
    let objection = followers.get(after);
    if (objection === undefined) {
      followers.set(after, null);
      objection = this.enter(after);
      for (const letter of this.claimed[after.index]!) objection ??= this.stays(before, after, letter);
      followers.set(after, objection);
    }
    this.objection ??= objection;
  }

  enter(node: Node<N>): Violated | null {
    const met = this.met[node.index]!;
    if (met.has(node)) return null;
    met.add(node);
    for (const letter of this.claimed[node.index]!) {
      const objection = this.rests(node, letter);
      if (objection !== null) return objection;
    }
    return null;
  }

  /** A letter is claimed dead for the first time: in no state met so far may it stir. */
  private declareDead(letter: Letter): Violated | null {
    const { to } = letter.value;
    const claimed = this.claimed[to]!;
    if (claimed.has(letter)) return null;
    claimed.add(letter);
    for (const node of this.met[to]!) {
      const objection = this.rests(node, letter);
      if (objection !== null) return objection;
      for (const after of this.steps.get(node)?.keys() ?? []) {
        const change = this.stays(node, after, letter);
        if (change !== null) return change;
      }
    }
    return null;
  }

  private claim({ index, state }: Node<N>, { value }: Letter): boolean {
    return state !== null && this.system.isDead(index, state, value.from, value.message);
  }

  private rests(node: Node<N>, letter: Letter): Violated | null {
    if (!this.claim(node, letter)) return null;
    const outcome = this.nodes.tried(node, letter);
    const always = this.nodes.alwaysSaid(node);
    if (outcome.isQuiet && outcome.sends.every((sent) => always.has(sent))) return null;
    // The node and the letter may have been met in two runs: what the step breaks is told, and is no violation by
    // itself.
    const breaks =
      outcome.problem === null ? '' : `, which breaks ${outcome.problem.property} (${outcome.problem.message})`;
    return new Violated(deadLettersStayDead, `${this.told(letter)} should be ignored and is not${breaks}`);
  }

  private stays(before: Node<N>, after: Node<N>, letter: Letter): Violated | null {
    if (!this.claim(before, letter) || this.claim(after, letter)) return null;
    return new Violated(deadLettersStayDead, `${this.told(letter)} was past mattering and matters again`);
  }

  private told({ value: { from, to, message } }: Letter): string {
    const name = (node: NodeId): string => nodeName(this.system.servers, node);
    return `at ${name(to)}: ${this.system.describeMessage(message)} from ${name(from)}`;
  }
}
