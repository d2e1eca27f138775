/** Seeds of the swarm: the same plans for both, in one process for each reading, all checks on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allocatedBytes } from './allocated.ts';
import { ChildError } from './child.ts';
import { sharesOf } from './layers.ts';
import type { Metric, Reading } from './metric.ts';
import type { Ran } from './simulation-child.ts';
import type { Tree } from './tree.ts';
import type { Setting, Workload } from './workload.ts';

const metrics: readonly Metric[] = [
  { key: 'seeds', name: 'seeds a CPU second', better: 'more', digits: 1 },
  { key: 'virtual', name: 'virtual s a CPU second', better: 'more', digits: 0 },
  { key: 'allocated', name: 'MB allocated a seed', better: 'less', digits: 2 },
  { key: 'events', name: 'events a seed', better: 'less', digits: 0 },
];

const program = fileURLToPath(new URL('./simulation-child.js', import.meta.url));
const usualSeeds = 200;
const shortSeeds = 60;
const microsecondsPerSecond = 1_000_000;
const bytesPerMegabyte = 1_000_000;

export async function simulation(setting: Setting): Promise<Workload> {
  const { children, folder, isShort } = setting;
  const seeds = setting.seeds ?? (isShort ? shortSeeds : usualSeeds);
  const warmUp = Math.ceil(seeds / 4);
  const pairs = setting.pairs ?? (isShort ? 3 : 5);
  const { texts, notes } = await drawn(setting, pairs * (seeds + warmUp));
  const files = Array.from({ length: pairs }, (_, pair) => {
    const path = join(folder, `plans-${pair}.json`);
    writeFileSync(path, JSON.stringify(texts.slice(pair * (seeds + warmUp), (pair + 1) * (seeds + warmUp))));
    return path;
  });
  const argv = (tree: Tree, pair: number): readonly string[] => [
    program, tree.folder, 'run', files[pair]!, String(warmUp), 'FILE',
  ];
  return {
    title: `swarm, seeds 1 to ${texts.length}: in each reading ${seeds} plans in one process, behind ${warmUp} that warm it up`,
    metrics,
    pairs,
    notes,
    async read(tree, pair): Promise<Reading> {
      const { file, out } = await children.run({ argv: argv(tree, pair), tracesCollections: true });
      const ran = JSON.parse(file) as Ran;
      return {
        values: {
          seeds: (ran.plans * 1000) / ran.cpuMs,
          virtual: (ran.virtualUs / microsecondsPerSecond) * (1000 / ran.cpuMs),
          allocated: allocatedBytes(out, ran.fromMs) / bytesPerMegabyte / ran.plans,
          events: ran.events / ran.plans,
        },
        course: ran.course,
        digests: ran.digests,
      };
    },
    shares: async (tree) => sharesOf((await children.run({ argv: argv(tree, 0), isProfiled: true })).profiles),
  };
}

/** Plans that both can run. Where the two draw differently, those of the one that the other one reads. */
async function drawn(setting: Setting, count: number): Promise<{ texts: readonly string[]; notes: readonly string[] }> {
  const { here, other, children } = setting;
  const draw = async (tree: Tree): Promise<readonly string[]> =>
    JSON.parse(
      (await children.run({ argv: [program, tree.folder, 'draw', '1', String(count), 'FILE'] })).file,
    ) as string[];
  const [ours, theirs] = [await draw(here), await draw(other)];
  const differing = ours.filter((text, at) => text !== theirs[at]).length;
  if (differing === 0) return { texts: ours, notes: [`both draw the same ${count} plans`] };
  for (const [texts, of, reader] of [[theirs, other, here], [ours, here, other]] as const) {
    if (await canRun(setting, reader, texts))
      return { texts, notes: [`${differing} of ${count} plans are drawn differently: both run those of ${of.name}`] };
  }
  throw new ChildError(
    `neither ${here.name} nor ${other.name} runs a plan that the other one has drawn: there is nothing to compare`,
  );
}

async function canRun({ children, folder }: Setting, reader: Tree, texts: readonly string[]): Promise<boolean> {
  const path = join(folder, 'first-plan.json');
  writeFileSync(path, JSON.stringify(texts.slice(0, 1)));
  try {
    await children.run({ argv: [program, reader.folder, 'run', path, '0', 'FILE'] });
    return true;
  } catch (error) {
    if (error instanceof ChildError) return false;
    throw error;
  }
}
