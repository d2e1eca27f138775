/** Which operations were under way while something happened somewhere. */
export class Spans {
  private readonly begun = new Map<number, number>();
  private happened = 0;

  happens(): void {
    this.happened += 1;
  }

  begin(operation: number): void {
    this.begun.set(operation, this.happened);
  }

  /** Whether it happened at least once while the operation was open. */
  end(operation: number): boolean {
    return this.begun.get(operation)! < this.happened;
  }
}
