/** The tests of the labs, by their command. */
import { sharesOf } from './layers.ts';
import type { Reading } from './metric.ts';
import { commandOf, type Setting, type Workload } from './workload.ts';

interface Played {
  readonly totals: { readonly runs: number; readonly passed: number; readonly virtualUs: number };
  readonly tests: readonly {
    readonly scenario: string;
    readonly virtualUs: number;
    readonly events: number;
    readonly operations: number;
    readonly digest: string;
  }[];
}

const microsecondsPerSecond = 1_000_000;

export function labs({ children, isShort, pairs }: Setting): Workload {
  const words = ['lab', '3B', ...(isShort ? [] : ['--seeds', '5']), '--json', 'FILE'];
  return {
    title: `whitewater ${words.join(' ')}`,
    metrics: [
      { key: 'virtual', name: 'virtual s a CPU second', better: 'more', digits: 1 },
      { key: 'cpu', name: 'CPU s in all', better: 'less', digits: 2 },
    ],
    pairs: pairs ?? (isShort ? 3 : 5),
    notes: [],
    async read(tree): Promise<Reading> {
      const { file, cpuMs } = await children.run({ argv: [commandOf(tree), ...words] });
      const { totals, tests } = JSON.parse(file) as Played;
      return {
        values: { virtual: (totals.virtualUs / microsecondsPerSecond) * (1000 / cpuMs), cpu: cpuMs / 1000 },
        course: tests.map(
          ({ scenario, virtualUs, events, operations }) =>
            `${scenario} ${virtualUs} us, ${events} events, ${operations} operations`,
        ),
        digests: tests.map(({ digest }) => digest),
      };
    },
    shares: async (tree) =>
      sharesOf((await children.run({ argv: [commandOf(tree), ...words], isProfiled: true })).profiles),
  };
}
