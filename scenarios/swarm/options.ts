/** Which options of Raft a seed has on (docs/options.md): a stream of their own, so that all else of a plan stays as it was. */
import { answer } from '../../harness/world/fate.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

type Options = Pick<RaftKvSettings, 'preVote' | 'checkQuorum' | 'reads'>;

/**
 * Half of the seeds run the Raft of the paper; in the others each option is there or not by the toss of a coin.
 * Each has a number of its own: one that is added leaves the others as they were.
 */
export function drawOptions(random: RandomStream): Options {
  const isPaper = random.chance(500);
  const ticket = random.uint32();
  if (isPaper) return {};
  const isOn = (place: number): boolean => answer(ticket, place) % 1000 < 500;
  return {
    ...(isOn(0) ? { preVote: true } : {}),
    ...(isOn(1) ? { checkQuorum: true } : {}),
    ...(isOn(2) ? { reads: answer(ticket, 100) % 2 === 0 ? ['index'] : ['log', 'index'] } : {}),
  };
}
