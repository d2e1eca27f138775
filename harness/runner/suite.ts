/** What a test runner is given: names and functions. A runner's own file registers them, and adds nothing. */

export interface SuiteTest {
  readonly name: string;
  /** @throws FailedTest with the whole story as its message */
  run(signal?: AbortSignal): Promise<void>;
}

export interface Suite {
  readonly name: string;
  readonly tests: readonly SuiteTest[];
}

/**
 * What a failing test throws: its message is all that a person needs, and its stack only the line that asked for the
 * test.
 */
export class FailedTest extends Error {
  override readonly name = 'FailedTest';

  constructor(message: string, asked: string) {
    super(message);
    this.stack = `${this.name}: ${message}\n${asked}`;
  }
}

/** The frames of whoever called `called`, without those of the harness. */
export function placeOfCall(called: (...given: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, called);
  return (holder.stack ?? '').split('\n').slice(1).join('\n');
}
