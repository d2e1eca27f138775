/**
 * Joint consensus (section 6; dissertation 4.3): any set of servers in place of any other one, at once. Two such sets
 * may have majorities with nobody in common; so there is a configuration between them in which both must agree, each by
 * a majority of its own, on every election and every entry. It is entered by one entry, as any configuration is, and
 * left by a second one when the first is committed, which the leader of that moment puts into its log by itself.
 *
 * As in etcd a joint configuration has those who vote from now on, those who voted before, and of the latter whoever
 * learns when it is left: until then it votes, and a server is never a voter and a learner.
 */
import type { NodeId } from '../protocol.ts';
import { isMember, type Configuration, type Replacement } from './members.ts';

/** Sets of voters of each of which a majority is needed: one, or two while a configuration is joint. */
export const electoratesOf = ({ voters, outgoing }: Configuration): readonly (readonly NodeId[])[] =>
  outgoing === undefined ? [voters] : [voters, outgoing.voters];

/** Whoever has a vote, rising. */
export const everyVoter = ({ voters, outgoing }: Configuration): readonly NodeId[] =>
  outgoing === undefined ? voters : union(voters, outgoing.voters);

/**
 * The next configuration on the way to what is asked for; null where it is that already. Who comes learns first
 * (4.2.1).
 */
export function towardsReplacement(configuration: Configuration, wish: Replacement): Configuration | null {
  const { voters, learners } = configuration;
  const newcomers = [...wish.voters, ...wish.learners].filter((server) => !isMember(configuration, server));
  if (newcomers.length > 0) return { voters, learners: union(learners, newcomers) };
  if (!isSame(voters, wish.voters)) return entering(configuration, wish);
  return isSame(learners, wish.learners) ? null : { voters, learners: union(wish.learners, []) };
}

function entering({ voters }: Configuration, wish: Replacement): Configuration {
  const learnersNext = voters.filter((server) => wish.learners.includes(server));
  const learners = wish.learners.filter((server) => !voters.includes(server));
  return { voters: union(wish.voters, []), learners: union(learners, []), outgoing: { voters, learnersNext } };
}

/** What a joint configuration leads to: who voted before and does not now has no part in it, or learns. */
export const leaving = ({ voters, learners, outgoing }: Configuration): Configuration => ({
  voters, learners: union(learners, outgoing?.learnersNext ?? []),
});

const union = (one: readonly NodeId[], other: readonly NodeId[]): readonly NodeId[] =>
  [...new Set([...one, ...other])].sort((a, b) => a - b);

const isSame = (one: readonly NodeId[], other: readonly NodeId[]): boolean =>
  union(one, []).join() === union(other, []).join();
