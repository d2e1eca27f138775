/** Faults that wait for the moment that matters, and end when what they wait for has happened. */
import type { HoldAcrossLeaderships, IsolateUntilSnapshot, CompactDuringInstall } from '../plan/faults/aimed.ts';
import { waysBetween, type Begin, type BreakableWorld, type Heal, type Trap } from './breakable.ts';

/** How far apart the moments are at which it may be found that what is waited for has come. */
const lookEveryUs = 5000;

/** A trap that is set, and what it caught. When the moment never comes nothing was fired. */
class Hold {
  private readonly world: BreakableWorld;
  private readonly trap: Trap;
  private isOver = false;

  constructor(world: BreakableWorld, trap: Trap) {
    this.world = world;
    this.trap = trap;
    world.links.set(trap);
  }

  /** Calls `act` when something was caught and the moment has come. */
  await(hasCome: () => boolean, act: () => void): void {
    this.world.when(lookEveryUs, {
      isOver: () => this.isOver, hasCome: () => this.trap.caught !== null && hasCome(), act,
    });
  }

  readonly release = (): void => {
    this.isOver = true;
    this.world.accounts.fired(this.trap.kind);
    this.world.links.release(this.trap);
  };

  readonly heal: Heal = () => {
    if (this.isOver) return;
    this.isOver = true;
    // The moment never came: what was caught goes on, and counts for nothing.
    this.world.links.release(this.trap, false);
  };
}

const states = (world: BreakableWorld): readonly unknown[] => world.machines.map(({ state }) => state);

export const holdAcrossLeaderships: Begin<HoldAcrossLeaderships> = ({ from, to }, _nodes, world) => {
  const moments = world.moments();
  const epoch = (): number => moments.epoch(states(world));
  let newest = 0;
  const hold = new Hold(world, {
    kind: 'holdAcrossLeaderships',
    caught: null,
    wants(sender, receiver) {
      if (sender !== from || receiver !== to) return false;
      newest = epoch();
      return true;
    },
  });
  const isLater = (): boolean => epoch() > newest;
  hold.await(isLater, () => {
    newest = epoch();
    hold.await(isLater, hold.release);
  });
  return hold.heal;
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
  const letIn = (): void => {
    world.accounts.fired('isolateUntilSnapshot');
    const had = moments.forgottenUpTo(world.machines[alone]!.state);
    end();
    // It mattered once the server has taken a snapshot that another one sent or made necessary.
    const hasTaken = (): boolean => {
      const { state } = world.machines[alone]!;
      return state !== null && moments.forgottenUpTo(state) > had;
    };
    const giveUpUs = world.nowUs + 5_000_000;
    world.when(lookEveryUs, {
      isOver: () => world.nowUs > giveUpUs, hasCome: hasTaken,
      act: () => world.accounts.mattered('isolateUntilSnapshot'),
    });
  };
  world.when(lookEveryUs, { isOver: () => isOver, hasCome: isBehind, act: letIn });
  return end;
};

export const compactDuringInstall: Begin<CompactDuringInstall> = (_fault, _nodes, world) => {
  const moments = world.moments();
  const { servers } = world;
  const highest = (): number => world.machines.slice(0, servers)
    .reduce((max, { state }) => Math.max(max, state === null ? 0 : moments.forgottenUpTo(state)), 0);
  let had = 0;
  const hold = new Hold(world, {
    kind: 'compactDuringInstall',
    caught: null,
    wants(_from, _to, message) {
      if (!moments.carriesState(message)) return false;
      had = highest();
      return true;
    },
  });
  hold.await(() => highest() > had, hold.release);
  return hold.heal;
};
