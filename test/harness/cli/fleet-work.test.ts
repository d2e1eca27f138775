/** A fleet on a real Redis: whatever is killed, stopped, full or away, nothing is lost and nothing counts twice. */
import {
  appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../../harness/fleet/progress.ts';
import { openStore, type OpenStore } from '../../../harness/fleet/store.ts';
import { progressOf } from '../../../harness/fleet/whole.ts';
import { resultWith } from '../../support/fleet-values.ts';
import { begun, fleetModule, type WorkerProcess } from '../../support/fleet.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';
import { beside, whitewater, type Ended, type Running } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-work-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const campaignIn = (path: string) => {
  const {
    wallMs: _wall,
    workers: _workers,
    checksum: _checksum,
    ...facts
  } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return facts;
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(redisPath === null)(`a fleet at work${withoutRedis}`, () => {
  let server: RedisServer;
  /** A folder and a fleet of its own for each test, on one Redis. */
  let here: string;
  let name: string;
  let open: OpenStore;
  let processes: WorkerProcess[];
  let made = 0;
  const home = process.cwd();

  beforeAll(async () => {
    server = await RedisServer.started();
  });
  afterAll(() => server?.end());
  beforeEach(async () => {
    name = `fleet${made++}`;
    here = join(folder, name);
    mkdirSync(here);
    writeFileSync(join(here, 'own.mjs'), fleetModule);
    process.chdir(here);
    processes = [];
    open = await openStore(server.url, name);
  });
  afterEach(async () => {
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.map(({ ended }) => ended));
    open.close();
    process.chdir(home);
  });

  const words = (part: string, ...argv: readonly string[]): readonly string[] => [
    'fleet', part, '--redis', server.url, '--fleet', name, ...argv,
  ];
  const fleet = (part: string, ...argv: readonly string[]): Promise<Ended> => whitewater(here, ...words(part, ...argv));
  const started = async (...argv: readonly string[]): Promise<string> => {
    const { code, out, err } = await fleet('start', ...argv);
    expect([code, err]).toEqual([0, '']);
    return /campaign +(\S+)/.exec(out)![1]!;
  };
  /** In this process. */
  const worker = (...argv: readonly string[]): Running =>
    beside(words('work', '--workers', '1', '--lost-after', '1s', ...argv));
  /** In a process of its own. */
  function workerProcess(...argv: readonly string[]): WorkerProcess {
    const one = begun(here, {}, ...words('work', '--workers', '1', '--lost-after', '1s', ...argv));
    processes.push(one);
    return one;
  }
  const progress = async (): Promise<Progress> => progressOf(open.store, (await open.store.current())!, Date.now());
  async function until(isSo: (progress: Progress) => boolean | Promise<boolean>): Promise<Progress> {
    for (;;) {
      const now = await progress();
      if (await isSo(now)) return now;
      await sleep(20);
    }
  }

  test('workers killed with -9, and Redis too: the campaign is that of one machine, each seed once', async () => {
    const seeds = 120;
    await started('./own.mjs#slow', '--seeds', String(seeds), '--chunk', '5');
    const [killed, survivor] = [workerProcess('--until-done'), workerProcess('--until-done')];
    await until((now) => now.seeds >= 20);
    killed.child.kill('SIGKILL');
    const another = worker('--until-done');
    await until((now) => now.seeds >= 60);
    await server.stop('SIGKILL');
    await server.start();
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await Promise.all([survivor.ended, another.ended])).toMatchObject([{ code: 0 }, { code: 0 }]);
    const result = await fleet('result', '--json', 'fleet.json');
    expect([result.code, result.err]).toEqual([0, '']);
    expect(
      (
        await whitewater(
          here, 'fuzz', './own.mjs#slow', '--seeds', String(seeds), '--workers', '1', '--json', 'fuzz.json',
        )
      ).code,
    ).toBe(0);
    expect(campaignIn(join(here, 'fleet.json'))).toEqual(campaignIn(join(here, 'fuzz.json')));
    // A merge takes it like the result of any machine.
    expect((await whitewater(here, 'merge', 'fleet.json')).code).toBe(0);
  });

  test('a planted bug is one cause with one report, whichever worker meets it, and somebody is told once', async () => {
    await started('./own.mjs#unknownEffect', '--seeds', '40', '--chunk', '5');
    writeFileSync(
      join(here, 'hook.sh'),
      'sleep 0.3; echo "$WHITEWATER_CAUSE $WHITEWATER_PROPERTY $WHITEWATER_SEED $WHITEWATER_PLAN $WHITEWATER_REPORT" >> told.txt\n',
    );
    const ended = await Promise.all([1, 2, 3].map(() => worker('--until-done', '--on-failure', 'sh hook.sh').ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    const { causes, violations } = await progress();
    expect([violations, causes.map(({ cause, seeds, isReported }) => [cause.property, seeds, isReported])]).toEqual([
      40, [['Protocol Contract', 40, true]],
    ]);
    const [{ cause }] = causes as [Progress['causes'][number]];
    const plan = `failures/unknownEffect-${cause.seed}.plan.json`;
    const told = (): string => readFileSync(join(here, 'told.txt'), 'utf8');
    expect(told()).toBe(
      `${cause.key} Protocol Contract ${cause.seed} ${plan} failures/unknownEffect-${cause.seed}.txt\n`,
    );
    const before = told();
    expect((await fleet('watch', '--on-failure', 'sh hook.sh')).out).toContain(
      `FAIL  ${cause.key}  Protocol Contract: `,
    );
    expect(told()).toBe(before);
    const { code, out } = await fleet('result');
    expect([code, out.match(/the same failure in 40 seeds/g)?.length]).toEqual([1, 1]);
    expect((await whitewater(here, 'replay', plan, '--scenario', './own.mjs#unknownEffect')).code).toBe(1);
    expect((await fleet('page', 'pages')).out).toBe('pages/index.html: 1 campaign, 1 cause of failures\n');
    const page = readFileSync(join(here, 'pages', 'index.html'), 'utf8');
    expect(page).toContain('1 failure open, 0 closed');
    expect(page).toContain(`<a href="failures/${cause.key}.html">Protocol Contract: `);
    expect(existsSync(join(here, 'pages', 'failures', `${cause.key}.html`))).toBe(true);
  });

  test('a chunk that kills its worker three times is set aside and named, its neighbours are not', async () => {
    await started('./own.mjs#poison', '--seeds', '20', '--chunk', '5');
    expect(await workerProcess('--until-done').ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await worker('--until-done').ended).toMatchObject({ code: 0 });
    const { seeds, aside } = await progress();
    const { revision } = (await open.store.current())!;
    expect([seeds, aside]).toEqual([
      15,
      [`seeds 6 to 10 of poison at ${revision}: it ended the process that ran it 3 times (SIGKILL, at seed 7)`],
    ]);
    const { code, out } = await fleet('result', '--json', 'part.json');
    expect([code, out]).toEqual([
      2,
      expect.stringContaining('exit code 2: 1 part of the campaign missing: seeds 6 to 10 of poison'),
    ]);
    expect(await whitewater(here, 'merge', 'part.json')).toMatchObject({ code: 2 });
    // Begun again it is tried anew.
    expect((await fleet('start', './own.mjs#poison', '--seeds', '20', '--chunk', '5')).out).toContain(
      'anew        1 chunk that was set aside',
    );
    expect((await progress()).aside).toEqual([]);
  });

  test('a chunk that was done meanwhile by somebody else, to another digest: exit code 3, with both', async () => {
    const id = await started('./own.mjs#moody', '--seeds', '4', '--chunk', '4');
    const slow = worker('--until-done');
    await until(async () => (await open.store.redis.llen(`{${name}}:${id}:active`)) > 0);
    const other = resultWith({ scenario: 'moody', seeds: 4, passed: 4, digest: '00000000000000ab' });
    expect(await open.store.record((await open.store.current())!, 0, other, Date.now())).toBe('new');
    const { code, err } = await slow.ended;
    const says = /seeds 1 to 4 of moody at \S+: done twice, with digests (00000000000000ab) and ([0-9a-f]{16})/;
    expect([code, err]).toEqual([3, expect.stringMatching(says)]);
    const result = await fleet('result');
    expect([result.code, says.exec(result.out)?.slice(1)]).toEqual([3, says.exec(err)!.slice(1)]);
    expect((await progress()).seeds).toBe(4);
  });

  test('a worker of another revision takes nothing, and says which', async () => {
    const id = await started('./own.mjs#good', '--seeds', '20', '--chunk', '5');
    const { revision } = (await open.store.current())!;
    copyFileSync(join(here, 'own.mjs'), join(here, 'kept.mjs'));
    appendFileSync(join(here, 'own.mjs'), '// changed\n');
    const { code, err } = await worker('--until-done').ended;
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(
        /^whitewater: good-1-20-\w+ is of revision (\S+), and this worker of (\S+): it takes none of its chunks .*\n$/,
      ),
    ]);
    expect(err).toContain(`${id} is of revision ${revision}, and`);
    expect((await progress()).chunksDone).toBe(0);
    copyFileSync(join(here, 'kept.mjs'), join(here, 'own.mjs'));
    expect(await worker('--until-done').ended).toMatchObject({ code: 0 });
    expect((await progress()).seeds).toBe(20);
  });

  test('a worker without memory says so in one line, exit code 4, and its chunks are done by others', async () => {
    await started('./own.mjs#good', '--seeds', '20', '--chunk', '5');
    const greedy = begun(
      here, { GREEDY: '1', NODE_OPTIONS: '--max-old-space-size=60' },
      ...words('work', '--workers', '1', '--until-done'),
    );
    expect(await greedy.ended).toMatchObject({
      code: 4, out: '', err: 'whitewater: out of memory: more heap: NODE_OPTIONS=--max-old-space-size=8192\n',
    });
    expect(await worker('--until-done').ended).toMatchObject({ code: 0 });
    expect((await progress()).seeds).toBe(20);
  });

  test('Redis is full in the middle of work: one line, exit code 4, nothing lost', async () => {
    await started('./own.mjs#slow', '--seeds', '40', '--chunk', '4');
    const admin = new Redis(server.url);
    const full = worker('--until-done');
    await until(({ chunksDone }) => chunksDone >= 2);
    await admin.config('SET', 'maxmemory', '1');
    const { code, err } = await full.ended;
    expect([code, err.split('\n').filter((line) => line.startsWith('whitewater'))]).toEqual([
      4,
      [
        `whitewater: Redis at 127.0.0.1:${server.port} is full: what was done is kept; give it more memory (maxmemory) and go on`,
      ],
    ]);
    expect((await fleet('status')).code).toBe(0);
    expect((await fleet('start', './own.mjs#good', '--seeds', '4')).code).toBe(4);
    await admin.config('SET', 'maxmemory', '0');
    admin.disconnect();
    expect(await worker('--until-done').ended).toMatchObject({ code: 0 });
    expect((await fleet('result', '--json', 'fleet.json')).code).toBe(0);
    expect(
      (await whitewater(here, 'fuzz', './own.mjs#slow', '--seeds', '40', '--workers', '1', '--json', 'fuzz.json')).code,
    ).toBe(0);
    expect(campaignIn(join(here, 'fleet.json'))).toEqual(campaignIn(join(here, 'fuzz.json')));
  });

  test('Redis goes away for too long: one line, exit code 4; while it is away for a moment, nobody ends', async () => {
    await started('./own.mjs#slow', '--seeds', '80', '--chunk', '4');
    const brief = worker('--give-up', '300ms');
    const patient = worker('--until-done');
    await until(({ chunksDone }) => chunksDone >= 2);
    const watch = beside(words('watch'));
    await until(({ chunksDone }) => chunksDone >= 4);
    await server.stop('SIGTERM');
    const { code, err } = await brief.ended;
    expect([code, err]).toEqual([
      4, expect.stringContaining(`whitewater: no Redis at 127.0.0.1:${server.port} for 300 ms: `),
    ]);
    // Whoever only waits for it hears Ctrl-C all the same.
    watch.interrupt();
    expect(await Promise.race([watch.ended, sleep(20_000)])).toMatchObject({
      code: 4,
      err: expect.stringMatching(
        /whitewater: no Redis at 127\.0\.0\.1:\d+ for [\d.]+ m?s: what was done is kept there/,
      ),
    });
    await server.start();
    expect(await patient.ended).toMatchObject({ code: 0 });
    expect((await progress()).seeds).toBe(80);
  });

  test('Ctrl-C ends a worker with its chunk done; stopped, a campaign is unknown, and is gone on with where it was', async () => {
    const id = await started('./own.mjs#slow', '--seeds', '400', '--chunk', '4');
    const told = worker();
    await until(({ chunksDone }) => chunksDone >= 2);
    told.interrupt();
    expect(await told.ended).toMatchObject({ code: 0 });
    expect(await open.store.redis.llen(`{${name}}:${id}:active`)).toBe(0);
    expect(await open.store.roster.all(Date.now())).toEqual([]);
    const { chunksDone: before } = await progress();
    const stopped = worker('--until-done');
    await until(({ chunksDone }) => chunksDone > before);
    expect((await fleet('stop')).out).toMatch(/^slow-1-400-\w+: stopped after \d+ of 400\n$/);
    expect(await stopped.ended).toMatchObject({ code: 0, err: expect.stringContaining(`${id}: stopped\n`) });
    const { seeds } = await progress();
    const result = await fleet('result');
    expect([result.code, result.out]).toEqual([
      2, expect.stringContaining(`interrupted before it was done: stopped after ${seeds} of 400`),
    ]);
    expect((await fleet('start', './own.mjs#slow', '--seeds', '400', '--chunk', '4')).out).toContain(
      `goes on     ${seeds / 4} chunks are done`,
    );
    expect(await worker('--until-done').ended).toMatchObject({ code: 0 });
    expect((await fleet('result')).code).toBe(0);
    expect((await fleet('stop', '--forget')).out).toBe(`${id}: all of it is done; forgotten\n`);
    expect(await open.store.redis.keys(`{${name}}*${id}*`)).toEqual([]);
    expect(await fleet('status')).toMatchObject({
      code: 4,
      err: `whitewater: there is no campaign in the fleet "${name}": whitewater fleet start begins one\n`,
    });
  });
});
