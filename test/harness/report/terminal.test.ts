/** A report as text, line by line: each fact of it where a reader finds it, and none that is not so. */
import { describe, expect, test } from 'vitest';
import type { Row } from '../../../harness/report/account.ts';
import type { Report } from '../../../harness/report/report.ts';
import { reportText } from '../../../harness/report/terminal.ts';
import { toldAccount, toldReport } from '../../support/told-report.ts';

const linesOf = (more: Partial<Report> = {}): readonly string[] =>
  reportText({ ...toldReport, ...more }, false).split('\n');
/** The lines from one on, until the next empty one. */
function part(more: Partial<Report>, start: string, lines = linesOf(more)): readonly string[] {
  const from = lines.findIndex((line) => line.startsWith(start));
  return from < 0 ? [] : lines.slice(from, lines.indexOf('', from));
}

test('a violation: what broke, how it was seen, where to look, how it came to it, what changed, what there was, and how to see it again', () => {
  expect(linesOf()).toEqual([
    'FAIL swarm seed 7   3 servers, 1 client',
    ' x One Vote: n1 votes for n0, and has voted for n2',
    '   at step 3, 21.500 ms   <- the first property that broke; the run ends here',
    '   A server votes once a term.',
    '',
    '  shrunk 1,234 -> 3 steps, 9 -> 2 faults, 40 -> 2 operations',
    '  replayed twice, digest aa, identical',
    '',
    '  look in  core/raft/election.ts vote, n1 at step 3: a vote is given once (5.2), and 2 times more',
    '           core/raft/election.ts campaign, n0 at step 2',
    '           core/raft/step.ts step, a step of what repeats',
    '',
    '  step     t(ms)  n0  n1  n2   event',
    '                  * acts, o sent the message, !! breaks the property, X crashes, = a fault',
    '     1        15  === === ===  fault: cut begins: n1 to n0',
    '     2    20.500  *   |   |    n0 campaigns in term 2',
    '     2        21  |   |   X    n2 crashes',
    '     3    21.500  o   !!  |    n1 takes vote 2 from n0',
    '                  > n1 grants its vote [core/raft/election.ts vote]',
    '                    against the rule: a vote is given once (5.2)',
    '       4 of the 5 events that it depends on; all of them are in the page and the trace',
    '',
    '  n1 at step 3   handled in core/raft/election.ts vote',
    '    - votedFor n2',
    '    + votedFor n0',
    '    + term 2',
    '    - lease 5',
    '  on what n0 said at step 2: vote 2',
    '    which it said in core/raft/election.ts campaign',
    '',
    '  faults   cut 1 of 1,200, duplicated 1, cut 1,000',
    '  differs  settings.heartbeatUs 50000, network.dropPer1000 20',
    '  replay   npx whitewater replay 7',
    '  open     x.html',
    '  keep     npx whitewater pin x.plan.json',
    '',
  ]);
});

test('on a terminal the same, what breaks and is gone in red, what is new in green, faults in magenta, a broken rule in yellow', () => {
  const painted = reportText(toldReport, true)
    .split('\n')
    .filter((line) => line.includes('\u001b'));
  expect(painted.map((line) => line.replaceAll('\u001b', ''))).toEqual([
    '[31m[1mFAIL[22m[39m swarm seed 7   3 servers, 1 client',
    '[31m x One Vote: n1 votes for n0, and has voted for n2[39m',
    '[2m   A server votes once a term.[22m',
    '[33m  look in  core/raft/election.ts vote, n1 at step 3: a vote is given once (5.2), and 2 times more[39m',
    '[2m  step     t(ms)  n0  n1  n2   event[22m',
    '[2m                  * acts, o sent the message, !! breaks the property, X crashes, = a fault[22m',
    '[35m     1        15  === === ===  fault: cut begins: n1 to n0[39m',
    '[35m     2        21  |   |   X    n2 crashes[39m',
    '[31m     3    21.500  o   !!  |    n1 takes vote 2 from n0[39m',
    '[33m                    against the rule: a vote is given once (5.2)[39m',
    '[2m       4 of the 5 events that it depends on; all of them are in the page and the trace[22m',
    '[31m    - votedFor n2[39m',
    '[32m    + votedFor n0[39m',
    '[32m    + term 2[39m',
    '[31m    - lease 5[39m',
  ]);
});

describe('the head', () => {
  test('of a run that violates nothing is all there is', () =>
    expect(linesOf({ verdict: { kind: 'ok' } })).toEqual(['PASS  swarm seed 7: nothing is violated', '']));
  test('of one that was not decided says so, and nothing of a property or of two replays', () => {
    expect(linesOf({ verdict: { kind: 'unknown', detail: 'the budget is used up' } }).slice(0, 4)).toEqual([
      'UNKNOWN  swarm seed 7',
      '  the budget is used up',
      '',
      '  look in  core/raft/election.ts vote, n1 at step 3: a vote is given once (5.2), and 2 times more',
    ]);
    expect(reportText({ ...toldReport, verdict: { kind: 'unknown', detail: 'x' } }, true)).toContain(
      '\u001b[33mUNKNOWN  swarm seed 7\u001b[39m',
    );
  });
  test('says of two runs that differ what differs, in red', () => {
    const differs = ['digest: aa and bb', 'steps: 3 and 4'];
    expect(linesOf({ differs })[6]).toBe(
      '  replayed twice, NOT DETERMINISTIC: two runs differ in digest: aa and bb; steps: 3 and 4',
    );
    expect(reportText({ ...toldReport, differs }, true)).toContain('\u001b[31m  replayed twice, NOT DETERMINISTIC');
  });
  test('says of a plan that was not shrunk, or not to its end, that it was not', () => {
    expect(linesOf({ shrunk: null })[5]).toBe('  not shrunk');
    expect(linesOf({ shrunk: { ...toldReport.shrunk!, endedEarly: 'budget' } })[5]).toBe(
      '  shrunk 1,234 -> 3 steps, 9 -> 2 faults, 40 -> 2 operations (the budget ran out)',
    );
  });
  test('has no line of what a property means where nobody says it', () =>
    expect(linesOf({ meaning: null }).slice(2, 5)).toEqual([linesOf()[2], '', linesOf()[5]]));
});

describe('where to look', () => {
  test('names the run for what befell no node, and a rule that was broken once without a number', () => {
    const lookIn = [
      { at: 'a.ts f', place: 1, against: 'r', times: 1 }, { at: 'b.ts g', place: 3, against: 'r', times: 2 },
    ];
    expect(part({ testimony: { steps: [], lookIn } }, '  look in')).toEqual([
      '  look in  a.ts f, the run at step 1: r', '           b.ts g, n2 at step 2: r, and 1 times more',
    ]);
  });
  test('is left out where nobody knows', () =>
    expect(part({ testimony: { steps: [], lookIn: [] } }, '  look in')).toEqual([]));
});

describe('a run without progress', () => {
  const cycle = {
    times: 1200, fromUs: 30_000, untilUs: 90_500, lines: ['n0 campaigns in term ..', 'n1 takes vote'], codes: [],
  };
  test('what is done again and again, how much more there is, and what would have to happen', () => {
    const stall = { cycles: [cycle], more: 2, mustHappen: 'one is elected' };
    expect(part({ stall }, '  1,200 times')).toEqual([
      '  1,200 times, from 30.000 ms to 90.500 ms:', '    n0 campaigns in term ..', '    n1 takes vote',
      '  2 more cycles not shown, done less often; their steps are in the page and the trace',
      '  what would have to happen: one is elected',
    ]);
    expect(reportText({ ...toldReport, stall }, true)).toContain(
      '\u001b[1m  what would have to happen: one is elected\u001b[22m',
    );
  });
  test('or that nothing repeats', () =>
    expect(part({ stall: { cycles: [], more: 0, mustHappen: 'x' } }, '  nothing')).toEqual([
      '  nothing repeats after the faults ended', '  what would have to happen: x',
    ]));
});

describe('the transcript', () => {
  const base: Row = { ...toldAccount.rows[2]!, told: 'x', weight: 1 };
  const run = (rows: readonly Row[], more: Partial<Report['run']> = {}): Partial<Report> => ({
    run: { ...toldAccount, rows, fatal: null, ...more },
    transcript: { rows: rows.map((_, place) => place), outOf: rows.length }, testimony: { steps: [], lookIn: [] },
  });
  test('has a column for each server and each client that occurs, nine at most, and says how many clients have none', () => {
    const many = { nodes: ['n0', 'n1', 'n2', ...Array.from({ length: 9 }, (_, i) => `c${i}`)] };
    const rows = [11, 3, 5, 6, 7, 8, 9, 10].map((node) => ({ ...base, node }));
    expect(part(run(rows, many), '  step')).toEqual([
      '  step     t(ms)  n0  n1  n2  c0  c2  c3  c4  c5  c6   event',
      '                  * acts, o sent the message, !! breaks the property, X crashes, = a fault',
      ...rows.map(
        ({ node }) =>
          `     2    20.500  |   |   |   ${[3, 5, 6, 7, 8, 9].map((lane) => (lane === node ? '*   ' : '|   ')).join('')} c${node - 3} x`,
      ),
      '       2 clients without a column of its own; the page has all',
    ]);
    expect(part(run(rows.slice(0, 7), many), '  step').at(-1)).toBe(
      '       1 client without a column of its own; the page has all',
    );
    expect(part(run(rows.slice(1, 2)), '  step')[0]).toBe('  step     t(ms)  n0  n1  n2  c0   event');
    expect(part(run(rows.slice(1, 2)), '  step').at(-1)).toBe('     2    20.500  |   |   |   *    c0 x');
  });
  test('explains no signs where nothing was sent', () =>
    expect(part(run([base], { messages: [] }), '  step')).toEqual([
      '  step     t(ms)  n0  n1  n2   event', '     2    20.500  *   |   |    n0 x',
    ]));
  test('says nothing of events left out where there are none', () =>
    expect(part({ transcript: { rows: [1, 2, 3, 4], outOf: 4 } }, '  step').at(-1)).toBe(
      '                    against the rule: a vote is given once (5.2)',
    ));
  test('a mark without a place, or without a rule', () => {
    const marks = [{ says: 'says', at: [], against: null }];
    expect(part({ testimony: { steps: [{ place: 2, marks }], lookIn: [] } }, '  step').slice(3, 6)).toEqual([
      '     2    20.500  *   |   |    n0 campaigns in term 2', '                  > says [nobody knows where]',
      '     2        21  |   |   X    n2 crashes',
    ]);
  });
  test('is cut at 100 columns on a terminal but where it matters, and its lines are wrapped in a file', () => {
    const long = 'word '.repeat(20).trim();
    const row = { ...base, told: long };
    const [, , line, more] = part(
      {}, '\u001b[2m  step', reportText({ ...toldReport, ...run([row, base]) }, true).split('\n'),
    );
    expect([line, line!.length, more]).toEqual([
      `     2    20.500  *   |   |    n0 ${long}`.slice(0, 97) + '...', 100, '     2    20.500  *   |   |    n0 x',
    ]);
    expect(reportText({ ...toldReport, ...run([row, row, base]) }, true)).toContain(
      '\u001b[2m       2 rows cut at the edge (...); whole in the .txt beside the page\u001b[22m',
    );
    expect(part(run([row]), '  step').slice(2)).toEqual([
      `     2    20.500  *   |   |    n0 ${'word '.repeat(13).trim()}`, `${' '.repeat(31)}${'word '.repeat(7).trim()}`,
    ]);
    const fits = { ...base, told: 'y'.repeat(100 - 34) };
    expect(reportText({ ...toldReport, ...run([fits]) }, true)).not.toContain('cut at the edge');
    for (const whole of [
      {
        ...run([row]),
        testimony: { steps: [{ place: 0, marks: [{ says: 's', at: [], against: null }] }], lookIn: [] },
      },
      run([row], { fatal: 0 }),
    ]) {
      expect(reportText({ ...toldReport, ...whole }, true)).not.toContain('cut at the edge');
    }
  });
});

describe('the fatal step', () => {
  const fatal = toldReport.fatal!;
  test('that changed nothing, and of which nobody knows the code or the sender', () =>
    expect(part({ fatal: { ...fatal, code: null, lines: [], sender: null } }, '  n1 at')).toEqual([
      '  n1 at step 3', '    its state did not change',
    ]));
  test('whose sender has no place in the code', () =>
    expect(part({ fatal: { ...fatal, lines: [], sender: { ...fatal.sender!, code: null } } }, '  n1 at').at(-1)).toBe(
      '  on what n0 said at step 2: vote 2',
    ));
  test('of a run that is judged as a whole', () =>
    expect(part({ fatal: { ...fatal, node: null } }, '  no step')).toEqual([
      '  no step of the run breaks it by itself: it is the run as a whole that is judged',
    ]));
  test('of no violation is not told', () =>
    expect(linesOf({ fatal: null })).toEqual([...linesOf().slice(0, 22), ...linesOf().slice(30)]));
  test('has long values cut on a terminal, and wrapped in a file', () => {
    const lines = [{ field: 'log', before: null, after: 'entry '.repeat(30).trim() }];
    const [, line] = part(
      {}, '  n1 at', reportText({ ...toldReport, fatal: { ...fatal, lines, sender: null } }, true).split('\n'),
    );
    expect(line).toBe(`\u001b[32m${`    + log ${'entry '.repeat(20)}`.slice(0, 97)}...\u001b[39m`);
    expect(part({ fatal: { ...fatal, lines, sender: null } }, '  n1 at').slice(1)).toEqual([
      `    + log ${'entry '.repeat(15).trim()}`, `      ${'entry '.repeat(15).trim()}`,
    ]);
  });
});

test('the history of the clients: what clashes, in order, with who asked and what was answered, and why', () => {
  const history = { key: 'k1', why: 'it has no place', clash: [0, 1, 9], longest: [0], blocked: 1 };
  expect(part({ history }, '  the clients')).toEqual([
    "  the clients' history of k1 has no explanation", '      c0 put k1 "a" -> ok', '    x c0 get k1 -> no answer',
    '      operation 9', '    it has no place',
  ]);
  expect(part({ history: { ...history, key: null } }, '  the clients')[0]).toBe(
    "  the clients' history has no explanation",
  );
  expect(reportText({ ...toldReport, history }, true)).toContain(
    "\u001b[1m  the clients' history of k1 has no explanation\u001b[22m",
  );
});

test('a line is a hundred columns wide and not one more', () => {
  const differs = (length: number): readonly string[] =>
    linesOf({ configuration: [{ field: 'a'.repeat(40), value: 'b'.repeat(length), plain: null }] }).filter((line) =>
      /a{40}|b{40}/.test(line),
    );
  expect([differs(48).map((line) => line.length), differs(49).map((line) => line.length)]).toEqual([[100], [51, 60]]);
});

test('what fired: nothing, or what did not fire at all', () => {
  expect(
    part({ faults: toldReport.faults.slice(1), network: {} }, '  faults', [
      ...linesOf({ faults: toldReport.faults.slice(1), network: {}, configuration: [] }),
    ]).slice(0, 2),
  ).toEqual(['  faults   none fired', '  differs  nothing from the plain configuration']);
  expect(part({ faults: [], network: { dropped: 1, late: 2 } }, '  faults')[0]).toBe('  faults   dropped 1, late 2');
});
