/** A gate whose pace is held against a saved one: of the same seeds only, to 1 %. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { houseFolder } from '../../../harness/bugs/catalogue.ts';
import { emptyResult, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import { distributionOf } from '../../../harness/campaign/distribution.ts';
import { factsOfPace, readBaseline } from '../../../harness/cli/baseline.ts';
import { campaignJson } from '../../../harness/report/campaign-json.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-baseline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const piece = { from: 1, count: 10, shard: 1, of: 1, seeds: 10 };
const resultWith = (answerUs: number): ChunkResult => ({
  ...emptyResult('swarm'), seeds: 10, passed: 10, pace: { answersUs: distributionOf([answerUs]) },
});

function saved(answerUs: number): string {
  const path = join(folder, `${answerUs}.json`);
  writeFileSync(
    path,
    campaignJson(
      {
        result: resultWith(answerUs), holds: [piece], asked: '', workers: 1, wallMs: 1, endedEarly: null,
        replayOptions: '', module: null, planPaths: new Map(),
      },
      '0.1.0+abc',
    ),
  );
  return path;
}

describe('pace', () => {
  const baseline = readBaseline(saved(1000));
  const against = (answerUs: number, more: Partial<typeof piece> = {}) =>
    factsOfPace(baseline, [{ result: resultWith(answerUs), holds: [{ ...piece, ...more }] }]);

  test('that is worse is a fact with the measure and both figures; one that is not is none', () => {
    expect(against(1000)).toEqual({ done: 0, slower: [] });
    expect(against(2000).slower![0]).toBe(
      'swarm: an answer, while one leads: 50 % within 2.00 ms, before within 1.00 ms',
    );
    expect(against(500).slower).toEqual([]);
  });

  test('of other seeds, of fewer, or of a scenario that was not run is not compared, and that is no pass', () => {
    expect(against(1000, { from: 2 })).toEqual({
      done: 0,
      idle: [
        expect.stringMatching(
          /^the pace, for .*1000\.json holds seeds 1 to 10 \(10 run\), and these are seeds 2 to 11 \(10 run\)$/,
        ),
      ],
    });
    expect(against(1000, { seeds: 9 }).idle).toHaveLength(1);
    expect(factsOfPace(baseline, []).idle).toEqual([
      expect.stringContaining('1000.json is of swarm, which was not run'),
    ]);
  });
});

describe('whitewater gate --baseline', () => {
  /** One seed, one lab, and one known bug. */
  const gate = (path: string, out: string) => {
    mkdirSync(join(folder, 'canaries'), { recursive: true });
    copyFileSync(
      join(houseFolder(), 'e04-id-zero-is-no-vote.patch'), join(folder, 'canaries', 'e04-id-zero-is-no-vote.patch'),
    );
    return whitewater(
      folder, 'gate', '--seeds', '1', '--shard', '1/1000', '--canaries', 'canaries', '--baseline', path, '--out', out,
      '--workers', '1',
    );
  };

  test('a file that is none, or not there, is one clear line before anything is run', async () => {
    writeFileSync(join(folder, 'no.json'), '{}');
    expect(await gate('no.json', 'a')).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringMatching(/^whitewater: --baseline: no\.json holds no campaign of version 3 .*\n$/),
    });
    expect(await gate('gone.json', 'a')).toMatchObject({
      code: 4, out: '', err: expect.stringMatching(/^whitewater: cannot read gone\.json: .*\n$/),
    });
  });

  test('a pace that is worse than the saved one ends it with code 1, and the measure is told', async () => {
    const first = await whitewater(folder, 'fuzz', '--seeds', '1', '--shard', '1/1000', '--json', 'same.json');
    expect(first.out).toContain('messages an operation');
    const same = readBaseline(join(folder, 'same.json')).campaign;
    const quicker = { ...same.result, pace: { ...same.result.pace, messagesPer100: distributionOf([1]) } };
    writeFileSync(
      join(folder, 'quicker.json'),
      campaignJson(
        {
          result: quicker, holds: same.holds, asked: '', workers: 1, wallMs: 1, endedEarly: null, replayOptions: '',
          module: null, planPaths: new Map(),
        },
        '0.1.0+abc',
      ),
    );
    const worse = await gate('quicker.json', 'c');
    expect(worse.out).toMatch(
      /exit code 1: \d measures of pace worse than in the baseline: swarm: messages an operation: 50 % within [\d.]+, before within 0\.01;/,
    );
    expect(worse.code).toBe(1);
    expect((await gate('same.json', 'd')).out).not.toContain('measures of pace');
  });
});
