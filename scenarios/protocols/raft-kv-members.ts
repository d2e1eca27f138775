/**
 * Servers that come and go in the explorer: who takes part at first, operators as clients that ask once each, and what
 * is to be reached.
 */
import { memberSteps } from '../../checkers/chronicle/membership.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { ServerChange } from '../../core/raft/members.ts';
import type { Server } from '../../core/server.ts';
import type { Property } from '../../harness/explore/model.ts';
import { numberOf, ParameterError, type ParameterValues } from '../../harness/explore/parameters.ts';
import type { Move } from '../../harness/explore/untimed/parts.ts';
import type { World } from '../../harness/explore/untimed/state.ts';
import type { Renaming } from '../../harness/explore/untimed/system.ts';
import { sometimesSeen } from '../../harness/explore/untimed/world.ts';
import { lastConfiguration, type RaftGhost, type RaftNotice } from './raft-kv-observer.ts';

type RaftWorld = World<RaftGhost, RaftNotice>;
type Goal = Property<RaftWorld, Move<RaftNotice>>;

export interface ExploredMembership {
  readonly members: readonly NodeId[];
  /** One for each operator, who asks for nothing else. */
  readonly changes: readonly ServerChange[];
}

/**
 * The servers behind the members come in, in their order; the first members leave, in theirs. Undefined where all take
 * part for good.
 */
export function membershipIn(values: ParameterValues, servers: number): ExploredMembership | undefined {
  const [members, additions, removals] = [
    numberOf(values, 'members'), numberOf(values, 'additions'), numberOf(values, 'removals'),
  ];
  if (members === 0) {
    if (additions + removals > 0)
      throw new ParameterError('--additions and --removals need to know who takes part at first: add --members 2');
    return undefined;
  }
  if (members > servers) throw new ParameterError(`--members ${members} are more than there are servers (${servers})`);
  if (members + additions > servers)
    throw new ParameterError(`--additions ${additions} to ${members} members need --servers ${members + additions}`);
  if (removals > members)
    throw new ParameterError(`--removals ${removals} are more than there are members (${members})`);
  const change = (kind: ServerChange['kind'], first: NodeId, count: number): readonly ServerChange[] =>
    Array.from({ length: count }, (_, i) => ({ kind, server: first + i }));
  return {
    members: Array.from({ length: members }, (_, node) => node),
    changes: [...change('addServer', members, additions), ...change('removeServer', 0, removals)],
  };
}

/** Whom operators name keeps its name, and members stay members: then every configuration is the same under it. */
export const keepsMembership =
  ({ members, changes }: ExploredMembership) =>
  (names: Renaming): boolean =>
    members.every((member) => members.includes(names[member]!)) &&
    changes.every(({ server }) => names[server] === server);

const removedServersStanding = memberSteps.find(({ name }) => name === 'removedServersStanding')!;

/**
 * What changes of one kind and of the other are meant to lead to. Of two that decide no change is ever rolled back:
 * both hold it, or it is the leader's.
 */
export function membershipGoals({ members, changes }: ExploredMembership): readonly Goal[] {
  const committed = (state: RaftWorld) => lastConfiguration(state.ghost.value.committed, members);
  const adds = changes.some(({ kind }) => kind === 'addServer');
  const removes = changes.some(({ kind }) => kind === 'removeServer');
  const goals: Goal[] = [];
  if (changes.length > 0)
    goals.push({
      kind: 'sometimes', name: 'an operator is told that a change is done',
      reached: ({ ghost }) => ghost.value.changes!.some((one) => one === 'done'),
    });
  if (adds) {
    goals.push({
      kind: 'sometimes', name: 'a learner is let in', reached: (state) => committed(state).learners.length > 0,
    });
    goals.push({
      kind: 'sometimes', name: 'a learner that was caught up becomes a voter',
      reached: (state) => committed(state).voters.some((id) => !members.includes(id)),
    });
  }
  if (removes) {
    goals.push({
      kind: 'sometimes', name: 'a server is taken out',
      reached: (state) => members.some((id) => !committed(state).voters.includes(id)),
    });
    goals.push(sometimesSeen('a leader that has left steps down when that is committed', 'leadersRemoved'));
    goals.push({
      kind: 'sometimes-step',
      name: 'a server that was taken out and does not know it stands for election',
      reached: (state, { kind, node, timer, barrier, outcome }) =>
        kind === 'timer' &&
        timer === 'election' &&
        barrier === null &&
        outcome !== null &&
        removedServersStanding.seen({
          node, before: (outcome.step.before as Server).raft, after: (outcome.step.after as Server).raft,
          committed: committed(state),
        }),
    });
    if (members.length > 2) goals.push(sometimesSeen('a configuration is rolled back', 'configurationsRolledBack'));
  }
  return goals;
}
