/**
 * What waits for the nodes' states to become something. Nothing is looked at again and again: between two changes
 * of a state no look can see anything new, so only a change that brings it puts a look in the queue.
 */
import type { Wait } from '../faults/breakable.ts';

interface Waiting {
  readonly wait: Wait;
  readonly fromUs: number;
  readonly everyUs: number;
  /** A look is in the queue. */
  isCalled: boolean;
}

export class Waits {
  private waiting: Waiting[] = [];
  private readonly nowUs: () => number;
  private readonly at: (atUs: number, action: () => void) => void;

  constructor(nowUs: () => number, at: (atUs: number, action: () => void) => void) {
    this.nowUs = nowUs;
    this.at = at;
  }

  /** Looks at once, and then at moments that are `everyUs` apart. */
  add(everyUs: number, wait: Wait): void {
    if (wait.isOver()) return;
    if (wait.hasCome()) wait.act();
    else this.waiting.push({ wait, fromUs: this.nowUs(), everyUs, isCalled: false });
  }

  /** A node's state is another than it was. Nothing happens here: this is within a step. */
  changed(): void {
    if (this.waiting.length === 0) return;
    if (this.waiting.some(({ wait }) => wait.isOver()))
      this.waiting = this.waiting.filter(({ wait }) => !wait.isOver());
    for (const one of this.waiting) if (!one.isCalled && one.wait.hasCome()) this.call(one);
  }

  private call(one: Waiting): void {
    one.isCalled = true;
    const nowUs = this.nowUs();
    const behindUs = (nowUs - one.fromUs) % one.everyUs;
    this.at(behindUs === 0 ? nowUs : nowUs + one.everyUs - behindUs, () => this.look(one));
  }

  /** What had come may be gone again. */
  private look(one: Waiting): void {
    one.isCalled = false;
    if (one.wait.isOver() || !one.wait.hasCome()) return;
    this.waiting = this.waiting.filter((other) => other !== one);
    one.wait.act();
  }
}
