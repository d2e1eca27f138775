/** How a person calls this program again. */
import { afterEach, expect, test } from 'vitest';
import { bugVariable, ownCommand, quoted } from '../../../harness/text/own-command.ts';

const before = process.env[bugVariable];
afterEach(() => {
  if (before === undefined) delete process.env[bugVariable];
  else process.env[bugVariable] = before;
});

test('a word that a shell takes for one stays as it is, and any other is quoted', () => {
  expect(['a/b.c:1@x%+=,~-#', '7', '--json'].map(quoted)).toEqual(['a/b.c:1@x%+=,~-#', '7', '--json']);
  expect(['', 'a b', "it's", '#7', 'a;b', '$HOME', 'a*', 'a\nb', 'ä'].map(quoted)).toEqual([
    "''", "'a b'", "'it'\\''s'", "'#7'", "'a;b'", "'$HOME'", "'a*'", "'a\nb'", "'ä'",
  ]);
});

test('on a core with a bug planted in it the bug is named as well', () => {
  delete process.env[bugVariable];
  expect(ownCommand('replay 48')).toBe('whitewater replay 48');
  process.env[bugVariable] = 'e03';
  expect(ownCommand('replay 48')).toBe('whitewater --bug e03 replay 48');
  process.env[bugVariable] = 'my bugs/e 1.patch';
  expect(ownCommand('replay 48')).toBe("whitewater --bug 'my bugs/e 1.patch' replay 48");
});
