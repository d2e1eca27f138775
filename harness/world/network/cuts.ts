/** Which ways are cut at present: a way that several faults cut is open again when all of them have ended. */
import type { NodeId } from '../../../core/protocol.ts';

export class Cuts {
  private readonly size: number;
  /** How many faults cut the way from one node to another. */
  private readonly counts: Uint16Array;

  constructor(size: number) {
    this.size = size;
    this.counts = new Uint16Array(size * size);
  }

  cut(from: NodeId, to: NodeId): void {
    this.counts[from * this.size + to]! += 1;
  }

  mend(from: NodeId, to: NodeId): void {
    this.counts[from * this.size + to]! -= 1;
  }

  isOpen(from: NodeId, to: NodeId): boolean {
    return this.counts[from * this.size + to] === 0;
  }
}
