/** A window of requests in flight (dissertation 10.2.1): what a leader believes to be under way. */
import type { LogIndex } from '../../core/raft/log.ts';
import type { Flow } from '../../core/raft/office.ts';
import type { Leader } from '../../core/raft/state.ts';
import { ofStep } from './raft-step.ts';

export const windowIsKept = ofStep({
  name: 'Window Is Kept',
  source: 'dissertation, 10.2.1; etcd',
  says: 'What is under way to a follower lies between what it acknowledged and what is sent next, and is no more than the window holds',
  when: 'led',
  check({
    node,
    after: {
      config: { window }, role,
    },
  }) {
    const { matchIndex, nextIndex, office } = role as Leader;
    if (window === undefined || office?.flows === undefined) return null;
    for (const [peer, flow] of office.flows.entries()) {
      const wrong = peer === node ? null : wrongOf(flow, window, matchIndex[peer]!, nextIndex[peer]!);
      if (wrong !== null)
        return `n${node} has requests up to ${flow.inFlight.join(', ')} under way to n${peer}: ${wrong}`;
    }
    return null;
  },
});

/** A probe counts on nothing: what is next stays where the probe begins. */
function wrongOf({ state, inFlight }: Flow, window: number, match: LogIndex, next: LogIndex): string | null {
  const limit = state === 'probe' ? 1 : window;
  if (inFlight.length > limit) return `${limit} at most may be`;
  if (state === 'probe' || inFlight.length === 0) return null;
  if (inFlight[0]! <= match) return `it has acknowledged entry ${match}`;
  return inFlight.at(-1) === next - 1 ? null : `nextIndex is ${next}`;
}
