/**
 * Partitions checked on worker threads. The only file of the checker, beside its worker and the matchers,
 * that needs Node.
 */
import { Worker } from 'node:worker_threads';
import { defaultBudgetSteps, defaultMemoryBytes } from './check.ts';
import { mustFitModel } from './fit.ts';
import type { Model } from './model.ts';
import type { Operation } from './operation.ts';
import { orderHistory } from './order.ts';
import type { CheckOptions, IllegalPartition, UnknownReason, Verdict } from './verdict.ts';

/** A model cannot be sent to a thread: each thread imports it. */
export interface ModelReference {
  /** URL of a module, such as `new URL('./my-model.js', import.meta.url).href`. */
  readonly module: string;
  /** Name under which the module exports the model. */
  readonly name: string;
}

export interface PoolOptions extends Pick<CheckOptions, 'budgetSteps' | 'memoryBytes' | 'method'> {
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Ends the threads, whatever the model's step is doing: it holds even if a step never returns. */
  readonly timeoutMs?: number;
}

/** What a thread is asked: one partition. */
export interface PoolTask<I, O> {
  readonly operations: readonly Operation<I, O>[];
  readonly options: CheckOptions;
}

interface Job<I, O> extends PoolTask<I, O> {
  readonly key: string | number | undefined;
  readonly source: readonly number[];
}

/**
 * As `checkOperations`, except that every partition has the whole step budget for itself and memory is
 * shared out evenly. Largest partitions first; the first illegal one to be found ends the check, so that
 * of several illegal ones any may be named.
 * @throws HistoryError as `checkOperations` does
 * @throws Error when a thread cannot import the model, or the model throws
 */
export async function checkOnPool<S, I, O>(
  model: Model<S, I, O>,
  reference: ModelReference,
  history: readonly Operation<I, O>[],
  options: PoolOptions,
): Promise<Verdict> {
  const {
    threads, timeoutMs, signal, budgetSteps = defaultBudgetSteps, memoryBytes = defaultMemoryBytes, method = 'auto',
  } = options;
  const checkOptions: CheckOptions = {
    budgetSteps, memoryBytes: Math.floor(memoryBytes / Math.max(1, threads)), method,
  };
  mustFitModel(model, history);
  const jobs = orderHistory(history, model)
    .toSorted((a, b) => b.count - a.count)
    .map(({ key, source }): Job<I, O> => {
      const indexes = Array.from(source);
      return { key, source: indexes, operations: indexes.map((index) => history[index]!), options: checkOptions };
    });
  const partitions = jobs.length;
  const found: Verdict[] = [];
  const sum = (): Pick<Verdict, 'method' | 'steps' | 'peakBytes' | 'partitions'> => ({
    method: [...new Set(found.flatMap((verdict) => verdict.method.split('+')))].join('+') || 'search',
    steps: found.reduce((total, verdict) => total + verdict.steps, 0),
    peakBytes: Math.max(0, ...found.map((verdict) => verdict.peakBytes)) * Math.min(threads, Math.max(1, partitions)),
    partitions,
  });
  const ended = withResolvers<UnknownReason>();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => ended.resolve('time'), timeoutMs);
  const onAbort = (): void => ended.resolve('aborted');
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();
  const workers: Worker[] = [];
  let illegal: IllegalPartition | undefined;
  const runOne = async (): Promise<void> => {
    const worker = new Worker(new URL('./pool-worker.js', import.meta.url), { workerData: reference });
    workers.push(worker);
    for (let job = jobs.shift(); job !== undefined && illegal === undefined; job = jobs.shift()) {
      const verdict = await ask(worker, job);
      found.push(verdict);
      if (verdict.illegalPartition === undefined) continue;
      const { operations, clash, suspect } = verdict.illegalPartition;
      const toHistory = (indexes: readonly number[]): number[] => indexes.map((index) => job!.source[index]!);
      illegal = {
        key: job.key, operations: toHistory(operations), ...(clash && { clash: toHistory(clash) }),
        ...(suspect !== undefined && { suspect: job.source[suspect]! }),
      };
      ended.resolve('aborted');
    }
  };
  try {
    const all = Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, runOne));
    const reason = await Promise.race([all.then(() => undefined), ended.promise]);
    if (illegal !== undefined) return { kind: 'illegal', ...sum(), illegalPartition: illegal };
    const unknown = reason ?? found.find((verdict) => verdict.kind === 'unknown')?.reason;
    return unknown === undefined ? { kind: 'ok', ...sum() } : { kind: 'unknown', ...sum(), reason: unknown };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

function ask<I, O>(worker: Worker, { operations, options }: PoolTask<I, O>): Promise<Verdict> {
  return new Promise((done, failed) => {
    const onExit = (): void => failed(new Error('a thread of the checker ended before it answered'));
    const settle = (finish: () => void): void => {
      worker.removeAllListeners('message').removeAllListeners('error').removeListener('exit', onExit);
      // A thread that is stopped on purpose may still report its end.
      worker.on('error', () => undefined);
      finish();
    };
    worker.once('message', (verdict: Verdict) => settle(() => done(verdict)));
    worker.once('error', (error) => settle(() => failed(error)));
    worker.once('exit', onExit);
    worker.postMessage({ operations, options } satisfies PoolTask<I, O>, []);
  });
}
