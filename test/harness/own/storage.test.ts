/**
 * The disk format by structure: what was finished comes back, what was torn counts as never begun, damage is refused.
 */
import { describe, expect, test } from 'vitest';
import type { FileOperation } from '../../../core/protocol.ts';
import { encodeFrame } from '../../../harness/own/frame.ts';
import { structuralStorage as storage } from '../../../harness/own/storage.ts';
import { ByteFiles } from '../../../harness/world/files.ts';

const states = Array.from({ length: 11 }, (_, i) => ({
  kept: { count: i, seen: new Set(['a', i]), at: new Map([[i, undefined]]), big: 2n ** 70n },
}));

/** The files after so many writes, and what the next one does to them. */
function after(count: number): { readonly files: ByteFiles; readonly next: readonly FileOperation[] } {
  const files = new ByteFiles();
  let { cursor, operations } = storage.format();
  for (const operation of operations) files.apply(operation);
  for (let i = 0; i < count; i++) {
    ({ cursor, operations } = storage.store(cursor, states[i], []));
    for (const operation of operations) files.apply(operation);
  }
  return { files, next: storage.store(cursor, states[count], []).operations };
}

describe('after so many writes', () => {
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 9])('%i', (count) => {
    const { files, next } = after(count);
    const held = count === 0 ? null : states[count - 1];
    expect(storage.recover(files.all())).toMatchObject({
      kind: 'recovered', durable: held, cursor: count, isTorn: false,
    });
    // Any prefix of the next write, cut or with zeros behind it.
    for (let part = 2; part < 700; part++) {
      const torn = files.copy();
      torn.applyPrefix(next, part);
      const recovery = storage.recover(torn.all());
      if (recovery.kind === 'refused') throw new Error(`a prefix of ${part}: ${recovery.reason}`);
      expect([count, count + 1]).toContain(recovery.cursor);
      expect(recovery.durable).toEqual(recovery.cursor === count ? held : states[count]);
      for (const repair of recovery.repairs) torn.apply(repair);
      expect(storage.recover(torn.all())).toMatchObject({
        kind: 'recovered', durable: recovery.durable, repairs: [{ kind: 'rewrite', file: torn.names()[0] }],
        isTorn: false,
      });
    }
  });
});

test('a flipped bit never loses what was finished: it is refused, or does no harm', () => {
  const { files } = after(7);
  const [file] = files.names();
  const bytes = files.read(file!)!;
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [1, 128]) {
      const rotten = files.copy();
      const flipped = bytes.slice();
      flipped[at]! ^= bit;
      rotten.write(file!, flipped);
      const recovery = storage.recover(rotten.all());
      if (recovery.kind === 'recovered') expect(recovery.durable).toEqual(states[6]);
    }
  }
});

describe('is refused', () => {
  const [one, two, three] = [1, 2, 3].map((number) => encodeFrame(states[number], number)) as [
    Uint8Array, Uint8Array, Uint8Array,
  ];
  const file = (...records: readonly Uint8Array[]): Uint8Array =>
    Uint8Array.from(records.flatMap((record) => [...record]));
  test.each<[string, Readonly<Record<string, Uint8Array>>, string, string]>([
    ['a disk without a file', {}, 'log.0', 'there is no file'],
    ['a disk with files of others only', { 'snapshot.0': one }, 'log.0', 'there is no file'],
    [
      'a log whose middle record is missing', { 'log.0': file(one, three) }, 'log.0',
      'record 3 stands where record 2 belongs',
    ],
    [
      'a log whose record stands there twice', { 'log.0': file(one, two, two) }, 'log.0',
      'record 2 stands where record 3 belongs',
    ],
    [
      'a damaged file, whatever lies beside it', { 'log.0': file(one, two, three), 'log.1': file(three) }, 'log.1',
      'record 3 stands where record 4 belongs',
    ],
    ['a file with the records of another', { 'log.1': file(one) }, 'log.1', 'record 1 stands where record 4 belongs'],
    [
      'a file without its first record, when the file before it is gone', { 'log.1': file() }, 'log.1',
      'its first record is missing, and the file before it is gone',
    ],
  ])('%s', (_what, files, where, reason) => {
    expect(storage.recover(new Map(Object.entries(files)))).toEqual({ kind: 'refused', file: where, reason });
  });

  test('but not a file that was never begun beside a whole one: it goes', () => {
    expect(
      storage.recover(
        new Map([
          ['log.0', file(one, two, three)], ['log.1', file()],
        ]),
      ),
    ).toMatchObject({
      kind: 'recovered',
      durable: states[3],
      cursor: 3,
      repairs: [
        { kind: 'rewrite', file: 'log.0' }, { kind: 'remove', file: 'log.1' },
      ],
    });
  });
});
