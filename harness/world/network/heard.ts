/** The ear that hears what befalls the messages of any other network, so that it can be listed as fates. */
import type { NodeId } from '../../../core/protocol.ts';
import type { AnyNetwork, NetworkCounts, Post } from './network.ts';

/** Hears what is sent and what is put on its way. `atUs` is the virtual time of the call. */
export interface FateEar {
  sending(atUs: number, from: NodeId, to: NodeId, message: unknown, isCut: boolean): void;
  /** A copy of a message, now or when what held it up is over. A damaged one is another object. */
  posting(atUs: number, from: NodeId, to: NodeId, message: unknown, delayUs: number): void;
}

/** Tells of every message that goes through another network. */
export class HeardNetwork implements AnyNetwork {
  private readonly inner: AnyNetwork;
  private readonly ear: FateEar;
  private readonly nowUs: () => number;

  constructor(newInner: (heard: (post: Post) => Post) => AnyNetwork, ear: FateEar, nowUs: () => number) {
    this.ear = ear;
    this.nowUs = nowUs;
    this.inner = newInner((post) => (from, to, message, delayUs, ...rest) => {
      this.ear.posting(this.nowUs(), from, to, message, delayUs);
      post(from, to, message, delayUs, ...rest);
    });
  }

  get counts(): Readonly<NetworkCounts> {
    return this.inner.counts;
  }

  get exposed(): number {
    return this.inner.exposed;
  }

  calm(): void {
    this.inner.calm();
  }

  cut(from: NodeId, to: NodeId): void {
    this.inner.cut(from, to);
  }

  mend(from: NodeId, to: NodeId): void {
    this.inner.mend(from, to);
  }

  canReach(from: NodeId, to: NodeId): boolean {
    return this.inner.canReach(from, to);
  }

  crashed(node: NodeId): void {
    this.inner.crashed(node);
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    this.ear.sending(this.nowUs(), from, to, message, !this.inner.canReach(from, to));
    this.inner.send(from, to, message);
  }
}
