/** Files as bytes: what writes, cuts and damage make of them. */
import { describe, expect, test } from 'vitest';
import type { FileOperation } from '../../../core/protocol.ts';
import { ByteFiles } from '../../../harness/world/files.ts';

const bytes = (...all: readonly number[]): Uint8Array => Uint8Array.from(all);
const create = (file: string, ...all: readonly number[]): FileOperation => ({
  kind: 'create', file, bytes: bytes(...all),
});
const append = (file: string, ...all: readonly number[]): FileOperation => ({
  kind: 'append', file, bytes: bytes(...all),
});
const replace = (file: string, ...all: readonly number[]): FileOperation => ({
  kind: 'replace', file, bytes: bytes(...all),
});
const remove = (file: string): FileOperation => ({ kind: 'remove', file });
const after = (...operations: readonly FileOperation[]): ByteFiles => {
  const files = new ByteFiles();
  for (const operation of operations) files.apply(operation);
  return files;
};
const held = (files: ByteFiles): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries([...files.all()].map(([name, content]) => [name, [...content]]));

describe('operations', () => {
  test('create, append, replace and remove', () => {
    expect(held(after(create('log.1', 1), append('log.1', 2, 3), append('new', 4)))).toEqual({
      'log.1': [1, 2, 3], new: [4],
    });
    expect(held(after(create('log.1', 1), replace('log.1', 9), create('snap.1', 5), remove('snap.1')))).toEqual({
      'log.1': [9],
    });
    expect(held(after(create('a', 1), create('a', 2)))).toEqual({ a: [2] });
  });

  test('a file is asked for by name', () => {
    const files = after(create('b.1', 1, 2), append('b.1', 3), create('a.1'));
    expect(files.names()).toEqual(['a.1', 'b.1']);
    expect([files.sizeOf('b.1'), files.sizeOf('a.1'), files.sizeOf('none')]).toEqual([3, 0, 0]);
    expect(files.pieces('b.1')).toEqual([bytes(1, 2), bytes(3)]);
    expect(files.pieces('none')).toEqual([]);
    expect([files.read('b.1'), files.read('none')]).toEqual([bytes(1, 2, 3), undefined]);
    files.write('b.1', bytes(7));
    files.remove('a.1');
    expect(held(files)).toEqual({ 'b.1': [7] });
  });

  test('a copy is one of its own, with what was removed before', () => {
    const files = after(create('log.1', 1), create('log.2', 2), remove('log.1'));
    const copy = files.copy();
    files.apply(append('log.2', 3));
    files.apply(create('log.3', 4));
    expect(held(copy)).toEqual({ 'log.2': [2] });
    expect(copy.olderVersionOf('log.2')).toEqual(bytes(1));
    copy.replaceWith(files);
    expect(held(copy)).toEqual({ 'log.2': [2, 3], 'log.3': [4] });
  });
});

describe('what a removed file held', () => {
  test('is found by a file of the same stem, and by none other', () => {
    const files = after(create('log.1', 1), remove('log.1'), create('snap.1', 2), remove('snap.1'));
    expect([
      files.olderVersionOf('log.2'), files.olderVersionOf('snap.9'), files.olderVersionOf('meta.1'),
      files.olderVersionOf('log.1'),
    ]).toEqual([bytes(1), bytes(2), null, null]);
  });
  test('is kept of the last four', () => {
    const removed = (count: number): ByteFiles =>
      after(...Array.from({ length: count }, (_, i) => [create(`f${i}.1`, i), remove(`f${i}.1`)]).flat());
    expect([
      removed(4).olderVersionOf('f0.2'), removed(5).olderVersionOf('f0.2'), removed(5).olderVersionOf('f1.2'),
    ]).toEqual([bytes(0), null, bytes(1)]);
  });
  test('is nothing of a file that was not there', () =>
    expect(after(remove('log.1')).olderVersionOf('log.2')).toBeNull());
});

describe('a write that is cut', () => {
  /** `part` counts bytes twice: even without, odd with zeros for the rest; a removal and a replacement are one byte. */
  const cut = (part: number, ...operations: readonly FileOperation[]) => {
    const files = after(create('log.1', 9));
    files.applyPrefix(operations, part);
    return held(files);
  };
  test.each<[number, Readonly<Record<string, readonly number[]>>]>([
    [0, { 'log.1': [9] }], [1, { 'log.1': [9] }], [2, { 'log.1': [9, 1] }], [3, { 'log.1': [9, 1, 0] }],
    [4, { 'log.1': [9, 1, 2] }], [6, { 'log.1': [9, 1, 2], 'log.2': [3] }],
    [7, { 'log.1': [9, 1, 2], 'log.2': [3, 0] }], [8, { 'log.1': [9, 1, 2], 'log.2': [3, 4] }], [10, { 'log.1': [9] }],
  ])('up to part %i', (part, files) =>
    expect(cut(part, append('log.1', 1, 2), create('log.2', 3, 4), remove('log.1'))).toEqual(files),
  );

  test('a replacement is done whole or not at all', () => {
    expect([0, 1, 2, 3].map((part) => cut(part, replace('log.1', 5, 6), append('log.1', 7))['log.1'])).toEqual([
      [9], [9], [5, 6], [5, 6],
    ]);
  });
  test('its own bytes stay as they are', () => {
    const operation = append('log.1', 1, 2) as {
      readonly kind: 'append';
      readonly file: string;
      readonly bytes: Uint8Array;
    };
    cut(3, operation);
    expect(operation.bytes).toEqual(bytes(1, 2));
  });
});
