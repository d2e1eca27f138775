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
import { hold } from '../../../checkers/property.ts';
import { timeGoesOn } from '../../../checkers/run-properties.ts';
import type { NodeId } from '../../../core/protocol.ts';
import { Cuts } from './cuts.ts';
import type { AnyNetwork, NetworkCounts } from './network.ts';
import type { RandomStream, RandomStreams } from '../random.ts';
import { isReordered, newRpcCounts, reorderedReplyMs, type Rpc, type RpcCounts, type SteerableNetwork } from './rpc.ts';
import { calmFlags, type LabFlags } from '../../plan/lab-flags.ts';

const requestDelayMaxMs = 26;
const dropPer1000 = 100;
const unreachableAfterMs = { short: 99, long: 6999 } as const;
const aliveCheckMs = 100;
/**
 * A reliable call takes no time, so two nodes that answer each other without end would never let time
 * go on. No test needs a hundredth of this many calls in one moment.
 */
export const callsInOneMomentMax = 100_000;

const ms = 1000;

/** What the network asks of the world. */
export interface Wire {
  readonly nowUs: number;
  after(delayUs: number, action: () => void): void;
  isUp(node: NodeId): boolean;
  deliver(from: NodeId, to: NodeId, message: unknown): void;
  tellUnreachable(caller: NodeId, callee: NodeId): void;
}

type Concern = 'loss' | 'reorder' | 'unreachable';

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
  readonly exposed = 0;
  readonly rpcs: RpcCounts;
  flags: LabFlags;
  private readonly rpc: Rpc;
  private readonly size: number;
  private readonly streams: RandomStreams;
  private readonly wire: Wire;
  private readonly drawn: Readonly<Record<Concern, (RandomStream | undefined)[]>>;
  private readonly cuts: Cuts;
  private readonly lives: number[];
  private momentUs = 0;
  private callsInMoment = 0;
  /** Calls that a callee has and has not answered, by way, in the order in which it got them. */
  private readonly open: (Call[] | undefined)[];

  constructor(flags: LabFlags, rpc: Rpc, size: number, streams: RandomStreams, wire: Wire) {
    this.flags = flags;
    this.rpc = rpc;
    this.size = size;
    this.streams = streams;
    this.wire = wire;
    this.rpcs = newRpcCounts(size);
    const none = (): undefined[] => new Array<undefined>(size * size).fill(undefined);
    this.drawn = { loss: none(), reorder: none(), unreachable: none() };
    this.cuts = new Cuts(size);
    this.lives = new Array<number>(size).fill(0);
    this.open = none();
  }

  calm(): void {
    this.flags = calmFlags;
  }

  /** Closes the way for calls from one node to another; their replies come back on the same way. */
  cut(from: NodeId, to: NodeId): void {
    this.cuts.cut(from, to);
    for (const call of this.callsOn(from, to)) this.checkAtNextTick(call);
  }

  mend(from: NodeId, to: NodeId): void {
    this.cuts.mend(from, to);
  }

  canReach(from: NodeId, to: NodeId): boolean {
    return this.cuts.isOpen(from, to);
  }

  /** Calls that it was working on fail when the network next looks; its own calls have no caller any more. */
  crashed(node: NodeId): void {
    this.lives[node]! += 1;
    for (let caller = 0; caller < this.size; caller++) {
      const calls = this.callsOn(caller, node);
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

  private begin(caller: NodeId, callee: NodeId, key: number, message: unknown): void {
    const { reliable, longReordering } = this.flags;
    this.rpcs.calls += 1;
    this.rpcs.bytes += this.rpc.sizeBytes(message);
    const losses = reliable ? null : this.stream('loss', caller, callee);
    const delayMs = losses?.below(requestDelayMaxMs + 1) ?? 0;
    const isRequestDropped = losses?.chance(dropPer1000) ?? false;
    const call: Call = {
      caller,
      callee,
      callerLife: this.lives[caller]!,
      calleeLife: this.lives[callee]!,
      key,
      isReplyDropped: losses?.chance(dropPer1000) ?? false,
      replyDelayUs: longReordering ? this.drawReordering(caller, callee) * ms : 0,
      handedUs: 0,
      isFailed: false,
    };
    if (!this.canReach(caller, callee) || !this.wire.isUp(callee)) {
      this.counts.cut += 1;
      this.fail(call, this.drawUnreachable(caller, callee) * ms);
    } else if (isRequestDropped) {
      this.counts.dropped += 1;
      this.fail(call, delayMs * ms);
    } else {
      this.wire.after(delayMs * ms, () => this.hand(call, message));
    }
  }

  /** How long a reply waits so that others overtake it, in milliseconds; 0 for one in three. */
  private drawReordering(caller: NodeId, callee: NodeId): number {
    const stream = this.stream('reorder', caller, callee);
    const isLate = isReordered(stream.uint32());
    const lateMs = reorderedReplyMs(stream.uint32(), stream.uint32());
    return isLate ? lateMs : 0;
  }

  /** After how long a caller is told that a node cannot be reached, in milliseconds. */
  private drawUnreachable(caller: NodeId, callee: NodeId): number {
    const maxMs = this.flags.longDelays ? unreachableAfterMs.long : unreachableAfterMs.short;
    return this.stream('unreachable', caller, callee).below(maxMs + 1);
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
    this.mustGoOn(callee);
    this.callsOn(caller, callee).push(call);
    if (!this.canReach(caller, callee)) this.checkAtNextTick(call);
    this.wire.deliver(caller, callee, message);
  }

  private mustGoOn(callee: NodeId): void {
    const { nowUs } = this.wire;
    this.callsInMoment = nowUs === this.momentUs ? this.callsInMoment + 1 : 1;
    this.momentUs = nowUs;
    if (this.callsInMoment > callsInOneMomentMax)
      hold(timeGoesOn, { calls: this.callsInMoment, callsMax: callsInOneMomentMax, callee });
  }

  private answer(caller: NodeId, callee: NodeId, key: number, message: unknown): void {
    const calls = this.callsOn(caller, callee);
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
    return this.lives[call.callee] !== call.calleeLife || this.callsOn(call.caller, call.callee).includes(call);
  }

  private callsOn(caller: NodeId, callee: NodeId): Call[] {
    return this.open[caller * this.size + callee] ??= [];
  }

  /** A stream for each concern of each way, so that a flag changes nothing but what it is about. */
  private stream(concern: Concern, caller: NodeId, callee: NodeId): RandomStream {
    const slot = caller * this.size + callee;
    return this.drawn[concern][slot] ??= this.streams.stream(`lab ${concern} ${caller} ${callee}`);
  }
}
