/** When Raft owes progress: while a majority of the servers is up and every two of them can talk (section 5.1). */
import type { Reach } from '../../harness/system.ts';

export function majorityCanTalk({ servers, isUp, canTalk }: Reach): boolean {
  for (let set = 1; set < 1 << servers; set++) {
    const members: number[] = [];
    for (let id = 0; id < servers; id++) if ((set & (1 << id)) !== 0) members.push(id);
    if (members.length * 2 <= servers || !members.every(isUp)) continue;
    if (members.every((one) => members.every((other) => canTalk(one, other)))) return true;
  }
  return false;
}
