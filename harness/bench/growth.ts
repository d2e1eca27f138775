/**
 * What a step costs when log, store or cluster are ten times as large: `npm run bench -- --growth`. A step is to cost
 * what it changes, so each ratio should be near 1. All checks are on; nothing fails, and no snapshot is taken, so that
 * the log grows as it is told. Processor time of small and large runs in turns in one process.
 *
 *     node dist/harness/bench/growth.js [REGISTRY_MODULE]
 */
import { loadRegistry } from '../campaign/registry.ts';
import { planFormat, planVersion, type Plan } from '../plan/plan.ts';
import { run } from '../run.ts';
import { count, table } from '../text/format.ts';
import { median } from './against/pairs.ts';

interface Size {
  readonly operations: number;
  readonly keys: number;
  readonly servers: number;
}

interface Growth {
  readonly name: string;
  readonly small: Size;
  readonly large: Size;
}

const middling: Size = { operations: 2000, keys: 20, servers: 3 };
const growths: readonly Growth[] = [
  { name: 'log, entries', small: { ...middling, operations: 500 }, large: { ...middling, operations: 5000 } },
  { name: 'store, keys', small: { ...middling, keys: 100 }, large: { ...middling, keys: 1000 } },
  { name: 'nodes', small: { ...middling, operations: 300 }, large: { ...middling, operations: 300, servers: 30 } },
];
const sizeOf: Readonly<Record<string, (size: Size) => number>> = {
  'log, entries': ({ operations }) => operations, 'store, keys': ({ keys }) => keys, nodes: ({ servers }) => servers,
};

const rounds = 5;
const clients = 4;
const everyUs = 5000;

/** Not by the schema, which has at most 7 servers: a calm network, and clients that put one value after another. */
const planOf = ({ operations, keys, servers }: Size): Plan => ({
  format: planFormat,
  version: planVersion,
  scenario: 'growth',
  system: 'raft-kv',
  seed: 'growth',
  servers,
  clients,
  settings: {
    heartbeatUs: 50_000, electionTimeoutUs: { min: 300_000, max: 600_000 }, entriesPerMessageMax: 64,
    noopOnElection: false, maxRaftState: -1, applyBatchMax: 1_000_000, applyPauseUs: { min: 0, max: 0 },
    retryUs: { min: 500_000, max: 900_000 }, backoffUs: { min: 40_000, max: 80_000 },
  },
  network: {
    delayUs: { min: 500, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0,
    lateUs: { min: 1000, max: 1000 },
  },
  disk: { writeUs: { min: 20, max: 100 } },
  faults: [],
  operations: Array.from({ length: operations }, (_, at) => ({
    client: at % clients, atUs: 1_000_000 + at * everyUs,
    request: { kind: 'put', key: `k${at % keys}`, value: `${at};` },
  })),
  stormUs: 1_000_000 + (operations + 1) * everyUs,
  settleUs: 60_000_000,
});

const registry = await loadRegistry(process.argv[2] ?? new URL('../../scenarios/registry.js', import.meta.url).href);
const system = registry.systems.get('raft-kv')!;

/** Microseconds a step. */
function costUs(plan: Plan): { readonly us: number; readonly steps: number } {
  const before = process.cpuUsage();
  const { verdict, steps } = run(system, plan);
  const { user, system: kernel } = process.cpuUsage(before);
  if (verdict.kind !== 'ok') throw new Error(`a run that is measured did not pass: ${verdict.detail}`);
  return { us: (user + kernel) / steps, steps };
}

const rows: string[][] = [];
for (const { name, small, large } of growths) {
  const [smallPlan, largePlan] = [small, large].map((size) => planOf(size)) as [Plan, Plan];
  const pairs: { readonly small: number; readonly large: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = { small: costUs(smallPlan).us, large: costUs(largePlan).us };
    // The first one warms the compiler up.
    if (round > 0) pairs.push(pair);
  }
  const ratios = pairs.map((pair) => pair.large / pair.small).toSorted((a, b) => a - b);
  const size = sizeOf[name]!;
  rows.push([
    name, `${count(size(small))} to ${count(size(large))}`, median(pairs.map((pair) => pair.small)).toFixed(1),
    median(pairs.map((pair) => pair.large)).toFixed(1), median(ratios).toFixed(2),
    `${ratios[0]!.toFixed(2)} to ${ratios.at(-1)!.toFixed(2)}`,
  ]);
}
process.stdout.write(
  `${table([['grown', 'from', 'us a step', 'large', 'ratio', 'single pairs'], ...rows], [2, 3, 4, 5])}\n`,
);
