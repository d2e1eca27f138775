/**
 * The lab's manner of network (MIT 6.824, labrpc): every message is half of a call, and a caller is
 * told of a failed call at once, by an `unreachable` event, instead of waiting for its own timer.
 *
 * The facts, as in the lab: reliability is sampled when a call begins. On an unreliable network a
 * request waits 0 to 26 ms and is then dropped 100 times in 1000; so is a reply. With long reordering
 * two replies in three wait 200 ms and more; requests never do. A call into a closed way, or to a
 * node that is down, fails after 0 to 6999 ms with long delays, else after 0 to 99 ms. While a callee
 * works, the network looks every 100 ms whether the way was closed or the callee replaced. Nothing is
 * ever duplicated.
 */
import type { NodeId } from '../core/protocol.ts';
import type { AnyNetwork, NetworkCounts } from './network.ts';
import type { RandomStream, RandomStreams } from './random.ts';
import { calmFlags, isReordered, newRpcCounts, reorderedReplyMs, type LabFlags, type Rpc, type RpcCounts, type SteerableNetwork } from './rpc.ts';

export const requestDelayMaxMs = 26;
export const dropPer1000 = 100;
export const unreachableAfterMs = { short: 99, long: 6999 } as const;
export const aliveCheckMs = 100;

const ms = 1000;

/** What the network asks of the world. */
export interface Wire {
  readonly nowUs: number;
  after(delayUs: number, action: () => void): void;
  isUp(node: NodeId): boolean;
  deliver(from: NodeId, to: NodeId, message: unknown): void;
  tellUnreachable(caller: NodeId, callee: NodeId): void;
}

interface Call {
  readonly caller: NodeId;
  readonly callee: NodeId;
  /** Lives of both when the call began: a restarted node is another one. */
  readonly callerLife: number;
  readonly calleeLife: number;
  readonly key: number;
  readonly isReplyDropped: boolean;
  readonly replyDelayUs: number;
  /** When the callee got it. */
  handedUs: number;
  /** The caller was told of its failure: whatever comes back is for nobody. */
  isFailed: boolean;
}

export class LabNetwork implements AnyNetwork, SteerableNetwork {
  readonly counts: NetworkCounts = { sent: 0, dropped: 0, cut: 0, duplicated: 0, late: 0 };
  readonly rpcs: RpcCounts;
  flags: LabFlags;
  private readonly rpc: Rpc;
  private readonly size: number;
  private readonly streams: RandomStreams;
  private readonly wire: Wire;
  private readonly links: (RandomStream | undefined)[];
  private readonly cuts: Uint16Array;
  private readonly lives: number[];
  /** Calls that a callee has and has not answered, by way, in the order in which it got them. */
  private readonly open: Call[][];

  constructor(flags: LabFlags, rpc: Rpc, size: number, streams: RandomStreams, wire: Wire) {
    this.flags = flags;
    this.rpc = rpc;
    this.size = size;
    this.streams = streams;
    this.wire = wire;
    this.rpcs = newRpcCounts(size);
    this.links = new Array<RandomStream | undefined>(size * size).fill(undefined);
    this.cuts = new Uint16Array(size * size);
    this.lives = new Array<number>(size).fill(0);
    this.open = Array.from({ length: size * size }, () => []);
  }

  calm(): void {
    this.flags = calmFlags;
  }

  /** Closes the way for calls from one node to another; their replies come back on the same way. */
  cut(from: NodeId, to: NodeId): void {
    this.cuts[from * this.size + to]! += 1;
    for (const call of this.open[from * this.size + to]!) this.checkAtNextTick(call);
  }

  mend(from: NodeId, to: NodeId): void {
    this.cuts[from * this.size + to]! -= 1;
  }

  canReach(from: NodeId, to: NodeId): boolean {
    return this.cuts[from * this.size + to] === 0;
  }

  /** Calls that it was working on fail when the network next looks; its own calls have no caller any more. */
  crashed(node: NodeId): void {
    this.lives[node]! += 1;
    for (let caller = 0; caller < this.size; caller++) {
      const calls = this.open[caller * this.size + node]!;
      for (const call of calls) this.checkAtNextTick(call);
      calls.length = 0;
    }
  }

  send(from: NodeId, to: NodeId, message: unknown): void {
    const { isReply, key } = this.rpc.half(message);
    this.counts.sent += 1;
    if (isReply) this.answer(to, from, key, message);
    else this.begin(from, to, key, message);
  }

  /** As many numbers are drawn for each call whatever its fate, so that a flag changes nobody else's. */
  private begin(caller: NodeId, callee: NodeId, key: number, message: unknown): void {
    const link = this.linkOf(caller, callee);
    const delayMs = link.below(requestDelayMaxMs + 1);
    const requestFate = link.below(1000);
    const replyFate = link.below(1000);
    const reorderFate = link.uint32();
    const reorderMs = reorderedReplyMs(link.uint32(), link.uint32());
    const unreachableDraw = link.uint32();
    const { reliable, longDelays, longReordering } = this.flags;
    this.rpcs.calls += 1;
    this.rpcs.bytes += this.rpc.sizeBytes(message);
    const call: Call = {
      caller,
      callee,
      callerLife: this.lives[caller]!,
      calleeLife: this.lives[callee]!,
      key,
      isReplyDropped: !reliable && replyFate < dropPer1000,
      replyDelayUs: longReordering && isReordered(reorderFate) ? reorderMs * ms : 0,
      handedUs: 0,
      isFailed: false,
    };
    if (!this.canReach(caller, callee) || !this.wire.isUp(callee)) {
      this.counts.cut += 1;
      const maxMs = longDelays ? unreachableAfterMs.long : unreachableAfterMs.short;
      this.fail(call, (unreachableDraw % (maxMs + 1)) * ms);
    } else if (reliable) {
      this.wire.after(0, () => this.hand(call, message));
    } else if (requestFate < dropPer1000) {
      this.counts.dropped += 1;
      this.fail(call, delayMs * ms);
    } else {
      this.wire.after(delayMs * ms, () => this.hand(call, message));
    }
  }

  /** A request under way is handed over even if the way was closed since; its reply will be lost. */
  private hand(call: Call, message: unknown): void {
    const { caller, callee, calleeLife } = call;
    call.handedUs = this.wire.nowUs;
    if (this.lives[callee] !== calleeLife) {
      this.counts.cut += 1;
      this.checkAtNextTick(call);
      return;
    }
    this.rpcs.received[callee]! += 1;
    this.open[caller * this.size + callee]!.push(call);
    if (!this.canReach(caller, callee)) this.checkAtNextTick(call);
    this.wire.deliver(caller, callee, message);
  }

  private answer(caller: NodeId, callee: NodeId, key: number, message: unknown): void {
    const calls = this.open[caller * this.size + callee]!;
    const place = calls.findIndex((call) => call.key === key);
    // The caller has been told that this call failed, and so has the callee's answer no way back.
    if (place < 0) return;
    const call = calls[place]!;
    calls.splice(place, 1);
    if (call.isFailed) return;
    if (!this.canReach(caller, callee)) {
      this.counts.cut += 1;
      this.fail(call, 0);
    } else if (call.isReplyDropped) {
      this.counts.dropped += 1;
      this.fail(call, 0);
    } else {
      if (call.replyDelayUs > 0) this.counts.late += 1;
      this.wire.after(call.replyDelayUs, () => this.deliverReply(call, message));
    }
  }

  private deliverReply({ caller, callee, callerLife }: Call, message: unknown): void {
    if (this.lives[caller] !== callerLife) return;
    this.rpcs.bytes += this.rpc.sizeBytes(message);
    this.wire.deliver(callee, caller, message);
  }

  private fail(call: Call, afterUs: number): void {
    call.isFailed = true;
    this.wire.after(afterUs, () => {
      if (this.lives[call.caller] === call.callerLife) this.wire.tellUnreachable(call.caller, call.callee);
    });
  }

  /** The network looks at a call every 100 ms after it was handed over. */
  private checkAtNextTick(call: Call): void {
    const tickUs = aliveCheckMs * ms;
    const pastUs = this.wire.nowUs - call.handedUs;
    this.wire.after(tickUs - (pastUs % tickUs), () => this.check(call));
  }

  private check(call: Call): void {
    if (call.isFailed || !this.isOpen(call)) return;
    const isReplaced = this.lives[call.callee] !== call.calleeLife;
    if (isReplaced || !this.canReach(call.caller, call.callee)) this.fail(call, 0);
  }

  /** Whether its callee still has it; a call whose callee crashed counts as open until it is told. */
  private isOpen(call: Call): boolean {
    return this.lives[call.callee] !== call.calleeLife || this.open[call.caller * this.size + call.callee]!.includes(call);
  }

  private linkOf(from: NodeId, to: NodeId): RandomStream {
    const slot = from * this.size + to;
    return this.links[slot] ??= this.streams.stream(`lab link ${from} ${to}`);
  }
}
