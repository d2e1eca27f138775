/** Where a version of Node is: this one, one that was fetched before, or one that is fetched now. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const packageName = `node-${process.platform}-${process.arch}`;

/** Its executable; null when the version cannot be had. */
export function executableOf(version: string, folder: string): string | null {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const place = resolve(folder, version);
  const node = join(place, 'node_modules', packageName, 'bin', 'node');
  if (existsSync(node)) return node;
  try {
    mkdirSync(place, { recursive: true });
    execFileSync(
      'npm',
      [
        'install', '--prefix', place, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts',
        `${packageName}@${version}`,
      ],
      { stdio: 'ignore' },
    );
  } catch {
    return null;
  }
  return existsSync(node) ? node : null;
}
