/**
 * Happened-before (Lamport 1978) over the rows of an account: a node's rows in their order, a message
 * after its sending, and what a fault does to a node after the fault.
 */
import type { Account } from './account.ts';

/** The rows that a row depends on, itself included, as places in the account, in order. */
export function causalPast({ rows, messages }: Account, roots: readonly number[]): readonly number[] {
  const previous = previousOnNode(rows);
  const past = new Set<number>();
  const open = [...roots];
  for (;;) {
    const place = open.pop();
    if (place === undefined) break;
    if (past.has(place)) continue;
    past.add(place);
    const row = rows[place]!;
    const before = previous[place];
    if (before != null) open.push(before);
    const sentBy = row.message === null ? null : messages[row.message]!.sentBy;
    if (sentBy !== null) open.push(sentBy);
  }
  const last = Math.max(...roots);
  rows.forEach((row, place) => {
    if (row.node === null && place <= last) past.add(place);
  });
  return [...past].sort((a, b) => a - b);
}

function previousOnNode(rows: Account['rows']): readonly (number | null)[] {
  const last = new Map<number, number>();
  return rows.map((row, place) => {
    if (row.node === null) return null;
    const before = last.get(row.node) ?? null;
    last.set(row.node, place);
    return before;
  });
}

/**
 * What a violation hangs on: the fatal row, and the last rows of note of the other nodes that the
 * verdict names.
 */
export function rootsOf({ rows, fatal, nodes }: Account, detail: string): readonly number[] {
  if (fatal === null) return rows.length === 0 ? [] : [rows.length - 1];
  const named = new Set(
    [...detail.matchAll(/\b([nc]\d+)\b/g)].map(([, name]) => nodes.indexOf(name!)).filter((node) => node >= 0),
  );
  if (rows[fatal]!.node !== null) named.delete(rows[fatal]!.node);
  const roots = [fatal];
  for (const node of named) {
    const place = rows.findLastIndex((row, at) => at <= fatal && row.node === node && row.weight >= 3);
    if (place >= 0) roots.push(place);
  }
  return roots;
}
