/**
 * Draws plans, or runs them, with what a built tree exports to its users: any revision is driven by the same few names.
 *
 *     node simulation-child.js TREE draw FROM COUNT FILE
 *     node simulation-child.js TREE run PLANS WARM_UP FILE
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Of a tree's `dist/scenarios/index.js`, as old as 97d70e0 and as new as this one. */
interface Exported {
  readonly registry: {
    readonly scenarios: ReadonlyMap<string, { draw(seed: number): unknown }>;
    readonly systems: ReadonlyMap<string, unknown>;
  };
  parsePlan(name: string, text: string, systems: ReadonlyMap<string, unknown>): { readonly system: string };
  printPlan(plan: unknown): string;
  run(
    system: unknown, plan: unknown,
  ): {
    readonly digest: string;
    readonly events: number;
    readonly endUs: number;
    readonly operationsCompleted: number;
    readonly verdict: { readonly kind: string };
  };
}

/** What running the plans took and came to. */
export interface Ran {
  readonly cpuMs: number;
  /** Age of the process at the first plan that counts. */
  readonly fromMs: number;
  readonly plans: number;
  readonly events: number;
  readonly virtualUs: number;
  /** Of each plan. */
  readonly course: readonly string[];
  readonly digests: readonly string[];
}

const [tree = '', kind, first = '', second = '', file = ''] = process.argv.slice(2);
const { registry, parsePlan, printPlan, run } = (await import(
  pathToFileURL(join(tree, 'dist', 'scenarios', 'index.js')).href
)) as Exported;

function draw(from: number, count: number): readonly string[] {
  const swarm = registry.scenarios.get('swarm')!;
  return Array.from({ length: count }, (_, at) => printPlan(swarm.draw(from + at)));
}

/** The first plans only warm the compiler up. */
function ran(texts: readonly string[], warmUp: number): Ran {
  const plans = texts.map((text, at) => parsePlan(`plan ${at}`, text, registry.systems));
  let events = 0;
  let virtualUs = 0;
  const course: string[] = [];
  const digests: string[] = [];
  let before = process.cpuUsage();
  let fromMs = performance.now();
  for (const [at, plan] of plans.entries()) {
    if (at === warmUp) {
      before = process.cpuUsage();
      fromMs = performance.now();
    }
    const record = run(registry.systems.get(plan.system), plan);
    if (record.verdict.kind !== 'ok')
      throw new Error(`plan ${at} is not ok but ${record.verdict.kind}: its time proves nothing`);
    if (at < warmUp) continue;
    events += record.events;
    virtualUs += record.endUs;
    course.push(`${record.events} events, ${record.operationsCompleted} operations, ended at ${record.endUs} us`);
    digests.push(record.digest);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, fromMs, plans: digests.length, events, virtualUs, course, digests };
}

const told =
  kind === 'draw'
    ? draw(Number(first), Number(second))
    : ran(JSON.parse(readFileSync(first, 'utf8')) as string[], Number(second));
writeFileSync(file, JSON.stringify(told));
