/**
 * Servers that come and go (docs/options.md): who takes part at first, and what operators ask for while all else goes
 * on.
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Change, ServerChange } from '../../core/raft/members.ts';
import type { PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';

export interface Membership {
  readonly members: NodeId[];
  /** How many ask for changes, as the last of the clients. */
  readonly operators: number;
  /** Of client `first` on. */
  operations(first: number): readonly PlannedOperation[];
}

/** Of two servers one may begin alone; of more at least two, and in most seeds some are left to come. */
export function drawMembership(random: RandomStream, servers: number, stormUs: number): Membership {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  const least = Math.min(3, Math.max(1, servers - 1));
  const members = order
    .slice(0, random.in({ min: least, max: Math.max(least, servers - (random.chance(800) ? 1 : 0)) }))
    .sort((a, b) => a - b);
  const operators = random.chance(300) ? 2 : 1;
  // Each that takes in a server which is down costs ten election timeouts: all together less than what a run has to
  // settle.
  const most = operators === 2 ? 5 : 8;
  const changes = Array.from({ length: operators }, () => drawChanges(random, servers, members, stormUs, most));
  return {
    members,
    operators,
    operations: (first) =>
      changes.flatMap((asked, operator) =>
        asked.map(({ atUs, change }) => ({ client: first + operator, atUs, request: change })),
      ),
  };
}

interface Asked {
  readonly atUs: number;
  readonly change: Change;
}

/**
 * As if each change were done before the next is asked for. A row of them at once tries whether one waits for the
 * other; to take one in for another, and to take out and in again, are rows of two.
 */
function drawChanges(
  random: RandomStream, servers: number, members: readonly NodeId[], stormUs: number, most: number,
): readonly Asked[] {
  const present = new Set(members);
  const asked: Asked[] = [];
  const isHasty = random.chance(300);
  let atUs = random.below(stormUs >> 1);
  const ask = (kind: ServerChange['kind'], server: NodeId): void => {
    asked.push({ atUs, change: { kind, server } });
    if (kind === 'removeServer') present.delete(server);
    else if (kind === 'addServer') present.add(server);
    if (!isHasty) atUs = Math.min(stormUs - 1, atUs + random.below(stormUs >> 2));
  };
  const all = Array.from({ length: servers }, (_, node) => node);
  for (let left = random.in({ min: 2, max: most }); left > 0; left--) {
    const inside = all.filter((node) => present.has(node));
    const outside = all.filter((node) => !present.has(node));
    const mayLeave = inside.length > (random.chance(100) ? 1 : 2);
    if (outside.length > 0 && (!mayLeave || random.chance(600))) {
      ask(random.chance(150) ? 'addLearner' : 'addServer', random.pick(outside));
      if (mayLeave && random.chance(300)) ask('removeServer', random.pick(inside));
    } else if (mayLeave) {
      const server = random.pick(inside);
      ask('removeServer', server);
      if (random.chance(400)) ask('addServer', server);
    }
  }
  return asked;
}
