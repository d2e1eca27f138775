/**
 * Our own form, JSON lines, one operation a line:
 * `{"client":1,"op":"put","key":"k0","value":"v0","output":null,"call":0,"return":9}`.
 * `expected` belongs to cas, `owner` to the lock's operations and `version` to a versioned put; `return` is null for an
 * operation that never returned. `output` is what a read returned (null: nothing), whether a cas, contains, acquire
 * or release succeeded (true or false), what a versioned put was told (`"ErrVersion"`), or null. Left out, it was not
 * told. Times are numbers of any unit; whole ones may be of any size, and those beyond 2^53 (nanoseconds) are counted
 * from the earliest. Lines such as `{"annotation":"n1 crashed","call":5,"return":9,"lane":"faults"}` go to the picture.
 */
import type { Annotation } from '../picture/annotation.ts';
import type { Operation } from '../operation.ts';
import { inexactIn, wholeOf, withTexts } from './exact-number.ts';
import { deepest, tooDeepAt } from './nesting.ts';
import { FormatError, excerpt, linesOf, type RecordedHistory, type RecordedOperation } from './recorded.ts';

export function parseJsonLines(text: string): RecordedHistory {
  const operations: RecordedOperation[] = [];
  const annotations: Annotation[] = [];
  const entries = linesOf(text).map((entry) => ({ line: entry.line, record: recordOf(entry.text, entry.line) }));
  for (const entry of countedFromEarliest(entries)) {
    const { record } = entry;
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
  const told =
    output === undefined || returnTime === null ? {} : { output: Object.keys(output).length === 0 ? null : output };
  return { client, ...input, ...told, call: callTime, return: returnTime };
}

function recordOf(text: string, line: number): Record<string, unknown> {
  if (text.length > deepest && tooDeepAt(text) !== null)
    throw new FormatError(line, `it is nested more than ${deepest} levels deep`);
  const inexact = inexactIn(text);
  let value: unknown;
  try {
    value = JSON.parse(inexact.length === 0 ? text : withTexts(text));
  } catch {
    throw new FormatError(line, `expected a JSON object on one line, found ${excerpt(text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(line, `expected a JSON object, found ${excerpt(text)}`);
  }
  const record = value as Record<string, unknown>;
  return inexact.length === 0 ? record : withExactTimes(record, inexact, line);
}

const timeFields = ['call', 'return'] as const;

/** A number that JavaScript would round, as it is written. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** @throws FormatError for a number that is no time: a value that was rounded is another one */
function withExactTimes(
  record: Record<string, unknown>, inexact: readonly string[], line: number,
): Record<string, unknown> {
  const left = [...inexact];
  const times = timeFields.flatMap((name) => {
    const at = left.indexOf(record[name] as string);
    if (at < 0) return [];
    return [[name, new Written(left.splice(at, 1)[0]!)] as const];
  });
  const [first] = left;
  if (first !== undefined)
    throw new FormatError(line, `${excerpt(first)} has more digits than a number can keep: write it as a text`);
  return { ...record, ...Object.fromEntries(times) };
}

interface Entry {
  readonly line: number;
  readonly record: Record<string, unknown>;
}

/**
 * Where one time is beyond 2^53 all of them are counted from the earliest, with no digit lost.
 * @throws FormatError for a fraction among them, and for times further apart than that
 */
function countedFromEarliest(entries: readonly Entry[]): readonly Entry[] {
  if (!entries.some(({ record }) => timeFields.some((name) => record[name] instanceof Written))) return entries;
  const whole = (entry: Entry, name: (typeof timeFields)[number]): bigint | null => {
    const value = entry.record[name];
    const read =
      value instanceof Written ? wholeOf(value.text) : Number.isSafeInteger(value) ? BigInt(value as number) : null;
    if (read === null && (value instanceof Written || typeof value === 'number')) {
      throw new FormatError(
        entry.line,
        `"${name}" has a fraction, or too many digits: write all times of this history as whole numbers, such as nanoseconds`,
      );
    }
    return read;
  };
  const times = entries
    .flatMap((entry) => timeFields.map((name) => whole(entry, name)))
    .filter((time) => time !== null);
  const earliest = times.reduce((least, time) => (time < least ? time : least));
  return entries.map((entry) => {
    const counted = timeFields.flatMap((name) => {
      const time = whole(entry, name);
      if (time === null) return [];
      const since = Number(time - earliest);
      if (!Number.isSafeInteger(since))
        throw new FormatError(entry.line, `"${name}" is more than 2^53 later than the earliest time of this history`);
      return [[name, since] as const];
    });
    return { ...entry, record: { ...entry.record, ...Object.fromEntries(counted) } };
  });
}

function operationOf(record: Record<string, unknown>, line: number): RecordedOperation {
  const { client, op, key, value, expected, owner, version, output } = record;
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
    ...(version !== undefined && version !== null && { version }),
    output: returnTime === null ? undefined : output,
    callTime: timeOf(record['call'], 'call', line),
    returnTime: returnTime === null ? null : timeOf(returnTime, 'return', line),
    line,
  };
}

const knownFields: ReadonlySet<string> = new Set([
  'client', 'op', 'key', 'value', 'expected', 'owner', 'version', 'output', 'call', 'return',
]);

/** What is left out was not told, and allows everything: a slip of the pen must not do that. */
function mustNotBeMisspelt(record: Record<string, unknown>, line: number): void {
  const missing = ['output', 'return'].find((name) => !Object.hasOwn(record, name));
  const stranger = Object.keys(record).find((name) => !knownFields.has(name));
  if (missing === undefined || stranger === undefined) return;
  throw new FormatError(
    line,
    `there is no "${missing}", and nobody knows "${stranger}": leave it away, or write ${missing} in its place`,
  );
}

function timeOf(value: unknown, name: string, line: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new FormatError(line, `"${name}" must be a number${name === 'return' ? ' or null' : ''}`);
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
