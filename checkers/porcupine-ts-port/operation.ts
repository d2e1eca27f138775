/** A history as operations: what every client asked, what it was told, and when. */

/** One operation of one client, over the closed interval from its call to its return. */
export interface Operation<I, O> {
  /** Who called. One client has one operation open at a time; see `orderHistory`. */
  readonly client: number;
  readonly input: I;
  /** `undefined` when the outcome is unknown. */
  readonly output: O | undefined;
  /** Any unit, as long as the whole history uses the same one and the same clock. */
  readonly callTime: number;
  /** `null`: never returned. It may have taken effect at any time after its call, or never. */
  readonly returnTime: number | null;
}

/** A history that cannot be checked: the message names the operation and says what to do. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  /** Index of the operation or event at fault, in the order in which it was given. */
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}
