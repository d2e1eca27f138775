/** A user's system in the explorer: the reduction of interleavings sees the states that a search without it sees. */
import { describe, expect, it } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { Hasher } from '../../../harness/explore/fingerprint.ts';
import type { Model } from '../../../harness/explore/model.ts';
import { fillIn } from '../../../harness/explore/parameters.ts';
import type { World } from '../../../harness/explore/untimed/state.ts';
import type { UntimedWorld } from '../../../harness/explore/untimed/world.ts';
import {
  defineRegistry, defineScenario, defineSystem, faults, persist, send, service, timer, type Server,
} from '../../../harness/own/index.ts';

interface Here { readonly kind: 'here' }
interface Heard { readonly heard: readonly number[] }

const tick = timer('tick', '10ms');

/** n0 writes down whom it has heard of. */
const listener = <Durable,>(): Server<Heard, Here, Here, Durable> => ({
  boot: () => ({ state: { heard: [] }, effects: [] }),
  step: (state, event) =>
    event.kind === 'timer' || state.heard.includes(event.from)
      ? { state, effects: [] }
      : { state: { heard: [...state.heard, event.from].sort((a, b) => a - b) }, effects: [] },
});

/** The others say that they are there at every tick, and are never changed by it: from their start on. */
const beacon: Server<Heard, Here, Here> = {
  boot: () => ({ state: { heard: [] }, effects: [tick] }),
  step: (state, event) => ({ state, effects: event.kind === 'timer' ? [send<Here>(0, { kind: 'here' }), tick] : [] }),
};

/** Writes down that it has started; from then on it says so at every start, and is what it was before. */
const riser: Server<Heard, Here, Here, boolean> = {
  blank: false,
  boot: (isKnown) => ({ state: { heard: [] }, effects: isKnown ? [send<Here>(0, { kind: 'here' })] : [tick] }),
  step: (state, event) => ({ state, effects: event.kind === 'timer' ? [persist(true)] : [] }),
};

const beacons = defineSystem<Heard, Here>()({
  name: 'beacons',
  service: service<null, null>(),
  servers: ({ servers }) => Array.from({ length: servers }, (_, node) => (node === 0 ? listener<null>() : beacon)),
});
const risers = defineSystem<Heard, Here, boolean>()({
  name: 'risers',
  service: service<null, null>(),
  servers: ({ servers }) => Array.from({ length: servers }, (_, node) => (node === 0 ? listener<boolean>() : riser)),
});
const scenarios = [beacons, risers].map((system) =>
  defineScenario(system, {
    servers: 3, clients: 0, faults: faults.none, operations: service<null, null>().mix(() => null),
    explore: { servers: 3, clients: 0, operations: [], crashes: 1 },
  }),
);
const { models } = defineRegistry('file:///beacons.ts', scenarios);

type OwnWorld = World<unknown, never>;

/** States of nodes, disks and histories, each once. */
async function visibleStates(
  name: string, given: Readonly<Record<string, number | boolean | string>>,
): Promise<ReadonlySet<string>> {
  const definition = models.get(name)!;
  const model = definition.create(fillIn(definition.parameters, given)) as unknown as UntimedWorld<unknown, never>;
  const seen = new Set<string>();
  const hasher = new Hasher();
  const recording: Model<OwnWorld, never> = Object.create(model, {
    properties: {
      value: [
        {
          kind: 'always',
          name: 'recorded',
          check: (state: OwnWorld) => {
            hasher.reset();
            model.feedVisible(state, hasher);
            hasher.finish();
            seen.add(`${hasher.lo} ${hasher.hi}`);
            return null;
          },
        },
      ],
    },
  });
  await breadthFirst(recording, { clock: () => 0 });
  return seen;
}

describe('timers that change nothing', () => {
  it('are heard from the start on: n0 hears of nobody, of one, of the other and of both', async () => {
    const plain = await visibleStates('beacons', { plain: true, 'max-crashes': 0 });
    expect(plain.size).toBe(4);
    expect(await visibleStates('beacons', { 'max-crashes': 0 })).toEqual(plain);
  });
});

describe('a crash behind which a node is what it was', () => {
  it('is no idle one when the start says something', async () => {
    const plain = await visibleStates('risers', { plain: true });
    const reduced = await visibleStates('risers', {});
    expect(reduced.size).toBe(8);
    // Without the reduction a node may also be seen down.
    for (const state of reduced) expect(plain).toContain(state);
  });
});
