/** What the thread needs in which code under test runs. */
import type { Registry } from '../harness/campaign/scenario.ts';

export { main } from '../harness/cli/main.ts';
export { runInThread } from '../harness/cli/thread.ts';

export const house = async (): Promise<Registry> => (await import('./registry.ts')).registry;
