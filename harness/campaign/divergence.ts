/**
 * Where two runs of one plan part: the first step that is not the same in both, and the difference of
 * the states behind it. A run that depends on anything but its plan is found by running it twice.
 */
import { changedLines, type Described } from '../text/difference.ts';
import { Digest } from '../digest.ts';
import type { Plan } from '../plan/plan.ts';
import { run } from '../run.ts';
import type { AnyEffect, AnyEvent, System } from '../system.ts';
import type { TraceSink } from '../world/trace.ts';

interface Taken {
  readonly step: number;
  readonly atUs: number;
  readonly node: number;
  readonly event: AnyEvent | null;
  readonly after: unknown;
  readonly effects: readonly AnyEffect[];
}

abstract class OnlySteps implements TraceSink {
  protected abstract took(taken: Taken): void;

  step(
    step: number, atUs: number, node: number, event: AnyEvent | null, _before: unknown, after: unknown,
    effects: readonly AnyEffect[],
  ): void {
    this.took({ step, atUs, node, event, after, effects });
  }

  crash(): void {
    // What a crash leads to shows in the steps behind it.
  }

  fault(): void {
    // Faults stand in the plan, and are the same in both runs.
  }
}

class Steps extends OnlySteps {
  readonly taken: Taken[] = [];

  protected took(taken: Taken): void {
    this.taken.push(taken);
  }
}

/** Differences that are told; a state that is wholly another would fill pages. */
const toldLines = 12;

/** What depends on a counter or a clock outside of the plan may come out the same once or twice. */
const pairsTried = 3;

/** Runs the plan twice more, or some more times, and names the first step that differs, for a person. */
export function divergence(system: System, plan: Plan): string {
  for (let pair = 0; pair < pairsTried; pair++) {
    const told = firstDifference(stepsOf(system, plan), stepsOf(system, plan));
    if (told !== null) return told;
  }
  return 'further runs took the same steps: what differed before did not differ again';
}

/**
 * The first step that differs between two systems that each do the same thing every time. A state may be
 * written to later, so each step is told at once: as a digest at first, and in full when its number is known.
 */
export function divergenceOf(system: System, twin: System, draw: () => Plan): string {
  const [one, other] = [new TextDigests(), new TextDigests()];
  run(system, draw(), one);
  run(twin, draw(), other);
  const first = one.digests.findIndex((digest, i) => digest !== other.digests[i]);
  const place = first < 0 ? one.digests.length : first;
  const [a, b] = [new OneStep(place + 1), new OneStep(place + 1)];
  run(system, draw(), a);
  run(twin, draw(), b);
  if (a.found === null || b.found === null) return `one run ends after step ${place}, the other goes on`;
  return told(a.found.taken, changedLines(a.found.text, b.found.text));
}

class TextDigests extends OnlySteps {
  readonly digests: string[] = [];

  protected took(taken: Taken): void {
    const digest = new Digest();
    digest.string(JSON.stringify(described(taken)));
    this.digests.push(digest.hex());
  }
}

class OneStep extends OnlySteps {
  found: { readonly taken: Taken; readonly text: Described } | null = null;
  private readonly number: number;

  constructor(number: number) {
    super();
    this.number = number;
  }

  protected took(taken: Taken): void {
    if (taken.step === this.number) this.found = { taken, text: described(taken) };
  }
}

function firstDifference(one: readonly Taken[], other: readonly Taken[]): string | null {
  const length = Math.max(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [one[i], other[i]];
    if (a === undefined || b === undefined) return `one run ends after step ${i}, the other goes on`;
    const lines = changedLines(described(a), described(b));
    if (lines.length > 0) return told(a, lines);
  }
  return null;
}

function told({ step, atUs, node }: Taken, lines: readonly string[]): string {
  const shown = lines.slice(0, toldLines);
  const rest = lines.length > toldLines ? [`(and ${lines.length - toldLines} more)`] : [];
  return `the first step that differs is step ${step}, of node ${node} at ${atUs / 1000} ms:\n${[...shown, ...rest].map((line) => `    ${line}`).join('\n')}`;
}

function stepsOf(system: System, plan: Plan): readonly Taken[] {
  const steps = new Steps();
  run(system, plan, steps);
  return steps.taken;
}

/** As plain data: states hold collections with classes of their own. */
const described = ({ atUs, node, event, after, effects }: Taken): Described =>
  JSON.parse(JSON.stringify({ atUs, node, event, effects, state: after })) as Described;
