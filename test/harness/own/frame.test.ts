/** A record with its checksums: whole, torn, or damaged. */
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../harness/own/frame.ts';
import { structuralCodec as codec } from '../../../harness/own/storage.ts';

const value = { kind: 'log', entries: ['a', 'b'] };
const bytes = encodeFrame(value, 7);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
/** Places of the header: size, number, checksum of the body, checksum of the header. */
const header = { size: 0, sequence: 4, bodySum: 8, headerSum: 12, body: 16 };
const flipped = (at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('a frame', () => {
  test('holds its value and its number, and says where it ends', () => {
    expect(decodeFrame(bytes, 0, true)).toEqual({ kind: 'whole', value, sequence: 7, endBytes: bytes.length });
    expect(decodeFrame(joined(new Uint8Array(5), bytes, bytes), 5, true)).toEqual({
      kind: 'whole', value, sequence: 7, endBytes: 5 + bytes.length,
    });
  });

  test.each([
    ['its size', header.size + 3, 'the header at byte 0 fails its checksum'],
    ['its number', header.sequence + 3, 'the header at byte 0 fails its checksum'],
    ['the checksum of its body', header.bodySum, 'the header at byte 0 fails its checksum'],
    ['the checksum of its header', header.headerSum, 'the header at byte 0 fails its checksum'],
    ['its body', header.body, 'the record at byte 0 fails its checksum'],
  ])('with a flipped bit in %s is damaged', (_what, at, reason) => {
    expect(decodeFrame(flipped(at), 0, true)).toEqual({ kind: 'damaged', reason });
  });

  test('that was cut, with nothing finished behind it, is torn; so are zeros', () => {
    for (let length = 0; length < bytes.length - 4; length++)
      expect(decodeFrame(bytes.slice(0, length), 0, true).kind, String(length)).toBe('torn');
    expect(decodeFrame(joined(bytes.slice(0, 30), new Uint8Array(40)), 0, true)).toEqual({ kind: 'torn' });
    expect(decodeFrame(new Uint8Array(40), 0, true)).toEqual({ kind: 'torn' });
  });

  test('that is whole but for its mark was written: the mark is last', () => {
    expect(decodeFrame(bytes.slice(0, -4), 0, true)).toMatchObject({ kind: 'whole', endBytes: bytes.length - 4 });
  });

  test('that was cut, with something finished behind it, is damaged', () => {
    expect(decodeFrame(joined(bytes.slice(0, 10), bytes), 0, true)).toEqual({
      kind: 'damaged', reason: 'the header at byte 0 fails its checksum',
    });
    expect(decodeFrame(bytes.slice(-8), 0, true)).toEqual({ kind: 'damaged', reason: 'a header is cut' });
    const long = bytes.slice();
    new DataView(long.buffer).setUint32(header.size, 1000);
    expect(decodeFrame(long, 0, false)).toEqual({ kind: 'damaged', reason: 'the record at byte 0 is cut' });
  });

  test('taken for what its bytes say is another value, or no JSON', () => {
    expect(decodeFrame(flipped(header.headerSum), 0, false)).toMatchObject({ kind: 'whole', value });
    expect(decodeFrame(flipped(header.body + 3), 0, false)).toMatchObject({ kind: 'whole', value: { khnd: 'log' } });
    expect(decodeFrame(flipped(header.body), 0, false)).toEqual({
      kind: 'damaged', reason: 'the record at byte 0 is no JSON',
    });
  });

  test('with any bit of its body flipped is damaged', () => {
    for (let at = header.body; at < bytes.length - 4; at++) for (const bit of [1, 2, 128]) {
      expect(
        decodeFrame(
          bytes.map((byte, i) => (i === at ? byte ^ bit : byte)), 0, true,
        ).kind,
        `${at} ${bit}`,
      ).toBe('damaged');
    }
  });
});

describe('a message on the wire', () => {
  test('comes back; changed, cut or with something behind it it is none', () => {
    const sent = codec.encode(value);
    expect(codec.decode(sent, true)).toEqual(value);
    expect(codec.decode(sent.map((byte, i) => (i === header.body ? byte ^ 1 : byte)), true)).toBeNull();
    expect(codec.decode(sent.slice(0, -1), true)).toEqual(value);
    expect(codec.decode(sent.slice(0, -5), true)).toBeNull();
    expect(codec.decode(joined(sent, Uint8Array.of(0)), true)).toBeNull();
  });
});
