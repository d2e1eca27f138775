/**
 * Replacements of several servers at once in the plans of the swarm: in some plans where servers come and go, and in no
 * others.
 */
import { expect, test } from 'vitest';
import type { Change, Replacement } from '../../../core/raft/members.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { withReplacements } from '../../../scenarios/swarm/replacements.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1));
const replacementsOf = ({ operations }: Plan): readonly Replacement[] =>
  operations.flatMap(({ request }) => ((request as Change).kind === 'replaceServers' ? [request as Replacement] : []));
const moving = plans.filter((plan) => (plan.settings as RaftKvSettings).members !== undefined);

test('two in five of the plans where servers come and go ask for some, and no others', () => {
  const asking = plans.filter((plan) => replacementsOf(plan).length > 0);
  expect(asking.filter((plan) => !moving.includes(plan))).toEqual([]);
  expect(Math.abs(asking.length / moving.length - 0.37)).toBeLessThan(0.07);
});

test('each names servers of the plan, in rising order, each once, and somebody who votes; some name learners', () => {
  for (const plan of moving) {
    for (const { voters, learners } of replacementsOf(plan)) {
      const all = [...voters, ...learners];
      expect(
        voters.length > 0 && new Set(all).size === all.length && all.every((id) => id < plan.servers),
        plan.seed,
      ).toBe(true);
      for (const ids of [voters, learners]) expect(ids.toSorted((a, b) => a - b)).toEqual(ids);
    }
  }
  const all = moving.flatMap(replacementsOf);
  expect([all.some(({ learners }) => learners.length > 0), all.some(({ learners }) => learners.length === 0)]).toEqual([
    true, true,
  ]);
});

test('each takes the place of another change: who asks, and when, stays as it was', () => {
  const changes = Array.from({ length: 8 }, (_, i) => ({
    client: i % 2, atUs: i * 1000, request: { kind: 'removeServer', server: i % 3 },
  }));
  const kinds = new Set<number>();
  for (let seed = 1; seed <= 40; seed++) {
    const asked = withReplacements(new RandomStreams(`of ${seed}`).stream('replacements'), changes, 5);
    expect(asked.map(({ client, atUs }) => [client, atUs])).toEqual(changes.map(({ client, atUs }) => [client, atUs]));
    const others = asked.filter(({ request }, i) => request !== changes[i]!.request);
    expect(others.every(({ request }) => (request as Change).kind === 'replaceServers')).toBe(true);
    kinds.add(others.length === 0 ? 0 : others.length === 8 ? 2 : 1);
  }
  // None, some or all of them.
  expect([...kinds].sort()).toEqual([0, 1, 2]);
});
