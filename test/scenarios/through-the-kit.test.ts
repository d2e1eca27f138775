/**
 * Raft and its store are a project of the kit like any other: what they take of the harness is open to everybody, and
 * costs nothing.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stepClerk, type Clerk } from '../../core/kv/clerk.ts';
import type { Operation } from '../../core/kv/command.ts';
import { stepSessionClerk } from '../../core/kv/session-clerk.ts';
import { blankPersistent } from '../../core/raft/state.ts';
import type { Server } from '../../core/server.ts';
import { applyWrite } from '../../core/raft/persistence.ts';
import { defineScenario } from '../../harness/own/define-scenario.ts';
import { run } from '../../harness/run.ts';
import { swarm } from '../../scenarios/swarm.ts';
import { raft } from '../../scenarios/systems/raft.ts';
import { raftKv } from '../../scenarios/systems/raft-kv.ts';
import { plainSettings } from '../../scenarios/systems/raft-kv-settings.ts';
import { exportedBy } from '../support/declarations.ts';
import { readSources, resolved } from '../support/source.ts';

const top = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/** Systems, and the scenarios that draw their plans. The explorer's models are made by hand, and are none. */
const isOfRaft = (path: string): boolean =>
  /^scenarios\/(?:(?:systems|swarm|lab|lab-gaps)\/|swarm\.ts|partial-connectivity\.ts)/.test(path);

test('whatever they take of the harness, `whitewater/own` exports', () => {
  const open = exportedBy('harness/own/index.d.ts');
  const taken = [...readSources(top, ['scenarios']).values()]
    .filter(({ path }) => isOfRaft(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => resolved(path, specifier).startsWith('harness/'))
        .flatMap(({ names }) => (names ?? ['*']).map((name) => ({ path, name }))),
    );
  expect(taken.length).toBeGreaterThan(80);
  expect(taken.filter(({ name }) => !open.has(name))).toEqual([]);
});

describe('a plan of the swarm', () => {
  const plan = swarm.draw(7);
  const processes = raftKv.processes(plan);

  test('is run by the reducers themselves: nothing stands between them and the world', () => {
    expect(processes).toHaveLength(plan.servers + plan.clients);
    expect(processes.slice(0, plan.servers).map(({ blank, write }) => [blank, write])).toEqual(
      Array.from({ length: plan.servers }, () => [blankPersistent, applyWrite]),
    );
    expect(processes.slice(plan.servers).every(({ step }) => step === stepSessionClerk)).toBe(true);
    const untimed = raftKv.processes({ ...plan, settings: plainSettings });
    expect(untimed.slice(plan.servers).every(({ step }) => step === stepClerk)).toBe(true);
    expect(Object.keys(processes[0]!.boot(blankPersistent).state as object)).toContain('raft');
  });
});

test('the kit tells clerks from servers, and knows what a clerk has begun', () => {
  const plan = swarm.draw(7);
  const [server, clerk] = [0, plan.servers]
    .map((node) => raftKv.processes(plan)[node]!)
    .map((process) => process.boot(process.blank).state) as [Server, Clerk];
  expect([server, clerk].map((state) => raftKv.own.clients.is(state))).toEqual([false, true]);
  const asked = stepClerk(clerk, { kind: 'request', id: 1, request: { kind: 'get', key: 'k' } }).state;
  expect([clerk, asked].map((state) => raftKv.own.clients.asked(state))).toEqual([
    { begun: 0, isWaiting: false }, { begun: 1, isWaiting: true },
  ]);
  expect(raftKv.own.role!(server, 0)).toEqual({ name: 'follower', epoch: 0, leads: false });
});

test('the kit draws plans for them too, and they pass', () => {
  const chaos = defineScenario(raftKv, {
    name: 'by-the-kit',
    servers: [3, 5],
    clients: 2,
    storm: '1s',
    operations: {
      each: [3, 6],
      draw: (random, number): Operation =>
        random.chance(400) ? { kind: 'get', key: 'k' } : { kind: 'append', key: 'k', value: `${number};` },
    },
    settings: { maxRaftState: [-1, 250], preVote: [true] },
  });
  const records = Array.from({ length: 8 }, (_, seed) => run(raftKv, chaos.draw(seed + 1)));
  expect(records.map(({ verdict }) => verdict)).toEqual(records.map(() => ({ kind: 'ok' })));
  expect(records.some(({ counts }) => counts['leadersElected']! > 0)).toBe(true);
});

test('Raft alone keeps no bytes, and is asked by scripts', () => {
  expect([raft.storage, raft.codec, raft.moments]).toEqual([undefined, undefined, undefined]);
  expect(raft.own.isObservedElsewhere).toBe(true);
});
