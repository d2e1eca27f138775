/** What commands take before they work, in units of the barest start of Node. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyOf } from './histories.ts';
import type { Reading } from './metric.ts';
import { commandOf, type Setting, type Workload } from './workload.ts';

export function startUp({ children, folder, isShort, pairs }: Setting): Workload {
  const history = join(folder, 'short.jsonl');
  writeFileSync(history, historyOf({ name: 'short', operations: 20, clients: 2, keys: 2, values: 100 }));
  const commands = { help: ['--help'], check: ['check', history], replay: ['replay', '1'], lab: ['lab', '3B'] };
  return {
    title: 'CPU of a whole command, in units of `node -e 0` beside it',
    metrics: [
      { key: 'replay', name: 'replay 1', better: 'less', digits: 2 },
      { key: 'help', name: '--help', better: 'less', digits: 2 },
      { key: 'check', name: 'check of 20 operations', better: 'less', digits: 2 },
      { key: 'lab', name: 'lab 3B', better: 'less', digits: 2 },
      { key: 'bareMs', name: 'node -e 0, CPU ms', better: 'less', digits: 0 },
    ],
    pairs: pairs ?? (isShort ? 3 : 9), notes: [],
    async read(tree): Promise<Reading> {
      const { cpuMs: bareMs } = await children.run({ argv: ['-e', '0'] });
      const values: Record<string, number> = { bareMs };
      for (const [key, words] of Object.entries(commands))
        values[key] = (await children.run({ argv: [commandOf(tree), ...words] })).cpuMs / bareMs;
      return { values, course: [], digests: [] };
    },
    shares: null,
  };
}
