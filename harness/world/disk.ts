/**
 * A disk: what is durable, and how long a write takes. Writes of one barrier become durable together
 * or, after a crash before that, not at all.
 *
 * Of most runs a disk holds the durable state by reference. When the plan asks for bytes, it also holds
 * the files that the system's storage makes of each write: a crash then leaves any prefix of what was
 * being written, damage is done to bytes, and a node starts from what its storage reads back.
 */
import type { FaultKind } from '../plan/fault-kinds.ts';
import { ContractError, shown } from './contract.ts';
import { ByteFiles, prefixOf } from './files.ts';
import type { AnyProcess, AnyRecovery, AnyStorage } from '../system.ts';
import type { DiskPlan } from '../plan/plan.ts';
import type { RandomStream } from './random.ts';

/** What a crash left of the write that was on its way. */
export interface Remains {
  readonly isKept: boolean;
  readonly kind: FaultKind | null;
}

export type Recovered = Extract<AnyRecovery, { readonly kind: 'recovered' }>;

/** Streams of a disk, each made when it is needed: what is not drawn moves nothing. */
export interface DiskStreams {
  torn(): RandomStream;
  failed(): RandomStream;
  recovery(): RandomStream;
}

export class Disk {
  /** The last write may have reached the disk in part, and nobody has read it since. */
  isTorn = false;
  durable: unknown;
  /** Writes begun so far. */
  begun = 0;
  /** Added to the time of each write while a fault is at work. */
  stallUs = 0;
  /** While a fault is at work writes fail: its kind. */
  failing: FaultKind | null = null;
  readonly files: ByteFiles | null;
  private readonly process: AnyProcess;
  private readonly storage: AnyStorage | null;
  private readonly plan: DiskPlan;
  private readonly random: RandomStream;
  private readonly tearing: RandomStream | null;
  private readonly failure: RandomStream | null;
  private readonly recovering: RandomStream | null;
  private cursor: unknown = null;
  /** While the disk lies: what it really holds. */
  private honest: { readonly durable: unknown; readonly cursor: unknown; readonly files: ByteFiles | null } | null =
    null;

  /** `storage`: null when this node keeps nothing, or its plan asks for no bytes. */
  constructor(
    process: AnyProcess, plan: DiskPlan, random: RandomStream, storage: AnyStorage | null, streams: DiskStreams,
  ) {
    this.process = process;
    this.plan = plan;
    this.random = random;
    this.durable = process.blank;
    this.storage = storage;
    this.files = storage === null ? null : new ByteFiles();
    this.tearing = storage === null ? null : streams.torn();
    this.failure = storage === null || plan.failedLeavesPer1000 === undefined ? null : streams.failed();
    this.recovering = storage === null || plan.recoverUs === undefined ? null : streams.recovery();
    if (storage !== null) this.format(storage);
  }

  private format(storage: AnyStorage, durable?: unknown): void {
    const { operations, cursor } = storage.format(durable);
    for (const operation of operations) this.files!.apply(operation);
    this.cursor = cursor;
  }

  /** Another disk, which holds this. */
  replaceWith(durable: unknown): void {
    this.durable = durable;
    this.isTorn = false;
    this.honest = null;
    if (this.storage === null) return;
    this.files!.replaceWith(new ByteFiles());
    this.format(this.storage, durable);
  }

  /** What fails may leave something. */
  get leavesWhenFailing(): boolean {
    return this.failure !== null;
  }

  /** How long the next write takes; 0 when it is durable at once. */
  nextWriteUs(): number {
    this.begun += 1;
    const writeUs = this.plan.writeUs.max === 0 ? 0 : this.random.in(this.plan.writeUs);
    return writeUs + this.stallUs;
  }

  /**
   * A write has failed: of a single failure that was all, a full disk stays full. Of its bytes there may be none,
   * some, or all, when it was the sync that failed; whoever writes it is told the same.
   *
   * @param goesOn the node does not end with it: what counts for durable stays what it was
   */
  failed(writes: readonly unknown[], effect: number, goesOn: boolean): Remains {
    const { storage, files, failure, failing } = this;
    if (failing === 'failedWrite') this.failing = null;
    if (storage === null || failure === null) return { isKept: false, kind: null };
    const leaves = failure.chance(this.plan.failedLeavesPer1000!);
    const isWhole = failure.chance(500) && failing === 'failedWrite';
    const part = failure.uint32();
    const isCached = failure.chance(this.plan.lostPagesPer1000 ?? 0);
    if (!leaves) return { isKept: false, kind: null };
    const { operations } = storage.store(this.cursor, this.withWrites(writes, effect), writes);
    const left = isWhole ? operations : prefixOf(operations, part);
    if (left.length === 0) return { isKept: false, kind: null };
    if (isCached) files!.applyUnsynced(left);
    else for (const operation of left) files!.apply(operation);
    // Of what is in the cache alone nobody can say what the disk holds before the node has started from it.
    return { isKept: this.holdsMore(goesOn || isCached), kind: 'failedWriteLeft' };
  }

  /** Whether a crash now loses what a failed sync left. */
  get hasLostPages(): boolean {
    return this.files?.hasUnsynced === true;
  }

  /** A crash loses them. True when a start reads something else then. */
  losePages(): boolean {
    const { storage, files } = this;
    const before = storage!.recover(files!.all());
    files!.loseUnsynced();
    const left = storage!.recover(files!.all());
    if (left.kind === 'refused') return true;
    this.durable = left.durable;
    this.cursor = left.cursor;
    return before.kind === 'refused' || storage!.isLater(before.cursor, left.cursor);
  }

  /** After a write that is not known to have come to its end: whether all of it is there. */
  private holdsMore(goesOn: boolean): boolean {
    this.isTorn = true;
    const left = this.storage!.recover(this.files!.all());
    if (left.kind === 'refused' || !this.storage!.isLater(left.cursor, this.cursor)) return false;
    // Whoever looks at the disk before the node starts again must see what it really holds.
    if (!goesOn) this.durable = left.durable;
    return true;
  }

  /**
   * @param effect the place among the step's effects of the `persist` with these writes
   * @throws ContractError when the process cannot say what the disk holds with them
   */
  complete(writes: readonly unknown[], effect: number): void {
    this.durable = this.withWrites(writes, effect);
    if (this.storage === null) return;
    const { operations, cursor } = this.storage.store(this.cursor, this.durable, writes);
    for (const operation of operations) this.files!.apply(operation);
    this.cursor = cursor;
  }

  /**
   * A crash while these writes were on their way: of the bytes a prefix reaches the disk, of the
   * writes all or none.
   */
  tear(writes: readonly unknown[], effect: number): Remains {
    const { storage, files } = this;
    if (storage === null) return { isKept: false, kind: null };
    const fate = this.tearing!.below(1000);
    const part = this.tearing!.uint32();
    if (fate >= (this.plan.tornPer1000 ?? 0)) return { isKept: false, kind: 'lostTail' };
    const after = this.withWrites(writes, effect);
    const { operations } = storage.store(this.cursor, after, writes);
    files!.applyPrefix(operations, part);
    return { isKept: this.holdsMore(false), kind: operations.length > 1 ? 'tornSnapshot' : 'tornRecord' };
  }

  private withWrites(writes: readonly unknown[], effect: number): unknown {
    let { durable } = this;
    for (let i = 0; i < writes.length; i++) {
      let wrong: string | null = null;
      try {
        durable = this.process.write(durable, writes[i]);
        if (durable === undefined) wrong = 'returned undefined';
      } catch (error) {
        if (error instanceof ContractError) throw error;
        wrong = `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
      }
      if (wrong !== null)
        throw new ContractError(
          `effects[${effect}].writes[${i}]: \`write\` cannot take ${shown(writes[i])}: it ${wrong}`,
        );
    }
    return durable;
  }

  /** What a starting node reads; null when it reads what it wrote, by reference. Nothing is repaired yet. */
  read(): AnyRecovery | null {
    return this.storage === null ? null : this.storage.recover(this.files!.all());
  }

  /** How long it takes to repair what was read; 0 when that is done at once. */
  nextRecoverUs(): number {
    return this.recovering === null ? 0 : this.recovering.in(this.plan.recoverUs!);
  }

  /** Repairs what was read: from here on the disk holds that. */
  mend({ repairs, cursor, durable }: Recovered): void {
    for (const operation of repairs) this.files!.apply(operation);
    this.isTorn = false;
    this.cursor = cursor;
    this.durable = durable;
  }

  /** A crash in the middle of the repairs. True when it left something to be done. */
  mendPartly({ repairs }: Recovered): boolean {
    const done = prefixOf(repairs, this.recovering!.uint32());
    for (const operation of done) this.files!.apply(operation);
    this.isTorn = true;
    return repairs.length > 0;
  }

  /** From now on it acknowledges writes that it only remembers until the next crash. */
  beginLying(): void {
    this.honest ??= { durable: this.durable, cursor: this.cursor, files: this.files?.copy() ?? null };
  }

  /** All that it acknowledged is written. */
  endLying(): void {
    this.honest = null;
  }

  /** Whether something that it had acknowledged is lost. */
  forgetLies(): boolean {
    const { honest } = this;
    if (honest === null) return false;
    this.honest = null;
    const isLost = honest.durable !== this.durable;
    this.durable = honest.durable;
    this.cursor = honest.cursor;
    if (honest.files !== null) this.files!.replaceWith(honest.files);
    return isLost;
  }
}
