/** The checker by its command, on long histories. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyOf, type HistoryShape } from './histories.ts';
import { sharesOf } from './layers.ts';
import type { Reading } from './metric.ts';
import { commandOf, type Setting, type Workload } from './workload.ts';

interface Checked {
  readonly files: readonly { readonly verdict: string; readonly operations: number; readonly steps: number }[];
}

/** Values that tell who wrote them, and values that do not. */
const shapes = (operations: number): readonly HistoryShape[] => [
  { name: 'unique', operations, clients: 8, keys: 20, values: 2 ** 31 },
  { name: 'repeating', operations, clients: 4, keys: 40, values: 6 },
];

export function checker({ children, folder, isShort, pairs }: Setting): Workload {
  const files = shapes(isShort ? 10_000 : 40_000).map((shape) => {
    const path = join(folder, `${shape.name}.jsonl`);
    writeFileSync(path, historyOf(shape));
    return path;
  });
  const words = ['check', ...files, '--json', 'FILE'];
  return {
    title: `whitewater check of ${files.length} histories of ${isShort ? '10,000' : '40,000'} operations, reading and start included`,
    metrics: [{ key: 'operations', name: 'operations a CPU second', better: 'more', digits: 0 }],
    pairs: pairs ?? (isShort ? 3 : 5),
    notes: [],
    async read(tree): Promise<Reading> {
      const { file, cpuMs } = await children.run({ argv: [commandOf(tree), ...words] });
      const checked = (JSON.parse(file) as Checked).files;
      const operations = checked.reduce((sum, one) => sum + one.operations, 0);
      return {
        values: { operations: (operations * 1000) / cpuMs },
        course: checked.map(({ verdict, operations }) => `${verdict}, ${operations} operations`),
        digests: [],
      };
    },
    shares: async (tree) =>
      sharesOf((await children.run({ argv: [commandOf(tree), ...words], isProfiled: true })).profiles),
  };
}
