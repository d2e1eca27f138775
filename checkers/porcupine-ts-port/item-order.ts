/** A total order of numbers and texts, in which exactly the same values (see `sameValue`) are equal. */
export function compareItems(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  // Neither less nor greater than anything, NaN would leave an array unsorted: it goes last of the numbers.
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}
