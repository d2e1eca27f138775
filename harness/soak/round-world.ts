/** The world as the faults of one round see it: its time begins with the round. */
import type { BreakableWorld } from '../faults/breakable.ts';

export function worldSince(world: BreakableWorld, fromUs: number): BreakableWorld {
  return {
    get nowUs() {
      return world.nowUs - fromUs;
    },
    servers: world.servers,
    machines: world.machines,
    links: world.links,
    network: world.network,
    accounts: world.accounts,
    get counts() {
      return world.counts;
    },
    get lostToCut() {
      return world.lostToCut;
    },
    set lostToCut(told) {
      world.lostToCut = told;
    },
    at: (atUs, action) => world.at(fromUs + atUs, action),
    when: (everyUs, wait) => world.when(everyUs, wait),
    crash: (node, moment, by) => world.crash(node, moment, by),
    restart: (node) => world.restart(node),
    newDisk: (node) => world.newDisk(node),
    replaceDisk: (node, durable) => world.replaceDisk(node, durable),
    leader: () => world.leader(),
    tell: (node, message) => world.tell(node, message),
    moments: () => world.moments(),
    operator: () => world.operator(),
    fileRole: (name) => world.fileRole(name),
  };
}
