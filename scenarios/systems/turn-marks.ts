/**
 * Whose turn it is, of clients with several operations in flight (dissertation 6.3; core/client-order.ts): what a leader
 * took into its log and what it held, and against which rule.
 */
import type { Command } from '../../core/kv/command.ts';
import type { EarlyRequest } from '../../core/client-order.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Mark } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { marked, type ServerStep } from './mark.ts';

/** Empty where clients have one operation in flight, and at who does not lead: that one sends its clients away. */
export function turnMarks(step: ServerStep): readonly Mark[] {
  const { before, after } = step;
  if (before.raft.role.kind !== 'leader') return [];
  return [...asked(step).flatMap((one) => takenMarks(step, one)), ...heldMarks(before, after, step)];
}

/** What may be taken in this step: what comes, or what was held until its turn came. */
function asked({ before, event }: ServerStep): readonly EarlyRequest[] {
  if (event.kind === 'timer') return event.timer === 'turn' ? (before.early ?? []) : [];
  const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
  return message?.kind === 'clientRequest' && message.unanswered !== undefined && event.kind === 'message'
    ? [{ client: event.from, request: message }]
    : [];
}

/**
 * Up to where all commands of the client are in the log, or done: executed here, waiting here to be, or known to the
 * client, which says of which it has had no answer.
 */
function knownUpTo({ machine, waiting }: Server, { client, request: { unanswered } }: EarlyRequest): number {
  const own = waiting.flatMap((one) => (one.client === client ? [one.sequence] : []));
  return Math.max(machine.sessions.byClient.get(client)?.sequence ?? 0, (unanswered ?? 1) - 1, ...own);
}

const textOf = ({ client, request: { sequence } }: EarlyRequest, { nameOf }: ServerStep): string =>
  `command ${sequence} of ${nameOf(client)}`;
const aboutOf = ({ client, request: { sequence } }: EarlyRequest) => ({ client, sequence });
const at = [places.isInTurn, places.withOrder];

/** It is in the log now, in which it was not. */
function takenMarks(step: ServerStep, one: EarlyRequest): readonly Mark[] {
  const { before, after } = step;
  const { log } = after.raft.persistent;
  // A snapshot may have taken its place within the step.
  if (log.lastIndex <= Math.max(before.raft.persistent.log.lastIndex, log.baseIndex)) return [];
  const last = log.at(log.lastIndex).command as Command | null;
  if (last?.client !== one.client || last.sequence !== one.request.sequence) return [];
  const known = knownUpTo(before, one);
  const isInTurn = last.sequence <= known + 1;
  return [
    marked(
      'turn', at, `takes ${textOf(one, step)}${isInTurn ? ' in its turn' : ''}`,
      isInTurn
        ? null
        : `command ${known + 1} is not in its log, nor known to its client to be done: they are taken in their order (6.3)`,
      aboutOf(one),
    ),
  ];
}

/** It waits for one before it; who is in turn waits for none. */
function heldMarks(before: Server, after: Server, step: ServerStep): readonly Mark[] {
  const isOf = (one: EarlyRequest, other: EarlyRequest): boolean =>
    one.client === other.client && one.request.sequence === other.request.sequence;
  return (after.early ?? [])
    .filter((one) => !(before.early ?? []).some((other) => isOf(one, other)))
    .map((one) => {
      const known = knownUpTo(before, one);
      return marked(
        'turn', at, `holds ${textOf(one, step)} until command ${one.request.sequence - 1} is in its log`,
        known < one.request.sequence - 1
          ? null
          : `up to ${known} all are in its log, or their client has the answers: it is the turn of this one (6.3)`,
        aboutOf(one),
      );
    });
}
