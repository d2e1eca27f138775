/** A fast path is believed only as long as it is held: the first histories of a worker are checked in two ways. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CheckersDiffer } from '../../../checkers/checkers-differ.ts';
import { crossCheckNext, History } from '../../../checkers/linearizability.ts';
import { asModel, formats } from '../../../checkers/porcupine-ts-port/formats/index.ts';
import { checkOperations, kvModel } from '../../../checkers/porcupine-ts-port/index.ts';
import { runChunk } from '../../../harness/campaign/campaign.ts';
import { factsOfSeeds } from '../../../harness/campaign/facts.ts';
import { exitCode, judge } from '../../../harness/campaign/judgement.ts';
import { saveDifferingHistories } from '../../../harness/cli/differing-histories.ts';
import { Kept } from '../../../harness/cli/kept.ts';
import { swarm } from '../../../scenarios/swarm.ts';

/** The store's first fast path, broken for a while: it says ok of everything. */
function withBrokenPath<T>(act: () => T): T {
  const path = kvModel.fastPaths![0]! as { check: unknown };
  const { check } = path;
  path.check = () => ({ legal: true });
  try {
    return act();
  } finally {
    path.check = check;
  }
}

/** A put, and behind it a get that did not see it. */
function staleHistory(): History {
  const history = new History();
  history.invoked(0, 0, { kind: 'put', key: 'k', value: 'a' } as never);
  history.returned(0, null as never);
  history.invoked(1, 1, { kind: 'get', key: 'k' } as never);
  history.returned(1, '' as never);
  return history;
}

afterEach(() => crossCheckNext(0));

describe('a cross-checked history', () => {
  test('of which the fast path says the truth has the verdict that it has without', () => {
    const alone = staleHistory().judge(1000);
    crossCheckNext(1);
    expect(staleHistory().judge(1000)).toEqual(alone);
    expect(alone.kind).toBe('violation');
  });
  test('of which a fast path says a lie is a fault of the harness, with the history whole', () => {
    withBrokenPath(() => {
      expect(staleHistory().judge(1000).kind).toBe('ok');
      crossCheckNext(1);
      const thrown = (() => {
        try {
          return staleHistory().judge(1000);
        } catch (error) {
          return error;
        }
      })();
      expect(thrown).toBeInstanceOf(CheckersDiffer);
      const { message, history } = thrown as CheckersDiffer;
      expect(message).toContain('chains says ok, and the general search that they are not linearizable');
      // Only as many as were asked for.
      expect(staleHistory().judge(1000).kind).toBe('ok');
      const read = asModel(formats.jsonl(history), 'kv');
      expect(checkOperations(read.model, read.operations, { method: 'search' }).kind).toBe('illegal');
    });
  });
});

describe('a campaign', () => {
  const seeds = Array.from({ length: 6 }, (_, at) => at + 1);
  test('is the same with and without, to the digest', () => {
    const without = runChunk(swarm, seeds);
    crossCheckNext(200);
    expect(runChunk(swarm, seeds)).toEqual(without);
  });
  test('in which they differ ends with 5, and the history is written', () => {
    const path = kvModel.fastPaths![0]! as { check: unknown };
    const { check } = path;
    path.check = () => ({ legal: false, clash: [] });
    crossCheckNext(200);
    const folder = mkdtempSync(join(tmpdir(), 'whitewater-cross-check-'));
    try {
      const result = runChunk(swarm, seeds);
      expect(result.faults.length).toBeGreaterThan(0);
      expect(judge(factsOfSeeds(result)).code).toBe(exitCode.harnessFault);
      const said = saveDifferingHistories(folder, result, new Kept());
      const { seed, history } = result.faults[0]!;
      const file = join(folder, `swarm-${seed}.history.jsonl`);
      expect(said).toContain(`seed ${seed}: two ways of checking differ; its history: ${file}`);
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file, 'utf8')).toBe(history);
    } finally {
      path.check = check;
      rmSync(folder, { recursive: true });
    }
  });
});
