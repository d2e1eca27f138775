/** The lab's network, held against its numbers (section 1 of the catalogue: labrpc's source, all editions alike). */
import { describe, expect, test } from 'vitest';
import { Violated } from '../../../../checkers/checker.ts';
import type { NodeId } from '../../../../core/protocol.ts';
import { callsInOneMomentMax, LabNetwork, type Wire } from '../../../../harness/world/network/lab.ts';
import { RandomStreams } from '../../../../harness/world/random.ts';
import type { Rpc } from '../../../../harness/world/network/rpc.ts';
import { calmFlags, type LabFlags } from '../../../../harness/plan/lab-flags.ts';
import { fc, prop } from '../../../support/property.ts';

const ms = 1000;

interface Letter {
  readonly isReply: boolean;
  readonly key: number;
}

type Heard =
  | {
      readonly atUs: number;
      readonly kind: 'message';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly letter: Letter;
    }
  | { readonly atUs: number; readonly kind: 'unreachable'; readonly caller: NodeId; readonly callee: NodeId };

const rpc: Rpc = {
  half: (message) => message as Letter,
  sizeBytes: (message) => ((message as Letter).isReply ? 7 : 100),
};

/** A network between nodes that answer each request after `workUs`, or never; and all that was heard. */
class Rig implements Wire {
  nowUs = 0;
  readonly heard: Heard[] = [];
  readonly network: LabNetwork;
  readonly down = new Set<NodeId>();
  workUs: number | null = 0;
  private queue: { atUs: number; sequence: number; action: () => void }[] = [];
  private sequence = 0;

  constructor(flags: Partial<LabFlags>, seed = 'rig') {
    this.network = new LabNetwork({ ...calmFlags, ...flags }, rpc, 3, new RandomStreams(seed), this);
  }

  after(delayUs: number, action: () => void): void {
    this.queue.push({ atUs: this.nowUs + delayUs, sequence: this.sequence++, action });
  }

  isUp(node: NodeId): boolean {
    return !this.down.has(node);
  }

  deliver(from: NodeId, to: NodeId, message: unknown): void {
    const letter = message as Letter;
    this.heard.push({ atUs: this.nowUs, kind: 'message', from, to, letter });
    if (!letter.isReply && this.workUs !== null) this.after(this.workUs, () => this.answer(from, to, letter.key));
  }

  answer(caller: NodeId, callee: NodeId, key: number): void {
    if (this.isUp(callee)) this.network.send(callee, caller, { isReply: true, key });
  }

  tellUnreachable(caller: NodeId, callee: NodeId): void {
    this.heard.push({ atUs: this.nowUs, kind: 'unreachable', caller, callee });
  }

  crash(node: NodeId): void {
    this.down.add(node);
    this.network.crashed(node);
  }

  call(caller: NodeId, callee: NodeId, key = 1): void {
    this.network.send(caller, callee, { isReply: false, key });
  }

  runTo(untilUs: number): void {
    for (;;) {
      this.queue.sort((a, b) => a.atUs - b.atUs || a.sequence - b.sequence);
      const next = this.queue[0];
      if (next === undefined || next.atUs > untilUs) break;
      this.queue.shift();
      this.nowUs = next.atUs;
      next.action();
    }
    this.nowUs = untilUs;
  }

  get requests() {
    return this.heard.filter((one) => one.kind === 'message' && !one.letter.isReply);
  }

  get replies() {
    return this.heard.filter((one) => one.kind === 'message' && one.letter.isReply);
  }

  get failures() {
    return this.heard.filter((one) => one.kind === 'unreachable');
  }
}

/** One call, and when its request, its reply or the news of its failure came. */
function oneCall(
  flags: Partial<LabFlags>, seed: string, before: (rig: Rig) => void = () => {},
): { requestUs: number | null; replyUs: number | null; failedUs: number | null } {
  const rig = new Rig(flags, seed);
  before(rig);
  rig.call(0, 1);
  rig.runTo(10_000 * ms);
  return {
    requestUs: rig.requests[0]?.atUs ?? null, replyUs: rig.replies[0]?.atUs ?? null,
    failedUs: rig.failures[0]?.atUs ?? null,
  };
}

const seed = fc.integer({ min: 0, max: 1_000_000 }).map(String);
const many = Array.from({ length: 10_000 }, (_, i) => String(i));

describe('a reliable network', () => {
  prop([seed])('hands a request over at once and the reply back at once', (one) => {
    expect(oneCall({}, one)).toEqual({ requestUs: 0, replyUs: 0, failedUs: null });
  });

  prop([
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 })), { minLength: 1, maxLength: 40 }),
  ])('answers every call exactly once and duplicates nothing', (calls) => {
    const rig = new Rig({});
    calls.forEach(([caller, places], key) => rig.call(caller, (caller + places) % 3, key));
    rig.runTo(1000 * ms);
    expect(rig.requests.map((one) => one.kind === 'message' && one.letter.key)).toEqual(calls.map((_, key) => key));
    expect(rig.replies.length).toBe(calls.length);
    expect(rig.failures).toEqual([]);
    expect(rig.network.counts).toEqual({ sent: 2 * calls.length, dropped: 0, cut: 0, duplicated: 0, late: 0 });
  });
});

describe('an unreliable network', () => {
  prop([seed], { numRuns: 1000 })(
    'gives each call one outcome: answered, not executed, or executed and reported failed; at once',
    (one) => {
      const { requestUs, replyUs, failedUs } = oneCall({ reliable: false }, one);
      expect((replyUs === null) !== (failedUs === null)).toBe(true);
      const lastUs = (replyUs ?? failedUs)!;
      expect(lastUs % ms).toBe(0);
      expect(lastUs).toBeLessThanOrEqual(26 * ms);
      if (requestUs !== null) expect(lastUs).toBe(requestUs);
    },
  );

  test('delays a request by 0 to 26 whole milliseconds, each of them possible', () => {
    const delays = new Set(
      many
        .slice(0, 2000)
        .map((one) => oneCall({ reliable: false }, one).requestUs)
        .filter((at) => at !== null),
    );
    expect([...delays].sort((a, b) => a - b)).toEqual(Array.from({ length: 27 }, (_, i) => i * ms));
  });

  test('answers 0.81 of all calls, does not execute 0.10, executes 0.09 and says that it failed', () => {
    const outcomes = { answered: 0, notExecuted: 0, executedAndFailed: 0 };
    for (const one of many) {
      const { requestUs, replyUs } = oneCall({ reliable: false }, one);
      outcomes[replyUs !== null ? 'answered' : requestUs === null ? 'notExecuted' : 'executedAndFailed'] += 1;
    }
    // 10,000 seeds, always the same; three standard deviations of the first are 118.
    expect(outcomes).toEqual({ answered: 8131, notExecuted: 997, executedAndFailed: 872 });
  });

  test('each call is counted by what became of it: a request or a reply that was dropped, or none', () => {
    const rig = new Rig({ reliable: false });
    for (let key = 0; key < 1000; key++) rig.call(0, 1, key);
    rig.runTo(1000 * ms);
    expect(rig.network.counts).toEqual({
      sent: 1000 + rig.requests.length, dropped: rig.failures.length, cut: 0, duplicated: 0, late: 0,
    });
    expect(rig.failures.length).toBeGreaterThan(1000 - rig.requests.length);
  });
});

describe('long reordering', () => {
  test('delays two replies in three, by 200 to 2199 ms and less often by more; requests never', () => {
    const delays: number[] = [];
    for (const one of many) {
      const { requestUs, replyUs, failedUs } = oneCall({ longReordering: true }, one);
      expect([requestUs, failedUs]).toEqual([0, null]);
      delays.push(replyUs! / ms);
    }
    const late = delays.filter((delay) => delay > 0);
    // 10,000 seeds, always the same; three standard deviations are 141. The mean must be near 700 ms.
    expect(late.length).toBe(6712);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...late)).toBeLessThanOrEqual(2199);
    expect(Math.round(late.reduce((sum, delay) => sum + delay, 0) / late.length)).toBe(695);
  });

  test('may let a later reply overtake an earlier one', () => {
    const rig = new Rig({ longReordering: true });
    for (let key = 0; key < 20; key++) rig.call(0, 1, key);
    rig.runTo(3000 * ms);
    const order = rig.replies.map((one) => (one.kind === 'message' ? one.letter.key : -1));
    expect(order.length).toBe(20);
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    expect(rig.network.counts.late).toBe(rig.replies.filter(({ atUs }) => atUs > 0).length);
  });
});

describe('a closed way, or a node that is down', () => {
  const ways: readonly [string, (rig: Rig) => void][] = [
    ['closed', (rig) => rig.network.cut(0, 1)],
    ['to a node that is down', (rig) => rig.crash(1)],
  ];

  test.each(ways)('%s: the call fails after 0 to 99 whole ms, and with long delays after 0 to 6999', (_, before) => {
    for (const [longDelays, maxMs] of [[false, 99], [true, 6999]] as const) {
      const failed = many.slice(0, 3000).map((one) => oneCall({ longDelays }, one, before));
      expect(failed.every(({ requestUs, replyUs }) => requestUs === null && replyUs === null)).toBe(true);
      const times = failed.map(({ failedUs }) => failedUs! / ms);
      expect(times.every((time) => Number.isInteger(time) && time >= 0 && time <= maxMs)).toBe(true);
      expect(Math.max(...times)).toBeGreaterThan(maxMs * 0.99);
      expect(Math.min(...times)).toBeLessThan(maxMs * 0.01);
    }
  });

  test('the other way is open: a cut is for calls in one direction, and their replies come back on it', () => {
    const rig = new Rig({});
    rig.network.cut(0, 1);
    rig.call(1, 0);
    rig.runTo(0);
    expect(rig.replies.length).toBe(1);
  });
});

describe('while a callee works', () => {
  prop([fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 150_000 })])(
    'a way that is closed is noticed at the next tick of 100 ms behind the hand-over',
    (closedMs, extraUs, calledUs) => {
      const rig = new Rig({});
      rig.workUs = null;
      rig.runTo(calledUs);
      rig.call(0, 1);
      const closedUs = calledUs + closedMs * ms + extraUs;
      rig.runTo(closedUs);
      rig.network.cut(0, 1);
      rig.runTo(5000 * ms);
      expect(rig.failures.map(({ atUs }) => atUs)).toEqual([
        calledUs + (Math.floor((closedUs - calledUs) / (100 * ms)) + 1) * 100 * ms,
      ]);
    },
  );

  test('one that was closed before its request arrived is noticed at the first tick behind the hand-over', () => {
    const slow = many.find((one) => (oneCall({ reliable: false }, one).requestUs ?? 0) >= 20 * ms)!;
    const { requestUs } = oneCall({ reliable: false }, slow);
    const rig = new Rig({ reliable: false }, slow);
    rig.workUs = null;
    rig.call(0, 1);
    rig.network.cut(0, 1);
    rig.runTo(1000 * ms);
    expect(rig.failures.map(({ atUs }) => atUs)).toEqual([requestUs! + 100 * ms]);
  });

  test('one that is opened again before the tick is not', () => {
    const rig = new Rig({});
    rig.workUs = 250 * ms;
    rig.call(0, 1);
    rig.runTo(110 * ms);
    rig.network.cut(0, 1);
    rig.runTo(190 * ms);
    rig.network.mend(0, 1);
    rig.runTo(1000 * ms);
    expect(rig.failures).toEqual([]);
    expect(rig.replies.map(({ atUs }) => atUs)).toEqual([250 * ms]);
  });

  test('a callee that crashes is noticed at the next tick, also when it is up again by then', () => {
    const rig = new Rig({});
    rig.workUs = null;
    rig.call(0, 1);
    rig.runTo(130 * ms);
    rig.crash(1);
    rig.down.delete(1);
    rig.runTo(1000 * ms);
    expect(rig.failures.map(({ atUs }) => atUs)).toEqual([200 * ms]);
  });

  test('a reply into a way that was closed is lost, and the caller told at once', () => {
    const rig = new Rig({});
    rig.workUs = 50 * ms;
    rig.call(0, 1);
    rig.runTo(20 * ms);
    rig.network.cut(0, 1);
    rig.runTo(1000 * ms);
    expect(rig.replies).toEqual([]);
    expect(rig.failures.map(({ atUs }) => atUs)).toEqual([50 * ms]);
    expect(rig.network.counts.cut).toBe(1);
  });

  test('a callee goes on with a request that the caller was told has failed, and its answer is for nobody', () => {
    const rig = new Rig({});
    rig.workUs = null;
    rig.call(0, 1, 5);
    rig.network.cut(0, 1);
    rig.runTo(100 * ms);
    rig.network.mend(0, 1);
    rig.call(0, 1, 5);
    rig.runTo(110 * ms);
    rig.answer(0, 1, 5);
    rig.runTo(1000 * ms);
    expect(rig.failures.length).toBe(1);
    expect(rig.replies).toEqual([]);
    rig.answer(0, 1, 5);
    rig.runTo(2000 * ms);
    expect(rig.replies.length).toBe(1);
  });
});

describe('nodes that answer each other without end', () => {
  /** A caller that calls again at each answer, so many times. */
  const calls = (times: number, fromUs = 0): Rig => {
    const rig = new Rig({});
    rig.runTo(fromUs);
    const deliver = rig.deliver.bind(rig);
    let left = times;
    rig.deliver = (from, to, message) => {
      deliver(from, to, message);
      if ((message as Letter).isReply && --left > 0) rig.call(to, from);
      rig.heard.length = 0;
    };
    rig.call(0, 1);
    return rig;
  };

  test('are stopped, because no time would ever pass', () => {
    expect(() => calls(Infinity).runTo(ms)).toThrow(
      new Violated(
        'Time Goes On',
        'more than 100000 calls were answered in one moment, the last one by node 1: nodes ask each other again without end',
      ),
    );
  });

  test('at whatever time it is', () => {
    expect(() => calls(2 * callsInOneMomentMax, 7 * ms).runTo(8 * ms)).toThrow(Violated);
  });

  test('a moment later they are counted anew', () => {
    const rig = calls(callsInOneMomentMax);
    rig.runTo(ms);
    rig.runTo(2 * ms);
    rig.call(0, 1);
    expect(() => rig.runTo(3 * ms)).not.toThrow();
  });

  test('and not before', () => {
    expect(() => calls(callsInOneMomentMax).runTo(ms)).not.toThrow();
  });
});

describe('lives and flags', () => {
  test('a caller that restarted hears nothing of the calls of its earlier life', () => {
    const rig = new Rig({ longReordering: true }, '3');
    for (let key = 0; key < 10; key++) rig.call(0, 1, key);
    rig.runTo(0);
    const before = rig.replies.length;
    rig.crash(0);
    rig.down.delete(0);
    rig.runTo(5000 * ms);
    expect(rig.replies.length).toBe(before);
    expect(rig.failures).toEqual([]);
  });

  test('a request under way when the way is closed is executed, and its reply is lost', () => {
    const slow = many.find((one) => (oneCall({ reliable: false }, one).requestUs ?? 0) >= 20 * ms)!;
    const rig = new Rig({ reliable: false }, slow);
    rig.call(0, 1);
    rig.network.cut(0, 1);
    rig.runTo(1000 * ms);
    expect(rig.requests.length).toBe(1);
    expect(rig.replies).toEqual([]);
    expect(rig.failures.length).toBe(1);
  });

  prop([seed])('flags are sampled when a call begins: what changes later is for later calls', (one) => {
    const changed = new Rig({ reliable: false }, one);
    changed.call(0, 1);
    changed.network.flags = calmFlags;
    changed.runTo(1000 * ms);
    const kept = new Rig({ reliable: false }, one);
    kept.call(0, 1);
    kept.runTo(1000 * ms);
    expect(changed.heard).toEqual(kept.heard);
  });

  test('nor that one of them has failed', () => {
    const rig = new Rig({}, '3');
    rig.network.cut(0, 1);
    rig.call(0, 1);
    rig.crash(0);
    rig.down.delete(0);
    rig.runTo(1000 * ms);
    expect(rig.heard).toEqual([]);
  });

  test('a request under way to a node that crashes and starts again is not executed, and fails at the tick behind its arrival', () => {
    const slow = many.find((one) => (oneCall({ reliable: false }, one).requestUs ?? 0) >= 20 * ms)!;
    const { requestUs } = oneCall({ reliable: false }, slow);
    const rig = new Rig({ reliable: false }, slow);
    rig.call(0, 1);
    rig.crash(1);
    rig.down.delete(1);
    rig.runTo(1000 * ms);
    expect(rig.requests).toEqual([]);
    expect(rig.failures.map(({ atUs }) => atUs)).toEqual([requestUs! + 100 * ms]);
    expect(rig.network.counts.cut).toBe(1);
  });

  test('a node that started again has none of the calls of its earlier life: a new call is answered by its own answer', () => {
    const rig = new Rig({});
    rig.workUs = null;
    rig.call(0, 1, 5);
    rig.runTo(10 * ms);
    rig.crash(1);
    rig.down.delete(1);
    rig.runTo(200 * ms);
    rig.call(0, 1, 5);
    rig.runTo(200 * ms);
    rig.answer(0, 1, 5);
    rig.runTo(1000 * ms);
    expect([rig.failures.length, rig.replies.map(({ atUs }) => atUs)]).toEqual([1, [200 * ms]]);
  });

  test('an answer belongs to the call of its key, not to the oldest one', () => {
    const rig = new Rig({});
    rig.workUs = null;
    rig.call(0, 1, 1);
    rig.network.cut(0, 1);
    rig.runTo(100 * ms);
    rig.network.mend(0, 1);
    rig.call(0, 1, 2);
    rig.runTo(100 * ms);
    rig.answer(0, 1, 2);
    rig.runTo(200 * ms);
    expect([rig.failures.length, rig.replies.length]).toEqual([1, 1]);
  });

  prop([seed])('what befalls the calls of one way hangs on no other way, and on none of another flag', (one) => {
    const fates = (before: (rig: Rig) => void, flags: Partial<LabFlags> = {}): string => {
      const rig = new Rig({ reliable: false, ...flags }, one);
      before(rig);
      for (let key = 0; key < 5; key++) rig.call(0, 1, key);
      rig.runTo(10_000 * ms);
      return JSON.stringify(
        rig.heard.filter((heard) =>
          heard.kind === 'message' ? heard.from !== 2 && heard.to !== 2 : heard.callee !== 2,
        ),
      );
    };
    const alone = fates(() => undefined);
    expect(fates((rig) => rig.call(0, 2))).toBe(alone);
    expect(fates(() => undefined, { longDelays: true })).toBe(alone);
  });

  test('another way has another fate', () => {
    const outcome = (callee: NodeId): string => {
      const rig = new Rig({ reliable: false });
      for (let key = 0; key < 50; key++) rig.call(0, callee, key);
      rig.runTo(1000 * ms);
      return JSON.stringify(
        rig.requests.map((heard) => (heard.kind === 'message' ? [heard.atUs, heard.letter.key] : null)),
      );
    };
    expect(outcome(1)).not.toBe(outcome(2));
  });

  test('calls are counted when they begin, into closed ways too; bytes of replies when they arrive', () => {
    const rig = new Rig({});
    rig.call(0, 1);
    rig.network.cut(0, 2);
    rig.call(0, 2);
    rig.runTo(1000 * ms);
    expect(rig.network.rpcs).toEqual({ calls: 2, bytes: 100 + 100 + 7, received: [0, 1, 0] });
  });

  test('calm makes it reliable for good', () => {
    const rig = new Rig({ reliable: false, longDelays: true, longReordering: true });
    rig.network.calm();
    for (let key = 0; key < 50; key++) rig.call(0, 1, key);
    rig.runTo(0);
    expect(rig.replies.length).toBe(50);
  });
});
