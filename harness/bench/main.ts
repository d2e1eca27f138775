/**
 * How fast this tree is, beside another revision: `npm run bench -- --against REVISION`. Both do the same work in
 * turns, in processes of their own, so that the ratios hold on any machine; absolute figures do not.
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../bugs/project.ts';
import { exitCode, type ExitCode } from '../campaign/judgement.ts';
import { mustBeWritable, temporaryFolder, writeWhole } from '../text/files.ts';
import { UsageError } from '../text/usage-error.ts';
import { askedFor, usage, type Asked } from './against/arguments.ts';
import { baseOf } from './against/base.ts';
import { checker } from './against/checker.ts';
import { Children } from './against/child.ts';
import { explorer, explorerThreads } from './against/explorer.ts';
import { Git } from './against/git.ts';
import { labs } from './against/labs.ts';
import { isBelow, orderOf } from './against/pairs.ts';
import { asJson, measuredOf, toldOf, type Measured, type Sides } from './against/report.ts';
import { simulation } from './against/simulation.ts';
import { startUp } from './against/start-up.ts';
import { builtAside, mustBeBuilt, type Tree } from './against/tree.ts';
import type { Setting, What, Workload } from './against/workload.ts';
import type { Reading } from './against/metric.ts';

const workloads: Readonly<Record<What, (setting: Setting) => Workload | Promise<Workload>>> = {
  simulation, explorer, 'explorer-threads': explorerThreads, checker, 'start-up': startUp, labs,
};
const write = (text: string): void => void process.stdout.write(text);
const say = (text: string): void => void process.stderr.write(text);

async function compare(asked: Asked, argv: readonly string[]): Promise<ExitCode> {
  const here = projectFolder();
  const git = new Git(here);
  mustBeBuilt(here);
  if (asked.json !== null) mustBeWritable(asked.json, say);
  const revision =
    asked.against === 'base' ? baseOf(git, process.env['WHITEWATER_BASE']) : { revision: asked.against, why: '' };
  if (revision === null) {
    write(
      'bench: there is no tag, no commit of a week ago and no commit before this one (a shallow clone?): nothing to compare with\n',
    );
    return exitCode.pass;
  }
  const commit = git.mustBeCommit(revision.revision);
  const folder = temporaryFolder('whitewater-bench-');
  const interruption = new AbortController();
  const onInterrupt = (): void => interruption.abort();
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  try {
    say(`building ${git.toldOf(commit)}\n`);
    builtAside(git, commit, join(folder, 'other'), here, say);
    const trees: Sides<Tree> = {
      here: {
        folder: here, name: git.hasChanges ? 'this tree' : git.tried('rev-parse', '--short', 'HEAD')!,
        told: `${git.toldOf('HEAD')}${git.hasChanges ? ', and changes' : ''}`,
      },
      other: {
        folder: join(folder, 'other'), name: git.tried('rev-parse', '--short', commit)!, told: git.toldOf(commit),
      },
    };
    const command = `npm run bench -- ${argv.join(' ')}`;
    const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${process.platform} ${process.arch}`;
    write(
      `${command}\n${machine}\n  this tree: ${trees.here.told}\n  against:   ${trees.other.told}${revision.why === '' ? '' : ` (${revision.why})`}\n`,
    );
    const setting: Setting = {
      ...trees, children: new Children(folder, interruption.signal), folder, isShort: asked.isShort, seeds: asked.seeds,
      pairs: asked.pairs, say,
    };
    const measured: Measured[] = [];
    for (const what of asked.what) {
      const one = await measure(what, setting);
      measured.push(one);
      write(toldOf(one, trees));
    }
    if (asked.json !== null) writeWhole(asked.json, asJson(command, trees, machine, measured));
    return verdictOf(measured, asked.floor);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    say('bench: interrupted\n');
    return exitCode.unknown;
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(what: What, setting: Setting): Promise<Measured> {
  const workload = await workloads[what](setting);
  const readings: Sides<Reading>[] = [];
  for (let pair = 0; pair < workload.pairs; pair++) {
    const read = new Map<Tree, Reading>();
    for (const tree of orderOf(pair, setting.here, setting.other)) read.set(tree, await workload.read(tree, pair));
    readings.push({ here: read.get(setting.here)!, other: read.get(setting.other)! });
    setting.say(`${what}: pair ${pair + 1}\n`);
  }
  const { shares } = workload;
  const both =
    shares === null || setting.isShort
      ? null
      : { here: await shares(setting.here), other: await shares(setting.other) };
  return measuredOf(what, workload.title, workload.notes, workload.metrics, readings, both);
}

function verdictOf(measured: readonly Measured[], floor: number | null): ExitCode {
  if (floor === null) return exitCode.pass;
  const slower = measured.filter(({ metrics }) => isBelow(metrics[0]!, floor));
  for (const { what, metrics } of slower)
    write(
      `\n${what}: ${metrics[0]!.name} is ${metrics[0]!.median.toFixed(2)} times as good, below the floor of ${floor}\n`,
    );
  return slower.length === 0 ? exitCode.pass : exitCode.violation;
}

/** What is measured of this tree alone. */
const ofThisTree: Readonly<Record<string, () => Promise<unknown>>> = {
  '--alone': () => import('./swarm.ts'), '--growth': () => import('./growth.ts'),
};

async function main(argv: readonly string[]): Promise<ExitCode> {
  const alone = argv.length === 1 ? ofThisTree[argv[0]!] : undefined;
  if (alone !== undefined) {
    process.argv.splice(2);
    await alone();
    return exitCode.pass;
  }
  try {
    const asked = askedFor(argv);
    if (asked !== null) return await compare(asked, argv);
    write(usage);
    return exitCode.pass;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`bench: ${error instanceof UsageError || error.name === 'ChildError' ? error.message : error.stack}\n`);
    return error instanceof UsageError ? exitCode.usage : exitCode.harnessFault;
  }
}

process.exitCode = await main(process.argv.slice(2));
