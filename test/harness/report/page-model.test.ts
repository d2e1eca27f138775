/**
 * What the page's script works out of its data, without a browser: states, pasts, segments, addresses and the search.
 */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { pageData } from '../../../harness/report/page/data.ts';
import { modelScript } from '../../../harness/report/page/script-model.ts';
import { toldAccount, toldReport } from '../../support/told-report.ts';

const row = (more: Partial<Row>): Row => ({
  kind: 'step', step: 1, atUs: 0, node: 0, event: 'e', told: more.event ?? 'e', weight: 0, effects: [], changed: {},
  message: null, operation: null, code: null, ...more,
});
const lanes = { role: 'role', epoch: 'term', epochName: 'term', epochMark: 'T', commit: 'commitIndex', roles: [] };
const log = (base: number, from: number, ...entries: readonly string[]) => ({
  log: { base: [base, 1] as const, from, entries: entries.map((what) => [1, what] as const) },
});

/** n0 leads, appends, falls and starts again; n1 hears it. A fault stands at step 2 and one at step 6. */
const account: Account = {
  ...toldAccount,
  nodes: ['n0', 'n1', 'c0'],
  servers: 2,
  lanes,
  fatal: 8,
  endUs: 90,
  rows: [
    row({ step: 1, event: 'boot', changed: { role: 'follower', term: 0, commitIndex: 0 } }),
    row({ step: 2, atUs: 10, node: 1, event: 'boot', changed: { role: 'follower', term: 0 } }),
    row({ kind: 'fault', step: 2, atUs: 15, node: null, event: 'cut begins' }),
    row({
      step: 3, atUs: 20, event: 'timer', told: 'leads', changed: { role: 'leader', term: 1, commitIndex: 2 },
      contents: { ...log(0, 1, 'a', 'b', 'c'), held: { k: ['1'], x: ['9'] } }, effects: ['set timer beat'],
      code: 'core/raft/Election.ts',
    }),
    row({ step: 4, atUs: 30, node: 1, event: 'append', message: 0, changed: { term: 1, commitIndex: 1 } }),
    row({ kind: 'crash', step: 4, atUs: 40, event: 'crash', changed: { role: null, term: null, commitIndex: null } }),
    row({
      step: 5, atUs: 50, event: 'boot', changed: { role: 'follower', term: 1, commitIndex: 1 },
      contents: { ...log(1, 2, 'b'), held: { k: ['1'] } },
    }),
    row({ kind: 'fault', step: 5, atUs: 55, node: null, event: 'cut ends' }),
    row({
      step: 6, atUs: 60, event: 'append', changed: { commitIndex: 3, term: 2 },
      contents: { ...log(1, 3, 'C', 'd'), held: { k: null, y: ['2'] } },
    }),
    row({ kind: 'threw', step: 7, atUs: 70, node: 1, event: 'vote' }),
  ],
  messages: [
    {
      from: 0, to: 1, nth: 1, what: 'Append 7', sentUs: 20, sentBy: 3, dueUs: [28, 25], takenBy: [4], fate: 'delivered',
    },
    { from: 0, to: 1, nth: 2, what: 'lost', sentUs: 22, sentBy: null, dueUs: [], takenBy: [], fate: 'dropped' },
    { from: 0, to: 1, nth: 3, what: 'late', sentUs: 22, sentBy: 3, dueUs: [80], takenBy: [], fate: 'underWay' },
  ],
};

interface State {
  readonly fields: unknown;
  readonly log: { readonly base: readonly number[]; readonly entries: readonly (readonly unknown[])[] } | null;
  readonly held: unknown;
}
interface Model {
  readonly previous: readonly number[];
  readonly segments: unknown;
  readonly sentBy: unknown;
  readonly ends: readonly number[];
  readonly commits: unknown;
  readonly checkpoints: readonly unknown[] | null;
}
interface Script {
  readonly models: { readonly run: Model; readonly full: Model | null };
  readonly view: {
    which: string;
    pastOf: number | null;
    selected: number;
    query: string;
    shown: readonly number[];
    isShown: Uint8Array | null;
  };
  modelOf(which: string): Model;
  fieldSegments(account: unknown, field: string): unknown;
  causalPast(model: Model, root: number): Uint8Array;
  textsOf(model: Model): readonly string[];
  refresh(): void;
  shownAt(place: number): number;
  statesAt(model: Model, place: number): readonly State[];
  stateBefore(model: Model, place: number): unknown;
  nameOfRow(model: Model, place: number): string;
  rowOfName(model: Model, name: string): number;
  tellOf(row: unknown): string;
  nodeOf(row: unknown): string;
  ms(us: number): string;
  count(value: number): string;
  plural(value: number, what: string): string;
}

/** The script's first part, as a browser runs it. Its values are plain again: another realm has arrays of its own. */
function scriptOf(run: Account, full: Account | null = null): Script {
  const text = JSON.stringify(
    pageData({
      ...toldReport, run, full: full === null ? null : { account: full, leftOutRows: 0, step: 1, detail: '' },
    }),
  );
  const context = createContext({ document: { getElementById: () => ({ textContent: text }) } });
  const names =
    'models view modelOf fieldSegments causalPast textsOf refresh shownAt statesAt stateBefore nameOfRow rowOfName tellOf nodeOf ms count plural'.split(
      ' ',
    );
  return runInContext(
    `(function () {\n'use strict';\n${modelScript}\nreturn { ${names.join(', ')} };\n})();`, context,
  ) as Script;
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const script = scriptOf(account);
const { run } = script.models;

test('of each row which was before it on its node, what it sent, and when each message ended', () => {
  expect(plain(run.previous)).toEqual([-1, -1, -1, 0, 1, 3, 5, -1, 6, 4]);
  expect(plain(run.sentBy)).toEqual({ 3: [0, 2] });
  // When it was due, or taken, whichever is later; a lost one where it was sent.
  expect(plain(run.ends)).toEqual([30, 22, 80]);
});

test('rises of what servers know to be committed, anew behind a crash', () => {
  expect(plain(run.commits)).toEqual([[3, 2], [4, 1], [6, 1], [8, 3]]);
  expect(plain(scriptOf({ ...account, lanes: { ...lanes, commit: null } }).models.run.commits)).toEqual([]);
  expect(plain(scriptOf({ ...account, lanes: null }).models.run.commits)).toEqual([]);
});

test('roles and terms by time, down from a crash to the next start', () => {
  const at = (from: number, until: number, role: string, term: number | null) => ({ from, until, role, term });
  expect(plain(run.segments)).toEqual([
    [
      at(0, 20, 'follower', 0), at(20, 40, 'leader', 1), at(40, 50, 'down', null), at(50, 60, 'follower', 1),
      at(60, 90, 'follower', 2),
    ],
    [at(10, 30, 'follower', 0), at(30, 90, 'follower', 1)],
    [],
  ]);
  expect(plain(scriptOf({ ...account, lanes: null }).models.run.segments)).toEqual([
    [at(0, 40, 'up', null), at(40, 50, 'down', null), at(50, 90, 'up', null)], [at(10, 90, 'up', null)], [],
  ]);
});

test('values of a field by time', () => {
  const at = (from: number, until: number, term: number | null, role = 'value') => ({ from, until, role, term });
  expect(plain(script.fieldSegments(pageData({ ...toldReport, run: account }).run, 'commitIndex'))).toEqual([
    [at(0, 20, 0), at(20, 40, 2), at(40, 50, null, 'down'), at(50, 60, 1), at(60, 90, 3)],
    [at(10, 30, null), at(30, 90, 1)], [],
  ]);
});

describe('states', () => {
  const at = (place: number, node: number): unknown => plain(script.statesAt(run, place)[node]);
  test('of every node behind a row: fields, log and what it holds; a crash ends them', () => {
    expect(at(2, 0)).toEqual({ fields: { role: 'follower', term: 0, commitIndex: 0 }, log: null, held: {} });
    expect(at(4, 0)).toEqual({
      fields: { role: 'leader', term: 1, commitIndex: 2 },
      log: {
        base: [0, 1],
        entries: [
          [1, 'a'], [1, 'b'], [1, 'c'],
        ],
      },
      held: { k: ['1'], x: ['9'] },
    });
    expect(at(5, 0)).toEqual({ fields: {}, log: null, held: {} });
    expect(at(6, 0)).toEqual({
      fields: { role: 'follower', term: 1, commitIndex: 1 }, log: { base: [1, 1], entries: [[1, 'b']] },
      held: { k: ['1'] },
    });
    expect(at(8, 0)).toEqual({
      fields: { role: 'follower', term: 2, commitIndex: 3 },
      log: {
        base: [1, 1],
        entries: [
          [1, 'b'], [1, 'C'], [1, 'd'],
        ],
      },
      held: { y: ['2'] },
    });
    expect([at(0, 1), at(9, 1), at(9, 2)]).toEqual([
      { fields: {}, log: null, held: {} },
      { fields: { role: 'follower', term: 1, commitIndex: 1 }, log: null, held: {} },
      { fields: {}, log: null, held: {} },
    ]);
  });
  test('a log that moves its base keeps what is behind it', () => {
    const moved = scriptOf({
      ...account,
      fatal: null,
      messages: [],
      rows: [
        row({ contents: log(0, 1, 'a', 'b', 'c') }), row({ step: 2, contents: log(2, 4) }),
        row({ step: 3, contents: log(5, 6, 'f') }),
      ],
    });
    expect([0, 1, 2].map((place) => plain(moved.statesAt(moved.models.run, place)[0]!.log))).toEqual([
      {
        base: [0, 1],
        entries: [
          [1, 'a'], [1, 'b'], [1, 'c'],
        ],
      },
      { base: [2, 1], entries: [[1, 'c']] },
      { base: [5, 1], entries: [[1, 'f']] },
    ]);
  });
  test('a log whose entries are replaced has those in their place, and one that is cut has none behind', () => {
    const cut = scriptOf({
      ...account,
      fatal: null,
      messages: [],
      rows: [
        row({ contents: log(0, 1, 'a', 'b', 'c') }), row({ step: 2, contents: log(0, 2, 'B') }),
        row({ step: 3, contents: log(0, 1) }),
      ],
    });
    expect([1, 2].map((place) => plain(cut.statesAt(cut.models.run, place)[0]!.log))).toEqual([
      {
        base: [0, 1],
        entries: [
          [1, 'a'], [1, 'B'],
        ],
      },
      { base: [0, 1], entries: [] },
    ]);
  });
  test('a log behind a snapshot keeps what is behind the next one, up to what is replaced', () => {
    const later = scriptOf({
      ...account,
      fatal: null,
      messages: [],
      rows: [
        row({ contents: log(1, 2, 'b', 'c', 'd') }), row({ step: 2, contents: log(2, 4, 'X') }),
        row({ step: 3, contents: log(2, 5) }),
      ],
    });
    expect([1, 2].map((place) => plain(later.statesAt(later.models.run, place)[0]!.log))).toEqual([
      {
        base: [2, 1],
        entries: [
          [1, 'c'], [1, 'X'],
        ],
      },
      {
        base: [2, 1],
        entries: [
          [1, 'c'], [1, 'X'],
        ],
      },
    ]);
  });
  test('before a row; of a start, those before the crash', () => {
    expect([0, 2, 3, 6, 8].map((place) => plain(script.stateBefore(run, place)))).toEqual([
      {}, {}, { role: 'follower', term: 0, commitIndex: 0 }, { role: 'leader', term: 1, commitIndex: 2 },
      { role: 'follower', term: 1, commitIndex: 1 },
    ]);
  });
  test('are the same from a state that was kept, one in every 500 rows', () => {
    const long = scriptOf({
      ...account,
      fatal: null,
      messages: [],
      rows: Array.from({ length: 1203 }, (_, i) =>
        row({ step: i + 1, node: i % 2, changed: { at: i }, contents: { held: { [`k${i % 7}`]: [String(i)] } } }),
      ),
    });
    const model = long.models.run;
    for (const place of [0, 1, 498, 499, 500, 501, 999, 1000, 1202])
      expect(
        [0, 1].map((node) => plain(long.statesAt(model, place)[node]!.fields)), `${place}`,
      ).toEqual([{ at: place - (place % 2) }, place === 0 ? {} : { at: place - 1 + (place % 2) }]);
    expect(model.checkpoints).toHaveLength(3);
    // What is handed out is a copy: the kept ones stay as they are.
    (long.statesAt(model, 499)[0]!.fields as { at: number }).at = -1;
    expect(plain(long.statesAt(model, 499)[0]!.fields)).toEqual({ at: 498 });
  });
});

test('the causal past of a row: its node’s rows, who sent what it took, and every fault up to it', () => {
  const past = (place: number): readonly number[] =>
    [...script.causalPast(run, place)].flatMap((one, at) => (one === 1 ? [at] : []));
  expect([past(0), past(4), past(3), past(9), past(8)]).toEqual([
    [0], [0, 1, 2, 3, 4], [0, 2, 3], [0, 1, 2, 3, 4, 7, 9], [0, 2, 3, 5, 6, 7, 8],
  ]);
});

describe('what is shown', () => {
  const shown = (query: string, pastOf: number | null = null): unknown => {
    Object.assign(script.view, { query, pastOf });
    script.refresh();
    return plain(script.view.shown);
  };
  test('without a word all of it, and of a past that', () => {
    expect([shown(''), script.view.isShown]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], null]);
    expect(shown('', 4)).toEqual([0, 1, 2, 3, 4]);
    expect([...script.view.isShown!]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  });
  test('what has every word in it, in any case: node, kind, event, story, effect, message sent, function, step', () => {
    expect([
      shown('n1'), shown('CRASH'), shown('cut'), shown('leads'), shown('beat'), shown('append 7'), shown('election.ts'),
      shown('step 5'), shown('boot n0'), shown('none'),
    ]).toEqual([[1, 4, 9], [5], [2, 7], [3], [3], [3], [3], [6, 7], [0, 6], []]);
  });
  test('more of a word finds a part of it, another word anew, and in a past only what is there', () => {
    expect([shown('bo'), shown('boot'), shown('boot n1'), shown('n1'), shown('boot', 3), shown('boot')]).toEqual([
      [0, 1, 6], [0, 1, 6], [1], [1, 4, 9], [0], [0, 1, 6],
    ]);
  });
  test('where a row stands in it, or would', () => {
    shown('boot');
    expect([0, 1, 6, 2, 9].map((place) => script.shownAt(place))).toEqual([0, 1, 2, ~2, ~3]);
    shown('');
  });
});

describe('addresses', () => {
  test('a step by its number; a fault and a crash by where they stand among the rows of it', () => {
    expect(account.rows.map((_, place) => script.nameOfRow(run, place))).toEqual([
      '1', '2', '2.1', '3', '4', '4.1', '5', '5.1', '6', '7',
    ]);
    expect(account.rows.map((_, place) => script.rowOfName(run, script.nameOfRow(run, place)))).toEqual(
      account.rows.map((_, place) => place),
    );
  });
  test('beyond the end lead to the last row', () =>
    expect([script.rowOfName(run, '99'), script.rowOfName(run, '7.5'), script.rowOfName(run, '0')]).toEqual([9, 9, 0]));
  test('of a number whose step comes behind its faults lead to the step', () => {
    const late = scriptOf({
      ...account,
      fatal: null,
      messages: [],
      rows: [
        row({ step: 1 }), row({ kind: 'fault', step: 2, node: null }), row({ step: 2 }),
        row({ kind: 'fault', step: 3, node: null }),
      ],
    });
    expect(['2', '2.0', '3'].map((name) => late.rowOfName(late.models.run, name))).toEqual([2, 1, 3]);
    expect([1, 2, 3].map((place) => late.nameOfRow(late.models.run, place))).toEqual(['2.0', '2', '3']);
  });
});

test('the run before it was shrunk is read when it is looked at, once', () => {
  const both = scriptOf(account, { ...account, rows: account.rows.slice(0, 2), messages: [], fatal: null });
  expect(both.models.full).toBe(null);
  const full = both.modelOf('full');
  expect([full.previous.length, both.modelOf('full') === full, both.modelOf('run') === both.models.run]).toEqual([
    2, true, true,
  ]);
});

test('words for people', () => {
  expect([
    script.ms(1500), script.ms(1_234_000), script.ms(1), script.count(12_345), script.plural(1, 'fault'),
    script.plural(2000, 'fault'),
  ]).toEqual(['1.500', '1,234', '0.001', '12,345', '1 fault', '2,000 faults']);
  const { rows } = pageData({ ...toldReport, run: account }).run;
  expect([script.tellOf(rows[0]), script.tellOf(rows[3]), script.nodeOf(rows[1]), script.nodeOf(rows[2])]).toEqual([
    'boot', 'leads', 'n1', '',
  ]);
});
