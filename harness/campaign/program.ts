/** Which program ran: results of two versions of it are no parts of one campaign. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds the program, source or built. */
export const top = fileURLToPath(new URL('../..', import.meta.url));

const folders = ['core', 'checkers', 'harness', 'scenarios'];

let known: string | null = null;

/**
 * Such as 0.1.0+0123456789abcdef: the version of the package, and a digest of its code as this process found it first.
 */
export function programVersion(): string {
  return (known ??= versionOfFiles());
}

function versionOfFiles(): string {
  const self = fileURLToPath(import.meta.url);
  const ending = self.slice(self.lastIndexOf('.'));
  // Not our own digest: a megabyte takes that as long as all else that a command does before it begins.
  const digest = createHash('sha256');
  for (const folder of folders) {
    for (const path of filesBelow(join(top, folder), ending)) {
      digest.update(`${path.slice(top.length).replaceAll('\\', '/')}\0`);
      digest.update(`${readFileSync(path, 'utf8').replaceAll('\r\n', '\n')}\0`);
    }
  }
  return `${packageVersion()}+${digest.digest('hex').slice(0, 16)}`;
}

function filesBelow(folder: string, ending: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, ending);
    return entry.name.endsWith(ending) && !entry.name.endsWith(`.d${ending}`) ? [path] : [];
  });
}

/** The built program lies one folder below its package. */
function packageVersion(): string {
  const path = [join(top, 'package.json'), join(top, '..', 'package.json')].find((one) => existsSync(one));
  if (path === undefined) return 'unknown';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version ?? 'unknown';
}
