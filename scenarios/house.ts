/** The house's own registry, as far as a command needs it. */
import type { House } from '../harness/cli/main.ts';

export const house: House = async (needsModels) =>
  needsModels ? (await import('./registry.ts')).registry : (await import('./runs.ts')).runs;
