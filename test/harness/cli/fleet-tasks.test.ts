/**
 * What a worker does with tasks that go wrong: each is told once, and none ends one worker of the fleet after the
 * other.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TasksAsked } from '../../../harness/cli/fleet-tasks.ts';
import type { Task, TaskJob } from '../../../harness/fleet/queue.ts';
import { openStore, type OpenStore } from '../../../harness/fleet/store.ts';
import { progressOf, wholeOf } from '../../../harness/fleet/whole.ts';
import { campaignWith, failureWith, resultWith } from '../../support/fleet-values.ts';
import { fleetModule } from '../../support/fleet.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-tasks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(redisPath === null)(`a worker's tasks${withoutRedis}`, () => {
  let server: RedisServer;
  let open: OpenStore;
  let made = 0;
  beforeAll(async () => {
    writeFileSync(join(folder, 'own.mjs'), fleetModule);
    server = await RedisServer.started();
    open = await openStore(server.url, 'test');
  });
  afterAll(async () => {
    open?.close();
    await server?.end();
  });

  /** Tasks of a campaign of its own; its pool does what `run` does. */
  async function tasksWith(run: () => Promise<unknown>, own: Partial<TasksAsked> = {}) {
    const asked = './own.mjs#good';
    const campaign = await open.store.begin(
      campaignWith({ id: `c${made++}`, scenario: 'good', asked, chunkSeeds: 5, count: 20 }),
    );
    const added: string[] = [];
    const context = {
      terminal: {
        out: () => undefined, err: () => undefined, isTerminal: false, columns: 80, hasColor: false,
        interrupted: new AbortController().signal,
      },
      registry: { url: '', scenarios: new Map(), systems: new Map(), models: new Map() },
    };
    const { FleetTasks } = (await import(
      new URL('../../../dist/harness/cli/fleet-tasks.js', import.meta.url).href
    )) as typeof import('../../../harness/cli/fleet-tasks.ts');
    const tasks = new FleetTasks({
      store: open.store,
      name: open.name,
      campaign,
      context,
      threads: 1,
      isEnding: () => false,
      onCounted: () => undefined,
      onDiffers: () => undefined,
      found: { url: pathToFileURL(join(folder, 'own.mjs')).href, module: asked } as TasksAsked['found'],
      pool: { run } as unknown as TasksAsked['pool'],
      queue: {
        addBulk: async (jobs: readonly { readonly name: string }[]) => void added.push(...jobs.map(({ name }) => name)),
      } as unknown as TasksAsked['queue'],
      ...own,
    });
    const putBack: string[] = [];
    const job = (data: Task, stalledCounter = 0): TaskJob =>
      ({ data, stalledCounter, moveToWait: async (token: string) => void putBack.push(token) }) as unknown as TaskJob;
    return { campaign, tasks, added, putBack, job, progress: () => progressOf(open.store, campaign, 0) };
  }
  const broken = (): Promise<never> => Promise.reject(new Error('the harness is broken'));
  const chunk: Task = { kind: 'chunk', index: 1 };

  test('a fault of the harness in a chunk ends one worker; then it is run alone', async () => {
    const { tasks, job, progress } = await tasksWith(broken);
    await expect(tasks.work(job(chunk), 't')).rejects.toThrow('the harness is broken');
    await tasks.work(job(chunk), 't');
    expect(await progress()).toMatchObject({ seeds: 5, chunksDone: 1, aside: [] });
  });

  test('a chunk that cannot be run alone either is set aside, and says why', async () => {
    const { tasks, job, progress } = await tasksWith(broken, {
      found: { url: 'file:///nowhere.mjs' } as TasksAsked['found'],
    });
    await expect(tasks.work(job(chunk), 't')).rejects.toThrow('the harness is broken');
    await tasks.work(job(chunk), 't');
    expect((await progress()).aside).toEqual([
      expect.stringMatching(
        /^seeds 6 to 10 of good at .*: it ended the process that ran it 3 times \(cannot load file:\/\/\/nowhere.mjs: .*, at seed 6\)$/,
      ),
    ]);
  });

  test('a chunk that was lost with eight workers, whatever became of them, is set aside; with seven it is run', async () => {
    const { tasks, job, progress } = await tasksWith(broken);
    await tasks.work(job(chunk, 7), 't');
    await tasks.work(job({ kind: 'chunk', index: 2 }, 8), 't');
    const { chunksDone, aside } = await progress();
    expect([chunksDone, aside]).toEqual([1, [expect.stringContaining('seeds 11 to 15 of good')]]);
    expect(aside[0]).toContain('it was lost with its worker 8 times');
  });

  test('a cause that cannot be shrunk is reported with why: the campaign is not done without it', async () => {
    const { campaign, tasks, job, added } = await tasksWith(async () =>
      resultWith({ scenario: 'good', seeds: 5, passed: 4, violations: [failureWith()] }),
    );
    await tasks.work(job(chunk), 't');
    const [key] = await open.store.causes.unreported(campaign.id);
    expect(added).toEqual([`cause ${key}`]);
    await tasks.work(job({ kind: 'cause', key: key! }), 't');
    expect((await wholeOf(open.store, campaign, 0)).reports.get(key!)).toEqual({
      report: null, note: expect.stringMatching(/^it could not be shrunk and told: .*own\.mjs/),
    });
  });

  test('a cause that ended three workers, or whose run ended its thread, is not tried', async () => {
    const { campaign, tasks, job } = await tasksWith(async () =>
      resultWith({
        scenario: 'good',
        seeds: 5,
        passed: 3,
        violations: [failureWith(), failureWith({ seed: 8, property: 'Bounded Work', isLost: true })],
      }),
    );
    await tasks.work(job(chunk), 't');
    for (const key of await open.store.causes.unreported(campaign.id))
      await tasks.work(job({ kind: 'cause', key }, 3), 't');
    const notes = [...(await wholeOf(open.store, campaign, 0)).reports.values()].map(({ note }) => note);
    expect(notes.sort()).toEqual([
      'its run ended its thread, so there is none to shrink', 'whoever shrank it ended with it 3 times',
    ]);
  });

  test('a task that is in hand and not begun when the worker ends is put back', async () => {
    const { tasks, job, putBack, progress } = await tasksWith(broken, { isEnding: () => true });
    await expect(tasks.work(job(chunk), 'token')).rejects.toMatchObject({ name: 'WaitingError' });
    expect([putBack, (await progress()).chunksDone]).toEqual([['token'], 0]);
  });

  test('no more tasks run at a time than there are threads', async () => {
    let running = 0;
    let most = 0;
    const { tasks, job } = await tasksWith(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      return resultWith({ scenario: 'good', seeds: 5, passed: 5 });
    }, { threads: 2 });
    await Promise.all([0, 1, 2, 3].map((index) => tasks.work(job({ kind: 'chunk', index }), 't')));
    expect(most).toBe(2);
  });
});
