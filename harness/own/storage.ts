/**
 * A disk format for any plain data: a log, with the whole durable state in a record for each barrier, and a new file
 * every few records. A write that a crash cuts short counts as never begun; whatever else is wrong is damage, and the
 * node must not start from it.
 */
import type { FileOperation, Recovery } from '../../core/protocol.ts';
import type { FileRole } from '../moments.ts';
import type { AnyStorage, Codec } from '../system.ts';
import { ByteFiles } from '../world/files.ts';
import { decodeFrame, encodeFrame } from './frame.ts';

/** The sequence number of the last record; 0 for none. */
type Cursor = number;

const recordsPerFile = 4;
const generationOf = (sequence: number): number => Math.floor(sequence / recordsPerFile);
const fileOf = (generation: number): string => `log.${generation}`;
/** That of the first record of a file. */
const firstIn = (generation: number): number => Math.max(1, generation * recordsPerFile);

export const fileRole = (name: string): FileRole | null => (/^log\.\d+$/.test(name) ? 'log' : null);

/** A disk without a record holds null. */
export const structuralStorage: AnyStorage = {
  format: () => ({ cursor: 0, operations: [{ kind: 'create', file: fileOf(0), bytes: new Uint8Array(0) }] }),
  store(cursor, durable) {
    const sequence = (cursor as Cursor) + 1;
    const generation = generationOf(sequence);
    const [file, bytes] = [fileOf(generation), encodeFrame(durable, sequence)];
    if (sequence !== firstIn(generation) || generation === 0)
      return { cursor: sequence, operations: [{ kind: 'append', file, bytes }] };
    // The new file is whole before the old one goes.
    return {
      cursor: sequence,
      operations: [
        { kind: 'create', file, bytes }, { kind: 'remove', file: fileOf(generation - 1) },
      ],
    };
  },
  recover(files) {
    const generations = [...files.keys()]
      .filter((name) => fileRole(name) !== null)
      .map((name) => Number(name.slice('log.'.length)))
      .sort((a, b) => b - a);
    const [newest, older] = generations;
    if (newest === undefined) return { kind: 'refused', file: fileOf(0), reason: 'there is no file' };
    const read = recovered(files, newest);
    if (read.kind === 'refused') return read;
    // A file whose first record never came to its end was never begun.
    if (read.cursor < firstIn(newest) && newest > 0) {
      if (older === undefined)
        return {
          kind: 'refused', file: fileOf(newest), reason: 'its first record is missing, and the file before it is gone',
        };
      const before = recovered(files, older);
      return before.kind === 'refused'
        ? before
        : { ...before, isTorn: true, repairs: [...before.repairs, { kind: 'remove', file: fileOf(newest) }] };
    }
    return older === undefined
      ? read
      : { ...read, repairs: [...read.repairs, { kind: 'remove', file: fileOf(older) }] };
  },
  isLater: (cursor, than) => (cursor as Cursor) > (than as Cursor),
};

/**
 * Whether a storage writes once more what a start reads, as far as an empty disk shows it. One that throws is told
 * elsewhere.
 */
export function writesOnceMore(storage: AnyStorage): boolean {
  try {
    const files = new ByteFiles();
    for (const operation of storage.format().operations) files.apply(operation);
    const recovery = storage.recover(files.all());
    return (
      recovery.kind === 'recovered' && recovery.repairs.some(({ kind }) => kind === 'rewrite' || kind === 'replace')
    );
  } catch {
    return false;
  }
}

type Read =
  | Extract<Recovery<unknown, unknown>, { readonly kind: 'refused' }>
  | (Extract<Recovery<unknown, unknown>, { readonly kind: 'recovered' }> & { readonly cursor: Cursor });

function recovered(files: ReadonlyMap<string, Uint8Array>, generation: number): Read {
  const file = fileOf(generation);
  const bytes = files.get(file)!;
  const kept: Uint8Array[] = [];
  let durable: unknown = null;
  let cursor: Cursor = firstIn(generation) - 1;
  let at = 0;
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at, true);
    if (frame.kind === 'torn') break;
    if (frame.kind === 'damaged') return { kind: 'refused', file, reason: frame.reason };
    if (frame.sequence !== cursor + 1)
      return { kind: 'refused', file, reason: `record ${frame.sequence} stands where record ${cursor + 1} belongs` };
    durable = frame.value;
    cursor += 1;
    kept.push(encodeFrame(durable, cursor));
    at = frame.endBytes;
  }
  const whole = joined(kept);
  // What is whole is written once more: its end may be what a failed sync left in the cache, which nobody has on a
  // disk.
  const repairs: FileOperation[] = [
    isEqual(whole, bytes) ? { kind: 'rewrite', file } : { kind: 'replace', file, bytes: whole },
  ];
  return { kind: 'recovered', durable, cursor, repairs, isTorn: at < bytes.length };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), 0);
  return whole;
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const structuralCodec: Codec = {
  encode: (message) => encodeFrame(message),
  decode(bytes, isChecked) {
    const frame = decodeFrame(bytes, 0, isChecked);
    return frame.kind === 'whole' && frame.endBytes === bytes.length ? frame.value : null;
  },
};
