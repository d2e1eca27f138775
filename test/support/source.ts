/**
 * What a source file imports and calls, by a scanner that knows TypeScript's comments, strings,
 * templates and (by what stands in front of them) regular expressions, and nothing else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface Import {
  /** As written: a relative path, a package or a node: module. */
  readonly specifier: string;
  /** `import type` and `export type`, of which nothing is left when the program runs. */
  readonly isTypeOnly: boolean;
  /** What is imported by name; null when that is the whole module. */
  readonly names: readonly string[] | null;
}

export interface Source {
  readonly path: string;
  /** The text with comments and the insides of strings blank; line breaks and quotes stay in their places. */
  readonly code: string;
  readonly imports: readonly Import[];
  /** Names that it exports of its own, types among them. */
  readonly exports: readonly string[];
  /** Relative addresses of other sources in strings, by which workers and modules are loaded. */
  readonly addresses: readonly string[];
}

/** Behind one of these a slash begins a regular expression; behind anything else it divides. */
const beforeRegularExpression = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|throw))\s*$/;

interface Scanned {
  readonly code: string;
  /** The content of each string, by the place of its opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

export function scan(text: string): Scanned {
  const code =
    [...text].length === text.length ? text.split('') : Array.from({ length: text.length }, (_, i) => text[i]!);
  const strings = new Map<number, string>();
  /** Depth of braces at which each template that is open goes on. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (code[i] !== '\n') code[i] = ' ';
  };
  const endOf = (mark: string, from: number): number => {
    const end = text.indexOf(mark, from);
    return end === -1 ? text.length : end;
  };
  const quoted = (from: number): number => {
    let end = from + 1;
    while (end < text.length && text[end] !== text[from]) end += text[end] === '\\' ? 2 : 1;
    strings.set(from, text.slice(from + 1, end));
    blank(from + 1, end);
    return end + 1;
  };
  /** From inside a template to its end, or to the code in it. */
  const template = (from: number): number => {
    let end = from;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    blank(from, end);
    if (text[end] === '`') return end + 1;
    templates.push(depth);
    depth += 1;
    return end + 2;
  };
  const regularExpression = (from: number): number => {
    let end = from + 1;
    let isInClass = false;
    while (end < text.length && text[end] !== '\n' && (isInClass || text[end] !== '/')) {
      if (text[end] === '[') isInClass = true;
      if (text[end] === ']') isInClass = false;
      end += text[end] === '\\' ? 2 : 1;
    }
    blank(from + 1, end);
    return end + 1;
  };
  while (at < text.length) {
    const character = text[at]!;
    if (text.startsWith('//', at)) {
      const end = endOf('\n', at);
      blank(at, end);
      at = end;
    } else if (text.startsWith('/*', at)) {
      const end = endOf('*/', at) + 2;
      blank(at, Math.min(end, text.length));
      at = end;
    } else if (character === "'" || character === '"') at = quoted(at);
    else if (character === '`') at = template(at + 1);
    else if (character === '/' && beforeRegularExpression.test(code.slice(Math.max(0, at - 200), at).join('')))
      at = regularExpression(at);
    else if (character === '{') {
      depth += 1;
      at += 1;
    } else if (character === '}') {
      depth -= 1;
      at += 1;
      if (templates.at(-1) === depth) {
        templates.pop();
        at = template(at);
      }
    } else at += 1;
  }
  return { code: code.join(''), strings };
}

const named =
  /\b(?:import|export)\s+(type\s+)?(\*(?:\s+as\s+[\w$]+)?|[\w$]+(?:\s*,\s*\{[^}]*\})?|\{[^}]*\})\s*from\s*(?=['"])/g;
const bare = /\bimport\s*\(?\s*(?=['"])/g;
const declared =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type|enum)\s+([\w$]+)/gm;
const listed = /^export\s+(?:type\s+)?\{([^}]*)\}(?!\s*from)/gm;
const relativeSource = /^\.{1,2}\/.*\.[jt]s$/;

export function readSource(path: string, text: string): Source {
  const { code, strings } = scan(text);
  const imports: Import[] = [];
  for (const match of code.matchAll(named)) {
    imports.push({
      specifier: strings.get(match.index + match[0].length)!, isTypeOnly: match[1] !== undefined,
      names: namesIn(match[2]!),
    });
  }
  for (const match of code.matchAll(bare))
    imports.push({ specifier: strings.get(match.index + match[0].length)!, isTypeOnly: false, names: null });
  const exports = [
    ...[...code.matchAll(declared)].map((match) => match[1]!),
    ...[...code.matchAll(listed)].flatMap((match) => namesIn(`{${match[1]}}`) ?? []),
  ];
  const imported = new Set(imports.map(({ specifier }) => specifier));
  const addresses = [...strings.values()].filter((value) => relativeSource.test(value) && !imported.has(value));
  return { path, code, imports, exports, addresses };
}

/** `{ a, type B, c as d }` names a, B and c; a whole module, or a default export, null. */
function namesIn(clause: string): readonly string[] | null {
  const list = /^\{([^}]*)\}$/.exec(clause);
  if (list === null) return null;
  return list[1]!
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0]!
        .trim(),
    )
    .filter((name) => name !== '');
}

/** The source that a relative specifier names, by its path from the top; compiled names count as their sources. */
export const resolved = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');

export const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** Projects of users, each with its own package.json: outside the layers. */
const outside = 'scenarios/examples/';

/** Every TypeScript source of the house below these folders of the repository, by path from its top. */
export function readSources(top: string, folders: readonly string[]): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  for (const folder of folders) {
    for (const entry of readdirSync(join(top, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const full = join(entry.parentPath, entry.name);
      const path = full.slice(top.length + 1).split('\\').join('/');
      if (path.startsWith(outside)) continue;
      sources.set(path, readSource(path, readFileSync(full, 'utf8')));
    }
  }
  return sources;
}

/** All sources that are reached from some, by imports and addresses, or by what is left when types are gone. */
export function reachedFrom(
  sources: ReadonlyMap<string, Source>, roots: Iterable<string>, withTypes = true,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...roots];
  while (waiting.length > 0) {
    const path = waiting.pop()!;
    const source = sources.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    const specifiers = source.imports
      .filter(({ specifier, isTypeOnly }) => isRelative(specifier) && (withTypes || !isTypeOnly))
      .map(({ specifier }) => specifier);
    for (const specifier of [...specifiers, ...source.addresses]) waiting.push(resolved(path, specifier));
  }
  return reached;
}
