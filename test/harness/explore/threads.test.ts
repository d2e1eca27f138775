/**
 * Several workers give what one gives: counts, verdicts, and the very same shortest counterexamples.
 * Node 20 runs workers from compiled files only, so the explorer is loaded from the built tree.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { breadthFirst } from '../../../harness/explore/breadth-first.ts';
import type { ThreadOptions } from '../../../harness/explore/breadth-first-threads.ts';
import type { Model, ModelDefinition } from '../../../harness/explore/model.ts';
import { fillIn, type ParameterValues } from '../../../harness/explore/parameters.ts';
import { randomSearch } from '../../../harness/explore/random-search.ts';
import type { SearchResult } from '../../../harness/explore/result.ts';
import { Visited } from '../../../harness/explore/visited.ts';
import { protocolModels } from '../../../scenarios/protocols/index.ts';

const clock = (): number => 0;
let threads: typeof import('../../../harness/explore/breadth-first-threads.ts');
let random: typeof import('../../../harness/explore/random-search.ts');
let models: ReadonlyMap<string, ModelDefinition>;

beforeAll(async () => {
  const load = (path: string) =>
    import(/* @vite-ignore */ pathToFileURL(resolve(import.meta.dirname, '../../../dist', path)).href);
  threads = await load('harness/explore/breadth-first-threads.js');
  random = await load('harness/explore/random-search.js');
  models = (await load('scenarios/protocols/index.js')).protocolModels;
});

function modelOf(from: ReadonlyMap<string, ModelDefinition>, name: string, given: ParameterValues) {
  const definition = from.get(name)!;
  const values = fillIn(definition.parameters, given);
  return { model: definition.create(values), source: { moduleUrl: definition.moduleUrl, name, values } };
}

/** Everything of a result that a person could compare, with paths as text. */
function comparable(
  model: Model<unknown, unknown>, { distinct, generated, depth, end, properties }: SearchResult<unknown, unknown>,
) {
  const told = properties.map(({ name, verdict, detail, path }) => ({
    name, verdict, detail, path: path?.actions.map((action) => model.describeAction(action)) ?? null,
  }));
  return { distinct, generated, depth, end, told };
}

async function inThreads(name: string, given: ParameterValues, options: Omit<ThreadOptions, 'clock'>) {
  const { model, source } = modelOf(models, name, given);
  // Shared from the first level on, however small: every level is evened out between the workers.
  return comparable(model, await threads.breadthFirstInThreads(model, source, { clock, shareFrom: 1, ...options }));
}

async function alone(name: string, given: ParameterValues, options: { hasSymmetry?: boolean; maxDepth?: number } = {}) {
  const { model } = modelOf(protocolModels, name, given);
  return comparable(model, await breadthFirst(model, { clock, ...options }));
}

const spaces: readonly (readonly [string, ParameterValues])[] = [
  ['two-phase-commit', { rms: 5 }],
  ['paxos', { values: 2, 'max-ballot': 1 }],
  ['abd', { clients: 2, servers: 2, history: true }],
  ['single-copy', { clients: 2, servers: 1, history: true }],
  ['single-copy', { clients: 2, servers: 2, history: true }],
  ['single-copy', { clients: 4, servers: 2, history: true }],
  ['die-hard', { small: 31, big: 97, goal: 50 }],
  ['raft-kv', { clients: 0, 'max-log': 1 }],
  ['raft-kv', { servers: 2, clients: 1, 'max-log': 1, plain: true }],
];

describe('breadth first', () => {
  it.each(spaces)('%s %o: the same with 1, 2 and 3 threads, on every run', async (name, given) => {
    const expected = await alone(name, given);
    for (const workers of [1, 2, 3, 2]) expect(await inThreads(name, given, { workers })).toEqual(expected);
  });

  it('with symmetry as without threads', async () => {
    const given = { values: 2, 'max-ballot': 1 };
    const expected = await alone('paxos', given, { hasSymmetry: true });
    expect([expected.distinct, expected.generated]).toEqual([443, 2697]);
    const { told: _, ...counts } = expected;
    expect(await inThreads('paxos', given, { workers: 2, hasSymmetry: true })).toMatchObject(counts);
  });

  it('a larger space, whose visited set grows many times, comes out exactly', async () => {
    // Stateright's and TLC's numbers for seven managers are not in our table: one thread is the measure.
    const expected = await alone('two-phase-commit', { rms: 6 });
    expect(await inThreads('two-phase-commit', { rms: 6 }, { workers: 2 })).toEqual(expected);
  });

  it.each([1, 7, 100, 8831])('--max-states %i stops exactly there', async (maxStates) => {
    const result = await inThreads('two-phase-commit', { rms: 5 }, { workers: 2, maxStates });
    expect([result.distinct, result.end]).toEqual([maxStates, 'max-states']);
  });

  it('--max-states of the exact size closes the space', async () => {
    const result = await inThreads('two-phase-commit', { rms: 5 }, { workers: 2, maxStates: 8832 });
    expect([result.distinct, result.generated, result.end]).toEqual([8832, 58146, 'closed']);
  });

  it('--max-depth: the same states', async () => {
    const given = { values: 2, 'max-ballot': 1 };
    expect(await inThreads('paxos', given, { workers: 2, maxDepth: 9 })).toEqual(
      await alone('paxos', given, { maxDepth: 9 }),
    );
  });

  it('Ctrl-C ends with what is known', async () => {
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    let now = 0;
    const { model, source } = modelOf(models, 'two-phase-commit', { rms: 9 });
    const result = await threads.breadthFirstInThreads(model, source, {
      clock: () => (now += 50), workers: 2, shareFrom: 100, signal: stop.signal, onProgress,
    });
    expect(result.end).toBe('interrupted');
    expect(result.distinct).toBeGreaterThan(100);
  });

  it('a worker that cannot find its model says what to do', async () => {
    const { model, source } = modelOf(models, 'two-phase-commit', { rms: 4 });
    const wrong = { ...source, name: 'no-such-model' };
    await expect(threads.breadthFirstInThreads(model, wrong, { clock, workers: 2, shareFrom: 1 })).rejects.toThrow(
      'exports no model "no-such-model": export its definition',
    );
  });
});

describe('a thread', () => {
  const started = async () => {
    const { Thread } = (await import(
      pathToFileURL(resolve(import.meta.dirname, '../../../dist/harness/explore/threads.js')).href
    )) as typeof import('../../../harness/explore/threads.ts');
    const { source } = modelOf(models, 'two-phase-commit', { rms: 2 });
    return new Thread({ source, hasSymmetry: false, index: 0, control: new SharedArrayBuffer(64) });
  };
  const take = () =>
    ({
      kind: 'take', halves: new Int32Array(0), start: { level: 0, reached: [] }, visited: Visited.create(true).buffers,
    }) as const;

  it('takes one request at a time, and answers what was asked', async () => {
    const thread = await started();
    try {
      const taken = thread.ask('took', take());
      expect(() => thread.ask('took', take())).toThrow('a worker takes one request at a time');
      expect(await taken).toEqual({ kind: 'took' });
      await expect(thread.ask('gave', take())).rejects.toThrow('a worker answered "took" where "gave" was due');
    } finally {
      await thread.end();
    }
  });
});

describe('random walks', () => {
  it.each([[{ clients: 2, servers: 2, history: true }], [{ clients: 2, servers: 1, history: true }]])(
    'single-copy %o: the same with 1, 2 and 3 threads',
    async (given) => {
      const options = { clock, seed: '42', walks: 500, maxSteps: 20 };
      const one = modelOf(protocolModels, 'single-copy', given);
      const expected = comparable(one.model, await randomSearch(one.model, options));
      for (const workers of [2, 3]) {
        const { model, source } = modelOf(models, 'single-copy', given);
        expect(comparable(model, await random.randomSearch(model, { ...options, workers, source }))).toEqual(expected);
      }
    },
  );
});
