/** Data as bytes with a checksum before them: messages on the wire, and records of a log. */
import { decodeText, encodeText } from './data.ts';

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Length, sequence number, checksum of the body, and checksum of these three. */
const headerSizeBytes = 16;

/**
 * Stands behind the body, and reaches a disk behind it: where it is, the write was finished. No text holds these bytes,
 * and a file that had grown when the power went has zeros there.
 */
const mark = [0xf5, 0xf6, 0xf7, 0xf8] as const;

/** FNV-1a with a last mixing: it is to see flipped and moved bytes, not an enemy's. */
function checksumOf(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return (sum ^ (sum >>> 13)) >>> 0;
}

export function encodeFrame(value: unknown, sequence = 0): Uint8Array {
  const body = utf8.encode(encodeText(value));
  const bytes = new Uint8Array(headerSizeBytes + body.length + mark.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  view.setUint32(4, sequence);
  view.setUint32(8, checksumOf(body));
  view.setUint32(12, checksumOf(bytes.subarray(0, 12)));
  bytes.set(body, headerSizeBytes);
  bytes.set(mark, headerSizeBytes + body.length);
  return bytes;
}

export type Frame =
  | { readonly kind: 'whole'; readonly value: unknown; readonly sequence: number; readonly endBytes: number }
  /** A write that never came to its end: nothing that was finished stands here or behind it. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'damaged'; readonly reason: string };

/** @param isChecked false to take the body for what its bytes say */
export function decodeFrame(bytes: Uint8Array, fromBytes: number, isChecked: boolean): Frame {
  const broken = (reason: string): Frame =>
    hasMark(bytes, fromBytes) ? { kind: 'damaged', reason } : { kind: 'torn' };
  const left = bytes.length - fromBytes;
  if (left < headerSizeBytes) return broken('a header is cut');
  const view = new DataView(bytes.buffer, bytes.byteOffset + fromBytes, left);
  if (isChecked && view.getUint32(12) !== checksumOf(bytes.subarray(fromBytes, fromBytes + 12)))
    return broken(`the header at byte ${fromBytes} fails its checksum`);
  const size = view.getUint32(0);
  if (size > left - headerSizeBytes) return broken(`the record at byte ${fromBytes} is cut`);
  const end = fromBytes + headerSizeBytes + size;
  const body = bytes.subarray(fromBytes + headerSizeBytes, end);
  if (isChecked && view.getUint32(8) !== checksumOf(body))
    return broken(`the record at byte ${fromBytes} fails its checksum`);
  try {
    return {
      kind: 'whole', value: decodeText(strictUtf8.decode(body)), sequence: view.getUint32(4),
      endBytes: Math.min(bytes.length, end + mark.length),
    };
  } catch {
    return { kind: 'damaged', reason: `the record at byte ${fromBytes} is no JSON` };
  }
}

function hasMark(bytes: Uint8Array, fromBytes: number): boolean {
  for (let at = bytes.length - mark.length; at >= fromBytes; at--)
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
  return false;
}
