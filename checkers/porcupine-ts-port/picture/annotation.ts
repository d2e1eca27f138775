/** Something that happened beside the operations: a fault, a leader change. */
export interface Annotation {
  readonly text: string;
  readonly startTime: number;
  /** Left out: a moment. */
  readonly endTime?: number;
  /** Annotations with the same name share a lane. */
  readonly lane?: string;
  /** More to read when it is selected. */
  readonly details?: string;
}
