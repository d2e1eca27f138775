/**
 * Taking and installing a snapshot of the machine, and its canonical byte form: equal machines have
 * equal bytes, whatever their histories.
 *
 * A snapshot is a reference to persistent values: taking one costs nothing, whatever its size. It
 * carries the sessions too, else a restored replica would execute a retried command again.
 */
import { assert } from '../assert.ts';
import { ByteReader, ByteWriter, uint32SizeBytes } from '../bytes.ts';
import type { NodeId } from '../protocol.ts';
import type { LogIndex } from '../raft/log.ts';
import { readResult, writeResult } from './command.ts';
import type { Machine } from './machine.ts';
import { noSessions, withSession, type Began, type Kept, type Sessions } from './sessions.ts';
import { emptyStore, withValue, withVersion, type Store } from './store.ts';

export interface MachineSnapshot {
  readonly store: Store;
  readonly sessions: Sessions;
}

export const takeSnapshot = (machine: Machine): MachineSnapshot => ({
  store: machine.store, sessions: machine.sessions,
});

export const installSnapshot = (snapshot: MachineSnapshot, lastExecuted: LogIndex): Machine => ({
  store: snapshot.store,
  sessions: snapshot.sessions,
  lastExecuted,
});

/** Length of what `encodeSnapshot` gives, known without encoding. */
export const snapshotSizeBytes = ({ store, sessions }: MachineSnapshot): number =>
  (sessions.timeUs === undefined ? 2 : 3) * uint32SizeBytes +
  store.sizeBytes +
  (store.versions?.size ?? 0) * uint32SizeBytes +
  sessions.sizeBytes;

/** Number of pairs, pairs by key; number of sessions, sessions by client. */
export function encodeSnapshot({ store, sessions }: MachineSnapshot): Uint8Array {
  const to = new ByteWriter();
  writeStore(to, store);
  writeSessions(to, sessions);
  return to.finish();
}

/** Added to the number of pairs where keys have versions, which then follow the values. */
const versioned = 0x8000_0000;

function writeStore(to: ByteWriter, { values, versions }: Store): void {
  assert(versions === undefined || versions.size === values.size, () => 'keys with versions stand among others');
  to.uint32(versions === undefined ? values.size : versioned + values.size);
  values.forEach((value, key) => {
    to.string(key).string(value);
    if (versions !== undefined) to.uint32(versions.get(key)!);
  });
}

/**
 * Added to the number of sessions where they may expire: then the time follows, and when each began and was active
 * last.
 */
const timed = 0x8000_0000;

/**
 * Added where clients have several operations in flight: behind each session then follow how many earlier answers it
 * keeps, and those.
 */
const several = 0x4000_0000;

function writeSessions(to: ByteWriter, { byClient, timeUs }: Sessions): void {
  let withEarlier = 0;
  byClient.forEach(({ earlier }) => void (withEarlier += earlier === undefined ? 0 : 1));
  assert(
    withEarlier === 0 || withEarlier === byClient.size, () => 'sessions with several answers stand among others',
  );
  to.uint32((timeUs === undefined ? 0 : timed) + (withEarlier === 0 ? 0 : several) + byClient.size);
  if (timeUs !== undefined) to.uint32(timeUs);
  byClient.forEach(({ sequence, result, began, earlier }, client: NodeId) => {
    to.uint32(client).uint32(sequence);
    writeResult(to, result);
    assert((began === undefined) === (timeUs === undefined), () => 'sessions that expire stand among others');
    if (began !== undefined) to.uint32(began.id).uint32(began.bySequence).uint32(began.activeUs);
    if (earlier !== undefined) writeEarlier(to, earlier);
  });
}

function writeEarlier(to: ByteWriter, earlier: readonly Kept[]): void {
  to.uint32(earlier.length);
  for (const { sequence, result } of earlier) writeResult(to.uint32(sequence), result);
}

/** @throws AssertionFailed when the bytes are not what `encodeSnapshot` gives */
export function decodeSnapshot(bytes: Uint8Array): MachineSnapshot {
  const from = new ByteReader(bytes);
  const snapshot = readSnapshotData(from);
  from.end();
  return snapshot;
}

/** What `encodeSnapshot` gives, with something behind it. */
export const readSnapshotData = (from: ByteReader): MachineSnapshot => ({
  store: readStore(from), sessions: readSessions(from),
});

function readStore(from: ByteReader): Store {
  let store = emptyStore;
  const count = from.uint32();
  const hasVersions = count >= versioned;
  assert(count !== versioned, () => 'a snapshot has versions, and no keys');
  let last: string | null = null;
  for (let pairs = hasVersions ? count - versioned : count; pairs > 0; pairs--) {
    const key = from.string();
    mustRise(last, key);
    const value = from.string();
    store = hasVersions ? withVersion(store, key, value, from.uint32()) : withValue(store, key, value);
    last = key;
  }
  return store;
}

function readSessions(from: ByteReader): Sessions {
  const count = from.uint32();
  const isTimed = count >= timed;
  const hasEarlier = count % timed >= several;
  assert(count % timed !== several, () => 'a snapshot has several answers of clients, and no clients');
  const timeUs = isTimed ? from.uint32() : undefined;
  let sessions = noSessions;
  let last: NodeId | null = null;
  for (let clients = count % several; clients > 0; clients--) {
    const client = from.uint32();
    mustRise(last, client);
    const session = { sequence: from.uint32(), result: readResult(from) };
    const began = (): Began => ({ id: from.uint32(), bySequence: from.uint32(), activeUs: from.uint32() });
    sessions = withSession(sessions, client, {
      ...session,
      ...(isTimed ? { began: began() } : {}),
      ...(hasEarlier ? { earlier: readEarlier(from, session.sequence) } : {}),
    });
    last = client;
  }
  return timeUs === undefined ? sessions : { byClient: sessions.byClient, sizeBytes: sessions.sizeBytes, timeUs };
}

function readEarlier(from: ByteReader, end: number): readonly Kept[] {
  const earlier: Kept[] = [];
  for (let left = from.uint32(); left > 0; left--) {
    const kept = { sequence: from.uint32(), result: readResult(from) };
    mustRise(earlier.at(-1)?.sequence ?? null, kept.sequence);
    mustRise(kept.sequence, end);
    earlier.push(kept);
  }
  return earlier;
}

/** Keys out of order or twice would be a second byte form of the same machine. */
function mustRise<K extends string | number>(last: K | null, key: K): void {
  assert(last === null || last < key, () => `a snapshot holds ${key} behind ${last}`);
}
