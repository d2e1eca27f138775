/**
 * The honest manner under a script: the same flags as the lab's network has, but nobody is told of a
 * lost message. Unreliable, it has the rates of the plan; reliable, every message arrives within a
 * millisecond. It counts calls and bytes, which the plain network has no reason to.
 */
import type { NodeId, Range } from '../../../core/protocol.ts';
import { HonestNetwork } from './honest.ts';
import type { AnyNetwork, NetworkCounts, Post } from './network.ts';
import type { NetworkPlan } from '../../plan/plan.ts';
import type { RandomStream, RandomStreams } from '../random.ts';
import { isReordered, newRpcCounts, reorderedReplyMs, type Rpc, type RpcCounts, type SteerableNetwork } from './rpc.ts';
import { calmFlags, type LabFlags } from '../../plan/lab-flags.ts';

const ms = 1000;
const reliableDelayUs: Range = { min: 20, max: 1000 };

export class SteeredNetwork implements AnyNetwork, SteerableNetwork {
  readonly rpcs: RpcCounts;
  /** Its rates come and go with the flags, and are not accounted for. */
  readonly exposed = 0;
  private readonly plan: NetworkPlan;
  private readonly rpc: Rpc;
  private readonly size: number;
  private readonly inner: HonestNetwork;
  private readonly reordering: RandomStream;
  /** What a script adds to the delay of each way. */
  private readonly slownessUs: number[];
  private present: LabFlags;

  constructor(plan: NetworkPlan, flags: LabFlags, rpc: Rpc, size: number, streams: RandomStreams, post: Post) {
    this.plan = plan;
    this.rpc = rpc;
    this.size = size;
    this.rpcs = newRpcCounts(size);
    this.reordering = streams.stream('reordered replies');
    this.slownessUs = new Array<number>(size * size).fill(0);
    this.inner = new HonestNetwork(plan, size, streams, (from, to, message, delayUs) => {
      if (!this.rpc.half(message).isReply) this.rpcs.received[to]! += 1;
      post(from, to, message, delayUs + this.slownessUs[from * size + to]! + this.latenessUs(message));
    });
    this.present = flags;
    this.flags = flags;
  }

  get counts(): NetworkCounts {
    return this.inner.counts;
  }

  get flags(): LabFlags {
    return this.present;
  }

  set flags(flags: LabFlags) {
    this.present = flags;
    this.inner.rates = flags.reliable
      ? { ...this.plan, delayUs: reliableDelayUs, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0 }
      : this.plan;
  }

  /** Every message on this way takes so much longer; 0 makes the way as quick as the others. */
  slow(from: NodeId, to: NodeId, byUs: number): void {
    this.slownessUs[from * this.size + to] = byUs;
  }

  calm(): void {
    this.slownessUs.fill(0);
    this.flags = calmFlags;
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

  crashed(): void {
    // Messages under way still arrive: an honest network does not know who is up.
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    this.rpcs.bytes += this.rpc.sizeBytes(message);
    if (!this.rpc.half(message).isReply) this.rpcs.calls += 1;
    this.inner.send(from, to, message);
  }

  /** Long reordering touches replies only, as in the lab. */
  private latenessUs(message: unknown): number {
    if (!this.present.longReordering || !this.rpc.half(message).isReply) return 0;
    const { reordering } = this;
    const isLate = isReordered(reordering.uint32());
    const lateUs = reorderedReplyMs(reordering.uint32(), reordering.uint32()) * ms;
    return isLate ? lateUs : 0;
  }
}
