/** A text that two values share exactly when they have the same content. */

/**
 * Handles primitives, arrays, plain records (field order does not matter), Map and Set (by content, in
 * no order). Every part is tagged and its length given, so that no two contents share a text.
 * @throws TypeError for functions, symbols and instances of other classes: give the model `equal`
 */
export function structuralKey(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
      return Object.is(value, -0) ? 'n-0;' : `n${value};`;
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'object':
      return value === null ? '0' : objectKey(value);
    default:
      throw new TypeError(
        `a state holds a ${typeof value}, which has no content to compare: give the model an equal function`,
      );
  }
}

function objectKey(value: object): string {
  if (Array.isArray(value)) return `a${value.length}[${Array.from(value, structuralKey).join('')}]`;
  if (value instanceof Set) return `S${value.size}{${Array.from(value, structuralKey).toSorted().join('')}}`;
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, item]) => structuralKey(key) + structuralKey(item));
    return `M${value.size}{${entries.toSorted().join('')}}`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(
      `a state holds a ${value.constructor.name}, which is compared by no rule here: give the model an equal function`,
    );
  }
  const names = Object.keys(value).toSorted();
  const record = value as Record<string, unknown>;
  return `r${names.length}{${names.map((name) => structuralKey(name) + structuralKey(record[name])).join('')}}`;
}
