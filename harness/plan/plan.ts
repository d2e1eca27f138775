/**
 * A plan is plain JSON that holds everything a run depends on beside the code: who takes part, how
 * the network and the disks behave, what fails when, and what the clients ask. It can be written by
 * hand, saved, compared, shrunk, and replayed after the code has changed.
 */
import * as v from 'valibot';
import type { Range } from '../../core/protocol.ts';
import { faultSchema, type Fault } from './fault.ts';
import { messageFateSchema, timerFateSchema, type MessageFate, type TimerFate } from './fates.ts';
import type { LabFlags } from './lab-flags.ts';

export const planFormat = 'whitewater-plan';
export const planVersion = 1;

export interface Plan {
  readonly format: typeof planFormat;
  readonly version: typeof planVersion;
  /** The scenario that drew it, for the reader. */
  readonly scenario: string;
  /** Of a scenario that was named by its module: that module, such as `my/protocol.ts#chaos`. */
  readonly module?: string;
  /** Of a pinned plan: what it showed when it was pinned. */
  readonly showed?: string;
  /** The system under test, by its name in the registry. */
  readonly system: string;
  /**
   * What happens, step by step, by its name in the system: it then takes the place of `operations`,
   * ends the storm when it ends, and is out of time at `stormUs`.
   */
  readonly script?: string;
  /** Fixes everything that is left to chance: the fate of each message, each timer's time. */
  readonly seed: string;
  readonly servers: number;
  readonly clients: number;
  /** What the system under test is told; its own schema says what may stand here. */
  readonly settings: unknown;
  readonly network: NetworkPlan;
  readonly disk: DiskPlan;
  /** How long timers run; those not listed run for a time of the node's own. Without a list chance decides. */
  readonly timers?: readonly TimerFate[];
  readonly faults: readonly Fault[];
  readonly operations: readonly PlannedOperation[];
  /** When the faults end and everything is healed. */
  readonly stormUs: number;
  /** How long after that everything may take to complete and to agree. */
  readonly settleUs: number;
  /** Absent: everyone comes back who can. */
  readonly healing?: Healing;
  /** `off`: the steps of this run are not held against the system's specification, which costs time. */
  readonly specification?: 'off';
}

export interface NetworkPlan {
  readonly delayUs: Range;
  readonly dropPer1000: number;
  readonly duplicatePer1000: number;
  /** Messages that take far longer than the others, and so are overtaken. */
  readonly latePer1000: number;
  readonly lateUs: Range;
  /** Messages whose bytes are damaged on the way. */
  readonly corruptPer1000?: number;
  /** `false`: nobody looks at checksums, and a damaged message is taken for what its bytes say. */
  readonly checksums?: boolean;
  /** Adds an exponentially distributed delay with this mean to every message. */
  readonly tailUs?: number;
  /** Messages that wait until the next one on the same way has been sent, and arrive behind it. */
  readonly reorderPer1000?: number;
  /** Messages that arrive once more, long after. */
  readonly replay?: { readonly per1000: number; readonly afterUs: Range };
  /**
   * `honest` (also when absent): a sender learns nothing of a lost message. `lab`: a caller is told
   * at once, by the rules of the MIT lab's network; then the rates above are not used.
   */
  readonly manner?: 'honest' | 'lab';
  /** For plans with a script, in either manner: how the network is at first. */
  readonly lab?: LabFlags;
  /**
   * What befalls messages: those not listed take `delayUs.min`. With a list, even an empty one, the
   * rates above are not used. For plans without `manner` and `lab` only.
   */
  readonly fates?: readonly MessageFate[];
  /**
   * What the network keeps doing when the storm is over, to the end; absent: nothing. For plans without `manner` and
   * `lab`.
   */
  readonly lasting?: LastingRates;
}

/** A network that is never without fault, and in which progress is owed all the same: a few per cent at most. */
export interface LastingRates {
  readonly dropPer1000: number;
  readonly duplicatePer1000: number;
  /** Mean of an exponentially distributed delay, added to each message's. */
  readonly tailUs: number;
}

/** At most so many of 1,000 messages: with more, elections of a sound cluster may fail for as long as a run lasts. */
export const lastingPer1000Max = 50;

export interface DiskPlan {
  /** From the write to its being durable; a node does nothing else in between. */
  readonly writeUs: Range;
  /** The disk holds files, as bytes: needed by faults that damage them. Absent: states, by reference. */
  readonly bytes?: boolean;
  /** With bytes: crashes in the middle of a write that leave a part of it. */
  readonly tornPer1000?: number;
  /** With bytes: failed writes that leave some or all of their bytes. */
  readonly failedLeavesPer1000?: number;
  /**
   * Of those, how many are read by the next start, and gone after the crash behind it unless they were written once
   * more.
   */
  readonly lostPagesPer1000?: number;
  /** With bytes: from a start to the end of its repairs; the node is not up in between. At once when absent. */
  readonly recoverUs?: Range;
}

/** The servers whose trouble goes on when the storm is over; none in most plans. */
export const inTrouble = ({ healing }: Plan): readonly number[] =>
  healing?.kind === 'minorityInTrouble' ? healing.nodes : [];

/** Whether all faults end when the storm does: then things come to rest, and nothing but time is needed. */
export const endsInCalm = ({ healing, network }: Plan): boolean =>
  healing?.kind !== 'minorityInTrouble' && network.lasting === undefined;

/** What becomes of the cluster when the faults end. */
export type Healing =
  | { readonly kind: 'everyone' }
  /** These servers are down then, if they were not before, and stay so. */
  | { readonly kind: 'minorityDown'; readonly nodes: readonly number[] }
  /**
   * Faults that strike these servers alone, or one way from or to one of them, go on until their own end. The others
   * owe an answer to every client that can reach them.
   */
  | { readonly kind: 'minorityInTrouble'; readonly nodes: readonly number[] }
  /**
   * Clients begin no operation any more, and only wait for those that they have begun; from `fromUs` on
   * when it is given, while the faults may still go on.
   */
  | { readonly kind: 'noNewOperations'; readonly fromUs?: number }
  /** The same, and when all operations are answered the leader falls once more, and comes back after a second. */
  | { readonly kind: 'leaderFalls' };

/** To which loads on the clients an operation belongs, for the accounts of the faults. */
export type LoadKind = 'burst' | 'hotKeys' | 'largeValues' | 'endlessSessions';

export interface PlannedOperation {
  /** Counted from 0 among the clients. */
  readonly client: number;
  /** Begins at this time, or when the client's operation before it is done, if that is later. */
  readonly atUs: number;
  readonly request: unknown;
  /** The client gives up so long after it began, and goes on with its next operation. */
  readonly giveUpUs?: number;
  readonly crash?: ClientCrash;
  /**
   * Asked only by a client that has come back and asked for nothing else since: what it left open, say, once more.
   * Others pass it over.
   */
  readonly again?: true;
  readonly load?: readonly LoadKind[];
}

/** The client crashes while the operation is open, which stays so to the end, and comes back as another one. */
export interface ClientCrash {
  /** So long after the operation began; nothing happens when it was answered before. */
  readonly afterUs: number;
  /** The number of the client that it comes back as, and that asks for the rest: one that nobody was before. */
  readonly as: number;
  /** From the crash to its coming back. */
  readonly downUs: number;
}

const whole = (min: number, max: number) => v.pipe(
  v.number(`expected a whole number from ${min} to ${max}`),
  v.integer(`expected a whole number from ${min} to ${max}`),
  v.minValue(min, `expected at least ${min}`),
  v.maxValue(max, `expected at most ${max}`),
);

/** An hour of virtual time: more than any run needs, and far inside what a number holds exactly. */
export const longestUs = 3_600_000_000;

export const microseconds = whole(0, longestUs);
export const wholeNumber = whole;

export const rangeSchema = v.pipe(
  v.strictObject({ min: microseconds, max: microseconds }),
  v.check(({ min, max }) => min <= max, 'expected min to be at most max'),
);

const truth = v.boolean('expected true or false');

export const planSchema = v.strictObject({
  format: v.literal(planFormat, `expected "${planFormat}"`),
  version: v.literal(planVersion, `expected version ${planVersion}`),
  scenario: v.string(),
  module: v.exactOptional(v.string('expected the module that the scenario is from')),
  showed: v.exactOptional(v.string('expected a line that says what the plan showed')),
  system: v.string(),
  script: v.exactOptional(v.string('expected the name of a script')),
  seed: v.string(),
  servers: whole(1, 7),
  clients: whole(0, 1000),
  settings: v.unknown(),
  network: v.strictObject({
    delayUs: rangeSchema,
    dropPer1000: whole(0, 1000),
    duplicatePer1000: whole(0, 1000),
    latePer1000: whole(0, 1000),
    lateUs: rangeSchema,
    corruptPer1000: v.exactOptional(whole(0, 1000)),
    checksums: v.exactOptional(truth),
    tailUs: v.exactOptional(microseconds),
    reorderPer1000: v.exactOptional(whole(0, 1000)),
    replay: v.exactOptional(v.strictObject({ per1000: whole(0, 1000), afterUs: rangeSchema })),
    manner: v.exactOptional(v.picklist(['honest', 'lab'], 'expected "honest" or "lab"')),
    lab: v.exactOptional(v.strictObject({ reliable: truth, longDelays: truth, longReordering: truth })),
    fates: v.exactOptional(v.array(messageFateSchema)),
    lasting: v.exactOptional(
      v.strictObject({
        dropPer1000: whole(0, lastingPer1000Max), duplicatePer1000: whole(0, lastingPer1000Max), tailUs: whole(0, 5000),
      }),
    ),
  }),
  disk: v.strictObject({
    writeUs: rangeSchema,
    bytes: v.exactOptional(truth),
    tornPer1000: v.exactOptional(whole(0, 1000)),
    failedLeavesPer1000: v.exactOptional(whole(0, 1000)),
    lostPagesPer1000: v.exactOptional(whole(0, 1000)),
    recoverUs: v.exactOptional(rangeSchema),
  }),
  timers: v.exactOptional(v.array(timerFateSchema)),
  faults: v.array(faultSchema),
  operations: v.array(
    v.strictObject({
      client: whole(0, 999),
      atUs: microseconds,
      request: v.unknown(),
      giveUpUs: v.exactOptional(microseconds),
      crash: v.exactOptional(v.strictObject({ afterUs: microseconds, as: whole(0, 999), downUs: microseconds })),
      again: v.exactOptional(v.literal(true, 'expected true, or no such field')),
      load: v.exactOptional(
        v.array(v.picklist(['burst', 'hotKeys', 'largeValues', 'endlessSessions'], 'expected a kind of load')),
      ),
    }),
  ),
  stormUs: microseconds,
  settleUs: microseconds,
  healing: v.exactOptional(
    v.variant(
      'kind',
      [
        v.strictObject({ kind: v.literal('everyone') }),
        v.strictObject({ kind: v.literal('minorityDown'), nodes: v.array(whole(0, 6)) }),
        v.strictObject({ kind: v.literal('minorityInTrouble'), nodes: v.array(whole(0, 6)) }),
        v.strictObject({ kind: v.literal('noNewOperations'), fromUs: v.exactOptional(microseconds) }),
        v.strictObject({ kind: v.literal('leaderFalls') }),
      ],
      'expected a healing of kind "everyone", "minorityDown", "minorityInTrouble", "noNewOperations" or "leaderFalls"',
    ),
  ),
  specification: v.exactOptional(v.literal('off', 'expected "off"')),
});
