/**
 * Arbitraries of fast-check: plans of a scenario, and histories of a model. `fast-check` is a package of the user's.
 */
export { histories, type HistoryOptions } from './histories.ts';
export { plans } from './plans.ts';
export type { Choose, Use } from './use.ts';
