/**
 * Raft's durable state as files: a write-ahead log, a snapshot, and a superblock that says which of
 * them count.
 *
 *     superblock   the generation
 *     log.G        a base (hard state and the log behind the snapshot), then one record a barrier
 *     snapshot.G   the snapshot that log.G begins behind, if it does
 *
 * A barrier without a snapshot appends one record to the log. One with a snapshot begins a new
 * generation: its files are written whole before the superblock is replaced, and only then is the old
 * generation removed. So the lab's SaveStateAndSnapshot is one atomic write, and the log is never
 * trimmed before its snapshot is there.
 */
import { ByteReader, ByteWriter } from '../bytes.ts';
import { AssertionFailed } from '../assert.ts';
import { decodeRaftState, decodeWrite, encodeRaftState, encodeWrite } from '../write-codec.ts';
import { commandLengthOf, encodeStoredSnapshot } from '../entry-codec.ts';
import type { FileOperation, Recovery, Storage } from '../protocol.ts';
import { applyWrite } from '../raft/persistence.ts';
import type { Write } from '../raft/write.ts';
import { blankPersistent, type Persistent } from '../raft/state.ts';
import { EncodedWrite } from './encoded-write.ts';
import { encodeRecord, recordAt } from './record.ts';
import { Refused } from './refused.ts';

/** Where the next record goes. */
export interface Cursor {
  readonly generation: number;
  readonly sequence: number;
}

type Files = ReadonlyMap<string, Uint8Array>;

export const superblockFile = 'superblock.0';
const superblockMagic = 0x57485731;
const logFile = (generation: number): string => `log.${generation}`;
const snapshotFile = (generation: number): string => `snapshot.${generation}`;

export const raftStorage: Storage<Write, Persistent, Cursor> = { format, store, recover, isLater };

function format(durable = blankPersistent): { cursor: Cursor; operations: readonly FileOperation[] } {
  return { cursor: { generation: 1, sequence: 1 }, operations: [...generationFiles(1, durable), superblock(1)] };
}

function store(
  { generation, sequence }: Cursor, durable: Persistent, writes: readonly Write[],
): { cursor: Cursor; operations: readonly FileOperation[] } {
  if (writes.some(({ kind }) => kind === 'snapshot')) return newGeneration(generation, durable);
  // The bytes are made when they are read, and what an entry says of its size is held against it now.
  for (const write of writes) if (write.kind === 'append') for (const entry of write.entries) commandLengthOf(entry);
  const record = new EncodedWrite('append', logFile(generation), () =>
    encodeRecord({ generation, sequence, payload: payloadOf(writes) }),
  );
  return { cursor: { generation, sequence: sequence + 1 }, operations: [record] };
}

function payloadOf(writes: readonly Write[]): Uint8Array {
  const payload = new ByteWriter().uint32(writes.length);
  for (const write of writes) {
    const bytes = encodeWrite(write);
    payload.uint32(bytes.length).raw(bytes);
  }
  return payload.finish();
}

function newGeneration(old: number, durable: Persistent): { cursor: Cursor; operations: readonly FileOperation[] } {
  const generation = old + 1;
  const operations: readonly FileOperation[] = [
    ...generationFiles(generation, durable),
    superblock(generation),
    { kind: 'remove', file: snapshotFile(old) },
    { kind: 'remove', file: logFile(old) },
  ];
  return { cursor: { generation, sequence: 1 }, operations };
}

function generationFiles(generation: number, durable: Persistent): FileOperation[] {
  const create = (file: string, payload: () => Uint8Array): FileOperation =>
    new EncodedWrite('create', file, () => encodeRecord({ generation, sequence: 0, payload: payload() }));
  const log = create(logFile(generation), () => encodeRaftState(durable));
  const { snapshot } = durable;
  if (snapshot === null) return [log];
  return [create(snapshotFile(generation), () => encodeStoredSnapshot(snapshot)), log];
}

const superblock = (generation: number): FileOperation => new EncodedWrite('replace', superblockFile, () =>
  encodeRecord({ generation, sequence: 0, payload: new ByteWriter().uint32(superblockMagic).finish() }));

function isLater(cursor: Cursor, than: Cursor): boolean {
  return (
    cursor.generation > than.generation || (cursor.generation === than.generation && cursor.sequence > than.sequence)
  );
}

function recover(files: Files): Recovery<Persistent, Cursor> {
  try {
    return recovered(files);
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', file: error.file, reason: error.message };
    throw error;
  }
}

/**
 * The superblock tells the least generation that counts. A newer one that is whole was finished in
 * the moment before the superblock was replaced, or the superblock was read in an older version:
 * either way it holds all that the older one does. One that is not whole was never finished.
 */
function recovered(files: Files): Recovery<Persistent, Cursor> {
  const least = readSuperblock(files);
  const newer = [...files.keys()].map(generationOf).filter((generation) => generation > least).sort((a, b) => b - a);
  for (const generation of newer) {
    try {
      return readGeneration(files, generation, newer.length > 0);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return readGeneration(files, least, newer.length > 0);
}

const generationOf = (file: string): number => (file.startsWith('log.') ? Number(file.slice('log.'.length)) : 0);

function readSuperblock(files: Files): number {
  const { generation, payload } = wholeRecord(files, superblockFile);
  if (payload.length !== 4 || new ByteReader(payload).uint32() !== superblockMagic)
    throw new Refused(superblockFile, 'it is no superblock');
  return generation;
}

function readGeneration(files: Files, generation: number, hasUnfinished: boolean): Recovery<Persistent, Cursor> {
  const file = logFile(generation);
  const bytes = files.get(file);
  if (bytes === undefined) throw new Refused(file, 'the log is missing');
  const { durable: base, next } = readBase(files, file, bytes, generation);
  let durable = base;
  let at = next;
  let sequence = 1;
  let mended = bytes;
  for (;;) {
    const found = recordAt(bytes, at, sequence);
    if (found.kind === 'damaged') throw new Refused(file, found.reason);
    if (found.kind === 'end' || found.kind === 'torn') {
      return whole(
        files, generation, sequence, durable, found.kind === 'torn',
        mended === bytes && found.kind === 'end' ? null : mended.subarray(0, at), hasUnfinished,
      );
    }
    mustBeOf(file, generation, found.frame.generation);
    durable = applied(file, durable, found.frame.payload);
    sequence += 1;
    // A finished payload without its mark is kept, and gets its mark: else the next damage would pass for a torn end.
    if (!found.isMarked) mended = marked(mended, at, found.frame);
    if (!found.isMarked && found.next >= bytes.length)
      return whole(files, generation, sequence, durable, true, mended, hasUnfinished);
    at = found.next;
  }
}

/** The file with this record written once more in its place. */
function marked(
  bytes: Uint8Array, at: number, frame: { generation: number; sequence: number; payload: Uint8Array },
): Uint8Array {
  const record = encodeRecord(frame);
  const all = new Uint8Array(Math.max(bytes.length, at + record.length));
  all.set(bytes);
  all.set(record, at);
  return all;
}

/**
 * `clean` is what the log must hold from now on; null when it holds that already. Then it is written once more all the
 * same: its end may be what a failed sync left in the cache, which nobody has on a disk.
 */
function whole(
  files: Files, generation: number, sequence: number, durable: Persistent, isTorn: boolean, clean: Uint8Array | null,
  hasUnfinished: boolean,
): Recovery<Persistent, Cursor> {
  const repairs: FileOperation[] = [];
  if (clean !== null) repairs.push({ kind: 'replace', file: logFile(generation), bytes: clean.slice() });
  else repairs.push({ kind: 'rewrite', file: logFile(generation) });
  repairs.push(superblock(generation));
  for (const file of files.keys()) {
    const isOther = file !== superblockFile && file !== logFile(generation) && file !== snapshotFile(generation);
    if (isOther) repairs.push({ kind: 'remove', file });
  }
  return { kind: 'recovered', durable, cursor: { generation, sequence }, repairs, isTorn: isTorn || hasUnfinished };
}

function readBase(
  files: Files, file: string, bytes: Uint8Array, generation: number,
): { durable: Persistent; next: number } {
  const found = recordAt(bytes, 0, 0);
  if (found.kind !== 'record' || found.isShort)
    throw new Refused(file, found.kind === 'damaged' ? found.reason : 'the log does not begin with its base');
  mustBeOf(file, generation, found.frame.generation);
  const needsSnapshot = baseIndexOf(found.frame.payload) > 0;
  const snapshot = needsSnapshot ? readSnapshot(files, generation) : null;
  return { durable: mustDecode(file, () => decodeRaftState(found.frame.payload, snapshot)), next: found.next };
}

/** Behind currentTerm and votedFor. */
function baseIndexOf(raftState: Uint8Array): number {
  const from = new ByteReader(raftState);
  from.uint32();
  from.uint32();
  return from.uint32();
}

function readSnapshot(files: Files, generation: number): Uint8Array {
  const file = snapshotFile(generation);
  const { generation: found, payload } = wholeRecord(files, file);
  mustBeOf(file, generation, found);
  return payload;
}

/** The one record of a file that was written whole: anything else is damage. */
function wholeRecord(files: Files, file: string): { generation: number; payload: Uint8Array } {
  const bytes = files.get(file);
  if (bytes === undefined) throw new Refused(file, 'it is missing');
  const found = recordAt(bytes, 0, 0);
  if (found.kind !== 'record') throw new Refused(file, found.kind === 'damaged' ? found.reason : 'it is not whole');
  return found.frame;
}

function mustBeOf(file: string, generation: number, found: number): void {
  if (generation !== found)
    throw new Refused(file, `what was read is of generation ${found}, and it must be of generation ${generation}`);
}

function applied(file: string, durable: Persistent, payload: Uint8Array): Persistent {
  return mustDecode(file, () => {
    const from = new ByteReader(payload);
    let state = durable;
    for (let left = from.uint32(); left > 0; left--) state = applyWrite(state, decodeWrite(from.raw(from.uint32())));
    from.end();
    return state;
  });
}

function mustDecode<T>(file: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof AssertionFailed) throw new Refused(file, error.message);
    throw error;
  }
}
