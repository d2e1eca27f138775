/** What a step did for an election (5.1, 5.2, 5.4.1): terms, votes, roles, and the timer that begins one. */
import { mayHaveVoted } from '../../checkers/raft/membership.ts';
import { outvotedIn, votersOf, votingSets } from '../../checkers/raft/quorum.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { ends, handlerOf, marked, messageIn, sent, termIn, type RaftChange } from './mark.ts';

/** Figure 2, and the dissertation, 3.3: a reply of an earlier term answers another question. */
export function staleMarks({ before, after, event, nameOf }: RaftChange): readonly Mark[] {
  const message = messageIn(event);
  if (event.kind !== 'message' || message === null || !message.kind.endsWith('Reply') || before === after) return [];
  const { currentTerm } = before.persistent;
  if (message.term === undefined || message.term >= currentTerm) return [];
  return [
    marked(
      'stale',
      [places.onMessage, handlerOf(event)],
      `acts on an answer of ${nameOf(event.from)} of term ${message.term}, and is in term ${currentTerm}`,
      'a reply of an earlier term is ignored (5.1)',
      { term: message.term, peer: event.from },
    ),
  ];
}

export function termMarks({ before, after, event }: RaftChange): readonly Mark[] {
  const from = before.persistent.currentTerm;
  const to = after.persistent.currentTerm;
  if (from === to) return [];
  const at = event.kind === 'timer' ? [places.onElectionTimeout] : [places.adoptTerm, places.onMessage];
  if (to > from) return [marked('term', at, `enters term ${to}`, null, { term: to })];
  return [
    marked(
      'term', [handlerOf(event), ...at], `goes back from term ${from} to term ${to}`, 'a term never goes back (5.1)',
      { term: to },
    ),
  ];
}

export function voteMarks({ before, after, event, effects, nameOf }: RaftChange): readonly Mark[] {
  const { currentTerm: oldTerm, votedFor: oldVote } = before.persistent;
  const { currentTerm: term, votedFor: vote } = after.persistent;
  const message = messageIn(event);
  const marks: Mark[] = [];
  if (term === oldTerm && oldVote !== null && vote !== oldVote && message?.kind !== 'requestVote') {
    marks.push(marked('vote', [handlerOf(event)], `forgets its vote of term ${term} for ${nameOf(oldVote)}`,
      'a vote holds for the whole term (5.2)', { term, peer: oldVote }));
  }
  if (event.kind !== 'message' || message?.kind !== 'requestVote') return marks;
  for (const [to, reply] of sent(effects, 'requestVoteReply')) {
    const ours = before.persistent.log;
    const theirs = `${message.lastLogIndex}/${message.lastLogTerm}`;
    const logs = `whose log ends at ${theirs}, its own at ${ends(ours)}`;
    const about = { term: message.term, peer: to };
    const lastTerm = termIn(ours, ours.lastIndex) ?? 0;
    const isBehind =
      message.lastLogTerm < lastTerm || (message.lastLogTerm === lastTerm && message.lastLogIndex < ours.lastIndex);
    if (!reply.voteGranted) {
      marks.push(
        marked(
          'refuse', [places.onRequestVote], `refuses ${nameOf(to)} its vote of term ${message.term}, ${logs}`, null,
          about,
        ),
      );
      continue;
    }
    const isTaken = message.term === oldTerm && oldVote !== null && oldVote !== to;
    const against = message.term < oldTerm ? `its own term is ${oldTerm}: an earlier candidate gets no vote (5.1)`
      : isTaken ? `it voted for ${nameOf(oldVote)} in this term (5.2)`
        : isBehind ? 'a candidate needs a log at least as up to date as the voter\'s (5.4.1)' : null;
    const at =
      isBehind && !isTaken && message.term >= oldTerm
        ? [places.isUpToDate, places.onRequestVote]
        : [places.onRequestVote];
    marks.push(marked('vote', at, `grants its vote of term ${message.term} to ${nameOf(to)}, ${logs}`, against, about));
  }
  return marks;
}

export function roleMarks({ node, before, after, event, nameOf }: RaftChange): readonly Mark[] {
  const { clusterSize, noopOnElection } = after.config;
  const counted = votersOf(before, clusterSize);
  const sets = votingSets(before, clusterSize);
  const term = after.persistent.currentTerm;
  const marks: Mark[] = [];
  const votes = before.role.kind === 'candidate' ? before.role.votes : [];
  if (after.role.kind === 'candidate' && (before.role.kind !== 'candidate' || event.kind === 'timer')) {
    const asked =
      before.role.kind === 'preCandidate'
        ? [...new Set([...before.role.votes, ...(event.kind === 'message' ? [event.from] : [])])]
        : [];
    const few =
      before.role.kind !== 'preCandidate' || outvotedIn(sets, (voter) => asked.includes(voter)) === null
        ? null
        : `of ${counted.map(nameOf).join(' ')}, who have a vote by its log, ${asked
            .filter((id) => counted.includes(id))
            .map(nameOf)
            .join(' ')} are no majority (dissertation 9.6)`;
    const against = after.role.votes.includes(node) ? few : 'a candidate votes for itself (5.2)';
    marks.push(
      marked(
        'campaign',
        few === null
          ? [places.onElectionTimeout]
          : [sets.length > 1 ? places.electoratesOf : places.isQuorum, places.configurationOf],
        `campaigns in term ${term} with a log up to ${ends(after.persistent.log)}`,
        against,
        { term },
      ),
    );
  }
  if (after.role.kind === 'candidate' && before.role.kind === 'candidate' && after.role.votes.length > votes.length) {
    const known = after.role.votes;
    const against = new Set(known).size < known.length ? 'a vote counts once (5.2)' : null;
    marks.push(
      marked(
        'count', [places.onRequestVoteReply], `counts the votes of ${known.map(nameOf).join(' ')} for term ${term}`,
        against, { term },
      ),
    );
  }
  if (after.role.kind === 'leader' && before.role.kind !== 'leader') {
    const last = event.kind === 'message' ? event.from : node;
    const voters = new Set(
      [...votes, last, ...(counted.length === 1 ? [node] : [])].filter((voter) => counted.includes(voter)),
    );
    const isElected = outvotedIn(sets, (voter) => voters.has(voter)) === null;
    const said = [...voters].map(nameOf).join(' ');
    const about = { term, index: 1, upTo: after.persistent.log.lastIndex };
    const says = `becomes leader of term ${term} with the votes of ${said}, of ${counted.length} servers, and a log up to ${ends(before.persistent.log)}`;
    if (isElected) marks.push(marked('election', [places.becomeLeader, places.onRequestVoteReply], says, null, about));
    else
      marks.push(
        marked(
          'election', [places.onRequestVoteReply, sets.length > 1 ? places.electoratesOf : places.majorityOf], says,
          'a leader needs the votes of a majority (5.2)', about,
        ),
      );
    if (after.role.matchIndex.some((match, peer) => peer !== node && match !== 0)) {
      marks.push(
        marked(
          'match', [places.becomeLeader], `begins with matchIndex ${after.role.matchIndex.join(' ')}`,
          'a new leader knows of no match: 0 for all (Figure 2)', { term },
        ),
      );
    }
    if (noopOnElection && after.persistent.log.lastIndex <= before.persistent.log.lastIndex) {
      marks.push(
        marked(
          'append', [places.becomeLeader, places.withNoop], 'puts no entry of its own term into its log',
          'a new leader commits a no-op of its term (8)', { term },
        ),
      );
    }
  }
  return marks;
}

/** 5.2: a server waits anew when it starts an election, grants a vote, or hears the present leader. */
export function timerMarks({ node, before, after, event, effects }: RaftChange): readonly Mark[] {
  const timer = effects.find((effect) => effect.kind === 'setTimer' && effect.timer === 'election');
  const message = messageIn(event);
  if (
    event.kind === 'timer' &&
    event.timer === 'election' &&
    before.role.kind !== 'leader' &&
    (after.config.members === undefined || mayHaveVoted(before, node)) &&
    after.role.kind !== 'preCandidate' &&
    before.persistent.currentTerm === after.persistent.currentTerm
  ) {
    return [
      marked(
        'timer', [places.onElectionTimeout],
        `hears no leader and stays a ${after.role.kind} of term ${after.persistent.currentTerm}`,
        'whoever hears nothing until its timer fires begins a new election (5.2)',
        { term: after.persistent.currentTerm },
      ),
    ];
  }
  if (timer?.kind !== 'setTimer') return [];
  const { min, max } = timer.afterUs;
  const marks: Mark[] = [];
  if (min === max) {
    marks.push(
      marked(
        'timer', [places.restartElectionTimer], `waits exactly ${min / 1000} ms for a leader`,
        'election timeouts are drawn at random from an interval (5.2)',
      ),
    );
  }
  const isRefused =
    message?.kind === 'requestVote' && sent(effects, 'requestVoteReply').some(([, reply]) => !reply.voteGranted);
  const isOld = message?.kind !== 'requestVote' && message !== null && message.term < before.persistent.currentTerm;
  if (isRefused || isOld) {
    const what = isRefused ? 'of a request that it refuses' : 'of an earlier leader';
    marks.push(
      marked(
        'timer', [handlerOf(event)], `sets its election timer again because ${what}`,
        'a server waits anew when it grants a vote or hears the present leader (5.2)',
        { term: after.persistent.currentTerm },
      ),
    );
  }
  return marks;
}
