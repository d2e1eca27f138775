/**
 * Ways that are slow or stand still, and traps that hold one message back: what lies between a
 * network's decision that a message arrives and its arrival. While no fault is at work nothing passes
 * through here.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { BreakableLinks, Trap } from '../faults/breakable.ts';
import type { Post } from './network/network.ts';

interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: unknown;
  readonly delayUs: number;
}

interface Clog {
  readonly kind: FaultKind;
  readonly letters: Letter[];
  /** How many faults clog this way. */
  depth: number;
}

export class Links implements BreakableLinks {
  private readonly size: number;
  private readonly post: Post;
  private readonly onFired: (kind: FaultKind) => void;
  private readonly slow = new Map<number, { readonly byUs: number; readonly kind: FaultKind }>();
  private readonly clogs = new Map<number, Clog>();
  private readonly traps = new Set<Trap>();

  constructor(size: number, post: Post, onFired: (kind: FaultKind) => void) {
    this.size = size;
    this.post = post;
    this.onFired = onFired;
  }

  get isIdle(): boolean {
    return this.slow.size === 0 && this.clogs.size === 0 && this.traps.size === 0;
  }

  pass(from: NodeId, to: NodeId, message: unknown, delayUs: number, struckBy: FaultKind | null): void {
    const letter: Letter = { from, to, message, delayUs };
    for (const trap of this.traps) {
      if (trap.caught !== null || !trap.wants(from, to, message)) continue;
      trap.caught = letter;
      return;
    }
    const way = from * this.size + to;
    const clog = this.clogs.get(way);
    const slow = this.slow.get(way);
    if (clog !== undefined) {
      clog.letters.push(letter);
      this.onFired(clog.kind);
    } else if (slow !== undefined) {
      this.onFired(slow.kind);
      this.post(from, to, message, delayUs + slow.byUs, slow.kind);
    } else {
      this.post(from, to, message, delayUs, struckBy);
    }
  }

  /** Every message on this way takes so much longer; of two faults the later one counts. */
  slowDown(from: NodeId, to: NodeId, byUs: number, kind: FaultKind): void {
    this.slow.set(from * this.size + to, { byUs, kind });
  }

  speedUp(from: NodeId, to: NodeId): void {
    this.slow.delete(from * this.size + to);
  }

  /** What is sent on this way from now on waits; what is under way still arrives. */
  clog(from: NodeId, to: NodeId, kind: FaultKind): void {
    const way = from * this.size + to;
    const known = this.clogs.get(way);
    if (known === undefined) this.clogs.set(way, { kind, letters: [], depth: 1 });
    else known.depth += 1;
  }

  /** Once nothing clogs the way, all that waited goes on, in the order in which it was sent. */
  unclog(from: NodeId, to: NodeId): void {
    const way = from * this.size + to;
    const clog = this.clogs.get(way)!;
    clog.depth -= 1;
    if (clog.depth > 0) return;
    this.clogs.delete(way);
    for (const letter of clog.letters) this.post(letter.from, letter.to, letter.message, letter.delayUs, clog.kind);
  }

  set(trap: Trap): void {
    this.traps.add(trap);
  }

  /** Takes the trap away; what it caught goes on, and counts for the trap's fault when that has fired. */
  release(trap: Trap, hasFired = true): void {
    if (!this.traps.delete(trap) || trap.caught === null) return;
    const { from, to, message, delayUs } = trap.caught;
    this.post(from, to, message, delayUs, hasFired ? trap.kind : null);
  }
}
