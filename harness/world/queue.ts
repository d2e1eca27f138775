/** The queue of what is going to happen: a binary heap ordered by (time, sequence). */

export interface Scheduled {
  readonly atUs: number;
  /** Breaks ties in the order in which things were scheduled. */
  readonly sequence: number;
}

export class EventQueue<E extends Scheduled> {
  private readonly heap: E[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** When the next event is due, or Infinity. */
  get nextAtUs(): number {
    return this.heap.length === 0 ? Infinity : this.heap[0]!.atUs;
  }

  push(event: E): void {
    const { heap } = this;
    const { atUs, sequence } = event;
    let slot = heap.length;
    heap.push(event);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = heap[parent]!;
      if (above.atUs < atUs || (above.atUs === atUs && above.sequence < sequence)) break;
      heap[slot] = above;
      slot = parent;
    }
    heap[slot] = event;
  }

  /** The next event. The queue must not be empty. */
  pop(): E {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.sink(last);
    return first;
  }

  /** Puts `event` at the root and lets it sink to its place. */
  private sink(event: E): void {
    const { heap } = this;
    const size = heap.length;
    const { atUs, sequence } = event;
    let slot = 0;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      const below = heap[child]!;
      if (atUs < below.atUs || (atUs === below.atUs && sequence < below.sequence)) break;
      heap[slot] = below;
      slot = child;
    }
    heap[slot] = event;
  }
}

const isBefore = (a: Scheduled, b: Scheduled): boolean =>
  a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
