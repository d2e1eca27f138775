/** How a model's operations read as operations on one register. */
export type RegisterKind = 'read' | 'write' | 'append' | 'cas' | 'other';

export interface RegisterView<I, O> {
  readonly initial: unknown;
  kind(input: I): RegisterKind;
  /** What write, append and cas write. Compared as keys of a Map; an appended one must be a text. */
  written(input: I): unknown;
  /** What a read returned. Asked only when the output is known. */
  read(output: O): unknown;
  /** What a cas compares with. */
  expected(input: I): unknown;
  /** Whether a cas was applied; `undefined` when that is not known. */
  applied(output: O): boolean | undefined;
}
