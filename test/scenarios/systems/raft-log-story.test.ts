/** Raft alone, as reports tell it: its steps have words, marks and places as those of Raft under its store have. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logServerProcess, type LogServer } from '../../../core/log-server.ts';
import type { Effect, Event } from '../../../core/protocol.ts';
import { buildReport } from '../../../harness/report/report.ts';
import { reportText } from '../../../harness/report/terminal.ts';
import { drawPlan } from '../../../harness/campaign/draw.ts';
import type { AnyEvent, AnyProcess, Mark, System, ToldStep } from '../../../harness/system.ts';
import { registry } from '../../../scenarios/registry.ts';
import { mustHappen } from '../../../scenarios/systems/raft-kv-witnesses.ts';
import { places, placeAlone } from '../../../scenarios/systems/code-places.ts';
import { raft } from '../../../scenarios/systems/raft.ts';

const config = {
  id: 0, clusterSize: 1, electionTimeoutUs: { min: 1, max: 2 }, heartbeatUs: 1, entriesPerMessageMax: 4,
  noopOnElection: false, snapshotEvery: 0,
};
const server = logServerProcess(config);
const told = (
  before: LogServer | null, after: LogServer, event: AnyEvent | null,
  effects: readonly Effect<unknown, unknown, unknown>[],
): ToldStep => ({ node: 0, before, after, event, effects, nameOf: (node) => `n${node}` });
const after = (before: LogServer, event: Event<never, never>): readonly [LogServer, ToldStep] => {
  const { state, effects } = server.step(before, event);
  return [state, told(before, state, event as AnyEvent, effects)];
};
const start = { kind: 'request', id: 1, request: { kind: 'start', command: 'x' } } as never;
const briefly = (marks: readonly Mark[]) => marks.map(({ kind, says, at, against }) => [kind, says, at[0], against]);

describe('a server of Raft alone', () => {
  const boot = server.boot(server.blank);
  const [leader, election] = after(boot.state, { kind: 'timer', timer: 'election' });
  const [, proposal] = after(leader, start);
  const [, refused] = after(boot.state, start);

  test('starts, is elected, takes a command, commits and applies it: each with its place', () => {
    expect(briefly(raft.marksOf!(told(null, boot.state, null, boot.effects)))).toEqual([
      ['start', 'starts in term 0 with no vote, a log from 0 to 0, and has executed up to 0', places.recover, null],
    ]);
    expect(briefly(raft.marksOf!(election)).map(([kind]) => kind)).toEqual(['term', 'election', 'persist']);
    const marks = briefly(raft.marksOf!(proposal));
    expect(marks).toContainEqual([
      'propose', 'puts into its log, as entry 1 of term 1, start("x")', places.onStart, null,
    ]);
    expect(marks).toContainEqual([
      'commit', 'commits entry 1 of term 1 as leader of term 1; it counts n0', places.advanceCommitIndex, null,
    ]);
    expect(marks).toContainEqual(['execute', 'applies entry 1', places.deliver, null]);
    expect(marks).toContainEqual(['persist', 'writes append', places.logSettle, null]);
    expect(briefly(raft.marksOf!(refused))).toEqual([]);
  });

  test('its steps have words, and nothing that it says stands in the key/value server', () => {
    expect([raft.tellStep!(proposal)?.text, raft.tellStep!(refused)?.text]).toEqual([
      'has log entries up to 1/1; commits up to 1; is given start("x"), as entry 1 of term 1',
      'is given start("x"), and does not lead',
    ]);
    const steps = [told(null, boot.state, null, boot.effects), election, proposal];
    expect(
      steps
        .flatMap((step) => raft.marksOf!(step))
        .flatMap(({ at }) => at)
        .filter((at) => /core\/(?:server|kv)/.test(at)),
    ).toEqual([]);
    expect([
      raft.codeOf!(null, true), raft.codeOf!(start, true), raft.codeOf!({ kind: 'timer', timer: 'election' }, true),
    ]).toEqual([places.bootLogServer, places.onStart, places.onElectionTimeout]);
  });

  test.each([
    [
      'lastApplied runs ahead of what was applied',
      (state: LogServer) => ({ ...state, raft: { ...state.raft, lastApplied: 9 } }), 'deliver',
      'lastApplied is the last index that was applied (Figure 2)',
    ],
    [
      'what is not committed is applied', (state: LogServer) => ({ ...state, raft: { ...state.raft, commitIndex: 0 } }),
      'execute', 'only what is committed is applied, and commitIndex is 0 (Figure 2)',
    ],
    [
      'the service goes back',
      (state: LogServer) => ({ ...state, applied: boot.state.applied, raft: { ...state.raft, lastApplied: 0 } }),
      'execute',
      'the service never goes back, and had applied up to 1 (Figure 2)',
    ],
  ])('%s: the step says which rule it breaks', (_what, spoil, kind, against) => {
    const whole = proposal.after as LogServer;
    const step = {
      ...proposal, before: kind === 'execute' && against.includes('back') ? whole : proposal.before,
      after: spoil(whole),
    };
    expect(
      briefly(raft.marksOf!(step))
        .filter(([one]) => one === kind)
        .map(([, , , rule]) => rule),
    ).toEqual([against]);
  });

  test('every place of it is in the source', () => {
    for (const place of Object.values(places).map(placeAlone)) {
      const [file, name] = place.split(' ') as [string, string];
      expect([
        place,
        new RegExp(`\\b(?:function|const) ${name}\\b|\\b${name}\\(`).test(readFileSync(file, 'utf8')),
      ]).toEqual([place, true]);
    }
  });
});

test('a report on Lab 2 points at the function: votes are granted twice in a term', () => {
  const scenario = registry.scenarios.get('lab/2A-2-ReElection')!;
  /** Forgets its vote before each request for one. */
  const forgetful = (process: AnyProcess): AnyProcess => ({
    ...process,
    step(state, event) {
      const { raft: one } = state as LogServer;
      const isAsked =
        event.kind === 'message' &&
        (event.message as { kind: string }).kind === 'requestVote' &&
        one.role.kind === 'candidate';
      const asked = isAsked
        ? {
            ...(state as LogServer),
            raft: {
              ...one, role: { kind: 'follower', leaderId: null }, persistent: { ...one.persistent, votedFor: null },
            },
          }
        : state;
      return process.step(asked, event);
    },
  });
  const system: System = { ...scenario.system, processes: (plan) => scenario.system.processes(plan).map(forgetful) };
  const found = Array.from({ length: 200 }, (_, seed) => seed + 1).find((seed) => {
    const { verdict } = buildReport({
      system, what: 'x', seed, plan: drawPlan(scenario, seed), shrunk: null, original: null,
      commands: { replay: 'r', pin: 'p' }, files: {},
    });
    return verdict.kind === 'violation';
  });
  const report = buildReport({
    system, what: 'x', seed: found!, plan: drawPlan(scenario, found!), shrunk: null, original: null,
    commands: { replay: 'r', pin: 'p' }, files: {},
  });
  expect(report.verdict).toMatchObject({ kind: 'violation', property: 'One Vote Per Term' });
  expect(report.meaning).not.toBeNull();
  expect(report.testimony.lookIn[0]).toMatchObject({ at: places.onRequestVote });
  expect(reportText(report, false)).toMatch(/against the rule: it voted for n\d in this\s+term \(5\.2\)/);
});

test.each([
  ['0 servers lead', /^one server must let its election timer run out/],
  ['nobody leads', /^one server must let its election timer run out/],
  ['2 servers lead', /^all but the leader of the newest term must step down/],
  ['n1 has applied up to 3 of 5', /^the leader must send n1 entry 4, /],
  ['n1 has executed up to 3 of 5', /^the leader must send n1 entry 4, /],
  ['n2 is down', /^n2 must start again from its disk/],
  ['n0 still sends entries to n2, which lacks none', /^n0 must take from the answers of n2 what it holds/],
  ['n0 still sends its snapshot to n2, which lacks nothing', /^n0 must take from the answers of n2 what it holds/],
  ['1 operations are not answered', /^a leader must put each command into its log/],
])('what would have to happen when %s', (missing, says) => {
  expect(mustHappen(missing, 3)).toMatch(says);
});
