/** What a run without progress does again and again: exchanges that read alike, counted. */
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { cyclesOf } from '../../../harness/report/cycle.ts';

const row = (more: Partial<Row>): Row => ({
  kind: 'step', step: 1, atUs: 0, node: 0, event: 'e', told: 'e', weight: 0, effects: [], changed: {}, message: null,
  operation: null, code: null, ...more,
});
const healed = row({ kind: 'fault', node: null, event: 'healed' });
const account = (rows: readonly Row[], sentBy: readonly (number | null)[] = []): Account =>
  ({ nodes: ['n0', 'n1', 'n2', 'c0'], rows, messages: sentBy.map((by) => ({ sentBy: by })) }) as unknown as Account;

/**
 * n0 campaigns, n2 and then n1 hear of it (or the other way round), and n0 hears n1: `times` times, at 10, 20 and so
 * on.
 */
function campaigns(times: number, before: readonly Row[] = []): Account {
  const rows = [...before];
  const sentBy: number[] = [];
  for (let i = 0; i < times; i++) {
    const at = rows.length;
    const send = (from: number): number => sentBy.push(from) - 1;
    const heard = (node: number): Row =>
      row({ atUs: 10 * i + node, node, event: 'vote', told: 'vote', message: send(at), code: `f${node}` });
    rows.push(
      row({
        atUs: 10 * (i + 1), event: 'timer election', told: `campaigns in term ${7 + i}`, weight: 3,
        effects: ['set timer election', 'to n1: vote'], code: 'f0',
      }),
    );
    rows.push(...(i % 2 === 0 ? [heard(2), heard(1)] : [heard(1), heard(2)]));
    rows.push(
      row({
        node: 0, event: 'granted', told: 'hears term 7', weight: 1, message: send(at + (i % 2 === 0 ? 2 : 1)),
        effects: ['set timer election', 'set timer beat'],
      }),
    );
  }
  return account(rows, sentBy);
}

test('an exchange with all that came of it is one thing, terms aside, whoever answers first', () => {
  expect(cyclesOf(campaigns(3))).toEqual({
    more: 0,
    cycles: [
      {
        times: 3,
        fromUs: 10,
        untilUs: 30,
        codes: ['f2', 'f1', 'f0'],
        lines: [
          'n0 campaigns in term ..', 'n0 hears term .., sets its election and beat timer again', 'n1 takes vote',
          'n2 takes vote',
        ],
      },
    ],
  });
});

test('what is done twice is none', () => expect(cyclesOf(campaigns(2))).toEqual({ cycles: [], more: 0 }));

test('what was done before all was healed does not count', () => {
  const early = campaigns(3);
  expect(cyclesOf({ ...early, rows: [...early.rows, healed] })).toEqual({ cycles: [], more: 0 });
  expect(cyclesOf(campaigns(3, [row({}), healed])).cycles).toHaveLength(1);
  // Another fault's end is not that of all.
  expect(cyclesOf({ ...early, rows: [...early.rows, { ...healed, event: 'pause ends' }] }).cycles).toHaveLength(1);
});

describe('of several', () => {
  const ticks = (...all: readonly (readonly [string, number])[]): Account =>
    account(
      all.flatMap(([event, times]) => Array.from({ length: times }, (_, i) => row({ atUs: i, event, told: event }))),
    );
  test('the three that are done most often are told, and how many more there are', () => {
    const { cycles, more } = cyclesOf(ticks(['a', 3], ['b', 5], ['c', 4], ['d', 9], ['e', 3], ['f', 2]));
    expect([cycles.map(({ times, lines }) => `${times} ${lines.join()}`), more]).toEqual([
      ['9 n0 takes d', '5 n0 takes b', '4 n0 takes c'], 2,
    ]);
  });
  test('those of more than twelve steps are many things', () => {
    const long = (steps: number): Account =>
      account(
        Array.from({ length: 3 }, () => steps).flatMap((many, i) =>
          Array.from({ length: many }, (_, at) =>
            row({ event: `${at}`, told: `${at}`, message: at === 0 ? null : i * (many - 1) + at - 1 }),
          ),
        ),
        Array.from({ length: 3 }, () => steps).flatMap((many, i) =>
          Array.from({ length: many - 1 }, (_, at) => i * many + at),
        ),
      );
    expect([cyclesOf(long(12)).cycles.map(({ times, lines }) => [times, lines.length]), cyclesOf(long(13))]).toEqual([
      [[3, 12]], { cycles: [], more: 0 },
    ]);
  });
});

test('faults, crashes and what nobody is known to have sent are no part of one', () => {
  const rows = Array.from({ length: 3 }, () => [
    row({ kind: 'crash' }), row({ kind: 'fault', node: null }), row({ message: 0 }),
  ]).flat();
  expect(cyclesOf(account(rows, [null]))).toEqual({ cycles: [], more: 0 });
});

test('a step with a story of its own takes nothing, and one without functions has none', () => {
  const told = Array.from({ length: 3 }, () => row({ event: 'e', told: 'does it', weight: 0 }));
  expect(cyclesOf(account(told)).cycles[0]).toMatchObject({ lines: ['n0 does it'], codes: [] });
  expect(cyclesOf(account(Array.from({ length: 3 }, () => row({ weight: 1 })))).cycles[0]!.lines).toEqual(['n0 e']);
});

test('only the last 20,000 rows are looked at', () => {
  const rows = [
    ...Array.from({ length: 3 }, () => row({ event: 'old', told: 'old' })),
    ...Array.from({ length: 20_000 }, () => row({ kind: 'crash' })),
  ];
  expect(cyclesOf(account(rows)).cycles).toEqual([]);
  expect(cyclesOf(account(rows.slice(0, -3))).cycles).toHaveLength(1);
});
