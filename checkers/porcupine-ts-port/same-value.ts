/** When two values of an object are the same. */

/**
 * As keys of a Map are compared, so that models, fast paths and keys of operations agree: 0 is -0, NaN is NaN, 1 is
 * not "1". (By `===` a register could never be seen to hold the NaN that was written.)
 */
export const sameValue = (a: unknown, b: unknown): boolean => a === b || (a !== a && b !== b);
