/**
 * Our own form, JSON lines, one operation a line:
 * `{"client":1,"op":"put","key":"k0","value":"v0","output":null,"call":0,"return":9}`.
 * `expected` belongs to cas and `owner` to the lock's operations; `return` is null for an operation that
 * never returned. `output` is what a read returned (null: nothing), whether a cas, contains, acquire
 * or release succeeded (true or false), or null. Left out, it was not told. Lines such as
 * `{"annotation":"n1 crashed","call":5,"return":9,"lane":"faults"}` go to the picture.
 */
import type { Annotation } from '../picture/annotation.ts';
import type { Operation } from '../operation.ts';
import { FormatError, excerpt, linesOf, type RecordedHistory, type RecordedOperation } from './recorded.ts';

export function parseJsonLines(text: string): RecordedHistory {
  const operations: RecordedOperation[] = [];
  const annotations: Annotation[] = [];
  for (const entry of linesOf(text)) {
    const record = recordOf(entry.text, entry.line);
    if ('annotation' in record) annotations.push(annotationOf(record, entry.line));
    else operations.push(operationOf(record, entry.line));
  }
  return { operations, annotations };
}

/**
 * Operations of a ready model as JSON lines, which `parseJsonLines` and `asModel` read as they were.
 * Their values must be those of JSON.
 */
export function jsonLinesOf(history: readonly Operation<object, object>[]): string {
  return history.map((operation) => `${JSON.stringify(lineOf(operation))}\n`).join('');
}

function lineOf({ client, input, output, callTime, returnTime }: Operation<object, object>): object {
  const told = output === undefined || returnTime === null ? {} : { output: Object.keys(output).length === 0 ? null : output };
  return { client, ...input, ...told, call: callTime, return: returnTime };
}

function recordOf(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError(line, `expected a JSON object on one line, found ${excerpt(text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(line, `expected a JSON object, found ${excerpt(text)}`);
  }
  return value as Record<string, unknown>;
}

function operationOf(record: Record<string, unknown>, line: number): RecordedOperation {
  const { client, op, key, value, expected, owner, output } = record;
  if (!Number.isSafeInteger(client)) throw new FormatError(line, '"client" must be a whole number');
  if (typeof op !== 'string') throw new FormatError(line, '"op" must be the name of an operation');
  if (key !== undefined && key !== null && typeof key !== 'string') throw new FormatError(line, '"key" must be a text');
  mustNotBeMisspelt(record, line);
  const returnTime = record['return'] ?? null;
  return {
    client: client as number,
    op,
    ...(typeof key === 'string' && { key }),
    ...(value !== undefined && value !== null && { value }),
    ...(expected !== undefined && expected !== null && { expected }),
    ...(owner !== undefined && owner !== null && { owner }),
    output: returnTime === null ? undefined : output,
    callTime: timeOf(record['call'], 'call', line),
    returnTime: returnTime === null ? null : timeOf(returnTime, 'return', line),
    line,
  };
}

const knownFields: ReadonlySet<string> = new Set(['client', 'op', 'key', 'value', 'expected', 'owner', 'output', 'call', 'return']);

/** What is left out was not told, and allows everything: a slip of the pen must not do that. */
function mustNotBeMisspelt(record: Record<string, unknown>, line: number): void {
  const missing = ['output', 'return'].find((name) => !Object.hasOwn(record, name));
  const stranger = Object.keys(record).find((name) => !knownFields.has(name));
  if (missing === undefined || stranger === undefined) return;
  throw new FormatError(line, `there is no "${missing}", and nobody knows "${stranger}": leave it away, or write ${missing} in its place`);
}

function timeOf(value: unknown, name: string, line: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new FormatError(line, `"${name}" must be a number${name === 'return' ? ' or null' : ''}`);
  return value;
}

function annotationOf(record: Record<string, unknown>, line: number): Annotation {
  const { annotation, lane } = record;
  if (typeof annotation !== 'string') throw new FormatError(line, '"annotation" must be a text');
  const end = record['return'] ?? null;
  return {
    text: annotation,
    startTime: timeOf(record['call'], 'call', line),
    ...(end !== null && { endTime: timeOf(end, 'return', line) }),
    ...(typeof lane === 'string' && { lane }),
  };
}
