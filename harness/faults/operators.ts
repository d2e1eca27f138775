/** What an operator asks of the servers, and does to them, while all the rest goes on. */
import type { HandOver, ReplacedDisk } from '../plan/faults/operators.ts';
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

/** As closely as a server may come in again behind the answer that it is out. */
const lookForRemovalUs = 100;
/** How long a server may take to come in again with its new disk. */
const comesInWithinUs = 5_000_000;

/** It matters when the server is given anything to store: somebody has let it in with its new disk. */
export const replacedDisk: Begin<ReplacedDisk> = ({ downUs }, struck, world) => {
  let isOver = false;
  const moments = world.moments();
  for (const one of struck) {
    const machine = world.machines[one]!;
    const stores = (): boolean => machine.state !== null && moments.heldUpTo(machine.state) > 0;
    const replace = (): void => {
      const { isUp } = machine;
      world.accounts.fired('replacedDisk');
      world.replaceDisk(one, world.newDisk(one));
      if (isUp) world.at(world.nowUs + downUs, () => world.restart(one));
      const giveUpUs = world.nowUs + comesInWithinUs;
      world.when(lookEveryUs, {
        isOver: () => world.nowUs > giveUpUs, hasCome: stores, act: () => world.accounts.mattered('replacedDisk'),
      });
    };
    world.when(lookForRemovalUs, {
      isOver: () => isOver || machine.isGone,
      hasCome: () => !machine.isRecovering && world.newDisk(one) !== null, act: replace,
    });
  }
  return () => {
    isOver = true;
  };
};
