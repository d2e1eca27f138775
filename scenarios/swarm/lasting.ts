/**
 * Trouble that goes on when the storm is over, while a majority is up and can talk: a network that is never without
 * fault, or servers, fewer than half, that are not healed. The others owe progress all the same (issue 16).
 */
import type { NodeId } from '../../core/protocol.ts';
import type { Fault } from '../../harness/plan/fault.ts';
import type { Healing, LastingRates, PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';

const ms = 1000;

export interface Calm {
  readonly servers: number;
  readonly stormUs: number;
  readonly settleUs: number;
  readonly settings: RaftKvSettings;
  /** Servers that may be lost for good: with those in trouble they must be fewer than half. */
  readonly victims: readonly NodeId[];
  /** How the storm would end without trouble. */
  readonly healing: Healing;
  /** Nobody comes or goes: else a few servers in trouble may be half of those that take part, and owe nothing. */
  readonly isFixed: boolean;
}

export interface Lasting {
  readonly rates: LastingRates | null;
  /** Null when everything is healed as it would be. */
  readonly healing: Healing | null;
  readonly faults: readonly Fault[];
  /** Of these operations some begin when the storm is over: who asks nothing is owed no answer. */
  movedBehind(operations: readonly PlannedOperation[]): readonly PlannedOperation[];
}

export const nothingLasts: Lasting = {
  rates: null, healing: null, faults: [], movedBehind: (operations) => operations,
};

/** How long clients go on. */
const behindUs = 2_000_000;

/**
 * A fifth of the seeds keeps a poor network, and a quarter of those in which all would be healed keeps a minority in
 * trouble. With trouble, and in some seeds more, load goes on behind the storm.
 */
export function drawLasting(random: RandomStream, calm: Calm): Lasting {
  const hasRates = random.chance(200);
  const rates = {
    dropPer1000: random.below(51), duplicatePer1000: random.below(51), tailUs: random.pick([0, 200, 1000, 2000]),
  };
  const hasTrouble = random.chance(250);
  const nodes =
    hasTrouble &&
    calm.isFixed &&
    !endsSoon(calm.settings) &&
    !isDrownedByRetries(calm.settings) &&
    calm.healing.kind === 'everyone'
      ? troubled(random, calm)
      : [];
  return {
    rates: hasRates && !endsSoon(calm.settings) ? rates : null,
    healing: nodes.length === 0 ? null : { kind: 'minorityInTrouble', nodes },
    faults: nodes.map((node) => trouble(random, node, calm)),
    movedBehind:
      nodes.length > 0 || random.chance(150)
        ? (operations) => behind(random, operations, calm.stormUs)
        : (operations) => operations,
  };
}

/**
 * A session that ends within a few elections: where leaders go on coming and going a client may never have the time to
 * use one, and nothing is owed to it.
 */
const endsSoon = ({ sessionExpiryUs, electionTimeoutUs }: RaftKvSettings): boolean =>
  sessionExpiryUs !== undefined && sessionExpiryUs < 4 * electionTimeoutUs.max;

/**
 * With versions nobody remembers what is done, and each request that comes again costs another entry: a leader whose
 * disk is slow for good gets more of them than it can write, as long as clients ask.
 */
const isDrownedByRetries = ({ versions }: RaftKvSettings): boolean => versions === true;

/** Every third operation, so that each client has some, begins in the two seconds behind the storm. */
function behind(
  random: RandomStream, operations: readonly PlannedOperation[], stormUs: number,
): readonly PlannedOperation[] {
  const later = operations.map((operation) =>
    random.below(3) === 0 ? { ...operation, atUs: stormUs + random.below(behindUs) } : operation,
  );
  return later.sort((a, b) => a.atUs - b.atUs);
}

/** Those that may be lost anyway; where none may, any that leave a majority. */
function troubled(random: RandomStream, { servers, victims }: Calm): readonly NodeId[] {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  const many = random.below((servers - 1) >> 1) + 1;
  if (servers < 3) return [];
  return victims.length > 0 ? victims : order.slice(0, many);
}

type Trouble = (random: RandomStream, node: NodeId, calm: Calm) => Fault;

/** From within the storm to the end of the run. */
const spanOf = (random: RandomStream, { stormUs, settleUs }: Calm): { fromUs: number; untilUs: number } =>
  ({ fromUs: (stormUs >> 1) + random.below(stormUs >> 1), untilUs: stormUs + settleUs });

const peerOf = (random: RandomStream, node: NodeId, servers: number): NodeId =>
  (node + 1 + random.below(servers - 1)) % servers;

/** Nobody hears of it, and it comes back with the term that it left with or not at all. */
const silent: readonly Trouble[] = [
  (random, node, calm) => ({ kind: 'isolation', ...spanOf(random, calm), nodes: [node], direction: 'both' }),
  (random, node, calm) => ({ kind: 'isolation', ...spanOf(random, calm), nodes: [node], direction: 'outbound' }),
  (random, node, calm) => ({ kind: 'pause', ...spanOf(random, calm), nodes: [node] }),
];

/** It may campaign now and then, and others have the time to do something in between. */
const rare: readonly Trouble[] = [
  ...silent,
  (random, node, calm) => ({
    kind: 'cut', ...spanOf(random, calm), from: node, to: peerOf(random, node, calm.servers),
  }),
  (random, node, calm) => ({
    kind: 'crashLoop', ...spanOf(random, calm), nodes: [node], downUs: (3 + random.below(5)) * electionMaxUs(calm),
    upUs: (5 + random.below(10)) * electionMaxUs(calm),
  }),
  (random, node, calm) => ({
    kind: 'flapping', ...spanOf(random, calm), nodes: [node], offUs: (1 + random.below(5)) * electionMaxUs(calm),
    onUs: (8 + random.below(10)) * electionMaxUs(calm),
  }),
  (random, node, calm) => ({
    kind: 'stall', ...spanOf(random, calm), nodes: [node], byUs: calm.settings.electionTimeoutUs.min >> 2,
  }),
];

/**
 * It campaigns again and again: only PreVote keeps a leader from falling each time, and CheckQuorum one that hears
 * nothing from staying.
 */
const disruptive: readonly Trouble[] = [
  ...rare,
  (random, node, calm) => ({ kind: 'isolation', ...spanOf(random, calm), nodes: [node], direction: 'inbound' }),
  (random, node, calm) => ({
    kind: 'cut', ...spanOf(random, calm), from: peerOf(random, node, calm.servers), to: node,
  }),
  (random, node, calm) => ({
    kind: 'flapping', ...spanOf(random, calm), nodes: [node], offUs: random.in({ min: 1, max: 2000 }) * ms,
    onUs: random.in({ min: 1, max: 2000 }) * ms,
  }),
];

const electionMaxUs = ({ settings }: Calm): number => settings.electionTimeoutUs.max;

/**
 * The server that is always first to run for leader never gives up when it hears nobody: then only silence lets the
 * others be.
 */
function trouble(random: RandomStream, node: NodeId, calm: Calm): Fault {
  const { preVote, checkQuorum, quickServer } = calm.settings;
  const kinds = preVote === true && checkQuorum === true ? disruptive : quickServer === node ? silent : rare;
  return random.pick(kinds)(random, node, calm);
}
