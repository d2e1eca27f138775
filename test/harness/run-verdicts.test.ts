/**
 * What can turn the verdict of a run has been seen turning it: the harness's own properties, unknown, and the quiet
 * end.
 */
import { describe, expect, test } from 'vitest';
import { ofRuns } from '../../checkers/properties.ts';
import { RaftKvObserver } from '../../checkers/raft-kv.ts';
import type { Observer } from '../../checkers/checker.ts';
import type { AppendEntries, RaftMessage } from '../../core/raft/messages.ts';
import type { FileOperation } from '../../core/protocol.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import { planFormat, planVersion, type Plan } from '../../harness/plan/plan.ts';
import { run } from '../../harness/run.ts';
import type { AnyEffect, AnyProcess, AnyStorage, System } from '../../harness/system.ts';
import { labScenarios } from '../../scenarios/lab/lab-scenarios.ts';
import { raftKv } from '../../scenarios/systems/raft-kv.ts';

/** A calm sea: three servers, a client that appends once, a crash of n0 that is over in time. */
const calm: Plan = {
  format: planFormat,
  version: planVersion,
  scenario: 'by hand',
  system: raftKv.name,
  seed: 'calm',
  servers: 3,
  clients: 1,
  settings: {
    electionTimeoutUs: { min: 100_000, max: 200_000 }, heartbeatUs: 20_000, entriesPerMessageMax: 10,
    noopOnElection: true, maxRaftState: -1, applyBatchMax: 10, applyPauseUs: { min: 0, max: 0 },
    retryUs: { min: 50_000, max: 100_000 }, backoffUs: { min: 10_000, max: 20_000 },
  },
  network: {
    delayUs: { min: 100, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0, lateUs: { min: 0, max: 0 },
  },
  disk: { writeUs: { min: 0, max: 0 }, bytes: true },
  faults: [{ kind: 'crash', atUs: 300_000, restartUs: 400_000, nodes: [0], moment: 'now' }],
  operations: [{ client: 0, atUs: 100_000, request: { kind: 'append', key: 'x', value: 'a' } }],
  stormUs: 500_000,
  settleUs: 2_000_000,
};

const withServers = (change: (process: AnyProcess) => AnyProcess): System => ({
  ...raftKv,
  processes: (plan) => raftKv.processes(plan).map((process, node) => (node < plan.servers ? change(process) : process)),
});

/** A timer of one microsecond that sets itself again, and does nothing else. */
const spinning = (process: AnyProcess): AnyProcess => {
  const spin: AnyEffect = { kind: 'setTimer', timer: 'spin', afterUs: { min: 1, max: 1 } };
  return {
    ...process,
    boot(durable) {
      const { state, effects } = process.boot(durable);
      return { state, effects: [...effects, spin] };
    },
    step: (state, event) =>
      event.kind === 'timer' && event.timer === 'spin' ? { state, effects: [spin] } : process.step(state, event),
  };
};

const silent = (process: AnyProcess): AnyProcess => ({
  ...process,
  step: (state, event) =>
    event.kind === 'timer' && event.timer === 'election' ? { state, effects: [] } : process.step(state, event),
});

const throwing = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    if (event.kind === 'timer' && event.timer === 'election') throw new RangeError('no elections here');
    return process.step(state, event);
  },
});

/** Says nothing at all of what it did. */
const mute = (process: AnyProcess): AnyProcess => ({
  ...process,
  step: (state, event) =>
    event.kind === 'timer' && event.timer === 'election' ? (undefined as never) : process.step(state, event),
});

/** Every heartbeat carries the last entry once more: followers have it, and answer as to a heartbeat. */
const restless = (process: AnyProcess): AnyProcess => ({
  ...process,
  step(state, event) {
    const step = process.step(state, event);
    const { log } = (step.state as Server).raft.persistent;
    return { state: step.state, effects: step.effects.map((effect) => withLastEntry(effect, log)) };
  },
});

function withLastEntry(effect: AnyEffect, log: Persistent['log']): AnyEffect {
  if (effect.kind !== 'send' || (effect.message as RaftMessage).kind !== 'appendEntries') return effect;
  const message = effect.message as AppendEntries;
  if (message.entries.length > 0 || message.prevLogIndex === 0 || message.prevLogIndex !== log.lastIndex) return effect;
  const index = message.prevLogIndex - 1;
  return {
    ...effect,
    message: { ...message, prevLogIndex: index, prevLogTerm: log.termAt(index), entries: [log.at(index + 1)] },
  };
}

const refusing: System = {
  ...raftKv,
  storage: {
    ...raftKv.storage, recover: () => ({ kind: 'refused', file: 'hard-state', reason: 'it does not like it' }),
  } as AnyStorage,
};

/** Records that have no byte form: that shows when their bytes are made, which is when somebody reads them. */
const formless: System = {
  ...raftKv,
  storage: {
    ...raftKv.storage!,
    store(cursor, durable, writes) {
      const stored = raftKv.storage!.store(cursor, durable, writes);
      const formlessly = (operation: FileOperation): FileOperation => (operation.kind !== 'append' ? operation : {
        kind: 'append',
        file: operation.file,
        get bytes(): Uint8Array {
          throw new RangeError('no byte form');
        },
      });
      return { cursor: stored.cursor, operations: stored.operations.map(formlessly) };
    },
  },
};

/** Messages that cannot be sent as bytes. */
const voiceless: System = {
  ...raftKv,
  codec: {
    ...raftKv.codec!,
    encode() {
      throw new RangeError('no such field');
    },
  },
};

/** A linearizability check that may take one step, and is asked about a hard history. */
const tired: System = {
  ...raftKv,
  observer: (plan, durableOf) =>
    new RaftKvObserver(
      { servers: plan.servers, maxRaftState: -1, noopOnElection: true, linearizabilityBudgetSteps: 1 },
      durableOf as (node: number) => Persistent,
    ) as Observer,
};
const busy: Plan = {
  ...calm,
  clients: 6,
  operations: Array.from({ length: 30 }, (_, at) => ({
    client: at % 6,
    atUs: 250_000,
    request: at % 3 === 0 ? { kind: 'get', key: 'x' } : { kind: 'append', key: 'x', value: 'a' },
  })),
};

/** Ten answers behind the storm, when somebody leads. */
const afterwards: Plan = {
  ...calm,
  faults: [],
  operations: Array.from({ length: 10 }, (_, at) => ({
    client: 0, atUs: 900_000 + at * 20_000, request: { kind: 'append', key: 'x', value: 'a' },
  })),
};

const initialElection = labScenarios.find(({ name }) => name === 'lab/2A-1-InitialElection')!;

describe('a run of the correct core', () => {
  test.each([['in a calm sea', calm], ['with busy clients', busy]])('%s is ok', (_, plan) => {
    expect(run(raftKv, plan).verdict).toEqual({ kind: 'ok' });
  });
});

/** Of each of the harness's properties, a run that breaks it. */
const broken: readonly (readonly [property: string, system: System, plan: Plan, detail: RegExp])[] = [
  [
    'Progress After Healing', withServers(silent), calm,
    /^2000 ms after all faults ended, 1 operations are not answered$/,
  ],
  [
    'Progress While Owed',
    withServers(silent),
    { ...calm, network: { ...calm.network, lasting: { dropPer1000: 0, duplicatePer1000: 0, tailUs: 0 } } },
    /^2000 ms after the storm, with messages lost or late, 1 operations are not answered$/,
  ],
  [
    'Slow',
    { ...raftKv, pace: () => ({ steadyAfterUs: 0, leaderlessUs: 0, answerUs: 1 }) },
    afterwards,
    /^half of the answers took [\d.]+ ms without any fault; by the timing of the plan 0\.001 ms are enough$/,
  ],
  [
    'Bounded Work',
    withServers(spinning),
    calm,
    /^\d+ events happened, and it goes on: messages beget messages; the last step was step \d+ of n\d$/,
  ],
  ['Protocol Contract', withServers(mute), calm, /^n\d at step \d+, on timer election: /],
  [
    'Protocol Contract',
    voiceless,
    { ...calm, network: { ...calm.network, corruptPer1000: 1000 } },
    /^[nc]\d behind step \d+, on sending to [nc]\d: it sends an object \{ .+ \}, which its codec cannot encode: RangeError: no such field$/,
  ],
  ['No Exception', withServers(throwing), calm, /^n\d threw RangeError: no elections here$/],
  // Nobody starts from these disks: they are read at the end.
  ['No Exception', formless, { ...calm, faults: [] }, /^n0 threw RangeError: no byte form$/],
  [
    'Starts From Undamaged Disk',
    refusing,
    calm,
    /^n0 refuses to start, and nothing but crashes befell its disk: hard-state: it does not like it$/,
  ],
  [
    'Time Limit', initialElection.system, { ...initialElection.draw(1), stormUs: 100_000 },
    /^the script "2A-1-InitialElection" was not done after 100 ms$/,
  ],
];

describe('the verdict turns', () => {
  test.each(broken)('%s', (property, system, plan, detail) => {
    const { verdict } = run(system, plan);
    expect(verdict).toEqual({ kind: 'violation', property, detail: expect.stringMatching(detail) });
  });

  test('each of what is asked of a run is broken here; Time Goes On is in the test of the lab network', () => {
    expect(ofRuns.filter((name) => !broken.some(([property]) => property === name))).toEqual(['Time Goes On']);
  });

  test('a settled cluster that goes on sending entries makes no progress', () => {
    // The specification would name the first such request: what is judged here is what an outsider sees.
    expect(run(withServers(restless), { ...calm, specification: 'off' }).verdict).toEqual({
      kind: 'violation',
      property: 'Progress After Healing',
      detail: expect.stringMatching(
        /^2000 ms after all faults ended, n\d still sends entries to n\d, which lacks none$/,
      ),
    });
  });

  test('a linearizability check that reaches its budget makes the run unknown', () => {
    expect(run(tired, busy).verdict).toEqual({
      kind: 'unknown', detail: expect.stringMatching(/^the linearizability check ended at its budget/),
    });
  });
});
