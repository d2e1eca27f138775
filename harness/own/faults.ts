/** What befalls the plans of a scenario: all that the harness knows and the system can suffer, or less. */
import type { NodeId } from '../../core/protocol.ts';
import { assumptionBreaking, faultKinds, type FaultKind } from '../plan/fault-kinds.ts';

const families = {
  network: ['drop', 'duplicate', 'replay', 'late', 'exponentialDelay', 'reorder', 'corrupt'],
  cuts: ['partition', 'bridge', 'ring', 'cut', 'isolation', 'flapping'],
  links: ['slowLink', 'clog', 'swizzle'],
  processes: ['crash', 'crashWriteLost', 'crashWriteKept', 'crashLoop', 'pause', 'gone', 'crashInSends'],
  disk: [
    'slowWrite', 'stalledWrite', 'lostTail', 'tornRecord', 'tornSnapshot', 'failedWrite', 'diskFull', 'failedWriteLeft',
    'crashInRecovery', 'lostPages', 'bitRot', 'misdirectedWrite', 'staleRead', 'crashWriteLost', 'crashWriteKept',
  ],
  clocks: ['clockRate', 'clockDrift', 'clockJump'],
  clients: ['burst', 'giveUp'],
} as const satisfies Readonly<Record<string, readonly FaultKind[]>>;

/** A family of faults: network, cuts, links, processes, disk, clocks or clients. */
export type FaultFamily = keyof typeof families;

const isFamily = (name: string): name is FaultFamily => Object.hasOwn(families, name);

export interface SwarmOptions {
  /** Nothing but these. */
  readonly only?: readonly (FaultFamily | FaultKind)[];
  readonly without?: readonly (FaultFamily | FaultKind)[];
  /** Servers that are never lost for good: a single one that all others need. */
  readonly neverLost?: readonly NodeId[];
}

export interface FaultChoice {
  readonly kinds: ReadonlySet<FaultKind>;
  readonly neverLost: ReadonlySet<NodeId>;
  /** Kinds that `only` names themselves: they are meant, whatever the system is like. */
  readonly named: ReadonlySet<FaultKind>;
}

/** @throws TypeError for a name that is neither a family nor a kind */
function kindsNamed(names: readonly string[]): readonly FaultKind[] {
  return names.flatMap((name): readonly FaultKind[] => {
    if (isFamily(name)) return families[name];
    const kind = faultKinds.find((one) => one === name);
    if (kind !== undefined) return [kind];
    throw new TypeError(
      `there is no fault "${name}"; families are ${Object.keys(families).join(', ')}, kinds stand in docs/fault-model.md`,
    );
  });
}

/** Kinds that need no word of the system's: what leads, and what a snapshot is. */
const everySystem: readonly FaultKind[] = kindsNamed(Object.keys(families)).filter(
  (kind) => !assumptionBreaking.includes(kind),
);

export const faults = {
  /** Every seed has its own choice of them; whole kinds are off in most. */
  swarm({ only, without = [], neverLost = [] }: SwarmOptions = {}): FaultChoice {
    const kinds = new Set(only === undefined ? everySystem : kindsNamed(only));
    for (const kind of kindsNamed(without)) kinds.delete(kind);
    return { kinds, neverLost: new Set(neverLost), named: new Set(faultKinds.filter((kind) => only?.includes(kind))) };
  },
  none: { kinds: new Set(), neverLost: new Set(), named: new Set() } as FaultChoice,
};

/** Kinds that strike only who writes. */
export const diskKinds: ReadonlySet<FaultKind> = new Set(families.disk);
