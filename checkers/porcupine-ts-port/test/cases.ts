/**
 * How many random histories a property is held against: always the same few in the tests, many others in `npm run
 * fuzz:checker`.
 */

const isFuzzing = process.env['WHITEWATER_FUZZ'] === 'checker';

export const casesOf = (usual: number): { readonly numRuns: number; readonly seed: number } =>
  isFuzzing ? { numRuns: 20_000, seed: 31_415_926 } : { numRuns: usual, seed: 20_260_713 };
