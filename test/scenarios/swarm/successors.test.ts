/** Clients that crash and come back as others in the plans of the swarm: in 16 of a hundred, and in no others. */
import { expect, test } from 'vitest';
import type { Plan, PlannedOperation } from '../../../harness/plan/plan.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import { swarm } from '../../../scenarios/swarm.ts';
import { withSuccessors } from '../../../scenarios/swarm/successors.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';

const plans = Array.from({ length: 1000 }, (_, i) => swarm.draw(i + 1));
const fallsIn = ({ operations }: Plan): readonly PlannedOperation[] =>
  operations.filter(({ crash }) => crash !== undefined);
const falling = plans.filter((plan) => fallsIn(plan).length > 0);

test('more than a tenth of the seeds have some', () => expect(falling.length).toBe(160));

test('each comes back under a number of its own, behind those of all other clients; twelve of a plan at most', () => {
  for (const plan of falling) {
    const names = fallsIn(plan).map(({ crash }) => crash!.as);
    const first = plan.clients - names.length;
    expect(names, plan.seed).toEqual(names.map((_, i) => first + i));
    expect(plan.operations.every(({ client }) => client < first), plan.seed).toBe(true);
  }
  expect(Math.max(...falling.map((plan) => fallsIn(plan).length))).toBe(12);
});

test('half of them have a job with a key of its own: they look, do it once more and look again', () => {
  let jobs = 0;
  for (const { operations, settings, seed } of falling) {
    const [get, does] =
      (settings as RaftKvSettings).versions === true ? ['getVersion', 'putSeen'] : ['get', 'append'];
    operations.forEach(({ crash, client, atUs, request }, i) => {
      if (crash === undefined || operations[i + 1]?.again === undefined) return;
      jobs += 1;
      const key = `j${crash.as}`;
      expect(request, seed).toEqual({ kind: does, key, value: `${crash.as};` });
      expect(operations.slice(i + 1, i + 4), seed).toEqual(
        [{ kind: get, key }, request, { kind: get, key }].map((asked) => ({
          client, atUs, request: asked, again: true,
        })),
      );
    });
    expect(operations.filter(({ request }) => (request as { key?: string }).key?.startsWith('j')).length % 4).toBe(0);
  }
  const again = plans.flatMap(({ operations }) => operations.filter((operation) => operation.again === true));
  expect([falling.flatMap(fallsIn).length, jobs, again.length]).toEqual([1181, 580, 1740]);
});

test('nobody both gives up and crashes', () => {
  expect(falling.flatMap(fallsIn).filter(({ giveUpUs }) => giveUpUs !== undefined)).toEqual([]);
});

test('all others are asked as they were, in their order, and each draws as many numbers whatever becomes of it', () => {
  const streams = (name: string) => new RandomStreams(name).stream('successors');
  const operations = Array.from({ length: 100 }, (_, i) => ({ client: i % 3, atUs: i, request: i }));
  const whenOf = ({ client, atUs }: PlannedOperation): string => `${client} ${atUs}`;
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const { operations: all, successors } = withSuccessors(streams(name), operations, 3, false);
    const asked = all.filter(({ again }) => again === undefined);
    expect(asked.map(whenOf)).toEqual(operations.map(whenOf));
    const others = asked.filter(({ crash }) => crash === undefined);
    expect(others.filter((one) => !operations.includes(one as never))).toEqual([]);
    expect(all.filter(({ crash }) => crash !== undefined).length).toBe(successors);
    const fewer = withSuccessors(streams(name), operations.slice(0, 50), 3, false).operations;
    expect(fewer).toEqual(all.slice(0, fewer.length));
  }
});
