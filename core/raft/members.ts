/**
 * Who takes part (dissertation, chapter 4): voters, of whom a majority decides, and learners, which are sent the log and
 * count for nothing. A configuration is a value; it takes effect where it stands in a log (configuration.ts).
 */
import type { NodeId } from '../protocol.ts';

export interface Configuration {
  /** Rising. */
  readonly voters: readonly NodeId[];
  /** Rising; none of them votes. */
  readonly learners: readonly NodeId[];
}

/** What an operator asks for. `addServer` makes a voter, by way of a learner that is caught up first. */
export interface Change {
  readonly kind: 'addServer' | 'addLearner' | 'removeServer';
  readonly server: NodeId;
}

export const changeKinds = ['addServer', 'addLearner', 'removeServer'] as const satisfies readonly Change['kind'][];

export const isMember = ({ voters, learners }: Configuration, server: NodeId): boolean => voters.includes(server) || learners.includes(server);

/** Two counts, and the ids. */
export const configurationSizeBytes = ({ voters, learners }: Configuration): number => 4 * (2 + voters.length + learners.length);

const without = (ids: readonly NodeId[], id: NodeId): readonly NodeId[] => ids.filter((one) => one !== id);

const withOne = (ids: readonly NodeId[], id: NodeId): readonly NodeId[] => [...without(ids, id), id].sort((a, b) => a - b);

export const withLearner = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: without(voters, server), learners: withOne(learners, server) });

export const withVoter = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: withOne(voters, server), learners: without(learners, server) });

export const withoutServer = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: without(voters, server), learners: without(learners, server) });
