/**
 * The properties of single steps, in the order of the list, sorted once by what must have changed before they are
 * asked.
 */
import { properties, type LeavesOut } from '../properties.ts';
import { hold } from '../property.ts';
import type { ClusterStep, RaftStep, StepProperty, When } from './raft-step.ts';

type StepCheck<Step> = StepProperty<Step>;

export class StepChecks<Step extends RaftStep> {
  private readonly ofWhen: Readonly<Record<When, readonly StepCheck<Step>[]>>;
  /** By kind of message, and by timer: each is sorted out when it is first met. */
  private readonly onMessage = new Map<string, readonly StepCheck<Step>[]>();
  private readonly onTimer = new Map<string, readonly StepCheck<Step>[]>();
  /** All kinds and timers that a check asks for: there is no end to the names of the others. */
  private readonly named: ReadonlySet<string>;

  private constructor(checks: readonly StepCheck<Step>[], leavesOut: LeavesOut) {
    const taken = checks.filter(({ name }) => !(name in leavesOut));
    this.named = new Set(taken.flatMap(({ on }) => on ?? []));
    const when = (one: When): readonly StepCheck<Step>[] => taken.filter((check) => check.when === one);
    this.ofWhen = {
      spoken: when('spoken'), woken: when('woken'), written: when('written'), led: when('led'), moved: when('moved'),
    };
  }

  /** Those that a step shows by itself. */
  static ofSteps(leavesOut: LeavesOut): StepChecks<RaftStep> {
    return new StepChecks<RaftStep>(
      properties.filter((one) => 'when' in one && one.looksAt === 'step') as readonly StepCheck<RaftStep>[],
      leavesOut,
    );
  }

  /** Those that need the disks of others. */
  static ofPairs(leavesOut: LeavesOut): StepChecks<ClusterStep> {
    return new StepChecks<ClusterStep>(
      properties.filter((one) => 'when' in one && one.looksAt === 'pair') as readonly StepCheck<ClusterStep>[],
      leavesOut,
    );
  }

  static ofBoth(leavesOut: LeavesOut): StepChecks<ClusterStep> {
    return new StepChecks<ClusterStep>(
      properties.filter((one) => 'when' in one) as readonly StepCheck<ClusterStep>[], leavesOut,
    );
  }

  /** A message was heard, or a timer fired, whether it changed anything or not. */
  spoken(step: Step): void {
    const { event } = step;
    if (event?.kind === 'message')
      for (const check of this.asked('spoken', (event.message as { readonly kind: string }).kind, this.onMessage))
        hold(check, step);
    else if (event?.kind === 'timer')
      for (const check of this.asked('woken', event.timer, this.onTimer)) hold(check, step);
  }

  private asked(
    when: 'spoken' | 'woken', what: string, known: Map<string, readonly StepCheck<Step>[]>,
  ): readonly StepCheck<Step>[] {
    const name = this.named.has(what) ? what : '';
    let checks = known.get(name);
    if (checks === undefined)
      known.set(name, (checks = this.ofWhen[when].filter(({ on }) => on === undefined || on.includes(what))));
    return checks;
  }

  /** The persistent state is another, or was read at a boot. */
  written(step: Step): void {
    if (step.before?.persistent !== step.after.persistent) for (const check of this.ofWhen.written) hold(check, step);
  }

  /** What a leader believes of the others, then everything else that asks for a change. */
  moved(step: Step): void {
    const { before, after } = step;
    if (after.role.kind === 'leader' && after.role !== before?.role)
      for (const check of this.ofWhen.led) hold(check, step);
    for (const check of this.ofWhen.moved) hold(check, step);
  }
}
