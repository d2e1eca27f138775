/** Clojure's EDN, as far as recorded histories use it. */
import { isExact } from './exact-number.ts';
import { deepest } from './nesting.ts';
import { FormatError, excerpt } from './recorded.ts';

/** A keyword or symbol: `:ok` has the name "ok". */
export class Name {
  readonly name: string;
  readonly isKeyword: boolean;

  constructor(name: string, isKeyword: boolean) {
    this.name = name;
    this.isKeyword = isKeyword;
  }

  toString(): string {
    return this.name;
  }
}

/** A number that JavaScript would round, as it is written. */
export class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * nil is null, a vector or list an array, a set a Set, a map a Map whose keys are texts (`:f` is "f", and "f" is
 * "\"f\"").
 */
export type Edn = null | boolean | number | string | Name | Digits | Edn[] | Set<Edn> | Map<string, Edn>;

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', b: '\b', f: '\f' };

/** Reads one value after another. */
export class EdnReader {
  readonly #text: string;
  #at = 0;
  #line: number;
  #depth = 0;

  constructor(text: string, firstLine = 1) {
    this.#text = text;
    this.#line = firstLine;
  }

  /** Line of the next value, from 1; `undefined` at the end. */
  nextLine(): number | undefined {
    this.#skip();
    return this.#at < this.#text.length ? this.#line : undefined;
  }

  /** @throws FormatError with the line and what was expected */
  read(): Edn {
    this.#depth++;
    if (this.#depth > deepest) throw this.#error(`it is nested more than ${deepest} levels deep`);
    const value = this.#value();
    this.#depth--;
    return value;
  }

  #value(): Edn {
    this.#skip();
    const char = this.#text[this.#at];
    if (char === undefined) throw this.#error('expected a value, found the end of the input');
    if (char === '(' || char === '[') return this.#sequence(char);
    if (char === '{') return this.#map();
    if (char === '"') return this.#string();
    if (char === '#') return this.#tagged();
    if (char === ')' || char === ']' || char === '}') throw this.#error(`expected a value, found ${char}`);
    return this.#atom();
  }

  #error(message: string): FormatError {
    return new FormatError(this.#line, message);
  }

  #skip(): void {
    for (;;) {
      const char = this.#text[this.#at];
      if (char === ';') {
        while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++;
      } else if (char !== undefined && (char === ',' || char.trim() === '')) {
        if (char === '\n') this.#line++;
        this.#at++;
      } else return;
    }
  }

  #sequence(opener: string): Edn[] {
    const startedAt = this.#line;
    const items: Edn[] = [];
    this.#at++;
    for (;;) {
      this.#skip();
      const char = this.#text[this.#at];
      if (char === closers[opener]) {
        this.#at++;
        return items;
      }
      if (char === undefined)
        throw new FormatError(startedAt, `expected ${closers[opener]} to close ${opener}, found the end of the input`);
      items.push(this.read());
    }
  }

  #map(): Map<string, Edn> {
    const line = this.#line;
    const items = this.#sequence('{');
    if (items.length % 2 === 1)
      throw new FormatError(line, 'expected pairs of key and value in { }, found a key without a value');
    const map = new Map<string, Edn>();
    for (let i = 0; i < items.length; i += 2) {
      const key = keyOf(items[i]!);
      if (map.has(key)) throw new FormatError(line, `the key ${excerpt(key)} stands twice in a map`);
      map.set(key, items[i + 1]!);
    }
    return map;
  }

  #string(): string {
    let value = '';
    for (this.#at++; ; this.#at++) {
      const char = this.#text[this.#at];
      if (char === undefined) throw this.#error('expected " to end a text, found the end of the input');
      if (char === '"') break;
      if (char === '\n') this.#line++;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const escaped = this.#text[++this.#at] ?? '';
      if (escaped === 'u') {
        const hex = this.#text.slice(this.#at + 1, this.#at + 5);
        if (!/^[\da-fA-F]{4}$/.test(hex))
          throw this.#error(`expected four hexadecimal digits behind \\u, found ${excerpt(hex)}`);
        value += String.fromCharCode(Number.parseInt(hex, 16));
        this.#at += 4;
      } else {
        const plain = escapes[escaped];
        if (plain === undefined) throw this.#error(`expected an escape such as \\n or \\", found \\${escaped}`);
        value += plain;
      }
    }
    this.#at++;
    return value;
  }

  /** `#{...}` is a set; of `#tag value` only the value is kept. */
  #tagged(): Edn {
    this.#at++;
    if (this.#text[this.#at] === '{') return new Set(this.#sequence('{'));
    if (this.#text[this.#at] === '_') {
      this.#at++;
      this.read();
      return this.read();
    }
    this.#word();
    return this.read();
  }

  #word(): string {
    const match = /[^\s,()[\]{}";]+/y;
    match.lastIndex = this.#at;
    const word = match.exec(this.#text)?.[0] ?? '';
    if (word === '') throw this.#error(`expected a value, found ${excerpt(this.#text.slice(this.#at, this.#at + 10))}`);
    this.#at += word.length;
    return word;
  }

  #atom(): Edn {
    const word = this.#word();
    if (word === 'nil') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (/^[+-]?\d+(N|(\.\d+)?([eE][+-]?\d+)?M?)$/.test(word)) {
      const digits = word.replace(/[NM]$/, '');
      return isExact(digits) ? Number(digits) : new Digits(digits);
    }
    if (/^[+-]?\d/.test(word)) throw this.#error(`expected a number, found ${excerpt(word)}`);
    return word.startsWith(':') ? new Name(word.slice(1), true) : new Name(word, false);
  }
}

const keyOf = (key: Edn): string =>
  key instanceof Name ? key.name : typeof key === 'string' ? JSON.stringify(key) : String(plainValue(key));

/** What a text must not begin with, for something else does: names, maps, numbers that are kept as they are written. */
const ofOthers = /^[:'"{#]/;

/**
 * Values as the models take them, two that differ as two: `:a` is ":a", a symbol `a` is "'a", and a text is itself, or
 * in quotation marks where it looks like one of those; sets are arrays in one order, for they have none.
 */
export function plainValue(value: Edn | undefined): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return ofOthers.test(value) ? JSON.stringify(value) : value;
  if (value instanceof Name) return `${value.isKeyword ? ':' : "'"}${value.name}`;
  if (value instanceof Digits) return `#${value.text}`;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Set) return inOneOrder(Array.from(value, plainValue), (item) => JSON.stringify(item));
  if (value instanceof Map)
    return `{${JSON.stringify(
      inOneOrder(
        Array.from(value, ([key, item]) => [key, plainValue(item)] as const), ([key]) => key,
      ),
    )}`;
  return value;
}

const inOneOrder = <T,>(items: readonly T[], textOf: (item: T) => string): readonly T[] =>
  items
    .map((item) => [textOf(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);

const likeAnother = /^(?:[-+]?\d|\[|(?:true|false|null)$)/;

/** A value as the name of a key: the number 1 is "1", and the text "1" has quotation marks. */
export function keyName(value: Edn): string {
  const plain = plainValue(value);
  if (typeof plain !== 'string') return JSON.stringify(plain);
  return likeAnother.test(plain) ? JSON.stringify(plain) : plain;
}
