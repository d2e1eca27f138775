/**
 * The specification beside a system's own observer: both are told, the observer first, and only the observer of what is
 * not Raft's.
 */
import { describe, expect, test } from 'vitest';
import { Violated, type Observer, type QuietListener } from '../../checkers/checker.ts';
import { HeldToSpecification } from '../../checkers/held-to-specification.ts';
import type { SpecWatch } from '../../checkers/spec/watch.ts';

/** Each notes what it is told; `breaks`: it objects to steps, under its name. */
function both(
  breaks: readonly string[] = [], more: Partial<Observer> = {},
): { readonly held: HeldToSpecification; readonly log: string[] } {
  const log: string[] = [];
  const note =
    (who: string, what: string) =>
    (...given: readonly unknown[]): void => {
      log.push(`${who} ${what} ${JSON.stringify(given)}`);
      if (what === 'stepped' && breaks.includes(who)) throw new Violated(who, 'x');
    };
  const observer = {
    booted: note('observer', 'booted'), stepped: note('observer', 'stepped'), crashed: note('observer', 'crashed'),
    refused: note('observer', 'refused'), diskReplaced: note('observer', 'diskReplaced'),
    invoked: note('observer', 'invoked'), gaveUp: note('observer', 'gaveUp'),
    returned: note('observer', 'returned'), healed: note('observer', 'healed'), unsettled: () => 'not yet',
    finish: () => ({ kind: 'unknown', detail: 'd' }), counts: () => ({ a: 1, b: 2 }), ...more,
  } as Observer;
  const watch = {
    booted: note('watch', 'booted'), stepped: note('watch', 'stepped'), crashed: note('watch', 'crashed'),
    wentAhead: note('watch', 'wentAhead'), diskReplaced: note('watch', 'diskReplaced'),
    counts: () => ({ b: 3, c: 4 }),
  } as unknown as SpecWatch;
  return { held: new HeldToSpecification(observer, watch), log };
}

const timer = { kind: 'timer', timer: 't' } as const;

describe('both are told', () => {
  test('of starts, steps and crashes, each with what it needs', () => {
    const { held, log } = both();
    held.booted(1, 's', 'd');
    held.stepped(1, 's', 't', timer, []);
    held.crashed(1, 'writeKept', { event: timer, after: 'u' });
    expect(log).toEqual([
      'observer booted [1,"s","d"]', 'watch booted [1,"s"]',
      'observer stepped [1,"s","t",{"kind":"timer","timer":"t"},[]]',
      'watch stepped [1,"t",{"kind":"timer","timer":"t"},[]]',
      'observer crashed [1,"writeKept",{"event":{"kind":"timer","timer":"t"},"after":"u"}]',
      'watch crashed [1,{"event":{"kind":"timer","timer":"t"},"after":"u"}]',
    ]);
  });

  test('of steps that wait for a write, an observer that wants to hear of them', () => {
    const { held, log } = both([], { wentAhead: () => log.push('observer wentAhead') });
    held.wentAhead(1, 's', timer, [], []);
    both().held.wentAhead(1, 's', timer, [], []);
    expect(log).toEqual([
      'observer wentAhead', 'watch wentAhead [1,"s",{"kind":"timer","timer":"t"},[],[]]',
    ]);
  });

  test('of a new disk', () => {
    const { held, log } = both();
    held.diskReplaced(1, 'd');
    expect(log).toEqual(['observer diskReplaced [1,"d"]', 'watch diskReplaced [1]']);
  });

  test('and what the observer says of a step comes first', () => {
    const step = (breaks: readonly string[]) => (): void => both(breaks).held.stepped(1, 's', 't', timer, []);
    expect(step(['observer', 'watch'])).toThrow(expect.objectContaining({ property: 'observer' }));
    expect(step(['watch'])).toThrow(expect.objectContaining({ property: 'watch' }));
    expect(step([])).not.toThrow();
  });
});

describe('the observer alone', () => {
  test('is told of disks, operations and the healing', () => {
    const { held, log } = both();
    held.refused(1, 'f');
    held.invoked(7, 2, 'q');
    held.gaveUp(7);
    held.returned(8, 2, 'r');
    held.healed([1]);
    expect(log).toEqual([
      'observer refused [1,"f"]', 'observer invoked [7,2,"q"]', 'observer gaveUp [7]', 'observer returned [8,2,"r"]',
      'observer healed [[1]]',
    ]);
  });

  test('says what is missing in the end, what the whole is, and what is still heard', () => {
    const quiet: QuietListener = { listen: () => undefined, heard: () => null };
    expect([both().held.unsettled(), both().held.finish()]).toEqual(['not yet', { kind: 'unknown', detail: 'd' }]);
    expect(both([], { quiet }).held.quiet).toBe(quiet);
    expect(both().held.quiet).toBeUndefined();
  });
});

test('what an observer need not hear is lost on it', () => {
  const { held, log } = both([], { refused: undefined, gaveUp: undefined } as unknown as Partial<Observer>);
  held.refused(1, 'f');
  held.gaveUp(7);
  expect(log).toEqual([]);
});

test('counts are those of both', () => expect(both().held.counts()).toEqual({ a: 1, b: 3, c: 4 }));
