/** Changes of the membership (dissertation, chapter 4, with Ongaro's correction of 2015), seen in single steps. */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import type { Configuration } from '../../core/raft/members.ts';
import type { Persistent, Raft } from '../../core/raft/state.ts';
import { property } from '../property.ts';
import { configurationOf, loggedConfiguration } from './quorum.ts';
import { ofStep, type RaftStep } from './raft-step.ts';

/** For a person: `{n0 n1; n2 learn}`. */
export const told = ({ voters, learners }: Configuration): string => `{${voters.map((id) => `n${id}`).join(' ')}${learners.length === 0 ? '' : `; ${learners.map((id) => `n${id}`).join(' ')} learn`}}`;

export const sameConfiguration = (one: Configuration | undefined, other: Configuration | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && one.voters.join() === other.voters.join() && one.learners.join() === other.learners.join());

export const configurationIsLogged = ofStep({
  name: 'Configuration Is Logged',
  source: 'dissertation, 4.1',
  says: 'A server goes by the last configuration of its log, and by the one before when that is cut off',
  when: 'written',
  check({ node, after: { config, persistent } }) {
    if (config.members === undefined) return null;
    const [held, logged] = [persistent.log.configuration, loggedConfiguration(persistent)];
    if (sameConfiguration(held, logged)) return null;
    return `n${node} goes by ${held === undefined ? 'none' : told(held)}, and the last one of its log is ${logged === undefined ? 'none' : told(logged)}`;
  },
});

export interface LoggedChange {
  readonly index: LogIndex;
  readonly from: Configuration;
  readonly to: Configuration;
  /** Where the one before stands. */
  readonly fromIndex: LogIndex;
}

/** Configurations that a leader put into its log in a step, each with the one before. */
export function changesIn({ before, after }: Pick<RaftStep, 'node' | 'before' | 'after'>): readonly LoggedChange[] {
  const { persistent: { log, currentTerm }, config: { members } } = after;
  if (members === undefined || before?.role.kind !== 'leader' || before.persistent.currentTerm !== currentTerm || log === before.persistent.log) return [];
  const found = [];
  for (let index = Math.max(before.persistent.log.lastIndex, log.baseIndex) + 1; index <= log.lastIndex; index++) {
    const to = log.at(index).configuration;
    if (to === undefined) continue;
    const from = loggedConfiguration(after.persistent, index - 1) ?? { voters: members, learners: [] };
    found.push({ index, from, to, fromIndex: indexOfLast(after.persistent, index - 1) });
  }
  return found;
}

function indexOfLast({ log }: Persistent, upTo: LogIndex): LogIndex {
  for (let index = upTo; index > log.baseIndex; index--) if (log.at(index).configuration !== undefined) return index;
  return log.baseIndex;
}

const differing = (one: readonly NodeId[], other: readonly NodeId[]): number =>
  one.filter((id) => !other.includes(id)).length + other.filter((id) => !one.includes(id)).length;

/** What is wrong with a change that a leader in this state logged; null for nothing. */
export function wrongOf({ from, to, fromIndex }: LoggedChange, { commitIndex, persistent: { currentTerm, log } }: Pick<Raft, 'commitIndex' | 'persistent'>): string | null {
  if (differing(from.voters, to.voters) > 1) return 'two such majorities need not meet';
  if (fromIndex > commitIndex) return `the change at index ${fromIndex} is not committed`;
  return commitIndex < log.baseIndex || log.termAt(commitIndex) !== currentTerm ? 'the leader has committed no entry of its term' : null;
}

export const oneChangeAtATime = ofStep({
  name: 'One Change At A Time',
  source: 'dissertation, 4.1; Ongaro, raft-dev, July 2015',
  says: 'A leader changes one voter, behind a configuration that is committed, and when it has committed an entry of its own term',
  when: 'written',
  check(step) {
    const { node, after } = step;
    for (const change of changesIn(step)) {
      const wrong = wrongOf(change, after);
      if (wrong !== null) return `n${node} leads term ${after.persistent.currentTerm} and changes ${told(change.from)} to ${told(change.to)} at index ${change.index}: ${wrong}`;
    }
    return null;
  },
});

export const leaderThatLeftStepsDown = ofStep({
  name: 'Leader That Left Steps Down',
  source: 'dissertation, 4.2.2',
  says: 'A leader that is no voter any more leads until that is committed, and no longer',
  when: 'moved',
  check({ node, before, after }) {
    const configuration = after.role.kind === 'leader' ? configurationOf(after) : null;
    if (configuration === null || configuration.voters.includes(node)) return null;
    if (before?.role.kind !== 'leader' && !mayHaveVoted(before, node)) return `n${node} leads term ${after.persistent.currentTerm} and has no vote in ${told(configuration)}`;
    const index = indexOfLast(after.persistent, after.persistent.log.lastIndex);
    return index > after.commitIndex ? null : `n${node} leads term ${after.persistent.currentTerm}, and has left: ${told(configuration)} is committed at index ${index}`;
  },
});

/** Its last configuration, or the one that it knows to be committed, gives it a vote. */
export function mayHaveVoted(raft: RaftStep['before'], node: NodeId): boolean {
  if (raft === null) return false;
  const { config: { members }, persistent, commitIndex } = raft;
  return [loggedConfiguration(persistent), loggedConfiguration(persistent, commitIndex)].some((one) => (one?.voters ?? members!).includes(node));
}

export const standsAsMember = ofStep({
  name: 'Stands As Member',
  source: 'dissertation, 4.2.1 and 4.2.2',
  says: 'A learner, and whoever has left and knows it, stands for no election',
  when: 'moved',
  check({ node, before, after }) {
    if (before === null || after.config.members === undefined) return null;
    const { currentTerm, votedFor } = after.persistent;
    const stands = (after.role.kind === 'preCandidate' && before.role.kind !== 'preCandidate') || (currentTerm > before.persistent.currentTerm && votedFor === node);
    return !stands || mayHaveVoted(before, node) ? null : `n${node} stands for election in term ${currentTerm} and has no vote in ${told(configurationOf(before)!)}`;
  },
});

export interface KeptConfiguration {
  readonly node: NodeId;
  readonly index: LogIndex;
  readonly held: Configuration | undefined;
  /** The last one that is committed up to there. */
  readonly committed: Configuration | undefined;
}

export const snapshotTellsWhoTakesPart = property({
  name: 'Snapshot Tells Who Takes Part',
  source: 'dissertation, 5.1',
  says: 'A snapshot holds the last configuration that is committed up to its end',
  looksAt: 'ghost',
  check: ({ node, index, held, committed }: KeptConfiguration) => (sameConfiguration(held, committed) ? null
    : `the snapshot of n${node} at index ${index} tells of ${held === undefined ? 'no configuration' : told(held)}, where it must be ${committed === undefined ? 'none' : told(committed)}`),
});

export interface AnsweredChange {
  readonly who: string;
  readonly kind: 'addServer' | 'addLearner' | 'removeServer';
  readonly server: NodeId;
  /** All that were committed at some moment between question and answer. */
  readonly since: readonly Configuration[];
}

export const acknowledgedChangeIsCommitted = property({
  name: 'Acknowledged Change Is Committed',
  source: 'dissertation, 4.1',
  says: 'An operator is told that a change is done only when the configuration that it makes is committed',
  looksAt: 'ghost',
  check: ({ who, kind, server, since }: AnsweredChange) => (since.some((one) => isMade(one, kind, server)) ? null
    : `${who} was told that ${kind}(n${server}) is done, and since it asked no other configuration was committed than ${since.map(told).join(', ')}`),
});

function isMade({ voters, learners }: Configuration, kind: AnsweredChange['kind'], server: NodeId): boolean {
  if (kind === 'addServer') return voters.includes(server);
  return (voters.includes(server) || learners.includes(server)) === (kind === 'addLearner');
}
