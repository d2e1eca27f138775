/** What a comparison says, for a person and as JSON. */
import { plural, table } from '../../text/format.ts';
import { layers } from './layers.ts';
import type { Metric, Reading, Shares } from './metric.ts';
import { compared, type Comparison } from './pairs.ts';
import type { Tree } from './tree.ts';
import type { What } from './workload.ts';

export interface Sides<T> {
  readonly here: T;
  readonly other: T;
}

export interface Differing {
  readonly differing: number;
  readonly of: number;
}

export interface Measured {
  readonly what: What;
  readonly title: string;
  readonly notes: readonly string[];
  readonly metrics: readonly (Metric & Comparison)[];
  readonly pairs: number;
  /** Of the parts of the work. */
  readonly course: Differing;
  readonly digests: Differing;
  readonly shares: Sides<Shares> | null;
}

/** @param readings of both, pair by pair */
export function measuredOf(
  what: What, title: string, notes: readonly string[], metrics: readonly Metric[], readings: readonly Sides<Reading>[],
  shares: Sides<Shares> | null,
): Measured {
  const valuesOf = (key: string): Sides<number[]> => ({
    here: readings.map(({ here }) => here.values[key]!), other: readings.map(({ other }) => other.values[key]!),
  });
  const rows = metrics.map((metric) => {
    const { here, other } = valuesOf(metric.key);
    return { ...metric, ...compared(here, other, metric.better) };
  });
  return {
    what, title, notes, metrics: rows, pairs: readings.length, course: differingIn(readings, ({ course }) => course),
    digests: differingIn(readings, ({ digests }) => digests), shares,
  };
}

function differingIn(readings: readonly Sides<Reading>[], listOf: (reading: Reading) => readonly string[]): Differing {
  let [differing, of] = [0, 0];
  for (const sides of readings) {
    const [here, other] = [listOf(sides.here), listOf(sides.other)];
    const many = Math.max(here.length, other.length);
    for (let at = 0; at < many; at++) differing += here[at] === other[at] ? 0 : 1;
    of += many;
  }
  return { differing, of };
}

/** Whether both did the same work: without that a ratio of times means little. */
function toldOfWork({ course, digests }: Measured): string {
  if (course.of === 0) return '';
  const lines = [
    course.differing === 0
      ? `both did the same: ${course.of} of ${course.of} courses are equal`
      : `${course.differing} of ${course.of} courses DIFFER: the two did not do the same`,
  ];
  if (digests.of > 0)
    lines.push(
      digests.differing === 0
        ? `all ${digests.of} digests are equal`
        : `${digests.differing} of ${digests.of} digests differ (so do they when a digest holds more than before)`,
    );
  return `${lines.join('\n')}\n`;
}

export function toldOf(measured: Measured, { here, other }: Sides<Tree>): string {
  const { what, title, notes, metrics, pairs, shares } = measured;
  const rows = metrics.map(({ name, digits, here, other, median, least, most }) => [
    name, here.toFixed(digits), other.toFixed(digits), median.toFixed(2), `${least.toFixed(2)} to ${most.toFixed(2)}`,
  ]);
  const head = [`medians of ${plural(pairs, 'pair')}`, here.name, other.name, 'times as good', 'single pairs'];
  const places = shares === null ? '' : `\n${table([
    ['of the time, in', here.name, other.name],
    ...layers.map((layer) => [`  ${layer}`, percent(shares.here[layer]), percent(shares.other[layer])]),
  ], [1, 2])}\n`;
  return `\n${what}: ${title}\n\n${table([head, ...rows], [1, 2, 3, 4])}\n${toldOfWork(measured)}${notes.map((note) => `${note}\n`).join('')}${places}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export const asJson = (command: string, trees: Sides<Tree>, machine: string, measured: readonly Measured[]): string =>
  `${JSON.stringify({ format: 'whitewater-bench', version: 1, command, here: trees.here.told, other: trees.other.told, machine, measured }, null, 1)}\n`;
