/** `whitewater merge`: what belongs together, what is missing, and what the whole comes to. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emptyResult, type ChunkResult } from '../../../harness/campaign/campaign.ts';
import type { Piece } from '../../../harness/campaign/pieces.ts';
import { seedsForSituations } from '../../../harness/campaign/required.ts';
import { UsageError, type Terminal } from '../../../harness/cli/command.ts';
import { mergeCommand } from '../../../harness/cli/merge.ts';
import { campaignJson, readCampaign } from '../../../harness/report/campaign-json.ts';
import { registry } from '../../../scenarios/registry.ts';

let folder = '';
const home = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whitewater-merge-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

async function merge(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => void (out += text), err: (text) => void (err += text), isTerminal: false, columns: 80,
    hasColor: false, interrupted: new AbortController().signal,
  };
  const code = await mergeCommand.run(argv, { terminal, registry });
  return {
    code,
    out,
    err,
    lines: out
      .split('\n')
      .filter((line) => /^ {2}(exit code|also)/.test(line))
      .map((line) => line.trim()),
  };
}

const digits = '0123456789abcdef';

/** Writes shard I of N of as many seeds as the sum; all of them passed unless `change` says otherwise. */
function shard(
  name: string,
  i: number,
  of: number,
  change: Partial<ChunkResult> & { piece?: Partial<Piece>; endedEarly?: string; program?: string } = {},
): string {
  const { piece, endedEarly, program, ...counts } = change;
  const seeds = counts.seeds ?? 5;
  const result = { ...emptyResult('swarm'), seeds, passed: seeds, ...counts };
  const holds = [{ from: 1, count: seeds * of, shard: i, of, seeds, ...piece }];
  writeFileSync(
    name,
    campaignJson(
      {
        result, holds, asked: '', workers: 1, wallMs: 1, endedEarly: endedEarly ?? null, replayOptions: '',
        module: null, planPaths: new Map(),
      },
      program ?? '1.0.0+a',
    ),
  );
  return name;
}

describe('a complete set of shards', () => {
  test('passes, in any order, and its sum can be merged again', async () => {
    const files = [shard('b.json', 2, 2), shard('a.json', 1, 2)];
    expect(await merge(...files, '--json', 'sum.json')).toMatchObject({ code: 0, lines: [] });
    const { holds, result, program } = readCampaign('sum.json', readFileSync('sum.json', 'utf8'));
    expect([holds.length, result.seeds, result.passed, program]).toEqual([2, 10, 10, '1.0.0+a']);
    expect(await merge('sum.json')).toMatchObject({ code: 0 });
  });

  test('with a violation in any of them fails, says so, and writes the plan of the seed', async () => {
    const failing = {
      passed: 4,
      violations: [{ seed: 4, property: 'Election Safety', detail: 'two leaders', step: 7, atUs: 9, digest: digits }],
    };
    const { code, out, lines } = await merge(shard('a.json', 1, 2), shard('b.json', 2, 2, failing));
    expect([code, lines]).toEqual([1, ['exit code 1: 1 violation: swarm seed 4: Election Safety: two leaders']]);
    expect(out).toContain('  plan    failures/swarm-4.plan.json\n');
    expect(JSON.parse(readFileSync('failures/swarm-4.plan.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(registry.scenarios.get('swarm')!.draw(4))),
    );
  });

  test.each<readonly [string, Partial<ChunkResult>, number]>([
    ['an unknown', { passed: 4, unknowns: [{ seed: 2, detail: 'the budget is over' }] }, 2],
    [
      'two runs that differ',
      { nondeterministic: [{ seed: 2, digests: [digits, digits], differs: ['endUs: 1 and 2'], where: '' }] },
      3,
    ],
    ['a seed that was not drawn', { passed: 4, undrawn: [{ seed: 2, detail: 'seed 2: no' }] }, 4],
    ['a fault of the harness', { passed: 4, faults: [{ seed: 2, message: 'Error' }] }, 5],
  ])('with %s does not pass', async (_, change, code) => {
    expect((await merge(shard('a.json', 1, 2), shard('b.json', 2, 2, change))).code).toBe(code);
  });

  test('that required more than was reached fails with --require-situations; in few seeds that proves nothing', async () => {
    const many = { seeds: seedsForSituations / 2 };
    const large = await merge(shard('a.json', 1, 2, many), shard('b.json', 2, 2, many), '--require-situations');
    expect(large.code).toBe(1);
    expect(large.lines.map((line) => line.replace(/:? \d+ /, ' ').split(':')[0])).toEqual([
      'exit code 1 situations never reached', 'also kinds of fault never switched on',
    ]);
    const small = await merge(shard('a.json', 1, 2), shard('b.json', 2, 2), '--require-situations');
    expect([small.code, small.lines.length]).toEqual([2, 1]);
    expect(small.lines[0]).toMatch(/^exit code 2: \d+ things not seen, in too few seeds to tell: /);
  });
});

describe('what is not complete is no pass, and is named', () => {
  test('a shard that is not there; with it, the sum is complete', async () => {
    const { code, lines } = await merge(shard('a.json', 1, 3), shard('c.json', 3, 3), '--json', 'sum.json');
    expect([code, lines]).toEqual([2, ['exit code 2: 1 part of the campaign missing: seeds 1 to 15, shard 2/3']]);
    expect((await merge('sum.json', shard('b.json', 2, 3))).code).toBe(0);
  });

  test('a shard that was interrupted, and which seeds it holds', async () => {
    const cut = { seeds: 3, piece: { count: 10, seeds: 3 }, endedEarly: 'interrupted after 3 of 5' };
    const { code, lines } = await merge(shard('a.json', 1, 2), shard('b.json', 2, 2, cut));
    expect([code, lines]).toEqual([2, [
      'exit code 2: 1 part of the campaign missing: 2 of the 5 seeds of seeds 1 to 10, shard 2/2, from 8 on',
      'also: interrupted before it was done: b.json: interrupted after 3 of 5',
    ]]);
  });

  test('shards that only time bounds hold what they could', async () => {
    const [a, b] = [
      shard('a.json', 1, 2, { piece: { count: null } }), shard('b.json', 2, 2, { seeds: 9, piece: { count: null } }),
    ];
    expect((await merge(a, b)).code).toBe(0);
    expect(await merge(b)).toMatchObject({
      code: 2, lines: ['exit code 2: 1 part of the campaign missing: seeds from 1 on, shard 1/2'],
    });
  });

  test('shards in which no seed was run', async () => {
    const none = { seeds: 0, piece: { count: null } };
    expect((await merge(shard('a.json', 1, 2, none), shard('b.json', 2, 2, none))).code).toBe(2);
  });
});

describe('what does not belong together is refused, and nothing is written', () => {
  const refuses = async (files: readonly string[], says: string): Promise<void> => {
    const failed = merge(...files, '--json', 'sum.json');
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(says);
    expect(existsSync('sum.json')).toBe(false);
  };

  test('the same shard twice', () =>
    refuses(
      [shard('a.json', 1, 2), shard('b.json', 1, 2)], '1 shard given twice: a.json and b.json: both hold seed 1',
    ));
  test('a sum and a part of it', async () => {
    await merge(shard('a.json', 1, 2), shard('b.json', 2, 2), '--json', 'whole.json');
    await refuses(['b.json', 'whole.json'], '1 shard given twice: b.json and whole.json: both hold seed 2');
  });
  test('campaigns that hold the same seed', () =>
    refuses([shard('a.json', 1, 1), shard('b.json', 1, 1, { piece: { from: 5 } })], 'both hold seed 5'));
  test('another scenario', () =>
    refuses(
      [shard('a.json', 1, 2), shard('b.json', 2, 2, { scenario: 'lab/2A' })],
      '1 shard of another campaign: b.json is of scenario lab/2A, a.json of swarm',
    ));
  test('another version of the program', () =>
    refuses(
      [shard('a.json', 1, 2), shard('b.json', 2, 2, { program: '1.0.0+b' })],
      '1 shard of another campaign: b.json comes from version 1.0.0+b of the program, a.json from 1.0.0+a',
    ));
  test('a file that was damaged', () => {
    const path = shard('a.json', 1, 1);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"passed": 5', '"passed": "x"'));
    return refuses([path], 'a.json: passed: Invalid type: Expected number but received "x"');
  });
});

test('a folder that had to be made is told of', async () => {
  const { err } = await merge(shard('a.json', 1, 1), '--json', 'new/folder/sum.json');
  expect(err).toBe('whitewater: there was no folder new/folder; it is made now\n');
  expect((await merge('a.json', '--json', 'new/folder/sum.json')).err).toBe('');
});
