/** A fleet of processes on a real Redis: whatever is killed, nothing is lost and nothing counts twice. */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../../harness/fleet/progress.ts';
import { openStore, type OpenStore } from '../../../harness/fleet/store.ts';
import { begun, fleetModule, type WorkerProcess } from '../../support/fleet.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';
import { spawned as whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-work-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const campaignIn = (path: string) => {
  const { wallMs: _wall, workers: _workers, checksum: _checksum, ...facts } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return facts;
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(redisPath === null)(`a fleet of processes${withoutRedis}`, () => {
  let here: string;
  let server: RedisServer;
  let open: OpenStore;
  let workers: WorkerProcess[];
  let made = 0;

  async function onRedis(options: readonly string[] = [], password = ''): Promise<void> {
    server = await RedisServer.started(options, password);
    open = await openStore(server.url, 'whitewater');
  }
  beforeEach(() => {
    here = join(folder, String(made++));
    mkdirSync(here);
    writeFileSync(join(here, 'own.mjs'), fleetModule);
    workers = [];
  });
  afterEach(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await Promise.all(workers.map(({ ended }) => ended));
    open.close();
    await server.end();
  });

  const fleet = (...argv: readonly string[]) => begun(here, { REDIS_URL: server.url }, 'fleet', ...argv).ended;
  const started = async (...argv: readonly string[]): Promise<string> => {
    const { code, out, err } = await fleet('start', ...argv);
    expect([code, err]).toEqual([0, '']);
    return /campaign +(\S+)/.exec(out)![1]!;
  };
  function worker(env: Readonly<Record<string, string>> = {}, ...argv: readonly string[]): WorkerProcess {
    const process = begun(here, { REDIS_URL: server.url, ...env }, 'fleet', 'work', '--workers', '1', '--lost-after', '2s', ...argv);
    workers.push(process);
    return process;
  }
  const progress = async (): Promise<Progress> => open.store.progress((await open.store.current())!, Date.now());
  async function until(isSo: (progress: Progress) => boolean | Promise<boolean>): Promise<Progress> {
    for (;;) {
      const now = await progress();
      if (await isSo(now)) return now;
      await sleep(50);
    }
  }

  test('four workers, one after the other killed with -9, and Redis too: the campaign is that of one machine, each seed once', async () => {
    await onRedis();
    const seeds = 160;
    await started('./own.mjs#slow', '--seeds', String(seeds), '--chunk', '8');
    for (let i = 0; i < 4; i++) worker({ SLOW: '60' }, '--until-done');
    let killed = 0;
    for (const mark of [30, 60, 90, 120]) {
      const { seeds: before } = await until((now) => now.seeds >= mark);
      expect(before).toBeLessThanOrEqual(seeds);
      workers[killed]!.child.kill('SIGKILL');
      killed += 1;
      worker({ SLOW: '60' }, '--until-done');
      if (mark === 90) {
        await server.stop('SIGKILL');
        await server.start();
      }
    }
    const ended = await Promise.all(workers.map((one) => one.ended));
    expect(ended.map(({ code, signal }) => signal ?? code)).toEqual(ended.map((_, i) => (i < killed ? 'SIGKILL' : 0)));
    expect(killed).toBe(4);
    const result = await fleet('result', '--json', 'fleet.json');
    expect([result.code, result.err]).toEqual([0, '']);
    expect((await whitewater(here, 'fuzz', './own.mjs#slow', '--seeds', String(seeds), '--workers', '1', '--json', 'fuzz.json')).code).toBe(0);
    expect(campaignIn(join(here, 'fleet.json'))).toEqual(campaignIn(join(here, 'fuzz.json')));
    // A merge takes it like the result of any machine.
    expect((await whitewater(here, 'merge', 'fleet.json')).code).toBe(0);
  });

  test('a planted bug is one cause with one report, whichever worker meets it, and somebody is told once', async () => {
    await onRedis();
    await started('./own.mjs#unknownEffect', '--seeds', '60', '--chunk', '5');
    writeFileSync(join(here, 'hook.sh'), 'echo "$WHITEWATER_CAUSE $WHITEWATER_PROPERTY $WHITEWATER_SEED $WHITEWATER_PLAN $WHITEWATER_REPORT" >> told.txt\n');
    const ended = await Promise.all([1, 2, 3].map(() => worker({}, '--until-done', '--on-failure', 'sh hook.sh').ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const { causes, violations } = await progress();
    expect([violations, causes.map(({ cause, seeds, isReported }) => [cause.property, seeds, isReported])]).toEqual([60, [['Protocol Contract', 60, true]]]);
    const [{ cause }] = causes as [Progress['causes'][number]];
    // The last worker may have ended before it could tell: then the one who watches does.
    expect((await fleet('watch', '--on-failure', 'sh hook.sh')).out).toContain(`FAIL  ${cause.key}  Protocol Contract: `);
    const plan = `failures/unknownEffect-${cause.seed}.plan.json`;
    expect(readFileSync(join(here, 'told.txt'), 'utf8')).toBe(`${cause.key} Protocol Contract ${cause.seed} ${plan} failures/unknownEffect-${cause.seed}.txt\n`);
    const { code, out } = await fleet('result');
    expect([code, out.match(/the same failure in 60 seeds/g)?.length]).toEqual([1, 1]);
    expect((await whitewater(here, 'replay', plan, '--scenario', './own.mjs#unknownEffect')).code).toBe(1);
    expect((await fleet('page', 'pages')).out).toBe('pages/index.html: 1 campaign, 1 cause of failures\n');
    const page = readFileSync(join(here, 'pages', 'index.html'), 'utf8');
    expect(page).toContain('1 failure open, 0 closed');
    expect(page).toContain(`<a href="failures/${cause.key}.html">Protocol Contract: `);
    expect(existsSync(join(here, 'pages', 'failures', `${cause.key}.html`))).toBe(true);
  });

  test('a chunk that kills its worker three times is set aside and named, its neighbours are not', async () => {
    await onRedis();
    await started('./own.mjs#poison', '--seeds', '20', '--chunk', '5');
    expect(await worker({}, '--until-done').ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await worker({}, '--until-done').ended).toMatchObject({ code: 0 });
    const { seeds, aside } = await progress();
    const { revision } = (await open.store.current())!;
    expect([seeds, aside]).toEqual([15, [`seeds 6 to 10 of poison at ${revision}: it ended the process that ran it 3 times (SIGKILL, at seed 7)`]]);
    const { code, out } = await fleet('result', '--json', 'part.json');
    expect([code, out]).toEqual([2, expect.stringContaining('exit code 2: 1 part of the campaign missing: seeds 6 to 10 of poison')]);
    expect(await whitewater(here, 'merge', 'part.json')).toMatchObject({ code: 2 });
    // Begun again it is tried anew.
    expect((await fleet('start', './own.mjs#poison', '--seeds', '20', '--chunk', '5')).out).toContain('anew        1 chunk that was set aside');
    expect((await progress()).aside).toEqual([]);
  });

  test('a worker that was thought dead comes to another digest: exit code 3, with both', async () => {
    await onRedis();
    const id = await started('./own.mjs#moody', '--seeds', '4', '--chunk', '4');
    const frozen = worker({ MOOD: '0', SLOW: '400' }, '--until-done');
    await until(async () => (await open.store.redis.llen(`{whitewater}:${id}:active`)) > 0);
    // It is inside of its first seed or about to be, and hears of nothing for a while.
    await sleep(500);
    frozen.child.kill('SIGSTOP');
    const quick = worker({ MOOD: '100' }, '--until-done');
    expect(await quick.ended).toMatchObject({ code: 0 });
    frozen.child.kill('SIGCONT');
    const { code, err } = await frozen.ended;
    const says = /seeds 1 to 4 of moody at \S+: done twice, with digests ([0-9a-f]{16}) and ([0-9a-f]{16})/;
    expect([code, err]).toEqual([3, expect.stringMatching(says)]);
    const result = await fleet('result');
    expect([result.code, says.exec(result.out)?.slice(1)]).toEqual([3, says.exec(err)!.slice(1)]);
    expect((await progress()).seeds).toBe(4);
  });

  test('a worker of another revision takes nothing, and says which', async () => {
    await onRedis();
    const id = await started('./own.mjs#good', '--seeds', '20', '--chunk', '5');
    const { revision } = (await open.store.current())!;
    copyFileSync(join(here, 'own.mjs'), join(here, 'kept.mjs'));
    appendFileSync(join(here, 'own.mjs'), '// changed\n');
    const { code, err } = await worker({}, '--until-done').ended;
    expect([code, err]).toEqual([4, expect.stringMatching(/^whitewater: good-1-20-\w+ is of revision (\S+), and this worker of (\S+): it takes none of its chunks .*\n$/)]);
    expect(err).toContain(`${id} is of revision ${revision}, and`);
    expect((await progress()).chunksDone).toBe(0);
    copyFileSync(join(here, 'kept.mjs'), join(here, 'own.mjs'));
    expect(await worker({}, '--until-done').ended).toMatchObject({ code: 0 });
    expect((await progress()).seeds).toBe(20);
  });

  test.each([['none', ''], ['a wrong one', ':wrong@']])('a password that is asked for, and %s given: one line, exit code 4', async (_, given) => {
    await onRedis([], 'right');
    expect(await begun(here, { REDIS_URL: `redis://${given}127.0.0.1:${server.port}` }, 'fleet', 'work').ended).toMatchObject({
      code: 4, out: '', err: expect.stringMatching(new RegExp(`^whitewater: Redis at 127\\.0\\.0\\.1:${server.port} does not let us in: [^\\n]+\\n$`)),
    });
    expect(await fleet('start', './own.mjs#good', '--seeds', '4')).toMatchObject({ code: 0 });
  });

  test('Redis is full in the middle of work: one line, exit code 4, nothing lost', async () => {
    await onRedis();
    await started('./own.mjs#slow', '--seeds', '40', '--chunk', '4');
    const admin = new Redis(server.url);
    const full = worker({ SLOW: '30' }, '--until-done');
    await until(({ chunksDone }) => chunksDone >= 2);
    await admin.config('SET', 'maxmemory', '1');
    const { code, err } = await full.ended;
    expect([code, err.split('\n').filter((line) => line.startsWith('whitewater'))]).toEqual([4, [`whitewater: Redis at 127.0.0.1:${server.port} is full: what was done is kept; give it more memory (maxmemory) and go on`]]);
    expect((await fleet('status')).code).toBe(0);
    expect((await fleet('start', './own.mjs#good', '--seeds', '4')).code).toBe(4);
    await admin.config('SET', 'maxmemory', '0');
    admin.disconnect();
    expect(await worker({}, '--until-done').ended).toMatchObject({ code: 0 });
    expect((await fleet('result', '--json', 'fleet.json')).code).toBe(0);
    expect((await whitewater(here, 'fuzz', './own.mjs#slow', '--seeds', '40', '--workers', '1', '--json', 'fuzz.json')).code).toBe(0);
    expect(campaignIn(join(here, 'fleet.json'))).toEqual(campaignIn(join(here, 'fuzz.json')));
  });

  test('Redis goes away for too long: one line, exit code 4; while it is away for a moment, nobody ends', async () => {
    await onRedis();
    await started('./own.mjs#slow', '--seeds', '400', '--chunk', '4');
    const brief = worker({ SLOW: '60' }, '--give-up', '1s');
    const patient = worker({ SLOW: '60' }, '--until-done');
    await until(({ chunksDone }) => chunksDone >= 2);
    await server.stop('SIGTERM');
    const { code, err } = await brief.ended;
    expect([code, err]).toEqual([4, expect.stringContaining(`whitewater: no Redis at 127.0.0.1:${server.port} for 1.0 s: `)]);
    await server.start();
    expect(await patient.ended).toMatchObject({ code: 0 });
    expect((await progress()).seeds).toBe(400);
  });

  test('Ctrl-C ends a worker with its chunk done; stopped, a campaign is unknown, and is gone on with where it was', async () => {
    await onRedis();
    const id = await started('./own.mjs#slow', '--seeds', '2000', '--chunk', '4');
    const told = worker({ SLOW: '200' });
    await until(({ chunksDone }) => chunksDone >= 2);
    told.child.kill('SIGINT');
    expect(await told.ended).toMatchObject({ code: 0 });
    expect(await open.store.redis.llen(`{whitewater}:${id}:active`)).toBe(0);
    expect(await open.store.workers(Date.now())).toEqual([]);
    const stopped = worker({ SLOW: '200' }, '--until-done');
    await until(({ chunksDone }) => chunksDone >= 6);
    expect((await fleet('stop')).out).toMatch(/^slow-1-2000-\w+: stopped after \d+ of 2000\n$/);
    expect(await stopped.ended).toMatchObject({ code: 0, err: expect.stringContaining(`${id}: stopped\n`) });
    const { seeds } = await progress();
    const result = await fleet('result');
    expect([result.code, result.out]).toEqual([2, expect.stringContaining(`interrupted before it was done: stopped after ${seeds} of 2000`)]);
    expect((await fleet('start', './own.mjs#slow', '--seeds', '2000', '--chunk', '4')).out).toContain(`goes on     ${seeds / 4} chunks are done`);
    expect(await worker({}, '--until-done').ended).toMatchObject({ code: 0 });
    expect((await fleet('result')).code).toBe(0);
    expect((await fleet('stop', '--forget')).out).toBe(`${id}: all of it is done; forgotten\n`);
    expect(await open.store.redis.keys(`*${id}*`)).toEqual([]);
    expect(await fleet('status')).toMatchObject({ code: 4, err: 'whitewater: there is no campaign in the fleet "whitewater": whitewater fleet start begins one\n' });
  });

  test('for ever: a new revision runs what failed before, then seeds that nobody has run; what passes now is closed', async () => {
    await onRedis();
    const module = readFileSync(join(here, 'own.mjs'), 'utf8');
    await started('./own.mjs#unknownEffect', '--continuous', '--chunk', '5');
    const old = worker();
    await until(({ causes, firstDone, seeds }) => seeds >= 10 && firstDone.length === 3 && causes.length === 1 && causes[0]!.isReported);
    const before = (await progress()).campaign;
    writeFileSync(join(here, 'own.mjs'), module.replace("unknownEffect: withEffect({ kind: 'sned', to: 1, message: {} })", 'unknownEffect: (process) => process'));
    await started('./own.mjs#unknownEffect', '--continuous', '--chunk', '5');
    const { code, err } = await old.ended;
    expect([code, err]).toEqual([4, expect.stringContaining('it takes none of its chunks')]);
    worker();
    const { campaign } = await until(({ firstDone, seeds }) => seeds >= 10 && firstDone.length === 3);
    expect(campaign.first!.failing.length).toBe(Math.min(20, (await open.store.whole(before, 0)).result.violations.length));
    expect(campaign.from).toBe(1 + (await open.store.next(before.id)) * 5);
    const again = (await open.store.whole(campaign, 0)).first.get('failing')!.result!;
    expect([again.seeds, again.passed]).toEqual([campaign.first!.failing.length, campaign.first!.failing.length]);
    await fleet('page', 'pages');
    expect(readFileSync(join(here, 'pages', 'index.html'), 'utf8')).toContain(`closed by ${campaign.revision}`);
    expect((await fleet('result')).code).toBe(0);
  });
});
