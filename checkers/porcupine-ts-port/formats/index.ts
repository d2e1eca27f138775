/** Recorded histories from text, by the name of their format or by their look. */
import { parseJepsenEdn } from './jepsen-edn.ts';
import { parseJepsenLog } from './jepsen-log.ts';
import { parseJsonLines } from './jsonl.ts';
import { parsePorcupineLog } from './porcupine-log.ts';
import { FormatError, excerpt, linesOf, type RecordedHistory } from './recorded.ts';

export const formats = {
  jsonl: parseJsonLines,
  'jepsen-edn': parseJepsenEdn,
  'porcupine-log': parsePorcupineLog,
  'jepsen-log': parseJepsenLog,
} as const satisfies Record<string, (text: string) => RecordedHistory>;

export type FormatName = keyof typeof formats;

/** An empty text is a history without operations. @throws FormatError when the text looks like none of the formats */
export function detectFormat(text: string): FormatName {
  const first = linesOf(text).find((entry) => !entry.text.trimStart().startsWith(';'));
  // A history without operations is one, and so is a file with nothing in it but comments.
  if (first === undefined) return 'jepsen-edn';
  const start = first.text.trimStart();
  if (start.startsWith('INFO')) return 'jepsen-log';
  if (/^\{\s*"/.test(start)) return 'jsonl';
  if (/^([[({]|#[{\w])/.test(start)) return /^\{[^[]*:key\s/.test(start) ? 'porcupine-log' : 'jepsen-edn';
  throw new FormatError(
    first.line,
    `expected a JSON line, an EDN map or a line of a Jepsen log, found ${excerpt(first.text)}`,
  );
}

export { asModel, guessModel, type AnyModel, type ModelHistory } from './as-model.ts';
export { jsonLinesOf } from './jsonl.ts';
export { FormatError, type RecordedHistory, type RecordedOperation } from './recorded.ts';
