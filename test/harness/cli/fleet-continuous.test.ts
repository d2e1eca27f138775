/** A fleet that goes on for ever: what a new revision meets first, what it closes, and the pages about all of it. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../../harness/fleet/progress.ts';
import { openStore, type OpenStore } from '../../../harness/fleet/store.ts';
import { progressOf, wholeOf } from '../../../harness/fleet/whole.ts';
import { fleetModule } from '../../support/fleet.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';
import { beside, whitewater, type Ended, type Running } from '../../support/whitewater.ts';

const sleep = (ms: number) => new Promise((wait) => setTimeout(wait, ms));
const top = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-continuous-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(redisPath === null)(`a fleet that goes on for ever${withoutRedis}`, () => {
  let server: RedisServer;
  let here: string;
  let name: string;
  let open: OpenStore;
  let workers: Running[];
  let made = 0;
  const home = process.cwd();

  beforeAll(async () => {
    server = await RedisServer.started();
  });
  afterAll(() => server?.end());
  beforeEach(async () => {
    name = `fleet${made++}`;
    here = join(folder, name);
    mkdirSync(join(here, 'scenarios', 'regressions'), { recursive: true });
    process.chdir(here);
    workers = [];
    open = await openStore(server.url, name);
  });
  afterEach(async () => {
    for (const one of workers) one.interrupt();
    await Promise.all(workers.map(({ ended }) => ended));
    open.close();
    process.chdir(home);
  });

  const words = (part: string, ...argv: readonly string[]): readonly string[] => [
    'fleet', part, '--redis', server.url, '--fleet', name, ...argv,
  ];
  const fleet = (part: string, ...argv: readonly string[]): Promise<Ended> => whitewater(here, ...words(part, ...argv));
  /** On the core with that bug. */
  const worker = (bug: string | null, ...argv: readonly string[]): Running => {
    const one = beside([...(bug === null ? [] : ['--bug', bug]), ...words('work', '--workers', '1', ...argv)]);
    workers.push(one);
    return one;
  };
  async function until(isSo: (progress: Progress) => boolean): Promise<Progress> {
    for (;;) {
      const now = await progressOf(open.store, (await open.store.current())!, Date.now());
      if (isSo(now)) return now;
      await sleep(20);
    }
  }
  const isUnderWay = ({ firstDone, seeds, causes }: Progress): boolean =>
    firstDone.length === 3 && seeds >= 4 && causes.every(({ isReported }) => isReported);

  // E03 takes half for a majority; X7 is slower to find where logs agree, and breaks nothing.
  test('a planted bug on one revision, none on the next: what failed is run again, passes, and is closed', async () => {
    copyFileSync(
      join(top, 'scenarios/regressions/even-majority.json'), join(here, 'scenarios/regressions/even-majority.json'),
    );
    writeFileSync(join(here, 'hook.sh'), 'echo "$WHITEWATER_CAUSE" >> told.txt\n');
    expect(
      (await whitewater(here, '--bug', 'e03', ...words('start', 'swarm', '--continuous', '--chunk', '2'))).code,
    ).toBe(0);
    const old = worker('e03', '--on-failure', 'sh hook.sh');
    const { causes } = await until((now) => isUnderWay(now) && existsSync('told.txt'));
    expect(causes.map(({ cause }) => cause.property)).toContain('Elected By Majority');
    const broken = (await open.store.current())!;

    expect(
      (await whitewater(here, '--bug', 'x7', ...words('start', 'swarm', '--continuous', '--chunk', '2'))).code,
    ).toBe(0);
    expect(await Promise.race([old.ended, sleep(60_000)])).toMatchObject({
      code: 4, err: expect.stringContaining('it takes none of its chunks'),
    });
    const before = await wholeOf(open.store, broken, 0);
    expect(readFileSync('told.txt', 'utf8').trim().split('\n').sort()).toEqual([...before.told].sort());
    expect([...before.told].sort()).toEqual([...before.reports.keys()].sort());

    const mended = worker('x7', '--on-failure', 'sh hook.sh');
    const { campaign } = await until(isUnderWay);
    mended.interrupt();
    expect(await mended.ended).toMatchObject({ code: 0 });
    expect(campaign.first!.failing).toEqual(
      expect.arrayContaining(before.progress.causes.map(({ cause }) => cause.seed)),
    );
    expect(campaign.from).toBeGreaterThan(4);
    const { first, progress: { violations } } = await wholeOf(open.store, campaign, 0);
    expect([violations, first.get('failing')!.result]).toMatchObject([
      0, { seeds: campaign.first!.failing.length, passed: campaign.first!.failing.length },
    ]);
    // The plan that was pinned against this very bug fails with it, and only with it.
    expect([before, { first }].map((one) => one.first.get('regressions')!.facts.regressionsFailing?.length)).toEqual([
      1, 0,
    ]);

    expect((await fleet('result', '--campaign', broken.id)).code).toBe(1);
    expect((await fleet('result')).code).toBe(0);
    expect((await fleet('page', 'pages')).out).toBe(
      `pages/index.html: 2 campaigns, ${before.progress.causes.length} ${before.progress.causes.length === 1 ? 'cause' : 'causes'} of failures\n`,
    );
    const page = readFileSync(join('pages', 'index.html'), 'utf8');
    for (const text of [
      `closed by ${campaign.revision}`, '0 failures open', 'given up for a later one', 'under way',
      '1 regression failing again: scenarios/regressions/even-majority.json', new Date().toISOString().slice(0, 10),
    ]) {
      expect(page).toContain(text);
    }
    expect([...before.reports.keys()].filter((key) => !existsSync(join('pages', 'failures', `${key}.html`)))).toEqual(
      [],
    );
  });

  test('a project of its own is asked for its own scenario, known bugs and pinned plans; a bug that is not found is told', async () => {
    writeFileSync(
      join(here, 'whitewater.config.mjs'),
      `${fleetModule}
registry.campaigns = ['good'];
registry.regressions = 'pinned';
registry.scenarios.get('unknownEffect').canary = { within: 5, property: 'Protocol Contract' };
registry.scenarios.set('blind', { ...good, name: 'blind', canary: { within: 3, property: 'Election Safety' } });
registry.scenarios = new Map([['good', good], ...registry.scenarios]);
`,
    );
    expect((await fleet('start', '--continuous', '--chunk', '5')).out).toMatch(
      /^good: seeds from 1 on, in chunks of 5\n/,
    );
    const one = worker(null);
    const { campaign } = await until(isUnderWay);
    one.interrupt();
    await one.ended;
    const { first } = await wholeOf(open.store, campaign, 0);
    expect(first.get('canaries')!.facts).toMatchObject({
      done: 2,
      notFound: ['blind: Election Safety not found within 3 seeds: the checks have gone blind to it'],
    });
    const { code, out } = await fleet('result');
    expect([code, out]).toEqual([5, expect.stringContaining('exit code 5: 1 known bug not found: blind')]);
  });
});
