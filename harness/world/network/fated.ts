/** The network of a plan that lists the fates of its messages: nothing is left to chance. */
import type { NodeId } from '../../../core/protocol.ts';
import { Cuts } from './cuts.ts';
import type { MessageFate } from '../../plan/fates.ts';
import type { AnyNetwork, NetworkCounts, Post } from './network.ts';
import type { NetworkPlan } from '../../plan/plan.ts';

export class FatedNetwork implements AnyNetwork {
  readonly counts: NetworkCounts = { sent: 0, dropped: 0, cut: 0, duplicated: 0, late: 0 };
  readonly exposed = 0;
  private readonly size: number;
  private readonly plan: NetworkPlan;
  private readonly post: Post;
  private readonly lostToCut: (from: NodeId, to: NodeId) => void;
  private readonly listed = new Map<number, MessageFate>();
  private readonly sent: Uint32Array;
  private readonly cuts: Cuts;
  private isCalm = false;

  constructor(
    plan: NetworkPlan, fates: readonly MessageFate[], size: number, post: Post,
    lostToCut: (from: NodeId, to: NodeId) => void,
  ) {
    this.lostToCut = lostToCut;
    this.plan = plan;
    this.size = size;
    this.post = post;
    this.sent = new Uint32Array(size * size);
    this.cuts = new Cuts(size);
    for (const fate of fates) this.listed.set(this.key(fate.from, fate.to, fate.nth), fate);
  }

  private key(from: NodeId, to: NodeId, nth: number): number {
    return (nth * this.size + from) * this.size + to;
  }

  /**
   * From now on a fate can neither lose nor copy a message, nor hold it up for longer than a plain one; unless trouble
   * lasts.
   */
  calm(): void {
    this.isCalm = this.plan.lasting === undefined;
  }

  cut(from: NodeId, to: NodeId): void {
    this.cuts.cut(from, to);
  }

  mend(from: NodeId, to: NodeId): void {
    this.cuts.mend(from, to);
  }

  canReach(from: NodeId, to: NodeId): boolean {
    return this.cuts.isOpen(from, to);
  }

  crashed(): void {
    // Messages under way still arrive: an honest network does not know who is up.
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    const { counts } = this;
    const nth = (this.sent[from * this.size + to]! += 1);
    counts.sent += 1;
    if (!this.canReach(from, to)) {
      counts.cut += 1;
      this.lostToCut(from, to);
      return;
    }
    const delaysUs = this.delaysUs(this.listed.get(this.key(from, to, nth)));
    if (delaysUs.length === 0) counts.dropped += 1;
    counts.duplicated += Math.max(0, delaysUs.length - 1);
    for (const delayUs of delaysUs) {
      if (delayUs > this.plan.delayUs.max) counts.late += 1;
      this.post(from, to, message, delayUs);
    }
  }

  private delaysUs(fate: MessageFate | undefined): readonly number[] {
    const { min, max } = this.plan.delayUs;
    if (fate === undefined) return [min];
    return this.isCalm ? [Math.min(fate.delaysUs[0] ?? min, max)] : fate.delaysUs;
  }
}
