/**
 * Known bugs, planted around the very same processes, are found by exhaustive search, each by a shortest
 * run, with the reduction and without it; and the reduction notices code that it does not fit.
 */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../core/protocol.ts';
import { noSessions } from '../../../core/kv/sessions.ts';
import type { MachineSnapshot } from '../../../core/kv/snapshot.ts';
import { Log } from '../../../core/raft/log.ts';
import type { Write } from '../../../core/raft/write.ts';
import type { Persistent } from '../../../core/raft/state.ts';
import type { Server, ServerMessage } from '../../../core/server.ts';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { fillIn, type ParameterValues } from '../../../harness/explore/parameters.ts';
import { run } from '../../../harness/run.ts';
import type { AnyProcess, System } from '../../../harness/system.ts';
import { definition, raftKvModel } from '../../../scenarios/protocols/raft-kv.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';

const clock = (): number => 0;
type Wrap = (process: AnyProcess) => AnyProcess;
const modelOf = (given: ParameterValues, wrap: Wrap) => raftKvModel(fillIn(definition.parameters, given), wrap);
const search = (given: ParameterValues, wrap: Wrap) => breadthFirst(modelOf(given, wrap), { clock });

type ServerEvent = Event<ServerMessage, never>;

/** A server that reads its messages otherwise. */
const hearing =
  (change: (server: Server, message: ServerMessage, from: number) => ServerMessage) =>
  (process: AnyProcess): AnyProcess => ({
    ...process,
    step: (state, event) =>
      process.step(
        state,
        event.kind !== 'message'
          ? event
          : {
              ...event,
              message: change(
                state as Server, (event as Extract<ServerEvent, { kind: 'message' }>).message, event.from,
              ),
            },
      ),
  });

const withPersistent = (server: Server, change: Partial<Persistent>): Server => ({
  ...server, raft: { ...server.raft, persistent: { ...server.raft.persistent, ...change } },
});

/** E01. */
const votesTwice = (process: AnyProcess): AnyProcess => ({
  ...process,
  step: (state, event) => {
    const message = event.kind === 'message' ? event.message as ServerMessage : null;
    const server = state as Server;
    const isFollower = server.raft.role.kind === 'follower';
    return process.step(
      message?.kind === 'requestVote' && isFollower ? withPersistent(server, { votedFor: null }) : state,
      event,
    );
  },
});

/** E02. */
const electsAnybody = hearing((_, message) =>
  message.kind === 'requestVote' ? { ...message, lastLogTerm: 99, lastLogIndex: 99 } : message,
);

/** A leader takes a refusal for an acknowledgement. */
const takesRefusals = hearing((_, message) =>
  message.kind === 'appendEntriesReply' ? { ...message, success: true } : message,
);

/** P05. */
const forgetsVotes = (process: AnyProcess): AnyProcess => ({
  ...process, boot: (durable) => process.boot({ ...(durable as Persistent), votedFor: null }),
});

/** A disk that takes the term and the vote, and loses entries. */
const losesEntries = (process: AnyProcess): AnyProcess => ({
  ...process,
  write: (durable, write) => ((write as Write).kind === 'append' ? durable : process.write(durable, write)),
});

/** Grants to everybody without keeping it: its own state tells nothing. */
const grantsUnkept = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    const message = event.kind === 'message' ? event.message as ServerMessage : null;
    const { raft } = state as Server;
    if (
      event.kind !== 'message' ||
      message?.kind !== 'requestVote' ||
      message.term !== raft.persistent.currentTerm ||
      raft.role.kind !== 'follower'
    )
      return process.step(state, event);
    return {
      state,
      effects: [
        { kind: 'send', to: event.from, message: { kind: 'requestVoteReply', term: message.term, voteGranted: true } },
      ],
    };
  },
});

/** R01. */
const staleReads = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    const { raft, machine } = state as Server;
    const message = event.kind === 'message' ? event.message as ServerMessage : null;
    if (
      event.kind !== 'message' ||
      message?.kind !== 'clientRequest' ||
      message.operation.kind !== 'get' ||
      raft.role.kind !== 'leader'
    )
      return process.step(state, event);
    const result = machine.store.values.get(message.operation.key) ?? '';
    return {
      state,
      effects: [
        {
          kind: 'send',
          to: event.from,
          message: { kind: 'clientReply', sequence: message.sequence, outcome: { kind: 'done', result } },
        },
      ],
    };
  },
});

/** A leader tells an operator at once that a change is done. */
const tellsAtOnce = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    const message = event.kind === 'message' ? event.message as ServerMessage : null;
    const isAsked = message?.kind === 'clientRequest' && message.operation.kind === 'removeServer';
    if (event.kind !== 'message' || !isAsked || (state as Server).raft.role.kind !== 'leader')
      return process.step(state, event);
    const outcome = { kind: 'done', result: true } as const;
    return {
      state,
      effects: [
        { kind: 'send', to: event.from, message: { kind: 'clientReply', sequence: message.sequence, outcome } },
      ],
    };
  },
});

/** K: a snapshot without the sessions. */
const installsWithoutSessions = hearing((_, message) =>
  message.kind !== 'installSnapshot'
    ? message
    : {
        ...message,
        snapshot: {
          ...message.snapshot, data: { ...(message.snapshot.data as MachineSnapshot), sessions: noSessions },
        },
      },
);

/** S: a snapshot is installed and the log behind it is kept from nothing. */
const forgetsLogAtBoot = (process: AnyProcess): AnyProcess => ({
  ...process,
  boot: (durable) =>
    process.boot({
      ...(durable as Persistent),
      log: (durable as Persistent).snapshot === null ? Log.empty : (durable as Persistent).log,
    }),
});

/** A server that takes an answer to an older term for one to the present. */
const takesStaleReplies = hearing(({ raft }, message) =>
  message.kind === 'appendEntriesReply' && message.term < raft.persistent.currentTerm
    ? { ...message, term: raft.persistent.currentTerm }
    : message,
);

/** Throws when it is asked for a vote as a leader. */
const throws = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    const { role } = (state as Server).raft;
    if (event.kind === 'message' && (event.message as ServerMessage).kind === 'requestVote' && role.kind === 'leader')
      throw new RangeError('a leader was asked');
    return process.step(state, event);
  },
});

/** The same servers in the simulator. */
const simulated = (wrap: Wrap): System => ({
  ...raftKv,
  processes: (plan) => raftKv.processes(plan).map((process, node) => (node < plan.servers ? wrap(process) : process)),
});

/** What breaks first there, when it has another name. */
const inSimulator: Readonly<Record<string, string>> = {
  'no step throws': 'No Exception', 'Equal Replicas': 'Snapshot Equals Prefix',
};

const noClients = { clients: 0, 'max-term': 1, 'max-log': 1, 'max-crashes': 0 };
const cases = [
  ['a vote for each who asks', votesTwice, noClients, 'One Vote Per Term', 4],
  ['votes that are granted and not kept', grantsUnkept, noClients, 'One Vote Per Term', 4],
  [
    'no election restriction', electsAnybody, { ...noClients, 'max-term': 2, 'max-log': 2 },
    'Step Of The Specification', 5,
  ],
  [
    'a refusal is taken for an acknowledgement', takesRefusals,
    { ...noClients, 'max-term': 2, 'max-log': 2, 'max-raft-state': -1 }, 'Match Index Is Durable', 9,
  ],
  ['a vote is forgotten by a restart', forgetsVotes, { ...noClients, 'max-crashes': 1 }, 'Persist Before Send', 2],
  ['entries are not written', losesEntries, noClients, 'Persist Before Send', 3],
  [
    'the log is forgotten by a restart', forgetsLogAtBoot, { ...noClients, 'max-crashes': 1, 'max-raft-state': -1 },
    'Persist Before Send', 4,
  ],
  [
    'reads from a leader that may be deposed', staleReads,
    { clients: 2, 'max-term': 1, 'max-log': 3, 'max-crashes': 0, 'max-raft-state': -1 }, 'Acknowledged Is Committed', 5,
  ],
  [
    'a snapshot without sessions', installsWithoutSessions,
    { clients: 1, 'max-term': 1, 'max-log': 2, 'max-crashes': 0, 'max-raft-state': 40 }, 'Equal Replicas', 8,
  ],
  [
    'a change that is told to be done and is not', tellsAtOnce,
    {
      servers: 2, clients: 0, members: 2, removals: 1, 'max-term': 1, 'max-log': 2, 'max-crashes': 0,
      'max-raft-state': -1,
    },
    'Acknowledged Change Is Committed', 5,
  ],
  ['a step that throws', throws, noClients, 'no step throws', 5],
] as const;

describe.each(cases)('%s', (_, wrap, given, property, actions) => {
  it(`${property}, after ${actions} actions`, async () => {
    const model = modelOf(given, wrap);
    const result = await breadthFirst(model, { clock });
    const broken = result.properties.filter(({ verdict }) => verdict === 'violated');
    expect(broken.map(({ name, path }) => [name, path?.actions.length])).toContainEqual([property, actions]);
    const path = broken.find(({ name }) => name === property)!.path!;
    const whole = model.unfold!(path);
    // The whole run breaks the same, in a world that takes no step unseen; and every letter in it was sent.
    if (property === 'no step throws') expect(whole.states.length).toBe(whole.actions.length);
    else expect(whole.states.at(-1)!.problem?.property).toBe(property);
    expect(whole.actions.length).toBeGreaterThanOrEqual(path.actions.length);
    // As a plan the simulator breaks on it too, in its last step.
    const plan = model.planOf!(path, property)!;
    const { verdict } = run(simulated(wrap), plan);
    expect(verdict).toMatchObject({ kind: 'violation', property: inSimulator[property] ?? property });
  });
});

describe('without the reduction', () => {
  it.each(cases.filter(([name]) => !name.startsWith('a snapshot') && !name.startsWith('reads')))(
    '%s: found as well',
    async (_name, wrap, given, property) => {
      const result = await search({ ...given, plain: true }, wrap);
      expect(result.properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)).toContain(
        property,
      );
    },
  );
});

describe('the reduction is held against the code', () => {
  it('replies that are taken although their term is over: said as a violation, not passed over', async () => {
    const result = await search({ ...noClients, 'max-term': 2, 'max-log': 2, 'max-raft-state': -1 }, takesStaleReplies);
    const claims = result.properties.find(({ name }) => name === 'Dead Letters Stay Dead')!;
    expect(claims.verdict).toBe('violated');
    expect(claims.detail).toMatch(/AppendEntries reply term 1.* should be ignored and is not/);
  });
});
