/** The network: which messages arrive, how often and when. */
import type { NodeId } from '../core/protocol.ts';
import type { NetworkPlan } from './plan.ts';
import type { RandomStream, RandomStreams } from './random.ts';

/** What happened to the messages of a run. */
export interface NetworkCounts {
  sent: number;
  dropped: number;
  /** Lost because the way was cut when they were sent. */
  cut: number;
  duplicated: number;
  late: number;
}

/** Puts a message on its way: it arrives `delayUs` from now. */
export type Post = (from: NodeId, to: NodeId, message: unknown, delayUs: number) => void;

/** What the world, its faults and its scripts ask of a network, whatever its manner. */
export interface AnyNetwork {
  readonly counts: Readonly<NetworkCounts>;
  /** From now on nothing is dropped, duplicated or late. */
  calm(): void;
  cut(from: NodeId, to: NodeId): void;
  mend(from: NodeId, to: NodeId): void;
  canReach(from: NodeId, to: NodeId): boolean;
  send(from: NodeId, to: NodeId, message: unknown): void;
  /** A node lost everything but its disk. */
  crashed(node: NodeId): void;
}

interface Link {
  readonly name: string;
  readonly fates: RandomStream;
  /** For duplicates and lateness; made when first needed, as most links need none and making one costs. */
  extra: RandomStream | null;
}

/**
 * The honest manner: a sender learns nothing of a lost message until its own timer. A message under
 * way when a cut begins still arrives, however late.
 */
export class Network implements AnyNetwork {
  readonly counts: NetworkCounts = { sent: 0, dropped: 0, cut: 0, duplicated: 0, late: 0 };
  rates: NetworkPlan;
  private readonly streams: RandomStreams;
  private readonly post: Post;
  private readonly size: number;
  private readonly links: (Link | undefined)[];
  /** How many faults at present cut the way from one node to another. */
  private readonly cuts: Uint16Array;
  private isCalm = false;

  constructor(rates: NetworkPlan, size: number, streams: RandomStreams, post: Post) {
    this.rates = rates;
    this.size = size;
    this.streams = streams;
    this.post = post;
    this.links = new Array<Link | undefined>(size * size).fill(undefined);
    this.cuts = new Uint16Array(size * size);
  }

  calm(): void {
    this.isCalm = true;
  }

  cut(from: NodeId, to: NodeId): void {
    this.cuts[from * this.size + to]! += 1;
  }

  mend(from: NodeId, to: NodeId): void {
    this.cuts[from * this.size + to]! -= 1;
  }

  canReach(from: NodeId, to: NodeId): boolean {
    return this.cuts[from * this.size + to] === 0;
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
      return;
    }
    if (this.isCalm) return this.post(from, to, message, delayUs);
    if (fate % 1000 < rates.dropPer1000) {
      counts.dropped += 1;
      return;
    }
    this.post(from, to, message, delayUs + this.lateness(link, fate));
    if (((fate / 1000) >>> 0) % 1000 < rates.duplicatePer1000) {
      counts.duplicated += 1;
      this.post(from, to, message, this.extraOf(link).in(rates.delayUs) + this.lateness(link, this.extraOf(link).uint32()));
    }
  }

  private lateness(link: Link, fate: number): number {
    const { latePer1000, lateUs } = this.rates;
    if (((fate / 1_000_000) >>> 0) % 1000 >= latePer1000) return 0;
    this.counts.late += 1;
    return this.extraOf(link).in(lateUs);
  }

  private linkOf(from: NodeId, to: NodeId): Link {
    const slot = from * this.size + to;
    const known = this.links[slot];
    if (known !== undefined) return known;
    const name = `link ${from} ${to}`;
    const link: Link = { name, fates: this.streams.stream(name), extra: null };
    this.links[slot] = link;
    return link;
  }

  private extraOf(link: Link): RandomStream {
    link.extra ??= this.streams.stream(`${link.name} extra`);
    return link.extra;
  }
}
