/** What a step did of who takes part (dissertation, chapter 4), where, and against which rule. */
import {
  changesIn, mayHaveVoted, sameConfiguration, told, wrongLeaving, wrongOf,
} from '../../checkers/raft/membership.ts';
import { loggedConfiguration } from '../../checkers/raft/quorum.ts';
import { isChange } from '../../core/changes.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Change, Configuration } from '../../core/raft/members.ts';
import type { Raft } from '../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { AnyEvent, Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { marked, type RaftChange } from './mark.ts';

export const membershipMarks = (change: RaftChange): readonly Mark[] =>
  change.after.config.members === undefined
    ? []
    : [
        ...changeMarks(change),
        ...snapshotMarks(change),
        ...waitMarks(change),
        ...leftMarks(change),
        ...stayMarks(change),
        ...(change.after.persistent.log === change.before.persistent.log ? [] : goesByMarks(change.after)),
      ];

/** A server goes by the last configuration of its log (4.1); also when it starts. */
export function goesByMarks({ config: { members }, persistent }: Raft): readonly Mark[] {
  const [held, logged] = [persistent.log.configuration, loggedConfiguration(persistent)];
  if (members === undefined || sameConfiguration(held, logged)) return [];
  const text = (one: Configuration | undefined): string =>
    one === undefined ? 'what the cluster began with' : told(one);
  return [
    marked(
      'goesBy', [places.inForce, places.configurationOf], `goes by ${text(held)}`,
      `the last that its disk tells is ${text(logged)} (4.1)`,
    ),
  ];
}

/** A leader puts a configuration into its log, from where on it counts (4.1). */
function changeMarks({ node, before, after }: RaftChange): readonly Mark[] {
  return changesIn({ node, before, after }).map((one) => {
    const isLeft = one.from.outgoing !== undefined;
    const wrong = (isLeft ? wrongLeaving : wrongOf)(one, after);
    return marked(
      'change', [isLeft ? places.leaveJoint : places.whenItMay, places.withConfiguration],
      `changes who takes part from ${told(one.from)} to ${told(one.to)}, as entry ${one.index}`,
      wrong === null ? null : `${wrong} (${isLeft ? '4.3' : '4.1'})`,
      { term: after.persistent.currentTerm, index: one.index, upTo: one.index },
    );
  });
}

/** What the log of a server said when its snapshot replaced a part of it. */
function snapshotMarks({ before, after, event }: RaftChange): readonly Mark[] {
  const { snapshot } = after.persistent;
  if (
    snapshot === null ||
    snapshot === before.persistent.snapshot ||
    (event.kind === 'message' && (event.message as ServerMessage).kind.startsWith('install'))
  )
    return [];
  const { lastIncludedIndex: index, configuration } = snapshot;
  // What came in the same step is in no log that could be asked.
  if (index > before.persistent.log.lastIndex) return [];
  const logged = loggedConfiguration(before.persistent, index);
  if (configuration === undefined && logged === undefined || sameConfiguration(configuration, logged)) return [];
  return [
    marked(
      'kept',
      [places.compact],
      `keeps with its snapshot up to ${index} that ${configuration === undefined ? 'nobody came or went' : `${told(configuration)} take part`}`,
      `up to there its log says ${logged === undefined ? 'nothing of it' : told(logged)} (5.1)`,
      { index, upTo: index },
    ),
  ];
}

/** 4.2.1, 4.2.2: who has no vote stands for no election, so that it waits on is no wrong. */
function waitMarks({ node, before, after, event }: RaftChange): readonly Mark[] {
  if (
    event.kind !== 'timer' ||
    event.timer !== 'election' ||
    mayHaveVoted(before, node) ||
    after.role.kind !== before.role.kind
  )
    return [];
  return [marked('waits', [places.mayStand], 'hears no leader, has no vote, and waits')];
}

/** 4.2.2 */
function leftMarks({ before, after }: RaftChange): readonly Mark[] {
  if (
    before.role.kind !== 'leader' ||
    after.role.kind !== 'follower' ||
    before.persistent.currentTerm !== after.persistent.currentTerm
  )
    return [];
  return [marked('left', [places.retired], `leads term ${after.persistent.currentTerm} no more`)];
}

/** 4.3: with each heartbeat at the latest a leader leaves a joint configuration that is committed. */
function stayMarks({ before, after, event }: RaftChange): readonly Mark[] {
  if (
    event.kind !== 'timer' ||
    event.timer !== 'heartbeat' ||
    before.role.kind !== 'leader' ||
    after.role.kind !== 'leader'
  )
    return [];
  const { commitIndex, persistent } = before;
  const committed =
    persistent.log.termAt(commitIndex) === persistent.currentTerm
      ? loggedConfiguration(persistent, commitIndex)
      : undefined;
  if (committed?.outgoing === undefined || !sameConfiguration(loggedConfiguration(after.persistent), committed))
    return [];
  return [
    marked(
      'stays', [places.leaveJoint], `goes on with ${told(committed)}`,
      'a joint configuration that is committed is left (4.3)', { term: persistent.currentTerm },
    ),
  ];
}

interface ServedStep {
  readonly before: Server;
  readonly after: Server;
  readonly event: AnyEvent;
  readonly nameOf: (node: NodeId) => string;
}

/** Of an answer to an operator, what it says of which change; null for any other one. */
export function changeAnswer(
  { before, after, event, nameOf }: ServedStep, to: NodeId, sequence: number, result: unknown,
): Mark | null {
  const request = event.kind === 'message' ? (event.message as ServerMessage) : null;
  const isAsked =
    request?.kind === 'clientRequest' &&
    request.sequence === sequence &&
    event.kind === 'message' &&
    event.from === to &&
    isChange(request.operation);
  const waiting = before.changing?.find((one) => one.client === to && one.sequence === sequence);
  const asked: Change | undefined = waiting?.change ?? (isAsked ? (request.operation as Change) : undefined);
  if (asked === undefined) return null;
  const wish = `${asked.kind}(${asked.kind === 'replaceServers' ? told(asked) : nameOf(asked.server)})`;
  const says =
    result === true ? `tells ${nameOf(to)} that ${wish} is done` : `tells ${nameOf(to)} that it has given up ${wish}`;
  const askedAt = waiting?.askedAt ?? before.raft.persistent.log.lastIndex;
  const against =
    result === true && after.raft.commitIndex <= askedAt
      ? `no entry behind ${askedAt}, where its log ended when it was asked, is committed: an old leader tells what was (section 8)`
      : null;
  return marked('answer', [places.whenItIsSo, places.pursued], says, against, { client: to, sequence });
}
