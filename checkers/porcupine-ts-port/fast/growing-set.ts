/**
 * A set that only grows, each element added at most once, read as a whole, in O(n log n) beside the
 * size of the reads.
 *
 * A read that holds an element comes behind its add, and one that does not comes before it, so the order
 * between every add and every read is given, and any order that keeps these and real time is legal. Reads
 * must therefore be nested; sorted by size they and the adds that each shows for the first time form
 * levels, and the history is linearizable exactly when no operation of a later level returned before one
 * of an earlier level was called (our derivation). Adds of unknown outcome that nobody saw are left out.
 */
import type { OrderedPartition } from '../order.ts';
import { clashOf, legalVerdict, type FastPath, type FastVerdict } from './fast-path.ts';

/** How a model's operations read as operations on a growing set. */
export interface GrowingSetView<I, O> {
  /** The element that an add puts in; `'read'` for a read of the whole; `undefined` for anything else. */
  added(input: I, output: O | undefined): { readonly element: unknown } | 'read' | undefined;
  /** The elements that a read returned; `undefined` when it did not say. */
  elements(output: O): readonly unknown[] | undefined;
}

export function growingSetFastPath<I, O>(view: GrowingSetView<I, O>): FastPath<I, O> {
  return { name: 'set-levels', check: (part) => check(view, part) };
}

function check<I, O>(view: GrowingSetView<I, O>, part: OrderedPartition<I, O>): FastVerdict | undefined {
  const { count, known, inputs, outputs, returnRank } = part;
  const adds = new Map<unknown, number>();
  const reads: { readonly index: number; readonly elements: ReadonlySet<unknown> }[] = [];
  for (let i = 0; i < count; i++) {
    const entry = view.added(inputs[i]!, outputs[i]);
    if (entry === undefined) return undefined;
    if (entry !== 'read') {
      if (adds.has(entry.element)) return undefined;
      adds.set(entry.element, i);
    } else if (outputs[i] !== undefined && returnRank[i]! < known) {
      const listed = view.elements(outputs[i]!);
      if (listed === undefined) continue;
      const elements = new Set(listed);
      // A set holds nothing twice.
      if (elements.size < listed.length) return clashOf(i);
      reads.push({ index: i, elements });
    }
  }
  reads.sort((a, b) => a.elements.size - b.elements.size || a.index - b.index);
  /** In turn: the adds that a read shows first, and the reads that show just these and all before. */
  const levels: number[][] = [];
  const placed = new Set<number>();
  let previous: (typeof reads)[number] | undefined;
  for (const read of reads) {
    const missing =
      previous === undefined ? [] : [...previous.elements].filter((element) => !read.elements.has(element));
    if (previous !== undefined && missing.length > 0)
      return clashOf(previous.index, read.index, adds.get(missing[0]) ?? -1);
    if (previous !== undefined && previous.elements.size === read.elements.size) {
      levels.at(-1)!.push(read.index);
      continue;
    }
    const shown: number[] = [];
    for (const element of read.elements) {
      const add = adds.get(element);
      if (add === undefined) return clashOf(read.index);
      if (!placed.has(add)) shown.push(add);
      placed.add(add);
    }
    levels.push(shown, [read.index]);
    previous = read;
  }
  levels.push([...adds.values()].filter((add) => !placed.has(add) && returnRank[add]! < known));
  return outOfOrder(part, levels) ?? legalVerdict;
}

/** An operation that returned before one of an earlier level was called. */
function outOfOrder<I, O>(
  part: OrderedPartition<I, O>, levels: readonly (readonly number[])[],
): FastVerdict | undefined {
  const { floor, returnRank } = part;
  let latest = -1;
  let latestFloor = -1;
  for (const level of levels) {
    for (const operation of level) if (returnRank[operation]! < latestFloor) return clashOf(operation, latest);
    for (const operation of level) {
      if (floor[operation]! <= latestFloor) continue;
      latestFloor = floor[operation]!;
      latest = operation;
    }
  }
  return undefined;
}
