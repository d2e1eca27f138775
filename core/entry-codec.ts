/**
 * The byte form of entries and snapshots, in messages and on disks (codec.ts has the rest, and what all forms have in
 * common).
 */
import { assert } from './assert.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { configurationMark, readConfiguration, writeConfiguration } from './configuration-codec.ts';
import { commandSizeBytes, readCommand, writeCommand, type Command } from './kv/command.ts';
import { decodeSnapshot, encodeSnapshot, readSnapshotData, type MachineSnapshot } from './kv/snapshot.ts';
import { noopSizeBytes } from './raft/election.ts';
import type { Entry } from './raft/log.ts';
import { configurationSizeBytes } from './raft/members.ts';
import type { Snapshot } from './raft/messages.ts';

/** Its term, the length of its command, its command; the empty entry of a new leader has a command of length 0. */
export function writeEntry(to: ByteWriter, entry: Entry): void {
  const { term, command, configuration } = entry;
  const commandLength = commandLengthOf(entry);
  to.uint32(term).uint32(configuration === undefined ? commandLength : configurationMark);
  if (configuration !== undefined) writeConfiguration(to, configuration);
  else if (command !== null) writeCommand(to, command as Command);
}

/**
 * Of its command or its configuration.
 * @throws AssertionFailed when the entry takes another number of bytes than it says
 */
export function commandLengthOf({ command, configuration, sizeBytes }: Entry): number {
  const commandLength =
    configuration !== undefined
      ? configurationSizeBytes(configuration)
      : command === null
        ? 0
        : commandSizeBytes(command as Command);
  assert(
    sizeBytes === noopSizeBytes + commandLength,
    () => `an entry of ${noopSizeBytes + commandLength} bytes says it has ${sizeBytes}`,
  );
  return commandLength;
}

export function readEntry(from: ByteReader): Entry {
  const term = from.uint32();
  const commandLength = from.uint32();
  if (commandLength === configurationMark) {
    const configuration = readConfiguration(from);
    return { term, command: null, configuration, sizeBytes: noopSizeBytes + configurationSizeBytes(configuration) };
  }
  const begin = from.position;
  const command = commandLength === 0 ? null : readCommand(from, begin + commandLength);
  assert(
    from.position - begin === commandLength,
    () => `a command of ${from.position - begin} bytes is said to have ${commandLength}`,
  );
  return { term, command, sizeBytes: noopSizeBytes + commandLength };
}

export function writeEntries(to: ByteWriter, entries: readonly Entry[]): void {
  to.uint32(entries.length);
  for (const entry of entries) writeEntry(to, entry);
}

export function readEntries(from: ByteReader): readonly Entry[] {
  const entries: Entry[] = [];
  for (let left = from.uint32(); left > 0; left--) entries.push(readEntry(from));
  return entries;
}

export function writeSnapshot(
  to: ByteWriter, { lastIncludedIndex, lastIncludedTerm, data, sizeBytes, configuration }: Snapshot,
): void {
  const bytes = encodeSnapshot(data as MachineSnapshot);
  assert(sizeBytes === bytes.length, () => `a snapshot of ${bytes.length} bytes says it has ${sizeBytes}`);
  to.uint32(lastIncludedIndex)
    .uint32(lastIncludedTerm)
    .uint32(bytes.length + (configuration === undefined ? 0 : configurationMark))
    .raw(bytes);
  if (configuration !== undefined) writeConfiguration(to, configuration);
}

export function readSnapshot(from: ByteReader): Snapshot {
  const lastIncludedIndex = from.uint32();
  const lastIncludedTerm = from.uint32();
  const length = from.uint32();
  const isMarked = length >= configurationMark;
  const sizeBytes = isMarked ? length - configurationMark : length;
  const snapshot: Snapshot = {
    lastIncludedIndex, lastIncludedTerm, data: decodeSnapshot(from.raw(sizeBytes)), sizeBytes,
  };
  return isMarked ? { ...snapshot, configuration: readConfiguration(from) } : snapshot;
}

/**
 * A snapshot as it is kept beside the log, which knows where it ends: its data, and who takes part if anything says so.
 */
export function encodeStoredSnapshot({ data, configuration }: Snapshot): Uint8Array {
  const bytes = encodeSnapshot(data as MachineSnapshot);
  if (configuration === undefined) return bytes;
  const to = new ByteWriter().raw(bytes);
  writeConfiguration(to, configuration);
  return to.finish();
}

export function decodeStoredSnapshot(bytes: Uint8Array, lastIncludedIndex: number, lastIncludedTerm: number): Snapshot {
  const from = new ByteReader(bytes);
  const data = readSnapshotData(from);
  const sizeBytes = from.position;
  const snapshot: Snapshot = { lastIncludedIndex, lastIncludedTerm, data, sizeBytes };
  if (sizeBytes === bytes.length) return snapshot;
  const configuration = readConfiguration(from);
  from.end();
  return { ...snapshot, configuration };
}
