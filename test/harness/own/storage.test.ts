/** The disk format by structure: what was finished comes back, what was torn counts as never begun, damage is refused. */
import { describe, expect, test } from 'vitest';
import type { FileOperation } from '../../../core/protocol.ts';
import { structuralStorage as storage } from '../../../harness/own/storage.ts';
import { ByteFiles } from '../../../harness/world/files.ts';

const states = Array.from({ length: 11 }, (_, i) => ({ kept: { count: i, seen: new Set(['a', i]), at: new Map([[i, undefined]]), big: 2n ** 70n } }));

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
    expect(storage.recover(files.all())).toMatchObject({ kind: 'recovered', durable: held, cursor: count, isTorn: false });
    // Any prefix of the next write, cut or with zeros behind it.
    for (let part = 2; part < 700; part++) {
      const torn = files.copy();
      torn.applyPrefix(next, part);
      const recovery = storage.recover(torn.all());
      if (recovery.kind === 'refused') throw new Error(`a prefix of ${part}: ${recovery.reason}`);
      expect([count, count + 1]).toContain(recovery.cursor);
      expect(recovery.durable).toEqual(recovery.cursor === count ? held : states[count]);
      for (const repair of recovery.repairs) torn.apply(repair);
      expect(storage.recover(torn.all())).toMatchObject({ kind: 'recovered', durable: recovery.durable, repairs: [], isTorn: false });
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
