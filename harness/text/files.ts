/** Reading and writing the files that a person names. A file is written whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../cli/command.ts';

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
  const beside = besideOf(path);
  try {
    makeFolder(dirname(resolve(path)));
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    discard(beside);
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Asked before long work begins: a result that could not be saved is work lost.
 * @throws UsageError when the path cannot be written
 */
export function mustBeWritable(path: string): void {
  if (isFolder(path)) throw new UsageError(`cannot write ${path}: it is a folder`);
  const beside = besideOf(path);
  try {
    makeFolder(dirname(resolve(path)));
    writeFileSync(beside, '');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  } finally {
    discard(beside);
  }
}

const besideOf = (path: string): string => `${path}.${process.pid}.tmp`;

/** One folder at a time: Node's recursive form does not return for a path below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** A file that could not be written may be impossible to remove too; the first error is the one to tell. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Nothing was written.
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
