/** Reading and writing the files that a person names. A file is written whole or not at all. */
import {
  accessSync, appendFileSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync,
  rmSync, statSync, writeFileSync, type Stats,
} from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './usage-error.ts';

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'a part of its path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'no space left on the disk',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
  EPIPE: 'nobody reads it any more',
};

export const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};

/**
 * A mark of the order of bytes at its beginning is left out.
 * @throws UsageError when the file cannot be read, or is no UTF-8: two texts would become one
 */
export function readText(path: string): string {
  const bytes = bytesOf(path);
  if (!isUtf8(bytes)) throw new UsageError(`${path}:${placeOfDamage(bytes)}: it is not UTF-8`);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Line and column of the first byte that no character begins with or goes on with. */
function placeOfDamage(bytes: Buffer): string {
  let line = 1;
  let column = 1;
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (!isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
    if (first === 0x0a) [line, column] = [line + 1, 1];
    else column += 1;
  }
  return `${line}:${column}`;
}

/**
 * Writes beside the target and renames, so that a reader never sees half a file. A device or a pipe has
 * nothing beside it and must not be replaced by a file: it is written to as it is.
 * @throws UsageError when the file cannot be written
 */
export function writeWhole(path: string, text: string): void {
  const target = targetOf(path);
  const beside = besideOf(target);
  try {
    if (isThrough(target)) return writeFileSync(target, text);
    makeFolder(dirname(resolve(target)));
    writeFileSync(beside, text);
    renameSync(beside, target);
  } catch (error) {
    discard(beside);
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/**
 * At the end of what others have written.
 * @throws UsageError when the file cannot be written
 */
export function appendWhole(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Asked before long work begins: a result that could not be saved is work lost.
 * @param say is told of a folder that was not there: who mistypes its name should not look for the result elsewhere
 * @param inputs files that are read: one of them as the output would be lost
 * @throws UsageError when the path cannot be written, or must not be
 */
export function mustBeWritable(path: string, say: (text: string) => void, inputs: readonly string[] = []): void {
  if (path === '') throw new UsageError('cannot write to a file without a name');
  if (statsOf(path)?.isDirectory() === true) throw new UsageError(`cannot write ${path}: it is a folder`);
  const target = targetOf(path);
  const same = inputs.find((input) => existsSync(input) && targetOf(input) === target);
  if (same !== undefined) throw new UsageError(`cannot write ${path}: ${same} is read, and would be lost`);
  const beside = besideOf(target);
  const folder = dirname(resolve(target));
  const isNew = !existsSync(folder);
  try {
    if (isThrough(target)) return accessSync(target, constants.W_OK);
    makeFolder(folder);
    writeFileSync(beside, '');
    if (isNew) say(`whitewater: there was no folder ${dirname(path)}; it is made now\n`);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  } finally {
    discard(beside);
  }
}

/**
 * A new folder for what is not kept.
 * @throws UsageError when there is no place for it
 */
export function temporaryFolder(name: string): string {
  try {
    return mkdtempSync(join(tmpdir(), name));
  } catch (error) {
    throw new UsageError(
      `cannot make a folder in ${tmpdir()}: ${reasonOf(error)}: set TMPDIR to a folder that can be written`,
    );
  }
}

/** What a path leads to: through a link the file behind it is replaced, and the link stays. */
function targetOf(path: string): string {
  // What /dev/stdout leads to has no path of its own.
  if (isThrough(path)) return path;
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** A device, a pipe or a socket: whatever is there and is no regular file. */
function isThrough(path: string): boolean {
  const stats = statsOf(path);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

function statsOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
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
