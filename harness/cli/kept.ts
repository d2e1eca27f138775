/**
 * Files that hold what was found. One that cannot be written is told last: it takes no verdict away, and no summary.
 */
import type { Facts } from '../campaign/judgement.ts';
import { UsageError, type Terminal } from './command.ts';

export class Kept {
  readonly #unwritten: string[] = [];

  /** @returns whether all that `write` writes was written */
  write(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (!this.#unwritten.includes(error.message)) this.#unwritten.push(error.message);
      return false;
    }
  }

  /** What it says to the judge. */
  get facts(): Facts {
    return { done: 0, unwritten: [...this.#unwritten] };
  }

  /** After everything else. */
  tell(terminal: Terminal): void {
    for (const what of this.#unwritten) terminal.err(`whitewater: ${what}\n`);
  }
}
