/**
 * What a step of a key/value server or of a clerk did: to Raft (`raft-marks.ts`), to the store and the sessions, and
 * for clients.
 */
import { isVersionedResult } from '../../checkers/versioned-history.ts';
import type { Clerk } from '../../core/kv/clerk.ts';
import type { Command, InSession, Result } from '../../core/kv/command.ts';
import type { PipelinedClerk } from '../../core/kv/pipelined-clerk.ts';
import type { Sessions } from '../../core/kv/sessions.ts';
import type { MachineSnapshot } from '../../core/kv/snapshot.ts';
import type { VersionClerk } from '../../core/kv/version-clerk.ts';
import { isVersioned } from '../../core/kv/versioned.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { Entry } from '../../core/raft/log.ts';
import type { Server, ServerMessage } from '../../core/server.ts';
import type { Mark, ToldStep } from '../../harness/system.ts';
import { places } from './code-places.ts';
import { leaseMarks, promiseAtStart } from './lease-marks.ts';
import { optionMarks } from './option-marks.ts';
import { changeAnswer, goesByMarks, membershipMarks } from './membership-marks.ts';
import { newDiskMarks, newcomerMarks } from './newcomer-marks.ts';
import { pipelinedMarks } from './pipelined-marks.ts';
import { bootMarks, raftMarks } from './raft-marks.ts';
import { handlerOf, marked, messageIn, type RaftChange, type ServerStep } from './mark.ts';
import { readIndexOf, readMarks } from './read-marks.ts';
import { describeOperation } from './raft-kv-story.ts';
import { transferMarks } from './transfer-marks.ts';
import { turnMarks } from './turn-marks.ts';
import { refusalMarks, versionMark, type Execution } from './version-marks.ts';

export function marksOf(step: ToldStep): readonly Mark[] {
  const { before, after, event } = step;
  if (!('raft' in (after as object))) return clerkMarks(step, before as Clerk | null, after as Clerk);
  if (event === null || before === null)
    return startMarks(after as Server);
  const served = step as ServerStep;
  const change: RaftChange = {
    node: step.node, before: served.before.raft, after: served.after.raft, event, effects: step.effects,
    nameOf: step.nameOf,
  };
  return [
    ...raftMarks(change),
    ...optionMarks(change),
    ...leaseMarks(change),
    ...readMarks(served),
    ...transferMarks(served),
    ...membershipMarks(change),
    ...newcomerMarks(served),
    ...turnMarks(served),
    ...proposalMarks(served),
    ...deliveryMarks(served),
    ...executionMarks(served),
    ...snapshotMarks(served),
    ...replyMarks(served),
  ];
}

const startMarks = ({ machine, raft }: Server): readonly Mark[] => [
  ...bootMarks(raft, machine.lastExecuted), ...promiseAtStart(raft), ...newDiskMarks(raft), ...goesByMarks(raft),
];

/** A client's command on its way into the log. */
function proposalMarks({ before, after, event, nameOf }: ServerStep): readonly Mark[] {
  const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
  const { log } = after.raft.persistent;
  const isTurn = event.kind === 'timer' && event.timer === 'turn';
  if (
    (!isTurn && message?.kind !== 'clientRequest') ||
    log === before.raft.persistent.log ||
    log.lastIndex === log.baseIndex
  )
    return [];
  const command = log.at(log.lastIndex).command as Command | null;
  if (command === null || (event.kind === 'message' && command.client !== event.from)) return [];
  return [
    marked(
      'propose',
      [places.onCommand, places.onClient],
      `puts into its log, as entry ${log.lastIndex}, ${commandText(command, nameOf)}`,
      null,
      { index: log.lastIndex, upTo: log.lastIndex, client: command.client, sequence: command.sequence },
    ),
  ];
}

const commandText = ({ client, sequence, operation }: Command, nameOf: ToldStep['nameOf']): string =>
  `command ${sequence} of ${nameOf(client)}, ${describeOperation(operation)}`;

/** Raft hands up what is committed, in order, and the service takes it in that order. */
function deliveryMarks({ before, after }: ServerStep): readonly Mark[] {
  const { channel, machine, raft } = after;
  const marks: Mark[] = [];
  const indexes = channel.map((one) => (one.kind === 'snapshot' ? one.snapshot.lastIncludedIndex : one.index));
  const last = indexes.at(-1) ?? machine.lastExecuted;
  if (
    last !== raft.lastApplied &&
    (last !== (before.channel.length > 0 ? lastOf(before) : before.machine.lastExecuted) ||
      raft.lastApplied !== before.raft.lastApplied)
  ) {
    const isRefused =
      last < raft.lastApplied &&
      channel.length === 0 &&
      before.channel.concat([]).some(({ kind }) => kind === 'snapshot');
    marks.push(
      marked(
        'deliver',
        isRefused ? [places.taken, places.executed] : [places.deliver, places.filled, places.taken],
        `has handed up to the service what is committed up to ${last}, and lastApplied is ${raft.lastApplied}`,
        'lastApplied is the last index that was handed up (Figure 2)',
        { index: last, upTo: raft.lastApplied },
      ),
    );
  }
  if (indexes.some((index, i) => i > 0 && index <= indexes[i - 1]!)) {
    marks.push(
      marked(
        'deliver', [places.filled, places.deliver], `holds for the service ${indexes.join(', ')}`,
        'what is committed is handed up in order (Figure 2)', { index: indexes[0]!, upTo: raft.lastApplied },
      ),
    );
  }
  return marks;
}

function lastOf({ channel, machine }: Server): number {
  const last = channel.at(-1);
  return last === undefined
    ? machine.lastExecuted
    : last.kind === 'snapshot'
      ? last.snapshot.lastIncludedIndex
      : last.index;
}

/** Section 8, and the dissertation, 6.3: each command takes effect once, at every server. */
function executionMarks(step: ServerStep): readonly Mark[] {
  const { before, after, event } = step;
  const from = before.machine.lastExecuted;
  const to = after.machine.lastExecuted;
  if (to < from)
    return [
      marked(
        'execute', [places.executed], `has executed up to ${to}, and had executed up to ${from}`,
        'the service never goes back (Figure 2)', { index: to, upTo: from },
      ),
    ];
  const executed: { readonly index: number; readonly command: Command | null }[] = [];
  for (let index = from + 1; index <= to; index++) {
    const entry = entryOf(step, index);
    if (entry !== undefined) executed.push({ index, command: entry.command as Command | null });
  }
  const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
  const isRestored =
    message?.kind === 'installSnapshot' ||
    message?.kind === 'installChunk' ||
    before.channel.some(({ kind }) => kind === 'snapshot');
  if (to > from && isRestored)
    return [
      marked(
        'execute', [places.installSnapshot, places.executed],
        `takes the state from a snapshot, and has executed up to ${to}`, null, { index: from + 1, upTo: to },
      ),
    ];
  // What a snapshot has taken the place of within the step may be of any client and any key.
  const areAll = executed.length === to - from;
  const numbers = new Map<number, number>();
  return executed.map(({ index, command }) => {
    if (command === null)
      return marked('execute', [places.apply, places.executed], `executes entry ${index}, a no-op`, null, {
        index, upTo: index,
      });
    const { client, sequence, operation: { key } } = command;
    if (command.inSession !== undefined) return sessionMark(step, index, command, command.inSession);
    if (isVersioned(command.operation))
      return versionedMark(step, index, { ...command, operation: command.operation }, executed);
    const known = numbers.get(client) ?? before.machine.sessions.byClient.get(client)?.sequence ?? 0;
    numbers.set(client, Math.max(known, sequence));
    const others = executed.filter((one) => one.index !== index && one.command !== null);
    return executionMark(step, index, command, {
      known,
      isLastOfClient: areAll && !others.some((one) => one.command!.client === client && one.index > index),
      isOnlyOfKey: areAll && !others.some((one) => one.command!.operation.key === key),
    });
  });
}

const versionedMark = (
  { before, after, nameOf }: ServerStep, index: number, command: Execution['command'],
  executed: readonly { readonly index: number; readonly command: Command | null }[],
): Mark =>
  versionMark({
    before: before.machine,
    after: after.machine,
    index,
    command,
    text: commandText(command, nameOf),
    isOnlyOfKey: !executed.some((one) => one.index !== index && one.command?.operation.key === command.operation.key),
  });

/**
 * Where the entry is still held: a snapshot may have taken its place within the step. What came with the message goes
 * before what the log had there, which may have been cut off (swarm seed 629).
 */
function entryOf({ before, after, event }: ServerStep, index: number): Entry | undefined {
  const queued = before.channel.find((delivery) => delivery.kind === 'entry' && delivery.index === index);
  if (queued?.kind === 'entry') return queued.entry;
  const message = event.kind === 'message' ? (event.message as ServerMessage) : null;
  const sent = message?.kind === 'appendEntries' ? message.entries[index - message.prevLogIndex - 1] : undefined;
  return heldIn(after, index) ?? sent ?? heldIn(before, index);
}

const heldIn = ({ raft: { persistent: { log } } }: Server, index: number): Entry | undefined =>
  index > log.baseIndex && index <= log.lastIndex ? log.at(index) : undefined;

/**
 * Dissertation, 6.3: an entry of a session that may expire. What it leaves of the session is compared, and nothing
 * else.
 */
function sessionMark(
  { after, nameOf }: ServerStep, index: number, { client, sequence }: Command,
  { session, timeUs, activeSinceUs }: InSession,
): Mark {
  const held = after.machine.sessions.byClient.get(client);
  const state =
    held?.began === undefined
      ? 'it has no session'
      : `its session of entry ${held.began.id} stands at ${held.sequence} and was active at ${held.began.activeUs}`;
  return marked(
    'execute',
    ['core/kv/expiry.ts applyInSession', 'core/kv/expiry.ts withoutExpired', places.apply],
    `executes entry ${index} of time ${timeUs}, for which sessions must be active since ${activeSinceUs}: ${session === 0 ? `${nameOf(client)} asks for a session` : `command ${sequence} of ${nameOf(client)} in session ${session}`}; ${state}`,
    held?.began !== undefined && held.began.activeUs < activeSinceUs
      ? 'a session that was not active since then has ended (6.3)'
      : null,
    { index, upTo: index, client, sequence },
  );
}

interface Among {
  /** The number in the client's session in front of it, as the commands before it in the step leave it. */
  readonly known: number;
  /** Of the commands that the step executes: whether what it leaves can be seen. */
  readonly isLastOfClient: boolean;
  readonly isOnlyOfKey: boolean;
}

function executionMark(
  { before, after, nameOf }: ServerStep, index: number, command: Command, { known, isLastOfClient, isOnlyOfKey }: Among,
): Mark {
  const { client, sequence, operation } = command;
  const isAgain = sequence <= known;
  const session = after.machine.sessions.byClient.get(client)?.sequence ?? 0;
  const value = after.machine.store.values.get(operation.key);
  const hasWritten = isOnlyOfKey && before.machine.store.values.get(operation.key) !== value;
  const who = nameOf(client);
  const numbers =
    isLastOfClient && session !== known
      ? `the session of ${who} goes from ${known} to ${session}`
      : `the session of ${who} stood at ${known}`;
  const says = `executes entry ${index}${isAgain ? ' again' : ''}, ${commandText(command, nameOf)}; ${numbers}${isAgain && hasWritten ? ', and the store changes' : ''}`;
  const about = { index, upTo: index, client, sequence };
  const guard = [places.wasExecuted, places.apply, places.executed];
  if (isAgain && (hasWritten || (isLastOfClient && session !== known))) {
    return marked(
      'execute', guard, says, `command ${sequence} is not above ${known}: a repetition, it must change nothing (8)`,
      about,
    );
  }
  if (!isAgain && isLastOfClient && session !== sequence) {
    return marked(
      'execute', [places.executed, places.apply, places.wasExecuted], says,
      `every server keeps the number of a client's last command, ${sequence} (8)`, about,
    );
  }
  const mustWrite =
    operation.kind === 'put'
      ? value !== operation.value
      : operation.kind === 'append' && operation.value !== '' && !hasWritten;
  if (!isAgain && isOnlyOfKey && mustWrite) {
    return marked(
      'execute',
      [places.executed, places.apply, places.execute],
      says,
      `the command must take effect, and ${operation.key} holds ${JSON.stringify(value ?? null)}`,
      about,
    );
  }
  return marked('execute', guard, says, null, about);
}

/** Lab 3B: a snapshot is the state of the service at its index, sessions included. */
function snapshotMarks({ before, after, event }: ServerStep): readonly Mark[] {
  const { snapshot } = after.raft.persistent;
  const { machine } = after;
  if (
    snapshot === null ||
    snapshot === before.raft.persistent.snapshot ||
    snapshot.lastIncludedIndex < before.machine.lastExecuted
  )
    return [];
  const { store, sessions } = snapshot.data as MachineSnapshot;
  const index = snapshot.lastIncludedIndex;
  const about = { index, upTo: index };
  if (event.kind === 'message' && messageIn(event)?.kind === 'installSnapshot') return [];
  if (index > machine.lastExecuted && store === machine.store) {
    return [
      marked(
        'snapshot', [places.compacted, places.compact],
        `labels the state at ${machine.lastExecuted} as that of ${index}`, 'a snapshot is the state at its index (7)',
        about,
      ),
    ];
  }
  if (index !== machine.lastExecuted) return [];
  const says = `takes a snapshot of the service at ${index}`;
  if (sessions.byClient.size !== machine.sessions.byClient.size) {
    return [
      marked(
        'snapshot',
        [places.takeSnapshot, places.compacted],
        `${says}, with ${sessions.byClient.size} of its ${machine.sessions.byClient.size} sessions`,
        'the sessions are part of the state (8)',
        about,
      ),
    ];
  }
  const [kept, held] = [answersIn(sessions), answersIn(machine.sessions)];
  if (kept !== held)
    return [
      marked(
        'snapshot',
        [places.takeSnapshot, places.compacted],
        `${says}, with ${kept} of the ${held} answers in its sessions`,
        'the sessions are part of the state (6.3)',
        about,
      ),
    ];
  return [marked('snapshot', [places.takeSnapshot, places.compacted], says, null, about)];
}

function answersIn({ byClient }: Sessions): number {
  let answers = 0;
  byClient.forEach(({ earlier = [] }) => void (answers += 1 + earlier.length));
  return answers;
}

/** Lab 3A: an answer says what the command gave, when it is committed and executed. */
function replyMarks(step: ServerStep): readonly Mark[] {
  const marks: Mark[] = [];
  for (const effect of step.effects) {
    if (effect.kind !== 'send') continue;
    const reply = effect.message as ServerMessage;
    if (reply.kind !== 'clientReply' || reply.outcome.kind !== 'done') continue;
    const { to } = effect;
    const { sequence, outcome } = reply;
    const change = changeAnswer(step, to, sequence, outcome.result);
    if (change !== null) {
      marks.push(change);
      continue;
    }
    const index = readIndexOf(step, to, sequence);
    const { result } = outcome;
    marks.push(
      index === null ? replyMark(step, to, sequence, result) : readReply(step, to, sequence, index, result),
    );
  }
  return marks;
}

function replyMark(
  { before, after, event, nameOf }: ServerStep, to: NodeId, sequence: number, given: Result,
): Mark {
  const session = after.machine.sessions.byClient.get(to);
  const result = JSON.stringify(given);
  const at =
    event.kind === 'message' &&
    (event.message as ServerMessage).kind === 'clientRequest' &&
    before.machine === after.machine
      ? [places.onClient]
      : [places.answered, places.taken];
  const kept = session?.sequence === sequence ? session : session?.earlier?.find((one) => one.sequence === sequence);
  // What has a version is kept by no session.
  // A session that may end may have done so within the step, behind what it is answered for (6.3; swarm seed 583).
  const mayHaveEnded = session === undefined && after.config.sessionExpiryUs !== undefined;
  const against = isVersionedResult(given) || mayHaveEnded
    ? null
    : session === undefined || session.sequence < sequence
      ? `it has executed no command ${sequence} of ${nameOf(to)} (8)`
      : kept !== undefined && kept.result !== given
        ? `the command gave ${JSON.stringify(kept.result)} (8)`
        : null;
  return marked('answer', at, `tells ${nameOf(to)} that its command ${sequence} gave ${result}`, against, {
    client: to, sequence,
  });
}

/** Dissertation, 6.4, steps 4 and 5: a read around the log is executed by nobody; Read Is Fresh judges its result. */
function readReply({ after, nameOf }: ServerStep, to: NodeId, sequence: number, index: number, given: Result): Mark {
  const { lastExecuted } = after.machine;
  return marked(
    'answer',
    [places.servedReads],
    `tells ${nameOf(to)} that its command ${sequence}, a read at index ${index}, gave ${JSON.stringify(given)}`,
    lastExecuted < index ? `it has executed up to ${lastExecuted} only (6.4, step 4)` : null,
    { client: to, sequence },
  );
}

function clerkMarks(
  step: ToldStep, before: Clerk | null, { sequence, pending, target }: Clerk,
): readonly Mark[] {
  const { node, event, nameOf } = step;
  if (event === null || before === null) return [];
  if ('inFlight' in before)
    return pipelinedMarks(step, before as PipelinedClerk, sequence, target);
  const about = { client: node, sequence };
  if (pending !== null && before.pending?.id === pending.id) {
    if (sequence !== before.sequence) {
      return [
        marked(
          'ask',
          [places.ask, handlerOf(event)],
          `asks ${nameOf(target)} again, as command ${sequence}, for what was command ${before.sequence}: ${describeOperation(pending.operation)}`,
          'a repetition keeps its number (8)',
          about,
        ),
      ];
    }
    const isSent = 'attempts' in before && step.effects.some(({ kind }) => kind === 'send');
    return event.kind === 'timer' || isSent
      ? [
          marked(
            'ask',
            [places.ask],
            `asks ${nameOf(target)} again, command ${sequence}: ${describeOperation(pending.operation)}`,
            null,
            about,
          ),
        ]
      : [];
  }
  if (pending !== null) {
    const givenUp = before.pending === null ? '' : `, and gives up its command ${before.sequence}`;
    return [
      marked(
        'ask',
        [places.onRequest, places.ask],
        `asks ${nameOf(target)}, as command ${sequence}, for ${describeOperation(pending.operation)}${givenUp}`,
        null,
        about,
      ),
    ];
  }
  if ('attempts' in before) return refusalMarks(before as VersionClerk, step.effects, about);
  if (before.pending !== null)
    return [
      marked(
        'told',
        [places.onReply],
        `is told the result of its command ${sequence}, ${describeOperation(before.pending.operation)}`,
        null,
        about,
      ),
    ];
  return [];
}
