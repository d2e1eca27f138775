/**
 * A fleet against one machine: `node dist/harness/bench/fleet.js storm|cost|queue [--seeds N] [--rounds N]`, with a
 * redis-server of its own.
 *
 * storm   4 workers, one killed with -9 every three seconds at most, 40 in all, and Redis once in the middle: the
 * result must be that of `fuzz` cost    `fuzz` and one worker beside each other, one thread each, so that whoever else
 * is at work on these cores is in the
 *         way of both: CPU and wall time of both, and their ratio
 * queue   what one chunk costs Redis, in CPU time and in bytes: so what one Redis gives in a second
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runChunk } from '../campaign/campaign.ts';
import { loadRegistry } from '../campaign/registry.ts';
import { feed, openQueue, openWorker } from '../fleet/queue.ts';
import { openStore } from '../fleet/store.ts';
import { progressOf } from '../fleet/whole.ts';
import { readCampaign } from '../report/campaign-json.ts';
import { count } from '../text/format.ts';

const bin = fileURLToPath(new URL('../../scenarios/whitewater.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-bench-'));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '5' } },
});
const seeds = Number(values.seeds);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
let begunSoFar = 0;
/** Workers that are killed in the course of a storm. */
const killsMost = 40;

const port = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address() as { port: number };
    server.close(() => resolve(free));
  });
});
const url = `redis://127.0.0.1:${port}`;
let redis = await startedRedis();

async function startedRedis(): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'],
    { stdio: 'ignore' },
  );
  child.once('error', (error) => {
    throw error;
  });
  const answers = (): Promise<boolean> => new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });
  while (!(await answers())) await sleep(20);
  return child;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly wallMs: number;
  /** Of the process with all its threads; zero when it was killed. */
  readonly cpuMs: number;
}

/** Writes its CPU time when it ends. */
const notesCpu = (file: string): string =>
  `--import=data:text/javascript,${encodeURIComponent(`import{isMainThread as m}from'node:worker_threads';import{writeFileSync as w}from'node:fs';if(m)process.on('exit',()=>w(${JSON.stringify(file)},JSON.stringify(process.cpuUsage())))`)}`;

function begun(...argv: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const cpu = join(folder, `cpu-${begunSoFar++}`);
  const startedMs = performance.now();
  const child = spawn(process.execPath, [bin, ...argv], {
    cwd: folder, env: { ...process.env, REDIS_URL: url, NODE_OPTIONS: notesCpu(cpu) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout!.on('data', (text: Buffer) => (out += text.toString()));
  return {
    child,
    ended: new Promise((resolve) =>
      child.once('close', (code) =>
        resolve({ code, out, wallMs: performance.now() - startedMs, cpuMs: code === null ? 0 : cpuMsIn(cpu) }),
      ),
    ),
  };
}

function cpuMsIn(file: string): number {
  const { user, system } = JSON.parse(readFileSync(file, 'utf8')) as { user: number; system: number };
  return (user + system) / 1000;
}

async function mustPass(...argv: readonly string[]): Promise<Ran> {
  const ran = await begun(...argv).ended;
  if (ran.code !== 0) throw new Error(`whitewater ${argv.join(' ')} ended with ${ran.code}\n${ran.out}`);
  return ran;
}

const resultIn = (file: string) => readCampaign(file, readFileSync(join(folder, file), 'utf8')).result;

async function storm(): Promise<void> {
  // Small chunks: one that takes longer than a worker lives is never done.
  await mustPass('fleet', 'start', '--seeds', String(seeds), '--chunk', '20');
  const work = () => begun('fleet', 'work', '--workers', '1', '--until-done', '--lost-after', '5s');
  const workers = Array.from({ length: 4 }, work);
  const open = await openStore(url, 'whitewater');
  let kills = 0;
  let restarts = 0;
  for (;;) {
    await sleep(3000);
    const progress = await progressOf(open.store, (await open.store.current())!, Date.now());
    if (progress.seeds === seeds) break;
    // On a busy machine a worker that is killed before it has begun shows nothing.
    if (progress.seeds < ((kills + 1) * seeds) / killsMost) continue;
    workers[kills % 4]!.child.kill('SIGKILL');
    workers[kills % 4] = work();
    kills += 1;
    if (restarts > 0 || progress.seeds < seeds / 2) continue;
    restarts += 1;
    redis.kill('SIGKILL');
    redis = await startedRedis();
  }
  open.close();
  await Promise.all(workers.map(({ ended }) => ended));
  await mustPass('fleet', 'result', '--json', 'fleet.json');
  await mustPass('fuzz', '--seeds', String(seeds), '--json', 'fuzz.json');
  const [fleet, fuzz] = [resultIn('fleet.json'), resultIn('fuzz.json')];
  say(`${count(seeds)} seeds, 4 workers, ${kills} killed with -9, Redis ${restarts} times`);
  say(`fleet  ${count(fleet.seeds)} seeds, digest ${fleet.digest}`);
  say(`fuzz   ${count(fuzz.seeds)} seeds, digest ${fuzz.digest}`);
  if (fleet.digest !== fuzz.digest || fleet.seeds !== fuzz.seeds) process.exitCode = 1;
}

async function cost(): Promise<void> {
  const ratios: (readonly [number, number])[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const from = String(1 + round * seeds);
    await mustPass('fleet', 'start', '--seeds', String(seeds), '--from', from);
    const fuzz = () => mustPass('fuzz', '--seeds', String(seeds), '--from', from, '--workers', '1');
    const work = () => mustPass('fleet', 'work', '--workers', '1', '--until-done');
    // Each of them is begun first as often as the other.
    const [one, other] =
      round % 2 === 0
        ? await Promise.all([fuzz(), work()])
        : ((await Promise.all([work(), fuzz()])).reverse() as [Ran, Ran]);
    ratios.push([one.cpuMs / other.cpuMs, one.wallMs / other.wallMs]);
    say(
      `round ${round + 1}: CPU ${count(one.cpuMs)} and ${count(other.cpuMs)} ms, wall ${count(one.wallMs)} and ${count(other.wallMs)} ms`,
    );
  }
  const median = (of: readonly number[]): string =>
    [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!.toFixed(3);
  say(
    `fuzz / fleet, median of ${ratios.length} rounds of ${count(seeds)} seeds: CPU ${median(ratios.map(([cpu]) => cpu))}, wall ${median(ratios.map(([, wall]) => wall))}`,
  );
}

async function queue(): Promise<void> {
  const { scenarios } = await loadRegistry(new URL('../../scenarios/registry.js', import.meta.url).href);
  const chunkSeeds = 200;
  const chunk = (from: number) =>
    runChunk(
      scenarios.get('swarm')!, Array.from({ length: chunkSeeds }, (_, i) => from + i),
    );
  // The first one warms up.
  const result = chunk(1);
  const before = process.cpuUsage();
  chunk(1 + chunkSeeds);
  const { user, system } = process.cpuUsage(before);
  const chunkMs = (user + system) / 1000;
  const open = await openStore(url, 'whitewater');
  const chunks = Math.ceil(seeds / chunkSeeds);
  const campaign = await open.store.begin({
    id: 'queue', scenario: 'swarm', asked: 'swarm', revision: 'none', program: 'none', from: 1, count: seeds,
    chunkSeeds, doubleCheck: 0, freeze: false, crossCheck: 0, stuckAfterMs: 1000, first: null, startedMs: 0,
  });
  const tasks = await openQueue(open.store.redis, open.store.keys.queues, campaign);
  const spent = async (): Promise<readonly [number, number]> => {
    const info = await open.store.redis.info();
    const said = (field: string): number => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)![1]);
    return [said('used_cpu_user') + said('used_cpu_sys'), said('used_memory')];
  };
  const [cpuBefore, bytesBefore] = await spent();
  const done = new Set<number>();
  const worker = await openWorker({
    redis: open.store.redis, prefix: open.store.keys.queues, campaign, threads: 16, lostAfterMs: 30_000,
    onError(error) {
      throw error;
    },
    async work(job) {
      if (job.data.kind !== 'chunk') return;
      await open.store.record(campaign, job.data.index, result, 0);
      done.add(job.data.index);
    },
  });
  while (done.size < chunks) {
    await feed(open.store, tasks, campaign);
    await sleep(100);
  }
  const [cpuAfter, bytesAfter] = await spent();
  await worker.close();
  const cpuMs = ((cpuAfter - cpuBefore) * 1000) / chunks;
  open.close();
  say(
    `${count(chunks)} chunks of ${chunkSeeds} seeds: ${cpuMs.toFixed(3)} ms of Redis' CPU time and ${count((bytesAfter - bytesBefore) / chunks)} bytes each`,
  );
  say(
    `one chunk takes a worker ${count(chunkMs)} ms of CPU time here; one Redis gives ${count(1000 / cpuMs)} chunks a second, and is busy with ${count(chunkMs / cpuMs)} such threads`,
  );
  process.exitCode = 0;
}

try {
  const parts: Readonly<Record<string, () => Promise<void>>> = { storm, cost, queue };
  const part = parts[positionals[0] ?? 'storm'];
  if (part === undefined) throw new Error(`there is ${Object.keys(parts).join(', ')}, and no ${positionals[0]}`);
  await part();
} finally {
  redis.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
