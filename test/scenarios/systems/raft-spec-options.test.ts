/**
 * How strict the specification is with what the dissertation adds: steps of our own Raft with all options on, each
 * changed in one field of what a server keeps for its options, or of what it sends. What is accepted all the same is
 * listed, with the freedom that allows it; all else is refused.
 */
import { expect, test } from 'vitest';
import type { AnySpecMessage, OptionMessage } from '../../../checkers/spec/option-message.ts';
import type { Rounds, SpecServer, WaitingRead } from '../../../checkers/spec/server.ts';
import { StepJudge, type SpecStep } from '../../../checkers/spec/step.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { run } from '../../../harness/run.ts';
import { tellingSteps } from '../../../harness/world/spec-steps.ts';
import { swarm } from '../../../scenarios/swarm.ts';

const options = {
  preVote: true, checkQuorum: true, reads: ['index', 'log', 'lease'], clockDriftPer1000: 250, transfer: true,
  snapshotChunkBytes: 16, maxRaftState: 400,
} as const;

/** What leaves no room for the options, or draws other operations. */
const apart = ['members', 'clientWindow', 'pipelined', 'versions'];

/** Plans of the swarm with all options on, and a leader that is asked to hand over again and again. */
function withAllOptions(drawn: Plan): Plan {
  const handOvers = Array.from({ length: 6 }, (_, at) => ({
    kind: 'handOver', fromUs: 300_000 * (at + 1), untilUs: 300_000 * (at + 1) + 250_000, nodes: 'leader', by: 1,
  })) as unknown as Plan['faults'];
  // Leases were not drawn with them: clocks keep within no bound.
  const faults = drawn.faults.filter(({ kind }) => !kind.startsWith('clock'));
  return { ...drawn, settings: { ...(drawn.settings as object), ...options }, faults: [...faults, ...handOvers] };
}

const plans: readonly Plan[] = Array.from({ length: 30 }, (_, at) => swarm.draw(31 + at))
  .filter(({ servers, settings }) => servers > 1 && !apart.some((name) => name in (settings as object)))
  .slice(0, 6)
  .map(withAllOptions);

type Changed = readonly [what: string, step: SpecStep];

/** Every single change of a field that an option has. */
function* changes(step: SpecStep): Generator<Changed> {
  const { after } = step;
  if (after.role === 'follower') yield* changesOfFollowers(step);
  if (after.role === 'leader') yield* changesOfLeaders(step);
  yield* changedMessages(step);
}

const withAfter = (step: SpecStep, more: Partial<SpecServer>): SpecStep => ({
  ...step, after: { ...step.after, ...more },
});

function* changesOfFollowers(step: SpecStep): Generator<Changed> {
  const { id, hearsLeader, preVotes } = step.after;
  yield ['hearsLeader', withAfter(step, { hearsLeader: hearsLeader !== true })];
  yield ['preVotes, whether it asks', withAfter(step, { preVotes: preVotes === null ? [id] : null })];
  if (preVotes == null) return;
  const another = [0, 1, 2, 3, 4, 5, 6].find((one) => !preVotes.includes(one))!;
  yield ['preVotes, one more', withAfter(step, { preVotes: [...preVotes, another] })];
  if (preVotes.length > 1) yield ['preVotes, one less', withAfter(step, { preVotes: preVotes.slice(0, -1) })];
}

function* changesOfLeaders(step: SpecStep): Generator<Changed> {
  const { id, rounds, transferTo, matchIndex, commitIndex } = step.after;
  const { begun, answered, reads } = rounds!;
  const of = (what: string, more: Partial<Rounds>): Changed => [
    what, withAfter(step, { rounds: { ...rounds!, ...more } }),
  ];
  for (const by of [-1, 1]) {
    yield of(`begun ${by}`, { begun: begun + by });
    for (const peer of answered.keys())
      if (peer !== id) yield of(`answered ${by}`, { answered: answered.with(peer, answered[peer]! + by) });
  }
  yield of('a read out of nothing', { reads: [...reads, { read: 'x', by: id, index: commitIndex, round: begun }] });
  if (reads.length > 0) {
    yield of('a read dropped', { reads: reads.slice(1) });
    for (const [field, value] of Object.entries(reads[0]!) as [keyof WaitingRead, unknown][])
      if (typeof value === 'number')
        for (const by of [-1, 1])
          yield of(`a read's ${field} ${by}`, { reads: reads.with(0, { ...reads[0]!, [field]: value + by }) });
  }
  const next = (server: number): number => (server + 1) % matchIndex.length;
  yield ['transferTo, whether', withAfter(step, { transferTo: transferTo === null ? next(id) : null })];
  if (transferTo != null) yield ['transferTo, to whom', withAfter(step, { transferTo: next(transferTo) })];
}

const unsent: readonly (Pick<OptionMessage, 'kind'> & Readonly<Record<string, unknown>>)[] = [
  { kind: 'TimeoutNow' }, { kind: 'HeartbeatResponse', round: 1 }, { kind: 'PreVoteResponse', voteGranted: true },
  { kind: 'ReadIndexResponse', read: 'x', index: 0 }, { kind: 'InstallChunkResponse' },
  { kind: 'HeartbeatRequest', round: 0 }, { kind: 'PreVoteRequest', lastLogIndex: 0, lastLogTerm: 0 },
];

function* changedMessages(step: SpecStep): Generator<Changed> {
  const { sent, after } = step;
  for (const [at, message] of sent.entries()) {
    if (/^(RequestVoteR|AppendE|InstallS)/.test(message.kind) && !('isWished' in message)) continue;
    const other = (what: string, more: object): Changed => [
      `${message.kind}, ${what}`, { ...step, sent: sent.with(at, { ...message, ...more } as AnySpecMessage) },
    ];
    for (const [field, value] of Object.entries(message) as [string, unknown][]) {
      if (typeof value === 'boolean') yield other(field, { [field]: !value });
      if (typeof value === 'number') for (const by of [-1, 1]) yield other(`${field} ${by}`, { [field]: value + by });
    }
    if (message.kind.endsWith('Response')) yield [`${message.kind}, twice`, { ...step, sent: [...sent, message] }];
  }
  for (const letter of unsent) {
    const dest = after.id === 0 ? 1 : 0;
    const one = { ...letter, term: after.currentTerm, source: after.id, dest } as unknown as AnySpecMessage;
    yield [`${letter.kind}, out of nothing`, { ...step, sent: [...sent, one] }];
  }
}

/** What may be accepted, and why. */
const freedoms: Readonly<Record<string, string>> = {
  'hearsLeader': 'a timer says when the least election timeout is over',
  'preVotes, whether it asks': 'a timer lets a server ask, or not',
  'preVotes, one more': 'a timer lets a server ask anew, or go on',
  'preVotes, one less': 'the grant could have been lost',
  'begun 1': 'a round begins at any time',
  'begun -1': 'a round that begins could have begun later',
  'answered -1': 'the answer could have been lost',
  'a read dropped': 'a read that is asked may go another way',
  'a read out of nothing': 'who asks may ask for two',
  "a read's round 1": 'a read may wait for a later round',
  'transferTo, whether': 'a leader may hand over when it is asked, and give up at a timer',
  'HeartbeatRequest, dest -1': 'a round goes to anybody',
  'HeartbeatRequest, dest 1': 'a round goes to anybody',
  'PreVoteRequest, dest -1': 'anybody may be asked',
  'PreVoteRequest, dest 1': 'anybody may be asked',
  'ReadIndexRequest, dest -1': 'anybody may be asked: who does not lead does not answer',
  'ReadIndexRequest, dest 1': 'anybody may be asked: who does not lead does not answer',
  'ReadIndexResponse, twice': 'a message could have been delivered twice',
  'RequestVoteRequest, isWished': 'who was told to stand need not say so',
  'RequestVoteRequest, dest -1': 'anybody may be asked',
  'RequestVoteRequest, dest 1': 'anybody may be asked',
  'TimeoutNow, out of nothing': 'the heir holds the log, and may be told at any time',
  'InstallChunkRequest, dest -1': 'who lacks a snapshot may be sent it',
  'InstallChunkRequest, dest 1': 'who lacks a snapshot may be sent it',
  'InstallChunkRequest, isDone': 'nobody here knows how long a snapshot is',
  'InstallChunkRequest, lastIncludedIndex -1': 'a leader may go on with any earlier snapshot of its own',
  'InstallChunkRequest, lastIncludedIndex 1': 'a leader may go on with any earlier snapshot of its own',
  'InstallChunkRequest, lastIncludedTerm -1': 'of an earlier snapshot the log has no term any more',
  'InstallChunkRequest, lastIncludedTerm 1': 'of an earlier snapshot the log has no term any more',
};

test('of our own steps with all options on, one thing changed, what is accepted is what is free', () => {
  const tried = new Map<string, { all: number; accepted: number }>();
  for (const plan of plans) {
    const steps: SpecStep[] = [];
    const { verdict } = run(tellingSteps(swarm.system, (step) => steps.push(step)), plan);
    expect(verdict, plan.seed).toEqual({ kind: 'ok' });
    const judge = new StepJudge(swarm.system.specification!(plan)!.options);
    for (const step of steps.slice(0, 2_000)) {
      if (step.isCut === true) continue;
      for (const [what, changed] of changes(step)) {
        const count = tried.get(what) ?? { all: 0, accepted: 0 };
        tried.set(what, count);
        count.all += 1;
        if (judge.judge(changed) === null) count.accepted += 1;
      }
    }
  }
  const accepted = [...tried].filter(([, count]) => count.accepted > 0).map(([what]) => what);
  expect(accepted.filter((what) => freedoms[what] === undefined)).toEqual([]);
  expect(Object.keys(freedoms).filter((what) => !tried.has(what))).toEqual([]);
  const refused = [...tried].filter(([what, count]) => freedoms[what] === undefined && count.all > 0);
  expect(refused.length).toBe(81);
});
