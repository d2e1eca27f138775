/** A control character of a value is shown, and does nothing: on terminals, in reports, in files of JSON. */
import { styleText } from 'node:util';
import { describe, expect, test } from 'vitest';
import { jsonText, printable, printableData, printableOnTerminal } from '../../../harness/text/printable.ts';

const codes = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
/**
 * Unicode's names: C0 and C1 (Cc), its own ends of lines, and the marks, embeddings, overrides and isolates of UAX 9.
 */
const doers: readonly string[] = [
  ...codes(0x00, 0x1f).filter((char) => char !== '\n' && char !== '\t'), ...codes(0x7f, 0x9f), '\u2028', '\u2029',
  '\u061c', '\u200e', '\u200f', ...codes(0x202a, 0x202e), ...codes(0x2066, 0x2069),
];

describe('a character that does something', () => {
  test.each(doers.map((char) => [`U+${char.charCodeAt(0).toString(16).padStart(4, '0')}`, char]))(
    '%s is shown by its number',
    (name, char) => {
      const digits = name.slice(2);
      const shown = digits.startsWith('00') ? `a\\x${digits.slice(2)}b` : `a\\u${digits}b`;
      expect([printable(`a${char}b`), printableOnTerminal(`a${char}b`)]).toEqual([shown, shown]);
      const json = jsonText({ [`k${char}`]: [char] });
      expect([json.includes(char), JSON.parse(json)]).toEqual([false, { [`k${char}`]: [char] }]);
    },
  );

  test('ends of lines, tabs, letters of any script and emoji with joiners stay', () => {
    const text = 'a\n\tb \u05d0 \u0627 \u00e9 \ufeff \u{1f468}\u200d\u{1f469}';
    expect([printable(text), printableOnTerminal(text), JSON.parse(jsonText(text))]).toEqual([text, text, text]);
  });

  test('what this program draws is left as it is on its own terminal, and nowhere else', () => {
    for (const style of ['red', 'green', 'yellow', 'bold', 'dim', 'magenta'] as const) {
      const drawn = `\r\u001b[2K${styleText(style, 'a', { validateStream: false })}`;
      expect([printableOnTerminal(drawn), printable(drawn).includes('\u001b')]).toEqual([drawn, false]);
    }
  });

  test.each([
    ['the line is taken away behind what it says', 'FAIL\r\u001b[2KPASS', 'FAIL\\x0d\\x1b[2KPASS'],
    ['the line is taken away, in a second one', 'a\n\r\u001b[2K', 'a\n\\x0d\\x1b[2K'],
    ['text is concealed', '\u001b[8mFAIL', '\\x1b[8mFAIL'],
    ['text has the colour of its ground', '\u001b[30;40mFAIL', '\\x1b[30;40mFAIL'],
    ['the screen is cleared', '\u001b[2J', '\\x1b[2J'],
    ['the title is set', '\u001b]0;x\u0007', '\\x1b]0;x\\x07'],
  ])('nothing is hidden on a terminal: %s', (_what, text, shown) => {
    expect(printableOnTerminal(text)).toBe(shown);
  });

  test('data has it shown in texts and in names of fields, however deep', () => {
    expect(printableData([1, null, true, { 'k\u202e': ['\u009b', { x: '\u001b' }] }])).toEqual([
      1, null, true, { 'k\\u202e': ['\\x9b', { x: '\\x1b' }] },
    ]);
  });
});
