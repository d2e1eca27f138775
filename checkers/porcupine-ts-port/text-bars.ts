/** Operations as bars in time, for a terminal. */
import { describeOperation } from './describe.ts';
import type { ModelBase } from './model.ts';
import type { Operation } from './operation.ts';

export interface BarOptions {
  /** Width of the whole in columns. */
  readonly columns: number;
  /** Marked with a star. */
  readonly marked?: readonly number[];
}

const maxLabel = 60;

/** One line an operation, in the order given; times are drawn by their rank, so that every bar can be seen. */
export function renderBars<S, I, O>(
  model: ModelBase<S, I, O>,
  history: readonly Operation<I, O>[],
  operations: readonly number[],
  options: BarOptions,
): string[] {
  const shown = operations.map((index) => history[index]!);
  const times = [
    ...new Set(
      shown.flatMap(({ callTime, returnTime }) => (returnTime === null ? [callTime] : [callTime, returnTime])),
    ),
  ].toSorted((a, b) => a - b);
  const rankOf = new Map(times.map((time, rank) => [time, rank]));
  const labels = shown.map(({ input, output, returnTime }) =>
    printable(describeOperation(model, input, returnTime === null ? undefined : output)),
  );
  const clients = shown.map(({ client }) => `client ${client}`);
  const labelWidth = Math.min(maxLabel, Math.max(0, ...labels.map((label) => label.length)));
  const clientWidth = Math.max(0, ...clients.map((client) => client.length));
  const width = Math.max(12, Math.min(options.columns - labelWidth - clientWidth - 8, times.length * 6 + 2));
  const column = (rank: number): number => Math.round((rank * (width - 2)) / Math.max(1, times.length));
  return shown.map(({ callTime, returnTime }, at) => {
    const from = column(rankOf.get(callTime)!);
    const to = returnTime === null ? width : Math.max(from + 1, column(rankOf.get(returnTime)!));
    const bar = returnTime === null ? `|${'-'.repeat(Math.max(1, to - from - 2))}?` : `|${'-'.repeat(to - from - 1)}|`;
    const mark = options.marked?.includes(operations[at]!) === true ? '*' : ' ';
    return `  ${mark} ${clients[at]!.padEnd(clientWidth)}  ${fit(labels[at]!, labelWidth).padEnd(labelWidth)}  ${' '.repeat(from)}${bar}`;
  });
}

const fit = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 3)}...` : text);

/** Values come from anywhere: control characters would move the cursor. */
function printable(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0)!;
    return code < 32 || (code >= 127 && code < 160) ? `\\x${code.toString(16).padStart(2, '0')}` : char;
  }).join('');
}
