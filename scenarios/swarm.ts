/**
 * Swarm testing (Groce et al., ISSTA 2012): every seed draws its own configuration, with rates that
 * differ wildly and whole kinds of fault switched off, because a fault that is always on hides the
 * bugs that need calm, and the other way round.
 */
import type { Operation } from '../core/kv/command.ts';
import type { NodeId, Range } from '../core/protocol.ts';
import type { Crash, Cut, Fault, Isolation, Partition, Target } from '../harness/faults/fault.ts';
import { planFormat, planVersion, type DiskPlan, type NetworkPlan, type Plan, type PlannedOperation } from '../harness/plan.ts';
import { RandomStreams, type RandomStream } from '../harness/random.ts';
import type { Scenario } from '../harness/scenario.ts';
import { raftKv, type RaftKvSettings } from './systems/raft-kv.ts';

/** The kinds of trouble that a seed may have or lack. */
interface Kinds {
  readonly drops: boolean;
  readonly duplicates: boolean;
  readonly lateness: boolean;
  readonly partitions: boolean;
  readonly cuts: boolean;
  readonly isolations: boolean;
  readonly crashes: boolean;
  /** Leaders fall one after the other, as in Figure 8 of the Raft paper. */
  readonly leaderChurn: boolean;
  readonly slowDisk: boolean;
  readonly slowService: boolean;
}

const ms = 1000;

export const swarm: Scenario = {
  name: 'swarm',
  summary: '1 to 7 servers, up to 15 clients, snapshots on in most; every fault drawn per seed',
  system: raftKv,
  draw,
};

function draw(seed: number): Plan {
  const streams = new RandomStreams(`swarm ${seed}`);
  const shape = streams.stream('shape');
  const servers = shape.weighted([[1, 1], [2, 2], [10, 3], [4, 4], [8, 5], [1, 6], [2, 7]]);
  const clients = shape.weighted([[1, 1], [2, 2], [6, 3 + shape.below(4)], [3, 7 + shape.below(9)]]);
  const stormUs = shape.in({ min: 1500, max: 4000 }) * ms;
  const kinds = drawKinds(streams.stream('kinds'));
  const settings = drawSettings(streams.stream('settings'), kinds);
  return {
    format: planFormat,
    version: planVersion,
    scenario: 'swarm',
    system: raftKv.name,
    seed: `swarm ${seed}`,
    servers,
    clients,
    settings,
    network: drawNetwork(streams.stream('network'), kinds),
    disk: drawDisk(streams.stream('disk'), kinds),
    faults: drawFaults(streams, kinds, servers, clients, stormUs, settings.electionTimeoutUs.max),
    operations: drawOperations(streams.stream('operations'), clients, stormUs),
    stormUs,
    settleUs: 60_000 * ms,
  };
}

/** Half of the seeds have everything, in the other half each kind is there or not by the toss of a coin. */
function drawKinds(random: RandomStream): Kinds {
  const hasAll = random.chance(500);
  const has = (): boolean => random.chance(500) || hasAll;
  return {
    drops: has(),
    duplicates: has(),
    lateness: has(),
    partitions: has(),
    cuts: has(),
    isolations: has(),
    crashes: has(),
    leaderChurn: has() && random.chance(500),
    slowDisk: has(),
    slowService: has(),
  };
}

function drawSettings(random: RandomStream, kinds: Kinds): RaftKvSettings {
  const heartbeatUs = random.in({ min: 20, max: 100 }) * ms;
  const electionMinUs = heartbeatUs * random.in({ min: 2, max: 5 });
  const isSlow = kinds.slowService && random.chance(400);
  return {
    heartbeatUs,
    electionTimeoutUs: { min: electionMinUs, max: electionMinUs * 2 },
    entriesPerMessageMax: random.pick([1, 1, 4, 16, 64, 64]),
    noopOnElection: random.chance(700),
    maxRaftState: random.weighted([[1, -1], [2, 100], [3, 300], [3, 1000], [1, 3000]]),
    applyBatchMax: isSlow ? random.in({ min: 1, max: 4 }) : 1_000_000,
    applyPauseUs: isSlow ? { min: 0, max: random.in({ min: 1, max: 20 }) * ms } : { min: 0, max: 0 },
    retryUs: rangeFrom(random.in({ min: 50, max: 400 }) * ms, 2),
    backoffUs: rangeFrom(random.in({ min: 10, max: 60 }) * ms, 2),
  };
}

const rangeFrom = (min: number, times: number): Range => ({ min, max: min * times });

/** Rates are drawn from 1 to `max`, small ones as often as large ones: half of all are below its root. */
function rate(random: RandomStream, max: number): number {
  return 1 + random.below(1 + random.below(max));
}

function drawNetwork(random: RandomStream, kinds: Kinds): NetworkPlan {
  const delayMinUs = random.pick([50, 200, 500, 1000, 3000]);
  const delayMaxUs = delayMinUs + random.pick([0, 200, 1000, 5000, 20_000]);
  const lateMaxUs = random.pick([20, 100, 400, 1500]) * ms;
  const drop = rate(random, 300);
  const duplicate = rate(random, 300);
  const late = rate(random, 200);
  return {
    delayUs: { min: delayMinUs, max: delayMaxUs },
    dropPer1000: kinds.drops ? drop : 0,
    duplicatePer1000: kinds.duplicates ? duplicate : 0,
    latePer1000: kinds.lateness ? late : 0,
    lateUs: { min: ms, max: lateMaxUs },
  };
}

function drawDisk(random: RandomStream, kinds: Kinds): DiskPlan {
  const max = random.pick([100, 1000, 5000, 20_000]);
  return { writeUs: kinds.slowDisk ? { min: 20, max } : { min: 0, max: 0 } };
}

function drawFaults(
  streams: RandomStreams, kinds: Kinds, servers: number, clients: number, stormUs: number, electionUs: number,
): Fault[] {
  const faults: Fault[] = [];
  if (kinds.partitions) faults.push(...drawPartitions(streams.stream('partitions'), servers, clients, stormUs));
  if (kinds.cuts) faults.push(...drawCuts(streams.stream('cuts'), servers + clients, stormUs));
  if (kinds.isolations) faults.push(...drawIsolations(streams.stream('isolations'), servers, clients, stormUs));
  if (kinds.crashes) faults.push(...drawCrashes(streams.stream('crashes'), servers, stormUs));
  if (kinds.leaderChurn) faults.push(...drawLeaderChurn(streams.stream('churn'), stormUs, electionUs));
  return faults;
}

function drawSpan(random: RandomStream, stormUs: number, maxUs: number): { fromUs: number; untilUs: number } {
  const fromUs = random.below(stormUs);
  return { fromUs, untilUs: Math.min(stormUs, fromUs + random.in({ min: 10 * ms, max: maxUs })) };
}

function drawPartitions(random: RandomStream, servers: number, clients: number, stormUs: number): Partition[] {
  return Array.from({ length: random.below(6) }, () => ({
    kind: 'partition' as const,
    ...drawSpan(random, stormUs, 1500 * ms),
    groups: drawGroups(random, servers, clients),
  }));
}

/** Two or three sides, or one server alone, or a bridge; clients stand anywhere or outside of it. */
function drawGroups(random: RandomStream, servers: number, clients: number): NodeId[][] {
  const sides = random.weighted([[6, 2], [2, 3]]);
  const groups: NodeId[][] = Array.from({ length: sides }, () => []);
  if (random.chance(300)) {
    const alone = random.below(servers);
    for (let node = 0; node < servers; node++) groups[node === alone ? 0 : 1]!.push(node);
  } else {
    for (let node = 0; node < servers; node++) random.pick(groups).push(node);
    if (random.chance(200)) for (const group of groups) if (!group.includes(0)) group.push(0);
  }
  if (random.chance(500)) for (let client = 0; client < clients; client++) random.pick(groups).push(servers + client);
  return groups;
}

function drawCuts(random: RandomStream, nodes: number, stormUs: number): Cut[] {
  if (nodes < 2) return [];
  return Array.from({ length: random.below(6) }, () => {
    const from = random.below(nodes);
    return { kind: 'cut' as const, ...drawSpan(random, stormUs, 1500 * ms), from, to: (from + 1 + random.below(nodes - 1)) % nodes };
  });
}

function drawIsolations(random: RandomStream, servers: number, clients: number, stormUs: number): Isolation[] {
  return Array.from({ length: random.below(4) }, () => ({
    kind: 'isolation' as const,
    ...drawSpan(random, stormUs, 1000 * ms),
    nodes: random.weighted<Target>([[3, 'leader'], [2, [random.below(servers)]], [1, [servers + random.below(clients)]]]),
    direction: random.weighted<Isolation['direction']>([[3, 'both'], [1, 'inbound'], [1, 'outbound']]),
  }));
}

function drawCrashes(random: RandomStream, servers: number, stormUs: number): Crash[] {
  return Array.from({ length: random.below(8) }, () => {
    const atUs = random.below(stormUs);
    const moment = random.weighted<Crash['moment']>([[2, 'now'], [1, 'writeLost'], [1, 'writeKept']]);
    return {
      kind: 'crash' as const,
      atUs,
      restartUs: Math.min(stormUs, atUs + random.weighted([[3, random.in({ min: 1, max: 60 }) * ms], [2, random.in({ min: 50, max: 1500 }) * ms]])),
      nodes: random.chance(150) ? Array.from({ length: servers }, (_, node) => node) : [random.below(servers)],
      moment,
    };
  });
}

/** One leader after the other falls, most of them right behind a write, and comes back about an election later. */
function drawLeaderChurn(random: RandomStream, stormUs: number, electionUs: number): Crash[] {
  const crashes: Crash[] = [];
  let atUs = random.below(stormUs);
  while (atUs < stormUs && crashes.length < 20) {
    const downUs = random.in({ min: electionUs >> 1, max: 2 * electionUs });
    const moment = random.weighted<Crash['moment']>([[1, 'now'], [1, 'writeLost'], [3, 'writeKept']]);
    crashes.push({ kind: 'crash', atUs, restartUs: Math.min(stormUs, atUs + downUs), nodes: 'leader', moment });
    atUs += random.in({ min: electionUs >> 2, max: 2 * electionUs });
  }
  return crashes;
}

/** Every write has a value of its own, so that a read tells which writes it saw. */
function drawOperations(random: RandomStream, clients: number, stormUs: number): PlannedOperation[] {
  const total = random.in({ min: 100, max: 160 });
  const keys = random.in({ min: 1, max: 8 });
  const casPer1000 = random.pick([0, 0, 50, 200]);
  const getPer1000 = random.in({ min: 100, max: 500 });
  const operations: PlannedOperation[] = [];
  for (let i = 0; i < total; i++) {
    const client = i % clients;
    operations.push({ client, atUs: random.below(stormUs), request: drawOperation(random, i, keys, casPer1000, getPer1000) });
  }
  return operations.sort((a, b) => a.atUs - b.atUs);
}

function drawOperation(random: RandomStream, number: number, keys: number, casPer1000: number, getPer1000: number): Operation {
  const key = `k${random.below(keys)}`;
  const value = `${number};`;
  if (random.chance(casPer1000)) return { kind: 'cas', key, expected: random.chance(300) ? '' : `${random.below(number + 1)};`, value };
  if (random.chance(getPer1000)) return { kind: 'get', key };
  return random.chance(350) ? { kind: 'put', key, value } : { kind: 'append', key, value };
}
