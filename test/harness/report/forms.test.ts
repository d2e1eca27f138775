/** Every form of a report says the same, keeps to its rules, and survives any value. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { accountOf, type Account } from '../../../harness/report/account.ts';
import { causalPast, rootsOf } from '../../../harness/report/causality.ts';
import {
  caseOf, errorCommand, githubAnnotation, junitXml, markdown, plainTrace, shivizLog, shivizPattern,
} from '../../../harness/report/forms.ts';
import { reportPage } from '../../../harness/report/page/page.ts';
import { buildReport, reportVersion, type Report } from '../../../harness/report/report.ts';
import { fileNames, writeReport } from '../../../harness/report/write.ts';
import { reportText } from '../../../harness/report/terminal.ts';
import { groupFailures } from '../../../harness/report/signature.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { places } from '../../../scenarios/systems/code-places.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import type { System } from '../../../harness/system.ts';
import { failingPlan, forgottenVotes, staleReads } from '../../support/broken-raft-kv.ts';
import { toldAccount, toldReport } from '../../support/told-report.ts';

const report = (system: System, plan: Plan): Report => buildReport({
  system, what: 'swarm seed 1', seed: 1, plan, shrunk: null, original: null,
  commands: { replay: 'npx whitewater replay 1', pin: 'npx whitewater pin x.plan.json' }, files: { open: 'x.html' },
});

const stale = report(staleReads, failingPlan(staleReads));
const votes = report(forgottenVotes, failingPlan(forgottenVotes));

/** Any value may stand in a key: this one tries to end what holds it. */
const nasty =
  '</script><img src=x onerror=alert(1)>&"\'\u0001\u001b[2J\u009b2J\u202e\u2066\ud800\uffff]]>%0A\r\n::error::';
const nastyPlan = ((): Plan => {
  const plan = failingPlan(staleReads);
  return {
    ...plan,
    operations: plan.operations.map((operation) => ({
      ...operation,
      // What operators ask has no key.
      request: 'key' in (operation.request as object)
        ? { ...(operation.request as object), key: nasty } : operation.request,
    })),
  };
})();
const spoilt = report(staleReads, nastyPlan);

test('what is pasted is one line, however long', () => {
  const pin = `npx whitewater pin failures/${'a-long-name-'.repeat(10)}1.plan.json --scenario primary-backup+bug=skipsSync`;
  const lines = reportText(
    {
      ...stale, commands: { replay: pin.replace('pin', 'replay'), pin },
      files: { open: `${'folder/'.repeat(20)}x.html` },
    },
    false,
  ).split('\n');
  expect(lines).toContain(`  keep     ${pin}`);
  expect(lines).toContain(`  replay   ${pin.replace('pin', 'replay')}`);
  expect(lines).toContain(`  open     ${'folder/'.repeat(20)}x.html`);
});

describe.each([
  ['stale reads', stale], ['forgotten votes', votes], ['values that try to break out', spoilt],
])('%s', (_name, one) => {
  const text = reportText(one, false);
  const lines = text.split('\n');

  test('the text fits 100 columns, has at most 15 rows of transcript and no colours off a terminal', () => {
    // A value of a key is one word: it stays whole.
    if (one !== spoilt) expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(one.transcript.rows.length).toBeLessThanOrEqual(15);
    expect(text).not.toContain('\u001b');
    expect(reportText(one, true)).toContain('\u001b[');
  });

  test('it begins with the property that broke and holds the line that replays it', () => {
    expect(one.verdict.kind).toBe('violation');
    expect(lines[1]).toContain(one.verdict.kind === 'violation' ? one.verdict.property : '');
    expect(text).toContain('npx whitewater replay 1');
    expect(text).toContain(`digest ${one.digests[0]}, identical`);
  });

  test('what a terminal cuts is counted below, and a file has it whole', () => {
    const cut = stripVTControlCharacters(reportText(one, true))
      .split('\n')
      .filter((line) => /^ +\d+ +[\d.]+ .*\.\.\.$/.test(line)).length;
    const says = /^ {7}(\d+) rows? cut at the edge \(\.\.\.\); whole in the \.txt beside the page$/m.exec(
      stripVTControlCharacters(reportText(one, true)),
    );
    expect(Number(says?.[1] ?? 0)).toBe(cut);
    expect(text).not.toContain('cut at the edge');
    const narrow = {
      ...one,
      run: {
        ...one.run,
        rows: one.run.rows.map((row) =>
          one.testimony.steps.some(({ place }) => one.run.rows[place] === row)
            ? row
            : { ...row, told: `${row.told} ${'x'.repeat(120)}` },
        ),
      },
    };
    expect(stripVTControlCharacters(reportText(narrow, true))).toMatch(/^ {7}\d+ rows? cut at the edge/m);
  });

  test('report.json is versioned and comes back as it was', () => {
    expect(JSON.parse(JSON.stringify(one))).toMatchObject({
      format: 'whitewater-report', version: reportVersion, run: { servers: one.run.servers },
    });
  });

  test('the page has two script elements, whatever the values hold, and every other < is escaped', () => {
    const page = reportPage(one);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/https?:\/\//);
  });

  test('JUnit XML has one failing case, and only characters that XML allows', () => {
    const xml = junitXml('whitewater', [caseOf(one, 'suite')], null);
    expect(xml).toContain('tests="1" failures="1" errors="0"');
    expect(xml.replaceAll(/<\/?(?:\?xml|testsuites?|testcase|failure)\b[^<>]*>/g, '')).not.toMatch(/[<>]/);
    // eslint-style rules do not apply to what is looked for: control characters.
    expect([...xml].some((char) => char < ' ' && char !== '\n' && char !== '\t')).toBe(false);
  });

  test("the annotation is one line of GitHub's own form", () => {
    const annotation = githubAnnotation(one, 3);
    expect(annotation).not.toContain('\n');
    expect(annotation).toMatch(/^::error (?:file=[^,]+,)?title=[^:,]*::/);
    expect(annotation).toContain('3 failing seeds');
  });

  test('Markdown opens and closes its fences', () => {
    expect((markdown(one).match(/^`{3,}/gm) ?? []).length % 2).toBe(0);
  });

  test('the trace has a line for each row of the account', () => {
    expect(
      plainTrace(one.run)
        .split('\n')
        .filter((line) => /^ *\d+ +[\d,.]+ ms /.test(line)),
    ).toHaveLength(one.run.rows.length);
    expect(
      plainTrace(one.run)
        .split('\n')
        .filter((line) => /^ {29}> /.test(line)),
    ).toHaveLength(one.run.rows.reduce((sum, row) => sum + row.effects.length, 0));
  });
});

describe('values that try to break out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-forms-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('no file of a report holds a raw control character, nor one that turns the direction of a line', () => {
    writeReport(folder, 'x', spoilt);
    const texts = Object.values(fileNames('x')).map(
      (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
    );
    expect(texts).toHaveLength(8);
    for (const [name, text] of texts)
      expect([name, /(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.exec(text)]).toEqual([name, null]);
    // It is in all of them: what is looked for could have been left out.
    expect(texts.filter(([, text]) => text.includes('onerror=alert(1)') && /\\(?:x9b|u009b)/.test(text))).toHaveLength(
      8,
    );
    expect(JSON.parse(readFileSync(join(folder, 'x.report.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(spoilt)));
    expect(JSON.parse(readFileSync(join(folder, 'x.plan.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(spoilt.plan)),
    );
  });

  test('an annotation for GitHub is one line, whose parts end where they should', () => {
    expect(errorCommand('a,b:c.json', 'x:y', 'one\r\ntwo %0A \u001b[2J\u202e::end'))
      .toBe('::error file=a%2Cb%3Ac.json,title=x%3Ay::one%0D%0Atwo %250A \\x1b[2J\\u202e::end');
    expect(errorCommand(null, 'a', 'b')).toBe('::error title=a::b');
  });
});

describe('several cases', () => {
  const passed: Report = { ...stale, verdict: { kind: 'ok' } };
  const undecided: Report = { ...stale, verdict: { kind: 'unknown', detail: 'the budget is used up' } };

  test('JUnit XML counts what failed and what is unknown, and says so of each case', () => {
    const cases = [stale, votes, undecided, passed].map((one, at) => caseOf({ ...one, what: `case ${at}` }, 'suite'));
    const xml = junitXml('whitewater', cases, null);
    expect(xml.match(/tests="4" failures="2" errors="1"/g)).toHaveLength(2);
    expect(
      xml
        .match(/<testcase [^>]*[^/]>\n *<\w+/g)
        ?.map((text) => [/ name="([^"]*)"/.exec(text)![1], /<(\w+)$/.exec(text)![1]]),
    ).toEqual([
      ['case 0', 'failure'], ['case 1', 'failure'], ['case 2', 'error'],
    ]);
    expect(xml).toMatch(/name="case 3"\/>/);
    expect(junitXml('whitewater', [caseOf(passed, 'suite')], null)).toContain('tests="1" failures="0" errors="0"');
  });

  test('JUnit XML has the times that were taken, and none where nobody took one', () => {
    const cases = [
      { suite: 's', name: 'a', seconds: 0.0504, failure: null },
      { suite: 's', name: 'b', seconds: null, failure: null },
    ];
    const whole = junitXml('whitewater', cases, 61.5);
    expect(whole.match(/tests="2" failures="0" errors="0" time="61.500"/g)).toHaveLength(2);
    expect(whole.split('\n').filter((line) => line.includes('<testcase'))).toEqual([
      '    <testcase classname="s" name="a" time="0.050"/>', '    <testcase classname="s" name="b"/>',
    ]);
    expect(junitXml('whitewater', [caseOf(stale, 'suite')], null)).not.toContain('time=');
  });

  test('an unknown verdict is an error in every form, and no pass', () => {
    expect(caseOf(undecided, 'suite').failure).toMatchObject({
      kind: 'error', message: 'unknown: the budget is used up',
    });
    expect(markdown(undecided)).toMatch(/^### UNKNOWN swarm seed 1\n\n\*\*unknown: the budget is used up\*\*/);
    expect(githubAnnotation(undecided, 1)).toMatch(
      /^::error (?:file=[^,]+,)?title=swarm seed 1%3A unknown::unknown: the budget is used up%0A/,
    );
    expect(githubAnnotation(undecided, 1)).not.toContain('failing seeds');
    expect(githubAnnotation(undecided, 2)).toContain('(2 failing seeds)');
    expect(markdown(passed)).toBe('### swarm seed 1: passed\n');
    expect(caseOf(passed, 'suite').failure).toBe(null);
    expect(markdown(stale)).toMatch(/^### FAIL swarm seed 1\n/);
  });

  test('a fatal step is told with its step, its node and its property', () => {
    for (const one of [stale, votes]) {
      const { property, detail } = one.verdict as { property: string; detail: string };
      expect(caseOf(one, 'suite').failure).toMatchObject({ kind: 'failure', message: `${property}: ${detail}` });
      expect(githubAnnotation(one, 1)).toContain(`${property.replaceAll(':', '%3A').replaceAll(',', '%2C')}::`);
      const fatal = one.run.rows[one.run.fatal!]!;
      expect([one.fatal!.step, one.fatal!.told, one.fatal!.node]).toEqual([
        fatal.step, fatal.told, fatal.node === null ? null : one.run.nodes[fatal.node],
      ]);
    }
  });
});

describe('a report of five rows, in full', () => {
  const text = reportText(toldReport, false);

  test('as Markdown: what broke, where, how far it was shrunk, how to see it again, and the whole text without colours', () => {
    expect(markdown(toldReport).split('\n')).toEqual([
      '### FAIL swarm seed 7', '', '**One Vote: n1 votes for n0, and has voted for n2**', '',
      'A server votes once a term.', '', 'n1 at step 3, 21.500 ms: vote 2 from n0 (`core/raft/election.ts vote`)', '',
      '| | before | after |', '|---|---:|---:|', '| steps | 1,234 | 3 |', '| faults | 9 | 2 |',
      '| operations | 40 | 2 |', '| servers | 5 | 3 |', '| clients | 4 | 1 |', '', '```sh', 'npx whitewater replay 7',
      '```', '', '<details><summary>How it came to this</summary>', '', '```text', ...text.trimEnd().split('\n'), '```',
      '', '</details>', '',
    ]);
  });
  test('as Markdown: what nobody knows is left out, what has a meaning in it is escaped, and a fence is longer than any within', () => {
    const bare: Report = {
      ...toldReport, what: 'a*b', meaning: null, shrunk: null, fatal: { ...toldReport.fatal!, node: null, code: null },
      commands: { ...toldReport.commands, replay: 'replay ````x' },
    };
    expect(markdown(bare).split('\n').slice(0, 10)).toEqual([
      '### FAIL a\\*b', '', '**One Vote: n1 votes for n0, and has voted for n2**', '',
      'The run at step 3, 21.500 ms: vote 2 from n0', '', '`````sh', 'replay ````x', '`````', '',
    ]);
    expect(
      markdown({ ...bare, fatal: null })
        .split('\n')
        .slice(2, 5),
    ).toEqual(['**One Vote: n1 votes for n0, and has voted for n2**', '', '`````sh']);
  });
  test('as an annotation: the file of the fatal step, the run, the property, the verdict and the command', () => {
    expect(githubAnnotation(toldReport, 1)).toBe(
      '::error file=core/raft/election.ts,title=swarm seed 7%3A One Vote::One Vote: n1 votes for n0, and has voted for n2%0Anpx whitewater replay 7',
    );
    expect(githubAnnotation({ ...toldReport, fatal: null }, 1200)).toBe(
      '::error title=swarm seed 7%3A One Vote::One Vote: n1 votes for n0, and has voted for n2 (1,200 failing seeds)%0Anpx whitewater replay 7',
    );
    expect(
      githubAnnotation({ ...toldReport, fatal: { ...toldReport.fatal!, code: null }, verdict: { kind: 'ok' } }, 1),
    ).toBe('::error title=swarm seed 7%3A unknown::nothing is violated%0Anpx whitewater replay 7');
  });
  test('as JUnit XML: the case by its run and suite, with the verdict as its message and the text', () => {
    const xml = junitXml('a<b', [caseOf(toldReport, 's')], null);
    expect(
      xml.replace(
        text
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll('\n', '&#10;'),
        'TEXT',
      ),
    ).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="a&lt;b" tests="1" failures="1" errors="0">',
        '  <testsuite name="a&lt;b" tests="1" failures="1" errors="0">',
        '    <testcase classname="s" name="swarm seed 7">',
        '      <failure message="One Vote: n1 votes for n0, and has voted for n2">TEXT</failure>', '    </testcase>',
        '  </testsuite>', '</testsuites>', '',
      ].join('\n'),
    );
  });
  test('as JUnit XML: characters at both edges of what XML 1.0 allows (2.2) stay, and those beyond are replaced', () => {
    const name = (text: string): string =>
      /classname="([^"]*)"/.exec(junitXml('', [{ suite: text, name: '', seconds: null, failure: null }], null))![1]!;
    expect(name('\t \ud7ff\ue000\ufffd\u{10000}\u{10ffff}')).toBe('\t \ud7ff\ue000\ufffd\u{10000}\u{10ffff}');
    expect(name('a\n\ufffe\uffff')).toBe('a&#10;\ufffd\ufffd');
    expect(name('\ud800.\udfff')).toBe('\ufffd.\ufffd');
  });
  test('for ShiViz: the clocks of Fidge and Mattern, and each event in one line', () => {
    expect(
      shivizLog({
        ...toldAccount,
        rows: toldAccount.rows.map((row) => ({ ...row, told: row.told.replace('crashes', 'cra\r\nshes') })),
      }).split('\n'),
    ).toEqual([
      '(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)', '', 'n1 {"n1": 1}', 'step 1, 0.000 ms: boot', 'n0 {"n0": 1}',
      'step 2, 20.500 ms: campaigns in term 2', 'n2 {"n2": 1}', 'step 2, 21.000 ms: cra shes', 'n1 {"n0": 1, "n1": 2}',
      'step 3, 21.500 ms: vote 2 from n0', '',
    ]);
  });
  test('as a trace: what each was given, what came of it, what it asked for and what changed', () => {
    expect(plainTrace(toldAccount).split('\n')).toEqual([
      '     1       0.000 ms  n1    boot', '                             role=follower  votedFor=n2  lease=5',
      '     1      15.000 ms  fault cut begins: n1 to n0',
      '     2      20.500 ms  n0    timer election => campaigns in term 2',
      '                             > to n1: vote 2', '                             > set timer election',
      '                             role=candidate  term=2', '     2      21.000 ms  n2    crash => crashes',
      '                             role=gone', '     3      21.500 ms  n1    vote 2 from n0',
      '                             > to n0: granted',
      '                             role=follower  votedFor=n0  term=2  lease=gone', '',
    ]);
  });
});

describe('the account of a run', () => {
  const { run } = stale;

  test('each row\'s message was sent before it was taken, by a row before it', () => {
    run.rows.forEach((row, place) => {
      if (row.message === null) return;
      const message = run.messages[row.message]!;
      expect(message.to).toBe(row.node);
      expect(message.sentUs).toBeLessThanOrEqual(row.atUs);
      if (message.sentBy !== null) expect(message.sentBy).toBeLessThan(place);
    });
  });

  test('messages that were taken are as many as rows that took one', () => {
    const taken = run.messages.reduce((sum, { takenBy }) => sum + takenBy.length, 0);
    expect(taken).toBe(run.rows.filter(({ message }) => message !== null).length);
  });

  test('telling a run does not change it', () => {
    const plan = failingPlan(staleReads);
    expect(accountOf(staleReads, plan).record.digest).toBe(stale.digests[1]);
  });
});

describe('happened-before', () => {
  const { run } = votes;
  const past = new Set(causalPast(run, rootsOf(run, '')));

  test('it is closed: what a row of it depends on is in it', () => {
    for (const place of past) {
      const row = run.rows[place]!;
      const sentBy = row.message === null ? null : run.messages[row.message]!.sentBy;
      if (sentBy !== null) expect(past.has(sentBy)).toBe(true);
    }
  });

  test("ShiViz clocks: a node's own count rises by one at each of its events, and a delivery knows its sending", () => {
    const lines = shivizLog(run).trimEnd().split('\n');
    expect(lines[0]).toBe(shivizPattern);
    const own = new Map<string, number>();
    const clockOf = run.rows
      .filter(({ node }: Account['rows'][number]) => node !== null)
      .map((row, at) => [row, JSON.parse(lines[2 + 2 * at]!.replace(/^\S+ /, '')) as Record<string, number>] as const);
    const clockAt = new Map(clockOf.map(([row, clock]) => [run.rows.indexOf(row), clock]));
    let joined = 0;
    for (const [row, clock] of clockOf) {
      const sentBy = row.message === null ? null : run.messages[row.message]!.sentBy;
      if (sentBy === null) continue;
      for (const [host, count] of Object.entries(clockAt.get(sentBy)!))
        expect(clock[host]).toBeGreaterThanOrEqual(count);
      joined += 1;
    }
    expect(joined).toBeGreaterThan(3);
    let events = 0;
    for (let i = 2; i < lines.length; i += 2) {
      const [, host, clock] = /^(\S+) (\{.*\})$/.exec(lines[i]!)!;
      const counts = JSON.parse(clock!) as Record<string, number>;
      expect(counts[host!]).toBe((own.get(host!) ?? 0) + 1);
      own.set(host!, counts[host!]!);
      events += 1;
    }
    expect(events).toBe(run.rows.filter(({ node }: Account['rows'][number]) => node !== null).length);
  });
});

describe('a history that has no explanation', () => {
  const call = (id: number, client: number, request: object, value: unknown, callTime: number, returnTime: number) => ({
    id, client, request, reply: { value }, callTime, returnTime,
  });
  const put = call(4, 3, { kind: 'put', key: 'k', value: 'b' }, null, 1, 2);
  const other = call(5, 3, { kind: 'put', key: 'other', value: 'x' }, null, 3, 4);
  const get = call(6, 4, { kind: 'get', key: 'k' }, '', 5, 6);

  test('names the operations that clash and the one that has no place, by their ids', () => {
    const story = raftKv.explainHistory!([put, other, get]);
    expect(story).toMatchObject({ key: 'k', blocked: 6, clash: [4, 6] });
  });

  test('an answered history in order has no story, and an unanswered write may have happened or not', () => {
    expect(raftKv.explainHistory!([put, other])).toBe(null);
    expect(raftKv.explainHistory!([{ ...put, reply: null, returnTime: null }, get])).toBe(null);
  });

  test('the text tells it', () => {
    const { operations } = stale.run;
    const [one, two] = operations;
    const text = reportText(
      {
        ...stale,
        history: { key: 'k', why: 'it has no place', clash: [one!.id, two!.id], longest: [one!.id], blocked: two!.id },
      },
      false,
    );
    expect(text).toContain("the clients' history of k has no explanation");
    expect(text).toContain(`x ${stale.run.nodes[two!.client]!} ${two!.what}`);
  });
});

test('failures of one signature are one entry, with the lowest seed and all seeds counted', () => {
  const groups = groupFailures([{ seed: 9, signature: 'a' }, { seed: 3, signature: 'b' }, { seed: 2, signature: 'a' }]);
  expect(groups).toEqual([{ signature: 'a', seed: 2, seeds: [2, 9] }, { signature: 'b', seed: 3, seeds: [3] }]);
});

test('one defect has one signature in different seeds of the same shape', () => {
  expect(stale.signature).toMatch(/^[0-9a-f]{8}$/);
  expect(report(staleReads, failingPlan(staleReads)).signature).toBe(stale.signature);
});

test.each(Object.values(places))('a function that reports name is there: %s', (place) => {
  const [file, name] = place.split(' ') as [string, string];
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`function ${name}\\b|const ${name} =|^  (?:private )?(?:get )?${name}\\(`, 'm'));
});
