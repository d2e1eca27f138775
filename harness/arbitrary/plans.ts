/** Plans of a scenario, which shrink as `whitewater shrink` shrinks them, but for what needs a run to tell. */
import fc from 'fast-check';
import { drawPlan } from '../campaign/draw.ts';
import type { Scenario } from '../campaign/scenario.ts';
import type { Plan } from '../plan/plan.ts';
import {
  closerMoments, faultList, fewerClients, fewerServers, keepsPace, operationList, plainerSettings, plainerWorld,
  rounderTimes, scaledTimes, shorterTimes, smallerParts, type ListPart,
} from '../shrink/passes.ts';
import { isPlan, type Data } from '../shrink/plan-data.ts';

/**
 * Each is the plan of a seed: servers, clients, faults, operations and all that befalls them, as the scenario draws it.
 * A counterexample has as few of them as still fail.
 * @throws DrawError while a value is drawn, when the scenario cannot draw its seed
 */
export const plans = (scenario: Scenario): fc.Arbitrary<Plan> => new Plans(scenario);

/** Where shrinking stands: behind a candidate that failed too it goes on from there, as the command does. */
interface Shrinking {
  readonly original: Plan;
  readonly pass: number;
  readonly round: number;
}

/** As many rounds as the command makes: rounding up and halving could go on for ever. */
const rounds = 8;
const largestSeed = 0x7fffffff;

class Plans extends fc.Arbitrary<Plan> {
  private readonly scenario: Scenario;

  constructor(scenario: Scenario) {
    super();
    this.scenario = scenario;
  }

  override generate(random: fc.Random): fc.Value<Plan> {
    const plan = drawPlan(this.scenario, random.nextInt(0, largestSeed));
    return new fc.Value(plan, { original: plan, pass: 0, round: 0 } satisfies Shrinking);
  }

  override canShrinkWithoutContext(value: unknown): value is Plan {
    return isPlan(value as Plan);
  }

  override shrink(plan: Plan, context: unknown): fc.Stream<fc.Value<Plan>> {
    const { original, pass, round } = (context ?? { original: plan, pass: 0, round: 0 }) as Shrinking;
    return fc.stream(this.candidates(plan, original, pass, round));
  }

  /** From the pass that has just been good once through all of them. */
  private *candidates(plan: Plan, original: Plan, from: number, round: number): Generator<fc.Value<Plan>, void> {
    const { plainSettings } = this.scenario.system;
    const passes = passesFor(plainSettings as Data | undefined);
    const name = JSON.stringify(plan);
    for (let i = 0; i < passes.length; i++) {
      const pass = (from + i) % passes.length;
      const now = round + Math.floor((from + i) / passes.length);
      if (now >= rounds) return;
      for (const candidate of passes[pass]!(plan)) {
        if (!keepsPace(original, candidate) || !isPlan(candidate) || JSON.stringify(candidate) === name) continue;
        yield new fc.Value(candidate, { original, pass, round: now } satisfies Shrinking);
      }
    }
  }
}

type Pass = (plan: Plan) => Iterable<Plan>;

/** The boldest first. */
const passesFor = (plainSettings: Data | undefined): readonly Pass[] => [
  shorter(faultList), shorter(operationList), plainerWorld, (plan) => plainerSettings(plan, plainSettings),
  fewerServers, fewerClients, scaledTimes, smallerParts, closerMoments, shorterTimes, rounderTimes,
];

/** Without the whole list, without half of it, and so on down to one. */
const shorter = (part: ListPart): Pass => function* (plan) {
  const items = part.of(plan);
  for (let chunk = items.length; chunk >= 1; chunk = chunk === 1 ? 0 : (chunk + 1) >> 1) {
    for (let start = 0; start < items.length; start += chunk)
      yield part.put(
        plan, items.filter((_, i) => i < start || i >= start + chunk),
      );
  }
};
