/** The thread in which a command runs code under test. */
import { runInThread } from '../harness/cli/thread.ts';

await runInThread(async () => (await import('./registry.ts')).registry);
