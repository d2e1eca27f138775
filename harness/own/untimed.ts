/** A user's system as a model of the explorer: the same processes, the same invariants, in a world without time. */
import { Violated } from '../../checkers/checker.ts';
import type { Views } from '../explore/fingerprint.ts';
import { linearizability, type ClientHistory } from '../explore/linearizable.ts';
import type { Model, ModelDefinition, Property } from '../explore/model.ts';
import {
  choiceOf, flagOf, numberOf, ParameterError, type ModelParameter, type ParameterValues,
} from '../explore/parameters.ts';
import type { NetworkKind } from '../explore/untimed/letters.ts';
import type { Move } from '../explore/untimed/parts.ts';
import type { World } from '../explore/untimed/state.ts';
import type { NodeStep, Notice, UntimedObserver, UntimedSystem } from '../explore/untimed/system.ts';
import { sometimesSeen, UntimedWorld } from '../explore/untimed/world.ts';
import { planFormat, planVersion } from '../plan/plan.ts';
import type { System } from '../system.ts';
import type { NodeId } from '../../core/protocol.ts';
import { Symmetry } from './alike.ts';
import type { Cast, Definition, SeenStep } from './definition.ts';
import { situationsIn } from './definition.ts';
import { mustAnswer } from './observer.ts';
import { anyTimersField, settingsIn } from './settings.ts';

/** What a scenario says of its search. */
export interface ExploreBounds<Operation = any, State = any> {
  readonly servers: number;
  readonly clients: number;
  /** Of each client: so many of the service's own, or these in turn. */
  readonly operations: number | readonly Operation[] | ((client: number) => readonly Operation[]);
  readonly crashes: number;
  /** States outside are not looked at. */
  within(state: State): boolean;
  /** Whether a timer may fire. */
  timers(state: State, timer: string): boolean;
}

type Histories = readonly ClientHistory<unknown, unknown>[];
type OwnWorld = World<Histories, Notice>;
type OwnMove = Move<Notice>;

/** Objects of a user's classes, by what stands in their fields. */
const byFields = (value: object): unknown => [value.constructor.name, { ...value }];
const anyClass: Views = new (class extends Map<object, (value: never) => unknown> {
  override get(): (value: never) => unknown {
    return byFields;
  }
})();

/** Judges steps and moments; its ghost is the clients' histories, where answers must fit an order. */
class OwnUntimedObserver implements UntimedObserver<Histories, Notice> {
  readonly blank: Histories;
  readonly invariants: readonly string[];
  readonly properties: readonly Property<Histories, never>[];
  private readonly definition: Definition;
  private readonly cast: Cast;
  private readonly symmetry: Symmetry | null;

  constructor(definition: Definition, cast: Cast, symmetry: Symmetry | null) {
    this.symmetry = symmetry;
    const { linearizable } = definition.service;
    this.definition = definition;
    this.cast = cast;
    this.blank = Array.from({ length: linearizable === null ? 0 : cast.clients }, () => ({
      completed: [], inFlight: null,
    }));
    this.invariants = Object.keys(definition.invariants);
    this.properties =
      linearizable === null
        ? []
        : [
            linearizability<Histories, unknown, unknown>(linearizable, (histories) => histories) as Property<
              Histories,
              never
            >,
          ];
  }

  notice({ node, before, after, event, effects }: NodeStep): Notice | null {
    if (node >= this.cast.servers) return null;
    const step: SeenStep = { node, before, after, event, effects, settings: this.cast.settings };
    if (before !== null)
      for (const [name, { step: check }] of this.definition.sees.steps) mustAnswer(name, check!(step));
    const situations = situationsIn(this.definition, step);
    const concernsOthers = before !== after && this.definition.sees.moments.length > 0;
    return situations.length > 0 || concernsOthers ? { situations, concernsOthers } : null;
  }

  compare(): void {
    // What concerns several servers is asked of their states: `moment`.
  }

  moment(states: readonly unknown[]): void {
    const { moments } = this.definition.sees;
    const { settings } = this.cast;
    for (const [name, { always }] of moments) mustAnswer(name, always!({ servers: states, settings }));
    this.symmetry?.heldMoment(states, (servers) =>
      moments.some(([, { always }]) => always!({ servers, settings }) !== null),
    );
  }

  observe(ghost: Histories): Histories {
    return ghost;
  }

  invoked(ghost: Histories, client: number, request: unknown): Histories {
    if (ghost.length === 0) return ghost;
    const before = ghost.map(({ completed }, other) => (other === client ? 0 : completed.length));
    return ghost.with(client, { completed: ghost[client]!.completed, inFlight: { input: request, before } });
  }

  /** @throws Violated for an answer to nothing */
  returned(ghost: Histories, client: number, reply: unknown): Histories {
    if (ghost.length === 0) return ghost;
    const { completed, inFlight } = ghost[client]!;
    if (inFlight === null)
      throw new Violated('Protocol Contract', `c${client} tells of an answer although it waits for none`);
    return ghost.with(client, { completed: [...completed, { ...inFlight, output: reply }], inFlight: null });
  }

  historiesOf(ghost: Histories): Histories {
    return ghost;
  }
}

function operationsOf(
  { operations }: ExploreBounds, { service, name }: Definition, count: number,
): (client: number) => readonly unknown[] {
  if (typeof operations === 'function') return (client) => operations(client).slice(0, count);
  if (typeof operations !== 'number') return () => operations.slice(0, count);
  const { typical } = service;
  if (typical !== null) return (client) => Array.from({ length: count }, (_, place) => typical(client, place));
  if (count === 0) return () => [];
  throw new ParameterError(
    `the service of ${name} is your own: give the operations of \`explore\` as a list, or as a function of the client`,
  );
}

function untimedSystem(
  system: System, definition: Definition, bounds: ExploreBounds, cast: Cast, count: number,
): UntimedSystem<Histories, Notice> {
  const { servers, clients, settings } = cast;
  const asked = Array.from({ length: clients }, (_, client) => operationsOf(bounds, definition, count)(client));
  const symmetry = symmetryOf(definition, cast, asked);
  const processes = definition.processes(cast);
  const mayFire = (node: NodeId, state: unknown, timer: string): boolean =>
    node >= servers || bounds.timers(state, timer);
  const isWithin = (node: NodeId, state: unknown): boolean => node >= servers || bounds.within(state);
  return {
    processes: symmetry === null ? processes : symmetry.held(processes, { within: isWithin, timers: mayFire }),
    servers,
    views: anyClass,
    essence: (_, state) => state,
    normal: (_, state) => state,
    canonical: (_, state) => state,
    eagerTimers: () => [],
    liveTimers: (_node, _state, armed) => armed,
    // A claim that is never made is never wrong.
    isDead: () => false,
    mayFire,
    isWithin,
    nextRequest(client, state) {
      const { begun, isWaiting } = definition.clients.asked(state);
      return isWaiting ? null : (asked[client]![begun] ?? null);
    },
    observer: new OwnUntimedObserver(definition, cast, symmetry),
    renamer: symmetry?.renamer ?? null,
    renamings: () => symmetry?.renamings ?? [],
    planBase: {
      format: planFormat, version: planVersion, scenario: `explore ${definition.name}`, system: system.name,
      seed: 'explore', servers, clients, settings: { ...settings, [anyTimersField]: true },
      disk: { writeUs: { min: 0, max: 0 } }, settleUs: 10_000_000, fixedTimersUs: {},
    },
    describeMessage: system.describeMessage,
    describeState: (node, state) => system.describeState(state, node),
    describeRequest: (request) => definition.service.describe(request),
  };
}

/** Null when no two servers are alike, or no two of these. */
function symmetryOf(definition: Definition, cast: Cast, operations: readonly (readonly unknown[])[]): Symmetry | null {
  const alike = definition.alike?.(cast) ?? null;
  if (alike === null) return null;
  const symmetry = new Symmetry(alike, {
    servers: cast.servers, asks: cast.clients === 0 ? [] : definition.asks(cast), operations: operations.flat(),
    describe: (_, state) => definition.words.state(state),
  });
  return symmetry.renamings.length > 1 ? symmetry : null;
}

const parametersOf = (
  { settings, situations }: Definition, { servers, clients, operations, crashes }: ExploreBounds,
): readonly ModelParameter[] => [
  { kind: 'number', name: 'servers', help: 'servers', default: servers, min: 1, max: 7 },
  { kind: 'number', name: 'clients', help: 'clients', default: clients, min: 0, max: 4 },
  {
    kind: 'number', name: 'operations', help: 'operations of each client', default: countOf(operations), min: 0,
    max: 16,
  },
  {
    kind: 'number', name: 'max-crashes', help: 'crashes of servers, of all together', default: crashes, min: 0, max: 16,
  },
  {
    kind: 'choice',
    name: 'network',
    help: 'set: any letter any number of times; multiset: once, in any order; ordered: once, in order',
    default: 'set',
    choices: ['set', 'multiset', 'ordered'],
  },
  {
    kind: 'number', name: 'max-in-flight', help: 'letters in flight at once; 0 for any number (set only)', default: 0,
    min: 0, max: 64,
  },
  {
    kind: 'number', name: 'max-drops', help: 'letters lost, of all together (multiset, ordered)', default: 1, min: 0,
    max: 64,
  },
  {
    kind: 'number', name: 'max-duplicates', help: 'letters doubled, of all together (multiset, ordered)', default: 0,
    min: 0, max: 64,
  },
  { kind: 'flag', name: 'plain', help: 'without the reduction of interleavings (which the set network has)' },
  ...(Object.keys(situations).length === 0
    ? []
    : [{ kind: 'flag', name: 'goals', help: 'every situation must be reached' } as const]),
  ...Object.entries(settings).flatMap(([name, setting]) => setting.parameter(name) ?? []),
];

const countOf = (operations: ExploreBounds['operations']): number =>
  typeof operations === 'number'
    ? operations
    : typeof operations === 'function'
      ? operations(0).length
      : operations.length;

/** @param moduleUrl of the module whose registry holds it */
export function modelOf(
  system: System, definition: Definition, bounds: ExploreBounds, summary: string, moduleUrl: string,
): ModelDefinition<OwnWorld, OwnMove> {
  return {
    name: definition.name,
    summary,
    parameters: parametersOf(definition, bounds),
    moduleUrl,
    create: (values) => createModel(system, definition, bounds, values),
  };
}

function createModel(
  system: System, definition: Definition, bounds: ExploreBounds, values: ParameterValues,
): Model<OwnWorld, OwnMove> {
  const network = choiceOf(values, 'network') as NetworkKind;
  const given = numberOf(values, 'max-in-flight');
  const isReduced = network === 'set' && !flagOf(values, 'plain');
  if (isReduced && given > 0)
    throw new ParameterError(
      '--max-in-flight counts letters, and with the reduction letters stay in flight: add --plain, or take --network multiset',
    );
  if (network !== 'set' && given === 0)
    throw new ParameterError(`--network ${network} needs a bound on the letters in flight, such as --max-in-flight 4`);
  const cast: Cast = {
    servers: numberOf(values, 'servers'), clients: numberOf(values, 'clients'),
    settings: settingsIn(definition.settings, values),
  };
  const world = new UntimedWorld(untimedSystem(system, definition, bounds, cast, numberOf(values, 'operations')), {
    network, isReduced, maxCrashes: numberOf(values, 'max-crashes'), maxInFlight: given === 0 ? Infinity : given,
    maxDrops: numberOf(values, 'max-drops'), maxDuplicates: numberOf(values, 'max-duplicates'),
  });
  if (values['goals'] === true)
    world.addProperties(Object.keys(definition.situations).map((name) => sometimesSeen(name, name)));
  return world;
}
