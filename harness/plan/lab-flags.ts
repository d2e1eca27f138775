/** The flags of the lab's network; a script may change them on its way. */
export interface LabFlags {
  /** Nothing is delayed or dropped while a way is open. */
  readonly reliable: boolean;
  /** A call to a node that cannot be reached fails after up to 7 s, else after up to 100 ms. */
  readonly longDelays: boolean;
  /** Two replies in three are delayed by 200 ms and more. */
  readonly longReordering: boolean;
}

export const calmFlags: LabFlags = { reliable: true, longDelays: false, longReordering: false };
