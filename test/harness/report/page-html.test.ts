/** What stands in the page before its script runs: the head, the legend, and which views there are. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Account, PlayedLanes } from '../../../harness/report/account.ts';
import { pageData, rolesOf } from '../../../harness/report/page/data.ts';
import { reportPage } from '../../../harness/report/page/page.ts';
import type { Report } from '../../../harness/report/report.ts';
import { reportText } from '../../../harness/report/terminal.ts';
import { toldAccount, toldReport } from '../../support/told-report.ts';

const page = (more: Partial<Report> = {}): string => reportPage({ ...toldReport, ...more });
const between = (text: string, from: string, to: string): string =>
  text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)) + to.length);
const header = (more: Partial<Report> = {}): readonly string[] =>
  between(page(more), '<header', '</header>').split('\n');
const facts = (more: Partial<Report> = {}): readonly string[] =>
  [
    ...header(more)
      .at(-2)!
      .matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g),
  ].map(([, name, value]) => `${name}: ${value}`);
const lanes = (...roles: PlayedLanes['roles']): PlayedLanes => ({
  role: 'role', epoch: 'term', epochName: 'term', epochMark: 'T', commit: 'commitIndex', roles,
});

describe('the head', () => {
  test('says what broke, in which run of which system, what it means, and how to see it again', () => {
    expect(header().slice(0, 6)).toEqual([
      '<header class="violation">',
      '<div class="title"><span class="badge">FAIL</span><h1>One Vote<span class="what">raft-kv \u00b7 swarm seed 7</span></h1>',
      '<button id="theme" type="button" title="Light or dark">Theme</button></div>',
      '<p class="detail">n1 votes for n0, and has voted for n2</p>',
      '<p class="meaning">A server votes once a term.</p>',
      expect.stringMatching(
        /^<div class="under"><span class="command"><code id="command">npx whitewater replay 7<\/code><button id="copy" type="button">Copy<\/button><\/span>$/,
      ),
    ]);
    expect(facts()).toEqual([
      'broken at: step 3, 21.500 ms', 'cluster: 3 servers, 1 client', 'steps: 1,234 \u2192 3', 'faults: 9 \u2192 2',
      'operations: 40 \u2192 2', 'replayed twice: aa, identical',
    ]);
    expect(page()).toContain('<title>swarm seed 7: One Vote: n1 votes for n0, and has voted for n2</title>');
  });
  test('of a run that was not shrunk has its steps only, and of two that differ says what differs', () => {
    expect(facts({ shrunk: null }).slice(2)).toEqual(['steps: 3', 'replayed twice: aa, identical']);
    expect(facts({ differs: ['digest: aa and bb'] }).at(-1)).toBe(
      'replayed twice: NOT DETERMINISTIC: two runs differ in digest: aa and bb',
    );
  });
  test('of an undecided run, and of one that holds', () => {
    expect(
      header({ verdict: { kind: 'unknown', detail: 'the budget is used up' }, meaning: null }).slice(0, 5),
    ).toEqual([
      '<header class="unknown">',
      '<div class="title"><span class="badge">UNKNOWN</span><h1>UNKNOWN<span class="what">raft-kv \u00b7 swarm seed 7</span></h1>',
      expect.any(String),
      '<p class="detail">the budget is used up</p>',
      '',
    ]);
    expect(header({ verdict: { kind: 'ok' } }).slice(0, 4)).toEqual([
      '<header class="ok">',
      '<div class="title"><span class="badge">PASS</span><h1>PASS<span class="what">raft-kv \u00b7 swarm seed 7</span></h1>',
      expect.any(String),
      '<p class="detail">Nothing is violated.</p>',
    ]);
    expect(page({ what: 'x'.repeat(200) })).toContain(`<title>${'x'.repeat(120)}</title>`);
  });
  test('has what would end or begin an element written out', () => {
    expect(header({ verdict: { kind: 'violation', property: "<a href='x'>&\"\u0007", detail: 'd' } })[1]).toContain(
      '<h1>&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\x07<span',
    );
  });
  test('lets no script run but its own', () => {
    const [, , script] =
      /<script type="application\/json" id="data">(.*?)<\/script>\n<script>([\s\S]*?)<\/script>/.exec(page())!;
    expect(page()).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script!).digest('base64')}'"`,
    );
  });
});

describe('the views', () => {
  const buttons = (more: Partial<Report> = {}): readonly string[] =>
    [...page(more).matchAll(/<button type="button" id="view-[a-z]+" aria-pressed="(?:true|false)"[^>]*>[^<]*/g)].map(
      ([text]) => text.replace('<button type="button" id="view-', ''),
    );
  test('are the run and its past, and the run before it was shrunk where there is one', () => {
    expect(buttons()).toEqual([
      'run" aria-pressed="true">Shrunk run', 'full" aria-pressed="false" disabled>Full run',
      'past" aria-pressed="false">Causal past',
    ]);
    expect(buttons({ shrunk: null, full: { account: toldAccount, leftOutRows: 0, step: 3, detail: '' } })).toEqual([
      'run" aria-pressed="true">Run', 'full" aria-pressed="false">Full run', 'past" aria-pressed="false">Causal past',
    ]);
  });
  test('and the text, as it is without colours', () => {
    expect(page()).toContain(
      `aria-label="The report as text">${reportText(toldReport, false).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')}</pre>`,
    );
  });
});

describe('roles', () => {
  const legend = (more: Partial<Report> = {}): string =>
    between(page(more), '<div class="legend"', '</div>')
      .replace('<div class="legend" aria-hidden="true">', '')
      .replace(
        '<span class="a delivered">delivered</span><span class="a late">late</span><span class="a twice">again</span><span class="a lost">lost \u00d7</span></div>',
        '',
      );
  const played = (...roles: PlayedLanes['roles']): Partial<Report> => ({
    run: { ...toldAccount, lanes: lanes(...roles) },
  });

  test('of both runs: who leads first, who stands for it, then the others, each in a colour of its own', () => {
    const full = {
      account: {
        ...toldAccount, lanes: lanes({ name: 'leader', look: 'leads' }, { name: 'b', look: 'follows' }),
      } as Account,
      leftOutRows: 0,
      step: 1,
      detail: '',
    };
    const one = {
      ...toldReport, ...played({ name: 'a', look: 'follows' }, { name: 'candidate', look: 'stands' }), full,
    };
    expect(rolesOf(one)).toEqual([
      { name: 'leader', colour: 'leader' }, { name: 'candidate', colour: 'candidate' },
      { name: 'a', colour: 'follower' }, { name: 'b', colour: 'role1' },
    ]);
    expect(
      rolesOf({
        ...one,
        run: {
          ...toldAccount,
          lanes: lanes(...['a', 'c', 'd', 'e', 'f'].map((name) => ({ name, look: 'follows' as const }))),
        },
        full: null,
      }).map(({ colour }) => colour),
    ).toEqual(['follower', 'role1', 'role2', 'role3', 'follower']);
    expect(legend(one)).toBe(
      '<span class="k leader">leader</span><span class="k candidate">candidate</span><span class="k follower">a</span><span class="k role1">b</span><span class="k down">down</span><span class="k commit">commits up to</span>',
    );
    expect(pageData(one).roles).toEqual({ leader: 'leader', candidate: 'candidate', a: 'follower', b: 'role1' });
  });
  test('are up and down where the system tells of none', () =>
    expect(legend()).toBe('<span class="k follower">up</span><span class="k down">down</span>'));
});

describe('the data of the script', () => {
  test('each row with what it holds, its effects but for sendings, and its words where they are not those of its event', () => {
    const rows = [
      ...toldAccount.rows.slice(0, 2),
      { ...toldAccount.rows[2]!, contents: { held: { k: ['1'] as const } }, operation: 1 },
      { ...toldAccount.rows[4]!, contents: { log: { base: [0, 0] as const, from: 1, entries: [] } } },
    ];
    expect(pageData({ ...toldReport, run: { ...toldAccount, rows, fatal: 3 } }).run.rows).toEqual([
      ['step', 1, 0, 1, 'boot', 0, 1, [], { role: 'follower', votedFor: 'n2', lease: 5 }, null, null, null],
      ['fault', 1, 15_000, null, 'cut begins: n1 to n0', 0, 3, [], {}, null, null, null],
      [
        'step', 2, 20_500, 0, 'timer election', 'campaigns in term 2', 3, ['set timer election'],
        { role: 'candidate', term: 2 }, null, 1, 'core/raft/election.ts campaign', 0, { k: ['1'] },
      ],
      [
        'step', 3, 21_500, 1, 'vote 2 from n0', 0, 0, [], { role: 'follower', votedFor: 'n0', term: 2, lease: null }, 0,
        null, 'core/raft/election.ts vote', { base: [0, 0], from: 1, entries: [] }, 0,
      ],
    ]);
  });
  test('what else there is', () => {
    const { run, ...rest } = pageData(toldReport);
    expect(rest).toEqual({
      full: null, leftOutRows: 0, history: null, answerPath: [], roles: {}, faults: toldReport.faults,
      network: toldReport.network, configuration: toldReport.configuration, explainsHistory: true, property: 'One Vote',
      verdict: 'violation', isShrunk: true, proof: '',
    });
    const { rows, ...account } = run;
    expect(rows).toHaveLength(5);
    expect(account).toEqual({
      nodes: ['n0', 'n1', 'n2', 'c0'],
      servers: 3,
      operations: toldAccount.operations,
      faults: toldAccount.faults,
      endUs: 21_500,
      stormUs: 30_000,
      lanes: null,
      fatal: 4,
      cause: 4,
      messages: [
        [0, 1, 'vote 2', 20_500, 2, [21_500], [4], 'delivered'], [1, 0, 'granted', 21_500, 4, [], [], 'cut'],
      ],
    });
  });
  test('of the run before it was shrunk, how much of it is left out, how often each part was tried, and lanes without the roles', () => {
    const full = { account: { ...toldAccount, fatal: 2, lanes: lanes() }, leftOutRows: 12, step: 3, detail: '' };
    const data = pageData({
      ...toldReport, full, shrunk: { ...toldReport.shrunk!, proof: { candidates: 9 } as never },
    });
    expect([data.leftOutRows, data.full!.fatal, data.full!.cause, data.full!.lanes, data.proof]).toEqual([
      12, 2, 2, { role: 'role', epoch: 'term', epochName: 'term', epochMark: 'T', commit: 'commitIndex' },
      'each of 9 faults, operations, fates and timers was taken away once more, and is needed',
    ]);
  });
  test('the way of the answer without a place, its first step first', () => {
    const rows = toldAccount.rows.map((row, place) => (place === 4 ? { ...row, operation: 1 } : row));
    expect(
      pageData({
        ...toldReport, run: { ...toldAccount, rows },
        history: { key: null, why: '', clash: [1], longest: [], blocked: 1 },
      }).answerPath,
    ).toEqual([2, 4]);
  });
});
