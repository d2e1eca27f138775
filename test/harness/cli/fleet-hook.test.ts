/** `--on-failure`: it is called beside all other work, once for each cause, and told what it needs. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Teller } from '../../../harness/cli/fleet-hook.ts';
import { openStore, type OpenStore } from '../../../harness/fleet/store.ts';
import { campaignWith, failureWith, resultWith } from '../../support/fleet-values.ts';
import { redisPath, RedisServer, withoutRedis } from '../../support/redis.ts';

describe.skipIf(redisPath === null)(`the command that is told of failures${withoutRedis}`, () => {
  let server: RedisServer;
  let open: OpenStore;
  let folder: string;
  let made = 0;
  const home = process.cwd();
  beforeAll(async () => {
    server = await RedisServer.started();
    open = await openStore(server.url, 'test');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whitewater-fleet-hook-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    open?.close();
    await server?.end();
  });

  /** Calls `command` for what failed: each of these properties is a cause, and reported. */
  async function tellerOf(command: string, ...properties: readonly string[]) {
    const campaign = await open.store.begin(campaignWith({ id: `c${made++}` }));
    const violations = properties.map((property, i) => failureWith({ property, seed: 7 + i }));
    await open.store.record(campaign, 0, resultWith({ seeds: 10, passed: 10 - violations.length, violations }), 0);
    for (const key of await open.store.causes.unreported(campaign.id))
      await open.store.causes.report(campaign.id, key, { report: null, note: '' });
    let err = '';
    const terminal = {
      out: () => undefined, err: (text: string) => void (err += text), isTerminal: false, columns: 80, hasColor: false,
      interrupted: new AbortController().signal,
    };
    return { teller: new Teller(command, open.store, campaign, terminal), err: () => err };
  }
  const told = (): readonly string[] => readFileSync('told', 'utf8').trim().split('\n').sort();

  test('is told which cause it is, of which revision and seed', async () => {
    const { teller } = await tellerOf(
      'echo "$WHITEWATER_SCENARIO|$WHITEWATER_REVISION|$WHITEWATER_PROPERTY|$WHITEWATER_DETAIL|$WHITEWATER_SEED|$WHITEWATER_PLAN" >> told',
      'Election Safety',
      'Log Matching',
    );
    await teller.ended();
    // Neither has a report here, and so there is no plan.
    expect(told()).toEqual([
      'swarm|0.1.0+aa.bb|Election Safety|two leaders in term 3|7|',
      'swarm|0.1.0+aa.bb|Log Matching|two leaders in term 3|8|',
    ]);
    await teller.ended();
    expect(told()).toHaveLength(2);
  });

  test('while it runs nobody waits for it, and it is not called a second time', async () => {
    const { teller } = await tellerOf('sleep 0.3; echo x >> told', 'Election Safety');
    teller.look();
    teller.look();
    expect(existsSync('told')).toBe(false);
    await teller.ended();
    expect(told()).toEqual(['x']);
  });

  test('when it fails that is said, and the others are told of', async () => {
    const { teller, err } = await tellerOf(
      'echo "not $WHITEWATER_PROPERTY"; exit 3', 'Election Safety', 'Log Matching',
    );
    await teller.ended();
    expect(err()).toContain('not Election Safety\n');
    expect(err()).toMatch(
      /whitewater: --on-failure ended with 3 for Log Matching \(cause \w{8}\): it is not told again\n/,
    );
  });
});
