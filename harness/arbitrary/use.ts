/** How clients use an object, for histories of its model. */

/** A choice that was drawn beforehand: a whole number below `below`. */
export type Choose = (below: number) => number;

export interface Use<S, I, O> {
  /** @param number counts the operations of a history: a value that holds it is written once only */
  input(choose: Choose, number: number, client: number): I;
  /**
   * Answers to it, of which the first that the model takes is told.
   * @param state the model's, before it
   * @param before what took effect before it
   */
  outputs(input: I, state: S, before: readonly I[]): readonly O[];
  /** Some of the operations touch all parts of the object, so that its model keeps them in one state. */
  readonly isWhole?: boolean;
}
