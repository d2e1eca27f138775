/** The faults of a seed, kind by kind: each kind has a stream of its own. */
import type { NodeId } from '../../core/protocol.ts';
import type { FaultKind } from '../plan/fault-kinds.ts';
import { damages, type Crash, type Fault, type Isolation, type Target } from '../plan/fault.ts';
import type { RandomStream, RandomStreams } from '../world/random.ts';
import type { Kinds } from './kinds.ts';

const ms = 1000;

export interface Cluster {
  readonly servers: number;
  readonly clients: number;
  readonly stormUs: number;
  /** From when on clients begin nothing any more. */
  readonly quietUs: number;
  /** The longest election timeout. */
  readonly electionUs: number;
  /** Servers that may be lost for good: fewer than half, so that the others are a quorum. */
  readonly victims: readonly NodeId[];
}

type Draw = (random: RandomStream, cluster: Cluster) => readonly Fault[];

export function drawFaults(streams: RandomStreams, kinds: Kinds, cluster: Cluster): Fault[] {
  const faults: Fault[] = [];
  for (const [kind, draw] of draws)
    if (kinds.has(kind)) faults.push(...draw(streams.stream(`faults ${kind}`), cluster));
  if (kinds.has('isolation')) faults.push(...staleLeaders(streams.stream('stale leaders'), cluster));
  if (kinds.leaderChurn) faults.push(...leaderChurn(streams.stream('churn'), cluster));
  return faults;
}

/** Some last to the very end of the storm: what they left is then for the healed cluster to mend. */
function spanWithin(random: RandomStream, stormUs: number, maxUs: number): { fromUs: number; untilUs: number } {
  const fromUs = random.below(stormUs);
  if (random.chance(150))
    return { fromUs: Math.max(0, stormUs - random.in({ min: 10 * ms, max: maxUs })), untilUs: stormUs };
  return { fromUs, untilUs: Math.min(stormUs, fromUs + random.in({ min: 10 * ms, max: maxUs })) };
}

/** Fewer than `below` of them. */
const some = (random: RandomStream, below: number, one: () => Fault): Fault[] =>
  Array.from({ length: random.below(below) }, one);
/** At least one. */
const few = <T = Fault,>(random: RandomStream, max: number, one: () => T): T[] =>
  Array.from({ length: 1 + random.below(max) }, one);

const serverOf = (random: RandomStream, { servers }: Cluster): NodeId => random.below(servers);

function aWay(random: RandomStream, nodes: number): { from: NodeId; to: NodeId } {
  const from = random.below(nodes);
  return { from, to: (from + 1 + random.below(Math.max(1, nodes - 1))) % nodes };
}

const serverOrLeader = (random: RandomStream, cluster: Cluster): Target =>
  random.weighted<Target>([[1, 'leader'], [1, [serverOf(random, cluster)]]]);

const partitions: Draw = (random, cluster) =>
  random.chance(250)
    ? movingPartitions(random, cluster)
    : some(random, 6, () => ({
        kind: 'partition',
        ...spanWithin(random, cluster.stormUs, 1500 * ms),
        groups: sidesOf(random, cluster),
      }));

/** One right behind the other, each about as long as an election: leaders come and go on changing sides. */
function movingPartitions(random: RandomStream, cluster: Cluster): Fault[] {
  const { stormUs, electionUs } = cluster;
  const faults: Fault[] = [];
  for (let fromUs = random.below(stormUs >> 1); fromUs < stormUs;) {
    const untilUs = Math.min(stormUs, fromUs + random.in({ min: electionUs, max: 4 * electionUs }));
    faults.push({ kind: 'partition', fromUs, untilUs, groups: sidesOf(random, cluster) });
    fromUs = untilUs;
  }
  return faults;
}

/** Two, three or more sides, or one server alone; clients stand anywhere or outside of it. */
function sidesOf(random: RandomStream, { servers, clients }: Cluster): NodeId[][] {
  const sides = random.weighted([[12, 2], [4, 3], [1, 4]]);
  const groups: NodeId[][] = Array.from({ length: sides }, () => []);
  if (random.chance(300)) {
    const alone = random.below(servers);
    for (let node = 0; node < servers; node++) groups[node === alone ? 0 : 1]!.push(node);
  } else {
    for (let node = 0; node < servers; node++) random.pick(groups).push(node);
  }
  if (random.chance(500)) for (let client = 0; client < clients; client++) random.pick(groups).push(servers + client);
  return groups;
}

/** Two sides with one server that talks to both. */
const bridges: Draw = (random, { servers, stormUs }) => (servers < 3 ? [] : few(random, 3, () => {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  const middle = order.pop()!;
  const half = order.length >> 1;
  return {
    kind: 'partition',
    ...spanWithin(random, stormUs, 1500 * ms),
    groups: [
      [...order.slice(0, half), middle], [...order.slice(half), middle],
    ],
  };
}));

/** Everyone talks to two neighbours only. */
const rings: Draw = (random, { servers, stormUs }) => (servers < 4 ? [] : few(random, 3, () => {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  return {
    kind: 'partition', ...spanWithin(random, stormUs, 1500 * ms),
    groups: order.map((node, i) => [node, order[(i + 1) % servers]!]),
  };
}));

const cuts: Draw = (random, { servers, clients, stormUs }) => (servers + clients < 2 ? [] : some(random, 6, () => ({
  kind: 'cut', ...spanWithin(random, stormUs, 1500 * ms), ...aWay(random, servers + clients),
})));

const isolations: Draw = (random, { servers, clients, stormUs }) => some(random, 4, () => ({
  kind: 'isolation',
  ...spanWithin(random, stormUs, 1000 * ms),
  nodes: random.weighted<Target>([[3, 'leader'], [2, [random.below(servers)]], [1, [servers + random.below(clients)]]]),
  direction: random.weighted<Isolation['direction']>([[3, 'both'], [1, 'inbound'], [1, 'outbound']]),
}));

const flappings: Draw = (random, cluster) => few(random, 2, () => ({
  kind: 'flapping',
  ...spanWithin(random, cluster.stormUs, 1500 * ms),
  nodes: serverOrLeader(random, cluster),
  offUs: random.in({ min: 1, max: 80 }) * ms,
  onUs: random.in({ min: 1, max: 80 }) * ms,
}));

/** Some links, or all between servers: then votes and acknowledgements come when their election is long over. */
const slowLinks: Draw = (random, cluster) => {
  const { servers, clients, stormUs } = cluster;
  if (servers < 2) return [];
  if (random.chance(400)) return slowNetwork(random, cluster);
  return few(random, 4, () => ({
    kind: 'slowLink', ...spanWithin(random, stormUs, 2000 * ms),
    ...aWay(random, random.chance(800) ? servers : servers + clients), byUs: random.pick([5, 30, 150, 600]) * ms,
  }));
};

function slowNetwork(random: RandomStream, { servers, stormUs, electionUs }: Cluster): Fault[] {
  const span = spanWithin(random, stormUs, 2000 * ms);
  const faults: Fault[] = [];
  for (let from = 0; from < servers; from++) {
    for (let to = 0; to < servers; to++) {
      if (from !== to && random.chance(700))
        faults.push({ kind: 'slowLink', ...span, from, to, byUs: random.in({ min: ms, max: 2 * electionUs }) });
    }
  }
  return faults;
}

const clogs: Draw = (random, { servers, clients, stormUs }) =>
  servers < 2
    ? []
    : few(random, 4, () => ({
        kind: 'clog',
        ...spanWithin(random, stormUs, 800 * ms),
        ...aWay(random, random.chance(800) ? servers : servers + clients),
      }));

const swizzles: Draw = (random, { servers, stormUs }) => {
  const nodes = random.shuffled(Array.from({ length: servers }, (_, node) => node)).slice(0, 1 + random.below(servers));
  const everyUs = random.in({ min: 5, max: 200 }) * ms;
  const fromUs = random.below(stormUs);
  const untilUs = Math.min(stormUs, fromUs + nodes.length * everyUs + random.below(300 * ms));
  return [{ kind: 'swizzle', fromUs, untilUs, nodes, release: random.shuffled(nodes), everyUs }];
};

/** One server, some, or all. */
const whoCrashes = (random: RandomStream, { servers }: Cluster): number[] => {
  const all = Array.from({ length: servers }, (_, node) => node);
  return random.weighted([
    [7, [random.below(servers)]], [1, all], [1, random.shuffled(all).slice(0, 1 + random.below(servers))],
  ]);
};

function crashAt(random: RandomStream, stormUs: number, moment: Crash['moment'], nodes: Target): Crash {
  const atUs = random.below(stormUs);
  const downUs = random.weighted([
    [3, random.in({ min: 1, max: 60 }) * ms], [2, random.in({ min: 50, max: 1500 }) * ms],
  ]);
  return { kind: 'crash', atUs, restartUs: Math.min(stormUs, atUs + downUs), nodes, moment };
}

const crashes: Draw = (random, cluster) => [
  ...some(random, 8, () =>
    crashAt(
      random,
      cluster.stormUs,
      random.weighted<Crash['moment']>([
        [2, 'now'], [2, 'writeLost'], [1, 'writeKept'], [1, 'answered'],
      ]),
      whoCrashes(random, cluster),
    ),
  ),
  ...lastFalls(random, cluster),
];

/** Leaders fall as clients fall silent: who follows inherits what they left, and no client comes to move it on. */
function lastFalls(random: RandomStream, { stormUs, quietUs, electionUs }: Cluster): Fault[] {
  return few(random, 4, () => {
    const atUs = Math.min(stormUs - 1, Math.max(0, quietUs + random.in({ min: -50 * ms, max: 250 * ms })));
    const moment = random.weighted<Crash['moment']>([[1, 'now'], [1, 'writeKept'], [3, 'answered']]);
    return {
      kind: 'crash', atUs, restartUs: Math.min(stormUs, atUs + random.in({ min: electionUs, max: 3 * electionUs })),
      nodes: 'leader', moment,
    };
  });
}

/** Crashes at barriers only, many of them of the leader. */
const crashesAt = (moment: Crash['moment']): Draw => (random, cluster) => few(random, 4, () =>
  crashAt(random, cluster.stormUs, moment, serverOrLeader(random, cluster)));

const crashLoops: Draw = (random, cluster) => few(random, 2, () => ({
  kind: 'crashLoop',
  ...spanWithin(random, cluster.stormUs, 1200 * ms),
  nodes: serverOrLeader(random, cluster),
  downUs: random.in({ min: 1, max: 50 }) * ms,
  upUs: random.in({ min: 5, max: 200 }) * ms,
}));

const pauses: Draw = (random, cluster) => few(random, 4, () => ({
  kind: 'pause', ...spanWithin(random, cluster.stormUs, 1200 * ms), nodes: serverOrLeader(random, cluster),
}));

const losses: Draw = (random, { victims, stormUs }) => (victims.length === 0 ? [] : [
  { kind: 'gone', atUs: random.below(stormUs), nodes: victims.slice(0, 1 + random.below(victims.length)) },
]);

const stalls: Draw = (random, cluster) =>
  few(random, 3, () => ({
    kind: 'stall', ...spanWithin(random, cluster.stormUs, 1000 * ms), nodes: serverOrLeader(random, cluster),
    byUs: random.pick([5, 50, 200, 700]) * ms,
  }));

const failedWrites: Draw = (random, cluster) => few(random, 3, () => ({
  kind: 'failedWrite', ...spanWithin(random, cluster.stormUs, 600 * ms), nodes: serverOrLeader(random, cluster),
}));

/** What a failed sync left is read when the node starts, and gone if it falls before that has written it once more. */
const failuresAndFalls: Draw = (random, cluster) =>
  few(random, 3, () => serverOf(random, cluster)).flatMap((node): Fault[] => {
    const { fromUs, untilUs } = spanWithin(random, cluster.stormUs, 600 * ms);
    const restartUs = Math.min(cluster.stormUs, untilUs + random.in({ min: 1, max: 100 }) * ms);
    // Right behind its start at the end of the first.
    const atUs = Math.min(cluster.stormUs, untilUs + 1);
    return [
      { kind: 'failedWrite', fromUs, untilUs, nodes: [node] },
      { kind: 'crash', atUs, restartUs: Math.max(atUs, restartUs), nodes: [node], moment: 'recovering' },
    ];
  });

const fullDisks: Draw = (random, cluster) => few(random, 2, () => ({
  kind: 'diskFull', ...spanWithin(random, cluster.stormUs, 800 * ms), nodes: serverOrLeader(random, cluster),
}));

/** Crashes in the middle of writes, for disks that may tear them. */
const tearingCrashes: Draw = (random, cluster) =>
  few(random, 5, () => crashAt(random, cluster.stormUs, 'writeLost', serverOrLeader(random, cluster)));

const damaged =
  (damage: (typeof damages)[number]): Draw =>
  (random, { victims, stormUs }) =>
    victims.length === 0
      ? []
      : few(random, 3, () => {
          // Late enough for there to be something to damage.
          const atUs = (stormUs >> 2) + random.below(stormUs - (stormUs >> 2));
          const restartUs = Math.min(stormUs, atUs + random.in({ min: 1, max: 300 }) * ms);
          return { kind: 'damagedDisk', atUs, restartUs, nodes: [random.pick(victims)], damage, part: random.uint32() };
        });

const ratePer1000 = (random: RandomStream): number => random.pick([200, 500, 800, 1250, 2000, 4000]);

const wrongRates: Draw = (random, cluster) =>
  few(random, 3, () => ({
    kind: 'clockRate', ...spanWithin(random, cluster.stormUs, 3000 * ms), nodes: serverOrLeader(random, cluster),
    ratePer1000: ratePer1000(random),
  }));

const drifts: Draw = (random, cluster) =>
  few(random, 3, () => ({
    kind: 'clockDrift', ...spanWithin(random, cluster.stormUs, 3000 * ms), nodes: serverOrLeader(random, cluster),
    ratePer1000: ratePer1000(random),
  }));

const jumps: Draw = (random, cluster) =>
  few(random, 6, () => ({
    kind: 'clockJump', atUs: random.below(cluster.stormUs), nodes: [serverOf(random, cluster)],
    byUs: random.pick([-1000, -200, -50, 50, 200, 1000]) * ms,
  }));

const holds: Draw = (random, { servers, stormUs }) => (servers < 2 ? [] : few(random, 4, () => ({
  kind: 'holdAcrossLeaderships', fromUs: random.below(stormUs >> 1), untilUs: stormUs, ...aWay(random, servers),
})));

const isolationsUntilSnapshot: Draw = (random, cluster) =>
  cluster.servers < 3
    ? []
    : few(random, 2, () => ({
        kind: 'isolateUntilSnapshot',
        fromUs: random.below(cluster.stormUs >> 1),
        untilUs: cluster.stormUs,
        node: serverOf(random, cluster),
      }));

const heldInstalls: Draw = (random, { servers, stormUs }) => (servers < 2 ? [] : few(random, 3, () => ({
  kind: 'compactDuringInstall', fromUs: random.below(stormUs >> 1), untilUs: stormUs,
})));

/**
 * Clients go on asking a leader that the other servers have lost, for longer than they need to elect another one: what
 * it answers from its own state alone is out of date (dissertation 6.4).
 */
const staleLeaders: Draw = (random, { servers, stormUs, electionUs }) =>
  servers < 2 || random.chance(500)
    ? []
    : few(random, 2, () => {
        const fromUs = random.below(stormUs);
        const untilUs = Math.min(stormUs, fromUs + electionUs * random.in({ min: 2, max: 8 }));
        return { kind: 'isolation', fromUs, untilUs, nodes: 'leader', direction: 'both', among: 'servers' };
      });

/** One leader after the other falls, most of them right behind a write, and comes back about an election later. */
const leaderChurn: Draw = (random, { stormUs, electionUs }) => {
  const falls: Crash[] = [];
  let atUs = random.below(2 * electionUs);
  while (atUs < stormUs && falls.length < 30) {
    const downUs = random.in({ min: electionUs >> 2, max: 2 * electionUs });
    const moment = random.weighted<Crash['moment']>([[1, 'now'], [1, 'writeLost'], [3, 'writeKept']]);
    falls.push({ kind: 'crash', atUs, restartUs: Math.min(stormUs, atUs + downUs), nodes: 'leader', moment });
    atUs += random.in({ min: electionUs >> 2, max: electionUs });
  }
  return falls;
};

const draws: readonly (readonly [FaultKind, Draw])[] = [
  ['partition', partitions], ['bridge', bridges], ['ring', rings], ['cut', cuts], ['isolation', isolations],
  ['flapping', flappings], ['slowLink', slowLinks], ['clog', clogs], ['swizzle', swizzles], ['crash', crashes],
  ['crashWriteLost', crashesAt('writeLost')], ['crashWriteKept', crashesAt('writeKept')], ['crashLoop', crashLoops],
  ['pause', pauses], ['gone', losses], ['stalledWrite', stalls], ['failedWrite', failedWrites], ['diskFull', fullDisks],
  ['failedWriteLeft', failedWrites], ['crashInRecovery', crashesAt('recovering')], ['lostPages', failuresAndFalls],
  ['crashInSends', crashesAt('sending')], ['lostTail', tearingCrashes], ['tornRecord', tearingCrashes],
  ['tornSnapshot', tearingCrashes], ...damages.map((damage) => [damage, damaged(damage)] as const),
  ['clockRate', wrongRates], ['clockDrift', drifts], ['clockJump', jumps], ['holdAcrossLeaderships', holds],
  ['isolateUntilSnapshot', isolationsUntilSnapshot], ['compactDuringInstall', heldInstalls],
];
