/**
 * Thrown where two ways of checking the same thing say different things: one of them is wrong, so nothing is said of
 * the run. It is a fault of the harness, with what is needed to find it.
 */
export class CheckersDiffer extends Error {
  override readonly name = 'CheckersDiffer';
  /** The whole history, as `whitewater check` reads it. */
  readonly history: string;

  constructor(message: string, history: string) {
    super(message);
    this.history = history;
  }
}
