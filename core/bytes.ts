/**
 * The byte form of values: whole numbers of 4 bytes, and strings as CESU-8 (Unicode Technical Report
 * 26: each UTF-16 code unit by itself, in 1 to 3 bytes). It loses nothing, also not half a surrogate
 * pair, and the size of a concatenation is the sum of the sizes: an append is counted by its piece.
 */
import { assert } from './assert.ts';

export const uint32SizeBytes = 4;

/** Length of a string's byte form, without the count in front of it. */
export function textSizeBytes(text: string): number {
  let sizeBytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) sizeBytes += unit < 0x800 ? 1 : 2;
  }
  return sizeBytes;
}

export const stringSizeBytes = (text: string): number => uint32SizeBytes + textSizeBytes(text);

/** Collects bytes. A builder: it changes while it is filled and is never part of a state. */
export class ByteWriter {
  private bytes = new Uint8Array(64);
  private length = 0;

  uint8(value: number): this {
    const at = this.reserve(1);
    this.bytes[at] = value;
    return this;
  }

  uint32(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffffffff, () => `${value} is not a number of 4 bytes`);
    const at = this.reserve(4);
    const { bytes } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    return this;
  }

  string(text: string): this {
    this.uint32(textSizeBytes(text));
    for (let i = 0; i < text.length; i++) this.unit(text.charCodeAt(i));
    return this;
  }

  /** Bytes as they are, without a count in front of them. */
  raw(bytes: Uint8Array): this {
    // First the room: it may be another array then.
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  private unit(unit: number): void {
    if (unit < 0x80) this.uint8(unit);
    else if (unit < 0x800) this.uint8(0xc0 | (unit >>> 6)).uint8(0x80 | (unit & 0x3f));
    else this.uint8(0xe0 | (unit >>> 12)).uint8(0x80 | ((unit >>> 6) & 0x3f)).uint8(0x80 | (unit & 0x3f));
  }

  /** Makes room for so many bytes more, and tells where they begin. */
  private reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return at;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/**
 * Reads what `ByteWriter` wrote. Every method throws AssertionFailed when the bytes end too soon or
 * are not what the writer gives: a value has one byte form and no other is taken.
 */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** How many bytes were read. */
  get position(): number {
    return this.offset;
  }

  uint8(): number {
    const value = this.bytes[this.offset];
    assert(value !== undefined, () => `the bytes end at ${this.offset}`);
    this.offset += 1;
    return value;
  }

  uint32(): number {
    return this.uint8() * 0x1000000 + ((this.uint8() << 16) | (this.uint8() << 8) | this.uint8());
  }

  string(): string {
    const end = this.uint32() + this.offset;
    let text = '';
    while (this.offset < end) text += String.fromCharCode(this.unit());
    assert(this.offset === end, () => `a string runs past its end at ${end}`);
    return text;
  }

  /** The next `count` bytes as they are. */
  raw(count: number): Uint8Array {
    const end = this.offset + count;
    assert(
      end <= this.bytes.length,
      () => `the bytes end at ${this.bytes.length}, ${count} were expected from ${this.offset}`,
    );
    const bytes = this.bytes.slice(this.offset, end);
    this.offset = end;
    return bytes;
  }

  /** A code unit in its shortest form: a longer one would be a second byte form of the same string. */
  private unit(): number {
    const first = this.uint8();
    if (first < 0x80) return first;
    const isShort = first < 0xe0;
    assert(first >= 0xc0 && first < 0xf0, () => `no character begins with the byte ${first}`);
    const unit = isShort
      ? ((first & 0x1f) << 6) | this.continuation()
      : ((first & 0x0f) << 12) | (this.continuation() << 6) | this.continuation();
    assert(unit >= (isShort ? 0x80 : 0x800), () => `the character ${unit} is written with too many bytes`);
    return unit;
  }

  private continuation(): number {
    const byte = this.uint8();
    assert((byte & 0xc0) === 0x80, () => `the byte ${byte} does not go on with a character`);
    return byte & 0x3f;
  }

  /** @throws AssertionFailed when something is left */
  end(): void {
    assert(this.offset === this.bytes.length, () => `${this.bytes.length - this.offset} bytes too many`);
  }
}
