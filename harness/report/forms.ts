/** The forms of a report for machines and for other programs: JUnit XML, GitHub, Markdown, ShiViz, plain text. */
import { count, virtualTime } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import type { Account, Row } from './account.ts';
import type { Report } from './report.ts';
import { reportText } from './terminal.ts';

/** One case of a test suite, as JUnit XML has it. */
export interface CaseResult {
  readonly suite: string;
  readonly name: string;
  /** Wall time; null where no clock stood beside it alone: then it has no `time`. */
  readonly seconds: number | null;
  /** Null when it passed. */
  readonly failure: { readonly kind: 'failure' | 'error'; readonly message: string; readonly text: string } | null;
}

/** @param seconds wall time of the whole; null when nobody took it */
export function junitXml(name: string, cases: readonly CaseResult[], seconds: number | null): string {
  const failures = cases.filter(({ failure }) => failure?.kind === 'failure').length;
  const errors = cases.filter(({ failure }) => failure?.kind === 'error').length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"${time(seconds)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(name)}" ${counts}>`,
    `  <testsuite name="${xml(name)}" ${counts}>`,
    ...cases.map(caseXml),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const time = (seconds: number | null): string => (seconds === null ? '' : ` time="${seconds.toFixed(3)}"`);

function caseXml({ suite, name, seconds, failure }: CaseResult): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name)}"${time(seconds)}`;
  if (failure === null) return `${open}/>`;
  return `${open}>\n      <${failure.kind} message="${xml(failure.message)}">${xml(failure.text)}</${failure.kind}>\n    </testcase>`;
}

/**
 * Control characters are shown; what XML 1.0 does not allow beside them, halves of pairs, becomes a replacement
 * character.
 */
function xml(text: string): string {
  const allowed = [...printable(text)].map((char) => (isXmlChar(char.codePointAt(0)!) ? char : '\uFFFD')).join('');
  return allowed
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

const isXmlChar = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  code >= 0x10000;

export const headlineOf = ({ verdict }: Report): string =>
  verdict.kind === 'violation'
    ? `${verdict.property}: ${verdict.detail}`
    : verdict.kind === 'unknown'
      ? `unknown: ${verdict.detail}`
      : 'nothing is violated';

/** A run is told from several replays and shrinking: none of their times is the case's. */
export function caseOf(report: Report, suite: string): CaseResult {
  const { verdict } = report;
  const text = reportText(report, false);
  return {
    suite,
    name: report.what,
    seconds: null,
    failure:
      verdict.kind === 'ok'
        ? null
        : { kind: verdict.kind === 'violation' ? 'failure' : 'error', message: headlineOf(report), text },
  };
}

/** A workflow command of GitHub Actions; one for each distinct failure. */
export function githubAnnotation(report: Report, seeds: number): string {
  const [file] = report.fatal?.code?.split(' ') ?? [];
  const title = report.verdict.kind === 'violation' ? report.verdict.property : 'unknown';
  const also = seeds > 1 ? ` (${count(seeds)} failing seeds)` : '';
  const text = `${headlineOf(report)}${also}\n${report.commands.replay}`;
  return errorCommand(file ?? null, `${report.what}: ${title}`, text);
}

/** One line, whatever the texts hold. */
export const errorCommand = (file: string | null, title: string, text: string): string =>
  `::error ${file === null ? '' : `file=${property(file)},`}title=${property(title)}::${data(text)}`;

const data = (text: string): string =>
  printable(text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A'));
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** For the summary of a job. */
export function markdown(report: Report): string {
  const { verdict, shrunk, commands } = report;
  if (verdict.kind === 'ok') return `### ${md(report.what)}: passed\n`;
  const sizes =
    shrunk === null
      ? []
      : [
          '',
          '| | before | after |',
          '|---|---:|---:|',
          ...(['steps', 'faults', 'operations', 'servers', 'clients'] as const).map(
            (name) => `| ${name} | ${count(shrunk.before[name])} | ${count(shrunk.after[name])} |`,
          ),
        ];
  return [
    `### ${verdict.kind === 'violation' ? 'FAIL' : 'UNKNOWN'} ${md(report.what)}`,
    '',
    `**${md(headlineOf(report))}**`,
    ...(report.meaning === null ? [] : ['', md(report.meaning)]),
    ...(report.fatal === null
      ? []
      : [
          '',
          `${md(report.fatal.node ?? 'The run')} at step ${count(report.fatal.step)}, ${virtualTime(report.atUs)}: ${md(report.fatal.told)}${report.fatal.code === null ? '' : ` (\`${report.fatal.code}\`)`}`,
        ]),
    ...sizes,
    '',
    ...fenced(commands.replay, 'sh'),
    '<details><summary>How it came to this</summary>',
    '',
    ...fenced(reportText(report, false).trimEnd(), 'text'),
    '</details>',
    '',
  ].join('\n');
}

/** A fence that is longer than any in the text. */
function fenced(text: string, language: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, text, fence, ''];
}

const md = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>|#]/g, (char) => `\\${char}`).replaceAll('\n', ' ');

/** How ShiViz finds the parts of an event in `shivizLog`: the first line is for its field of the same name. */
export const shivizPattern = '(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)';

/** Vector clocks (Fidge, Mattern 1988): a node's own count, raised at each row, joined at each delivery. */
export function shivizLog({ nodes, rows, messages }: Account): string {
  const clocks = nodes.map(() => new Map<number, number>());
  const atRow: (ReadonlyMap<number, number> | undefined)[] = [];
  const lines: string[] = [shivizPattern, ''];
  rows.forEach((row, place) => {
    if (row.node === null) return;
    const clock = clocks[row.node]!;
    const sentBy = row.message === null ? null : messages[row.message]!.sentBy;
    for (const [node, count] of (sentBy === null ? undefined : atRow[sentBy]) ?? [])
      clock.set(node, Math.max(count, clock.get(node) ?? 0));
    clock.set(row.node, (clock.get(row.node) ?? 0) + 1);
    atRow[place] = new Map(clock);
    const parts = [...clock]
      .sort(([a], [b]) => a - b)
      .map(([node, count]) => `${JSON.stringify(nodes[node])}: ${count}`);
    lines.push(
      `${nodes[row.node]!} {${parts.join(', ')}}`, oneLine(`step ${row.step}, ${virtualTime(row.atUs)}: ${row.told}`),
    );
  });
  return `${lines.join('\n')}\n`;
}

export function plainTrace(account: Account): string {
  return `${account.rows.map((row) => plainRow(account, row)).join('\n')}\n`;
}

function plainRow({ nodes }: Account, { step, atUs, node, kind, event, told, effects, changed }: Row): string {
  const head = `${String(step).padStart(6)} ${virtualTime(atUs).padStart(14)}  ${(node === null ? kind : nodes[node]!).padEnd(5)} ${oneLine(event)}${told === event ? '' : ` => ${oneLine(told)}`}`;
  const fields = Object.entries(changed).map(
    ([field, value]) => `${field}=${value === null ? 'gone' : oneLine(String(value))}`,
  );
  return [
    head, ...effects.map((effect) => `${' '.repeat(29)}> ${oneLine(effect)}`),
    ...(fields.length === 0 ? [] : [`${' '.repeat(29)}${fields.join('  ')}`]),
  ].join('\n');
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');
