/** Linearizability of every reached client history, as a property. */
import { checkOperations } from '../../checkers/porcupine-ts-port/check.ts';
import type { Model as Sequential } from '../../checkers/porcupine-ts-port/model.ts';
import type { Operation } from '../../checkers/porcupine-ts-port/operation.ts';
import { Hasher, StructuralHasher, type Views } from './fingerprint.ts';
import type { Problem, Property } from './model.ts';

/** One client's part of a history, as a state of an untimed world can hold it. */
export interface ClientHistory<I, O> {
  readonly completed: readonly (Call<I> & { readonly output: O })[];
  readonly inFlight: Call<I> | null;
}

export interface Call<I> {
  readonly input: I;
  /**
   * For every client, how many of its operations had completed when this one was called; its own slot
   * is not read. Together these tell all that real time tells: who returned before whom called.
   */
  readonly before: readonly number[];
}

/**
 * Operations with times that have the same order as the histories: X returns before Y is called exactly
 * when Y counts X in `before`. Such orders are interval orders, in which the sets of predecessors
 * contain one another; so the number of predecessors serves as the time of a call, and an operation
 * returns just before the first call that counts it.
 */
export function operationsOf<I, O>(histories: readonly ClientHistory<I, O>[]): readonly Operation<I, O>[] {
  const calls = histories.flatMap(({ completed, inFlight }, client) => {
    const all: { client: number; position: number; call: Call<I>; output: O | undefined; isOpen: boolean }[] =
      completed.map((call, position) => ({ client, position, call, output: call.output, isOpen: false }));
    if (inFlight !== null)
      all.push({ client, position: completed.length, call: inFlight, output: undefined, isOpen: true });
    return all;
  });
  const countBefore = (own: (typeof calls)[number], client: number): number =>
    client === own.client ? own.position : own.call.before[client]!;
  const predecessors = calls.map((own) => histories.reduce((sum, _, client) => sum + countBefore(own, client), 0));
  const end = 2 * (Math.max(0, ...predecessors) + 1);
  return calls.map((own, index) => {
    let returnTime: number = end;
    calls.forEach((other, at) => {
      if (own.position < countBefore(other, own.client)) returnTime = Math.min(returnTime, 2 * predecessors[at]! - 1);
    });
    return {
      client: own.client, input: own.call.input, output: own.output, callTime: 2 * predecessors[index]!,
      returnTime: own.isOpen ? null : returnTime,
    };
  });
}

/**
 * Each different history is checked once: the verdict is remembered by the history's fingerprint.
 * @param historiesOf the clients' histories in a state
 * @param views for inputs and outputs that are not plain data
 */
export function linearizability<State, I, O>(
  sequential: Sequential<unknown, I, O>,
  historiesOf: (state: State) => readonly ClientHistory<I, O>[],
  views?: Views,
): Property<State, unknown> {
  const structural = new StructuralHasher(views);
  const hasher = new Hasher();
  const verdicts = new Map<number, Map<number, Problem | null>>();
  return {
    kind: 'always',
    name: 'every history is linearizable',
    check(state) {
      const histories = historiesOf(state);
      hasher.reset();
      structural.feed(histories, hasher);
      hasher.finish();
      let byUpper = verdicts.get(hasher.lo);
      if (byUpper === undefined) {
        byUpper = new Map();
        verdicts.set(hasher.lo, byUpper);
      }
      const known = byUpper.get(hasher.hi);
      if (known !== undefined) return known;
      const problem = judge(sequential, histories);
      byUpper.set(hasher.hi, problem);
      return problem;
    },
  };
}

function judge<I, O>(sequential: Sequential<unknown, I, O>, histories: readonly ClientHistory<I, O>[]): Problem | null {
  const operations = operationsOf(histories);
  const verdict = checkOperations(sequential, operations);
  if (verdict.kind === 'ok') return null;
  if (verdict.kind === 'unknown')
    return { verdict: 'unknown', detail: `the linearizability check gave up (${verdict.reason ?? 'no reason'})` };
  const told = operations.map(
    ({ client, input, output }) =>
      `c${client} ${sequential.describeOperation?.(input, output) ?? JSON.stringify({ input, output })}`,
  );
  return {
    verdict: 'violation', detail: `no order of the operations explains what the clients saw: ${told.join('; ')}`,
  };
}
