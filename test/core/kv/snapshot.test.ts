import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../../../core/assert.ts';
import { ByteWriter } from '../../../core/bytes.ts';
import type { Command } from '../../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../../core/kv/machine.ts';
import {
  decodeSnapshot, encodeSnapshot, installSnapshot, snapshotSizeBytes, takeSnapshot, type MachineSnapshot,
} from '../../../core/kv/snapshot.ts';
import { commands, contents, holding, operation, type Contents } from '../../support/arbitraries.ts';
import { fc, prop } from '../../support/property.ts';

/** What a machine holds, read back in order. */
function contentsOf({ store, sessions }: MachineSnapshot): Contents {
  const pairs: (readonly [string, string])[] = [];
  const table: Contents['sessions'][number][] = [];
  store.values.forEach((value, key) => pairs.push([key, value]));
  sessions.byClient.forEach((session, client) => table.push([client, session]));
  return { pairs, sessions: table };
}

const inOrder = (held: Contents): Contents => ({
  pairs: [...held.pairs].sort(([a], [b]) => (a < b ? -1 : 1)),
  sessions: [...held.sessions].sort(([a], [b]) => a - b),
});

/** The same contents put together in another order, over values that were there before. */
function otherwise(held: Contents, order: readonly number[]): Contents {
  const shuffled = <T,>(items: readonly T[]): T[] =>
    items
      .map((item, i) => ({ item, place: order[i % Math.max(1, order.length)] ?? 0 }))
      .sort((a, b) => a.place - b.place)
      .map(({ item }) => item);
  const first = shuffled(held.pairs).map(([key]) => [key, 'older'] as const);
  return { pairs: [...first, ...shuffled(held.pairs).reverse()], sessions: shuffled(held.sessions) };
}

const executed = (commands: readonly Command[]): Machine =>
  commands.reduce((machine, one, i) => apply(machine, i + 1, one), newMachine);

describe('a snapshot of the machine', () => {
  prop([contents], { numRuns: 500 })('comes back from its bytes with everything it held, sessions too', (held) => {
    const bytes = encodeSnapshot(holding(held));
    expect(contentsOf(decodeSnapshot(bytes))).toEqual(inOrder(held));
    expect(encodeSnapshot(decodeSnapshot(bytes))).toEqual(bytes);
  });

  prop([contents, fc.array(fc.nat(), { maxLength: 8 })], { numRuns: 500 })(
    'is canonical: equal machines by different histories give equal bytes',
    (held, order) => {
      expect(encodeSnapshot(holding(otherwise(held, order)))).toEqual(encodeSnapshot(holding(held)));
    },
  );

  prop([contents, contents], { numRuns: 300 })('of different machines is different', (a, b) => {
    const isSame = JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
    expect(Buffer.compare(encodeSnapshot(holding(a)), encodeSnapshot(holding(b))) === 0).toBe(isSame);
  });

  prop([contents], { numRuns: 500 })(
    'knows the length of its bytes without encoding, and so does the decoded one',
    (held) => {
      const bytes = encodeSnapshot(holding(held));
      expect(snapshotSizeBytes(holding(held))).toBe(bytes.length);
      expect(snapshotSizeBytes(decodeSnapshot(bytes))).toBe(bytes.length);
    },
  );

  prop([commands(30)], { numRuns: 300 })('knows its length after any commands', (asked) => {
    const taken = takeSnapshot(executed(asked));
    expect(snapshotSizeBytes(taken)).toBe(encodeSnapshot(taken).length);
  });

  prop([commands(40), fc.nat(20)], { numRuns: 300 })(
    'stands for its prefix: restored and then replayed is the same as replayed from the start', (asked, length) => {
      const [prefix, rest] = [asked.slice(0, length), asked.slice(length)];
      const restored = installSnapshot(decodeSnapshot(encodeSnapshot(takeSnapshot(executed(prefix)))), prefix.length);
      const replayed = rest.reduce((machine, one, i) => apply(machine, prefix.length + i + 1, one), restored);
      const whole = executed(asked);
      expect(replayed.lastExecuted).toBe(whole.lastExecuted);
      expect(encodeSnapshot(takeSnapshot(replayed))).toEqual(encodeSnapshot(takeSnapshot(whole)));
    });

  prop([fc.array(fc.tuple(fc.nat(3), operation), { maxLength: 20 })], { numRuns: 200 })(
    'is a reference: taking it copies nothing',
    (asked) => {
      const machine = executed(asked.map(([client, one], i) => ({ client, sequence: i + 1, operation: one })));
      const taken = takeSnapshot(machine);
      expect(taken.store).toBe(machine.store);
      expect(taken.sessions).toBe(machine.sessions);
    },
  );

  test('with keys out of order, or twice, is refused', () => {
    const bytesOf = (...keys: string[]): Uint8Array => {
      const to = new ByteWriter().uint32(keys.length);
      for (const key of keys) to.string(key).string('');
      return to.uint32(0).finish();
    };
    expect(decodeSnapshot(bytesOf('a', 'b')).store.values.size).toBe(2);
    expect(() => decodeSnapshot(bytesOf('b', 'a'))).toThrow(AssertionFailed);
    expect(() => decodeSnapshot(bytesOf('a', 'a'))).toThrow(AssertionFailed);
  });
});
