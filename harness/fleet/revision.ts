/** Which built code runs: this program and the module of the scenarios with all that it imports, as one digest. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programVersion, top } from '../campaign/program.ts';
import { Digest } from '../digest.ts';

/**
 * Such as 0.1.0+0123456789abcdef.0123456789abcdef. A module of a user counts with every file that it imports by a
 * relative path; packages that it imports by name are not looked into.
 * @param registryUrl address of the module of the scenarios
 */
export function revisionOf(registryUrl: string): string {
  const start = fileURLToPath(registryUrl);
  const files = new Map<string, string>();
  const visit = (path: string): void => {
    // The program's own files are in its version.
    if (files.has(path) || path.startsWith(top)) return;
    const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
    files.set(path, text);
    for (const specifier of relativeImports(text)) {
      const target = resolve(dirname(path), specifier);
      // What only looks like an import, in a text or a comment, leads nowhere.
      if (existsSync(target)) visit(target);
    }
  };
  visit(start);
  const digest = new Digest();
  const byName = [...files].map(
    ([path, text]) => [relative(dirname(start), path).replaceAll('\\', '/'), text] as const,
  );
  for (const [name, text] of byName.sort(([a], [b]) => (a < b ? -1 : 1))) {
    digest.string(name);
    digest.string(text);
  }
  return `${programVersion()}.${digest.hex()}`;
}

/** Static imports, and dynamic ones of a plain string. */
function relativeImports(text: string): readonly string[] {
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g)].map(
    (match) => match[2]!,
  );
  return [...new Set(specifiers)].filter((specifier) => /\.(?:[cm]?[jt]s|json)$/.test(specifier));
}
