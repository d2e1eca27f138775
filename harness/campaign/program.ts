/** Which program ran: results of two versions of it are no parts of one campaign. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Digest } from '../digest.ts';

const folders = ['core', 'checkers', 'harness', 'scenarios'];

let known: string | null = null;

/** Such as 0.1.0+0123456789abcdef: the version of the package, and a digest of its code as this process found it first. */
export function programVersion(): string {
  return (known ??= versionOfFiles());
}

function versionOfFiles(): string {
  const self = fileURLToPath(import.meta.url);
  const ending = self.slice(self.lastIndexOf('.'));
  const top = fileURLToPath(new URL('../..', import.meta.url));
  const digest = new Digest();
  for (const folder of folders) {
    for (const path of filesBelow(join(top, folder), ending)) {
      digest.string(path.slice(top.length).replaceAll('\\', '/'));
      digest.string(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'));
    }
  }
  return `${packageVersion(top)}+${digest.hex()}`;
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
function packageVersion(top: string): string {
  const path = [join(top, 'package.json'), join(top, '..', 'package.json')].find((one) => existsSync(one));
  if (path === undefined) return 'unknown';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version ?? 'unknown';
}
