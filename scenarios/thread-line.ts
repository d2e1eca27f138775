/** What the thread needs in which code under test runs. */
export { main } from '../harness/cli/main.ts';
export { runInThread } from '../harness/cli/thread.ts';
export { house } from './house.ts';
