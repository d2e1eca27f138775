/** What each manner of network delivers, and what is left then. */
import { describe, expect, test } from 'vitest';
import { Letters, type Inbox, type Letter, type NetworkKind } from '../../../harness/explore/untimed/letters.ts';

const namesOf = (letters: readonly Letter[]): string =>
  letters
    .map(({ value }) => `${value.from}${String(value.message)}`)
    .toSorted()
    .join(' ');

describe.each<[NetworkKind, { all: string; deliverable: string; left: string; twice: string }]>([
  // Server 0 sent a and then b, server 1 sent c; 0's a is delivered; then 0 sends a once more.
  ['set', { all: '0a 0b 1c', deliverable: '0a 0b 1c', left: '0a 0b 1c', twice: '0a 0b 1c' }],
  ['multiset', { all: '0a 0b 1c', deliverable: '0a 0b 1c', left: '0b 1c', twice: '0a 0a 0b 1c' }],
  ['ordered', { all: '0a 0b 1c', deliverable: '0a 1c', left: '0b 1c', twice: '0a 0a 0b 1c' }],
])('%s', (kind, { all, deliverable, left, twice }) => {
  const letters = new Letters(kind, new Map());
  const [a, b, c] = [letters.letter(0, 2, 'a'), letters.letter(0, 2, 'b'), letters.letter(1, 2, 'c')];
  const inbox = [a, b, c].reduce((box: Inbox, letter) => letters.with(box, letter), letters.empty);

  test('holds what was sent, and delivers what may come next', () => {
    expect([namesOf(inbox.letters), namesOf(inbox.deliverable)]).toEqual([all, deliverable]);
  });
  test('keeps of a delivered letter what may come again', () => {
    expect(namesOf(letters.delivered(inbox, a).letters)).toBe(left);
  });
  test('holds a letter that was sent twice as often as it can come', () => {
    const again = letters.with(inbox, a);
    expect([namesOf(again.letters), namesOf(again.deliverable)]).toEqual([twice, deliverable]);
  });
  test('a dropped letter is gone, a duplicated one is there once more', () => {
    expect(namesOf(letters.without(inbox, a).letters)).toBe('0b 1c');
    expect(namesOf(letters.doubled(inbox, a).letters)).toBe('0a 0a 0b 1c');
  });
  test('equal contents are one inbox, whatever way they came about; senders are told apart', () => {
    expect(letters.with(letters.with(letters.empty, c), a)).toBe(letters.with(letters.with(letters.empty, a), c));
    expect(letters.with(letters.empty, letters.letter(1, 2, 'a'))).not.toBe(letters.with(letters.empty, a));
    expect(letters.with(letters.with(letters.empty, b), a) === letters.with(letters.with(letters.empty, a), b)).toBe(
      kind !== 'ordered',
    );
  });
  test('of several senders there is one order, and what is put in is found again', () => {
    const many = ['d', 'e', 'f', 'g', 'h', 'i'].map((message, from) => letters.letter(from, 2, message));
    const put = (some: readonly Letter[]): Inbox =>
      some.reduce((box: Inbox, letter) => letters.with(box, letter), letters.empty);
    const whole = put(many);
    for (let turn = 0; turn < many.length; turn++) {
      const turned = [...many.slice(turn), ...many.slice(0, turn)];
      for (const one of [put(turned), put(turned.toReversed()), letters.of(turned)]) expect(one).toBe(whole);
      expect(namesOf(letters.without(whole, many[turn]!).letters)).toBe(namesOf(many.filter((_, at) => at !== turn)));
    }
    expect(whole.deliverable).toHaveLength(6);
  });
});
