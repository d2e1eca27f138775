/** Changes of the membership (dissertation, chapter 4, with Ongaro's correction of 2015), seen in single steps. */
import type { NodeId } from '../../core/protocol.ts';
import type { LogIndex } from '../../core/raft/log.ts';
import type { Change, Configuration } from '../../core/raft/members.ts';
import type { Raft } from '../../core/raft/state.ts';
import { property } from '../property.ts';
import { configurationOf, indexOfLastConfiguration, loggedConfiguration, votesIn } from './quorum.ts';
import { ofStep, type RaftStep } from './raft-step.ts';

/** For a person: `{n0 n1; n2 learn}`; `{n0 n1 and n2 n3; n2 to learn}` while n0 and n1 come for n2 and n3. */
export function told({ voters, learners, outgoing }: Configuration): string {
  const named = (ids: readonly NodeId[], what: string): string => (ids.length === 0 ? '' : `; ${names(ids)} ${what}`);
  return `{${names(voters)}${outgoing === undefined ? '' : ` and ${names(outgoing.voters)}`}${named(learners, 'learn')}${named(outgoing?.learnersNext ?? [], 'to learn')}}`;
}

const names = (ids: readonly NodeId[]): string => ids.map((id) => `n${id}`).join(' ');

const listsOf = ({ voters, learners, outgoing }: Configuration): string =>
  [voters, learners, outgoing?.voters ?? ['none'], outgoing?.learnersNext ?? []].map((ids) => ids.join()).join(';');

export const sameConfiguration = (one: Configuration | undefined, other: Configuration | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && listsOf(one) === listsOf(other));

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
  if (
    members === undefined ||
    before?.role.kind !== 'leader' ||
    before.persistent.currentTerm !== currentTerm ||
    log === before.persistent.log
  )
    return [];
  const found = [];
  for (let index = Math.max(before.persistent.log.lastIndex, log.baseIndex) + 1; index <= log.lastIndex; index++) {
    const to = log.at(index).configuration;
    if (to === undefined) continue;
    const from = loggedConfiguration(after.persistent, index - 1) ?? { voters: members, learners: [] };
    found.push({ index, from, to, fromIndex: indexOfLastConfiguration(after.persistent, index - 1) });
  }
  return found;
}

const differing = (one: readonly NodeId[], other: readonly NodeId[]): number =>
  one.filter((id) => !other.includes(id)).length + other.filter((id) => !one.includes(id)).length;

type Leading = Pick<Raft, 'commitIndex' | 'persistent'>;

/** What is wrong with a change that a leader in this state logged; null for nothing. */
export function wrongOf(
  { from, to, fromIndex }: LoggedChange, { commitIndex, persistent: { currentTerm, log } }: Leading,
): string | null {
  if (to.outgoing === undefined && differing(from.voters, to.voters) > 1) return 'two such majorities need not meet';
  if (to.outgoing !== undefined && to.outgoing.voters.join() !== from.voters.join())
    return `${names(from.voters)} vote no longer`;
  if (fromIndex > commitIndex) return `the change at index ${fromIndex} is not committed`;
  return commitIndex < log.baseIndex || log.termAt(commitIndex) !== currentTerm
    ? 'the leader has committed no entry of its term'
    : null;
}

/** The same of what stands behind a joint configuration: nothing may but what it leads to. */
export function wrongLeaving(
  { from, to, fromIndex }: LoggedChange, { commitIndex }: Pick<Raft, 'commitIndex'>,
): string | null {
  if (fromIndex > commitIndex) return `the joint configuration at index ${fromIndex} is not committed`;
  const learners = [...from.learners, ...(from.outgoing?.learnersNext ?? [])].sort((a, b) => a - b);
  return sameConfiguration(to, { voters: from.voters, learners })
    ? null
    : `it leads to ${told({ voters: from.voters, learners })}`;
}

/** Of the changes of one kind that a leader logged in this step. */
function firstWrong(
  step: RaftStep, isOne: (change: LoggedChange) => boolean,
  wrongIn: (change: LoggedChange, leader: Raft) => string | null, does: (from: string, to: string) => string,
): string | null {
  const { node, after } = step;
  for (const change of changesIn(step).filter(isOne)) {
    const wrong = wrongIn(change, after);
    if (wrong === null) continue;
    const done = does(told(change.from), told(change.to));
    return `n${node} leads term ${after.persistent.currentTerm} and ${done} at index ${change.index}: ${wrong}`;
  }
  return null;
}

export const oneChangeAtATime = ofStep({
  name: 'One Change At A Time',
  source: 'dissertation, 4.1; Ongaro, raft-dev, July 2015',
  says: 'A leader changes one voter, or makes the configuration joint, behind one that is committed, and when it has committed an entry of its own term',
  when: 'written',
  check: (step) =>
    firstWrong(step, ({ from }) => from.outgoing === undefined, wrongOf, (from, to) => `changes ${from} to ${to}`),
});

/** Left earlier, it may be forgotten where the other set decides by itself: then either decides without the other. */
export const jointIsLeftWhenCommitted = ofStep({
  name: 'Joint Is Left When Committed',
  source: 'Raft, section 6; dissertation, 4.3',
  says: 'A leader puts behind a joint configuration, when that is committed, the one that it leads to, and no other',
  when: 'written',
  check: (step) =>
    firstWrong(step, ({ from }) => from.outgoing !== undefined, wrongLeaving, (from, to) => `leaves ${from} for ${to}`),
});

export const leaderThatLeftStepsDown = ofStep({
  name: 'Leader That Left Steps Down',
  source: 'dissertation, 4.2.2',
  says: 'A leader that is no voter any more leads until that is committed, and no longer',
  when: 'moved',
  check({ node, before, after }) {
    const configuration = after.role.kind === 'leader' ? configurationOf(after) : null;
    if (configuration === null || votesIn(configuration, node)) return null;
    if (before?.role.kind !== 'leader' && !mayHaveVoted(before, node))
      return `n${node} leads term ${after.persistent.currentTerm} and has no vote in ${told(configuration)}`;
    const index = indexOfLastConfiguration(after.persistent, after.persistent.log.lastIndex);
    return index > after.commitIndex
      ? null
      : `n${node} leads term ${after.persistent.currentTerm}, and has left: ${told(configuration)} is committed at index ${index}`;
  },
});

/** Its last configuration, or the one that it knows to be committed, gives it a vote. */
export function mayHaveVoted(raft: RaftStep['before'], node: NodeId): boolean {
  if (raft === null) return false;
  const { config: { members }, persistent, commitIndex } = raft;
  return [loggedConfiguration(persistent), loggedConfiguration(persistent, commitIndex)].some((one) =>
    votesIn(one ?? { voters: members!, learners: [] }, node),
  );
}

export const standsAsMember = ofStep({
  name: 'Stands As Member',
  source: 'dissertation, 4.2.1 and 4.2.2',
  says: 'A learner, and whoever has left and knows it, stands for no election',
  when: 'moved',
  check({ node, before, after }) {
    if (before === null || after.config.members === undefined) return null;
    const { currentTerm, votedFor } = after.persistent;
    const stands =
      (after.role.kind === 'preCandidate' && before.role.kind !== 'preCandidate') ||
      (currentTerm > before.persistent.currentTerm && votedFor === node);
    return !stands || mayHaveVoted(before, node)
      ? null
      : `n${node} stands for election in term ${currentTerm} and has no vote in ${told(configurationOf(before)!)}`;
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
  check: ({ node, index, held, committed }: KeptConfiguration) =>
    sameConfiguration(held, committed)
      ? null
      : `the snapshot of n${node} at index ${index} tells of ${held === undefined ? 'no configuration' : told(held)}, where it must be ${committed === undefined ? 'none' : told(committed)}`,
});

export interface AnsweredChange {
  readonly who: string;
  readonly change: Change;
  /** All that were committed at some moment between question and answer. */
  readonly since: readonly Configuration[];
}

export const acknowledgedChangeIsCommitted = property({
  name: 'Acknowledged Change Is Committed',
  source: 'dissertation, 4.1',
  says: 'An operator is told that a change is done only when the configuration that it makes is committed',
  looksAt: 'ghost',
  check: ({ who, change, since }: AnsweredChange) =>
    since.some((one) => isMade(one, change))
      ? null
      : `${who} was told that ${wished(change)} is done, and since it asked no other configuration was committed than ${since.map(told).join(', ')}`,
});

const wished = (change: Change): string =>
  `${change.kind}(${change.kind === 'replaceServers' ? told(change) : `n${change.server}`})`;

function isMade(made: Configuration, change: Change): boolean {
  const { voters, learners } = made;
  if (change.kind === 'replaceServers')
    return sameConfiguration(made, {
      voters: change.voters.toSorted((a, b) => a - b), learners: change.learners.toSorted((a, b) => a - b),
    });
  if (change.kind === 'addServer') return voters.includes(change.server);
  return (votesIn(made, change.server) || learners.includes(change.server)) === (change.kind === 'addLearner');
}
