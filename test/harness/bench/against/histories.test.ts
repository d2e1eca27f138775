/** Histories for the benchmark of the checker. */
import { describe, expect, test } from 'vitest';
import { asModel, formats } from '../../../../checkers/porcupine-ts-port/formats/index.ts';
import { checkOperations } from '../../../../checkers/porcupine-ts-port/index.ts';
import { historyOf, type HistoryShape } from '../../../../harness/bench/against/histories.ts';

const shape: HistoryShape = { name: 'a', operations: 400, clients: 4, keys: 3, values: 5 };
const verdictOf = (text: string): string => {
  const { model, operations } = asModel(formats.jsonl(text), 'kv');
  return checkOperations(model, operations).kind;
};

describe('a history of the benchmark', () => {
  test('is linearizable, whatever its shape', () => {
    for (const values of [1, 5, 2 ** 31])
      for (const name of ['a', 'b', 'c']) expect(verdictOf(historyOf({ ...shape, values, name }))).toBe('ok');
  });

  test('and is so for a reason: with another answer it is not', () => {
    const text = historyOf({ ...shape, values: 2 ** 31 });
    const lines = text.trimEnd().split('\n');
    const at = lines.findLastIndex((line) => line.includes('"op":"get"'));
    lines[at] = lines[at]!.replace(/"output":"v\d+"/, '"output":"v-nobody-wrote"');
    expect(verdictOf(lines.join('\n'))).toBe('illegal');
  });

  test('is the same each time, has as many operations as were asked, and clients that wait for their answers', () => {
    expect(historyOf(shape)).toBe(historyOf(shape));
    const operations = historyOf(shape)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { client: number; call: number; return: number });
    expect(operations).toHaveLength(400);
    for (const client of [0, 1, 2, 3]) {
      const own = operations.filter((one) => one.client === client).toSorted((a, b) => a.call - b.call);
      expect(own.every((one, i) => i === 0 || one.call > own[i - 1]!.return)).toBe(true);
    }
    // Some are at work at once, or the checker has nothing to do.
    expect(operations.some((a) => operations.some((b) => a !== b && a.call < b.call && b.call < a.return))).toBe(true);
  });
});
