/**
 * Who takes part (dissertation, chapter 4): voters, of whom a majority decides, and learners, which are sent the log
 * and count for nothing. A configuration is a value; it takes effect where it stands in a log (configuration.ts).
 */
import type { NodeId } from '../protocol.ts';

export interface Configuration {
  /** Rising. */
  readonly voters: readonly NodeId[];
  /** Rising; none of them votes. */
  readonly learners: readonly NodeId[];
  /** While it is joint: who voted before, and votes still (joint-consensus.ts). */
  readonly outgoing?: Outgoing;
}

export interface Outgoing {
  /** Rising. */
  readonly voters: readonly NodeId[];
  /** Rising: of them who learns when the joint configuration is left. None of them votes in the new one. */
  readonly learnersNext: readonly NodeId[];
}

/** What an operator asks for. */
export type Change = ServerChange | Replacement;

/** `addServer` makes a voter, by way of a learner that is caught up first. */
export interface ServerChange {
  readonly kind: 'addServer' | 'addLearner' | 'removeServer';
  readonly server: NodeId;
}

/** All who are to vote and to learn, at once: by joint consensus. A server is in one of the two, or leaves. */
export interface Replacement {
  readonly kind: 'replaceServers';
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
}

export const serverChangeKinds = [
  'addServer', 'addLearner', 'removeServer',
] as const satisfies readonly ServerChange['kind'][];
export const changeKinds = [...serverChangeKinds, 'replaceServers'] as const satisfies readonly Change['kind'][];

export const serversOf = (change: Change): readonly NodeId[] =>
  change.kind === 'replaceServers' ? [...change.voters, ...change.learners] : [change.server];

export const isMember = ({ voters, learners, outgoing }: Configuration, server: NodeId): boolean =>
  voters.includes(server) || learners.includes(server) || outgoing?.voters.includes(server) === true;

/** Two counts, and the ids; twice while it is joint. */
export const configurationSizeBytes = ({ voters, learners, outgoing }: Configuration): number =>
  4 * (2 + voters.length + learners.length) +
  (outgoing === undefined ? 0 : 4 * (2 + outgoing.voters.length + outgoing.learnersNext.length));

const without = (ids: readonly NodeId[], id: NodeId): readonly NodeId[] => ids.filter((one) => one !== id);

const withOne = (ids: readonly NodeId[], id: NodeId): readonly NodeId[] =>
  [...without(ids, id), id].sort((a, b) => a - b);

export const withLearner = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: without(voters, server), learners: withOne(learners, server) });

export const withVoter = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: withOne(voters, server), learners: without(learners, server) });

export const withoutServer = ({ voters, learners }: Configuration, server: NodeId): Configuration =>
  ({ voters: without(voters, server), learners: without(learners, server) });
