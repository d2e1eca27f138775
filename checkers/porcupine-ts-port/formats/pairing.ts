/** Invocations and completions of processes, as Jepsen records them, paired into operations. */
import type { Annotation } from '../picture/annotation.ts';
import { FormatError, type RecordedHistory, type RecordedOperation } from './recorded.ts';

export interface Invocation {
  readonly op: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly expected?: unknown;
  readonly owner?: unknown;
}

/** The time of an event is its place in the file: Jepsen writes events in the order in which it saw them. */
export class Pairing {
  readonly #operations: RecordedOperation[] = [];
  readonly #annotations: Annotation[] = [];
  readonly #open = new Map<number, number>();
  readonly #dropped = new Set<number>();

  invoke(process: number, time: number, line: number, invocation: Invocation): void {
    const open = this.#open.get(process);
    if (open !== undefined) {
      const before = this.#operations[open]!;
      throw new FormatError(
        line,
        `process ${process} invokes ${invocation.op} while its ${before.op} of line ${before.line} is still open: expected its :ok, :fail or :info first`,
      );
    }
    this.#open.set(process, this.#operations.length);
    this.#operations.push({
      ...invocation, client: process, output: undefined, callTime: time, returnTime: null, line,
    });
  }

  /** @returns what was invoked */
  complete(process: number, time: number, line: number, op: string, output: unknown): void {
    const index = this.#close(process, line, op);
    this.#operations[index] = { ...this.#operations[index]!, output, returnTime: time };
  }

  /** The outcome is unknown: the operation stays open to the end. */
  giveUp(process: number, line: number, op: string): void {
    this.#close(process, line, op);
  }

  /** It did not happen. */
  fail(process: number, line: number, op: string): void {
    this.#dropped.add(this.#close(process, line, op));
  }

  /** The operation that the process has open. */
  open(process: number): RecordedOperation | undefined {
    const index = this.#open.get(process);
    return index === undefined ? undefined : this.#operations[index];
  }

  annotate(annotation: Annotation): void {
    this.#annotations.push(annotation);
  }

  #close(process: number, line: number, op: string): number {
    const index = this.#open.get(process);
    if (index === undefined)
      throw new FormatError(
        line, `process ${process} completes ${op} and has nothing open: expected an :invoke before`,
      );
    const { op: invoked, line: invokedAt } = this.#operations[index]!;
    if (invoked !== op)
      throw new FormatError(
        line,
        `process ${process} completes ${op}, and what it has open is the ${invoked} of line ${invokedAt}`,
      );
    this.#open.delete(process);
    return index;
  }

  history(): RecordedHistory {
    return {
      operations: this.#operations.filter((_, index) => !this.#dropped.has(index)), annotations: this.#annotations,
    };
  }
}
