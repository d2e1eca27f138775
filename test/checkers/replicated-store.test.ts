/** The store as it must be: what was found equal once is not compared again, and anything else is. */
import { describe, expect, test } from 'vitest';
import { ReplicatedStore } from '../../checkers/replicated-store.ts';
import type { Command } from '../../core/kv/command.ts';
import { apply, newMachine, type Machine } from '../../core/kv/machine.ts';
import { noSessions } from '../../core/kv/sessions.ts';
import { takeSnapshot } from '../../core/kv/snapshot.ts';
import { emptyStore } from '../../core/kv/store.ts';

const put = (sequence: number, value: string): Command => ({ client: 3, sequence, operation: { kind: 'put', key: 'k', value } });

/** A model of the commands, and what a server holds behind each of them. */
function after(...commands: readonly (Command | null)[]): { readonly model: ReplicatedStore; readonly held: readonly Machine[] } {
  const model = new ReplicatedStore(3);
  const held: Machine[] = [newMachine];
  commands.forEach((command, i) => {
    model.execute(i + 1, command);
    held.push(apply(held[i]!, i + 1, command));
  });
  return { model, held };
}

describe('a whole comparison', () => {
  test('finds what a server and its snapshot hold equal, at each index', () => {
    const { model, held } = after(put(1, 'a'), null, put(2, 'b'));
    for (const index of [1, 2, 3, 1]) {
      expect(model.difference('n0', 0, index, held[index]!)).toBeNull();
      expect(model.difference('the snapshot of n0', 0, index, takeSnapshot(held[index]!))).toBeNull();
    }
  });

  test('finds what was equal at one index different at another', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 2, held[1]!)).toBe('n0 holds k="a" at index 2, where it must be "b"');
  });

  test('finds other values beside sessions that were equal', () => {
    const { model, held } = after(put(1, 'a'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 1, { ...held[1]!, store: emptyStore })).toBe('n0 holds k=nothing at index 1, where it must be "a"');
  });

  test('finds other sessions beside values that were equal', () => {
    const { model, held } = after(put(1, 'a'));
    expect(model.difference('n0', 0, 1, held[1]!)).toBeNull();
    expect(model.difference('n0', 0, 1, { ...held[1]!, sessions: noSessions })).toContain('n0 holds session nothing of c0 at index 1');
  });

  test('finds a difference again and again', () => {
    const { model, held } = after(put(1, 'a'), put(2, 'b'));
    const says = 'n0 holds k="b" at index 1, where it must be "a"';
    expect([model.difference('n0', 0, 1, held[2]!), model.difference('n0', 0, 1, held[2]!)]).toEqual([says, says]);
  });
});
