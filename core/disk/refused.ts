/** Thrown inside recovery: what was read must not be used. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly file: string;

  constructor(file: string, reason: string) {
    super(reason);
    this.file = file;
  }
}
