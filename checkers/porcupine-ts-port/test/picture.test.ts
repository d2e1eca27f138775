/** The picture, and the bars in the terminal: whole, self-contained, and safe whatever the values hold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkOperations, explain, kvModel, renderBars, renderHtml, type Annotation, type KvInput, type KvOutput,
  type Operation,
} from '../index.ts';
import type { Picture } from '../picture/picture.ts';
import { kvObject } from './objects.ts';
import { randomHistory, tapes } from './random-history.ts';

type History = readonly Operation<KvInput, KvOutput>[];

const draw = (history: History, annotations: readonly Annotation[] = [], title = 'A test'): string =>
  renderHtml(kvModel, history, { title, verdict: checkOperations(kvModel, history), annotations });

function pictureIn(html: string): Picture {
  const scripts = [...html.matchAll(/<script type="application\/json" id="data">([^<]*)<\/script>/g)];
  expect(scripts.length).toBe(1);
  return JSON.parse(scripts[0]![1]!) as Picture;
}

const put = (
  client: number, key: string, value: string, callTime: number, returnTime: number | null,
): Operation<KvInput, KvOutput> => ({
  client,
  input: { op: 'put', key, value },
  output: returnTime === null ? undefined : {},
  callTime,
  returnTime,
});
const get = (client: number, key: string, value: string, callTime: number): Operation<KvInput, KvOutput> => ({
  client,
  input: { op: 'get', key },
  output: { value },
  callTime,
  returnTime: callTime + 1,
});
const stale = [put(0, 'k', 'a', 0, 1), put(1, 'k', 'b', 2, 3), get(0, 'k', 'a', 4), put(2, 'other', 'x', 0, null)];

describe('the picture', () => {
  test('asks for nothing over a network, and says so to the browser', () => {
    const html = draw(stale);
    expect(html).toContain("default-src 'none'");
    expect(
      html.match(/https?:|\/\/[a-z]|@import|url\(|fetch\(|XMLHttpRequest|<link rel="stylesheet"|src=/g),
    ).toBeNull();
  });
  test('holds every operation, its linearization with states, the first error and the core', () => {
    const picture = pictureIn(draw(stale, [{ text: 'n1 crashed', startTime: 2, endTime: 3 }]));
    const [k, other] = picture.partitions;
    expect(k).toMatchObject({ verdict: 'illegal', core: [1, 2], shown: [0, 1, 2], blocked: { at: 2 } });
    expect(k!.linearizations[0]).toEqual({ order: [0, 1], states: ['"a"', '"b"'] });
    expect(other).toMatchObject({ verdict: 'ok', blocked: null, core: [] });
    expect(
      picture.partitions.flatMap(({ operations }) => operations.map(({ i }) => i)).toSorted((a, b) => a - b),
    ).toEqual([0, 1, 2, 3]);
    expect(picture.annotations).toEqual([{ text: 'n1 crashed', startTime: 2, endTime: 3 }]);
  });
  test('whatever the values hold, the page has the elements that it has without them', () => {
    const tagsOf = (html: string): string[] => html.match(/<\/?[a-zA-Z!][^\s>]*/g) ?? [];
    const plain = tagsOf(draw([put(0, 'k', 'a', 0, 1), get(1, 'k', 'b', 2)], [{ text: 'note', startTime: 1 }]));
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '</script><script>alert(1)</script>', '<!--', '<script>', ']]>', '\u2028\u2029', '"\'`${1}&lt;', '\\',
        '</title><img src=x onerror=alert(1)>', '\ud800',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (key, value, note, title) => {
        const html = draw(
          [put(0, key, value, 0, 1), get(1, key, `${value}x`, 2)], [{ text: note, startTime: 1 }], title,
        );
        expect(tagsOf(html)).toEqual(plain);
        const picture = pictureIn(html);
        expect(picture.annotations[0]!.text).toBe(JSON.parse(JSON.stringify(note)));
        expect(picture.title).toBe(JSON.parse(JSON.stringify(title)));
      }),
      { numRuns: 500, seed: 9 },
    );
  });
  test('its script is a script', () => {
    const script = /<script>([\s\S]*)<\/script>\n<\/body>/.exec(draw(stale))![1]!;
    // Parsed, not run: it needs a page.
    expect(() => new Function(script)).not.toThrow();
  });
  test('of ten thousand operations it is made whole, and stays small', () => {
    const history: Operation<KvInput, KvOutput>[] = [];
    for (let i = 0; i < 10_000; i += 2) {
      history.push(put(i % 8, 'k', `v${i};`, i * 2, i * 2 + 1));
      history.push(get((i + 1) % 8, 'k', `v${i};`, i * 2 + 2));
    }
    const html = draw(history);
    const [part] = pictureIn(html).partitions;
    expect(part!.operations.length).toBe(10_000);
    expect(part!.linearizations[0]!.order.length).toBe(10_000);
    expect(html.length).toBeLessThan(2_000_000);
  });
  test('is made for every random history', () => {
    fc.assert(
      fc.property(tapes(60), (numbers) => {
        const history = randomHistory(
          kvObject({ keys: 2, ops: ['get', 'put', 'append', 'cas', 'delete'], unique: false }), numbers, 9, 5,
        );
        const picture = pictureIn(draw(history));
        for (const { operations, linearizations, longestOf, blocked, verdict } of picture.partitions) {
          for (const { order, states } of linearizations) expect(states.length).toBe(order.length);
          for (const at of longestOf) expect(at).toBeLessThan(linearizations.length);
          expect(blocked !== null).toBe(verdict === 'illegal');
          if (verdict === 'ok')
            expect(linearizations[0]!.order.length).toBeGreaterThanOrEqual(
              operations.filter(({ e }) => e !== null).length,
            );
        }
      }),
      { numRuns: 500, seed: 10 },
    );
  });
});

describe('bars in the terminal', () => {
  test('one line an operation, the core marked, times in order', () => {
    const { minimal } = explain(kvModel, stale)!;
    expect(renderBars(kvModel, stale, minimal.operations, { columns: 80, marked: minimal.core })).toEqual([
      '    client 0  put(k, "a")    |-----|',
      '  * client 1  put(k, "b")                |-----|',
      '  * client 0  get(k) -> "a"                          |-----|',
    ]);
  });
  test('an operation that never returned has no end', () => {
    expect(renderBars(kvModel, stale, [3], { columns: 80 })[0]).toMatch(/\|-+\?$/);
  });
  test('no value moves the cursor, and no line is wider than asked for', () => {
    const history = [put(0, 'k', '\u001b[2J\n\u0007', 0, 1), put(1, 'k', 'y'.repeat(500), 2, 3)];
    const bars = renderBars(kvModel, history, [0, 1], { columns: 100 });
    for (const bar of bars) expect([...bar].every((char) => char.codePointAt(0)! >= 32)).toBe(true);
    for (const bar of bars) expect(bar.length).toBeLessThanOrEqual(100);
  });
});
