/**
 * A write to a file whose bytes are made when they are first read. Most of what a disk is told is given up
 * with its generation before anybody starts from it. The bytes follow from immutable values, so nobody can
 * tell when they were made.
 */
export class EncodedWrite<Kind extends 'create' | 'append' | 'replace'> {
  readonly kind: Kind;
  readonly file: string;
  private encode: (() => Uint8Array) | null;
  private made: Uint8Array | null = null;

  constructor(kind: Kind, file: string, encode: () => Uint8Array) {
    this.kind = kind;
    this.file = file;
    this.encode = encode;
  }

  /** @throws AssertionFailed when what is to be written has no byte form, or another size than it says */
  get bytes(): Uint8Array {
    if (this.encode !== null) {
      this.made = this.encode();
      // What the bytes were made of need not live as long as they do.
      this.encode = null;
    }
    return this.made!;
  }
}
