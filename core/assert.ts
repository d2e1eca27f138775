/**
 * Thrown where the code states what cannot happen. The harness reports it as a violation of the
 * protocol, with the step at which it was thrown.
 */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

/** @throws AssertionFailed when `fact` is false; `says` is only called then */
export function assert(fact: boolean, says: () => string): asserts fact {
  if (!fact) throw new AssertionFailed(says());
}
