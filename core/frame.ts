/** Messages on the wire: a checksum, then the message's byte form. */
import { AssertionFailed } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeMessage, encodeMessage } from './codec.ts';
import { checksum } from './disk/checksum.ts';
import type { ServerMessage } from './server.ts';

export function encodeFrame(message: ServerMessage): Uint8Array {
  const bytes = encodeMessage(message);
  return new ByteWriter().uint32(checksum(bytes)).raw(bytes).finish();
}

/** Null when the bytes are not those of a message. Unchecked, a wrong checksum is not looked at. */
export function decodeFrame(frame: Uint8Array, isChecked: boolean): ServerMessage | null {
  if (frame.length < 4) return null;
  const bytes = frame.subarray(4);
  if (isChecked && new ByteReader(frame).uint32() !== checksum(bytes)) return null;
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (error instanceof AssertionFailed) return null;
    throw error;
  }
}
