/** A survey of known bugs as files: Markdown for documents, JSON with all facts. */
import { duration, plural } from '../text/format.ts';
import { jsonText } from '../text/printable.ts';
import { cellsOf, columns, sideBySide, sumRows, type Done } from './table.ts';

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export function markdownOf(rounds: readonly Done[]): string {
  const tables = rounds.map(roundInMarkdown).join('\n');
  if (rounds.length < 2) return tables;
  const [head, ...rows] = sideBySide(rounds);
  return [tables, line(head!), line(head!.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function roundInMarkdown({ round: { oracles, seedsMax, starts }, results, wallMs }: Done): string {
  const heads = columns.map(([name]) => name);
  return [
    `Oracles: ${oracles}. ${plural(starts, 'starting point')}, at most ${plural(seedsMax, 'seed')} from each; ${duration(wallMs)} in all.`,
    '',
    line(heads),
    line(heads.map(() => '---')),
    ...results.map((result) => line(cellsOf(result))),
    '',
    line(['', 'found', 'median of the medians', 'medians']),
    line(['---', '---', '---', '---']),
    ...sumRows(results).map(line),
    '',
  ].join('\n');
}

/** With one set of oracles the facts of that round; with several, a list of such. */
export function jsonOf(rounds: readonly Done[]): string {
  const facts = rounds.map(roundInJson);
  return `${jsonText(facts.length === 1 ? facts[0] : facts, 1)}\n`;
}

function roundInJson({ round: { oracles, scenario, seedsMax, from }, results, wallMs }: Done): object {
  const bugs = results.map(({ bug, score, starts, witness, trouble, fault }) => ({
    name: bug.name,
    id: bug.id,
    title: bug.title,
    category: bug.category,
    difficulty: bug.difficulty,
    source: bug.source,
    note: bug.note,
    ...score,
    properties: Object.fromEntries(score.properties),
    witness: witness === null ? null : { property: witness.property, detail: witness.detail, ...witness.size },
    trouble,
    fault,
    hunts: starts,
  }));
  return { oracles, scenario, seedsMax, from, wallMs: Math.round(wallMs), bugs };
}
