/** The thread in which a command runs code under test, from files as they are. */
import { house, runInThread } from './thread-line.ts';

await runInThread(house);
