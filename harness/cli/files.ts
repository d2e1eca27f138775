/** Reading and writing the files that a person names. A file is written whole or not at all. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'a part of its path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
};

const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/** @throws UsageError when the file cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Writes beside the target and renames, so that a reader never sees half a file.
 * @throws UsageError when the file cannot be written
 */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    discard(beside);
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Where nothing could be written there may be nothing to remove, nor a folder to look for it in. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What stands in the way was told already, or stands in the way of nobody.
  }
}

/**
 * Asked before long work begins: a result that could not be saved is work lost.
 * @throws UsageError when the path cannot be written
 */
export function mustBeWritable(path: string): void {
  if (isFolder(path)) throw new UsageError(`cannot write ${path}: it is a folder`);
  const beside = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(beside, '');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  } finally {
    discard(beside);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
