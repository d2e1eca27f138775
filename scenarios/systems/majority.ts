/** When Raft owes progress: while a majority of the servers is up and every two of them can talk (section 5.1). */
import { majorityCanTalk as majorityOf } from '../../harness/own/majority.ts';
import type { Reach } from '../../harness/system.ts';

export const majorityCanTalk = (reach: Reach): boolean => majorityOf(reach);
