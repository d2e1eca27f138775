/** The steps that a violation is about, and where to look: on an account of five rows. */
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import type { Cycle } from '../../../harness/report/cycle.ts';
import { testimonyOf } from '../../../harness/report/witnesses.ts';
import type { Broken, Mark, MarkedStep, Witness } from '../../../harness/system.ts';
import { toy } from '../faults/toys.ts';

const row = (step: number, node: number, message: number | null = null, kind: Row['kind'] = 'step'): Row => ({
  kind, step, atUs: step * 10, node, event: '', told: '', weight: 0, effects: [], changed: {}, message, operation: null,
  code: null,
});
const message = (from: number, to: number, sentBy: number | null): Account['messages'][number] => ({
  from, to, nth: 1, what: 'm', sentUs: 5, sentBy, dueUs: [], takenBy: [], fate: 'delivered',
});
const mark = (kind: string, at: readonly string[], against: string | null = null): Mark => ({
  kind, at, against, says: `${kind} says`,
});
const account = (
  rows: readonly Row[], messages: Account['messages'], fatal: number | null = rows.length - 1,
): Account => ({
  nodes: ['n0', 'n1', 'n2'], servers: 3, rows, messages, operations: [], faults: [], endUs: 0, stormUs: 0, lanes: null,
  fatal,
});
const base = account([row(1, 0), row(2, 1), row(3, 0), row(4, 2), row(5, 1, 0)], [message(0, 1, 2)]);
const testimony = (
  marked: readonly MarkedStep[], named: (broken: Broken) => readonly Witness[] = () => [], of: Account = base,
  cycles: readonly Cycle[] = [],
) => testimonyOf(toy([], { witnessesOf: named }), of, marked, 'P', 'd', cycles);
const placesOf = (
  marked: readonly MarkedStep[], named?: (broken: Broken) => readonly Witness[], of?: Account,
): readonly number[] => testimony(marked, named, of).steps.map(({ place }) => place);

describe('the steps that are told', () => {
  test('none where nothing is broken', () => {
    expect(
      testimony([{ place: 0, node: 0, marks: [mark('a', ['f'], 'rule')] }], () => [], { ...base, fatal: null }),
    ).toEqual({ steps: [], lookIn: [] });
  });
  test('those that break a rule: the first of each kind and place, at most three, and none behind the end', () => {
    const at = (place: number, ...marks: readonly Mark[]): MarkedStep => ({ place, node: 0, marks });
    expect(
      placesOf([
        at(0, mark('a', ['f'], 'rule')), at(1, mark('a', ['f'], 'rule')), at(2, mark('b', ['f'], 'rule')),
        at(3, mark('a', ['g'], 'rule')),
      ]),
    ).toEqual([0, 2, 3]);
    expect(placesOf([0, 1, 2, 3].map((place) => at(place, mark(`k${place}`, ['f'], 'rule'))))).toEqual([0, 1, 2]);
    expect(
      placesOf(
        [{ ...at(1, mark('a', ['f'], 'rule')) }, at(3, mark('b', ['f'], 'rule'))], undefined,
        account([row(1, 0), row(2, 0), row(3, 0), row(4, 0)], [], 2),
      ),
    ).toEqual([1]);
    expect(placesOf([at(0, mark('a', ['f']))])).toEqual([]);
    expect(placesOf([at(4, mark('a', ['f'], 'rule'))])).toEqual([4]);
  });
  test('those that the property names, with the marks up to the end, its place and the names of the nodes', () => {
    let told: Broken | null = null;
    const steps = [{ place: 1, node: 1, marks: [mark('a', ['f'])] }];
    expect(placesOf([...steps, { place: 9, node: 1, marks: [mark('late', ['f'])] }], (broken) => {
      told = broken;
      return [{ place: 1, mark: steps[0]!.marks[0]! }];
    })).toEqual([1]);
    expect(told).toEqual({ property: 'P', detail: 'd', steps, fatal: 4, nodes: ['n0', 'n1', 'n2'], early: null });
  });
  test('the step that sent what was heard at the end', () => {
    expect(
      placesOf([
        { place: 2, node: 0, marks: [mark('sent', ['f'])] }, { place: 3, node: 2, marks: [mark('other', ['f'])] },
      ]),
    ).toEqual([2]);
  });
  test('in order, each once, and each sentence once', () => {
    const one = mark('a', ['f'], 'rule');
    const { steps } = testimony([{ place: 3, node: 2, marks: [one] }], () => [
      { place: 3, mark: one }, { place: 0, mark: mark('b', ['g']) },
    ]);
    expect(steps).toEqual([
      { place: 0, marks: [{ says: 'b says', at: ['g'], against: null }] },
      { place: 3, marks: [{ says: 'a says', at: ['f'], against: 'rule' }] },
    ]);
  });
});

describe('who said something before its step had taken effect', () => {
  const early = (of: Account): Broken['early'] => {
    let told: Broken | null = null;
    testimony([], (broken) => {
      told = broken;
      return [];
    }, of);
    return told!.early;
  };
  const ofZero = { from: 0, what: 'm' };
  const crashed = (node: number, event = 'crash'): Row => ({ ...row(1, node, null, 'crash'), event });
  test('is the sender of a message that no row has sent', () =>
    expect(early(account([row(1, 0), row(2, 1, 0)], [message(0, 1, null)]))).toEqual(ofZero));
  test('unless it crashed meanwhile, or the message was sent by a row, or there was none', () => {
    expect(early(account([crashed(0), row(2, 1, 0)], [message(0, 1, null)]))).toBeNull();
    expect(early(account([crashed(2), row(2, 1, 0)], [message(0, 1, null)]))).toEqual(ofZero);
    expect(early(base)).toBeNull();
    expect(early(account([row(1, 0)], []))).toBeNull();
  });
  test('also when the crash took the write of that step, and not when it came behind it', () => {
    const after = (event: string): Broken['early'] =>
      early(account([crashed(0, event), row(2, 1, 0)], [message(0, 1, null)]));
    expect([after('crash before its write was durable'), after('crash behind its write')]).toEqual([ofZero, null]);
  });
});

describe('where to look', () => {
  const cycle: Cycle = { times: 7, fromUs: 0, untilUs: 1, lines: [], codes: ['cycle'] };
  const look = (...args: Parameters<typeof testimony>): readonly string[] =>
    testimony(...args).lookIn.map(({ at, place, against, times }) => `${at} ${place} ${against} ${times}`);

  test('rules that were broken first, with how often; then what goes round; then who threw; then the innermost function of the latest step', () => {
    const steps: readonly MarkedStep[] = [
      { place: 0, node: 0, marks: [mark('rule', ['broken'], 'r')] },
      { place: 1, node: 1, marks: [mark('rule', ['broken'], 'r')] },
      { place: 2, node: 0, marks: [mark('sent', ['inner', 'outer'])] },
      { place: 3, node: 2, marks: [mark('threw', ['thrower'])] },
    ];
    expect(
      look(
        steps,
        () => [
          { place: 3, mark: steps[3]!.marks[0]! }, { place: 1, mark: mark('named', ['first']) },
        ],
        base,
        [cycle],
      ),
    ).toEqual(['broken 0 r 2', 'cycle null null 7', 'thrower 3 null 1', 'inner 2 null 1', 'first 1 null 1']);
    expect(look([steps[2]!], () => [])).toEqual(['inner 2 null 1', 'outer 2 null 1']);
  });
  test('a rule that only the property’s own step breaks is one that was broken', () => {
    expect(
      look([], () => [
        { place: 2, mark: mark('named', ['ruled'], 'r') }, { place: 1, mark: mark('plain', ['plain']) },
      ]),
    ).toEqual(['ruled 2 r 1', 'plain 1 null 1']);
  });
  test('each function once, and no more than five', () => {
    expect(
      look([], () => [
        { place: 1, mark: mark('many', ['a', 'b', 'c', 'd', 'e', 'f']) }, { place: 0, mark: mark('again', ['a']) },
      ]),
    ).toHaveLength(5);
    expect(
      look([], () => [
        { place: 1, mark: mark('many', ['a', 'b']) }, { place: 0, mark: mark('again', ['a']) },
      ]),
    ).toEqual(['a 0 null 1', 'b 1 null 1']);
  });
});
