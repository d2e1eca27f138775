/** Whether two commands are the same: by identity, else by content (after a trip through bytes). */
import type { Command } from '../../core/kv/command.ts';

export function sameCommand(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  // Plain numbers and strings (Raft alone, as in Lab 2) have no fields: unequal is different.
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const one = a as Command;
  const other = b as Command;
  return one.client === other.client && one.sequence === other.sequence && one.unanswered === other.unanswered
    && (one.operation === other.operation || JSON.stringify(one.operation) === JSON.stringify(other.operation));
}
