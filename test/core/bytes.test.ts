import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../core/assert.ts';
import { ByteReader, ByteWriter, stringSizeBytes, textSizeBytes } from '../../core/bytes.ts';
import { text, uint32 } from '../support/arbitraries.ts';
import { fc, prop } from '../support/property.ts';

const bytesOf = (value: string): Uint8Array => new ByteWriter().string(value).finish();

describe('strings as CESU-8 (Unicode Technical Report 26)', () => {
  prop([text], { numRuns: 1000 })('every string comes back, also one with half a surrogate pair', (value) => {
    const reader = new ByteReader(bytesOf(value));
    expect(reader.string()).toBe(value);
    reader.end();
  });

  prop([text], { numRuns: 500 })('the declared size is the length of the bytes', (value) => {
    expect(bytesOf(value).length).toBe(stringSizeBytes(value));
  });

  prop([text, text], { numRuns: 500 })('the size of a concatenation is the sum of the sizes', (a, b) => {
    expect(textSizeBytes(a + b)).toBe(textSizeBytes(a) + textSizeBytes(b));
  });

  prop([fc.string({ unit: fc.integer({ min: 0, max: 0xd7ff }).map((unit) => String.fromCharCode(unit)) })], {
    numRuns: 500,
  })('without surrogates the bytes are those of UTF-8', (value) => {
    expect(bytesOf(value).slice(4)).toEqual(new Uint8Array(Buffer.from(value, 'utf8')));
  });

  test('a pair of surrogates takes three bytes for each half', () => {
    expect(bytesOf('\u{1f600}')).toEqual(Uint8Array.of(0, 0, 0, 6, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80));
  });

  test.each([
    ['a continuation where a character should begin', [0x80]],
    ['a four-byte form', [0xf0, 0x9f, 0x98, 0x80]],
    ['two bytes for a character of one', [0xc1, 0xbf]],
    ['three bytes for a character of two', [0xe0, 0x9f, 0xbf]],
    ['a character that does not go on', [0xc3, 0x41]],
  ])('%s is refused', (_, form) => {
    expect(() => new ByteReader(Uint8Array.of(0, 0, 0, form.length, ...form)).string()).toThrow(AssertionFailed);
  });

  test('a character that runs past the end of its string is refused', () => {
    expect(() => new ByteReader(Uint8Array.of(0, 0, 0, 1, 0xc3, 0xa9)).string()).toThrow(AssertionFailed);
  });
});

describe('whole numbers of 4 bytes', () => {
  prop([uint32], { numRuns: 500 })('every one comes back', (value) => {
    expect(new ByteReader(new ByteWriter().uint32(value).finish()).uint32()).toBe(value);
  });

  test.each([-1, 0x1_0000_0000, 0.5, NaN])('%d is none', (value) => {
    expect(() => new ByteWriter().uint32(value)).toThrow(AssertionFailed);
  });
});

describe('bytes as they are', () => {
  prop([fc.uint8Array(), fc.uint8Array()])('come back one piece after the other', (a, b) => {
    const reader = new ByteReader(new ByteWriter().raw(a).raw(b).finish());
    expect([reader.raw(a.length), reader.raw(b.length)]).toEqual([a, b]);
    expect(reader.position).toBe(a.length + b.length);
    reader.end();
  });

  test('more than there are cannot be read, and none may be left over', () => {
    expect(() => new ByteReader(Uint8Array.of(1, 2)).raw(3)).toThrow(AssertionFailed);
    expect(() => new ByteReader(Uint8Array.of(1, 2)).end()).toThrow(AssertionFailed);
  });
});
