/**
 * A record of the write-ahead log: one barrier, framed so that damage is noticed and told apart from
 * a write that a crash cut short.
 *
 *     header   length of the payload, generation of the file, sequence number, checksum of the
 *              payload, checksum of the header's four numbers      5 * 4 bytes
 *     payload
 *     mark     sequence number mixed with a constant, checksum of the payload      2 * 4 bytes
 *
 * The mark reaches the disk behind the payload. So a damaged payload in front of its mark had been
 * written whole and has rotted since, while one without a mark was never finished. (The idea of a
 * second identifier behind an entry is that of Protocol-Aware Recovery, Alagappan et al., FAST 2018.)
 * A single damaged place thus never passes for a torn end: it leaves either the header, the payload
 * or the mark whole.
 */
import { checksum } from './checksum.ts';

const headerBytes = 20;
const markBytes = 8;
/**
 * Keeps a mark from being mistaken for what payloads are full of: small numbers, and text (no byte of which is above
 * 0xef).
 */
const markMagic = 0xf5f6f7f8;
const markNumber = (sequence: number): number => (sequence ^ markMagic) >>> 0;

export interface Frame {
  readonly generation: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export function encodeRecord({ generation, sequence, payload }: Frame): Uint8Array {
  const payloadChecksum = checksum(payload);
  const bytes = new Uint8Array(headerBytes + payload.length + markBytes);
  putUint32(bytes, 0, payload.length);
  putUint32(bytes, 4, generation);
  putUint32(bytes, 8, sequence);
  putUint32(bytes, 12, payloadChecksum);
  putUint32(bytes, 16, checksum(bytes, 0, 16));
  bytes.set(payload, headerBytes);
  putUint32(bytes, headerBytes + payload.length, markNumber(sequence));
  putUint32(bytes, headerBytes + payload.length + 4, payloadChecksum);
  return bytes;
}

/** Byte by byte: a view asks for the array's buffer, and V8 then takes a small array out of its own heap. */
function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** The four bytes must be there. */
const uint32At = (bytes: Uint8Array, at: number): number =>
  bytes[at]! * 0x1000000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);

/** What stands at an offset where a record of this sequence number is expected. */
export type Found =
  | {
      readonly kind: 'record';
      readonly frame: Frame;
      readonly next: number;
      readonly isMarked: boolean;
      readonly isShort: boolean;
    }
  /** The file ends here. */
  | { readonly kind: 'end' }
  /** A write that never finished; nothing stands behind it. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'damaged'; readonly reason: string };

interface Header {
  readonly length: number;
  readonly generation: number;
  readonly sequence: number;
  readonly payloadChecksum: number;
}

function headerAt(bytes: Uint8Array, at: number): Header | null {
  if (at + headerBytes > bytes.length || uint32At(bytes, at + 16) !== checksum(bytes, at, at + headerBytes - 4))
    return null;
  return {
    length: uint32At(bytes, at), generation: uint32At(bytes, at + 4), sequence: uint32At(bytes, at + 8),
    payloadChecksum: uint32At(bytes, at + 12),
  };
}

export function recordAt(bytes: Uint8Array, at: number, sequence: number): Found {
  if (at === bytes.length) return { kind: 'end' };
  const header = headerAt(bytes, at);
  if (header === null)
    return broken(
      bytes, at, sequence, hasMarkBehind(bytes, at + headerBytes, sequence), 'the head of a record is damaged',
    );
  if (header.sequence !== sequence)
    return { kind: 'damaged', reason: `record ${header.sequence} stands where record ${sequence} must` };
  const begin = at + headerBytes;
  const end = begin + header.length;
  const isWhole = end <= bytes.length && checksum(bytes, begin, end) === header.payloadChecksum;
  if (!isWhole)
    return broken(
      bytes, at, sequence, markAt(bytes, end, sequence, header.payloadChecksum),
      `the payload of record ${sequence} is damaged`,
    );
  const { generation } = header;
  const isMarked = markAt(bytes, end, sequence, header.payloadChecksum);
  const next = Math.min(bytes.length, end + markBytes);
  return {
    kind: 'record', frame: { generation, sequence, payload: bytes.slice(begin, end) }, next, isMarked,
    isShort: end + markBytes > bytes.length,
  };
}

function markAt(bytes: Uint8Array, at: number, sequence: number, payloadChecksum: number): boolean {
  return (
    at + markBytes <= bytes.length &&
    uint32At(bytes, at) === markNumber(sequence) &&
    uint32At(bytes, at + 4) === payloadChecksum
  );
}

/**
 * Damage, if anything shows that this record or a later one was finished: its own mark, a later head, or
 * a later mark at the end of the file. Else an end that was torn. The whole file is looked
 * through: a write that went to the wrong place may begin in front of this record, on bytes that
 * happen to be the same.
 */
function broken(bytes: Uint8Array, own: number, sequence: number, isFinished: boolean, reason: string): Found {
  if (isFinished) return { kind: 'damaged', reason };
  for (let at = 0; at + headerBytes <= bytes.length; at++) {
    // Its own head says only that it was begun. The number is looked at first: a checksum for each byte of the file
    // costs much.
    const mayBeLater = at !== own && uint32At(bytes, at + 8) >= sequence;
    if (mayBeLater && headerAt(bytes, at) !== null) return { kind: 'damaged', reason };
  }
  return endsWithMark(bytes, sequence) ? { kind: 'damaged', reason } : { kind: 'torn' };
}

/** Whether a mark of this number stands behind a payload that fits it, whatever the head said. */
function hasMarkBehind(bytes: Uint8Array, begin: number, sequence: number): boolean {
  for (let at = begin; at + markBytes <= bytes.length; at++) {
    if (bytes[at] === markMagic >>> 24 && markAt(bytes, at, sequence, checksum(bytes, begin, at))) return true;
  }
  return false;
}

/** How far behind the record that is expected a mark is looked for: as many as a misdirected write may skip. */
const markReach = 256;

function endsWithMark(bytes: Uint8Array, sequence: number): boolean {
  const at = bytes.length - markBytes;
  if (at < 0) return false;
  const found = markNumber(uint32At(bytes, at));
  return found >= sequence && found - sequence < markReach;
}
