/**
 * Tells another thread where a run is, so that code under test which never comes back can be named and
 * ended: a thread that is inside of a loop hears nothing, and only somebody outside can see that it stands still.
 */
import type { Observer } from '../../checkers/checker.ts';
import type { Plan } from '../plan/plan.ts';
import type { AnyProcess, AnyStorage, System } from '../system.ts';
import type { Registry, Scenario } from './scenario.ts';

/** Slots of the shared words. A seed takes two: it may be larger than 32 bits. */
const slot = { beats: 0, part: 1, node: 2, step: 3, seedLow: 4, seedHigh: 5, hasEnded: 6 } as const;
const slots = 7;
const low = 2 ** 32;

/** What a thread may be inside of; `outside` of all of it, the harness itself is at work. */
const parts = ['outside', 'step', 'storage', 'draw', 'processes', 'observer', 'load'] as const;
export type Part = (typeof parts)[number];
const numberOf = Object.fromEntries(parts.map((part, i) => [part, i])) as Readonly<Record<Part, number>>;

/** Where a thread is. */
export interface Place {
  readonly part: Part;
  /** Null while no seed was drawn: a plan from a file. */
  readonly seed: number | null;
  /** Null where no node is at work. */
  readonly node: number | null;
  /** Steps of all nodes that were begun in this run. */
  readonly step: number;
}

export class Pulse {
  readonly shared: SharedArrayBuffer;
  private readonly words: Uint32Array;

  constructor(shared = new SharedArrayBuffer(slots * 4)) {
    this.shared = shared;
    this.words = new Uint32Array(shared);
  }

  /** Counts on while the code under test is called, and comes back. */
  get beats(): number {
    return Atomics.load(this.words, slot.beats);
  }

  /** Where the thread is; null while it is not inside of what was given to the harness. */
  get place(): Place | null {
    const place = this.anyPlace;
    return place.part === 'outside' ? null : place;
  }

  /** The same, wherever it is. */
  get anyPlace(): Place {
    const { words } = this;
    const part = parts[Atomics.load(words, slot.part)]!;
    return {
      part, seed: this.seed, node: part === 'step' || part === 'storage' ? words[slot.node]! : null,
      step: words[slot.step]!,
    };
  }

  /** The seed that was drawn last; null while none was. */
  get seed(): number | null {
    const { words } = this;
    const seed = words[slot.seedHigh]! * low + words[slot.seedLow]!;
    return seed === 0 ? null : seed - 1;
  }

  drawing(seed: number): void {
    this.words[slot.step] = 0;
    this.words[slot.seedLow] = (seed + 1) % low;
    this.words[slot.seedHigh] = Math.floor((seed + 1) / low);
  }

  runs(): void {
    this.words[slot.step] = 0;
  }

  /** @param steps how many are begun with it: a write is called within a step */
  enter(node: number, steps = 1): void {
    const { words } = this;
    words[slot.node] = node;
    words[slot.step]! += steps;
    words[slot.beats]! += 1;
    words[slot.part] = numberOf.step;
  }

  /** Calls what may call something else that is watched, and never come back. */
  inside<T>(part: Part, act: () => T): T {
    const before = this.into(part);
    try {
      return act();
    } finally {
      this.backTo(before);
    }
  }

  /** @returns what the thread was inside of, for `backTo` */
  into(part: Part): number {
    const { words } = this;
    const before = words[slot.part]!;
    words[slot.beats]! += 1;
    words[slot.part] = numberOf[part];
    return before;
  }

  backTo(before: number): void {
    this.words[slot.part] = before;
  }

  /** The same, of a module that is loaded. */
  async loading<T>(load: () => Promise<T>): Promise<T> {
    this.words[slot.beats]! += 1;
    this.words[slot.part] = numberOf.load;
    try {
      return await load();
    } finally {
      this.leave();
    }
  }

  /** The thread is about to end, whatever it was at. */
  end(): void {
    Atomics.store(this.words, slot.hasEnded, 1);
  }

  get hasEnded(): boolean {
    return Atomics.load(this.words, slot.hasEnded) === 1;
  }

  leave(): void {
    this.words[slot.part] = numberOf.outside;
  }
}

/** A scenario whose system, and whose seeds, are seen from outside. */
export const watched = (scenario: Scenario, pulse: Pulse): Scenario =>
  watchedScenario(scenario, watchedSystem(scenario.system, pulse), pulse);

/** The same system, whose calls into the code under test are seen from outside. */
function watchedSystem(system: System, pulse: Pulse): System {
  const { storage, externalObserver } = system;
  return {
    ...system,
    processes(plan: Plan): readonly AnyProcess[] {
      pulse.runs();
      return pulse
        .inside('processes', () => system.processes(plan))
        .map((process, node) => watchedProcess(process, node, pulse));
    },
    observer: (plan, durableOf) =>
      watchedObserver(
        pulse.inside('observer', () => system.observer(plan, durableOf)), pulse,
      ),
    ...(externalObserver !== undefined && {
      externalObserver: (plan, durableOf) =>
        watchedObserver(
          pulse.inside('observer', () => externalObserver.call(system, plan, durableOf)), pulse,
        ),
    }),
    ...(storage !== undefined && {
      storage: behind<AnyStorage>(storage, ['format', 'store', 'recover', 'isLater'], 'storage', pulse),
    }),
  };
}

const observing = [
  'booted', 'stepped', 'crashed', 'refused', 'invoked', 'gaveUp', 'returned', 'healed', 'unsettled', 'cut', 'finish',
  'counts',
] as const satisfies readonly (keyof Observer)[];

const watchedObserver = (observer: Observer, pulse: Pulse): Observer =>
  behind<Observer>(observer, observing, 'observer', pulse);

/** An object whose methods of these names are seen from outside; whatever else it has is found behind it. */
function behind<T extends object>(object: T, names: readonly (keyof T & string)[], part: Part, pulse: Pulse): T {
  const seen = names.filter((name) => typeof object[name] === 'function').map((name): [string, PropertyDescriptor] => {
    const method = object[name] as (...given: readonly unknown[]) => unknown;
    // No closure for each call: an observer is told of every step.
    const value = (...given: unknown[]): unknown => {
      const before = pulse.into(part);
      try {
        return method.apply(object, given);
      } finally {
        pulse.backTo(before);
      }
    };
    return [name, { value, enumerable: true }];
  });
  return Object.create(object, Object.fromEntries(seen)) as T;
}

function watchedProcess(process: AnyProcess, node: number, pulse: Pulse): AnyProcess {
  // Written out three times: a closure for each step cost as much as all the rest.
  const boot: AnyProcess['boot'] = (durable) => {
    pulse.enter(node);
    try {
      return process.boot(durable);
    } finally {
      pulse.leave();
    }
  };
  const step: AnyProcess['step'] = (state, event) => {
    pulse.enter(node);
    try {
      return process.step(state, event);
    } finally {
      pulse.leave();
    }
  };
  const write: AnyProcess['write'] = (durable, given) => {
    pulse.enter(node, 0);
    try {
      return process.write(durable, given);
    } finally {
      pulse.leave();
    }
  };
  // Whatever else it has, its own methods among them, is found behind it. Described and not assigned: nothing can be
  // assigned in front of a frozen object.
  return Object.create(process, {
    boot: { value: boot, enumerable: true }, step: { value: step, enumerable: true },
    write: { value: write, enumerable: true },
  }) as AnyProcess;
}

function watchedScenario(scenario: Scenario, system: System, pulse: Pulse): Scenario {
  return {
    ...scenario,
    system,
    draw(seed) {
      pulse.drawing(seed);
      return pulse.inside('draw', () => scenario.draw(seed));
    },
    ...(scenario.soak !== undefined && {
      soak(seed: number, round: number) {
        pulse.drawing(seed);
        return pulse.inside('draw', () => scenario.soak!(seed, round));
      },
    }),
  };
}

/** The pulse that whoever watches this thread looks at; null while nobody does. */
let threadPulse: Pulse | null = null;

export function watchThisThread(pulse: Pulse): void {
  threadPulse = pulse;
}

/** The registry as this thread is to run it. */
export const asWatched = (registry: Registry): Registry =>
  threadPulse === null ? registry : watchedRegistry(registry, threadPulse);

/** What this thread loads, seen from outside as well. */
export const loadWatched = <T,>(load: () => Promise<T>): Promise<T> =>
  threadPulse === null ? load() : threadPulse.loading(load);

/** A registry all of whose systems are watched; a system that stands in it twice is one system still. */
function watchedRegistry(registry: Registry, pulse: Pulse): Registry {
  const known = new Map<System, System>();
  const watch = (system: System): System => {
    const found = known.get(system) ?? watchedSystem(system, pulse);
    known.set(system, found);
    return found;
  };
  return {
    ...registry,
    systems: new Map([...registry.systems].map(([name, system]) => [name, watch(system)])),
    scenarios: new Map(
      [...registry.scenarios].map(([name, scenario]) => [
        name, watchedScenario(scenario, watch(scenario.system), pulse),
      ]),
    ),
  };
}
