/**
 * What is durable, when, and what a crash in the middle of a write leaves: of states by reference and of files of
 * bytes.
 */
import { describe, expect, test } from 'vitest';
import type { FileOperation } from '../../../core/protocol.ts';
import type { AnyProcess, AnyRecovery, AnyStorage } from '../../../harness/system.ts';
import { Disk, type DiskStreams, type Recovered } from '../../../harness/world/disk.ts';
import { ByteFiles } from '../../../harness/world/files.ts';
import { RandomStreams } from '../../../harness/world/random.ts';
import { fc, prop } from '../../support/property.ts';

const adding = { blank: 0, write: (durable: number, write: number) => durable + write } as unknown as AnyProcess;
const stream = (seed = 'disk') => new RandomStreams(seed).stream('torn');
const streams = (seed = 'disk'): DiskStreams => ({
  torn: () => stream(seed), failed: () => stream(seed), recovery: () => stream(seed),
});
/** As a node that starts does where its repairs take no time. */
function recover(disk: Disk): AnyRecovery | null {
  const recovery = disk.read();
  if (recovery?.kind === 'recovered') disk.mend(recovery);
  return recovery;
}

/** One file with a byte for each write; the durable state is how many there are, and so is the cursor. */
const counting: AnyStorage = {
  format: () => ({ cursor: 0, operations: [{ kind: 'create', file: 'a.log', bytes: Uint8Array.of() }] }),
  store: (cursor, _durable, writes) => ({
    cursor: (cursor as number) + writes.length,
    operations: writes.map((write): FileOperation => ({
      kind: 'append', file: 'a.log', bytes: Uint8Array.of(write as number),
    })),
  }),
  recover(found) {
    const { length } = found.get('a.log')!;
    return {
      kind: 'recovered', durable: found.get('a.log')!.reduce((sum, byte) => sum + byte, 0), cursor: length, repairs: [],
      isTorn: false,
    };
  },
  isLater: (a, b) => (a as number) > (b as number),
} as AnyStorage;

const plain = (writeUs = { min: 0, max: 0 }) => new Disk(adding, { writeUs }, stream(), null, streams());
const inBytes = (tornPer1000: number, seed = 'disk', storage = counting) =>
  new Disk(adding, { writeUs: { min: 0, max: 0 }, bytes: true, tornPer1000 }, stream(seed), storage, streams(seed));

describe('a disk', () => {
  test('begins blank, and holds what is completed', () => {
    const disk = plain();
    expect(disk.durable).toBe(0);
    disk.complete([2, 3], 0);
    expect([disk.durable, recover(disk)]).toEqual([5, null]);
  });

  test('holds what another one holds that takes its place, and nothing else', () => {
    const storage = {
      ...counting,
      format: (durable = 0) => ({
        cursor: durable, operations: [{ kind: 'create', file: 'a.log', bytes: Uint8Array.of(durable as number) }],
      }),
    } as AnyStorage;
    const [byReference, files] = [plain(), inBytes(0, 'disk', storage)];
    for (const disk of [byReference, files]) {
      disk.beginLying();
      disk.complete([2, 3], 0);
      disk.replaceWith(7);
      expect([disk.durable, disk.forgetLies()]).toEqual([7, false]);
      disk.complete([1], 0);
      expect(disk.durable).toBe(8);
    }
    expect(files.files!.read('a.log')).toEqual(Uint8Array.of(7, 1));
  });

  test('takes the time of its plan for a write, both ends included, and a stall on top', () => {
    const disk = plain({ min: 3, max: 5 });
    const times = new Set(Array.from({ length: 100 }, () => disk.nextWriteUs()));
    expect([...times].sort()).toEqual([3, 4, 5]);
    disk.stallUs = 100;
    expect(Math.min(...Array.from({ length: 100 }, () => disk.nextWriteUs()))).toBe(103);
    const quick = plain();
    expect(quick.nextWriteUs()).toBe(0);
    quick.stallUs = 7;
    expect(quick.nextWriteUs()).toBe(7);
  });

  test('by reference, a crash leaves nothing of a write that was on its way', () => {
    const disk = plain();
    disk.complete([1], 0);
    expect(disk.tear([2], 0)).toEqual({ isKept: false, kind: null });
    expect([disk.durable, disk.isTorn]).toEqual([1, false]);
  });

  test('of a single failed write is well again, and a full one is not', () => {
    const disk = plain();
    disk.failing = 'failedWrite';
    disk.failed([1], 0, false);
    expect(disk.failing).toBeNull();
    disk.failing = 'diskFull';
    disk.failed([1], 0, false);
    expect([disk.failing, disk.durable]).toEqual(['diskFull', 0]);
  });

  test('that lies loses at a crash what it acknowledged since, and nothing that it held before', () => {
    const disk = plain();
    disk.complete([1], 0);
    disk.beginLying();
    disk.complete([2], 0);
    // A second lie does not make the first one true.
    disk.beginLying();
    expect(disk.durable).toBe(3);
    expect(disk.forgetLies()).toBe(true);
    expect(disk.durable).toBe(1);
    expect(disk.forgetLies()).toBe(false);
  });

  test('that has stopped lying has written everything', () => {
    const disk = plain();
    disk.beginLying();
    disk.complete([2], 0);
    disk.endLying();
    expect([disk.forgetLies(), disk.durable]).toEqual([false, 2]);
  });

  test('a lie without a write loses nothing', () => {
    const disk = plain();
    disk.beginLying();
    expect(disk.forgetLies()).toBe(false);
  });

  test('a write that the process cannot take names its place', () => {
    const disk = new Disk(
      { ...adding, write: (durable, write) => (write === 9 ? undefined : durable) } as AnyProcess,
      { writeUs: { min: 0, max: 0 } },
      stream(),
      null,
      streams(),
    );
    expect(() => disk.complete([1, 9], 2)).toThrow(
      'effects[2].writes[1]: `write` cannot take 9: it returned undefined',
    );
  });
});

describe('a disk of bytes', () => {
  test('starts from what its storage reads back, and not from what it was told', () => {
    const disk = inBytes(0);
    disk.complete([4, 5], 0);
    disk.files!.write('a.log', Uint8Array.of(4));
    expect(recover(disk)).toMatchObject({ durable: 4 });
    expect(disk.durable).toBe(4);
    // And goes on from there: the next write is the second.
    disk.complete([6], 0);
    expect([...disk.files!.read('a.log')!]).toEqual([4, 6]);
  });

  test('a tail that is lost leaves the bytes as they were', () => {
    const disk = inBytes(0);
    disk.complete([1], 0);
    expect(disk.tear([2], 0)).toEqual({ isKept: false, kind: 'lostTail' });
    expect([[...disk.files!.read('a.log')!], disk.durable, disk.isTorn]).toEqual([[1], 1, false]);
  });

  test('a torn write leaves a prefix, which is kept when the storage reads it as later', () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = inBytes(1000, `torn ${seed}`);
      disk.complete([1], 0);
      const { isKept, kind } = disk.tear([2, 3], 0);
      const bytes = [...disk.files!.read('a.log')!];
      expect([kind, disk.isTorn]).toEqual(['tornSnapshot', true]);
      expect(isKept).toBe(bytes.length > 1);
      expect(disk.durable).toBe(bytes.reduce((sum, byte) => sum + byte, 0));
      outcomes.add(bytes.join());
      expect(recover(disk)).toMatchObject({ durable: disk.durable });
      expect(disk.isTorn).toBe(false);
    }
    expect(outcomes).toEqual(new Set(['1', '1,2']));
  });

  const failing = (kind: 'failedWrite' | 'diskFull', failedLeavesPer1000: number, seed: string, goesOn = false) => {
    const disk = new Disk(
      adding, { writeUs: { min: 0, max: 0 }, bytes: true, failedLeavesPer1000 }, stream(), counting, streams(seed),
    );
    disk.complete([1], 0);
    disk.failing = kind;
    const { isKept, kind: left } = disk.failed([2, 3], 0, goesOn);
    return { disk, isKept, left, bytes: [...disk.files!.read('a.log')!].join() };
  };
  const seedsOf = Array.from({ length: 60 }, (_, i) => `failed ${i}`);

  test('a write that fails leaves nothing, some or all of its bytes; and where it is there, that is what the disk holds', () => {
    const all = seedsOf.map((seed) => failing('failedWrite', 500, seed));
    expect(new Set(all.map(({ bytes }) => bytes))).toEqual(new Set(['1', '1,2', '1,2,3']));
    for (const { disk, isKept, left, bytes } of all) {
      expect([isKept, left, disk.isTorn]).toEqual(
        bytes === '1' ? [false, null, false] : [true, 'failedWriteLeft', true],
      );
      expect(disk.durable).toBe(bytes.split(',').reduce((sum, byte) => sum + Number(byte), 0));
    }
  });

  test('a full disk has no room for all of a write', () => {
    expect(new Set(seedsOf.map((seed) => failing('diskFull', 1000, seed).bytes))).toEqual(new Set(['1', '1,2']));
  });

  test('a plan that does not say so has failed writes that leave nothing', () => {
    const disk = inBytes(1000);
    disk.failing = 'failedWrite';
    expect([disk.failed([2], 0, false), disk.files!.sizeOf('a.log'), disk.leavesWhenFailing]).toEqual([
      { isKept: false, kind: null }, 0, false,
    ]);
  });

  test('who goes on takes for durable what it took before', () => {
    const { disk, isKept, bytes } = failing(
      'failedWrite', 1000, seedsOf.find((seed) => failing('failedWrite', 1000, seed).isKept)!, true,
    );
    expect([isKept, bytes === '1', disk.durable]).toEqual([true, false, 1]);
  });

  test('repairs of a starting node are done', () => {
    const repairing = {
      ...counting,
      recover: () => ({
        kind: 'recovered', durable: 7, cursor: 3, repairs: [{ kind: 'create', file: 'b.log', bytes: Uint8Array.of(8) }],
        isTorn: true,
      }),
    } as AnyStorage;
    const disk = inBytes(0, 'disk', repairing);
    expect(recover(disk)).toMatchObject({ durable: 7, isTorn: true });
    expect(disk.files!.names()).toEqual(['a.log', 'b.log']);
  });

  test("a crash in the middle of the repairs leaves some of them, and the state that was read is not the disk's", () => {
    const repairs: readonly FileOperation[] = ['b', 'c'].map((file) => ({
      kind: 'create', file: `${file}.log`, bytes: Uint8Array.of(8, 9),
    }));
    const repairing = {
      ...counting, recover: () => ({ kind: 'recovered', durable: 7, cursor: 3, repairs, isTorn: true }),
    } as AnyStorage;
    const seen = new Set<string>();
    for (const seed of seedsOf) {
      const disk = new Disk(
        adding, { writeUs: { min: 0, max: 0 }, bytes: true, recoverUs: { min: 3, max: 4 } }, stream(), repairing,
        streams(seed),
      );
      expect([3, 4]).toContain(disk.nextRecoverUs());
      expect(disk.mendPartly(disk.read() as Recovered)).toBe(true);
      expect([disk.durable, disk.isTorn]).toEqual([0, true]);
      seen.add(
        disk
          .files!.names()
          .map((name) => `${name}=${disk.files!.read(name)!.join('.')}`)
          .join(' '),
      );
    }
    expect([...seen].sort()).toEqual([
      'a.log=', 'a.log= b.log=8', 'a.log= b.log=8.0', 'a.log= b.log=8.9', 'a.log= b.log=8.9 c.log=8',
      'a.log= b.log=8.9 c.log=8.0',
    ]);
    expect(inBytes(0).nextRecoverUs()).toBe(0);
  });

  test('pages that are lost are not the disk\'s any more, and it says whether a start reads something else', () => {
    const disk = new Disk(
      adding,
      { writeUs: { min: 0, max: 0 }, bytes: true, failedLeavesPer1000: 1000, lostPagesPer1000: 1000 },
      stream(),
      counting,
      streams('failed 1'),
    );
    disk.complete([1], 0);
    disk.failing = 'failedWrite';
    const { isKept } = disk.failed([2, 3], 0, false);
    // Nobody can count on what is in the cache alone.
    expect([isKept, disk.hasLostPages, disk.durable]).toEqual([true, true, 1]);
    const held = recover(disk) as Recovered;
    expect(disk.durable).toBe(held.durable);
    expect(disk.durable).toBeGreaterThan(1);
    expect([disk.losePages(), disk.hasLostPages]).toEqual([true, false]);
    expect(disk.durable).toBe((held.durable as number) === 6 ? 3 : 1);
  });

  test('one that is refused changes nothing', () => {
    const refusing = { ...counting, recover: () => ({ kind: 'refused', file: 'a.log', reason: 'no' }) } as AnyStorage;
    const disk = inBytes(0, 'disk', refusing);
    disk.complete([5], 0);
    expect(recover(disk)).toEqual({ kind: 'refused', file: 'a.log', reason: 'no' });
    expect(disk.durable).toBe(5);
  });

  test('lies about bytes, too', () => {
    const disk = inBytes(0);
    disk.complete([1], 0);
    disk.beginLying();
    disk.complete([2], 0);
    disk.forgetLies();
    expect([...disk.files!.read('a.log')!]).toEqual([1]);
    disk.complete([3], 0);
    expect([[...disk.files!.read('a.log')!], disk.durable]).toEqual([[1, 3], 4]);
  });
});

describe('files', () => {
  const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
  const operations: readonly FileOperation[] = [
    { kind: 'append', file: 'a', bytes: bytes(1, 2, 3) }, { kind: 'replace', file: 'b', bytes: bytes(9, 9) },
    { kind: 'remove', file: 'c' }, { kind: 'create', file: 'd', bytes: bytes(4, 5) },
  ];
  const before = () => {
    const files = new ByteFiles();
    for (const name of ['b', 'c']) files.apply({ kind: 'create', file: name, bytes: bytes(7) });
    return files;
  };
  const shown = (files: ByteFiles): string =>
    files
      .names()
      .map((name) => `${name}=${[...files.read(name)!].join('.')}`)
      .join(' ');

  test('hold what was done to them', () => {
    const files = before();
    for (const operation of operations) files.apply(operation);
    files.apply({ kind: 'append', file: 'a', bytes: bytes(8) });
    expect(shown(files)).toBe('a=1.2.3.8 b=9.9 d=4.5');
    expect([files.sizeOf('a'), files.sizeOf('none'), files.pieces('a').length, files.read('c')]).toEqual([
      4, 0, 2, undefined,
    ]);
  });

  // Of 3 + 1 + 1 + 2 bytes: those that had grown are filled with zeros every other time, and replacements are whole or
  // not.
  test.each([
    [0, 'b=7 c=7'], [1, 'b=7 c=7'], [2, 'a=1 b=7 c=7'], [3, 'a=1.0.0 b=7 c=7'], [4, 'a=1.2 b=7 c=7'],
    [5, 'a=1.2.0 b=7 c=7'], [6, 'a=1.2.3 b=7 c=7'], [8, 'a=1.2.3 b=9.9 c=7'], [10, 'a=1.2.3 b=9.9'],
    [12, 'a=1.2.3 b=9.9 d=4'], [13, 'a=1.2.3 b=9.9 d=4.0'], [14, 'b=7 c=7'],
  ])('of a crash at %i are a prefix', (part, left) => {
    const files = before();
    files.applyPrefix(operations, part);
    expect(shown(files)).toBe(left);
  });

  const cached = (): ByteFiles => {
    const files = before();
    files.applyUnsynced([
      { kind: 'append', file: 'b', bytes: bytes(8) }, { kind: 'append', file: 'c', bytes: bytes(5, 6) },
    ]);
    return files;
  };
  test('of which the last one was not synced are read, and gone after a crash', () => {
    const files = cached();
    expect([shown(files), files.hasUnsynced]).toEqual(['b=7.8 c=7.5.6', true]);
    files.loseUnsynced();
    expect([shown(files), files.hasUnsynced]).toEqual(['b=7.8 c=7', false]);
    // Once lost is lost.
    files.apply({ kind: 'append', file: 'c', bytes: bytes(1) });
    files.loseUnsynced();
    expect(shown(files)).toBe('b=7.8 c=7.1');
  });

  test('of which one was not synced leave zeros in front of what was written behind', () => {
    const files = cached();
    files.apply({ kind: 'append', file: 'c', bytes: bytes(1) });
    files.loseUnsynced();
    expect(shown(files)).toBe('b=7.8 c=7.0.0.1');
  });

  test.each([
    ['rewrite', 'b=7.8 c=7.5.6'], ['replace', 'b=7.8 c=2'], ['create', 'b=7.8 c=2'], ['remove', 'b=7.8'],
  ] as const)('a %s syncs what was not', (kind, left) => {
    const files = cached();
    files.apply(kind === 'rewrite' || kind === 'remove' ? { kind, file: 'c' } : { kind, file: 'c', bytes: bytes(2) });
    files.loseUnsynced();
    expect([shown(files), files.hasUnsynced]).toEqual([left, false]);
  });

  test('what is done to another file does not sync it, and a file that was new is gone', () => {
    const files = before();
    files.applyUnsynced([{ kind: 'create', file: 'd', bytes: bytes(1) }]);
    files.apply({ kind: 'rewrite', file: 'b' });
    files.loseUnsynced();
    expect(shown(files)).toBe('b=7 c=7');
  });

  test('that were removed leave an older version, to a file of the same stem and another name', () => {
    const files = new ByteFiles();
    files.apply({ kind: 'create', file: 'log.1', bytes: bytes(1) });
    files.apply({ kind: 'create', file: 'log.2', bytes: bytes(2) });
    expect(files.olderVersionOf('log.2')).toBeNull();
    files.apply({ kind: 'remove', file: 'log.1' });
    expect([...files.olderVersionOf('log.2')!]).toEqual([1]);
    expect([files.olderVersionOf('log.1'), files.olderVersionOf('snap.2')]).toEqual([null, null]);
  });

  test('make no bytes until somebody reads them, and then those of what is held', () => {
    const made: string[] = [];
    const lazily = (kind: 'create' | 'append' | 'replace', file: string): FileOperation => ({
      kind,
      file,
      get bytes() {
        made.push(`${kind} ${file}`);
        return bytes(1);
      },
    });
    const files = new ByteFiles();
    for (const operation of [
      lazily('create', 'a.1'), lazily('append', 'a.1'), lazily('create', 'a.2'), lazily('replace', 'b'),
    ])
      files.apply(operation);
    files.apply({ kind: 'remove', file: 'a.1' });
    files.copy();
    expect(made).toEqual([]);
    files.makeBytes();
    expect(made).toEqual(['create a.2', 'replace b']);
    expect([...files.olderVersionOf('a.2')!]).toEqual([1, 1]);
  });

  prop([fc.uint8Array({ minLength: 1, maxLength: 5 })])('a copy does not change with what it was made of', (some) => {
    const files = before();
    files.apply({ kind: 'append', file: 'b', bytes: some });
    const copy = files.copy();
    const held = shown(copy);
    files.apply({ kind: 'append', file: 'b', bytes: some });
    files.apply({ kind: 'remove', file: 'c' });
    expect(shown(copy)).toBe(held);
    files.replaceWith(copy);
    expect(shown(files)).toBe(held);
  });
});
