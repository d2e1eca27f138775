/**
 * Who is to vote catches up first (dissertation 4.2.1), in rounds: each is over when the learners hold all that the
 * leader's log held when it began, and the last one takes no longer than an election timeout. What the leader keeps of
 * a round is its own word for it, so it is held against its log and against what it knows its followers to store.
 */
import type { Change } from '../../core/raft/members.ts';
import type { CatchUp } from '../../core/raft/office.ts';
import type { Raft } from '../../core/raft/state.ts';
import { changesIn } from './membership.ts';
import { configurationOf, indexOfLastConfiguration } from './quorum.ts';
import { ofStep } from './raft-step.ts';

const catchUpOf = ({ role }: Raft): CatchUp | undefined =>
  role.kind === 'leader' ? role.office?.catchUp : undefined;

const holdAll = ({ role }: Raft, { servers, upTo }: CatchUp): boolean =>
  role.kind === 'leader' && servers.every((server) => role.matchIndex[server]! >= upTo);

const isFor = (asked: Change | undefined, { servers }: CatchUp): boolean =>
  (asked?.kind === 'addServer' && servers.includes(asked.server)) ||
  (asked?.kind === 'replaceServers' && servers.every((server) => asked.voters.includes(server)));

const named = (servers: readonly number[]): string => servers.map((server) => `n${server}`).join(' and ');

export const roundCoversTheLog = ofStep({
  name: 'Round Covers The Log',
  source: 'dissertation, 4.2.1',
  says: 'A round of catching up is over when the learner holds all that the log of its leader held when it began',
  when: 'led',
  check({ node, before, after }) {
    const round = catchUpOf(after);
    // One that is late goes on with what it began with.
    if (round === undefined || round === (before === null ? undefined : catchUpOf(before)) || round.isLate) return null;
    const { log } = after.persistent;
    return round.upTo === log.lastIndex
      ? null
      : `n${node} begins a round for ${named(round.servers)} up to entry ${round.upTo}, and its log ends with ${log.lastIndex}`;
  },
});

export const voterHasCaughtUp = ofStep({
  name: 'Voter Has Caught Up',
  source: 'dissertation, 4.2.1',
  says: 'A leader lets a server vote that held, within an election timeout, all that its log held',
  when: 'written',
  check(step) {
    const { node, before, after } = step;
    if (before?.role.kind !== 'leader' || before.role.office === undefined) return null;
    for (const { index, from, to } of changesIn(step)) {
      // Who voted for the one that goes is one of those who vote already.
      const newcomers = to.voters.filter((voter) => !from.voters.includes(voter));
      const round = catchUpOf(before);
      if (newcomers.length === 0) continue;
      const isOfThem = round !== undefined && newcomers.every((voter) => round.servers.includes(voter));
      if (!isOfThem || round.isLate || !holdAll(after, round))
        return `n${node} lets ${named(newcomers)} vote at index ${index}, and ${isOfThem ? `what its log held up to ${round.upTo} is not known to be there in time` : 'no round of catching up was begun'}`;
    }
    return null;
  },
});

export const caughtUpIsLetIn = ofStep({
  name: 'Caught Up Is Let In',
  source: 'dissertation, 4.2.1',
  says: 'A learner that holds what it must before its round is late is let in as soon as the configuration may change',
  when: 'woken',
  on: ['catchUp'],
  check({ node, before, asked }) {
    if (before === null || before.role.kind !== 'leader' || before.role.office?.transfer !== undefined) return null;
    const round = catchUpOf(before);
    const { commitIndex, persistent: { currentTerm, log } } = before;
    // A round is over in vain where its operator has given up, or asks for something else by now (seed 69315).
    if (round === undefined || !isFor(asked, round) || round.isLate || !holdAll(before, round)) return null;
    const mayChange = configurationOf(before)?.outgoing === undefined
      && indexOfLastConfiguration(before.persistent) <= commitIndex
      && (commitIndex < log.baseIndex || log.termAt(commitIndex) === currentTerm);
    return mayChange
      ? `n${node} calls a round late, of which ${named(round.servers)} held all, up to entry ${round.upTo}, and let nobody vote`
      : null;
  },
});
