/** `defineScenario`: how many servers and clients, what befalls them, what they are asked; drawn for each seed. */
import type { NodeId } from '../../core/protocol.ts';
import type { Crash } from '../plan/fault.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { planFormat, planVersion, type Healing, type Plan, type PlannedOperation } from '../plan/plan.ts';
import { drawDisk, drawDiskTrouble, drawNetwork } from '../swarm/environment.ts';
import { drawFaults } from '../swarm/faults.ts';
import { drawKinds, type Kinds } from '../swarm/kinds.ts';
import { RandomStreams, type RandomStream } from '../world/random.ts';
import type { OwnSystem } from './define-system.ts';
import { microsecondsOf, rangeOf, type Duration, type Span } from './duration.ts';
import { diskKinds, faults as swarmOf, type FaultChoice } from './faults.ts';
import type { Mix } from './service.ts';
import type { ExploreBounds } from './untimed.ts';

/** A known bug that every gate must find: settings that plant it, and how many seeds that may take. */
export interface Canary<Values> {
  readonly settings: Partial<Values>;
  readonly within: number;
  /** The property that must show it; any one, when none is named. */
  readonly property?: string;
}

/** What befalls whom is drawn by the kit, or by a function of your own. */
export type ScenarioDefinition<Operation, Values, State> = AnyScenario<Operation, Values, State> &
  (DrawnByKit<Operation, Values> | DrawnByYou);

/**
 * Its settings are those of its plans; see also `RandomStreams`, `drawKinds`, `drawNetwork`, `drawDisk` and
 * `drawFaults`.
 */
export interface DrawnByYou {
  /** Pure: the same seed gives the same plan. */
  readonly draw: (seed: number) => Plan;
}

export interface DrawnByKit<Operation, Values> {
  readonly draw?: never;
  /** A number, or from and to: each seed draws one. */
  readonly servers: number | readonly [number, number];
  readonly clients: number | readonly [number, number];
  /** How long faults go on. */
  readonly storm?: Span;
  /** How long after that everything may take. */
  readonly settle?: Duration;
  /** Every kind that the system can suffer, when nothing is given. */
  readonly faults?: FaultChoice;
  readonly operations: Mix<Operation>;
  /** Settings that differ from the plain ones; each seed draws one of a list. */
  readonly settings?: { readonly [K in keyof Values]?: Values[K] | readonly Values[K][] };
}

export interface AnyScenario<Operation, Values, State> {
  /** The system's own name when none is given. */
  readonly name?: string;
  readonly summary?: string;
  /** Situations that a campaign must have reached before a gate lets it pass. */
  readonly required?: readonly string[];
  /** Kinds of fault that it must have switched on. */
  readonly requiredFaults?: readonly FaultKind[];
  readonly canaries?: readonly Canary<Values>[];
  /** Bounds for `whitewater explore`. */
  readonly explore?: {
    readonly servers: number;
    readonly clients: number;
    /** Of each client: so many of the service's own, or these in turn. */
    readonly operations: number | readonly Operation[] | ((client: number) => readonly Operation[]);
    readonly crashes?: number;
    /** States outside are not looked at: without a bound most spaces have no end. */
    readonly within?: (state: State) => boolean;
    /** Whether a timer may fire in this state. */
    readonly timers?: (state: State, timer: string) => boolean;
  };
}

/** A scenario that was made with the kit. */
export interface OwnScenario<Operation = any, Values = any, State = any> extends Scenario {
  readonly system: OwnSystem<Operation, Values, State>;
  readonly canaries: readonly Canary<Values>[];
  readonly bounds: ExploreBounds<Operation, State> | null;
  /** The same one with other settings, under another name. */
  withSettings(name: string, settings: Partial<Values>): Scenario;
}

interface Drawing {
  readonly name: string;
  readonly system: OwnSystem;
  readonly servers: readonly [number, number];
  readonly clients: readonly [number, number];
  readonly stormUs: { readonly min: number; readonly max: number };
  readonly settleUs: number;
  readonly faults: FaultChoice;
  readonly operations: Mix<unknown>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** @throws TypeError when a number, a name or a time is none */
export function defineScenario<Operation, Values, State>(
  system: OwnSystem<Operation, Values, State>, given: ScenarioDefinition<Operation, Values, State>,
): OwnScenario<Operation, Values, State> {
  const { name = system.name, required = [], requiredFaults, canaries = [], explore } = given;
  const unknown = required.find((situation) => !Object.hasOwn(system.own.situations, situation));
  if (!system.own.isObservedElsewhere && unknown !== undefined)
    throw new TypeError(
      `${name}: it requires "${unknown}", which is no situation of ${system.name}; there are: ${Object.keys(system.own.situations).join(', ') || 'none'}`,
    );
  const drawn = given.draw === undefined ? drawnByKit(name, system, given) : drawnByYou(given.draw);
  const scenario = (named: string, settings: Readonly<Record<string, unknown>>): Scenario => ({
    name: named,
    summary: given.summary ?? `${system.name}, every fault drawn per seed`,
    system,
    required,
    ...(requiredFaults === undefined ? {} : { requiredFaults }),
    draw: drawn(named, settings),
  });
  return {
    ...scenario(name, {}),
    system,
    canaries,
    bounds:
      explore === undefined
        ? null
        : {
            servers: explore.servers,
            clients: explore.clients,
            operations: explore.operations,
            crashes: explore.crashes ?? 0,
            within: explore.within ?? (() => true),
            timers: explore.timers ?? (() => true),
          },
    withSettings: scenario,
  };
}

/** How the plans of a scenario of this name are drawn, with these settings in the place of others. */
type Drawn = (name: string, settings: Readonly<Record<string, unknown>>) => (seed: number) => Plan;

const drawnByYou = (draw: (seed: number) => Plan): Drawn => (scenario, settings) => (seed) => {
  const plan = draw(seed);
  return Object.keys(settings).length === 0 && plan.scenario === scenario
    ? plan
    : { ...plan, scenario, settings: { ...(plan.settings as object), ...settings } };
};

function drawnByKit<Operation, Values>(
  name: string, system: OwnSystem<Operation, Values, any>, given: DrawnByKit<Operation, Values>,
): Drawn {
  const drawing: Drawing = {
    name, system, servers: fromTo(`${name}: servers`, given.servers, 1, 7),
    clients: fromTo(`${name}: clients`, given.clients, 0, 1000), stormUs: rangeOf(given.storm ?? ['1s', '3s']),
    settleUs: microsecondsOf(given.settle ?? '60s'), faults: given.faults ?? swarmOf.swarm(),
    operations: given.operations as Mix<unknown>, settings: given.settings ?? {},
  };
  return (named, settings) => (seed) =>
    drawPlan({ ...drawing, name: named, settings: { ...drawing.settings, ...settings } }, seed);
}

function fromTo(
  what: string, given: number | readonly [number, number], min: number, max: number,
): readonly [number, number] {
  const [from, to] = typeof given === 'number' ? [given, given] : given;
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= min && to <= max && from <= to)
    return [from, to];
  throw new TypeError(
    `${what}: expected a whole number from ${min} to ${max}, or two of them, not ${JSON.stringify(given)}`,
  );
}

const inside = (random: RandomStream, [min, max]: readonly [number, number]): number => random.in({ min, max });

/** Seeds are alike in all that they draw under a name; the name of a canary is not among it. */
function drawPlan(drawing: Drawing, seed: number): Plan {
  const { system, name } = drawing;
  const streams = new RandomStreams(`${system.name} ${seed}`);
  const shape = streams.stream('shape');
  const servers = inside(shape, drawing.servers);
  const clients = inside(shape, drawing.clients);
  const stormUs = shape.in(drawing.stormUs);
  const settings = drawSettings(streams.stream('settings'), drawing);
  const hasDisk = system.own.hasDisk({ servers, clients, settings });
  const kinds = kindsOf(streams, drawing.faults, hasDisk, system.own);
  const { victims, healing } = drawLosses(streams.stream('losses'), servers, drawing, kinds);
  return {
    format: planFormat,
    version: planVersion,
    scenario: name,
    system: system.name,
    seed: `${system.name} ${seed}`,
    servers,
    clients,
    settings,
    network: drawNetwork(streams.stream('network'), kinds),
    disk: hasDisk
      ? { ...drawDisk(streams.stream('disk'), kinds), ...drawDiskTrouble(streams.stream('disk trouble'), kinds) }
      : { writeUs: { min: 0, max: 0 } },
    faults: drawFaults(streams, kinds, {
      servers, clients, stormUs, quietUs: stormUs, electionUs: usualTimeoutUs, victims,
    }).map((fault) => (fault.kind === 'crash' ? atMomentsOf(fault, hasDisk, drawing.faults) : fault)),
    operations: drawOperations(streams.stream('operations'), drawing.operations, kinds, clients, stormUs),
    stormUs,
    settleUs: drawing.settleUs,
    healing,
  };
}

/** A crash at a write waits for ever where nobody writes. */
const atMomentsOf = (fault: Crash, hasDisk: boolean, { kinds }: FaultChoice): Crash => {
  const isMeant =
    fault.moment === 'writeLost'
      ? kinds.has('crashWriteLost')
      : fault.moment === 'writeKept'
        ? kinds.has('crashWriteKept')
        : true;
  return ['now', 'answered', 'sending', 'recovering'].includes(fault.moment) || (hasDisk && isMeant)
    ? fault
    : { ...fault, moment: 'now' };
};

/** By which faults that follow each other are spaced: a few timeouts of a usual protocol. */
const usualTimeoutUs = 300_000;

function drawSettings(random: RandomStream, { system, settings }: Drawing): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(system.own.settings).flatMap(([name, { plain }]) => {
    const given = settings[name];
    const value = Array.isArray(given) ? random.pick(given as readonly unknown[]) : given ?? plain;
    return value === undefined ? [] : [[name, value]];
  }));
}

function kindsOf(
  streams: RandomStreams, { kinds, named }: FaultChoice, hasDisk: boolean, { role, writesOnceMore }: OwnSystem['own'],
): Kinds {
  const drawn = drawKinds(streams);
  // A disk format of a user's own need not write once more what it read: then what lost pages take is no fault of the
  // protocol.
  const isFit = (kind: FaultKind): boolean =>
    (hasDisk || !diskKinds.has(kind)) && (kind !== 'lostPages' || writesOnceMore || named.has(kind));
  return {
    has: (kind: FaultKind) => kinds.has(kind) && isFit(kind) && drawn.has(kind),
    leaderChurn: drawn.leaderChurn && role !== null && kinds.has('crash'),
    slowService: false,
    mayLast: false,
  };
}

/** Fewer than half, so that what needs a majority still has one; and how the storm ends. */
function drawLosses(
  random: RandomStream, servers: number, { faults, system }: Drawing, kinds: Kinds,
): { readonly victims: readonly NodeId[]; readonly healing: Healing } {
  const order = random
    .shuffled(Array.from({ length: servers }, (_, node) => node))
    .filter((node) => !faults.neverLost.has(node));
  const victims = order.slice(0, random.below(((servers - 1) >> 1) + 1));
  const way = random.weighted<Exclude<Healing['kind'], 'minorityInTrouble'>>([
    [3, 'everyone'], [1, 'minorityDown'], [1, 'noNewOperations'], [1, 'leaderFalls'],
  ]);
  if (way === 'minorityDown')
    return kinds.has('gone')
      ? { victims, healing: { kind: way, nodes: victims } }
      : { victims, healing: { kind: 'everyone' } };
  if (way === 'leaderFalls' && (system.own.role === null || !faults.kinds.has('crash')))
    return { victims, healing: { kind: 'everyone' } };
  return { victims, healing: { kind: way } };
}

const ms = 1000;

function drawOperations(
  random: RandomStream, { each, draw }: Mix<unknown>, kinds: Kinds, clients: number, stormUs: number,
): readonly PlannedOperation[] {
  const bursts = Array.from({ length: 1 + random.below(4) }, () => random.below(stormUs));
  const burstPer1000 = kinds.has('burst') ? random.pick([200, 500, 950]) : 0;
  const giveUpPer1000 = kinds.has('giveUp') ? random.pick([30, 100, 250]) : 0;
  const giveUpMinUs = random.pick([5, 50, 300]) * ms;
  const operations: PlannedOperation[] = [];
  for (let client = 0; client < clients; client++) {
    const count = inside(random, each);
    for (let i = 0; i < count; i++) {
      const atUs = random.below(stormUs);
      const request = draw(random, operations.length, client);
      const [isInBurst, burstUs] = [random.chance(burstPer1000), random.pick(bursts) + random.below(ms)];
      const [givesUp, giveUpUs] = [random.chance(giveUpPer1000), random.in({ min: giveUpMinUs, max: 4 * giveUpMinUs })];
      operations.push({
        client, atUs: isInBurst ? burstUs : atUs, request, ...(givesUp ? { giveUpUs } : {}),
        ...(isInBurst ? { load: ['burst'] } : {}),
      });
    }
  }
  return operations.sort((a, b) => a.atUs - b.atUs);
}
