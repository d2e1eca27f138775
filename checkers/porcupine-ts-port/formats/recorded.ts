/** What every format of recorded histories is read into. */
import type { Annotation } from '../picture/annotation.ts';

/** An operation as a file tells it, before it is read as one of a model. */
export interface RecordedOperation {
  readonly client: number;
  readonly op: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly expected?: unknown;
  readonly owner?: unknown;
  readonly version?: unknown;
  /** `undefined` when the outcome is unknown; `null` when it returned and told nothing. */
  readonly output: unknown;
  readonly callTime: number;
  readonly returnTime: number | null;
  /** Line of its call, from 1. */
  readonly line: number;
}

export interface RecordedHistory {
  readonly operations: readonly RecordedOperation[];
  /** Faults, leader changes and other things that are no operations. */
  readonly annotations: readonly Annotation[];
}

/** Damaged input: the line (from 1), and what was expected there. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The part of a text that an error shows. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** The lines that say something, with their numbers from 1. */
export function linesOf(text: string): { readonly line: number; readonly text: string }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((content, index) => ({ line: index + 1, text: content.replace(/\r$/, '') }))
    .filter((entry) => entry.text.trim() !== '');
}
