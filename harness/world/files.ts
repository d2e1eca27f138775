/** The files of a disk, as bytes: what writes do to them, and what damage does. */
import type { FileOperation } from '../../core/protocol.ts';

const keptOlder = 4;

/** What was written, kept as it came: its bytes may be made only when they are read. */
type Piece = { readonly bytes: Uint8Array };

/** What a failed sync left in the cache: the pieces of its file before it; undefined when there was no file. */
interface Unsynced {
  readonly file: string;
  readonly before: readonly Piece[] | undefined;
}

const stemOf = (file: string): string => file.slice(0, file.lastIndexOf('.'));

export class ByteFiles {
  /** Each file as the pieces that were written one after the other. */
  private files = new Map<string, Piece[]>();
  /** Of files that were removed, what they held: a disk may still have it somewhere. The last few only. */
  private older = new Map<string, readonly Piece[]>();
  private unsynced: Unsynced | null = null;

  apply(operation: FileOperation): void {
    const { file } = operation;
    const old = this.files.get(file);
    if (operation.kind === 'append') {
      if (old === undefined) this.files.set(file, [operation]);
      else old.push(operation);
      return;
    }
    if (this.unsynced?.file === file) this.unsynced = null;
    if (operation.kind === 'rewrite') return;
    if (operation.kind === 'remove') {
      if (old !== undefined) this.keepOlder(file, old);
      this.files.delete(file);
      return;
    }
    this.files.set(file, [operation]);
  }

  /** What of these operations a crash leaves: see `prefixOf`. */
  applyPrefix(operations: readonly FileOperation[], part: number): void {
    for (const operation of prefixOf(operations, part)) this.apply(operation);
  }

  /** These, the last of which nobody has on a disk: it can be read until the next crash. */
  applyUnsynced(operations: readonly FileOperation[]): void {
    const last = operations.at(-1)!;
    for (const operation of operations) if (operation !== last) this.apply(operation);
    const before = this.files.get(last.file)?.slice();
    this.apply(last);
    this.unsynced = { file: last.file, before };
  }

  get hasUnsynced(): boolean {
    return this.unsynced !== null;
  }

  /** A crash: what was not synced is gone, and leaves zeros in front of what was written behind it. */
  loseUnsynced(): void {
    if (this.unsynced === null) return;
    const { file, before } = this.unsynced;
    this.unsynced = null;
    const now = this.files.get(file) ?? [];
    const kept = before ?? [];
    const later = now.slice(kept.length + 1);
    const hole: Piece[] = later.length === 0 ? [] : [{ bytes: new Uint8Array(now[kept.length]!.bytes.length) }];
    if (before === undefined && later.length === 0) this.files.delete(file);
    else this.files.set(file, [...kept, ...hole, ...later]);
  }

  names(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  sizeOf(file: string): number {
    return (this.files.get(file) ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  pieces(file: string): readonly Uint8Array[] {
    return (this.files.get(file) ?? []).map(({ bytes }) => bytes);
  }

  private keepOlder(file: string, pieces: readonly Piece[]): void {
    this.older.set(file, pieces);
    if (this.older.size > keptOlder) this.older.delete(this.older.keys().next().value!);
  }

  /** What a removed file held whose name has the same stem (all before the last dot); null when there is none. */
  olderVersionOf(file: string): Uint8Array | null {
    for (const [name, pieces] of this.older) if (name !== file && stemOf(name) === stemOf(file)) return joined(pieces);
    return null;
  }

  read(file: string): Uint8Array | undefined {
    const pieces = this.files.get(file);
    return pieces === undefined ? undefined : joined(pieces);
  }

  write(file: string, bytes: Uint8Array): void {
    this.files.set(file, [{ bytes }]);
  }

  remove(file: string): void {
    this.files.delete(file);
  }

  all(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.files].map(([name, pieces]) => [name, joined(pieces)]));
  }

  /** Makes the bytes of every file that are not made yet. */
  makeBytes(): void {
    for (const file of this.files.keys()) this.sizeOf(file);
  }

  copy(): ByteFiles {
    const copy = new ByteFiles();
    copy.replaceWith(this);
    return copy;
  }

  replaceWith(other: ByteFiles): void {
    this.files = new Map([...other.files].map(([name, pieces]) => [name, pieces.slice()]));
    this.older = new Map(other.older);
    this.unsynced = other.unsynced;
  }
}

/**
 * The first of these operations, up to a byte that `part` picks: those before it are done, the one
 * in which it falls leaves the bytes up to there and, every other time, zeros for the rest (the file
 * had grown when the power went). A replacement is done whole or not at all.
 */
export function prefixOf(operations: readonly FileOperation[], part: number): readonly FileOperation[] {
  const done: FileOperation[] = [];
  let left = Math.floor(part / 2) % Math.max(1, totalOf(operations));
  for (const operation of operations) {
    const size = sizeOf(operation);
    if (left >= size) {
      done.push(operation);
      left -= size;
      continue;
    }
    if (left > 0 && (operation.kind === 'append' || operation.kind === 'create')) {
      const bytes = part % 2 === 0 ? operation.bytes.slice(0, left) : zeroedFrom(operation.bytes, left);
      done.push({ kind: operation.kind, file: operation.file, bytes });
    }
    break;
  }
  return done;
}

const totalOf = (operations: readonly FileOperation[]): number =>
  operations.reduce((sum, operation) => sum + sizeOf(operation), 0);

/**
 * A removal, a replacement or what is written once more counts as one byte, so that a crash can fall before or behind
 * it.
 */
const sizeOf = (operation: FileOperation): number =>
  operation.kind === 'append' || operation.kind === 'create' ? operation.bytes.length : 1;

function zeroedFrom(bytes: Uint8Array, from: number): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, from);
  return copy;
}

function joined(pieces: readonly Piece[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!.bytes;
  const whole = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of pieces) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
