/** What Raft promises of its pace (scenarios/systems/raft-pace.ts). */
import { expect, test } from 'vitest';
import { raftPace } from '../../../scenarios/systems/raft-pace.ts';
import { plainSettings, type RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';
import { swarm } from '../../../scenarios/swarm.ts';

test('a change of the membership waits for a server, for ten rounds where that is down (dissertation 4.2.1), and is not timed: seeds 401187 and 402311', () => {
  const plan = swarm.draw(1);
  const { isTimed } = raftPace(plan, plan.settings as RaftKvSettings);
  const requests = [
    { kind: 'get', key: 'k' }, { kind: 'put', key: 'k', value: '' }, { kind: 'addServer', server: 1 },
    { kind: 'addLearner', server: 1 }, { kind: 'removeServer', server: 1 },
  ];
  expect(requests.map((request) => isTimed!(request))).toEqual([true, true, false, false, false]);
});

test('clocks that were set back let a leader come later, as far as a majority of them was (seed 527051)', () => {
  const plan = { ...swarm.draw(1), servers: 3, faults: [] };
  const leaderlessUs = (...jumps: readonly (readonly [number, number])[]): number =>
    raftPace(
      { ...plan, faults: jumps.map(([node, byUs]) => ({ kind: 'clockJump', atUs: 0, nodes: [node], byUs })) },
      plan.settings as RaftKvSettings,
    ).leaderlessUs;
  const usual = leaderlessUs();
  expect(
    [
      leaderlessUs([0, -1000]), leaderlessUs([0, -1000], [1, -200]),
      leaderlessUs([0, -1000], [1, 50], [2, -300], [2, -300]),
    ].map((one) => one - usual),
  ).toEqual([0, 200, 600]);
});

test('with versions a client that asks again before it can have its answer makes it later: then no answer is timed (seed 14355)', () => {
  const plan = { ...swarm.draw(1), clients: 2, operations: [] };
  const settings = plan.settings as RaftKvSettings;
  const network = { ...plan.network, delayUs: { min: 1, max: 100 } };
  const answerUs = (writeUs: number, versions?: true): number =>
    raftPace({ ...plan, network, disk: { ...plan.disk, writeUs: { min: 1, max: writeUs } } }, {
      ...settings, versions, retryUs: { min: 50_000, max: 90_000 }, applyPauseUs: { min: 0, max: 0 },
    } as RaftKvSettings).answerUs;
  expect([answerUs(9720), answerUs(9721)]).toEqual([250_000, 250_025]);
  expect([answerUs(9720, true), answerUs(9721, true)]).toEqual([250_000, Infinity]);
});

test('a client that crashes and comes back as another one is no second one', () => {
  const plan = { ...swarm.draw(1), clients: 3, operations: [] };
  const settings = plan.settings as RaftKvSettings;
  const falls = { client: 0, atUs: 0, request: null, crash: { afterUs: 1, as: 3, downUs: 0 } };
  expect(raftPace({ ...plan, clients: 4, operations: [falls] }, settings).answerUs).toBe(
    raftPace(plan, settings).answerUs,
  );
});

test('where three votes are needed and nobody can be spared a leader may take six elections more (seed 881037)', () => {
  const plan = { ...swarm.draw(1), servers: 6, faults: [] };
  const settings = { ...plainSettings, electionTimeoutUs: { min: 1000, max: 2000 } };
  const without = (...nodes: readonly number[]): number =>
    raftPace({ ...plan, faults: [{ kind: 'gone', atUs: 0, nodes }] }, settings).leaderlessUs;
  expect([without(3), without(3, 4), without(4, 4)].map((one) => one - without())).toEqual([0, 12_000, 0]);
  const withMembers = (servers: number): number =>
    raftPace({ ...plan, servers }, { ...settings, members: [0, 1] }).leaderlessUs - without();
  expect([withMembers(3), withMembers(4)]).toEqual([0, 12_000]);
});

test('what all clients have in flight is in front of an answer, and what one has goes one after the other', () => {
  const plan = { ...swarm.draw(1), clients: 2, operations: [] };
  const network = { ...plan.network, delayUs: { min: 1, max: 100 } };
  const disk = { ...plan.disk, writeUs: { min: 1, max: 10 } };
  const settings = { ...plainSettings, applyPauseUs: { min: 0, max: 50 } };
  const answerUs = (more: Partial<RaftKvSettings>): number =>
    raftPace({ ...plan, network, disk }, { ...settings, ...more }).answerUs / 5;
  expect([answerUs({}), answerUs({ clientWindow: 4 })]).toEqual([
    400 + 50 + 1000 + (3 + 2) * 10, 4 * (400 + 50 + 1000) + (3 + 2 * 4) * 10,
  ]);
});
