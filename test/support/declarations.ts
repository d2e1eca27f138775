/**
 * What the declarations of the built package export, and which types they lead to. They have the one form in which tsc
 * writes them.
 */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scan } from './source.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

interface Named {
  readonly file: string;
  readonly name: string;
}

interface Declarations {
  /** By local name. */
  readonly imports: ReadonlyMap<string, Named>;
  /** By the name for others. A file of null: declared or imported in this one. */
  readonly exports: ReadonlyMap<string, { readonly file: string | null; readonly name: string }>;
  readonly stars: readonly string[];
  /** The code of each declaration, without comments and texts. */
  readonly bodies: ReadonlyMap<string, string>;
}

const known = new Map<string, Declarations>();

const fileOf = (from: string, specifier: string): string =>
  (specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier).replace(/\.[jt]s$/, '.d.ts') : specifier);

function* partsOf(clause: string): Generator<readonly [name: string, as: string]> {
  for (const part of clause.split(',')) {
    const [name, as] = part.trim().replace(/^type\s+/, '').split(/\s+as\s+/);
    if (name !== undefined && name !== '') yield [name, as ?? name];
  }
}

const declaring = /^(export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:interface|type|class|const|function|enum)\s+(\w+)/gm;

function declarationsIn(file: string): Declarations {
  const found = known.get(file);
  if (found !== undefined) return found;
  const text = readFileSync(join(dist, file), 'utf8');
  const { code, strings } = scan(text);
  const specifierBehind = (match: RegExpMatchArray): string => strings.get(match.index! + match[0].length)!;
  const imports = new Map<string, Named>();
  const exports = new Map<string, { readonly file: string | null; readonly name: string }>();
  for (const match of code.matchAll(/^import\s+(?:type\s+)?\{([^}]*)\}\s+from\s*(?=['"])/gm)) {
    for (const [name, as] of partsOf(match[1]!)) imports.set(as, { file: fileOf(file, specifierBehind(match)), name });
  }
  for (const match of code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}\s+from\s*(?=['"])/gm)) {
    for (const [name, as] of partsOf(match[1]!)) exports.set(as, { file: fileOf(file, specifierBehind(match)), name });
  }
  for (const match of code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\};/gm))
    for (const [name, as] of partsOf(match[1]!)) exports.set(as, { file: null, name });
  const stars = [...code.matchAll(/^export\s+(?:type\s+)?\*\s+from\s*(?=['"])/gm)].map((match) =>
    fileOf(file, specifierBehind(match)),
  );
  const places = [...code.matchAll(declaring)];
  const bodies = new Map<string, string>();
  places.forEach((match, i) => {
    const [, isExported, name] = match;
    const body = code
      .slice(match.index, places[i + 1]?.index ?? code.length)
      .replaceAll(/^(?:import|export)\s[^;]*\bfrom\b[^;]*;/gm, '')
      .replaceAll(/^\s*private\s.*$/gm, '');
    bodies.set(name!, `${bodies.get(name!) ?? ''}${body}`);
    if (isExported !== undefined) exports.set(name!, { file: null, name: name! });
  });
  const made = { imports, exports, stars, bodies };
  known.set(file, made);
  return made;
}

/** Where a name of a file is declared; null for what is none of the package's. */
function declared({ file, name }: Named): Named | null {
  if (!file.endsWith('.d.ts')) return null;
  const { imports, exports, stars, bodies } = declarationsIn(file);
  const exported = exports.get(name);
  if (exported !== undefined && exported.file !== null) return declared({ file: exported.file, name: exported.name });
  const local = exported?.name ?? name;
  if (bodies.has(local)) return { file, name: local };
  const imported = imports.get(local);
  if (imported !== undefined) return declared(imported);
  for (const star of stars) {
    const found = declared({ file: star, name });
    if (found !== null) return found;
  }
  return null;
}

const keyOf = ({ file, name }: Named): string => `${file} ${name}`;

/** What an entry exports, by the name for others. */
export function exportedBy(file: string): ReadonlyMap<string, Named> {
  const { exports, stars } = declarationsIn(file);
  const all = new Map(stars.flatMap((star) => [...exportedBy(star)]));
  for (const name of exports.keys()) all.set(name, declared({ file, name })!);
  return all;
}

/** The names in a declaration that stand for something: not those of its fields, methods and parameters. */
function ledToBy({ file, name }: Named): readonly Named[] {
  const { imports, bodies } = declarationsIn(file);
  const body = bodies.get(name)!;
  const words = new Set(body.match(/\b[A-Za-z_]\w*\b/g));
  return [...words]
    .filter(
      (word) =>
        word !== name &&
        (imports.has(word) || bodies.has(word)) &&
        new RegExp(`(?<![\\w.])${word}\\b(?!\\s*\\??\\s*:)(?!\\s*\\()`).test(body),
    )
    .map((word) => declared({ file, name: word }))
    .filter((found) => found !== null);
}

const isType = ({ file, name }: Named): boolean =>
  /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:interface|type|class|enum)\b/.test(
    declarationsIn(file).bodies.get(name)!.trimStart(),
  );

/**
 * Types that somebody meets who uses what an entry exports, and that nobody of these exports.
 * @returns each with one that leads to it
 */
export function unnamed(entry: string, exporters: readonly string[]): readonly string[] {
  const nameable = new Set(exporters.flatMap((exporter) => [...exportedBy(exporter).values()].map(keyOf)));
  const missing = new Map<string, string>();
  const seen = new Set<string>();
  const waiting = [...exportedBy(entry).values()];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(keyOf(next))) continue;
    seen.add(keyOf(next));
    for (const other of ledToBy(next)) {
      if (isType(other) && !nameable.has(keyOf(other))) missing.set(keyOf(other), `${keyOf(other)}, of ${next.name}`);
      waiting.push(other);
    }
  }
  return [...missing.values()].sort();
}
