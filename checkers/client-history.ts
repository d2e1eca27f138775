/** The history of the clients of a run, by the store that they ask: the plain one, or the one with versions. */
import type { Event, NodeId } from '../core/protocol.ts';
import type { Result } from '../core/kv/command.ts';
import type { Clerk } from '../core/kv/clerk.ts';
import type { Asked } from '../core/kv/version-clerk.ts';
import {
  explainModelHistory, explainKvHistory, History, type HistoryExplanation, type RecordedOperation,
} from './linearizability.ts';
import type { Verdict } from './verdict.ts';
import {
  anyVersionedModel, isVersionedAsked, versionedInput, versionedOutput, VersionedHistory, type VersionedAsked,
} from './versioned-history.ts';
import type { VersionedResult } from '../core/kv/versioned.ts';

type Told = readonly [Asked, Result];

interface AnyHistory {
  invoked(id: number, client: NodeId, asked: Asked): void;
  returned(id: number, result: Result): void;
  gaveUp(client: NodeId): void;
  named(id: number, asked: Asked): void;
  judge(budgetSteps: number): Verdict;
  cut(budgetSteps: number, reads: readonly Told[], writes: readonly Told[]): Verdict;
}

/** The first operation says which store it is: a plan asks one of them only. */
export class ClientHistory implements AnyHistory {
  private history: AnyHistory | null = null;

  invoked(id: number, client: NodeId, asked: Asked): void {
    this.history ??= (isVersionedAsked(asked) ? new VersionedHistory() : new History()) as AnyHistory;
    this.history.invoked(id, client, asked);
  }

  returned(id: number, result: Result): void {
    this.history!.returned(id, result);
  }

  gaveUp(client: NodeId): void {
    this.history!.gaveUp(client);
  }

  /** What a clerk makes of what it was asked: a put that left the version to it names one from now on. */
  named(id: number, operation: Asked): void {
    if (isVersionedAsked(operation)) this.history!.named(id, operation);
  }

  /** A step of a client, which may have taken an operation; what an operator asks has no key. */
  stepped({ pending }: Clerk, event: Event<unknown, unknown>): void {
    const operation = pending?.operation;
    if (event.kind === 'request' && operation !== undefined && 'key' in operation) this.named(event.id, operation);
  }

  /** Of a store without versions: linearizability.ts. */
  cut(budgetSteps: number, reads: readonly Told[], writes: readonly Told[]): Verdict {
    this.history ??= new History() as AnyHistory;
    return this.history.cut(budgetSteps, reads, writes);
  }

  judge(budgetSteps: number): Verdict {
    return (this.history ?? new History()).judge(budgetSteps);
  }
}

/** An operation of a recorded history, of either store. */
export type RecordedAsked = Omit<RecordedOperation, 'operation' | 'result'> & {
  readonly operation: Asked;
  readonly result: { readonly value: Result } | null;
};

/** Null when the history is linearizable, or when nobody knows. */
export function explainHistoryOf(recorded: readonly RecordedAsked[]): HistoryExplanation | null {
  if (!recorded.some(({ operation }) => isVersionedAsked(operation)))
    return explainKvHistory(recorded as readonly RecordedOperation[]);
  return explainModelHistory(anyVersionedModel, recorded.map(({ operation, result, ...times }) => {
    const told = result?.value as VersionedResult | undefined;
    return {
      ...times, input: versionedInput(operation as VersionedAsked, told),
      output: told === undefined ? undefined : versionedOutput(told),
    };
  }));
}
