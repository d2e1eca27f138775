/** Virtual time: what is going to happen, ordered by (time, sequence), and the clock that it moves. */
import { hold } from '../../checkers/property.ts';
import { boundedWork } from '../../checkers/run-properties.ts';
import { EventQueue, type Scheduled } from './queue.ts';

/**
 * A cluster that answers each message with another one, or with two, never ends. The largest runs of the
 * swarm and of the labs take 31,000 events.
 */
const eventsMax = 1_000_000;

/**
 * A timer of no delay that is set again and again, or nodes that ask each other over ways that take no time,
 * would never let time go on. Of 300 seeds of the swarm and one of each lab test, the fullest instant has 64 events.
 */
const eventsAtOneInstantMax = 250_000;

export class Timeline<Happening> {
  nowUs = 0;
  /** Taken from the queue so far. */
  events = 0;
  /** Taken before the run was allowed as many again. */
  private allowedFrom = 0;
  private atThisInstant = 0;
  private sequence = 0;
  private readonly queue = new EventQueue<Scheduled & { readonly happening: Happening }>();
  private readonly happen: (happening: Happening) => void;
  private readonly lastStep: () => string;

  /** @param lastStep says who took the last step, and its number: asked for when there is no end to it */
  constructor(happen: (happening: Happening) => void, lastStep: () => string) {
    this.happen = happen;
    this.lastStep = lastStep;
  }

  after(delayUs: number, happening: Happening): void {
    this.sequence += 1;
    this.queue.push({ atUs: this.nowUs + delayUs, sequence: this.sequence, happening });
  }

  /** A run that goes on in rounds has a bound for each of them. */
  allowMore(): void {
    this.allowedFrom = this.events;
  }

  /** Lets everything happen that is due up to and including `untilUs`, and leaves the clock there. */
  runUntil(untilUs: number): void {
    const { queue } = this;
    while (queue.nextAtUs <= untilUs) this.next();
    this.nowUs = untilUs;
  }

  /** Lets everything happen until it is done, and leaves the clock there, or at `untilUs` if that is first. */
  runUntilDone(isDone: () => boolean, untilUs: number): void {
    const { queue } = this;
    while (!isDone() && queue.nextAtUs <= untilUs) this.next();
    if (!isDone()) this.nowUs = untilUs;
  }

  /** @throws Violated when there is no end to it */
  private next(): void {
    const { atUs, happening } = this.queue.pop();
    this.atThisInstant = atUs === this.nowUs ? this.atThisInstant + 1 : 1;
    this.nowUs = atUs;
    this.events += 1;
    if (this.events - this.allowedFrom > eventsMax || this.atThisInstant > eventsAtOneInstantMax) {
      hold(boundedWork, {
        events: this.events, eventsMax, atThisInstant: this.atThisInstant, atOneInstantMax: eventsAtOneInstantMax, atUs,
        lastStep: this.lastStep(),
      });
    }
    this.happen(happening);
  }
}
