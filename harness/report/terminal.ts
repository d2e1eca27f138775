/**
 * A report as text, the earliest cause first, at most 100 columns but for what is pasted. A terminal (`hasColor`) cuts
 * plain rows at its edge; a file has them whole, and what the violation is about is whole everywhere.
 */
import { styleText } from 'node:util';
import { differsText } from '../same-run.ts';
import { count, plural, virtualTime } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import type { Account, Row } from './account.ts';
import type { FatalStep, Report } from './report.ts';
import type { ToldMark } from './witnesses.ts';

const reportWidth = 100;

type Paint = (style: 'red' | 'green' | 'yellow' | 'bold' | 'dim' | 'magenta', text: string) => string;

export function reportText(report: Report, hasColor: boolean): string {
  const paint: Paint = hasColor
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const { verdict } = report;
  if (verdict.kind === 'ok') return `PASS  ${report.what}: nothing is violated\n`;
  const lines = [
    ...headLines(report, paint),
    '',
    ...lookInLines(report, paint),
    ...stallLines(report, paint),
    ...transcriptLines(report, paint, hasColor),
    '',
    ...(report.fatal === null ? [] : [...fatalLines(report.fatal, paint, hasColor), '']),
    ...historyLines(report, paint),
    ...factLines(report),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function headLines(
  { what, verdict, meaning, shrunk, digests, differs, step, atUs, size }: Report, paint: Paint,
): readonly string[] {
  if (verdict.kind === 'ok') return [];
  if (verdict.kind === 'unknown')
    return [paint('yellow', `UNKNOWN  ${printable(what)}`), ...wrapped(verdict.detail, '  ')];
  const isSame = differs.length === 0;
  const head = `${printable(what)}   ${plural(size.servers, 'server')}, ${plural(size.clients, 'client')}`;
  const shrink =
    shrunk === null
      ? '  not shrunk'
      : `  shrunk ${count(shrunk.before.steps)} -> ${count(shrunk.after.steps)} steps, ${count(shrunk.before.faults)} -> ${count(shrunk.after.faults)} faults, ${count(shrunk.before.operations)} -> ${count(shrunk.after.operations)} operations${shrunk.endedEarly === null ? '' : ' (the budget ran out)'}`;
  return [
    `${paint('red', paint('bold', 'FAIL'))} ${head}`,
    ...wrapped(`${verdict.property}: ${verdict.detail}`, ' x ').map((line) => paint('red', line)),
    `   at step ${count(step)}, ${virtualTime(atUs)}   <- the first property that broke; the run ends here`,
    ...(meaning === null ? [] : wrapped(meaning, '   ').map((line) => paint('dim', line))),
    '',
    shrink,
    isSame
      ? `  replayed twice, digest ${digests[0]}, identical`
      : paint('red', `  replayed twice, NOT DETERMINISTIC: ${differsText(differs)}`),
  ];
}

/** Functions, the likeliest first, each with the step that speaks for it. */
function lookInLines({ run, testimony }: Report, paint: Paint): readonly string[] {
  if (testimony.lookIn.length === 0) return [];
  const lines = testimony.lookIn.flatMap(({ at, place, against, times }, i) => {
    const row = place === null ? undefined : run.rows[place]!;
    const who =
      row === undefined
        ? 'a step of what repeats'
        : `${row.node === null ? 'the run' : run.nodes[row.node]!} at step ${count(row.step)}`;
    const broken = against === null ? '' : `: ${against}${times > 1 ? `, and ${count(times - 1)} times more` : ''}`;
    return wrapped(`${at}, ${who}${broken}`, i === 0 ? '  look in  ' : ' '.repeat(11), ' '.repeat(13)).map((line) =>
      against === null ? line : paint('yellow', line),
    );
  });
  return [...lines, ''];
}

/** What happens again and again in a run without progress, and what would have to happen. */
function stallLines({ stall }: Report, paint: Paint): readonly string[] {
  if (stall === null) return [];
  const cycles = stall.cycles.flatMap(({ times, fromUs, untilUs, lines }) => [
    ...wrapped(`${count(times)} times, from ${virtualTime(fromUs)} to ${virtualTime(untilUs)}:`, '  '),
    ...lines.flatMap((line) => wrapped(line, '    ', '      ')),
  ]);
  const more =
    stall.more === 0
      ? []
      : [
          paint(
            'dim',
            `  ${plural(stall.more, 'more cycle')} not shown, done less often; their steps are in the page and the trace`,
          ),
        ];
  const must = wrapped(`what would have to happen: ${stall.mustHappen}`, '  ', '    ');
  const lines = [
    ...(cycles.length === 0 ? ['  nothing repeats after the faults ended'] : cycles), ...more,
    ...must.map((line) => paint('bold', line)),
  ];
  return [...lines, ''];
}

function transcriptLines({ run, transcript, testimony }: Report, paint: Paint, isCut: boolean): readonly string[] {
  const marks = new Map(testimony.steps.map((told) => [told.place, told.marks]));
  const { rows, nodes, fatal } = run;
  const present = transcript.rows.map((place) => rows[place]!);
  const left = transcript.outOf - present.length;
  const { lanes, more } = lanesOf(run, present);
  const head = `${'step'.padStart(6)} ${'t(ms)'.padStart(9)}  ${lanes.map((node) => nodes[node]!.padEnd(laneWidth)).join('')} event`;
  let cutRows = 0;
  const lines = transcript.rows.flatMap((place) => {
    const witnessed = marks.get(place) ?? [];
    const isWhole = !isCut || place === fatal || witnessed.length > 0;
    const told = transcriptLine(run, rows[place]!, lanes, place === fatal, isWhole, paint);
    if (told.isCut) cutRows += 1;
    return [...told.lines, ...witnessed.flatMap((mark) => markLines(mark, paint))];
  });
  return [
    paint('dim', head.slice(0, reportWidth)),
    ...(run.messages.length === 0
      ? []
      : [paint('dim', `${' '.repeat(18)}* acts, o sent the message, !! breaks the property, X crashes, = a fault`)]),
    ...lines,
    ...(more > 0
      ? [paint('dim', `       ${plural(more, 'client')} without a column of its own; the page has all`)]
      : []),
    ...(cutRows > 0
      ? [paint('dim', `       ${plural(cutRows, 'row')} cut at the edge (...); whole in the .txt beside the page`)]
      : []),
    ...(left > 0
      ? [
          paint(
            'dim',
            `       ${count(present.length)} of the ${count(transcript.outOf)} events that it depends on; all of them are in the page and the trace`,
          ),
        ]
      : []),
  ];
}

const laneWidth = 4;
/** More columns would leave no room for words. */
const lanesMax = 9;

/** Servers, then the clients that occur. */
function lanesOf(
  { servers }: Account, present: readonly Row[],
): { readonly lanes: readonly number[]; readonly more: number } {
  const clients = [
    ...new Set(present.map(({ node }) => node).filter((node) => node !== null && node >= servers)),
  ] as number[];
  const all = [...Array.from({ length: servers }, (_, node) => node), ...clients.sort((a, b) => a - b)];
  const lanes = all.slice(0, lanesMax);
  return { lanes, more: all.length - lanes.length };
}

/** What the step did that the violation is about, and where. */
function markLines({ says, at, against }: ToldMark, paint: Paint): readonly string[] {
  const lines = wrapped(`${says} [${at[0] ?? 'nobody knows where'}]`, `${' '.repeat(18)}> `, ' '.repeat(20));
  return against === null
    ? lines
    : [...lines, ...wrapped(`against the rule: ${against}`, ' '.repeat(20)).map((line) => paint('yellow', line))];
}

interface Told {
  readonly lines: readonly string[];
  /** A terminal has it to its edge only. */
  readonly isCut: boolean;
}

function transcriptLine(
  run: Account, row: Row, lanes: readonly number[], isFatal: boolean, isWhole: boolean, paint: Paint,
): Told {
  const from = row.message === null ? null : run.messages[row.message]!.from;
  const marks = lanes.map((node) => {
    if (row.node === null) return '='.repeat(laneWidth - 1).padEnd(laneWidth);
    if (node === row.node) return (row.kind === 'crash' ? 'X' : isFatal ? '!!' : '*').padEnd(laneWidth);
    return (node === from ? 'o' : '|').padEnd(laneWidth);
  });
  const who = row.node === null ? '' : `${run.nodes[row.node]!} `;
  const time = (row.atUs / 1000).toFixed(row.atUs % 1000 === 0 ? 0 : 3);
  const start = `${String(row.step).padStart(6)} ${time.padStart(9)}  ${marks.join('')} `;
  const text = `${row.kind === 'fault' ? 'fault: ' : ''}${who}${row.weight === 0 ? `takes ${row.told}` : row.told}`;
  const lines = isWhole
    ? wrapped(text, start, ' '.repeat(Math.min(start.length, 40)))
    : [fitted(`${start}${text}`, reportWidth)];
  const colour = isFatal ? 'red' : row.kind === 'fault' || row.kind === 'crash' ? 'magenta' : null;
  return {
    lines: colour === null ? lines : lines.map((one) => paint(colour, one)),
    isCut: !isWhole && isTooLong(`${start}${text}`, reportWidth),
  };
}

function fatalLines({ step, node, lines, code, sender }: FatalStep, paint: Paint, isCut: boolean): readonly string[] {
  const field = (text: string): readonly string[] =>
    isCut ? [fitted(`    ${text}`, reportWidth)] : wrapped(text, '    ', '      ');
  // Whoever judges a whole run has no state that could have changed.
  if (node === null) return ['  no step of the run breaks it by itself: it is the run as a whole that is judged'];
  const head = `  ${node} at step ${count(step)}${code === null ? '' : `   handled in ${code}`}`;
  const changes = lines.flatMap(({ field: name, before, after }) => [
    ...(before === null ? [] : field(`- ${name} ${before}`).map((line) => paint('red', line))),
    ...(after === null ? [] : field(`+ ${name} ${after}`).map((line) => paint('green', line))),
  ]);
  const from = sender === null ? [] : [
    ...wrapped(`on what ${sender.node} said at step ${count(sender.step)}: ${sender.said}`, '  ', '    '),
    ...(sender.code === null ? [] : [`    which it said in ${sender.code}`]),
  ];
  return [head, ...(changes.length === 0 ? ['    its state did not change'] : changes), ...from];
}

function historyLines({ history, run }: Report, paint: Paint): readonly string[] {
  if (history === null) return [];
  const named = (id: number): string => {
    const operation = run.operations.find((one) => one.id === id);
    return operation === undefined
      ? `operation ${id}`
      : `${run.nodes[operation.client]!} ${operation.what} -> ${operation.answer ?? 'no answer'}`;
  };
  return [
    paint('bold', `  the clients' history${history.key === null ? '' : ` of ${history.key}`} has no explanation`),
    ...history.clash.flatMap((id) => wrapped(named(id), `    ${id === history.blocked ? 'x' : ' '} `)),
    ...wrapped(history.why, '    '),
    '',
  ];
}

function factLines({ faults, network, configuration, commands, files }: Report): readonly string[] {
  const fired = faults
    .filter((fault) => fault.fired > 0)
    .map(({ kind, fired: times, eligible }) => `${kind} ${count(times)} of ${count(eligible)}`);
  const met = ['dropped', 'duplicated', 'late', 'cut']
    .filter((name) => (network[name] ?? 0) > 0)
    .map((name) => `${name} ${count(network[name]!)}`);
  const differing = configuration.map(({ field, value }) => `${field} ${value}`);
  return [
    ...labelled('faults', [...fired, ...met].join(', ') || 'none fired'),
    ...labelled('differs', differing.join(', ') || 'nothing from the plain configuration'),
    whole('replay', commands.replay),
    ...Object.entries(files).map(([name, path]) => whole(name, path)),
    whole('keep', commands.pin),
  ];
}

/** What is pasted is one line, however long. */
const whole = (label: string, text: string): string => `  ${label.padEnd(9)}${printable(text)}`;

const labelled = (label: string, text: string): readonly string[] =>
  wrapped(text, `  ${label.padEnd(9)}`, ' '.repeat(11));

/** Words in lines of the width of a report; a word that is longer than a line stays whole. */
function wrapped(text: string, first: string, rest = ' '.repeat(first.length)): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of printable(text).split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > reportWidth) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

const isTooLong = (text: string, width: number): boolean => printable(text).length > width;

const fitted = (text: string, width: number): string =>
  isTooLong(text, width) ? `${printable(text).slice(0, width - 3)}...` : printable(text);
