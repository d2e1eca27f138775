/** Faults that wait for the moment that matters, and end when what they wait for has happened. */
import * as v from 'valibot';
import { mustHave } from '../system.ts';
import type { Trap } from '../links.ts';
import type { World } from '../world.ts';
import { node, span, spanOf, waysBetween, type Handler, type Heal, type Spanned } from './handler.ts';

/** The next message from one server to another is held until two newer leaderships have been seen. */
export interface HoldAcrossLeaderships extends Spanned {
  readonly kind: 'holdAcrossLeaderships';
  readonly from: number;
  readonly to: number;
}

/** A server is cut off until the log it needs has been given back by the others for a snapshot. */
export interface IsolateUntilSnapshot extends Spanned {
  readonly kind: 'isolateUntilSnapshot';
  readonly node: number;
}

/** A snapshot on its way to a server is held until a server has given back more of its log. */
export interface CompactDuringInstall extends Spanned {
  readonly kind: 'compactDuringInstall';
}

/** How often it is looked whether the moment has come. */
const lookEveryUs = 5000;

function when(world: World, isOver: () => boolean, hasCome: () => boolean, then: () => void): void {
  if (isOver()) return;
  if (hasCome()) then();
  else world.at(world.nowUs + lookEveryUs, () => when(world, isOver, hasCome, then));
}

/** Sets a trap, and releases what it caught when the moment has come; else nothing was fired. */
function hold(world: World, trap: Trap, hasCome: () => boolean): Heal {
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

const states = (world: World): readonly unknown[] => world.machines.map(({ state }) => state);

export const holdAcrossLeaderships: Handler<HoldAcrossLeaderships> = {
  schema: v.strictObject({ kind: v.literal('holdAcrossLeaderships'), ...span, from: node, to: node }),
  span: spanOf,
  kinds: () => ['holdAcrossLeaderships'],
  target: ({ from, to }) => [from, to],
  strikesServersOnly: true,
  describe: ({ from, to }) => `the next message from ${from} to ${to}, for two leaderships`,
  begin({ from, to }, _nodes, world) {
    const moments = mustHave(world.system, 'moments');
    let newest = 0;
    let seen = 0;
    const trap: Trap = {
      kind: 'holdAcrossLeaderships',
      caught: null,
      wants(sender, receiver) {
        newest = moments.leadership(states(world));
        return sender === from && receiver === to;
      },
    };
    return hold(world, trap, () => {
      const now = moments.leadership(states(world));
      if (now > newest) {
        newest = now;
        seen += 1;
      }
      return seen >= 2;
    });
  },
};

export const isolateUntilSnapshot: Handler<IsolateUntilSnapshot> = {
  schema: v.strictObject({ kind: v.literal('isolateUntilSnapshot'), ...span, node }),
  span: spanOf,
  kinds: () => ['isolateUntilSnapshot'],
  target: (fault) => [fault.node],
  strikesServersOnly: true,
  describe: (fault) => `${fault.node}`,
  begin({ node: alone }, _nodes, world) {
    const moments = mustHave(world.system, 'moments');
    const { servers } = world.plan;
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
        && moments.snapshotIndex(world.machines[leader]!.state) > moments.lastIndex(state);
    };
    when(world, () => isOver, isBehind, () => {
      world.accounts.fired('isolateUntilSnapshot');
      const had = moments.snapshotIndex(world.machines[alone]!.state);
      end();
      // It mattered once the server has taken a snapshot that another one sent or made necessary.
      const hasTaken = (): boolean => {
        const { state } = world.machines[alone]!;
        return state !== null && moments.snapshotIndex(state) > had;
      };
      const giveUpUs = world.nowUs + 5_000_000;
      when(world, () => world.nowUs > giveUpUs, hasTaken, () => world.accounts.mattered('isolateUntilSnapshot'));
    });
    return end;
  },
};

export const compactDuringInstall: Handler<CompactDuringInstall> = {
  schema: v.strictObject({ kind: v.literal('compactDuringInstall'), ...span }),
  span: spanOf,
  kinds: () => ['compactDuringInstall'],
  target: () => [],
  strikesServersOnly: true,
  describe: () => 'the next snapshot that is sent',
  begin(_fault, _nodes, world) {
    const moments = mustHave(world.system, 'moments');
    const { servers } = world.plan;
    const highest = (): number => world.machines.slice(0, servers)
      .reduce((max, { state }) => Math.max(max, state === null ? 0 : moments.snapshotIndex(state)), 0);
    let had = 0;
    const trap: Trap = {
      kind: 'compactDuringInstall',
      caught: null,
      wants(_from, _to, message) {
        had = highest();
        return moments.isSnapshotMessage(message);
      },
    };
    return hold(world, trap, () => highest() > had);
  },
};
