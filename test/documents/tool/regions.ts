/**
 * The parts of a document that a command writes: between `<!-- figures:NAME ... -->` and `<!-- /figures -->`. What
 * follows the name says which commands made them, at which revision, on what.
 */

export interface Region {
  readonly name: string;
  readonly origin: string;
  readonly lines: readonly string[];
  /** Numbers of the two marks' lines, from 0. */
  readonly begin: number;
  readonly end: number;
}

const beginMark = /^<!-- figures:([\w-]+) (.*) -->$/;
const endMark = '<!-- /figures -->';

/** Says which mark is not closed, or closes nothing. */
export class RegionError extends Error {
  override readonly name = 'RegionError';
}

/** In their order. @throws RegionError */
export function regionsIn(path: string, text: string): readonly Region[] {
  const lines = text.split('\n');
  const regions: Region[] = [];
  let open: { readonly name: string; readonly origin: string; readonly begin: number } | null = null;
  for (const [i, line] of lines.entries()) {
    const match = beginMark.exec(line);
    if (match === null && line.startsWith('<!-- figures:'))
      throw new RegionError(`${path}:${i + 1}: expected <!-- figures:NAME where it comes from -->`);
    if (match !== null) {
      if (open !== null) throw new RegionError(`${path}:${i + 1}: "${open.name}" is still open`);
      open = { name: match[1]!, origin: match[2]!, begin: i };
    } else if (line === endMark) {
      if (open === null) throw new RegionError(`${path}:${i + 1}: closes nothing`);
      regions.push({ ...open, lines: lines.slice(open.begin + 1, i), end: i });
      open = null;
    }
  }
  if (open !== null) throw new RegionError(`${path}:${open.begin + 1}: "${open.name}" is never closed`);
  return regions;
}

/** The text with another content in the region of that name. @throws RegionError when there is none */
export function withRegion(
  path: string, text: string, name: string, origin: string, content: readonly string[],
): string {
  const region = regionsIn(path, text).find((one) => one.name === name);
  if (region === undefined) throw new RegionError(`${path}: there is no <!-- figures:${name} ... -->`);
  const lines = text.split('\n');
  return [
    ...lines.slice(0, region.begin), `<!-- figures:${name} ${origin} -->`, ...content, ...lines.slice(region.end),
  ].join('\n');
}

/** A table: its first line, and whether it lies in a region. */
export interface Table {
  readonly head: string;
  readonly line: number;
  readonly hasFigures: boolean;
  readonly region: string | null;
}

/** A table has figures when half of the cells of some column below the head are numbers, or begin with one. */
export function tablesIn(path: string, text: string): readonly Table[] {
  const lines = text.split('\n');
  const regions = regionsIn(path, text);
  return lines.flatMap((line, i) => {
    if (!/^\|[\s:|-]+\|$/.test(line) || !line.includes('-') || i === 0) return [];
    const rows: string[][] = [];
    for (let at = i + 1; lines[at]?.startsWith('|') === true; at++)
      rows.push(
        lines[at]!.split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const columns = Math.max(0, ...rows.map((row) => row.length));
    const numbers = (column: number): number =>
      rows.filter((row) => /^[>-]?\d[\d,.]*(?:[kM]|\/\d+)?(?:$| )/.test(row[column] ?? '')).length;
    const hasFigures = Array.from({ length: columns }, (_, column) => numbers(column))
      .slice(1)
      .some((count) => count > 0 && 2 * count >= rows.length);
    return [
      {
        head: lines[i - 1]!, line: i, hasFigures,
        region: regions.find(({ begin, end }) => begin < i && i < end)?.name ?? null,
      },
    ];
  });
}
