/**
 * Where the time of a run goes, by layer: from a CPU profile, by the path of the file. Old names of folders are among
 * them.
 */

export type Layer =
  'core' | 'checks' | 'world' | 'network' | 'disk' | 'faults' | 'linearizability' | 'search' | 'collection' | 'other';

/** In the order in which a person reads them. */
export const layers: readonly Layer[] = [
  'core', 'checks', 'world', 'network', 'disk', 'faults', 'linearizability', 'search', 'collection', 'other',
];

/** The first that fits decides: by path below `dist/`, without `.js`. */
const byPath: readonly (readonly [pattern: RegExp, layer: Layer])[] = [
  [/^checkers\/(?:porcupine-ts-port\/|linearizability$)/, 'linearizability'],
  [/^checkers\//, 'checks'],
  [/^core\/(?:disk\/|frame$)/, 'disk'],
  [/^core\//, 'core'],
  [/^harness\/(?:world\/)?(?:disk|files|disk-[\w-]+)$/, 'disk'],
  [/^harness\/world\/network\//, 'network'],
  [/^harness\/(?:world\/)?(?:[\w-]*network|links|fate|cuts|rpc)$/, 'network'],
  [/^harness\/(?:faults|script)(?:\/|$)/, 'faults'],
  [/^harness\/explore\//, 'search'],
  [/^scenarios\/protocols\//, 'search'],
  [/^(?:harness|scenarios)\//, 'world'],
];

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

/** As V8 writes it. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Null for what is no work: a thread that waits. */
export function layerOf({ functionName, url }: CallFrame): Layer | null {
  if (functionName === '(garbage collector)') return 'collection';
  if (functionName === '(idle)') return null;
  const below = /\/dist\/((?:core|checkers|harness|scenarios)\/.*)\.js$/.exec(url)?.[1];
  if (below === undefined) return 'other';
  return byPath.find(([pattern]) => pattern.test(below))?.[1] ?? 'other';
}

/** Shares of all that was worked, which add up to 1; of several threads one profile each. */
export function sharesOf(profiles: readonly CpuProfile[]): Readonly<Record<Layer, number>> {
  const us = Object.fromEntries(layers.map((layer) => [layer, 0])) as Record<Layer, number>;
  let all = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const known = new Map(nodes.map(({ id, callFrame }) => [id, layerOf(callFrame)]));
    for (const [at, id] of samples.entries()) {
      const layer = known.get(id) ?? null;
      // The clock may be set back between two samples.
      const tookUs = Math.max(0, timeDeltas[at]!);
      if (layer === null) continue;
      us[layer] += tookUs;
      all += tookUs;
    }
  }
  return Object.fromEntries(layers.map((layer) => [layer, all === 0 ? 0 : us[layer] / all])) as Record<Layer, number>;
}
