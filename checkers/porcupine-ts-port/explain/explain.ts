/** Why a history is illegal, for a person. */
import { checkOperations } from '../check.ts';
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { CheckOptions, IllegalPartition, UnknownReason, Verdict } from '../verdict.ts';
import { Effort, finish, type EffortOptions, type Slices } from './effort.ts';
import { minimalInSlices, type MinimalSubHistory } from './minimal.ts';
import { partialsInSlices, type Blocked, type Partials } from './partials.ts';

/** A further partition that is illegal. */
export interface OtherIllegal {
  readonly partition: IllegalPartition;
  readonly blocked: Blocked | undefined;
}

export interface Explanation extends Partials {
  /** Of several illegal partitions that of the first error: the one whose blocked operation returns first. */
  readonly partition: IllegalPartition;
  readonly minimal: MinimalSubHistory;
  readonly blocked: Blocked | undefined;
  /** The other illegal partitions that the verdict names, by their first errors. */
  readonly others: readonly OtherIllegal[];
  /** What ended the explanation before it was whole; undefined when nothing did. */
  readonly endedBy: UnknownReason | undefined;
}

export interface ExplainOptions extends Pick<CheckOptions, 'signal' | 'memoryBytes' | 'timeoutMs' | 'clock'> {
  /** For the sub-history, and once more for the partial linearizations. Default 5 million. */
  readonly budgetSteps?: number;
}

export const defaultExplainSteps = 5_000_000;
const defaultExplainBytes = 256 * 1024 * 1024;

/**
 * @param verdict that of `checkOperations` on the same history; without one the history is checked first
 * @returns undefined unless the history is illegal
 */
export function explain<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  verdict: Verdict = checkOperations(model, history),
  options: ExplainOptions = {},
): Explanation | undefined {
  return finish(explanation(model, history, verdict, options));
}

/**
 * As `explain`; lets others have a turn every few milliseconds, so that an abort is heard.
 * @param pause awaited between slices
 */
export async function explainInSlices<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  verdict: Verdict,
  options: ExplainOptions,
  pause: () => Promise<void>,
): Promise<Explanation | undefined> {
  const slices = explanation(model, history, verdict, options);
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
    await pause();
  }
}

interface Shown {
  readonly partition: IllegalPartition;
  readonly partials: Partials;
}

function* explanation<S, I, O>(
  whole: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  verdict: Verdict,
  options: ExplainOptions,
): Slices<Explanation | undefined> {
  const { illegalPartition, illegalPartitions = illegalPartition === undefined ? [] : [illegalPartition] } = verdict;
  if (illegalPartitions.length === 0) return undefined;
  // An operation of one part is the same to the part as to the whole.
  const model = (whole.byLocality as Model<S, I, O> | undefined) ?? whole;
  const { budgetSteps = defaultExplainSteps, memoryBytes = defaultExplainBytes } = options;
  const bounds: EffortOptions = { ...options, budgetSteps, memoryBytes };
  // Half of the time at most for where it begins: what shows it is worth as much.
  const searching = new Effort(
    options.timeoutMs === undefined ? bounds : { ...bounds, timeoutMs: options.timeoutMs / 2 },
  );
  const shown: Shown[] = [];
  for (const [at, partition] of illegalPartitions.entries()) {
    // None may use up what the others need.
    const share = Math.ceil(budgetSteps / (illegalPartitions.length - at));
    shown.push({
      partition,
      partials: yield * partialsInSlices(model, history, partition.operations, searching, share),
    });
  }
  shown.sort((a, b) => returnOf(history, a.partials.blocked) - returnOf(history, b.partials.blocked));
  const [{ partition, partials }, ...rest] = shown as [Shown, ...Shown[]];
  const last = partials.blocked?.operation ?? partition.suspect;
  const until = last === undefined ? undefined : (history[last]!.returnTime ?? undefined);
  const reducing = new Effort({ ...bounds, ...timeLeft(options, searching) });
  const minimal =
    yield *
    minimalInSlices(model, history, partition.operations, reducing, budgetSteps, { clash: partition.clash, until });
  // Where the whole is too much to search, the minimal sub-history alone still tells what has no place.
  const blocked =
    partials.blocked ??
    (
      yield *
      partialsInSlices(
        model, history, minimal.operations, new Effort({ ...bounds, ...timeLeft(options, reducing) }), budgetSteps,
      )
    ).blocked;
  const others = rest.map((one): OtherIllegal => ({ partition: one.partition, blocked: one.partials.blocked }));
  const endedBy = searching.endedBy ?? reducing.endedBy;
  return { ...partials, partition, minimal, blocked, others, endedBy };
}

const returnOf = <I, O>(history: readonly Operation<I, O>[], blocked: Blocked | undefined): number =>
  blocked === undefined ? Infinity : (history[blocked.operation]!.returnTime ?? Infinity);

/** Time is not given twice. */
function timeLeft({ timeoutMs }: ExplainOptions, before: Effort): { readonly timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, timeoutMs - before.tookMs) };
}
