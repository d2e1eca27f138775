/** What the picture of a history shows, as plain data. */
import { describeOperation, describeState } from '../describe.ts';
import { Effort, finish } from '../explain/effort.ts';
import { explain, type ExplainOptions, type Explanation } from '../explain/explain.ts';
import { partialsInSlices, type Blocked, type Partials } from '../explain/partials.ts';
import { illegal, type Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { orderHistory, type OrderedPartition } from '../order.ts';
import { stepOf } from '../step.ts';
import type { Verdict } from '../verdict.ts';
import type { Annotation } from './annotation.ts';

export interface PictureOptions extends Pick<ExplainOptions, 'signal' | 'timeoutMs' | 'clock'> {
  readonly title?: string;
  /** That of `checkOperations` on the same history. */
  readonly verdict: Verdict;
  /** That of `explain`; without one it is made. */
  readonly explanation?: Explanation | undefined;
  readonly annotations?: readonly Annotation[];
  /** Steps for the linearizations that are drawn, over all partitions. Default 2 million. */
  readonly budgetSteps?: number;
}

/** Short names: there may be ten thousand of them. */
export interface PictureOperation {
  /** Index in the history. */
  readonly i: number;
  readonly c: number;
  readonly s: number;
  /** null: never returned. */
  readonly e: number | null;
  readonly t: string;
}

export interface PicturePartition {
  readonly label: string;
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  readonly operations: readonly PictureOperation[];
  /** Each an order of places in `operations`, longest first. */
  readonly linearizations: readonly { readonly order: readonly number[]; readonly states: readonly string[] }[];
  /** For each operation its longest linearization, or -1. */
  readonly longestOf: readonly number[];
  readonly blocked: { readonly at: number; readonly why: string } | null;
  readonly core: readonly number[];
  readonly shown: readonly number[];
}

export interface Picture {
  readonly title: string;
  readonly summary: string;
  readonly partitions: readonly PicturePartition[];
  readonly annotations: readonly Annotation[];
  /** The blocked operation of each illegal partition that has one: the first error, and then the others in time. */
  readonly errors: readonly { readonly part: number; readonly at: number }[];
}

const defaultPictureSteps = 2_000_000;
const pictureBytes = 256 * 1024 * 1024;
const maxLinearizations = 32;
/** Longer texts are cut: a value may hold thousands of tokens. */
const maxText = 240;

const cut = (text: string): string =>
  text.length > maxText ? `${text.slice(0, maxText / 2)} ... ${text.slice(-maxText / 2)}` : text;

export function pictureOf<S, I, O>(
  whole: Model<S, I, O>, history: readonly Operation<I, O>[], options: PictureOptions,
): Picture {
  const { verdict, budgetSteps = defaultPictureSteps } = options;
  const model = (whole.byLocality as Model<S, I, O> | undefined) ?? whole;
  const parts = orderHistory(history, model);
  const explanation = options.explanation ?? explain(whole, history, verdict, { ...options, budgetSteps });
  const effort = new Effort({ ...options, budgetSteps, memoryBytes: pictureBytes });
  const share = Math.ceil(budgetSteps / Math.max(1, parts.length));
  const partitions = parts.map((part) => {
    const operations = Array.from(part.source);
    const mine = explanation !== undefined && Object.is(explanation.partition.key, part.key) ? explanation : undefined;
    // What was found in a part of the partition does not speak of the rest.
    const isWhole = mine !== undefined && mine.partition.operations.length === operations.length;
    const partials = isWhole ? mine : finish(partialsInSlices(model, history, operations, effort, share));
    const other = explanation?.others.find(({ partition }) => Object.is(partition.key, part.key));
    const blocked = mine?.blocked ?? other?.blocked ?? partials.blocked;
    const isIllegal = mine !== undefined || other !== undefined || blocked !== undefined;
    // The verdict knows of parts for which the picture's own steps did not suffice.
    const isOk = verdict.kind === 'ok' || (partials.complete && blocked === undefined);
    return partitionOf(
      model, history, operations, part.key, partials, mine, blocked, isIllegal ? 'illegal' : isOk ? 'ok' : 'unknown',
    );
  });
  const summary = [
    whole.name,
    `${history.length} operations`,
    verdict.kind === 'unknown' ? `unknown (${verdict.reason})` : verdict.kind,
    `by ${verdict.method}`,
    `${verdict.steps} steps`,
  ].join(' · ');
  return {
    title: options.title ?? 'History', summary, partitions, annotations: options.annotations ?? [],
    errors: errorsOf(partitions, parts, explanation),
  };
}

/** The terminal and the page name the same first error: that of the explanation. */
function errorsOf<I, O>(
  partitions: readonly PicturePartition[],
  parts: readonly OrderedPartition<I, O>[],
  explanation: Explanation | undefined,
): readonly { readonly part: number; readonly at: number }[] {
  const errors = partitions.flatMap(({ blocked, operations }, part) =>
    blocked === null ? [] : [{ part, at: blocked.at, time: operations[blocked.at]!.e ?? Infinity }],
  );
  const isFirst = (part: number): boolean =>
    explanation !== undefined && Object.is(parts[part]!.key, explanation.partition.key);
  errors.sort((a, b) => Number(isFirst(b.part)) - Number(isFirst(a.part)) || a.time - b.time);
  return errors.map(({ part, at }) => ({ part, at }));
}

function partitionOf<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  key: string | number | undefined,
  partials: Partials,
  explanation: Explanation | undefined,
  blocked: Blocked | undefined,
  verdict: PicturePartition['verdict'],
): PicturePartition {
  const placeOf = new Map(operations.map((index, place) => [index, place]));
  const toPlaces = (indexes: readonly number[]): number[] => indexes.map((index) => placeOf.get(index)!);
  const kept = partials.linearizations.slice(0, maxLinearizations);
  return {
    label: key === undefined ? '' : cut(model.describeMetadata?.(key) ?? String(key)),
    verdict,
    operations: operations.map((i) => {
      const { client, callTime, returnTime, input, output } = history[i]!;
      return {
        i, c: client, s: callTime, e: returnTime,
        t: cut(describeOperation(model, input, returnTime === null ? undefined : output)),
      };
    }),
    linearizations: kept.map((order) => ({ order: toPlaces(order), states: statesAlong(model, history, order) })),
    longestOf: operations.map((index) => {
      const at = partials.longestOf.get(index) ?? -1;
      return at < kept.length ? at : -1;
    }),
    blocked: blocked === undefined ? null : { at: placeOf.get(blocked.operation)!, why: cut(blocked.why) },
    core: explanation === undefined ? [] : toPlaces(explanation.minimal.core),
    shown: explanation === undefined ? [] : toPlaces(explanation.minimal.operations),
  };
}

function statesAlong<S, I, O>(
  model: Model<S, I, O>,
  history: readonly Operation<I, O>[],
  order: readonly number[],
): string[] {
  const states: string[] = [];
  let state = model.init();
  for (const index of order) {
    const { input, output, returnTime } = history[index]!;
    const next = stepOf(model, state, input, returnTime === null ? undefined : output);
    if (next === illegal) throw new Error('a linearization holds an operation that the model does not allow');
    state = next as S;
    states.push(cut(describeState(model, state)));
  }
  return states;
}
