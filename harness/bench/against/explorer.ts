/** The explorer's search of the built-in Raft, by its command: the whole process counts. */
import { sharesOf } from './layers.ts';
import type { Metric, Reading } from './metric.ts';
import type { Taken } from './child.ts';
import { commandOf, type Setting, type Workload } from './workload.ts';

/** What the command writes as JSON. */
interface Searched {
  readonly distinct: number;
  readonly generated: number;
  readonly depth: number;
  readonly seconds: number;
  /** Of the visited set. */
  readonly bytesPerState: number;
}

const usual = ['explore', '--symmetry', '--max-term', '2', '--max-log', '3'];
const short = ['explore', '--symmetry', '--max-term', '2', '--max-log', '2', '--clients', '0'];
/** Small, so that a thread costs more than it brings, and large. */
const threaded = {
  short: ['explore'],
  usual: ['explore', '--symmetry', '--max-term', '2', '--max-log', '3', '--max-states', '1000000', '--paths'],
};

const metrics: readonly Metric[] = [
  { key: 'states', name: 'states a CPU second', better: 'more', digits: 0 },
  { key: 'generated', name: 'generated a CPU second', better: 'more', digits: 0 },
  { key: 'visited', name: 'bytes a state, visited set', better: 'less', digits: 1 },
  { key: 'peak', name: 'bytes a state, whole process', better: 'less', digits: 0 },
];

const wallMetrics: readonly Metric[] = [
  { key: 'gain', name: 'time of 1 worker to that of 2', better: 'more', digits: 2 },
  { key: 'states', name: 'states a second, 2 workers', better: 'more', digits: 0 },
];

const searchedIn = ({ file }: Taken): Searched => JSON.parse(file) as Searched;
const courseOf = ({ distinct, generated, depth }: Searched): readonly string[] => [
  `${distinct} distinct, ${generated} generated, depth ${depth}`,
];

export function explorer({ children, isShort, pairs }: Setting): Workload {
  const words = [...(isShort ? short : usual), '--workers', '1', '--json', 'FILE'];
  return {
    title: `whitewater ${words.join(' ')}`,
    metrics,
    pairs: pairs ?? (isShort ? 1 : 3),
    notes: [],
    async read(tree): Promise<Reading> {
      const taken = await children.run({ argv: [commandOf(tree), ...words] });
      const searched = searchedIn(taken);
      const { distinct, generated, bytesPerState } = searched;
      return {
        values: {
          states: (distinct * 1000) / taken.cpuMs, generated: (generated * 1000) / taken.cpuMs, visited: bytesPerState,
          peak: taken.peakBytes / distinct,
        },
        course: courseOf(searched),
        digests: [],
      };
    },
    shares: async (tree) =>
      sharesOf((await children.run({ argv: [commandOf(tree), ...words], isProfiled: true })).profiles),
  };
}

/** By the clock, and so only worth something on quiet cores: one worker and two, one behind the other. */
export function explorerThreads({ children, isShort, pairs }: Setting): Workload {
  const words = isShort ? threaded.short : threaded.usual;
  return {
    title: `whitewater ${words.join(' ')}, with --workers 1 and --workers 2`,
    metrics: wallMetrics, pairs: pairs ?? 3, notes: ['these are times by the clock: both cores must be quiet'],
    async read(tree): Promise<Reading> {
      const run = async (workers: number): Promise<Searched> =>
        searchedIn(
          await children.run({ argv: [commandOf(tree), ...words, '--workers', String(workers), '--json', 'FILE'] }),
        );
      const [one, two] = [await run(1), await run(2)];
      return {
        values: { gain: one.seconds / two.seconds, states: two.distinct / two.seconds },
        course: [...courseOf(one), ...courseOf(two)], digests: [],
      };
    },
    shares: null,
  };
}
