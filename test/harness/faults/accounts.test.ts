/**
 * What counts a fault as eligible, fired and mattered, from above and from below (docs/fault-model.md): for each
 * kind the smallest run in which it strikes and matters an exact number of times, and twins in which it strikes
 * and cannot matter, or is on and cannot strike. A run's accounts are compared whole, so that what is counted
 * under another kind, or for a fault that is not on, shows as well.
 */
import { describe, expect, test } from 'vitest';
import { faultKinds, type FaultKind } from '../../../harness/plan/fault-kinds.ts';
import type { FileOperation } from '../../../core/protocol.ts';
import type { Fault } from '../../../harness/plan/fault.ts';
import type { LoadKind, NetworkPlan, PlannedOperation } from '../../../harness/plan/plan.ts';
import { run } from '../../../harness/run.ts';
import type { Moments } from '../../../harness/moments.ts';
import type { System } from '../../../harness/system.ts';
import {
  choosy, client, codec, deaf, echo, fileRole, greedy, ms, pinger, shortOfHearing, storageOf, toy, toyPlan, writer,
} from './toys.ts';

type Rates = Partial<NetworkPlan>;
type Account = readonly [eligible: number, fired: number, mattered: number];

interface Case {
  /** What happens, in words. */
  readonly so: string;
  readonly system: System;
  readonly plan: ReturnType<typeof toyPlan>;
  /** Of every kind that is on. */
  readonly counts: Partial<Record<FaultKind, Account>>;
}

const of = (so: string, system: System, plan: Parameters<typeof toyPlan>[0], counts: Case['counts']): Case =>
  ({ so, system, plan: toyPlan(plan), counts });

const heardBy = (receiver: typeof greedy, parts: Partial<System> = {}): System => toy([pinger(), receiver], parts);
/** n0 pings n1 or n2; another receiver changes its state at everything. */
const amongThree = (to: number): System => toy([pinger(to), greedy, greedy]);

/** From behind the first ping to behind the third: the second and the third are sent in it. */
const span = { fromUs: 15 * ms, untilUs: 35 * ms };
/** Between two pings, when nothing is under way either. */
const pause = { fromUs: 12 * ms, untilUs: 18 * ms };
/** Behind the storm: such a fault never begins. */
const tooLate = { fromUs: 120 * ms, untilUs: 130 * ms };

const isCut = { kind: 'cut', fromUs: 0, untilUs: 100 * ms, from: 0, to: 1 } as const;
const isGone = { kind: 'gone', atUs: 0, nodes: [1] } as const;
const crash = (fromUs: number, untilUs: number, nodes = [1]): Fault => ({
  kind: 'crash', atUs: fromUs, restartUs: untilUs, nodes, moment: 'now',
});

/** Faults that last for a span, and never begin when that lies behind the storm. */
const list = (...faults: readonly Fault[]) => ({ faults });

// Rates are 1000 in 1000, so that they strike every message that they can.

const copies = (kind: 'duplicate' | 'replay', network: Rates): readonly Case[] => [
  of('each copy is acted on', heardBy(greedy), { network }, { [kind]: [5, 5, 5] }),
  of('the first two copies are acted on', heardBy(choosy), { network }, { [kind]: [5, 5, 2] }),
  of('nobody listens', heardBy(deaf), { network }, { [kind]: [5, 5, 0] }),
  of('the way is cut', heardBy(greedy), { network, ...list(isCut) }, { [kind]: [0, 0, 0], cut: [1, 1, 5] }),
];

const delays = (kind: 'late' | 'exponentialDelay', network: Rates, stormUs = 100 * ms): readonly Case[] => [
  of('each is acted on', heardBy(greedy), { network, stormUs }, { [kind]: [5, 5, 5] }),
  of('the first two are acted on', heardBy(shortOfHearing), { network, stormUs }, { [kind]: [5, 5, 2] }),
  of('nobody listens', heardBy(deaf), { network, stormUs }, { [kind]: [5, 5, 0] }),
  of('the way is cut', heardBy(greedy), { network, stormUs, ...list(isCut) }, { [kind]: [0, 0, 0], cut: [1, 1, 5] }),
];

const losses = (kind: 'drop' | 'corrupt' | 'uncheckedCorruption', network: Rates): readonly Case[] => [
  of('somebody was there to hear', heardBy(greedy, { codec }), { network }, { [kind]: [5, 5, 5] }),
  of(
    'the receiver came back behind the third', heardBy(greedy, { codec }), { network, ...list(crash(0, 35 * ms)) },
    { [kind]: [5, 5, 2], crash: kind === 'uncheckedCorruption' ? [1, 1, 1] : [1, 1, 0] },
  ),
  of(
    'nobody was there', heardBy(greedy, { codec }), { network, ...list(isGone) },
    { [kind]: [5, 5, 0], gone: kind === 'uncheckedCorruption' ? [1, 1, 1] : [1, 1, 0] },
  ),
  of('the way is cut', heardBy(greedy, { codec }), { network, ...list(isCut) }, { [kind]: [0, 0, 0], cut: [1, 1, 5] }),
];

/** Groups that cut n0 from n2 and leave it n1, and groups of the same shape that cut nothing. */
const groups = (
  kind: 'bridge' | 'ring', servers: number, cutting: readonly (readonly number[])[],
  harmless: readonly (readonly number[])[],
): readonly Case[] => {
  const among = (to: number): System => toy([pinger(to), ...Array.from({ length: servers - 1 }, () => greedy)]);
  return [
    of(
      'two messages are lost', among(2), { servers, ...list({ kind: 'partition', ...span, groups: cutting }) },
      { [kind]: [1, 1, 2] },
    ),
    of(
      'what is sent goes another way', among(1), { servers, ...list({ kind: 'partition', ...span, groups: cutting }) },
      { [kind]: [1, 1, 0] },
    ),
    of(
      'every two share a group', among(2), { servers, ...list({ kind: 'partition', ...span, groups: harmless }) },
      { [kind]: [1, 0, 0] },
    ),
    of(
      'it is too late', among(2), { servers, ...list({ kind: 'partition', ...tooLate, groups: cutting }) },
      { [kind]: [0, 0, 0] },
    ),
  ];
};

const heldUp = (kind: FaultKind, strikes: Fault, elsewhere: Fault): readonly Case[] => [
  of('two messages are held up', heardBy(greedy), list(strikes), { [kind]: [1, 2, 2] }),
  of('one of them is acted on', heardBy(shortOfHearing), list(strikes), { [kind]: [1, 2, 1] }),
  of('nobody listens', heardBy(deaf), list(strikes), { [kind]: [1, 2, 0] }),
  of('nothing is sent there', amongThree(1), { servers: 3, ...list(elsewhere) }, { [kind]: [1, 0, 0] }),
];

const refusedWrites = (kind: 'failedWrite' | 'diskFull', fired: number): readonly Case[] => {
  const faults = list({ kind, ...span, nodes: [1] });
  return [
    of('the node stops, with something to say', heardBy(writer(true)), faults, { [kind]: [1, 1, 1] }),
    of('the node goes on', heardBy(writer(true, { onFailedWrite: 'goOn' })), faults, { [kind]: [1, fired, fired] }),
    of('there was nothing to say', heardBy(writer(false)), faults, { [kind]: [1, 1, 0] }),
    of('nothing is written', heardBy(greedy), faults, { [kind]: [1, 0, 0] }),
  ];
};

/** The second write fails; what is left of it is found, or not, when the node starts at the end. */
const leftByFailures = (kind: 'failedWriteLeft'): readonly Case[] => {
  const storage = (noticesTorn: boolean, write: 'append' | 'rotate' = 'append') => ({
    storage: storageOf({ write, files: ['a.log'], refuses: false, noticesTorn }), fileRole,
  });
  const failed: Fault = { kind: 'failedWrite', ...span, nodes: [1] };
  const disk = (failedLeavesPer1000: number) => ({ disk: { bytes: true, failedLeavesPer1000 } });
  return [
    of(
      'the node finds it', heardBy(writer(false), storage(true)), { seed: 'left 0', ...disk(1000), ...list(failed) },
      { failedWrite: [1, 1, 0], [kind]: [1, 1, 1] },
    ),
    of(
      'the node finds nothing', heardBy(writer(false), storage(false)),
      { seed: 'left 0', ...disk(1000), ...list(failed) }, { failedWrite: [1, 1, 0], [kind]: [1, 1, 0] },
    ),
    of(
      'nothing is written', heardBy(greedy, storage(true)), { ...disk(1000), ...list(failed) },
      { failedWrite: [1, 0, 0], [kind]: [0, 0, 0] },
    ),
    of(
      'it is one of those that leave nothing', heardBy(writer(false), storage(true)),
      { seed: 'left 3', ...disk(1), ...list(failed) }, { failedWrite: [1, 1, 0], [kind]: [1, 0, 0] },
    ),
  ];
};

/** Reads what is there, record by record, and writes it once more; or has nothing to repair. */
const rereading = (repairs: readonly FileOperation[]): Partial<System> => ({
  storage: {
    ...storageOf({ write: 'append', files: ['a.log'], refuses: false }),
    recover: (found) => ({
      kind: 'recovered', durable: 0, cursor: Math.ceil(found.get('a.log')!.length / 3), repairs, isTorn: false,
    }),
    isLater: (one, than) => (one as number) > (than as number),
  },
  fileRole,
});
const rewriting = rereading([{ kind: 'rewrite', file: 'a.log' }]);

/** A crash that comes in the middle of a recovery of 4 ms, or of one that takes no time. */
const fallsInRecovery = (kind: 'crashInRecovery'): readonly Case[] => {
  const takes = (recoverMs: number) => ({
    disk: { bytes: true, recoverUs: { min: recoverMs * ms, max: recoverMs * ms } },
  });
  const falls = (fromUs: number): Fault => ({
    kind: 'crash', atUs: fromUs, restartUs: 28 * ms, nodes: [1], moment: 'recovering',
  });
  const off = { lostTail: [0, 0, 0] as const };
  return [
    // A recovery is begun at 15 and at 28 ms.
    of(
      'it starts again, and had something to repair', heardBy(writer(false), rewriting),
      { ...takes(4), ...list(falls(15 * ms)) }, { [kind]: [3, 1, 1] },
    ),
    of(
      'it had nothing to repair', heardBy(writer(false), rereading([])), { ...takes(4), ...list(falls(15 * ms)) },
      { [kind]: [3, 1, 0] },
    ),
    of(
      'it never starts again', heardBy(writer(false), rewriting),
      { ...takes(4), faults: [falls(15 * ms), { kind: 'gone', atUs: 20 * ms, nodes: [1] }] },
      { [kind]: [2, 1, 0], gone: [1, 0, 0] },
    ),
    of(
      'a recovery takes no time', heardBy(writer(false), rewriting), { ...takes(0), ...list(falls(15 * ms)) },
      { [kind]: [1, 0, 0] },
    ),
    of(
      'another crash comes in its middle', heardBy(writer(false), rewriting),
      { ...takes(4), ...list(crash(15 * ms, 17 * ms), crash(18 * ms, 28 * ms)) },
      { crash: [2, 1, 1], [kind]: [2, 1, 1], ...off },
    ),
    of(
      'it is up when the second one comes', heardBy(writer(false), rewriting),
      { ...takes(4), ...list(crash(15 * ms, 17 * ms), crash(22 * ms, 23 * ms)) },
      { crash: [2, 2, 0], [kind]: [2, 0, 0], ...off },
    ),
  ];
};

/** The second write fails at 21 ms and is in the cache; n1 starts at 24 ms, and crashes at 26 ms. */
const losesPages = (kind: 'lostPages'): readonly Case[] => {
  const disk = (recoverMs: number, lostPagesPer1000 = 1000) => ({
    seed: 'left 0',
    disk: {
      bytes: true, failedLeavesPer1000: 1000, lostPagesPer1000, recoverUs: { min: recoverMs * ms, max: recoverMs * ms },
    },
  });
  const faults: readonly Fault[] = [
    { kind: 'failedWrite', fromUs: 15 * ms, untilUs: 24 * ms, nodes: [1] }, crash(26 * ms, 28 * ms),
  ];
  const others = { failedWrite: [1, 1, 0] as const, lostTail: [0, 0, 0] as const };
  return [
    of(
      'the crash comes before they were written again',
      heardBy(writer(false), rewriting),
      { ...disk(4), faults },
      { ...others, crash: [1, 0, 0], failedWriteLeft: [1, 1, 1], crashInRecovery: [2, 1, 1], [kind]: [1, 1, 1] },
    ),
    of(
      'nobody ever writes them again', heardBy(writer(false), rereading([])), { ...disk(0), faults },
      { ...others, crash: [1, 1, 0], failedWriteLeft: [1, 1, 1], [kind]: [1, 1, 1] },
    ),
    of(
      'a start reads the same without them',
      heardBy(writer(false), { storage: storageOf({ write: 'append', files: ['a.log'], refuses: false }), fileRole }),
      { ...disk(0), faults },
      { ...others, crash: [1, 1, 0], failedWriteLeft: [1, 1, 1], [kind]: [1, 1, 0] },
    ),
    of(
      'they were written again',
      heardBy(writer(false), rewriting),
      { ...disk(1), faults },
      { ...others, crash: [1, 1, 0], failedWriteLeft: [1, 1, 1], crashInRecovery: [2, 0, 0], [kind]: [1, 0, 0] },
    ),
    of(
      'the write that left them was not in the cache', heardBy(writer(false), rereading([])), { ...disk(0, 1), faults },
      { ...others, crash: [1, 1, 0], failedWriteLeft: [1, 1, 1], [kind]: [0, 0, 0] },
    ),
  ];
};

/** Sends two messages, or one, at each that it hears. */
const twice = (times: number) =>
  writer(false, {
    step: (state, event) => ({
      state,
      effects:
        event.kind !== 'message'
          ? []
          : Array.from({ length: times }, () => ({ kind: 'send', to: event.from, message: { ping: 0 } }) as const),
    }),
  });
const fallsAmongSends = (kind: 'crashInSends'): readonly Case[] => {
  const falls: Fault = { kind: 'crash', atUs: 15 * ms, restartUs: 28 * ms, nodes: [1], moment: 'sending' };
  return [
    of('one of two leaves', heardBy(twice(2)), list(falls), { [kind]: [1, 1, 1] }),
    of('there is one to send', heardBy(twice(1)), list(falls), { [kind]: [1, 0, 0] }),
    of(
      'a write stands behind them',
      heardBy(
        writer(false, {
          step: (state, event) => {
            const said = twice(2).step(state, event);
            return {
              state,
              effects: [
                ...said.effects, ...(said.effects.length > 0 ? [{ kind: 'persist', writes: [1] } as const] : []),
              ],
            };
          },
        }),
      ),
      list(falls),
      { [kind]: [1, 0, 0] },
    ),
  ];
};

/** A crash in the middle of the second write, which begins at 21 ms. */
const inTheMiddle = (
  kind: 'lostTail' | 'tornRecord' | 'tornSnapshot', write: 'append' | 'two', tornPer1000: number,
): readonly Case[] => {
  const withStorage = (noticesTorn: boolean): System =>
    heardBy(writer(false), { storage: storageOf({ write, files: ['a.log'], refuses: false, noticesTorn }), fileRole });
  const system = withStorage(true);
  const disk = { bytes: true, writeUs: { min: 5 * ms, max: 5 * ms }, ...(tornPer1000 > 0 && { tornPer1000 }) };
  const others = (of_: Partial<Record<FaultKind, Account>>) => ({
    ...(tornPer1000 === 0 ? {} : { tornRecord: [0, 0, 0] as const, tornSnapshot: [0, 0, 0] as const }),
    lostTail: [0, 0, 0] as const,
    ...of_,
  });
  return [
    of(
      'it starts again from it', system, { disk, ...list(crash(23 * ms, 28 * ms)) },
      others({ crash: [1, 1, 0], slowWrite: [5, 5, 0], [kind]: [1, 1, 1] }),
    ),
    of(
      'it starts again, and notices no torn end',
      withStorage(false),
      { disk, ...list(crash(23 * ms, 28 * ms)) },
      others({ crash: [1, 1, 0], slowWrite: [5, 5, 0], [kind]: [1, 1, kind === 'lostTail' ? 1 : 0] }),
    ),
    of(
      'it never starts again', system, { disk, ...list({ ...isGone, atUs: 23 * ms }, crash(120 * ms, 130 * ms)) },
      others({ crash: [0, 0, 0], gone: [1, 1, 1], slowWrite: [2, 2, 0], [kind]: [1, 1, 0] }),
    ),
    of(
      'nothing is being written', system, { disk, ...list(crash(17 * ms, 19 * ms)) },
      others({ crash: [1, 1, 0], slowWrite: [5, 5, 0] }),
    ),
  ];
};

const damaged = (
  kind: Extract<Fault, { kind: 'damagedDisk' }>['damage'], files: readonly string[], spared: readonly string[],
  write: 'append' | 'rotate' = 'append',
): readonly Case[] => {
  const system = (held: readonly string[], refuses: boolean, how = write): System =>
    heardBy(writer(false), { storage: storageOf({ write: how, files: held, refuses }), fileRole });
  const faults = list({ kind: 'damagedDisk', atUs: 35 * ms, restartUs: 38 * ms, nodes: [1], damage: kind, part: 1 });
  return [
    of('the node refuses to start', system(files, true), { disk: { bytes: true }, ...faults }, { [kind]: [1, 1, 1] }),
    of('the node does not look', system(files, false), { disk: { bytes: true }, ...faults }, { [kind]: [1, 1, 0] }),
    of(
      'there is nothing to damage', system(spared, true, 'append'), { disk: { bytes: true }, ...faults },
      { [kind]: [1, 0, 0] },
    ),
    of(
      'the node is gone', system(files, true), { disk: { bytes: true }, faults: [isGone, ...faults.faults] },
      { [kind]: [1, 0, 0], gone: [1, 1, 1] },
    ),
  ];
};

const wrongClock = (kind: 'clockRate' | 'clockDrift'): readonly Case[] => {
  const fault = (untilUs: number, nodes: readonly number[]): Fault => ({
    kind, fromUs: 15 * ms, untilUs, nodes, ratePer1000: 500,
  });
  return [
    // Set at 20, 25 and 30 ms, each for half of its time.
    of('three timers are set by it and fire', heardBy(greedy), list(fault(34 * ms, [0])), { [kind]: [1, 3, 3] }),
    of('the node crashes before they fire', heardBy(greedy), list(fault(21 * ms, [0]), crash(22 * ms, 28 * ms, [0])), {
      [kind]: [1, 1, 0], crash: [1, 1, 0],
    }),
    of('the node sets none', heardBy(greedy), list(fault(34 * ms, [1])), { [kind]: [1, 0, 0] }),
  ];
};

const operation = (parts: Partial<PlannedOperation>): PlannedOperation => ({
  client: 0, atUs: 10 * ms, request: null, ...parts,
});
const answering = toy([echo, client, client]);
const silent = toy([deaf, client, client]);
const serving = { servers: 1, clients: 2 } as const;

const crowds = (kind: LoadKind): readonly Case[] => {
  const load = [kind];
  const two = (atUs: number) => ({ operations: [operation({ load }), operation({ client: 1, atUs, load })] });
  return [
    of('the second finds the first open', answering, { ...serving, ...two(11 * ms) }, { [kind]: [2, 2, 1] }),
    of('the first is answered before', answering, { ...serving, ...two(30 * ms) }, { [kind]: [2, 2, 0] }),
    of(
      'they never begin',
      answering,
      { ...serving, operations: [operation({ atUs: 120 * ms, load })], healing: { kind: 'noNewOperations' } },
      { [kind]: [0, 0, 0] },
    ),
  ];
};

const answeredLoads = (kind: LoadKind): readonly Case[] => {
  const operations = [
    operation({ load: [kind], giveUpUs: 5 * ms }),
    operation({ client: 1, atUs: 11 * ms, load: [kind], giveUpUs: 5 * ms }),
  ];
  return [
    of('both are answered', answering, { ...serving, operations }, { [kind]: [2, 2, 2], giveUp: [2, 0, 0] }),
    of('none is answered', silent, { ...serving, operations }, { [kind]: [2, 2, 0], giveUp: [2, 2, 0] }),
    of(
      'they never begin',
      answering,
      { ...serving, operations: [operation({ atUs: 120 * ms, load: [kind] })], healing: { kind: 'noNewOperations' } },
      { [kind]: [0, 0, 0] },
    ),
  ];
};

const sentBy = (state: unknown): number => (state as { sent?: number } | null)?.sent ?? 0;
const gotBy = (state: unknown): number => (state as { got?: number } | null)?.got ?? 0;
/** A leadership with each ping; n0 gives back what it has sent, and n1 what it has got. */
const moments: Moments = {
  epoch: (states) => sentBy(states[0]),
  forgottenUpTo: (state) => sentBy(state) + gotBy(state),
  heldUpTo: gotBy,
  carriesState: () => true,
};
const quietMoments: Moments = { epoch: () => 1, forgottenUpTo: () => 1, heldUpTo: () => 1, carriesState: () => false };
const withMoments = (receiver: typeof greedy, parts: Partial<System> = {}): System =>
  heardBy(receiver, { moments, leader: () => 0, ...parts });

/** n0 leads, and n1 from the third ping on, which comes at 31 ms. */
const succession: System = heardBy(greedy, {
  operator: { handOver: () => ({ ping: 0 }) }, leader: (states) => (gotBy(states[1]) >= 3 ? 1 : 0),
});

/** A server that has got two pings is taken out: the second one comes at 21 ms. */
const replacing = (receiver: typeof greedy, isOut = (state: unknown) => gotBy(state) === 2): System =>
  withMoments(receiver, {
    operator: {
      handOver: () => ({ ping: 0 }),
      newDisk: (node, servers) => (servers[node]!.state !== null && isOut(servers[node]!.state) ? 'new' : null),
    },
  });
const newDisk = (fromUs: number, untilUs: number, downUs = ms): Fault => ({
  kind: 'replacedDisk', fromUs, untilUs, nodes: [1], downUs,
});

const cases: Readonly<Record<FaultKind, readonly Case[]>> = {
  drop: losses('drop', { dropPer1000: 1000 }),
  corrupt: losses('corrupt', { corruptPer1000: 1000 }),
  uncheckedCorruption: losses('uncheckedCorruption', { corruptPer1000: 1000, checksums: false }),
  duplicate: copies('duplicate', { duplicatePer1000: 1000 }),
  replay: copies('replay', { replay: { per1000: 1000, afterUs: { min: 3 * ms, max: 3 * ms } } }),
  late: [
    ...delays('late', { latePer1000: 1000, lateUs: { min: 3 * ms, max: 3 * ms } }),
    of(
      'a write is begun for each, and nothing else as yet',
      heardBy(writer(false)),
      {
        network: { latePer1000: 1000, lateUs: { min: 3 * ms, max: 3 * ms } }, disk: { writeUs: { min: 100, max: 100 } },
      },
      { late: [5, 5, 5], slowWrite: [5, 5, 0] },
    ),
    of(
      'each is answered, and the answers are ignored', heardBy(echo),
      { network: { latePer1000: 1000, lateUs: { min: 3 * ms, max: 3 * ms } } }, { late: [10, 10, 5] },
    ),
  ],
  exponentialDelay: [
    // With a mean of 50 ms none of these five is shorter than the plain delay.
    ...delays('exponentialDelay', { tailUs: 50 * ms }, 2000 * ms),
    of(
      'it is shorter than the plain delay', heardBy(greedy), { network: { tailUs: 1 } },
      { exponentialDelay: [5, 5, 0] },
    ),
  ],
  reorder: [
    // The first waits for the second, the third for the fourth, and the fifth for the end, when nothing is awaited.
    of(
      'three are held, and two come and are acted on', heardBy(greedy), { network: { reorderPer1000: 1000 } },
      { reorder: [5, 3, 2] },
    ),
    of('the first is acted on', heardBy(shortOfHearing), { network: { reorderPer1000: 1000 } }, { reorder: [5, 3, 1] }),
    of('nobody listens', heardBy(deaf), { network: { reorderPer1000: 1000 } }, { reorder: [5, 3, 0] }),
    of(
      'the way is cut', heardBy(greedy), { network: { reorderPer1000: 1000 }, ...list(isCut) },
      { reorder: [0, 0, 0], cut: [1, 1, 5] },
    ),
  ],

  partition: [
    of('two messages are lost', heardBy(greedy), list({ kind: 'partition', ...span, groups: [[0], [1]] }), {
      partition: [1, 1, 2],
    }),
    of('nothing is sent', heardBy(greedy), list({ kind: 'partition', ...pause, groups: [[0], [1]] }), {
      partition: [1, 1, 0],
    }),
    of('both are in one group', heardBy(greedy), list({ kind: 'partition', ...span, groups: [[0, 1]] }), {
      partition: [1, 0, 0],
    }),
    of('it is too late', heardBy(greedy), list({ kind: 'partition', ...tooLate, groups: [[0], [1]] }), {
      partition: [0, 0, 0],
    }),
  ],
  bridge: groups(
    'bridge',
    3,
    [
      [0, 1], [1, 2],
    ],
    [[0, 1, 2], [2]],
  ),
  ring: groups(
    'ring',
    4,
    [
      [0, 1], [1, 2], [2, 3], [3, 0],
    ],
    [
      [0, 1, 2, 3], [0, 1], [1, 2],
    ],
  ),
  cut: [
    of('two messages are lost', heardBy(greedy), list({ kind: 'cut', ...span, from: 0, to: 1 }), { cut: [1, 1, 2] }),
    of(
      'two cuts take one message each',
      heardBy(greedy),
      list(
        { kind: 'cut', fromUs: 15 * ms, untilUs: 25 * ms, from: 0, to: 1 },
        { kind: 'cut', fromUs: 26 * ms, untilUs: 35 * ms, from: 0, to: 1 },
      ),
      { cut: [2, 2, 2] },
    ),
    of('the other direction is used', heardBy(greedy), list({ kind: 'cut', ...span, from: 1, to: 0 }), {
      cut: [1, 1, 0],
    }),
    of('it is too late', heardBy(greedy), list({ kind: 'cut', ...tooLate, from: 0, to: 1 }), { cut: [0, 0, 0] }),
  ],
  isolation: [
    of(
      'two messages are lost', heardBy(greedy), list({ kind: 'isolation', ...span, nodes: [1], direction: 'inbound' }),
      { isolation: [1, 1, 2] },
    ),
    of(
      'it and a cut take the same one',
      heardBy(greedy),
      list(
        { kind: 'isolation', ...span, nodes: [1], direction: 'both' },
        { kind: 'cut', fromUs: 25 * ms, untilUs: 35 * ms, from: 0, to: 1 },
      ),
      { isolation: [1, 1, 2], cut: [1, 1, 1] },
    ),
    of(
      'the other direction is used', heardBy(greedy),
      list({ kind: 'isolation', ...span, nodes: [1], direction: 'outbound' }), { isolation: [1, 1, 0] },
    ),
    of('nobody leads', heardBy(greedy), list({ kind: 'isolation', ...span, nodes: 'leader', direction: 'both' }), {
      isolation: [0, 0, 0],
    }),
  ],
  flapping: [
    // Off from 15 to 25 ms and from 35 to 45 ms.
    of(
      'cut off twice, each time for a message',
      heardBy(greedy),
      list({ kind: 'flapping', fromUs: 15 * ms, untilUs: 55 * ms, nodes: [1], offUs: 10 * ms, onUs: 10 * ms }),
      { flapping: [1, 2, 2] },
    ),
    of(
      'nothing is sent there',
      amongThree(1),
      {
        servers: 3,
        ...list({ kind: 'flapping', fromUs: 15 * ms, untilUs: 55 * ms, nodes: [2], offUs: 10 * ms, onUs: 10 * ms }),
      },
      { flapping: [1, 2, 0] },
    ),
    of(
      'it is too late', heardBy(greedy),
      list({ kind: 'flapping', ...tooLate, nodes: [1], offUs: 10 * ms, onUs: 10 * ms }), { flapping: [0, 0, 0] },
    ),
  ],

  slowLink: heldUp(
    'slowLink', { kind: 'slowLink', ...span, from: 0, to: 1, byUs: 3 * ms },
    { kind: 'slowLink', ...span, from: 0, to: 2, byUs: 3 * ms },
  ),
  clog: heldUp('clog', { kind: 'clog', ...span, from: 0, to: 1 }, { kind: 'clog', ...span, from: 0, to: 2 }),
  swizzle: heldUp(
    'swizzle', { kind: 'swizzle', ...span, nodes: [1], release: [1], everyUs: 1 * ms },
    { kind: 'swizzle', ...span, nodes: [2], release: [2], everyUs: 1 * ms },
  ),

  crash: [
    of('a message comes for it while it is down', heardBy(greedy), list(crash(15 * ms, 35 * ms)), { crash: [1, 1, 1] }),
    of('nothing comes for it', heardBy(greedy), list(crash(12 * ms, 18 * ms)), { crash: [1, 1, 0] }),
    of('it is down already', heardBy(greedy), list(isGone, crash(15 * ms, 35 * ms)), {
      crash: [1, 0, 0], gone: [1, 1, 1],
    }),
    of(
      'behind an answer to a client',
      answering,
      {
        ...serving,
        operations: [operation({}), operation({ client: 1, atUs: 11 * ms, giveUpUs: 50 * ms })],
        ...list({ kind: 'crash', atUs: 5 * ms, restartUs: 15 * ms, nodes: [0], moment: 'answered' }),
      },
      { crash: [1, 1, 1], giveUp: [1, 1, 0] },
    ),
    of(
      'there is no answer to wait for', heardBy(greedy),
      list({ kind: 'crash', atUs: 5 * ms, restartUs: 15 * ms, nodes: [0], moment: 'answered' }), { crash: [1, 0, 0] },
    ),
  ],
  crashWriteLost: [
    of(
      'at the next write',
      heardBy(writer(false)),
      list({ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'writeLost' }),
      { crashWriteLost: [1, 1, 1] },
    ),
    of(
      'nothing is written',
      heardBy(greedy),
      list({ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'writeLost' }),
      { crashWriteLost: [1, 0, 0] },
    ),
  ],
  crashWriteKept: [
    of(
      'something was to be said',
      heardBy(writer(true)),
      list({ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'writeKept' }),
      { crashWriteKept: [1, 1, 1] },
    ),
    of(
      'nothing was to be said',
      heardBy(writer(false)),
      list({ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'writeKept' }),
      { crashWriteKept: [1, 1, 0] },
    ),
    of(
      'nothing is written',
      heardBy(greedy),
      list({ kind: 'crash', atUs: 15 * ms, restartUs: 35 * ms, nodes: [1], moment: 'writeKept' }),
      { crashWriteKept: [1, 0, 0] },
    ),
  ],
  crashLoop: [
    // Down from 15 to 25 ms and from 35 to 45 ms.
    of(
      'down twice, each time for a message',
      heardBy(greedy),
      list({ kind: 'crashLoop', fromUs: 15 * ms, untilUs: 55 * ms, nodes: [1], downUs: 10 * ms, upUs: 10 * ms }),
      { crashLoop: [1, 2, 2] },
    ),
    of(
      'nothing comes for it',
      amongThree(1),
      {
        servers: 3,
        ...list({ kind: 'crashLoop', fromUs: 15 * ms, untilUs: 55 * ms, nodes: [2], downUs: 10 * ms, upUs: 10 * ms }),
      },
      { crashLoop: [1, 2, 0] },
    ),
    of(
      'it is down already',
      heardBy(greedy),
      list(isGone, {
        kind: 'crashLoop', fromUs: 15 * ms, untilUs: 55 * ms, nodes: [1], downUs: 10 * ms, upUs: 10 * ms,
      }),
      { crashLoop: [1, 0, 0], gone: [1, 1, 1] },
    ),
  ],
  pause: [
    of('something has come when it goes on', heardBy(greedy), list({ kind: 'pause', ...span, nodes: [1] }), {
      pause: [1, 1, 1],
    }),
    of('nothing has come', heardBy(greedy), list({ kind: 'pause', ...pause, nodes: [1] }), { pause: [1, 1, 0] }),
    of('it is down', heardBy(greedy), list(isGone, { kind: 'pause', ...span, nodes: [1] }), {
      pause: [1, 0, 0], gone: [1, 1, 1],
    }),
  ],
  gone: [
    of('a message comes for it', heardBy(greedy), list({ kind: 'gone', atUs: 15 * ms, nodes: [1] }), {
      gone: [1, 1, 1],
    }),
    of('nothing comes any more', heardBy(greedy), list({ kind: 'gone', atUs: 55 * ms, nodes: [1] }), {
      gone: [1, 1, 0],
    }),
    of(
      'it is down already', heardBy(greedy), list(crash(12 * ms, 35 * ms), { kind: 'gone', atUs: 15 * ms, nodes: [1] }),
      { gone: [1, 0, 0], crash: [1, 1, 1] },
    ),
  ],

  slowWrite: [
    // 12 ms each, from 11 ms on: the second ping comes at 21 ms, in the first write, and so on.
    of(
      'a message waits for four of five', heardBy(writer(false)), { disk: { writeUs: { min: 12 * ms, max: 12 * ms } } },
      { slowWrite: [5, 5, 4] },
    ),
    of(
      'nothing waits', heardBy(writer(false)), { disk: { writeUs: { min: 2 * ms, max: 2 * ms } } },
      { slowWrite: [5, 5, 0] },
    ),
    of(
      'nothing is written', heardBy(greedy), { disk: { writeUs: { min: 2 * ms, max: 2 * ms } } },
      { slowWrite: [0, 0, 0] },
    ),
  ],
  stalledWrite: [
    // From 21 to 37 ms, and the third ping waits; behind it the disk is as quick as ever.
    of('a message waits for it', heardBy(writer(false)), list({ kind: 'stall', ...span, nodes: [1], byUs: 16 * ms }), {
      stalledWrite: [1, 1, 1],
    }),
    of(
      'and it does when the stall ends before the write',
      heardBy(writer(false)),
      {
        disk: { writeUs: { min: 1, max: 1 } },
        ...list({ kind: 'stall', fromUs: 15 * ms, untilUs: 22 * ms, nodes: [1], byUs: 16 * ms }),
      },
      { stalledWrite: [1, 1, 1], slowWrite: [4, 4, 0] },
    ),
    of('nothing waits', heardBy(writer(false)), list({ kind: 'stall', ...span, nodes: [1], byUs: 5 * ms }), {
      stalledWrite: [1, 2, 0],
    }),
    of('nothing is written', heardBy(greedy), list({ kind: 'stall', ...span, nodes: [1], byUs: 5 * ms }), {
      stalledWrite: [1, 0, 0],
    }),
  ],
  lostTail: inTheMiddle('lostTail', 'append', 0),
  tornRecord: inTheMiddle('tornRecord', 'append', 1000),
  tornSnapshot: inTheMiddle('tornSnapshot', 'two', 1000),
  failedWrite: refusedWrites('failedWrite', 1),
  diskFull: refusedWrites('diskFull', 2),
  bitRot: damaged('bitRot', ['a.log'], ['a.meta']),
  damagedMetadata: damaged('damagedMetadata', ['a.log', 'a.meta'], ['a.log']),
  missingSnapshot: damaged('missingSnapshot', ['a.log', 'a.snap'], ['a.log']),
  misdirectedWrite: damaged('misdirectedWrite', ['a.log'], ['a.snap']),
  staleRead: damaged('staleRead', ['log.1'], ['a.meta'], 'rotate'),

  clockRate: wrongClock('clockRate'),
  clockDrift: wrongClock('clockDrift'),
  clockJump: [
    of(
      'the timer that it moved fires', heardBy(greedy),
      list({ kind: 'clockJump', atUs: 15 * ms, nodes: [0], byUs: 2 * ms }), { clockJump: [1, 1, 1] },
    ),
    of('backwards, too', heardBy(greedy), list({ kind: 'clockJump', atUs: 15 * ms, nodes: [0], byUs: -2 * ms }), {
      clockJump: [1, 1, 1],
    }),
    of(
      'the node crashes before',
      heardBy(greedy),
      list({ kind: 'clockJump', atUs: 15 * ms, nodes: [0], byUs: 2 * ms }, crash(16 * ms, 28 * ms, [0])),
      { clockJump: [1, 1, 0], crash: [1, 1, 0] },
    ),
    of('no timer is set', heardBy(greedy), list({ kind: 'clockJump', atUs: 15 * ms, nodes: [1], byUs: 2 * ms }), {
      clockJump: [1, 0, 0],
    }),
  ],

  burst: crowds('burst'),
  hotKeys: crowds('hotKeys'),
  largeValues: answeredLoads('largeValues'),
  endlessSessions: answeredLoads('endlessSessions'),
  giveUp: [
    of(
      'two give up, and one has more to ask',
      silent,
      { ...serving, operations: [operation({ giveUpUs: 5 * ms }), operation({ atUs: 20 * ms, giveUpUs: 5 * ms })] },
      { giveUp: [2, 2, 1] },
    ),
    of(
      'there is nothing more to ask', silent, { ...serving, operations: [operation({ giveUpUs: 5 * ms })] },
      { giveUp: [1, 1, 0] },
    ),
    of(
      'all is answered in time',
      answering,
      { ...serving, operations: [operation({ giveUpUs: 5 * ms }), operation({ atUs: 20 * ms })] },
      { giveUp: [1, 0, 0] },
    ),
  ],

  clientCrash: [
    of(
      'it is answered when it is gone', answering,
      { ...serving, operations: [operation({ crash: { afterUs: 1 * ms, as: 1, downUs: 0 } })] },
      { clientCrash: [1, 1, 1] },
    ),
    of(
      'nobody answers', silent,
      {
        ...serving,
        operations: [operation({ crash: { afterUs: 5 * ms, as: 1, downUs: 0 } }), operation({ giveUpUs: 1 })],
      },
      { clientCrash: [1, 1, 0], giveUp: [1, 1, 0] },
    ),
    of(
      'it is answered in time', answering,
      { ...serving, operations: [operation({ crash: { afterUs: 2.001 * ms, as: 1, downUs: 0 } })] },
      { clientCrash: [1, 0, 0] },
    ),
  ],

  holdAcrossLeaderships: [
    of(
      'two leaderships are seen, and it is acted on', withMoments(greedy),
      list({ kind: 'holdAcrossLeaderships', fromUs: 5 * ms, untilUs: 95 * ms, from: 0, to: 1 }),
      { holdAcrossLeaderships: [1, 1, 1] },
    ),
    of(
      'nobody listens', withMoments(deaf),
      list({ kind: 'holdAcrossLeaderships', fromUs: 5 * ms, untilUs: 95 * ms, from: 0, to: 1 }),
      { holdAcrossLeaderships: [1, 1, 0] },
    ),
    of(
      'one leadership is seen',
      withMoments(greedy),
      list({ kind: 'holdAcrossLeaderships', fromUs: 42 * ms, untilUs: 95 * ms, from: 0, to: 1 }),
      { holdAcrossLeaderships: [1, 0, 0] },
    ),
    of(
      'nothing is sent there', withMoments(greedy),
      list({ kind: 'holdAcrossLeaderships', fromUs: 5 * ms, untilUs: 95 * ms, from: 1, to: 0 }),
      { holdAcrossLeaderships: [1, 0, 0] },
    ),
  ],
  isolateUntilSnapshot: [
    of(
      'it is behind, and takes what comes', withMoments(greedy),
      list({ kind: 'isolateUntilSnapshot', fromUs: 5 * ms, untilUs: 95 * ms, node: 1 }),
      { isolateUntilSnapshot: [1, 1, 1] },
    ),
    of(
      'it takes nothing', withMoments(deaf),
      list({ kind: 'isolateUntilSnapshot', fromUs: 5 * ms, untilUs: 95 * ms, node: 1 }),
      { isolateUntilSnapshot: [1, 1, 0] },
    ),
    of(
      'nobody leads', withMoments(greedy, { leader: () => null }),
      list({ kind: 'isolateUntilSnapshot', fromUs: 5 * ms, untilUs: 95 * ms, node: 1 }),
      { isolateUntilSnapshot: [1, 0, 0] },
    ),
    of(
      'it is never behind', withMoments(greedy, { moments: quietMoments }),
      list({ kind: 'isolateUntilSnapshot', fromUs: 5 * ms, untilUs: 95 * ms, node: 1 }),
      { isolateUntilSnapshot: [1, 0, 0] },
    ),
  ],
  compactDuringInstall: [
    of(
      'a server has compacted, and it is acted on', withMoments(greedy),
      list({ kind: 'compactDuringInstall', fromUs: 5 * ms, untilUs: 95 * ms }), { compactDuringInstall: [1, 1, 1] },
    ),
    of('nobody listens', withMoments(deaf), list({ kind: 'compactDuringInstall', fromUs: 5 * ms, untilUs: 95 * ms }), {
      compactDuringInstall: [1, 1, 0],
    }),
    of(
      'nobody compacts', withMoments(greedy, { moments: { ...quietMoments, carriesState: () => true } }),
      list({ kind: 'compactDuringInstall', fromUs: 5 * ms, untilUs: 95 * ms }), { compactDuringInstall: [1, 0, 0] },
    ),
    of(
      'no snapshot is sent', withMoments(greedy, { moments: quietMoments }),
      list({ kind: 'compactDuringInstall', fromUs: 5 * ms, untilUs: 95 * ms }), { compactDuringInstall: [1, 0, 0] },
    ),
  ],

  failedWriteLeft: leftByFailures('failedWriteLeft'),
  crashInRecovery: fallsInRecovery('crashInRecovery'),
  lostPages: losesPages('lostPages'),
  crashInSends: fallsAmongSends('crashInSends'),

  lyingFsync: [
    of(
      'a crash loses what was acknowledged', heardBy(writer(false)),
      list({ kind: 'lyingFsync', ...span, nodes: [1] }, crash(33 * ms, 34 * ms)),
      { lyingFsync: [1, 1, 1], crash: [1, 1, 0] },
    ),
    of(
      'nothing was acknowledged', heardBy(greedy),
      list({ kind: 'lyingFsync', ...span, nodes: [1] }, crash(33 * ms, 34 * ms)),
      { lyingFsync: [1, 0, 0], crash: [1, 1, 0] },
    ),
    of(
      'it crashes behind the lie', heardBy(writer(false)),
      list({ kind: 'lyingFsync', ...span, nodes: [1] }, crash(36 * ms, 38 * ms)),
      { lyingFsync: [1, 0, 0], crash: [1, 1, 0] },
    ),
  ],

  handOver: [
    of('the other one leads in time', succession, list({ kind: 'handOver', ...span, nodes: [0], by: 1 }), {
      handOver: [1, 1, 1],
    }),
    of(
      'the other one leads too late', succession,
      list({ kind: 'handOver', fromUs: 15 * ms, untilUs: 25 * ms, nodes: [0], by: 1 }), { handOver: [1, 1, 0] },
    ),
    of('whoever leads is asked', succession, list({ kind: 'handOver', ...span, nodes: 'leader', by: 1 }), {
      handOver: [1, 1, 1],
    }),
    of(
      'the server is down',
      succession,
      list({ kind: 'gone', atUs: 0, nodes: [0] }, { kind: 'handOver', ...span, nodes: [0], by: 1 }),
      { handOver: [1, 0, 0], gone: [1, 1, 0] },
    ),
    of('it is asked to hand over to itself', succession, list({ kind: 'handOver', ...span, nodes: [0], by: 2 }), {
      handOver: [1, 0, 0],
    }),
    of('it is too late', succession, list({ kind: 'handOver', ...tooLate, nodes: [0], by: 1 }), {
      handOver: [0, 0, 0],
    }),
  ],

  replacedDisk: [
    of('it is given something behind that', replacing(greedy), list(newDisk(15 * ms, 35 * ms)), {
      replacedDisk: [1, 1, 1],
    }),
    of('it is down until nothing comes any more', replacing(greedy), list(newDisk(15 * ms, 35 * ms, 80 * ms)), {
      replacedDisk: [1, 1, 0],
    }),
    of('what comes is nothing to it', replacing(deaf, () => true), list(newDisk(15 * ms, 35 * ms)), {
      replacedDisk: [1, 1, 0],
    }),
    of('it is taken out before that time', replacing(greedy), list(newDisk(35 * ms, 95 * ms)), {
      replacedDisk: [1, 0, 0],
    }),
    of('it is taken out behind that time', replacing(greedy), list(newDisk(5 * ms, 15 * ms)), {
      replacedDisk: [1, 0, 0],
    }),
    of('it is down for good', replacing(greedy), list(isGone, newDisk(15 * ms, 35 * ms)), {
      replacedDisk: [1, 0, 0], gone: [1, 1, 1],
    }),
    of('it is too late', replacing(greedy), list(newDisk(120 * ms, 130 * ms)), { replacedDisk: [0, 0, 0] }),
  ],
};

describe.each(faultKinds)('%s', (kind) => {
  test.each(cases[kind])('$so', ({ system, plan, counts }) => {
    const { faults } = run(system, plan);
    const seen = Object.fromEntries(
      Object.entries(faults).map(([name, { eligible, fired, mattered }]) => [name, [eligible, fired, mattered]]),
    );
    expect(seen).toEqual(counts);
  });

  test('is bounded from below and from above', () => {
    const accounts = cases[kind].map(({ counts }) => counts[kind]!);
    expect(accounts.some(([, , mattered]) => mattered > 0), 'a run in which it matters').toBe(true);
    expect(
      accounts.some(([, fired, mattered]) => fired > mattered || fired === 0),
      'a twin in which it strikes in vain, or not',
    ).toBe(true);
    expect(accounts.some(([, fired]) => fired === 0), 'a twin in which it is on and cannot strike').toBe(true);
    if (!alwaysMatters.includes(kind))
      expect(
        accounts.some(([, fired, mattered]) => fired > 0 && mattered === 0), 'a twin in which it cannot matter',
      ).toBe(true);
  });
});

/** Kinds that cannot strike in vain, by what they are. */
const alwaysMatters: readonly FaultKind[] = ['crashWriteLost', 'lyingFsync', 'crashInSends'];
