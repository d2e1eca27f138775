/** Numbers, times and tables as a person reads them. */

/** 1234567 as 1,234,567. */
export const count = (value: number): string => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 seed`, `2 seeds`; `many` for a noun that does not take an s. */
export const plural = (value: number, noun: string, many = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : many}`;

/** 950 as 950, 12,345 as 12.3k, 1,234,567 as 1.2M. */
export function short(value: number): string {
  if (value < 1000) return value.toFixed(0);
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** Milliseconds as 850 ms, 12.3 s, 4m05s or 2h03m. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

/** Virtual time: 1234567 us as 1,234.567 ms. */
export const virtualTime = (us: number): string =>
  `${count(Math.floor(us / 1000))}.${String(us % 1000).padStart(3, '0')} ms`;

/** Columns as wide as their widest cell; numbers (the columns named) to the right. */
export function table(rows: readonly (readonly string[])[], rightColumns: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (rightColumns.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
