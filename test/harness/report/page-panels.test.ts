/** What the page says of the chosen step, and of the run, without a browser: each panel as lines. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Account, Row } from '../../../harness/report/account.ts';
import { pageData } from '../../../harness/report/page/data.ts';
import { modelScript } from '../../../harness/report/page/script-model.ts';
import { panelScript } from '../../../harness/report/page/script-panels.ts';
import { stepsScript } from '../../../harness/report/page/script-steps.ts';
import type { Report } from '../../../harness/report/report.ts';
import { PageDocument, PageElement } from '../../support/page-document.ts';
import { toldAccount, toldReport } from '../../support/told-report.ts';

interface View {
  which: string;
  pastOf: number | null;
  selected: number;
  field: string;
  allFaults: boolean;
}
interface Script {
  readonly view: View;
  select(place: number): void;
  show(which: string, pastOf: number | null, place: number | null): void;
  nextView(): void;
  move(by: number): void;
  follow(isFirst: boolean): void;
  addressOf(): string;
  setField(field: string): void;
  goField(by: number): void;
  setQuery(text: string): void;
  goFound(by: number): void;
  showFacts(): void;
  showFaultsButton(): void;
}

/** The script without its canvas; the address is what `replaceState` made of it. */
function pageOf(more: Partial<Report> = {}, hash = '') {
  const document = new PageDocument(JSON.stringify(pageData({ ...toldReport, ...more })));
  const location = { hash };
  let nowMs = 0;
  const nothing = (): void => undefined;
  const context = createContext({
    document,
    location,
    history: { replaceState: (_state: null, _title: string, to: string) => void (location.hash = to) },
    performance: { now: () => (nowMs += 1000) },
    clearTimeout: nothing,
    setTimeout: nothing,
    reveal: nothing,
    draw: nothing,
    drawSoon: nothing,
    fold: nothing,
    fit: nothing,
    layout: null,
    Option: class extends PageElement {
      constructor(text: string, value: string) {
        super('option');
        this.textContent = text;
        this.value = value;
      }
    },
  });
  const names =
    'view select show nextView move follow addressOf setField goField setQuery goFound showFacts showFaultsButton'.split(
      ' ',
    );
  const script = runInContext(
    `(function () {\n'use strict';\nvar setAllFaults = function (isAll) { view.allFaults = isAll; showFaultsButton(); showFaultTable(); };\n${[modelScript, stepsScript, panelScript].join('\n')}\nreturn { ${names.join(', ')} };\n})();`,
    context,
  ) as Script;
  const panel = (id: string): readonly string[] => document.getElementById(id).lines();
  const text = (id: string): string => document.getElementById(id).textContent;
  return { script, document, location, panel, text };
}

const row = (more: Partial<Row>): Row => ({
  kind: 'step', step: 1, atUs: 0, node: 0, event: 'e', told: more.event ?? 'e', weight: 0, effects: [], changed: {},
  message: null, operation: null, code: null, ...more,
});
const lanes = { role: 'role', epoch: 'term', epochName: 'term', epochMark: 'T', commit: 'commitIndex', roles: [] };
const log = (base: number, from: number, ...entries: readonly string[]) => ({
  log: { base: [base, base] as const, from, entries: entries.map((what) => [1, what] as const) },
});

/** Two servers append, one otherwise than the other; n0 falls. */
const logs: Account = {
  ...toldAccount,
  nodes: ['n0', 'n1', 'c0'],
  servers: 2,
  lanes,
  fatal: 3,
  endUs: 90,
  messages: [],
  operations: [],
  rows: [
    row({
      step: 1, event: 'boot', changed: { commitIndex: 0, term: 1 },
      contents: { ...log(0, 1, 'a', 'b'), held: { k: ['1'], x: ['1', '2'] } },
    }),
    row({
      step: 2,
      node: 1,
      event: 'boot',
      changed: { commitIndex: 2 },
      contents: { ...log(1, 2, 'c', 'd'), held: { k: ['1'], y: [null, '3'], z: ['4', null, 'unknown'] } },
    }),
    row({ step: 3, event: 'commit', changed: { commitIndex: 1, term: 2 }, contents: { held: { x: ['2'] } } }),
    row({ kind: 'crash', step: 3, event: 'crash', told: 'crashes', changed: { commitIndex: null, term: null } }),
    row({ kind: 'fault', step: 3, node: null, event: 'pause begins' }),
  ],
};

describe('the chosen step', () => {
  const page = pageOf();
  page.script.follow(true);

  test('is the one that broke the property, with what it was taken at, where it was handled, what changed and what it sent', () => {
    expect([page.text('where'), page.text('state-where')]).toEqual(['step 3 / 3', 'at n1, step 3, 21.500 ms']);
    const change = page.document.getElementById('change');
    expect(change.options.map((one) => `${one.tagName} ${one.className}: ${one.textContent}`)).toEqual([
      'p story: n1 vote 2 from n0', 'p meta: handled in core/raft/election.ts vote \u00b7 sent by n0 at 20.500 ms',
      'pre diff: - votedFor  n2\n+ votedFor  n0\n+ term  2\n- lease  5\n', 'ul out: to n0granted  (way cut)',
    ]);
    change.all('button')[0]!.click();
    expect(page.script.view.selected).toBe(2);
  });
  test('tells its event beside its story, and its effects beside what it sent', () => {
    page.script.select(2);
    expect(
      page.document
        .getElementById('change')
        .options.map((one) => `${one.tagName} ${one.className}: ${one.textContent}`),
    ).toEqual([
      'p story: n0 campaigns in term 2', 'p meta: on timer election \u00b7 handled in core/raft/election.ts campaign',
      'pre diff: + role  candidate\n+ term  2\n', 'ul out: to n1vote 2effectset timer election',
    ]);
  });
  test('may be a crash, a fault, or one that changes nothing', () => {
    page.script.select(3);
    expect(page.panel('change')).toEqual([
      '[story] n2 crashes', '[meta] on crash', '[none] Everything but the disk is lost.',
    ]);
    page.script.select(1);
    expect([page.text('state-where'), page.panel('change')]).toEqual([
      'in the world, step 1, 15 ms', ['[story] cut begins: n1 to n0', '[meta] '],
    ]);
    const still = pageOf({ run: { ...toldAccount, rows: toldAccount.rows.map((one) => ({ ...one, changed: {} })) } });
    still.script.follow(true);
    expect(still.panel('change')).toEqual([
      '[story] n1 vote 2 from n0', '[meta] handled in core/raft/election.ts vote \u00b7 sent by n0 at 20.500 ms',
      '[none] Its state does not change.', 'to n0granted  (way cut)',
    ]);
  });
  test('the state of every server, with what is new of the one that took it', () => {
    page.script.select(4);
    expect(page.panel('state')).toEqual([
      '[corner]  | n0 | n1 | n2', 'role | candidate | [new] follower | ', 'votedFor |  | [new] n0 | ',
      'lease |  | [new]  | ', 'term | 2 | [new] 2 | ',
    ]);
  });
});

describe('a field', () => {
  test('that nobody has chosen, and what there is to choose', () => {
    const page = pageOf();
    page.script.follow(true);
    expect(page.document.getElementById('field').options.map(({ textContent, value }) => [textContent, value])).toEqual(
      [
        ['up or down', ''], ['role', 'role'], ['votedFor', 'votedFor'], ['lease', 'lease'], ['term', 'term'],
      ],
    );
    expect([page.panel('field-changes'), page.document.getElementById('field-next').disabled]).toEqual([
      ['[none] Choose a field: the lanes of the diagram then show its values, and here is when it changed.'],
      true,
    ]);
    const named = pageOf({ run: logs });
    named.script.follow(true);
    expect(named.document.getElementById('field').options[0]!.textContent).toBe('role and term');
    const plain = pageOf({ run: { ...logs, lanes: { ...lanes, epoch: null } as never } });
    plain.script.follow(true);
    expect(plain.document.getElementById('field').options[0]!.textContent).toBe('role');
  });
  test('when it changed, from what to what, and the moment that is chosen', () => {
    const page = pageOf({}, '#step=3&field=votedFor');
    page.script.follow(true);
    expect(page.panel('field-changes')).toEqual([
      '[meta] 2 changes', 'step 1 | [num] 0 | n1 | \u2192 n2', '[here] step 3 | [num] 21.500 | n1 | n2 \u2192 n0',
    ]);
    page.script.goField(-1);
    expect([page.script.view.selected, page.panel('field-changes')[1]]).toEqual([
      0, '[here] step 1 | [num] 0 | n1 | \u2192 n2',
    ]);
    page.script.goField(1);
    expect([page.script.view.selected, page.location.hash]).toEqual([4, '#step=3&field=votedFor']);
    page.script.goField(1);
    expect(page.script.view.selected).toBe(4);
    const down = pageOf({ run: logs }, '#step=3&field=term');
    down.script.follow(true);
    expect(down.panel('field-changes')).toEqual([
      '[meta] 3 changes', 'step 1 | [num] 0 | n0 | \u2192 1', '[here] step 3 | [num] 0 | n0 | 1 \u2192 2',
      'step 3 | [num] 0 | n0 | 2 \u2192 down',
    ]);
  });
  test('that changed often is told nine times, around the chosen step', () => {
    const rows = Array.from({ length: 30 }, (_, i) => row({ step: i + 1, changed: { n: i } }));
    const page = pageOf({ run: { ...logs, rows, fatal: 20 } }, '#field=n');
    page.script.follow(true);
    expect([
      page.panel('field-changes')[0], page.panel('field-changes').length,
      page.panel('field-changes').findIndex((line) => line.startsWith('[here]')),
    ]).toEqual(['[meta] changes 17 to 25 of 30', 10, 5]);
    page.script.select(0);
    expect(page.panel('field-changes')[0]).toBe('[meta] changes 1 to 9 of 30');
    page.script.select(29);
    expect(page.panel('field-changes')[0]).toBe('[meta] changes 22 to 30 of 30');
  });
  test('that there is none of is no field', () => {
    const page = pageOf({}, '#field=nothing');
    page.script.follow(true);
    expect(page.script.view.field).toBe('');
  });
});

describe('what servers hold', () => {
  const page = pageOf({ run: logs });
  page.script.follow(true);
  test('their logs by index: what is committed, what a snapshot stands for, and where two differ', () => {
    page.script.select(2);
    expect([page.document.getElementById('contents').hidden, page.text('logs-part'), page.panel('logs')]).toEqual([
      false,
      'index 1 to 3',
      [
        'index | n0 | n1', '1 | [committed] t1 a | [base] snapshot up to 1/1',
        '[differs] 2 | [open] t1 b | [committed] t1 c', '3 |  | [open] t1 d',
      ],
    ]);
  });
  test('of who is down nothing', () => {
    page.script.select(3);
    expect(page.panel('logs')).toEqual([
      'index | n0 (down) | n1', '1 |  | [base] snapshot up to 1/1', '2 |  | [committed] t1 c', '3 |  | [open] t1 d',
    ]);
    const down = pageOf({ run: { ...logs, rows: [logs.rows[0]!, { ...logs.rows[3]!, step: 2 }], fatal: 1 } });
    down.script.follow(true);
    expect([down.panel('logs'), down.text('logs-part')]).toEqual([['[none] Every server is down.'], '']);
  });
  test('logs of more than a hundred lines from their end, and none where no server tells of any', () => {
    const many = pageOf({
      run: {
        ...logs, rows: [row({ contents: log(0, 1, ...Array.from({ length: 150 }, (_, i) => `e${i}`)) })], fatal: 0,
      },
    });
    many.script.follow(true);
    expect([many.text('logs-part'), many.panel('logs').length, many.panel('logs')[1]]).toEqual([
      'index 51 to 150; what is before is not shown', 101, '51 | [open] t1 e50 | ',
    ]);
    const empty = pageOf({ run: { ...logs, rows: [row({ contents: log(0, 1) })], fatal: 0 } });
    empty.script.follow(true);
    expect(empty.text('logs-part')).toBe('all are empty');
    const none = pageOf();
    none.script.follow(true);
    expect(none.document.getElementById('contents').hidden).toBe(true);
  });
  test('beside what they must: of the chosen step’s server all, of the others what is wrong', () => {
    page.script.select(0);
    expect([page.text('held-where'), page.text('held-told'), page.panel('held')]).toEqual([
      'all of n0, of the others what is wrong', '1 thing differs from what executing the committed entries gives.',
      [' | thing | holds | must hold', 'n0 | k | 1 | the same', '[clash] n0 | x | 1 | 2'],
    ]);
    page.script.select(1);
    expect([page.text('held-told'), page.panel('held')]).toEqual([
      '2 things differ from what executing the committed entries gives.',
      [
        ' | thing | holds | must hold', 'n1 | k | 1 | the same', '[clash] n1 | y | nothing | 3',
        'n1 | z | 4 | not known', '[clash] n0 | x | 1 | 2',
      ],
    ]);
    page.script.select(2);
    expect([page.text('held-told'), page.panel('held').at(-1)]).toEqual([
      '1 thing differs from what executing the committed entries gives.', '[clash] n1 | y | nothing | 3',
    ]);
    // A fault is nobody's: then that of the last server that is up.
    page.script.select(4);
    expect(page.text('held-where')).toBe('all of n1, of the others what is wrong');
    const right = pageOf({
      run: { ...logs, rows: [row({ contents: { held: { k: ['1'] } } }), row({ step: 2, node: 1 })], fatal: 0 },
    });
    right.script.follow(true);
    expect(right.text('held-told')).toBe('Nothing differs from what executing the committed entries gives.');
    right.script.select(1);
    expect([right.text('held-told'), right.panel('held')]).toEqual(['n1 holds nothing, or is down.', []]);
  });
});

describe('the facts of the run', () => {
  const facts = (more: Partial<Report> = {}) => {
    const page = pageOf(more);
    page.script.showFacts();
    return page;
  };
  test('what is said of a history in which nothing clashes', () => {
    const said = (more: Partial<Report>): string => facts(more).text('history');
    const broken = (property: string): Partial<Report> => ({ verdict: { kind: 'violation', property, detail: '' } });
    expect([
      said({ run: { ...toldAccount, operations: [] } }), said(broken('Linearizability')),
      said({ ...broken('Linearizability'), explainsHistory: false }),
      said({ verdict: { kind: 'unknown', detail: '' } }), said({ ...broken('One Vote'), explainsHistory: false }),
      said({ verdict: { kind: 'ok' } }), said(broken('One Vote')),
    ]).toEqual([
      'No client asked for anything.',
      'The history of the clients is not linearizable; which operations clash could not be told.',
      'The history of the clients is not linearizable. This system does not tell which operations clash.',
      'Whether the history of the clients is linearizable was not decided.',
      'This system does not tell of the history of its clients.',
      'The history of the clients is linearizable.',
      'No contradiction was found in the history of the clients up to here: another property broke first.',
    ]);
  });
  test('a history that clashes: why, what, how the answer came to be, and the longest order', () => {
    const rows = toldAccount.rows.map((one, place) => (place === 4 ? { ...one, operation: 1 } : one));
    const history = { key: 'k1', why: 'it has no place', clash: [0, 1], longest: [0], blocked: 1 };
    const page = facts({ history, run: { ...toldAccount, rows } });
    page.script.follow(true);
    expect(page.panel('history')).toEqual([
      '[story] Key k1: it has no place', 'client | operation | answer | ms', 'c0 | put k1 "a" | ok | 16\u201317',
      '[clash] c0 | get k1 | none | 18\u2013', 'How the answer came to be', 'n0step 2  campaigns in term 2',
      'n1step 3  takes vote 2 from n0', '[meta] Its causal past: all that it hangs on',
      '[meta] Longest order that can be explained: put k1 "a" \u2192 ok',
    ]);
    const [get, first, , past] = page.document.getElementById('history').all('button');
    get!.click();
    expect(page.script.view.selected).toBe(4);
    first!.click();
    expect(page.script.view.selected).toBe(2);
    past!.click();
    expect([page.script.view.pastOf, page.script.view.selected, page.text('view-past')]).toEqual([
      4, 4, 'Causal past of step 3',
    ]);
  });
  test('faults that fired, others when asked for, messages, and where the configuration differs', () => {
    const page = facts({ shrunk: { ...toldReport.shrunk!, proof: { candidates: 9 } as never } });
    expect(page.panel('faults')).toEqual([
      'fault | [num] could | [num] fired | [num] mattered',
      'cut | [num] 1,200 | [num] 1 | [num] 0',
      '[link] 1 kind more could have, and never did',
      '[meta] Messages: sent 2, duplicated 1, cut 1,000. Shrunk: each of 9 faults, operations, fates and timers was taken away once more, and is needed.',
    ]);
    page.document.getElementById('faults').all('button')[0]!.click();
    expect(page.panel('faults').slice(1)).toEqual([
      'cut | [num] 1,200 | [num] 1 | [num] 0', 'drop | [num] 3 | [num] 0 | [num] 0',
      expect.stringMatching(/^\[meta\] Messages/),
    ]);
    expect(page.panel('configuration')).toEqual([
      'field | [num] here | [num] plain', 'settings.heartbeatUs | [num] 50000 | [num] 100000',
      'network.dropPer1000 | [num] 20 | [num] 0',
    ]);
    const none = facts({ faults: [], configuration: [], network: {} });
    expect([none.panel('faults'), none.panel('configuration')]).toEqual([
      ['[none] None fired.', '[meta] Messages: .'], ['[none] In nothing.'],
    ]);
  });
  test('faults that the plan held and that never fired are counted', () => {
    const page = pageOf({
      run: { ...toldAccount, faults: [...toldAccount.faults, { ...toldAccount.faults[0]!, hasFired: false }] },
    });
    page.script.follow(true);
    expect([page.document.getElementById('all-faults').hidden, page.text('all-faults')]).toEqual([
      false, '1 fault never fired',
    ]);
    const all = pageOf();
    all.script.follow(true);
    expect(all.document.getElementById('all-faults').hidden).toBe(true);
  });
});

describe('the list of steps, and the way through it', () => {
  const full = {
    account: { ...toldAccount, rows: toldAccount.rows.slice(0, 3), messages: [], fatal: 2 }, leftOutRows: 0, step: 2,
    detail: '',
  };
  test('marks the row that broke the property, its cause, what weighs nothing, and the one that is chosen', () => {
    const page = pageOf({ run: { ...toldAccount, fatal: 4 } });
    page.script.follow(true);
    const rows = page.document.getElementById('steps-rows').options;
    expect(
      rows.map(
        (one) =>
          `${one.id} ${one.className}: ${one.options.map(({ textContent }) => textContent).join('|')}${one.attributes.get('aria-selected') === 'true' ? ' *' : ''}`,
      ),
    ).toEqual([
      'row-0 row step: 1|0|n1|boot', 'row-1 row fault: 1|15||cut begins: n1 to n0',
      'row-2 row step: 2|20.500|n0|campaigns in term 2', 'row-3 row crash: 2|21|n2|crashes',
      'row-4 row step quiet fatal: 3|21.500|n1|vote 2 from n0 *',
    ]);
    expect([rows[1]!.title, page.document.getElementById('steps-space').style['height']]).toEqual([
      'cut begins: n1 to n0', '130px',
    ]);
    expect([
      page.text('steps-count'), rows[1]!.attributes.get('aria-posinset'), rows[1]!.attributes.get('aria-setsize'),
    ]).toEqual(['5', '2', '5']);
  });
  test('goes to the next and the one before, and no further than the ends', () => {
    const page = pageOf();
    page.script.follow(true);
    const places = [-1, -1, -1, -1, -1, 1].map((by) => {
      page.script.move(by);
      return page.script.view.selected;
    });
    expect([places, page.location.hash]).toEqual([[3, 2, 1, 0, 0, 1], '#step=1.1']);
  });
  test('goes round its views: run, its past, the full run, its past, and again; without a full run two', () => {
    const views = (page: ReturnType<typeof pageOf>): readonly string[] => Array.from({ length: 5 }, () => {
      page.script.nextView();
      return `${page.script.view.which} ${page.script.view.pastOf}`;
    });
    const [two, one] = [pageOf({ full }), pageOf()];
    for (const page of [two, one]) page.script.follow(true);
    one.script.select(2);
    expect(views(two)).toEqual(['run 4', 'full null', 'full 2', 'run null', 'run 4']);
    expect(views(one)).toEqual(['run 2', 'run null', 'run 2', 'run null', 'run 2']);
  });
  test('stands where its address says', () => {
    const at = (hash: string) => {
      const page = pageOf({ full }, hash);
      page.script.follow(true);
      return [page.script.view.which, page.script.view.selected, page.script.view.pastOf, page.script.addressOf()];
    };
    expect([
      at(''), at('#step=2'), at('#step=2.1'), at('#step=2&run=full&past=1&field=term'), at('#past=3&step=x'),
    ]).toEqual([
      ['run', 4, null, '#step=3'], ['run', 2, null, '#step=2'], ['run', 3, null, '#step=2.1'],
      ['full', 2, 0, '#step=2&run=full&past=1&field=term'], ['run', 4, 4, '#step=3&past=3'],
    ]);
    const page = pageOf({}, '#field=term');
    page.script.follow(true);
    page.script.select(0);
    page.location.hash = '#nothing';
    page.script.follow(false);
    expect(page.script.view.selected).toBe(0);
  });
  test('finds words, says which of how many, and goes round', () => {
    const page = pageOf();
    page.script.follow(true);
    page.script.select(0);
    page.script.setQuery('vote');
    expect([page.text('found'), page.document.getElementById('found-next').disabled, page.text('steps-count')]).toEqual(
      ['2 found', false, '2 of 5'],
    );
    const places = [1, 1, 1, -1, -1].map((by) => {
      page.script.goFound(by);
      return `${page.script.view.selected}: ${page.text('found')}`;
    });
    expect(places).toEqual(['2: 1 of 2', '4: 2 of 2', '2: 1 of 2', '4: 2 of 2', '2: 1 of 2']);
    // From one that was not found: the nearest on that side.
    const beside = [1, -1].map((by) => {
      page.script.select(3);
      page.script.goFound(by);
      return page.script.view.selected;
    });
    page.script.select(0);
    page.script.goFound(-1);
    expect([beside, page.script.view.selected]).toEqual([[4, 2], 4]);
    page.script.setQuery('no such thing');
    page.script.goFound(1);
    expect([page.text('found'), page.document.getElementById('found-next').disabled, page.panel('steps-rows')]).toEqual(
      ['none', true, ['Nothing is found.']],
    );
    page.script.setQuery('');
    expect(page.text('found')).toBe('');
  });
});
