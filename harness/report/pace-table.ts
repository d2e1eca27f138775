/** The pace of a campaign told as text, and held against another one. */
import { quantile, type Distribution } from '../campaign/distribution.ts';
import { count, table } from '../text/format.ts';

interface Measure {
  readonly name: string;
  readonly says: string;
  readonly unit: 'ms' | 'hundredths';
}

/** In the order in which they are told; what a later version measures as well is told behind them. */
const measures: readonly Measure[] = [
  { name: 'answersUs', says: 'an answer, while one leads', unit: 'ms' },
  { name: 'leaderlessUs', says: 'without a leader, behind the storm', unit: 'ms' },
  { name: 'settledUs', says: 'until all is settled', unit: 'ms' },
  { name: 'messagesPer100', says: 'messages an operation', unit: 'hundredths' },
  { name: 'writesPer100', says: 'writes an operation', unit: 'hundredths' },
];

const told = [500, 900, 990] as const;

export type Paces = Readonly<Record<string, Distribution>>;

/** Nothing when nothing was measured. */
export function paceLines(pace: Paces): string[] {
  const rows = measures.filter(({ name }) => pace[name] !== undefined).map(({ name, says, unit }) => {
    const one = pace[name]!;
    return [
      `  ${says}`, count(one.count), ...told.map((per1000) => shown(quantile(one, per1000)!, unit)),
      shown(one.largest, unit),
    ];
  });
  return rows.length === 0
    ? []
    : [table([['  pace', 'measured', 'half', '90 %', '99 %', 'most'], ...rows], [1, 2, 3, 4, 5]), ''];
}

const shown = (value: number, unit: Measure['unit']): string =>
  (unit === 'ms' ? `${(value / 1000).toFixed(value < 10_000 ? 2 : 0)} ms` : (value / 100).toFixed(2));

/** Slower than before by more than this is told; the values themselves are kept to less. */
const slowerPer1000 = 10;

/**
 * What is slower than it was by more than 1 %, one line each: of half of the values, of 90 and of 99 %. The same seeds
 * of the same code have one pace, so that whatever is listed is the doing of a change.
 */
export function slowerThan(before: Paces, now: Paces): readonly string[] {
  return measures.flatMap(({ name, says, unit }) => {
    const [old, one] = [before[name], now[name]];
    if (old === undefined || one === undefined)
      return old === undefined ? [] : [`${says}: it was measured before, and is not any more`];
    return told.flatMap((per1000) => {
      const [was, is] = [quantile(old, per1000)!, quantile(one, per1000)!];
      return is * 1000 > was * (1000 + slowerPer1000)
        ? [`${says}: ${per1000 / 10} % within ${shown(is, unit)}, before within ${shown(was, unit)}`]
        : [];
    });
  });
}
