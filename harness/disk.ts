/**
 * A disk: what is durable, and how long a write takes. Writes of one barrier become durable together
 * or, after a crash before that, not at all. Torn, lost and rotten writes will have their place here.
 */
import type { AnyProcess } from './system.ts';
import type { DiskPlan } from './plan.ts';
import type { RandomStream } from './random.ts';

export class Disk {
  durable: unknown;
  private readonly process: AnyProcess;
  private readonly plan: DiskPlan;
  private readonly random: RandomStream;

  constructor(process: AnyProcess, plan: DiskPlan, random: RandomStream) {
    this.process = process;
    this.plan = plan;
    this.random = random;
    this.durable = process.blank;
  }

  /** How long the next write takes; 0 when it is durable at once. */
  nextWriteUs(): number {
    return this.plan.writeUs.max === 0 ? 0 : this.random.in(this.plan.writeUs);
  }

  complete(writes: readonly unknown[]): void {
    for (const write of writes) this.durable = this.process.write(this.durable, write);
  }
}
