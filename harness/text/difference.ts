/** What changed between two described states, as lines that a person reads. */
/** A state as a person reads it: plain data, with the fields that matter and their names. */
export type Described =
  string | number | boolean | null | readonly Described[] | { readonly [field: string]: Described };

type Fields = { readonly [field: string]: Described };

const isList = (value: Described | undefined): value is readonly Described[] => Array.isArray(value);
const isRecord = (value: Described | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSimple = (value: Described | undefined): boolean => value === null || typeof value !== 'object';

function brief(value: Described | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value;
  if (isList(value)) return value.length === 0 ? 'empty' : `[${value.map(brief).join(', ')}]`;
  if (isRecord(value)) return `{${Object.entries(value).map(([name, field]) => `${name} ${brief(field)}`).join(', ')}}`;
  return String(value);
}

/** Every part of a state, as `path: value`, for the first state of a path. */
export function allLines(value: Described, path = ''): readonly string[] {
  if (isRecord(value))
    return Object.entries(value).flatMap(([name, field]) => allLines(field, path === '' ? name : `${path}.${name}`));
  if (isList(value) && value.some((item) => !isSimple(item)))
    return value.flatMap((item, index) => allLines(item, `${path}[${index}]`));
  return [`${path === '' ? 'state' : path}: ${brief(value)}`];
}

/** Only what changed, as `path: before -> after`, or `path: + added, - removed` for lists that grow or shrink. */
export function changedLines(
  before: Described | undefined, after: Described | undefined, path = '',
): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const inner = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => changedLines(before[name], after[name], inner(name)));
  }
  if (isList(before) && isList(after)) {
    if (before.length === after.length && !before.every((item) => typeof item === 'string')) {
      return before.flatMap((item, index) => changedLines(item, after[index], `${path}[${index}]`));
    }
    if (before.length === after.length && multisetMinus(before, after).length > 1) {
      return before.flatMap((item, index) => changedLines(item, after[index], `${path}[${index}]`));
    }
    const removed = multisetMinus(before, after).map((item) => `- ${brief(item)}`);
    const added = multisetMinus(after, before).map((item) => `+ ${brief(item)}`);
    return [`${path}: ${[...removed, ...added].join(', ') || 'in another order'}`];
  }
  return [`${path === '' ? 'state' : path}: ${brief(before)} -> ${brief(after)}`];
}

function multisetMinus(list: readonly Described[], other: readonly Described[]): readonly Described[] {
  const left = other.map((item) => JSON.stringify(item));
  return list.filter((item) => {
    const at = left.indexOf(JSON.stringify(item));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
