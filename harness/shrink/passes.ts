/** The ways in which a plan can be made smaller: each gives candidates, the boldest first. */
import type { Range } from '../../core/protocol.ts';
import { longestUs, type Plan } from '../plan/plan.ts';
import {
  beginUs, insides, isMoment, isPlan, isRange, isRecord, momentsOf, planWith, withMoments, withoutNode, type Data,
  type Path,
} from './plan-data.ts';

/**
 * No run is judged for its progress in less virtual time than this after its faults have ended. The
 * slowest of 1,500 swarm seeds of the correct core takes 8.3 s (docs/shrinking.md); shrinking below it
 * would turn a defect into mere impatience.
 */
const settleFloorUs = 30_000_000;

const ms = 1000;

/** How long a message takes where it does not matter. */
const plainDelayUs: Range = { min: ms, max: ms };

type Candidates = Generator<Plan, void>;

/** Lists that shrink by delta debugging: what they are called in a report, and how to put a shorter one in. */
export interface ListPart {
  readonly name: string;
  readonly of: (plan: Plan) => readonly unknown[];
  readonly put: (plan: Plan, items: readonly unknown[]) => Plan;
}

export const faultList: ListPart = {
  name: 'faults',
  of: (plan) => plan.faults,
  put: (plan, faults) => ({ ...plan, faults: faults as Plan['faults'] }),
};
export const operationList: ListPart = {
  name: 'operations',
  of: (plan) => plan.operations,
  put: (plan, operations) => ({ ...plan, operations: operations as Plan['operations'] }),
};
export const fateList: ListPart = {
  name: 'message fates',
  of: (plan) => plan.network.fates ?? [],
  put: (plan, fates) => ({
    ...plan, network: { ...plan.network, fates: fates as NonNullable<Plan['network']['fates']> },
  }),
};
export const timerList: ListPart = {
  name: 'timers',
  of: (plan) => plan.timers ?? [],
  put: (plan, timers) => ({ ...plan, timers: timers as NonNullable<Plan['timers']> }),
};

/** The storm ends where the violation was found, and what would begin after it is left out. */
export function* cutTail(plan: Plan, endUs: number, needsProgress: boolean): Candidates {
  const stormUs = Math.min(plan.stormUs, endUs);
  const cut: Plan = {
    ...plan,
    stormUs,
    faults: plan.faults.filter((fault) => beginUs(fault) <= stormUs),
    operations: plan.operations.filter(({ atUs }) => atUs <= endUs),
  };
  const leftUs = Math.max(0, endUs - stormUs);
  if (!needsProgress) {
    if (leftUs < plan.settleUs) yield { ...cut, settleUs: leftUs };
    if (leftUs < plan.settleUs) yield { ...plan, settleUs: leftUs };
  } else if (plan.settleUs > settleFloorUs) {
    yield { ...cut, settleUs: settleFloorUs };
    yield { ...plan, settleUs: settleFloorUs };
  }
  if (
    cut.stormUs < plan.stormUs ||
    cut.faults.length < plan.faults.length ||
    cut.operations.length < plan.operations.length
  )
    yield cut;
}

export function* fewerServers(plan: Plan): Candidates {
  if (plan.servers <= 1) return;
  for (let node = plan.servers - 1; node >= 0; node--) yield withoutNode(plan, node);
}

/** A client goes, or hands its operations to another one. */
export function* fewerClients(plan: Plan): Candidates {
  for (let client = plan.clients - 1; client >= 0; client--) yield withoutNode(plan, plan.servers + client);
  const comeBackAs = new Set(plan.operations.map(({ crash }) => crash?.as));
  for (let client = plan.clients - 1; client >= 1; client--) {
    for (let other = 0; other < client; other++) {
      if (comeBackAs.has(client) || comeBackAs.has(other)) continue;
      const operations = plan.operations.map((operation) =>
        operation.client === client ? { ...operation, client: other } : operation,
      );
      yield withoutNode({ ...plan, operations }, plan.servers + client);
    }
  }
}

/** Values that say how network and disk behave: away, to zero, to something plain. */
export function* plainerWorld(plan: Plan): Candidates {
  for (const part of ['network', 'disk', 'healing', 'clocks'] as const) {
    const data = (plan as unknown as Readonly<Record<string, Data>>)[part];
    if (data === undefined) continue;
    for (const [inner, value] of insides(data)) {
      const path = [part, ...inner];
      if (path.includes('fates') || path.includes('lab') || path.includes('manner')) continue;
      yield* plainer(plan, path, value);
    }
  }
}

function* plainer(plan: Plan, path: Path, value: Data): Candidates {
  if (path.length <= 2) yield* ifPlan(planWith(plan, path, undefined));
  if (path[0] === 'network' && path[1] === 'delayUs') {
    if (isRange(value) && (value.min !== plainDelayUs.min || value.max !== plainDelayUs.max)) {
      yield planWith(plan, path, plainDelayUs as unknown as Data);
      if (value.min !== value.max) yield planWith(plan, path, { min: value.min, max: value.min });
    }
    return;
  }
  if (isRange(value) && value.max > 0) {
    yield* ifPlan(planWith(plan, path, { min: 0, max: 0 }));
    if (value.min < value.max) yield* ifPlan(planWith(plan, path, { min: value.min, max: value.min }));
  }
  const isInRange = path.at(-1) === 'min' || path.at(-1) === 'max';
  if (typeof value === 'number' && value > 0 && !isInRange) yield* ifPlan(planWith(plan, path, 0));
  if (value === true) yield* ifPlan(planWith(plan, path, false));
}

function* ifPlan(plan: Plan): Candidates {
  if (isPlan(plan)) yield plan;
}

/**
 * Whether a time of the settings that was at most half of another one is still below it: a heartbeat that is
 * slower than elections breaks progress without any defect, and the real system would fail such a plan too.
 */
export function keepsPace(original: Plan, candidate: Plan): boolean {
  const before = settingsTimesUs(original);
  const after = settingsTimesUs(candidate);
  return before.every((a, i) => before.every((b, j) => a === 0 || 2 * a > b || after[i]! < after[j]!));
}

/** Settings as the system has them plain: all, then one by one. */
export function* plainerSettings(plan: Plan, plain: Data | undefined): Candidates {
  if (plain === undefined || !isRecord(plain)) return;
  const settings = plan.settings as Readonly<Record<string, Data>>;
  const other = Object.keys(plain).filter((field) => JSON.stringify(settings[field]) !== JSON.stringify(plain[field]));
  if (other.length > 1) yield { ...plan, settings: { ...settings, ...plain } };
  for (const field of other) yield planWith(plan, ['settings', field], plain[field]);
}

/**
 * Longer waits make fewer steps: for properties that hold at any speed. What was at most half of another
 * time stays so (a heartbeat and an election timeout), or a mended protocol would make no progress.
 */
export function* slowerSettings(plan: Plan): Candidates {
  const before = settingsTimesUs(plan);
  for (const candidate of slower(plan)) {
    const after = settingsTimesUs(candidate);
    if (keepsHalves(before, after) && after.every((us) => us <= longestUs)) yield candidate;
  }
}

const settingsTimesUs = ({ settings }: Plan): readonly number[] =>
  [...insides(settings as Data)]
    .filter(([path, value]) => typeof value === 'number' && String(path[0] ?? '').endsWith('Us'))
    .map(([, value]) => value as number);

const keepsHalves = (before: readonly number[], after: readonly number[]): boolean =>
  before.every((a, i) => before.every((b, j) => 2 * a > b || 2 * after[i]! <= after[j]!));

function* slower(plan: Plan): Candidates {
  for (const [inner, value] of insides(plan.settings as Data)) {
    if (!String(inner[0] ?? '').endsWith('Us')) continue;
    if (isRange(value))
      for (const times of [8, 4, 2])
        yield planWith(plan, ['settings', ...inner], { min: value.min * times, max: value.max * times });
    else if (typeof value === 'number' && inner.length === 1)
      for (const times of [8, 4, 2]) yield planWith(plan, ['settings', ...inner], value * times);
  }
}

/** Another throw of the dice, for plans that still leave something to chance. */
export const reseeded = (plan: Plan, throws: number): readonly Plan[] =>
  Array.from({ length: throws }, (_, i) => ({ ...plan, seed: `${plan.seed.replace(/ ~\d+$/, '')} ~${i + 1}` }));

/** Parts inside of faults and operations: optional fields and elements of their lists, one by one. */
export function* smallerParts(plan: Plan): Candidates {
  for (const list of ['faults', 'operations'] as const) {
    for (const [inner, value] of insides(plan[list] as unknown as Data)) {
      // The elements themselves are what delta debugging takes away.
      if (inner.length < 2 || inner.includes('request')) continue;
      yield* ifPlan(planWith(plan, [list, ...inner], undefined));
      if (typeof value === 'number' && value > 0 && String(inner.at(-1)).endsWith('Per1000'))
        yield * ifPlan(planWith(plan, [list, ...inner], 0));
    }
  }
  for (const [i, fate] of (plan.network.fates ?? []).entries()) {
    if (fate.delaysUs.length < 2) continue;
    for (const kept of fate.delaysUs) yield planWith(plan, ['network', 'fates', i, 'delaysUs'], [kept]);
  }
}

/** Everything nearer to the beginning. */
export function* scaledTimes(plan: Plan): Candidates {
  for (const [times, by] of [[1, 4], [1, 2], [3, 4]] as const) {
    if (plan.stormUs > 100 * ms) yield withMoments(plan, (us) => Math.floor((us * times) / by));
  }
}

/** Everything behind a gap between two moments moves nearer to what is before it. */
export function* closerMoments(plan: Plan): Candidates {
  const moments = momentsOf(plan);
  let previous = 0;
  for (const moment of moments) {
    for (const shorter of shorterThan(moment - previous)) {
      const byUs = moment - previous - shorter;
      const from = moment;
      yield withMoments(plan, (us) => (us >= from ? us - byUs : us));
    }
    previous = moment;
  }
}

/** Single moments move to the one before them or half of the way; lengths are halved. */
export function* shorterTimes(plan: Plan): Candidates {
  const moments = [0, ...momentsOf(plan)];
  for (const list of ['faults', 'operations'] as const) {
    for (const [inner, value] of insides(plan[list] as unknown as Data)) {
      const field = inner.at(-1);
      if (typeof value !== 'number' || !String(field).endsWith('Us') || inner.includes('request') || value === 0)
        continue;
      const before = moments.filter((moment) => moment < value).at(-1) ?? 0;
      const shorter = isMoment(field)
        ? [before, before + Math.floor((value - before) / 2)]
        : [0, Math.floor(value / 2)];
      for (const us of shorter) if (us < value) yield* ifPlan(planWith(plan, [list, ...inner], us));
    }
  }
  for (const list of ['fates', 'timers'] as const) yield* shorterFates(plan, list);
}

function* shorterFates(plan: Plan, list: 'fates' | 'timers'): Candidates {
  const path: Path = list === 'fates' ? ['network', 'fates'] : ['timers'];
  const items = (list === 'fates' ? plan.network.fates : plan.timers) ?? [];
  for (const [inner, value] of insides(items as unknown as Data)) {
    if (typeof value !== 'number' || !inner.some((field) => String(field).endsWith('Us'))) continue;
    if (value > 2 * ms) yield planWith(plan, [...path, ...inner], Math.floor(value / 2));
  }
}

/** To whole tenths of a second, else hundredths, else thousandths. */
export function* rounderTimes(plan: Plan): Candidates {
  for (const unitUs of [100 * ms, 10 * ms, ms]) {
    const rounded = withMoments(plan, (us) => Math.round(us / unitUs) * unitUs);
    if (JSON.stringify(rounded) !== JSON.stringify(plan)) yield rounded;
  }
  for (const [path, value] of insides(plan as unknown as Data)) {
    if (typeof value !== 'number' || path.includes('request') || path[0] === 'settings') continue;
    if (!path.some((field) => String(field).endsWith('Us'))) continue;
    for (const unitUs of [100 * ms, 10 * ms, ms]) {
      const rounded = Math.round(value / unitUs) * unitUs;
      // A message that takes no time at all is no message.
      if (value % unitUs !== 0 && (rounded > 0 || path[0] !== 'network')) yield* ifPlan(planWith(plan, path, rounded));
    }
  }
}

const shorterThan = (gapUs: number): readonly number[] => {
  if (gapUs <= 0) return [];
  return [0, Math.floor(gapUs / 4), Math.floor(gapUs / 2)].filter((us, i, all) => us < gapUs && all.indexOf(us) === i);
};
