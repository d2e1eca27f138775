/**
 * Smaller plans near a plan, thrown at random: for violations that hang on so much at once that
 * nothing can be taken away by itself. The throws come from the plan's own seed, so that shrinking
 * the same plan twice tries the same ones.
 */
import type { Fault } from '../plan/fault.ts';
import type { Plan } from '../plan/plan.ts';
import { RandomStreams, type RandomStream } from '../world/random.ts';
import { beginUs, insides, isRecord, planWith, withMoments, withoutNode, type Data } from './plan-data.ts';

export interface NeighbourSpec {
  readonly plan: Plan;
  /** The plan as it was at first: what was shrunk already hangs on its own dice, this one hangs on less. */
  readonly original: Plan;
  readonly plainSettings: Data | undefined;
  /** False for properties that hang on how long things take. */
  readonly mayResize: boolean;
  readonly count: number;
  /** Tells one round of throws from the next. */
  readonly round: number;
}

export function* neighbours(spec: NeighbourSpec): Generator<Plan, void> {
  const streams = new RandomStreams(`${spec.plan.seed} neighbours ${spec.round}`);
  for (let i = 0; i < spec.count; i++) yield neighbour(spec, streams.stream(String(i)), i);
}

function neighbour(
  { plan: current, original, plainSettings, mayResize, round }: NeighbourSpec, random: RandomStream, i: number,
): Plan {
  const plan = i % 2 === 0 ? original : { ...current, stormUs: original.stormUs };
  let near: Plan = { ...plan, seed: `${plan.seed.replace(/ ~.*$/, '')} ~${round}.${i}` };
  const keptOperations = random.pick([100, 200, 400, 700, 1000]);
  const keptFaults = random.pick([200, 500, 800, 1000]);
  near = {
    ...near,
    operations: near.operations.filter(() => random.chance(keptOperations)),
    faults: near.faults.filter(() => random.chance(keptFaults)),
  };
  near = withFewerNodes(near, random);
  if (random.chance(600))
    near = { ...near, settings: nearSettings(near.settings as Data, plainSettings, mayResize, random) };
  if (random.chance(400)) near = withFewerRates(near, random);
  if (random.chance(500))
    near = {
      ...near,
      faults: near.faults.map((fault) => shifted(fault, random.below(near.stormUs + 1), near.stormUs)),
    };
  const times = random.pick([1, 1, 2, 4]);
  return times === 1 ? near : withMoments(near, (us) => Math.floor(us / times));
}

/** The same fault so much later; what would be over the storm's end begins at the beginning again. */
function shifted(fault: Fault, byUs: number, stormUs: number): Fault {
  const beginsUs = beginUs(fault);
  const toUs = (beginsUs + byUs) % (stormUs + 1);
  return withMoments({ faults: [fault], operations: [], stormUs } as unknown as Plan, (us) => us - beginsUs + toUs)
    .faults[0]!;
}

function withFewerNodes(plan: Plan, random: RandomStream): Plan {
  let near = plan;
  if (random.chance(500)) {
    const servers = 1 + random.below(plan.servers);
    while (near.servers > servers) near = withoutNode(near, random.below(near.servers));
  }
  if (plan.clients > 1 && random.chance(600)) {
    const clients = 1 + random.below(plan.clients);
    near = {
      ...near,
      operations: near.operations.map((operation) => ({ ...operation, client: operation.client % clients })),
    };
    while (near.clients > clients) near = withoutNode(near, near.servers + near.clients - 1);
  }
  return near;
}

/** Fields as the system has them plain, and sizes divided. */
function nearSettings(settings: Data, plain: Data | undefined, mayResize: boolean, random: RandomStream): Data {
  if (!isRecord(settings)) return settings;
  const near: Record<string, Data> = { ...settings };
  for (const [field, value] of Object.entries(settings)) {
    if (isRecord(plain) && plain[field] !== undefined && random.chance(400)) near[field] = plain[field];
    else if (mayResize && typeof value === 'number' && value > 1 && !field.endsWith('Us') && random.chance(500)) {
      near[field] = Math.max(1, Math.floor(value / random.pick([2, 4, 8, 16])));
    }
  }
  return near;
}

function withFewerRates(plan: Plan, random: RandomStream): Plan {
  let near = plan;
  for (const [inner, value] of insides(plan.network as unknown as Data)) {
    if (inner.length === 1 && typeof value === 'number' && String(inner[0]).endsWith('Per1000') && random.chance(500))
      near = planWith(near, ['network', ...inner], 0);
  }
  return near;
}
