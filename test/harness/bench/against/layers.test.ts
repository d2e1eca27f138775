/** Where time goes, by the path of a file: of this tree and of those that had other folders. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { layerOf, layers, sharesOf } from '../../../../harness/bench/against/layers.ts';

const top = resolve(fileURLToPath(import.meta.url), '../../../../..');
const frame = (path: string): { functionName: string; url: string } => ({
  functionName: 'f', url: `file:///any/tree/dist/${path}`,
});

describe('the layer of a file', () => {
  test.each([
    ['core/raft/step.js', 'core'], ['core/server.js', 'core'], ['core/codec.js', 'core'],
    ['core/disk/log-files.js', 'disk'], ['core/frame.js', 'disk'], ['harness/world/disk.js', 'disk'],
    ['harness/world/files.js', 'disk'], ['harness/disk.js', 'disk'], ['checkers/raft/entry-book.js', 'checks'],
    ['checkers/raft-kv.js', 'checks'], ['checkers/chronicle/situations.js', 'checks'],
    ['checkers/linearizability.js', 'linearizability'], ['checkers/porcupine-ts-port/search.js', 'linearizability'],
    ['harness/world/network/honest.js', 'network'], ['harness/world/links.js', 'network'],
    ['harness/network.js', 'network'], ['harness/fated-network.js', 'network'], ['harness/cuts.js', 'network'],
    ['harness/faults/nemesis.js', 'faults'], ['harness/script/script.js', 'faults'], ['harness/script.js', 'faults'],
    ['harness/explore/visited.js', 'search'], ['scenarios/protocols/raft-kv.js', 'search'],
    ['harness/world/world.js', 'world'], ['harness/world/queue.js', 'world'], ['harness/world.js', 'world'],
    ['harness/workload/clients.js', 'world'], ['harness/digest.js', 'world'],
    ['scenarios/swarm/operations.js', 'world'],
  ])('%s is of %s', (path, layer) => expect(layerOf(frame(path))).toBe(layer));

  test('the collector is none of the files, what waits is no work, and Node and packages are other', () => {
    expect(layerOf({ functionName: '(garbage collector)', url: '' })).toBe('collection');
    expect(layerOf({ functionName: '(idle)', url: '' })).toBeNull();
    expect(layerOf({ functionName: '(program)', url: '' })).toBe('other');
    expect(layerOf({ functionName: 'f', url: 'node:internal/modules/esm/loader' })).toBe('other');
    expect(layerOf({ functionName: 'f', url: 'file:///any/tree/node_modules/seedrandom/lib/alea.js' })).toBe('other');
  });

  test('no file of this tree is left over', () => {
    const files = ['core', 'checkers', 'harness', 'scenarios'].flatMap((layer) =>
      readdirSync(join(top, layer), { recursive: true, encoding: 'utf8' }).map((path) => `${layer}/${path}`),
    );
    const sources = files.filter((path) => path.endsWith('.ts') && existsSync(join(top, path)));
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.filter((path) => layerOf(frame(path.replace(/\.ts$/, '.js'))) === 'other')).toEqual([]);
  });
});

describe('shares', () => {
  const profile = (ids: readonly number[], timeDeltas: readonly number[]) => ({
    nodes: [
      { id: 1, callFrame: frame('core/server.js') }, { id: 2, callFrame: frame('harness/world/world.js') },
      { id: 3, callFrame: { functionName: '(idle)', url: '' } },
      { id: 4, callFrame: { functionName: '(garbage collector)', url: '' } },
    ],
    samples: ids,
    timeDeltas,
  });

  test('are of what was worked, by the time before each sample', () => {
    const shares = sharesOf([profile([1, 2, 3, 4], [100, 60, 1000, 40])]);
    expect(shares).toMatchObject({ core: 0.5, world: 0.3, collection: 0.2, network: 0 });
    expect(Object.keys(shares)).toEqual(layers);
  });

  test('of several threads are those of all together', () => {
    expect(sharesOf([profile([1], [100]), profile([2, 3], [300, 500])])).toMatchObject({ core: 0.25, world: 0.75 });
  });

  test('a clock that was set back took no time, and nothing has no shares', () => {
    expect(sharesOf([profile([1, 2], [100, -50])])).toMatchObject({ core: 1, world: 0 });
    expect(sharesOf([])).toMatchObject({ core: 0, other: 0 });
  });
});
