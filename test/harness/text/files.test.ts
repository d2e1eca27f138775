/** Files that a person names: whole or not at all, links and pipes kept, and every refusal in words. */
import {
  existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { appendWhole, mustBeWritable, readText, writeWhole } from '../../../harness/text/files.ts';
import { UsageError } from '../../../harness/text/usage-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'whitewater-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);
const withFile = (name: string, content: string | Buffer): string => {
  writeFileSync(path(name), content);
  return path(name);
};
const says = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    if (error instanceof UsageError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'nothing';
};
const silent = (): void => undefined;

describe('reading', () => {
  test('the text, without a mark of the order of bytes at its beginning only', () => {
    expect(readText(withFile('mark', '\uFEFFa\uFEFFb\n'))).toBe('a\uFEFFb\n');
    expect(readText(withFile('empty', ''))).toBe('');
  });
  test('what is no UTF-8 is refused with its line and column, in characters', () => {
    expect(
      says(() =>
        readText(withFile('bad', Buffer.concat([Buffer.from('a\nüx'), Buffer.from([0xff]), Buffer.from('\n')]))),
      ),
    ).toBe('bad:2:3: it is not UTF-8');
    expect(says(() => readText(withFile('short', Buffer.from([0x61, 0xe2, 0x82]))))).toBe('short:1:2: it is not UTF-8');
  });
  test('what is not there, and a folder', () => {
    expect(says(() => readText(path('none')))).toBe('cannot read none: no such file or folder');
    expect(says(() => readText(folder))).toBe(`cannot read ${folder}: it is a folder`);
  });
});

describe('writing', () => {
  test('makes the folders on the way, takes the place of what was there, and leaves nothing beside it', () => {
    const target = path('a/b/c.txt');
    writeWhole(target, 'one');
    writeWhole(target, 'two');
    expect([readFileSync(target, 'utf8'), readdirSync(path('a/b'))]).toEqual(['two', ['c.txt']]);
  });
  test('through a link the file behind it is written, and the link stays', () => {
    const target = withFile('behind', 'old');
    symlinkSync(target, path('link'));
    writeWhole(path('link'), 'new');
    expect([readFileSync(target, 'utf8'), lstatSync(path('link')).isSymbolicLink()]).toEqual(['new', true]);
  });
  test('to where nothing can be is refused with the path and the reason, and what was there stays', () => {
    const file = withFile('plain', 'kept');
    expect(says(() => writeWhole(join(file, 'x'), 'y'))).toBe(
      'cannot write plain/x: a part of its path is not a folder',
    );
    expect(says(() => writeWhole(folder, 'y'))).toMatch(/^cannot write .*: it is a folder$/);
    expect([
      readFileSync(file, 'utf8'),
      readdirSync(tmpdir()).filter((name) => name.startsWith(folder.split('/').at(-1)!) && name.endsWith('.tmp')),
    ]).toEqual(['kept', []]);
  });
  test('at the end of what is there', () => {
    const file = withFile('log', 'a\n');
    appendWhole(file, 'b\n');
    expect(readFileSync(file, 'utf8')).toBe('a\nb\n');
    expect(says(() => appendWhole(folder, 'x'))).toMatch(/^cannot write .*: it is a folder$/);
  });
});

describe('asked before long work', () => {
  test('a path that can be written is left as it was, and one that cannot is refused', () => {
    const file = withFile('there', 'kept');
    mustBeWritable(file, silent);
    mustBeWritable(path('new.txt'), silent);
    expect([readFileSync(file, 'utf8'), existsSync(path('new.txt'))]).toEqual(['kept', false]);
    expect(says(() => mustBeWritable('', silent))).toBe('cannot write to a file without a name');
    expect(says(() => mustBeWritable(folder, silent))).toMatch(/^cannot write .*: it is a folder$/);
    expect(says(() => mustBeWritable(join(file, 'x'), silent))).toBe(
      'cannot write there/x: a part of its path is not a folder',
    );
  });
  test('a folder that was not there is made and told, one that was is not told', () => {
    const told: string[] = [];
    mustBeWritable(path('far/away/x'), (text) => void told.push(text.replaceAll(`${folder}/`, '')));
    mustBeWritable(path('far/away/y'), (text) => void told.push(text));
    expect([told, existsSync(path('far/away'))]).toEqual([
      ['whitewater: there was no folder far/away; it is made now\n'], true,
    ]);
  });
  test('what is read must not be written over, by whatever name', () => {
    const input = withFile('input', 'x');
    mkdirSync(path('sub'), { recursive: true });
    symlinkSync(input, path('sub/alias'));
    expect(says(() => mustBeWritable(input, silent, [path('none'), input]))).toBe(
      'cannot write input: input is read, and would be lost',
    );
    expect(says(() => mustBeWritable(path('sub/alias'), silent, [input]))).toBe(
      'cannot write sub/alias: input is read, and would be lost',
    );
    expect(says(() => mustBeWritable(path('other'), silent, [input]))).toBe('nothing');
  });
});
