/** The history of the clients, as the linearizability checker takes it. */
import type { NodeId } from '../core/protocol.ts';
import type {
  Expired, PlainOperation as KvOperation, PlainResult as Result, Result as AnyResult,
} from '../core/kv/command.ts';
import { CheckersDiffer } from './checkers-differ.ts';
import { jsonLinesOf } from './porcupine-ts-port/formats/jsonl.ts';
import { checkOperations } from './porcupine-ts-port/check.ts';
import { describeOperation } from './porcupine-ts-port/describe.ts';
import { explain } from './porcupine-ts-port/explain/explain.ts';
import type { Model } from './porcupine-ts-port/model.ts';
import { kvModel, type KvInput, type KvOutput } from './porcupine-ts-port/models/kv.ts';
import { monitor } from './porcupine-ts-port/monitor.ts';
import type { Operation } from './porcupine-ts-port/operation.ts';
import type { Difference, Verdict as Checked } from './porcupine-ts-port/verdict.ts';
import { property } from './property.ts';
import type { Verdict } from './verdict.ts';

/** Steps of the search for one run; a run that needs more is reported as unknown, never as a pass. */
export const defaultBudgetSteps = 5_000_000;

export const linearizability = property({
  name: 'Linearizability',
  source: 'Herlihy and Wing 1990; Lab 3',
  says: 'Every answer fits one order of all operations that agrees with real time',
  looksAt: 'end',
  check({ kind, illegalPartition }: Pick<Checked, 'kind' | 'illegalPartition'>) {
    const where = illegalPartition?.key === undefined ? '' : `: key ${illegalPartition.key}`;
    return kind === 'illegal' ? `no order of the operations explains what the clients were told${where}` : null;
  },
});

/** Steps of the second look at one history: a few milliseconds. */
const crossCheckSteps = 100_000;

let crossChecksLeft = 0;

/**
 * The next so many histories of this thread are gone over by the general search too, where a faster way decided
 * them. That changes no verdict and no digest: a difference is thrown.
 */
export function crossCheckNext(histories: number): void {
  crossChecksLeft = histories;
}

/**
 * The history of a service, by a model of it. Calls and returns are counted by one clock that ticks at each of them:
 * the strictest true order.
 */
export class ModelHistory<Input, Output, Asked = Input, Told = Output> {
  private operations: (Operation<Input, Output> | undefined)[] = [];
  /** What set the state that this piece of the history begins with. */
  private before: readonly Operation<Input, Output>[] = [];
  private asked: Asked[] = [];
  private clock = 0;
  /**
   * Of a client that gave up an operation, the name under which it goes on: the checker lets one client have one
   * operation open.
   */
  private readonly names = new Map<NodeId, number>();
  private nextName = -1;
  /** Of each name, the operation that was begun last under it. */
  private readonly lastOf = new Map<number, number>();
  private readonly model: Model<unknown, Input, Output>;
  private readonly inputOf: (asked: Asked, told?: Told) => Input;
  private readonly outputOf: (told: Told) => Output;

  /** @param inputOf without `told` as long as nobody knows the answer, which may say more of what was asked */
  constructor(
    model: Model<unknown, Input, Output>, inputOf: (asked: Asked, told?: Told) => Input,
    outputOf: (told: Told) => Output,
  ) {
    this.model = model;
    this.inputOf = inputOf;
    this.outputOf = outputOf;
  }

  invoked(id: number, client: NodeId, operation: Asked): void {
    this.clock += 1;
    this.asked[id] = operation;
    this.operations[id] = {
      client: this.nameOf(client, id), input: this.inputOf(operation), output: undefined, callTime: this.clock,
      returnTime: null,
    };
  }

  private nameOf(client: NodeId, id: number): number {
    const name = this.names.get(client) ?? client;
    this.lastOf.set(name, id);
    return name;
  }

  /** Whoever began another operation before this one was answered has several open: each is of a client of its own. */
  private nameOfAnswered(name: number, id: number): number {
    if (this.lastOf.get(name) === id) return name;
    this.nextName -= 1;
    return this.nextName + 1;
  }

  /** What was asked, when more is known of it than when it was begun. */
  named(id: number, asked: Asked): void {
    this.asked[id] = asked;
    this.operations[id] = { ...this.operations[id]!, input: this.inputOf(asked) };
  }

  returned(id: number, result: Told): void {
    this.clock += 1;
    const { client, callTime } = this.operations[id]!;
    this.operations[id] = {
      client: this.nameOfAnswered(client, id), input: this.inputOf(this.asked[id]!, result),
      output: this.outputOf(result), callTime, returnTime: this.clock,
    };
  }

  /** The outcome stays open, and the client goes on. */
  gaveUp(client: NodeId): void {
    this.names.set(client, this.nextName);
    this.nextName -= 1;
  }

  /** In the order of the plan; operations that were never begun are left out. */
  list(): readonly Operation<Input, Output>[] {
    return [...this.before, ...this.operations.filter((operation) => operation !== undefined)];
  }

  /**
   * Judges what was so far, and begins anew. Every operation is over, and nobody has begun another one: so whatever
   * order explains the whole has all of these first, and the state between is the one that `reads` are told and that
   * `writes` make.
   * @throws Error while an operation is open, and where one may take effect later, for its client gave it up
   */
  cut(
    budgetSteps: number, reads: readonly (readonly [Asked, Told])[], writes: readonly (readonly [Asked, Told])[],
  ): Verdict {
    if (this.names.size > 0 || this.operations.some((operation) => operation?.returnTime === null))
      throw new Error('a history is cut only where no operation is open');
    this.operations.push(...reads.map((read) => this.atOnce(read)));
    const verdict = this.judge(budgetSteps);
    this.operations = [];
    this.asked = [];
    this.before = writes.map((write) => this.atOnce(write));
    return verdict;
  }

  /** An operation of somebody who is no client. */
  private atOnce([asked, told]: readonly [Asked, Told]): Operation<Input, Output> {
    this.clock += 2;
    return {
      client: -1, input: this.inputOf(asked), output: this.outputOf(told), callTime: this.clock - 1,
      returnTime: this.clock,
    };
  }

  /**
   * @throws CheckersDiffer where a fast way and the general search say different things, and this history is
   * cross-checked
   */
  judge(budgetSteps: number): Verdict {
    const isCrossChecked = crossChecksLeft > 0;
    if (isCrossChecked) crossChecksLeft -= 1;
    const checked = checkOperations(this.model, this.list(), {
      budgetSteps, ...(isCrossChecked && { crossCheckSteps }),
    });
    if (checked.difference !== undefined) throw this.differ(checked.difference);
    if (checked.kind === 'unknown') {
      return {
        kind: 'unknown',
        detail: `the linearizability check ended at its budget of ${checked.steps} steps (${checked.reason}); raise it`,
      };
    }
    const detail = linearizability.check(checked);
    if (detail === null) return { kind: 'ok' };
    const first = this.firstWithoutPlace();
    return {
      kind: 'violation', property: linearizability.name, detail: first === null ? detail : `${detail}; ${first}`,
    };
  }

  /**
   * The first answer that no order of what had happened by then explains, by the monitor; null when it does not know.
   * The monitor goes over the history only when it is known to be illegal: beside every run it took a quarter of the
   * run's time again.
   */
  private firstWithoutPlace(): string | null {
    const watch = monitor(this.model);
    // Those before have numbers behind all others: nobody knows them by a number.
    const known = [...this.operations, ...this.before];
    const events = known
      .flatMap((operation, id) =>
        operation === undefined
          ? []
          : [
              { id, time: operation.callTime, operation, isCall: true },
              ...(operation.returnTime === null ? [] : [{ id, time: operation.returnTime, operation, isCall: false }]),
            ],
      )
      .toSorted((a, b) => a.time - b.time);
    for (const {
      id, operation: { input, output }, isCall,
    } of events) {
      if (isCall) watch.called(id, input);
      else if (watch.returned(id, output).kind !== 'ok') break;
    }
    const found = watch.verdict;
    if (found.kind !== 'illegal') return null;
    const { input, output } = known[found.operation]!;
    const states = found.states
      .slice(0, 4)
      .map((state) => JSON.stringify(state))
      .join(' or ');
    const more = found.states.length > 4 ? ' or others' : '';
    return `the first answer without a place is operation ${found.operation}, ${describeOperation(this.model, input, output)}: before it ${this.model.partition === undefined ? 'the state was' : 'the key held'} ${states}${more}`;
  }

  private differ({ method, said, key, operations }: Difference): CheckersDiffer {
    const opposite = said === 'ok' ? 'not linearizable' : 'linearizable';
    const where = key === undefined ? '' : ` on key ${JSON.stringify(key)}`;
    const message = `of the ${operations.length} operations${where}, ${method} says ${said}, and the general search that they are ${opposite}: the checker is wrong, please report it with the history`;
    return new CheckersDiffer(message, jsonLinesOf(this.list() as readonly Operation<object, object>[]));
  }
}

/** In place of a result: the client's session had ended. */
export const isExpired = (reply: AnyResult | Expired): reply is Expired =>
  typeof reply === 'object' && reply !== null && 'kind' in reply;


export const inputOf = (operation: KvOperation): KvInput => {
  const { kind, key } = operation;
  if (kind === 'get') return { op: kind, key };
  return kind === 'cas'
    ? { op: kind, key, value: operation.value, expected: operation.expected }
    : { op: kind, key, value: operation.value };
};

export function outputOf(result: Result): KvOutput {
  if (typeof result === 'string') return { value: result };
  return typeof result === 'boolean' ? { ok: result } : {};
}

/** The history of the key/value store. */
export class History extends ModelHistory<KvInput, KvOutput, KvOperation, Result> {
  constructor() {
    super(kvModel as Model<unknown, KvInput, KvOutput>, inputOf, outputOf);
  }
}

/** An operation of a recorded history; `result` is null when it was never answered. */
export interface RecordedOperation {
  readonly id: number;
  readonly client: NodeId;
  readonly operation: KvOperation;
  readonly result: { readonly value: Result } | null;
  readonly callTime: number;
  readonly returnTime: number | null;
}

/** Why a history is not linearizable, by the ids of its operations. */
export interface HistoryExplanation {
  /** Of the part that has no explanation; null when the model has no parts. */
  readonly key: string | null;
  readonly why: string;
  /** Operations that cannot all have happened as recorded. */
  readonly clash: readonly number[];
  /** The longest order of operations that can be explained. */
  readonly longest: readonly number[];
  /** The operation that has no place; null when that is not known. */
  readonly blocked: number | null;
}

/** Null when the history is linearizable, or when nobody knows. */
export function explainKvHistory(recorded: readonly RecordedOperation[]): HistoryExplanation | null {
  return explainModelHistory(
    kvModel as Model<unknown, KvInput, KvOutput>,
    recorded.map(({ operation, result, ...times }) => ({
      ...times, input: inputOf(operation), output: result === null ? undefined : outputOf(result.value),
    })),
  );
}

/** The same of any service. `output` is undefined for an operation that was never answered. */
export function explainModelHistory<I, O>(
  model: Model<unknown, I, O>, recorded: readonly (Operation<I, O> & { readonly id: number })[],
): HistoryExplanation | null {
  const alone = overlapping(recorded);
  const history = recorded.map(({ client, input, output, callTime, returnTime }, place): Operation<I, O> => ({
    // Who never got an answer may have gone on to something else: it counts as a client of its own, and so does who had
    // several operations open.
    client: output === undefined || alone.has(client) ? -1 - place : client,
    input,
    output,
    callTime,
    returnTime,
  }));
  const verdict = checkOperations(model, history, { budgetSteps: defaultBudgetSteps });
  const found = explain(model, history, verdict);
  if (found === undefined) return null;
  const idsOf = (places: readonly number[]): readonly number[] => places.map((place) => recorded[place]!.id);
  return {
    key: found.partition.key === undefined ? null : String(found.partition.key),
    why: found.blocked?.why ?? 'no order of these operations explains what the clients were told',
    clash: idsOf(found.minimal.operations),
    longest: idsOf(found.linearizations[0] ?? []),
    blocked: found.blocked === undefined ? null : recorded[found.blocked.operation]!.id,
  };
}

/** Clients of which one operation began before another one was answered. */
function overlapping(
  recorded: readonly Pick<Operation<unknown, unknown>, 'client' | 'callTime' | 'returnTime' | 'output'>[],
): ReadonlySet<number> {
  const returned = new Map<number, number>();
  const found = new Set<number>();
  for (const { client, callTime, returnTime, output } of recorded.toSorted((a, b) => a.callTime - b.callTime)) {
    if (output === undefined || returnTime === null) continue;
    if (callTime < (returned.get(client) ?? -Infinity)) found.add(client);
    returned.set(client, Math.max(returned.get(client) ?? -Infinity, returnTime));
  }
  return found;
}
