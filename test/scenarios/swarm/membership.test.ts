/** Servers that come and go in the plans of the swarm, and nothing else of a plan moved for it. */
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../core/raft/members.ts';
import { inTrouble, type Plan } from '../../../harness/plan/plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1));
const settingsOf = (plan: Plan) => plan.settings as RaftKvSettings;
const moving = plans.filter((plan) => settingsOf(plan).members !== undefined);
const changesOf = ({ operations }: Plan) =>
  operations
    .filter(({ request }) => !('key' in (request as object)))
    .map(({ client, request }) => ({ client, change: request as Change }));

describe('a quarter of the seeds', () => {
  test('has them, never with one server alone', () => {
    expect(Math.abs(moving.length - 250)).toBeLessThan(40);
    expect(moving.filter(({ servers }) => servers === 1)).toEqual([]);
  });

  test('begins with some of the servers, and in most others are left to come', () => {
    for (const plan of moving) {
      const members = settingsOf(plan).members!;
      expect(members.length > 0 && members.every((id) => id < plan.servers), plan.seed).toBe(true);
    }
    expect(
      moving.filter((plan) => settingsOf(plan).members!.length < plan.servers).length / moving.length,
    ).toBeGreaterThan(0.5);
  });

  test('protects its leaders from who has left and does not know it (dissertation 4.2.3)', () => {
    expect(moving.filter((plan) => settingsOf(plan).preVote !== true && settingsOf(plan).checkQuorum !== true)).toEqual(
      [],
    );
  });

  test('leaves no server in trouble behind the storm', () => {
    expect(moving.filter((plan) => inTrouble(plan).length > 0)).toEqual([]);
  });

  test('has one operator or two, who ask for nothing else, and who are the last of the clients', () => {
    for (const plan of moving) {
      const operators = new Set(changesOf(plan).map(({ client }) => client));
      expect(operators.size === 1 || operators.size === 2, plan.seed).toBe(true);
      // But for the numbers under which clients come back that have crashed.
      const successors = plan.operations.filter(({ crash }) => crash !== undefined).length;
      expect(Math.min(...operators), plan.seed).toBe(plan.clients - successors - operators.size);
      expect(
        plan.operations.filter(({ client, request }) => operators.has(client) && 'key' in (request as object)),
      ).toEqual([]);
    }
  });

  test('asks for changes of every kind', () => {
    expect([...new Set(moving.flatMap((plan) => changesOf(plan).map(({ change }) => change.kind)))].sort()).toEqual([
      'addLearner', 'addServer', 'removeServer', 'replaceServers',
    ]);
  });
});

describe('beside', () => {
  test.each<readonly [string, (settings: RaftKvSettings) => boolean]>([
    ['leadership transfer', ({ transfer }) => transfer === true],
    ['pipelined writes', ({ pipelined }) => pipelined === true],
    ['puts with versions', ({ versions }) => versions === true],
    ['leases', ({ reads, checkQuorum }) => reads?.includes('lease') === true && checkQuorum === true],
  ])('%s it is drawn in a tenth of these seeds or more', (_what, isOn) => {
    expect(moving.filter((plan) => isOn(settingsOf(plan))).length).toBeGreaterThan(moving.length / 10);
  });
});

test('the others ask for none', () => {
  expect(plans.filter((plan) => settingsOf(plan).members === undefined && changesOf(plan).length > 0)).toEqual([]);
});
