/** Plain data by its structure: in a few words, and as text that gives the same data back. */

const longestWords = 60;

/** As a person would write it: the kind of a message stands first, then its fields. */
export function words(value: unknown): string {
  if (!isRecord(value)) return short(value);
  const { kind, ...fields } = value;
  const told = Object.entries(fields).map(([name, field]) => `${name} ${short(field)}`);
  return [...(kind === undefined ? [] : [typeof kind === 'string' ? kind : short(kind)]), ...told].join(' ');
}

/** One field a value, for tables and differences. */
export function fieldsOf(value: unknown): Readonly<Record<string, string | number>> {
  if (!isRecord(value)) return { state: short(value) };
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, typeof field === 'number' ? field : short(field)]),
  );
}

/** A list, a set, a map or a record without the marks of JSON that tell a reader nothing. */
function short(value: unknown): string {
  const text = textOf(value);
  return text.length <= longestWords ? text : `${text.slice(0, longestWords - 3)}...`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (value instanceof Set) return `{${[...value].map(textOf).join(' ')}}`;
  if (value instanceof Map) return `{${[...value].map(([key, one]) => `${textOf(key)}: ${textOf(one)}`).join(', ')}}`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}: ${textOf(one)}`)
      .join(', ')}}`;
  return String(value);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Map) &&
  !(value instanceof Set);

/** Marks what JSON has no form for. A record of the user's with this very field is wrapped as well. */
const mark = '$own';

/**
 * JSON of plain data; maps, sets, `undefined`, numbers that JSON lacks and large integers are kept.
 * @throws TypeError for functions and symbols
 */
export const encodeText = (value: unknown): string => JSON.stringify(packed(value));

/** @throws SyntaxError when the text is no JSON */
export const decodeText = (text: string): unknown => unpacked(JSON.parse(text));

function packed(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return { [mark]: 'undefined' };
    case 'bigint':
      return { [mark]: 'bigint', of: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [mark]: 'number', of: Object.is(value, -0) ? '-0' : String(value) };
    case 'function':
    case 'symbol':
      throw new TypeError(`a ${typeof value} is no data: it can be neither sent nor written`);
    case 'object':
      return value === null ? null : packedObject(value);
    default:
      return value;
  }
}

function packedObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(packed);
  if (value instanceof Map) return { [mark]: 'map', of: [...value].map(([key, one]) => [packed(key), packed(one)]) };
  if (value instanceof Set) return { [mark]: 'set', of: [...value].map(packed) };
  const fields = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, packed(one)]));
  return mark in value ? { [mark]: 'record', of: fields } : fields;
}

interface Marked {
  readonly [mark]?: unknown;
  readonly of?: unknown;
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unpacked);
  const { [mark]: kind, of } = value as Marked;
  switch (kind) {
    case 'undefined':
      return undefined;
    case 'bigint':
      return BigInt(of as string);
    case 'number':
      return Number(of);
    case 'map':
      return new Map((of as [unknown, unknown][]).map(([key, one]) => [unpacked(key), unpacked(one)]));
    case 'set':
      return new Set((of as unknown[]).map(unpacked));
    case 'record':
      return unpackedFields(of as object);
    default:
      return unpackedFields(value);
  }
}

const unpackedFields = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unpacked(one)]));
