/** What a crash within a step leaves behind. */
import { describe, expect, test } from 'vitest';
import type { AnyEffect, AnyProcess } from '../../../harness/system.ts';
import { Letters } from '../../../harness/explore/untimed/letters.ts';
import { Nodes } from '../../../harness/explore/untimed/nodes.ts';
import type { Notice, UntimedSystem } from '../../../harness/explore/untimed/system.ts';

const effects = [
  { kind: 'send', to: 1, message: 'first' }, { kind: 'persist', writes: ['a'] },
  { kind: 'send', to: 1, message: 'second' }, { kind: 'persist', writes: ['b'] },
  { kind: 'send', to: 1, message: 'third' },
] as unknown as readonly AnyEffect[];

/** Adds what it writes to a text. */
const process = {
  blank: '',
  boot: (durable: string) => ({ state: durable, effects: [] }),
  step: (state: string) => ({ state: `${state}!`, effects }),
  write: (durable: string, write: string) => `${durable}${write}`,
} as unknown as AnyProcess;

const system = {
  processes: [process, process], servers: 2, views: new Map(), essence: (_: number, state: unknown) => state,
  normal: (_: number, state: unknown) => state, canonical: (_: number, state: unknown) => state, isWithin: () => true,
  observer: { notice: () => null },
} as unknown as UntimedSystem<null, Notice>;

describe('a step with two writes', () => {
  const letters = new Letters('multiset', new Map());
  const nodes = new Nodes(system, letters, false);
  const outcome = nodes.onTimer(nodes.boot(0, '').node, 'tick');

  test('may end before and behind each of them: with what is written, and what was sent before it', () => {
    const sent = (messages: readonly string[]) => messages.map((message) => letters.letter(0, 1, message));
    expect(outcome.barriers.map(({ durable, sends, isLost }) => [durable, sends, isLost])).toEqual([
      ['', sent(['first']), true], ['a', sent(['first']), false], ['a', sent(['first', 'second']), true],
      ['ab', sent(['first', 'second']), false],
    ]);
  });
  test('leaves all of them behind when it is whole', () => {
    expect([outcome.node.state, outcome.node.durable, outcome.sends.map(({ value }) => value.message)]).toEqual([
      '!', 'ab', ['first', 'second', 'third'],
    ]);
  });
  test('a node that starts again knows what is on its disk, and nothing else', () => {
    expect([nodes.down(0, 'a').state, nodes.restart(nodes.down(0, 'a')).node.state]).toEqual([null, 'a']);
  });
});
