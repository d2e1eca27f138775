/** Partitions on threads. The threads run compiled modules, so that the built checker is what is tested. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kvModel, type KvInput, type KvOutput, type Operation } from '../index.ts';
import type { checkOnPool as CheckOnPool, ModelReference } from '../pool.ts';
import { hardHistory } from './hard-history.ts';

/** The built checker. */
const built = resolve(
  dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist', 'checkers', 'porcupine-ts-port',
);
const folder = mkdtempSync(join(tmpdir(), 'whitewater-pool-'));
let checkOnPool: typeof CheckOnPool;
let reference: ModelReference;
let stuck: ModelReference;

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(folder, 'stuck.js'), "export const model = { name: 'stuck', init: () => 0, step() { for (;;); } };\n",
  );
  ({ checkOnPool } = (await import(pathToFileURL(join(built, 'pool.js')).href)) as { checkOnPool: typeof CheckOnPool });
  reference = { module: pathToFileURL(join(built, 'index.js')).href, name: 'kvModel' };
  stuck = { module: pathToFileURL(join(folder, 'stuck.js')).href, name: 'model' };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten keys, each written and read in turn; one of them wrongly where asked for. */
function keys(wrong: number | undefined): Operation<KvInput, KvOutput>[] {
  const history: Operation<KvInput, KvOutput>[] = [];
  for (let i = 0; i < 10; i++) {
    const key = `k${i}`;
    history.push({ client: i, input: { op: 'put', key, value: 'a' }, output: {}, callTime: 0, returnTime: 1 });
    history.push({
      client: i, input: { op: 'get', key }, output: { value: i === wrong ? 'b' : 'a' }, callTime: 2, returnTime: 3,
    });
  }
  return history;
}

describe('a pool', () => {
  test('finds what one thread finds', async () => {
    expect(await checkOnPool(kvModel, reference, keys(undefined), { threads: 2 })).toMatchObject({
      kind: 'ok', method: 'chains', partitions: 10,
    });
    const illegal = await checkOnPool(kvModel, reference, keys(7), { threads: 2, method: 'search' });
    expect(illegal).toMatchObject({
      kind: 'illegal', method: 'search', illegalPartition: { key: 'k7', operations: [14, 15] },
    });
    expect(await checkOnPool(kvModel, reference, [], { threads: 2 })).toMatchObject({ kind: 'ok', partitions: 0 });
  });
  test('an illegal partition ends the check, whatever the others still do', async () => {
    const history = [...hardHistory(22, 'slow'), ...keys(3)];
    const verdict = await checkOnPool(kvModel, reference, history, { threads: 2, method: 'search' });
    expect(verdict).toMatchObject({ kind: 'illegal', illegalPartition: { key: 'k3' } });
  });
  test('a partition that is not decided makes the verdict unknown', async () => {
    const history = [...hardHistory(14, 'hard'), ...keys(undefined)];
    for (const threads of [1, 3]) {
      const verdict = await checkOnPool(kvModel, reference, history, { threads, method: 'plain', budgetSteps: 1000 });
      expect(verdict).toMatchObject({ kind: 'unknown', reason: 'steps', partitions: 11 });
    }
    const bounded = await checkOnPool(kvModel, reference, hardHistory(16), {
      threads: 1, method: 'plain', memoryBytes: 1024 * 128,
    });
    expect(bounded).toMatchObject({ kind: 'unknown', reason: 'memory' });
  });
  test('a time limit holds even inside a step that never returns', async () => {
    const model = { name: 'stuck', init: () => 0, step: (state: number) => state };
    const history = [{ client: 0, input: 0, output: 0, callTime: 0, returnTime: 1 }];
    expect(await checkOnPool(model, stuck, history, { threads: 1, timeoutMs: 300 })).toMatchObject({
      kind: 'unknown', reason: 'time',
    });
    expect(await checkOnPool(model, stuck, history, { threads: 1, signal: AbortSignal.abort() })).toMatchObject({
      kind: 'unknown', reason: 'aborted',
    });
  });
  test('a model that cannot be imported is an error', async () => {
    await expect(
      checkOnPool(kvModel, { ...reference, name: 'noSuchModel' }, keys(undefined), { threads: 1 }),
    ).rejects.toThrow('exports no model named noSuchModel');
  });
});
