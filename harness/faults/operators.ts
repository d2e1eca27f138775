/** What an operator asks of the servers while all the rest goes on. */
import type { HandOver } from '../plan/faults/operators.ts';
import type { Begin } from './breakable.ts';

/** How far apart the moments are at which it may be found that somebody leads who was asked for. */
const lookEveryUs = 2000;

/** It matters when the other one leads before the time is over. */
export const handOver: Begin<HandOver> = ({ by }, struck, world) => {
  let isOver = false;
  for (const one of struck) {
    const to = (one + by) % world.servers;
    if (to === one || !world.tell(one, world.operator().handOver(to))) continue;
    world.accounts.fired('handOver');
    world.when(lookEveryUs, {
      isOver: () => isOver, hasCome: () => world.leader() === to, act: () => world.accounts.mattered('handOver'),
    });
  }
  return () => {
    isOver = true;
  };
};
