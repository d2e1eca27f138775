/** Faults that wait for the moment that matters, and end when what they wait for has happened. */
import type { HoldAcrossLeaderships, IsolateUntilSnapshot, CompactDuringInstall } from '../plan/faults/aimed.ts';
import { waysBetween, type Begin, type BreakableWorld, type Heal, type Trap } from './breakable.ts';

/** How often it is looked whether the moment has come. */
const lookEveryUs = 5000;

function when(world: BreakableWorld, isOver: () => boolean, hasCome: () => boolean, then: () => void): void {
  if (isOver()) return;
  if (hasCome()) then();
  else world.at(world.nowUs + lookEveryUs, () => when(world, isOver, hasCome, then));
}

/** Sets a trap, and releases what it caught when the moment has come; else nothing was fired. */
function hold(world: BreakableWorld, trap: Trap, hasCome: () => boolean): Heal {
  let isOver = false;
  world.links.set(trap);
  when(world, () => isOver, () => trap.caught !== null && hasCome(), () => {
    isOver = true;
    world.accounts.fired(trap.kind);
    world.links.release(trap);
  });
  return () => {
    if (isOver) return;
    isOver = true;
    // The moment never came: what was caught goes on, and counts for nothing.
    world.links.release(trap, false);
  };
}

const states = (world: BreakableWorld): readonly unknown[] => world.machines.map(({ state }) => state);

export const holdAcrossLeaderships: Begin<HoldAcrossLeaderships> = ({ from, to }, _nodes, world) => {
  const moments = world.moments();
  let newest = 0;
  let seen = 0;
  const trap: Trap = {
    kind: 'holdAcrossLeaderships',
    caught: null,
    wants(sender, receiver) {
      newest = moments.epoch(states(world));
      return sender === from && receiver === to;
    },
  };
  return hold(world, trap, () => {
    const now = moments.epoch(states(world));
    if (now > newest) {
      newest = now;
      seen += 1;
    }
    return seen >= 2;
  });
};

export const isolateUntilSnapshot: Begin<IsolateUntilSnapshot> = ({ node: alone }, _nodes, world) => {
  const moments = world.moments();
  const { servers } = world;
  const ways = waysBetween(servers, (from, to) => from === alone || to === alone);
  for (const [from, to] of ways) world.network.cut(from, to);
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    for (const [from, to] of ways) world.network.mend(from, to);
  };
  const isBehind = (): boolean => {
    const { state } = world.machines[alone]!;
    const leader = world.leader();
    return state !== null && leader !== null && leader !== alone
      && moments.forgottenUpTo(world.machines[leader]!.state) > moments.heldUpTo(state);
  };
  when(world, () => isOver, isBehind, () => {
    world.accounts.fired('isolateUntilSnapshot');
    const had = moments.forgottenUpTo(world.machines[alone]!.state);
    end();
    // It mattered once the server has taken a snapshot that another one sent or made necessary.
    const hasTaken = (): boolean => {
      const { state } = world.machines[alone]!;
      return state !== null && moments.forgottenUpTo(state) > had;
    };
    const giveUpUs = world.nowUs + 5_000_000;
    when(world, () => world.nowUs > giveUpUs, hasTaken, () => world.accounts.mattered('isolateUntilSnapshot'));
  });
  return end;
};

export const compactDuringInstall: Begin<CompactDuringInstall> = (_fault, _nodes, world) => {
  const moments = world.moments();
  const { servers } = world;
  const highest = (): number => world.machines.slice(0, servers)
    .reduce((max, { state }) => Math.max(max, state === null ? 0 : moments.forgottenUpTo(state)), 0);
  let had = 0;
  const trap: Trap = {
    kind: 'compactDuringInstall',
    caught: null,
    wants(_from, _to, message) {
      had = highest();
      return moments.carriesState(message);
    },
  };
  return hold(world, trap, () => highest() > had);
};
