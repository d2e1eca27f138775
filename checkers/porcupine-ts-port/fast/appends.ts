/**
 * One key that is appended to: its states, as far as anybody could tell them apart.
 *
 * An appended value only grows until it is written over. So a value that does not begin any value that
 * somebody saw (a read's, or one that a compare-and-set named) will not be seen before it is written
 * over, and all such values are alike: one state, `lost`, takes their place. Where values repeat and the
 * chains do not apply, this leads the search along the values that were seen.
 */
import { illegal, type Condensation } from '../model.ts';
import type { OrderedPartition } from '../order.ts';
import type { RegisterView } from './register-view.ts';
import { clashOf, type FastPath } from './fast-path.ts';

/** A value that begins none that was seen. */
const lost: unique symbol = Symbol('lost');
type Condensed = string | typeof lost;

/**
 * @param step of the model that is condensed
 * @returns undefined where nothing is appended
 */
export function condenseAppends<I, O>(
  view: RegisterView<I, O>,
  step: (state: string, input: I, output: O | undefined) => string | typeof illegal,
  part: OrderedPartition<I, O>,
): Condensation<I, O> | undefined {
  const { count, inputs, outputs } = part;
  const seen = new Set<string>();
  let appends = 0;
  let resets = 0;
  for (let i = 0; i < count; i++) {
    const kind = view.kind(inputs[i]!);
    if (kind === 'other') return undefined;
    if (kind === 'append') appends++;
    else if (kind !== 'read') resets++;
    const value =
      kind === 'cas'
        ? view.expected(inputs[i]!)
        : kind === 'read' && outputs[i] !== undefined
          ? view.read(outputs[i]!)
          : '';
    if (typeof value !== 'string') return undefined;
    seen.add(value);
  }
  if (appends === 0) return undefined;
  const sorted = [...seen].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const keep = (state: string): Condensed => (beginsOne(sorted, state) ? state : lost);
  return {
    isBlind: (state) => state === lost && resets === 0,
    model: {
      name: 'condensed',
      init: () => '',
      step(from, input, output) {
        const state = from as Condensed;
        if (state === lost) return stepLost(view, keep, input, output);
        const next = step(state, input, output);
        return next === illegal || next === state ? next : keep(next);
      },
      describeState: (state) => (state === lost ? 'a value that nobody saw: all such are one' : JSON.stringify(state)),
    },
  };
}

function stepLost<I, O>(
  view: RegisterView<I, O>,
  keep: (state: string) => Condensed,
  input: I,
  output: O | undefined,
): Condensed | typeof illegal {
  switch (view.kind(input)) {
    case 'read':
      return output === undefined ? lost : illegal;
    case 'write':
      return keep(view.written(input) as string);
    case 'cas':
      return output !== undefined && view.applied(output) === true ? illegal : lost;
    default:
      return lost;
  }
}

/** Whether the text begins one of the sorted texts: then it begins the first that is not before it. */
function beginsOne(sorted: readonly string[], text: string): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && sorted[low]!.startsWith(text);
}

/** Two reads of a value that only grows, neither of which begins the other, are illegal whatever their times. */
export function nestedReadsFastPath<I, O>(view: RegisterView<I, O>): FastPath<I, O> {
  return {
    name: 'nested-reads',
    knowsOptional: true,
    check(part) {
      const { count, known, inputs, outputs, returnRank } = part;
      let longest = -1;
      let longestText = '';
      const reads: number[] = [];
      for (let i = 0; i < count; i++) {
        const kind = view.kind(inputs[i]!);
        if (kind !== 'read' && kind !== 'append') return undefined;
        if (kind === 'append' || outputs[i] === undefined || returnRank[i]! >= known) continue;
        const text = view.read(outputs[i]!);
        if (typeof text !== 'string') return undefined;
        reads.push(i);
        if (text.length <= longestText.length) continue;
        longest = i;
        longestText = text;
      }
      const other = reads.find((read) => !longestText.startsWith(view.read(outputs[read]!) as string));
      return other === undefined ? undefined : clashOf(other, longest);
    },
  };
}
