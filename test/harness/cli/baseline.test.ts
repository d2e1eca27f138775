/** A gate whose pace is held against a saved one: of the same seeds only, to 1 %. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { emptyResult, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import { distributionOf } from '../../../harness/campaign/distribution.ts';
import { factsOfPace, readBaseline } from '../../../harness/cli/baseline.ts';
import { campaignJson } from '../../../harness/report/campaign-json.ts';
import { whitewater } from '../../support/whitewater.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-baseline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const piece = { from: 1, count: 10, shard: 1, of: 1, seeds: 10 };
const resultWith = (answerUs: number): ChunkResult => ({ ...emptyResult('swarm'), seeds: 10, passed: 10, pace: { answersUs: distributionOf([answerUs]) } });

function saved(answerUs: number): string {
  const path = join(folder, `${answerUs}.json`);
  writeFileSync(path, campaignJson({
    result: resultWith(answerUs), holds: [piece], asked: '', workers: 1, wallMs: 1, endedEarly: null, replayOptions: '', module: null, planPaths: new Map(),
  }, '0.1.0+abc'));
  return path;
}

describe('pace', () => {
  const baseline = readBaseline(saved(1000));
  const against = (answerUs: number, more: Partial<typeof piece> = {}) => factsOfPace(baseline, [{ result: resultWith(answerUs), holds: [{ ...piece, ...more }] }]);

  test('that is worse is a fact with the measure and both figures; one that is not is none', () => {
    expect(against(1000)).toEqual({ done: 0, slower: [] });
    expect(against(2000).slower![0]).toBe('swarm: an answer, while one leads: 50 % within 2.00 ms, before within 1.00 ms');
    expect(against(500).slower).toEqual([]);
  });

  test('of other seeds, of fewer, or of a scenario that was not run is not compared, and that is no pass', () => {
    expect(against(1000, { from: 2 })).toEqual({ done: 0, idle: [expect.stringMatching(/^the pace, for .*1000\.json holds seeds 1 to 10 \(10 run\), and these are seeds 2 to 11 \(10 run\)$/)] });
    expect(against(1000, { seeds: 9 }).idle).toHaveLength(1);
    expect(factsOfPace(baseline, []).idle).toEqual([expect.stringContaining('1000.json is of swarm, which was not run')]);
  });
});

describe('whitewater gate --baseline', () => {
  const gate = (path: string, out: string) =>
    whitewater(folder, 'gate', '--seeds', '8', '--shard', '1/1', '--canaries', 'none', '--baseline', path, '--out', out, '--workers', '1');

  test('a file that is none, or not there, is one clear line before anything is run', async () => {
    writeFileSync(join(folder, 'no.json'), '{}');
    expect(await gate('no.json', 'a')).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/^whitewater: --baseline: no\.json holds no campaign of version 3 .*\n$/) });
    expect(await gate('gone.json', 'a')).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/^whitewater: cannot read gone\.json: .*\n$/) });
  });
});
