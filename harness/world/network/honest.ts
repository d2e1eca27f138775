/** The honest manner of network: which messages arrive, how often and when. */
import type { NodeId } from '../../../core/protocol.ts';
import { Cuts } from './cuts.ts';
import type { AnyNetwork, NetworkCounts, Post } from './network.ts';
import { answer, exponential, isStruck, within } from '../fate.ts';
import { FaultAccounts } from '../accounts.ts';
import type { FaultKind } from '../../plan/fault-kinds.ts';
import type { NetworkPlan } from '../../plan/plan.ts';
import type { RandomStream, RandomStreams } from '../random.ts';

/** What a network is told for the accounts of the faults, and what it asks for. */
export interface NetworkWatch {
  readonly accounts: FaultAccounts;
  isUp(node: NodeId): boolean;
  /** A message was lost to a cut. */
  lostToCut(from: NodeId, to: NodeId): void;
  /** The message as it is after its bytes were damaged; null when that was noticed. */
  damaged(message: unknown, fate: number): unknown;
}

const unwatched = (): NetworkWatch => ({
  accounts: new FaultAccounts(),
  isUp: () => true,
  lostToCut: () => {},
  damaged: () => null,
});

interface Link {
  readonly fates: RandomStream;
  /** A message that the next one on this way is to overtake. */
  held: { readonly message: unknown; readonly delayUs: number } | null;
}

/** Questions to a message's fate. The first three stand in its decimal digits. */
const salt = {
  duplicateDelay: 1, lateBy: 2, duplicateLate: 3, tail: 4, replay: 5, replayDelay: 6, reorder: 7, corrupt: 8, damage: 9,
} as const;

/**
 * The honest manner: a sender learns nothing of a lost message until its own timer. A message under
 * way when a cut begins still arrives, however late.
 */
export class HonestNetwork implements AnyNetwork {
  readonly counts: NetworkCounts = { sent: 0, dropped: 0, cut: 0, duplicated: 0, late: 0 };
  rates: NetworkPlan;
  exposed = 0;
  private readonly streams: RandomStreams;
  private readonly post: Post;
  private readonly watch: NetworkWatch;
  private readonly size: number;
  private readonly links: (Link | undefined)[];
  private readonly cuts: Cuts;
  private isCalm = false;

  constructor(rates: NetworkPlan, size: number, streams: RandomStreams, post: Post, watch: NetworkWatch = unwatched()) {
    this.rates = rates;
    this.size = size;
    this.streams = streams;
    this.post = post;
    this.watch = watch;
    this.links = new Array<Link | undefined>(size * size).fill(undefined);
    this.cuts = new Cuts(size);
  }

  /** What is held back is let go; then nothing befalls a message, or only what lasts. */
  calm(): void {
    const { lasting, delayUs } = this.rates;
    if (lasting === undefined) this.isCalm = true;
    else this.rates = { ...lasting, delayUs, latePer1000: 0, lateUs: delayUs };
    for (let way = 0; way < this.links.length; way++) {
      const link = this.links[way];
      if (link !== undefined) this.letGo(link, Math.floor(way / this.size), way % this.size, 0);
    }
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

  /**
   * Two numbers are drawn for each message whatever its fate, so that a rate set to zero does not
   * change what befalls the others.
   */
  send(from: NodeId, to: NodeId, message: unknown): void {
    const { counts, rates } = this;
    const link = this.linkOf(from, to);
    const fate = link.fates.uint32();
    const delayUs = link.fates.in(rates.delayUs);
    counts.sent += 1;
    if (!this.canReach(from, to)) {
      counts.cut += 1;
      this.watch.lostToCut(from, to);
      return;
    }
    if (this.isCalm) return this.post(from, to, message, delayUs);
    this.exposed += 1;
    if (fate % 1000 < rates.dropPer1000) {
      counts.dropped += 1;
      this.struck('drop', to);
      return;
    }
    if (rates.corruptPer1000 !== undefined && isStruck(fate, salt.corrupt, rates.corruptPer1000))
      return this.corrupt(from, to, message, fate, delayUs);
    const lateUs = this.latenessUs(((fate / 1_000_000) >>> 0) % 1000, fate, salt.lateBy);
    const tailUs = rates.tailUs === undefined ? 0 : this.tailUs(fate, rates.tailUs);
    if (rates.reorderPer1000 !== undefined && this.reorders(link, fate, rates.reorderPer1000, message, delayUs)) return;
    const struckBy = lateUs > 0 ? 'late' : tailUs > delayUs ? 'exponentialDelay' : null;
    this.post(from, to, message, delayUs + lateUs + tailUs, struckBy);
    if (link.held !== null) this.letGo(link, from, to, delayUs + lateUs + tailUs + 1);
    if (((fate / 1000) >>> 0) % 1000 < rates.duplicatePer1000) this.duplicate(from, to, message, fate);
    if (rates.replay !== undefined && isStruck(fate, salt.replay, rates.replay.per1000)) {
      this.watch.accounts.fired('replay');
      this.post(from, to, message, within(fate, salt.replayDelay, rates.replay.afterUs), 'replay');
    }
  }

  /** A fault that takes a message away matters when somebody was there to hear it. */
  private struck(kind: FaultKind, to: NodeId): void {
    this.watch.accounts.fired(kind);
    if (this.watch.isUp(to)) this.watch.accounts.mattered(kind);
  }

  private corrupt(from: NodeId, to: NodeId, message: unknown, fate: number, delayUs: number): void {
    const isChecked = this.rates.checksums !== false;
    const received = this.watch.damaged(message, answer(fate, salt.damage));
    this.struck(isChecked ? 'corrupt' : 'uncheckedCorruption', to);
    if (received !== null) this.post(from, to, received, delayUs);
  }

  private duplicate(from: NodeId, to: NodeId, message: unknown, fate: number): void {
    this.counts.duplicated += 1;
    this.watch.accounts.fired('duplicate');
    const lateUs = this.latenessUs(answer(fate, salt.duplicateLate) % 1000, fate, salt.duplicateLate + 16);
    this.post(from, to, message, within(fate, salt.duplicateDelay, this.rates.delayUs) + lateUs, 'duplicate');
  }

  private latenessUs(ticket: number, fate: number, question: number): number {
    const { latePer1000, lateUs } = this.rates;
    if (ticket >= latePer1000) return 0;
    this.counts.late += 1;
    this.watch.accounts.fired('late');
    return within(fate, question, lateUs);
  }

  private tailUs(fate: number, mean: number): number {
    this.watch.accounts.fired('exponentialDelay');
    return exponential(answer(fate, salt.tail), mean);
  }

  /** Whether the message now waits until the next one has been sent on this way. */
  private reorders(link: Link, fate: number, per1000: number, message: unknown, delayUs: number): boolean {
    if (link.held !== null || !isStruck(fate, salt.reorder, per1000)) return false;
    link.held = { message, delayUs };
    this.watch.accounts.fired('reorder');
    return true;
  }

  private letGo(link: Link, from: NodeId, to: NodeId, behindUs: number): void {
    const { held } = link;
    if (held === null) return;
    link.held = null;
    this.post(from, to, held.message, behindUs + held.delayUs, 'reorder');
  }

  private linkOf(from: NodeId, to: NodeId): Link {
    const slot = from * this.size + to;
    const known = this.links[slot];
    if (known !== undefined) return known;
    const link: Link = { fates: this.streams.stream(`link ${from} ${to}`), held: null };
    this.links[slot] = link;
    return link;
  }
}
