/** What a plan that is made of a path has beside it. */
import type { Plan } from '../../plan/plan.ts';

/** What the path does not tell: the plan's system and settings, whose timers must take any time up to an hour. */
export type PlanBase = Omit<Plan, 'network' | 'timers' | 'faults' | 'operations' | 'stormUs' | 'healing'> & {
  /** Timers whose time the settings fix, such as a heartbeat: the node's clock is set forward instead. */
  readonly fixedTimersUs: Readonly<Record<string, number>>;
};
