/**
 * When what needs a majority owes progress: while more than half of the servers are up and every two of them can talk.
 */
import type { Reach } from '../system.ts';

/**
 * For `owesProgress`.
 * @param counts of what a server is, whether it can take part: one that has lost its memory may not
 */
export function majorityCanTalk<State>(
  { servers, isUp, canTalk, stateOf }: Omit<Reach, 'stateOf'> & { stateOf(node: number): State | null },
  counts: (state: State) => boolean = () => true,
): boolean {
  const takesPart = (node: number): boolean => {
    if (!isUp(node)) return false;
    const state = stateOf(node);
    return state === null || counts(state);
  };
  for (let set = 1; set < 1 << servers; set++) {
    const members: number[] = [];
    for (let id = 0; id < servers; id++) if ((set & (1 << id)) !== 0) members.push(id);
    if (members.length * 2 <= servers || !members.every(takesPart)) continue;
    if (members.every((one) => members.every((other) => canTalk(one, other)))) return true;
  }
  return false;
}
