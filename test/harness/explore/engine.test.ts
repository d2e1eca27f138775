/** The engine against a plain search that keeps whole states in a set, on random graphs. */
import { asyncProp, fc } from '../../support/property.ts';
import { describe, expect, it } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import { depthFirst } from '../../../harness/explore/depth-first.ts';
import type { Model, Property } from '../../../harness/explore/model.ts';
import { randomSearch } from '../../../harness/explore/random-search.ts';
import { judge } from '../../../harness/campaign/judgement.ts';
import { factsOfSearch } from '../../../harness/explore/facts.ts';
import type { SearchResult } from '../../../harness/explore/result.ts';

const clock = (): number => 0;
/** Edges by node: an action is the position of an edge. */
type Graph = readonly (readonly number[])[];

function graphModel(
  graph: Graph, properties: readonly Property<number, number>[] = [], more: Partial<Model<number, number>> = {},
): Model<number, number> {
  const positions = graph.map((edges) => edges.map((_, position) => position));
  return {
    initialStates: () => [0],
    actions: (state) => positions[state]!,
    next: (state, action) => graph[state]![action]!,
    fingerprint: (state, hasher) => hasher.int(state),
    properties,
    describeAction: (action) => `edge ${action}`,
    describeState: (state) => state,
    ...more,
  };
}

/** Distances from node 0 by a queue and a map: nothing of the engine in it. */
function plainSearch(graph: Graph): { distances: Map<number, number>; generated: number } {
  const distances = new Map([[0, 0]]);
  let generated = 1;
  for (const node of distances.keys()) {
    for (const next of graph[node]!) {
      generated++;
      if (!distances.has(next)) distances.set(next, distances.get(node)! + 1);
    }
  }
  return { distances, generated };
}

const graphs = fc
  .integer({ min: 1, max: 40 })
  .chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }));
const neverAt = (bad: number): Property<number, number> => ({
  kind: 'always',
  name: 'not there',
  check: (state) => (state === bad ? { verdict: 'violation', detail: `at ${bad}` } : null),
});
const property = (result: SearchResult<number, number>, name: string) =>
  result.properties.find((one) => one.name === name)!;

/** The path is a run of the graph from node 0. */
function mustBeRun(graph: Graph, path: { states: readonly number[]; actions: readonly number[] }): void {
  expect(path.states[0]).toBe(0);
  path.actions.forEach((action, index) => expect(graph[path.states[index]!]![action]).toBe(path.states[index + 1]));
}

describe('on random graphs', () => {
  asyncProp([graphs])('breadth first: distinct, generated and depth are those of the plain search', async (graph) => {
    const { distances, generated } = plainSearch(graph);
    const result = await breadthFirst(graphModel(graph), { clock });
    expect([result.distinct, result.generated, result.depth, result.end]).toEqual([
      distances.size, generated, Math.max(...distances.values()) + 1, 'closed',
    ]);
  });

  asyncProp([graphs])('depth first: the same distinct and generated', async (graph) => {
    const { distances, generated } = plainSearch(graph);
    const result = await depthFirst(graphModel(graph), { clock });
    expect([result.distinct, result.generated, result.end]).toEqual([distances.size, generated, 'closed']);
  });

  asyncProp([graphs, fc.nat(39)])(
    'a counterexample of breadth first is a run, and a shortest one; all strategies agree on whether there is one',
    async (graph, bad) => {
      const distance = plainSearch(graph).distances.get(bad);
      const model = graphModel(graph, [neverAt(bad)]);
      const wide = property(await breadthFirst(model, { clock }), 'not there');
      const deep = property(await depthFirst(model, { clock }), 'not there');
      expect([wide.verdict, deep.verdict]).toEqual(
        distance === undefined ? ['holds', 'holds'] : ['violated', 'violated'],
      );
      for (const path of [wide.path, deep.path]) {
        if (path === null) continue;
        mustBeRun(graph, path);
        expect(path.states.at(-1)).toBe(bad);
      }
      expect(wide.path?.actions.length).toBe(distance);
    },
  );

  asyncProp([graphs, fc.nat(39), fc.string()])(
    'a walk that violates is a run without detours; walks never close',
    async (graph, bad, seed) => {
      const model = graphModel(graph, [neverAt(bad)]);
      const result = await randomSearch(model, { clock, seed, walks: 20, maxSteps: 30 });
      const found = property(result, 'not there');
      if (found.path === null) {
        expect([result.end, found.verdict]).toEqual(['walks-done', 'unknown']);
        return;
      }
      mustBeRun(graph, found.path);
      expect(found.path.states.at(-1)).toBe(bad);
      expect(new Set(found.path.states).size).toBe(found.path.states.length);
    },
  );

  asyncProp([graphs, fc.integer({ min: 1, max: 40 })])(
    '--max-states stops exactly there, and not when the space has no more',
    async (graph, maxStates) => {
      const size = plainSearch(graph).distances.size;
      for (const search of [breadthFirst, depthFirst]) {
        const result = await search(graphModel(graph), { clock, maxStates });
        expect([result.distinct, result.end]).toEqual(size <= maxStates ? [size, 'closed'] : [maxStates, 'max-states']);
      }
    },
  );

  asyncProp([graphs, fc.integer({ min: 1, max: 10 })])(
    '--max-depth sees exactly the states within it, breadth first and depth first',
    async (graph, maxDepth) => {
      const within = [...plainSearch(graph).distances.values()].filter((distance) => distance < maxDepth).length;
      for (const search of [breadthFirst, depthFirst])
        expect((await search(graphModel(graph), { clock, maxDepth })).distinct).toBe(within);
    },
  );

  asyncProp([graphs, fc.nat(39)])('a boundary: states outside are generated and not entered', async (graph, limit) => {
    const inside = graph.map((edges, node) => (node <= limit ? edges : []));
    const cut = plainSearch(inside);
    const result = await breadthFirst(graphModel(graph, [], { withinBoundary: (state) => state <= limit }), { clock });
    expect(result.distinct).toBe([...cut.distances.keys()].filter((node) => node <= limit).length);
    expect(result.generated).toBe(cut.generated);
  });
});

describe('properties', () => {
  const line: Graph = [[1], [2], [3, 2], []];

  it('of steps are checked on every step, those that change nothing included', async () => {
    const selfLoop: Property<number, number> = {
      kind: 'always-step', name: 'moves',
      check: (a, _, b) => (a === b ? { verdict: 'violation', detail: `stays at ${a}` } : null),
    };
    for (const search of [breadthFirst, depthFirst]) {
      const found = property(await search(graphModel(line, [selfLoop]), { clock }), 'moves');
      expect([found.verdict, found.detail, found.path?.states]).toEqual(['violated', 'stays at 2', [0, 1, 2, 2]]);
    }
  });

  it('sometimes: a step is reached by the shortest way', async () => {
    const arrives: Property<number, number> = {
      kind: 'sometimes-step', name: 'arrives', reached: (_, __, after) => after === 3,
    };
    const result = await breadthFirst(graphModel(line, [arrives]), { clock });
    expect([property(result, 'arrives').verdict, property(result, 'arrives').path?.states]).toEqual([
      'reached', [0, 1, 2, 3],
    ]);
    expect(judge(factsOfSearch('a model', result)).code).toBe(0);
  });

  it('what `next` throws is a violation with the run that leads there', async () => {
    const model = graphModel(line, [], {
      next(state, action) {
        if (state === 2 && action === 0) throw new Error('cannot happen');
        return line[state]![action]!;
      },
    });
    for (const result of [
      await breadthFirst(model, { clock }), await depthFirst(model, { clock }),
      await randomSearch(model, { clock, seed: '1', walks: 5, maxSteps: 9 }),
    ]) {
      const found = property(result, 'no step throws');
      expect([found.verdict, found.detail]).toEqual(['violated', 'Error: cannot happen']);
      expect([found.path?.states, found.path?.actions]).toEqual([
        [0, 1, 2], [0, 0, 0],
      ]);
    }
  });

  it('a check that gives up is unknown, and unknown is no pass', async () => {
    const tired: Property<number, number> = {
      kind: 'always', name: 'tired',
      check: (state) => (state === 1 ? { verdict: 'unknown', detail: 'too long' } : null),
    };
    const result = await breadthFirst(graphModel(line, [tired]), { clock });
    expect([result.end, property(result, 'tired').verdict, judge(factsOfSearch('a model', result)).code]).toEqual([
      'closed', 'unknown', 2,
    ]);
  });

  it('of several violations on one level, the same one is told whatever the order of the edges', async () => {
    const bad: Property<number, number> = {
      kind: 'always', name: 'bad',
      check: (state) => (state >= 1 ? { verdict: 'violation', detail: String(state) } : null),
    };
    const told = async (graph: Graph) =>
      property(await breadthFirst(graphModel(graph, [bad]), { clock }), 'bad').detail;
    expect(await told([[1, 2, 3], [], [], []])).toBe(await told([[3, 2, 1], [], [], []]));
  });

  const walk = (model: Model<number, number>) => randomSearch(model, { clock, seed: '1', walks: 40, maxSteps: 9 });
  const searches = [
    ['breadth first', (model: Model<number, number>) => breadthFirst(model, { clock })],
    ['depth first', (model: Model<number, number>) => depthFirst(model, { clock })], ['random walks', walk],
  ] as const;
  const stepInto = (name: string, from: number, to: number): Property<number, number> => ({
    kind: 'always-step',
    name,
    check: (before, _, after) => (before === from && after === to ? { verdict: 'violation', detail: name } : null),
  });

  it.each(searches)('of steps are checked on every step, those to known states too: %s', async (_, search) => {
    const diamond: Graph = [[1, 2], [3], [3], []];
    for (const from of [1, 2]) {
      const found = property(await search(graphModel(diamond, [stepInto('joins', from, 3)])), 'joins');
      expect([found.verdict, found.path?.states]).toEqual(['violated', [0, from, 3]]);
    }
  });

  it.each(searches)(
    'a violation in an initial state, whichever of them, is told with no step: %s',
    async (_, search) => {
      const result = await search(graphModel([[], [], []], [neverAt(2)], { initialStates: () => [0, 1, 2] }));
      expect([result.end, property(result, 'not there').path?.states]).toEqual(['violation', [2]]);
    },
  );

  it.each(searches)('what `actions` throws is a violation of the state: %s', async (_, search) => {
    const result = await search(graphModel(line, [], {
      actions(state) {
        if (state === 2) throw new Error('nothing to do');
        return [0];
      },
    }));
    const { verdict, detail, path } = property(result, 'no step throws');
    expect([result.end, verdict, detail, path?.states]).toEqual([
      'violation', 'violated', 'Error: nothing to do', [0, 1, 2],
    ]);
  });

  it.each(searches)('a violation on the last level ends the search as one: %s', async (_, search) => {
    expect((await search(graphModel([[1], [1]], [stepInto('stays', 1, 1)]))).end).toBe('violation');
  });

  it('of two violations of one property the one of the shorter run is told', async () => {
    for (const [first, second] of [[1, 2], [2, 1]] as const) {
      const throwing = graphModel([[first, second], [], [3], []], [], {
        actions(state) {
          if (state === 1) throw new Error('in state 1');
          return state === 0 ? [0, 1] : [0];
        },
        next(state, action) {
          if (state === 2) throw new Error('behind state 2');
          return [first, second][action]!;
        },
      });
      const { detail, path } = property(await breadthFirst(throwing, { clock }), 'no step throws');
      expect([detail, path?.states, path?.actions.length]).toEqual(['Error: in state 1', [0, 1], 1]);
    }
  });

  it.each(searches)('a check that gives up hides no violation of the same property: %s', async (_, search) => {
    for (const [tired, bad] of [[1, 3], [3, 1], [2, 3]] as const) {
      const one: Property<number, number> = {
        kind: 'always',
        name: 'one',
        check: (state) =>
          state === tired
            ? { verdict: 'unknown', detail: 'too long' }
            : state === bad
              ? { verdict: 'violation', detail: 'bad' }
              : null,
      };
      const result = await search(graphModel(line, [one]));
      expect([result.end, property(result, 'one').verdict, judge(factsOfSearch('a model', result)).code]).toEqual([
        'violation', 'violated', 1,
      ]);
    }
  });

  it('a check that gives up is no violation of a walk, and all walks are made', async () => {
    const tired: Property<number, number> = {
      kind: 'always', name: 'tired',
      check: (state) => (state === 1 ? { verdict: 'unknown', detail: 'too long' } : null),
    };
    const result = await walk(graphModel(line, [tired]));
    expect([result.end, property(result, 'tired').verdict, judge(factsOfSearch('a model', result)).code]).toEqual([
      'walks-done', 'unknown', 2,
    ]);
  });

  it.each(searches)('what is reached ends no judging: %s', async (_, search) => {
    const starts: Property<number, number> = {
      kind: 'sometimes-step', name: 'starts', reached: (before) => before === 0,
    };
    const isAtOne: Property<number, number> = { kind: 'sometimes', name: 'is at 1', reached: (state) => state === 1 };
    for (const bad of [stepInto('bad', 2, 3), stepInto('bad', 2, 2), { ...neverAt(3), name: 'bad' }]) {
      const result = await search(graphModel(line, [starts, isAtOne, bad]));
      expect(['starts', 'is at 1', 'bad'].map((name) => property(result, name).verdict)).toEqual([
        'reached', 'reached', 'violated',
      ]);
    }
  });

  it.each(searches)('each property is judged, whichever place it has: %s', async (_, search) => {
    const holds = [0, 1, 2].map((at): Property<number, number> => ({
      kind: 'always', name: `state ${at}`, check: () => null,
    }));
    const steps = [0, 1, 2].map((at): Property<number, number> => ({
      kind: 'always-step', name: `step ${at}`, check: () => null,
    }));
    const all = [...holds, ...steps];
    for (const [at, { name }] of all.entries()) {
      const broken: Property<number, number> = at < 3 ? { ...neverAt(3), name } : stepInto(name, 2, 3);
      const result = await search(graphModel(line, all.with(at, broken)));
      expect(result.properties.filter(({ verdict }) => verdict === 'violated').map((one) => one.name)).toEqual([name]);
    }
  });

  it('what is never reached is told: unreached in a closed space, unknown in another', async () => {
    const never: Property<number, number> = { kind: 'sometimes', name: 'far', reached: (state) => state > 9 };
    for (const search of [breadthFirst, depthFirst]) {
      const closed = await search(graphModel(line, [never]), { clock });
      expect([closed.end, property(closed, 'far').verdict, judge(factsOfSearch('a model', closed)).code > 0]).toEqual([
        'closed', 'unreached', true,
      ]);
      expect(property(await search(graphModel(line, [never]), { clock, maxDepth: 2 }), 'far').verdict).toBe('unknown');
    }
  });

  it('a bound on depth or on states leaves it open whether a property holds, and is no closed space', async () => {
    for (const search of [breadthFirst, depthFirst]) {
      for (const [bound, end] of [[{ maxDepth: 2 }, 'max-depth'], [{ maxStates: 2 }, 'max-states']] as const) {
        const result = await search(graphModel(line, [neverAt(3)]), { clock, ...bound });
        expect([
          result.end, property(result, 'not there').verdict, judge(factsOfSearch('a model', result)).code,
        ]).toEqual([end, 'unknown', 2]);
      }
      expect((await search(graphModel(line, [neverAt(9)]), { clock, maxDepth: 9, maxStates: 9 })).end).toBe('closed');
    }
  });

  it('a bound on depth is one on shortest runs: a state found again by a shorter way is gone on from', async () => {
    // 0 to 3 by 1 and 2, or at once; behind 3 lies 4.
    const detour: Graph = [[1, 3], [2], [3], [4], []];
    for (const search of [breadthFirst, depthFirst]) {
      const result = await search(graphModel(detour, [neverAt(4)]), { clock, maxDepth: 4 });
      expect([search.name, property(result, 'not there').verdict]).toEqual([search.name, 'violated']);
      expect((await search(graphModel(detour), { clock, maxDepth: 3 })).distinct).toBe(5);
    }
  });

  it('a state with more successors than there is room for: each is generated once and entered once', async () => {
    const star: Graph = [Array.from({ length: 5000 }, (_, at) => at + 1), ...Array.from({ length: 5000 }, () => [])];
    const { distinct, generated, end } = await breadthFirst(graphModel(star), { clock });
    expect([distinct, generated, end]).toEqual([5001, 5001, 'closed']);
  });

  it('walks of one seed differ', async () => {
    const fork: Graph = [[1, 2, 3, 4], [], [], [], []];
    const at = [1, 2, 3, 4].map((state): Property<number, number> => ({
      kind: 'sometimes', name: `at ${state}`, reached: (now) => now === state,
    }));
    expect((await walk(graphModel(fork, at))).properties.slice(1).map(({ verdict }) => verdict)).toEqual([
      'reached', 'reached', 'reached', 'reached',
    ]);
  });

  it('an endless space ends with what is known when it is interrupted', async () => {
    const endless = graphModel([[]], [], { actions: () => [0, 1], next: (state, action) => 2 * state + action + 1 });
    for (const search of [breadthFirst, depthFirst]) {
      const stop = new AbortController();
      let now = 0;
      const result = await search(endless, {
        clock: () => (now += 100), signal: stop.signal, onProgress: ({ distinct }) => distinct > 1000 && stop.abort(),
      });
      expect(result.end).toBe('interrupted');
      expect(result.distinct).toBeGreaterThan(1000);
    }
  });
});

describe('random walks', () => {
  const wheel: Graph = Array.from({ length: 12 }, (_, node) => [(node + 1) % 12, (node + 5) % 12]);

  it('the same seed gives the same walks, another seed others', async () => {
    const walk = (seed: string) =>
      randomSearch(graphModel(wheel, [neverAt(11)]), { clock, seed, walks: 3, maxSteps: 40 });
    const [first, again] = [await walk('7'), await walk('7')];
    expect(again).toEqual(first);
    const others = await Promise.all(Array.from({ length: 8 }, (_, index) => walk(`other ${index}`)));
    expect(new Set(others.map((result) => JSON.stringify(result.properties[1]!.path?.actions))).size).toBeGreaterThan(
      1,
    );
  });

  it('a kind of weight 0 is never taken', async () => {
    const model = graphModel(wheel, [neverAt(6)], {
      kindOf: (action) => (action === 0 ? 'one' : 'five'), kindWeights: { one: 1, five: 0 },
    });
    const found = property(await randomSearch(model, { clock, seed: '1', walks: 1, maxSteps: 11 }), 'not there');
    expect(found.path?.actions).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
