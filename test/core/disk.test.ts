/**
 * The write-ahead log: whatever a crash leaves of a write, a server recovers the state before it or
 * behind it; any single damage to what was acknowledged is refused, or changes nothing.
 */
import { describe, expect, test } from 'vitest';
import { encodeRaftState } from '../../core/write-codec.ts';
import { checksum } from '../../core/disk/checksum.ts';
import { raftStorage, superblockFile, type Cursor } from '../../core/disk/storage.ts';
import { encodeSnapshot, snapshotSizeBytes, type MachineSnapshot } from '../../core/kv/snapshot.ts';
import { noSessions } from '../../core/kv/sessions.ts';
import { emptyStore, withValue } from '../../core/kv/store.ts';
import { applyWrite } from '../../core/raft/persistence.ts';
import type { Write } from '../../core/raft/write.ts';
import { blankPersistent, type Persistent } from '../../core/raft/state.ts';
import { ByteFiles } from '../../harness/world/files.ts';
import { fc, prop } from '../support/property.ts';

class Disk {
  readonly files = new ByteFiles();
  cursor: Cursor;
  durable: Persistent = blankPersistent;

  constructor() {
    const { cursor, operations } = raftStorage.format();
    for (const operation of operations) this.files.apply(operation);
    this.cursor = cursor;
  }

  after(writes: readonly Write[]): Persistent {
    return writes.reduce(applyWrite, this.durable);
  }

  write(writes: readonly Write[]): void {
    this.durable = this.after(writes);
    const { cursor, operations } = raftStorage.store(this.cursor, this.durable, writes);
    for (const operation of operations) this.files.apply(operation);
    this.cursor = cursor;
  }
}

/** One barrier: what it does is fitted to the state that it meets. */
type Barrier = { readonly kind: 'vote' | 'append' | 'truncate' | 'compact'; readonly size: number };

const barrier: fc.Arbitrary<Barrier> = fc.record({
  kind: fc.constantFrom('vote', 'append', 'append', 'truncate', 'compact'), size: fc.integer({ min: 1, max: 4 }),
});

function writesOf({ kind, size }: Barrier, { currentTerm, log }: Persistent): Write[] {
  const append: Write = {
    kind: 'append',
    from: log.lastIndex + 1,
    entries: Array.from({ length: size }, (_, i) => ({
      term: Math.max(1, currentTerm),
      command: {
        client: 9, sequence: log.lastIndex + i + 1,
        operation: { kind: 'put' as const, key: 'k', value: 'v'.repeat(size) },
      },
      sizeBytes: 8 + 8 + 1 + 5 + 4 + size,
    })),
  };
  if (kind === 'vote') return [{ kind: 'hardState', currentTerm: currentTerm + 1, votedFor: size % 3 }];
  if (kind === 'truncate' && log.lastIndex > log.baseIndex) return [{ kind: 'truncate', from: log.lastIndex }];
  if (kind === 'compact' && log.lastIndex > log.baseIndex) {
    const data: MachineSnapshot = { store: withValue(emptyStore, 'k', 'x'.repeat(size)), sessions: noSessions };
    return [
      {
        kind: 'snapshot',
        snapshot: {
          lastIncludedIndex: log.lastIndex, lastIncludedTerm: log.lastTerm, data, sizeBytes: snapshotSizeBytes(data),
        },
      },
    ];
  }
  return [append];
}

function diskAfter(barriers: readonly Barrier[]): Disk {
  const disk = new Disk();
  for (const one of barriers) disk.write(writesOf(one, disk.durable));
  return disk;
}

const bytesOf = (durable: Persistent): string =>
  `${Buffer.from(encodeRaftState(durable)).toString('hex')} ${durable.snapshot === null ? '' : Buffer.from(encodeSnapshot(durable.snapshot.data as MachineSnapshot)).toString('hex')}`;

const barriers = fc.array(barrier, { minLength: 1, maxLength: 12 });

describe('bytes that are made when they are read', () => {
  const { cursor } = raftStorage.format();
  const entry = {
    term: 1, command: { client: 9, sequence: 1, operation: { kind: 'get' as const, key: 'k' } },
    sizeBytes: 8 + 8 + 1 + 5,
  };
  const append = (sizeBytes: number): Write[] => [{ kind: 'append', from: 1, entries: [{ ...entry, sizeBytes }] }];
  const snapshot = (sizeBytes: number): Write[] => {
    const data: MachineSnapshot = { store: withValue(emptyStore, 'k', 'x'), sessions: noSessions };
    return [
      { kind: 'append', from: 1, entries: [entry] },
      { kind: 'snapshot', snapshot: { lastIncludedIndex: 1, lastIncludedTerm: 1, data, sizeBytes } },
    ];
  };
  const stored = (writes: readonly Write[]) =>
    raftStorage.store(cursor, writes.reduce(applyWrite, blankPersistent), writes).operations;

  test('are the same whenever they are read, and made once', () => {
    const [record] = stored(append(22));
    expect(record?.kind === 'append' && [...record.bytes]).toEqual(record?.kind === 'append' && [...record.bytes]);
    expect(record?.kind === 'append' && record.bytes === record.bytes).toBe(true);
  });

  // What is given up with its generation is never read: an entry that says a wrong size must be found all the same.
  test('an entry of another size than it says is refused when it is written', () => {
    expect(() => stored(append(23))).toThrow('an entry of 22 bytes says it has 23');
  });

  test('whatever a compaction writes has a byte form', () => {
    for (const operation of stored(snapshot(23)))
      if ('bytes' in operation) expect(operation.bytes.length).toBeGreaterThan(0);
  });
});

describe('a checksum', () => {
  // The check value that every description of CRC-32 gives.
  test('of "123456789" is cbf43926', () => expect(checksum(Buffer.from('123456789')).toString(16)).toBe('cbf43926'));
});

describe('recovery', () => {
  prop([barriers])('gives back what was written', (given) => {
    const disk = diskAfter(given);
    const recovery = raftStorage.recover(disk.files.all());
    expect(recovery.kind === 'recovered' && [bytesOf(recovery.durable), recovery.cursor, recovery.isTorn]).toEqual([
      bytesOf(disk.durable), disk.cursor, false,
    ]);
  });

  prop([barriers, barrier, fc.nat(0xffffffff)], { numRuns: 400 })(
    'after a crash in the middle of a write: the state before it or behind it, and then it goes on',
    (given, last, part) => {
      const disk = diskAfter(given);
      const writes = writesOf(last, disk.durable);
      const [before, after] = [bytesOf(disk.durable), bytesOf(disk.after(writes))];
      disk.files.applyPrefix(raftStorage.store(disk.cursor, disk.after(writes), writes).operations, part);
      const recovery = raftStorage.recover(disk.files.all());
      if (recovery.kind === 'refused') throw new Error(recovery.reason);
      expect([before, after]).toContain(bytesOf(recovery.durable));
      for (const operation of recovery.repairs) disk.files.apply(operation);
      disk.durable = recovery.durable;
      disk.cursor = recovery.cursor;
      disk.write([{ kind: 'hardState', currentTerm: 99, votedFor: null }]);
      const again = raftStorage.recover(disk.files.all());
      expect(again.kind === 'recovered' && bytesOf(again.durable)).toBe(bytesOf(disk.durable));
    },
  );

  prop([barriers, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: 600 })(
    'of any damaged byte: refused, or the very same state',
    (given, which, place, change) => {
      const disk = diskAfter(given);
      const names = disk.files.names();
      const file = names[which % names.length]!;
      const bytes = disk.files.read(file)!.slice();
      bytes[place % bytes.length]! ^= change;
      disk.files.write(file, bytes);
      const recovery = raftStorage.recover(disk.files.all());
      if (recovery.kind === 'recovered') expect(bytesOf(recovery.durable)).toBe(bytesOf(disk.durable));
    },
  );

  prop([barriers, barrier, fc.nat(0xffffffff), fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: 600 })(
    'of any damaged byte of the log, with a torn write behind it: refused, or the state before or behind that write',
    (given, last, part, place, change) => {
      const disk = diskAfter([{ kind: 'append', size: 1 }, ...given]);
      const writes = writesOf(last, disk.durable);
      const states = [bytesOf(disk.durable), bytesOf(disk.after(writes))];
      disk.files.applyPrefix(raftStorage.store(disk.cursor, disk.after(writes), writes).operations, part);
      const file = disk.files.names().find((name) => name.startsWith('log.'))!;
      const bytes = disk.files.read(file)!.slice();
      bytes[place % bytes.length]! ^= change;
      disk.files.write(file, bytes);
      const recovery = raftStorage.recover(disk.files.all());
      if (recovery.kind === 'recovered') expect(states).toContain(bytesOf(recovery.durable));
    },
  );

  const damage = fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 255 }));
  prop([barriers, barrier, fc.nat(0xffffffff), damage, damage], { numRuns: 3000 })(
    'one damaged byte, a start that mends it, and another one near it: refused, or the state of the start between them',
    (given, last, part, first, second) => {
      const disk = diskAfter([{ kind: 'append', size: 1 }, ...given]);
      const names = (): string => disk.files.names().find((name) => name.startsWith('log.'))!;
      const harm = (end: number, [back, change]: readonly [number, number]): void => {
        const bytes = disk.files.read(names())!.slice();
        bytes[Math.max(0, Math.min(end, bytes.length) - back)]! ^= change;
        disk.files.write(names(), bytes);
      };
      // Where the last record that was acknowledged ends.
      const end = disk.files.read(names())!.length;
      const writes = writesOf(last, disk.durable);
      disk.files.applyPrefix(raftStorage.store(disk.cursor, disk.after(writes), writes).operations, part);
      harm(end, first);
      const between = raftStorage.recover(disk.files.all());
      if (between.kind === 'refused') return;
      for (const repair of between.repairs) disk.files.apply(repair);
      harm(end, second);
      const again = raftStorage.recover(disk.files.all());
      if (again.kind === 'recovered') expect(bytesOf(again.durable)).toBe(bytesOf(between.durable));
    },
  );

  prop([fc.array(barrier, { minLength: 2, maxLength: 8 }), fc.nat()], { numRuns: 400 })(
    'of a last record that went to a place before its own: refused',
    (given, place) => {
      const disk = diskAfter([...given, { kind: 'append', size: 2 }, { kind: 'append', size: 1 }]);
      const file = disk.files.names().find((name) => name.startsWith('log.'))!;
      const last = disk.files.pieces(file).at(-1)!;
      const bytes = disk.files.read(file)!;
      const own = bytes.length - last.length;
      const at = place % own;
      const wrong = bytes.slice(0, Math.max(own, at + last.length));
      wrong.set(last, at);
      disk.files.write(file, wrong);
      expect(raftStorage.recover(disk.files.all()).kind).toBe('refused');
    },
  );
});

describe('each class of damage is told by its file', () => {
  const compacted = (): Disk =>
    diskAfter([
      { kind: 'append', size: 3 }, { kind: 'compact', size: 2 }, { kind: 'append', size: 1 },
      { kind: 'compact', size: 1 }, { kind: 'vote', size: 1 },
    ]);
  const refusal = (disk: Disk): string => {
    const recovery = raftStorage.recover(disk.files.all());
    return recovery.kind === 'refused' ? `${recovery.file}: ${recovery.reason}` : 'recovered';
  };

  test('a missing snapshot that the log needs', () => {
    const disk = compacted();
    disk.files.remove('snapshot.3');
    expect(refusal(disk)).toBe('snapshot.3: it is missing');
  });

  test('an older version of the log', () => {
    const disk = compacted();
    disk.files.write('log.3', disk.files.olderVersionOf('log.3')!);
    expect(refusal(disk)).toMatch(/^log\.3: what was read is of generation [12], and it must be of generation 3$/);
  });

  test('a superblock that is gone', () => {
    const disk = compacted();
    disk.files.remove(superblockFile);
    expect(refusal(disk)).toBe('superblock.0: it is missing');
  });
});
