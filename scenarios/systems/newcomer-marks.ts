/**
 * What a step did of servers that were taken out and come again (core/raft/new-disk.ts, core/stays.ts), where, and
 * against which rule: what a new disk tells, who grants no vote yet, and which answers are of an earlier stay.
 */
import { grants, knowsItsPart } from '../../checkers/raft/new-disk.ts';
import { told } from '../../checkers/raft/membership.ts';
import type { ServerMessage } from '../../core/server.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { handlerOf, marked, type ServerStep } from './mark.ts';

/** Empty where nobody comes or goes. */
export const newcomerMarks = (step: ServerStep): readonly Mark[] =>
  step.after.raft.config.members === undefined ? [] : [...partMarks(step), ...leaverMarks(step), ...stayMarks(step)];

/** What its operator wrote to the new disk of a server that has come with it; nothing of a later start. */
export function newDiskMarks(raft: Raft): readonly Mark[] {
  const { config: { id }, persistent: { currentTerm, votedFor, log, snapshot } } = raft;
  const { founding } = log;
  if (founding === null || snapshot !== null || log.lastIndex > 0) return [];
  const vote = votedFor === id ? 'its vote spent' : votedFor === null ? 'a vote to give' : `a vote for n${votedFor}`;
  return [
    marked(
      'newDisk', [places.newDisk],
      `has a new disk: term ${currentTerm}, ${vote}, and by entry ${founding.index} ${told(founding.configuration)} take part`,
      currentTerm > 0
        ? null
        : 'it was taken out in a later term, in which others may count on what it said: its vote there is spent (Figure 2)',
      { term: currentTerm, index: founding.index },
    ),
  ];
}

const askedForVote: ReadonlySet<string> = new Set(['requestVote', 'requestPreVote', 'requestTransferVote']);

/** Until its log tells that it takes part it grants no vote; and from where on it does. */
function partMarks({ node, before, after, effects, event, nameOf }: ServerStep): readonly Mark[] {
  if (knowsItsPart(node, before.raft.persistent)) return [];
  const { configuration, configurationIndex } = after.raft.persistent.log;
  if (configuration !== undefined && knowsItsPart(node, after.raft.persistent)) {
    const says = `learns from entry ${configurationIndex} that it takes part: ${told(configuration)}`;
    return [marked('part', [places.mayVote], says, null, { index: configurationIndex, upTo: configurationIndex })];
  }
  if (event.kind !== 'message' || !askedForVote.has((event.message as ServerMessage).kind)) return [];
  const who = nameOf(event.from);
  const at = [places.mayVote, handlerOf(event)];
  const about = { peer: event.from };
  if (!grants(effects))
    return [marked('part', at, `grants ${who} no vote: its new disk does not tell yet that it takes part`, null, about)];
  return [
    marked(
      'part', at, `grants ${who} a vote, and has a new disk that does not tell yet that it takes part`,
      'the log of one that was taken out says nothing of what was committed since: it votes when it knows its part (5.4.1)',
      about,
    ),
  ];
}

const departuresIn = ({ role }: Raft): readonly number[] =>
  (role.kind === 'leader' ? role.office?.departures : undefined) ?? [];

/** Whom a leader takes out comes again as another one. */
function leaverMarks({ before, after, nameOf }: ServerStep): readonly Mark[] {
  const old = departuresIn(before.raft);
  return departuresIn(after.raft).flatMap((times, server) =>
    times > (old[server] ?? 0)
      ? [
          marked(
            'stay', [places.withDepartures],
            `takes ${nameOf(server)} out: what that one said up to now counts no more`, null, { peer: server },
          ),
        ]
      : [],
  );
}

/** Of the same term and sender, and of another disk perhaps (github.com/drmingdrmer/raft-rejoin-bug). */
function stayMarks({ before, after, event, nameOf }: ServerStep): readonly Mark[] {
  const { role, persistent: { currentTerm } } = before.raft;
  const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
  if (event.kind !== 'message' || role.kind !== 'leader' || message === null) return [];
  if (
    message.kind !== 'appendEntriesReply' &&
    message.kind !== 'installSnapshotReply' &&
    message.kind !== 'installChunkReply'
  )
    return [];
  const { stay = 0, term } = message;
  if (term !== currentTerm || stay === (departuresIn(before.raft)[event.from] ?? 0)) return [];
  const who = nameOf(event.from);
  const at = [places.isOfEarlierStay, places.withStays];
  const about = { peer: event.from, term };
  if (after === before)
    return [marked('stay', at, `lets an answer of ${who} go that is older than its last leaving`, null, about)];
  return [
    marked(
      'stay', at, `takes an answer of ${who} that is older than its last leaving`,
      'who was taken out comes again with another disk perhaps: what it said before tells nothing of that (4.1)', about,
    ),
  ];
}
