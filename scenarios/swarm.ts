/**
 * Swarm testing (Groce et al., ISSTA 2012): every seed draws its own configuration, with rates that
 * differ wildly and whole kinds of fault switched off, because a fault that is always on hides the
 * bugs that need calm, and the other way round.
 */
import { requiredSituations } from '../checkers/chronicle/situations.ts';
import type { NodeId, Range } from '../core/protocol.ts';
import { assumptionBreaking, faultKinds } from '../harness/plan/fault-kinds.ts';
import {
  planFormat, planVersion, type DiskPlan, type Healing, type Plan, type PlannedOperation,
} from '../harness/plan/plan.ts';
import { RandomStreams, type RandomStream } from '../harness/world/random.ts';
import { defineScenario } from '../harness/own/define-scenario.ts';
import { drawDisk, drawDiskTrouble, drawNetwork } from '../harness/swarm/environment.ts';
import { drawFaults } from '../harness/swarm/faults.ts';
import { drawKinds, type Kinds } from '../harness/swarm/kinds.ts';
import { withinDrift } from './swarm/clocks.ts';
import { bearable } from './swarm/crowds.ts';
import { drawLasting, nothingLasts } from './swarm/lasting.ts';
import { drawLength, type Length } from './swarm/length.ts';
import { drawMembership } from './swarm/membership.ts';
import { drawNewDisks } from './swarm/new-disks.ts';
import { drawOperations } from './swarm/operations.ts';
import { drawOptions } from './swarm/options.ts';
import { withReplacements } from './swarm/replacements.ts';
import { drawSoakDisk, soakKinds, soakLength } from './swarm/soak.ts';
import { withSuccessors } from './swarm/successors.ts';
import { drawTransfers } from './swarm/transfers.ts';
import { withoutCopies, withVersions } from './swarm/versions.ts';
import { raftKv } from './systems/raft-kv.ts';
import type { RaftKvSettings } from './systems/raft-kv-settings.ts';

const ms = 1000;
const usualSettleUs = 60_000 * ms;
/** Where gets may go around the log there are many of them. */
const readsPer1000 = 600;

export const swarm = { ...defineScenario(raftKv, {
  name: 'swarm',
  summary: '1 to 7 servers, up to 15 clients, snapshots on in most; every fault drawn per seed',
  required: requiredSituations,
  requiredFaults: faultKinds.filter((kind) => !assumptionBreaking.includes(kind)),
  draw: (seed) => drawSwarm(`swarm ${seed}`, drawKinds),
}), soak: drawRound };

/** What all rounds of a soak have in common. */
interface Soaked {
  readonly servers: number;
  readonly settings: RaftKvSettings;
  readonly disk: DiskPlan;
  readonly length: Length;
}

/** One round of a soak: a long seed's load in a storm of its own, on a cluster that stays what it is. */
function drawRound(seed: number, round: number): Plan {
  const name = `swarm soak ${seed}`;
  const kindsOfRound = (streams: RandomStreams): Kinds => soakKinds(drawKinds(streams));
  const streams = new RandomStreams(name);
  const servers = streams.stream('servers').weighted([[1, 2], [4, 3], [1, 4], [4, 5], [1, 7]]);
  const length = soakLength(streams.stream('length'));
  const settings = length.carried({
    ...drawSettings(streams.stream('settings'), kindsOfRound(streams), servers),
    ...drawOptions(streams.stream('options'), servers, { mayCome: false, mayHaveSeveral: false }).options,
  });
  const disk = drawSoakDisk(streams.stream('disk'));
  return drawSwarm(`${name} round ${round}`, kindsOfRound, { servers, settings, disk, length });
}

/** A plan of the swarm with the kinds of fault that `kindsFor` gives. The name fixes all the rest. */
export function drawSwarm(name: string, kindsFor: (streams: RandomStreams) => Kinds, soaked?: Soaked): Plan {
  const streams = new RandomStreams(name);
  const shape = streams.stream('shape');
  const usualServers = shape.weighted([[1, 1], [1, 2], [9, 3], [3, 4], [9, 5], [1, 6], [2, 7]]);
  const usualClients = shape.weighted([[1, 1], [2, 2], [6, 3 + shape.below(4)], [3, 7 + shape.below(9)]]);
  const usualStormUs = shape.in({ min: 1500, max: 4000 }) * ms;
  const servers = soaked?.servers ?? usualServers;
  const long = soaked?.length ?? drawLength(streams.stream('length'));
  const { clients, stormUs, settleUs } = long ?? {
    clients: usualClients, stormUs: usualStormUs, settleUs: usualSettleUs,
  };
  const kinds = kindsFor(streams);
  const { options, hasMembership } = drawOptions(streams.stream('options'), servers, {
    mayCome: soaked === undefined, mayHaveSeveral: long === null,
  });
  const membership = hasMembership ? drawMembership(streams.stream('membership'), servers, stormUs) : null;
  const loads = streams.stream('loads');
  const passers = kinds.has('endlessSessions') ? 5 + loads.below(30) : 0;
  const members = membership === null ? {} : { members: membership.members };
  const disk = soaked?.disk ?? {
    ...drawDisk(streams.stream('disk'), kinds), ...drawDiskTrouble(streams.stream('disk trouble'), kinds),
  };
  const drawnSettings = { ...drawSettings(streams.stream('settings'), kinds, servers), ...options, ...members };
  const drawn = bearable(drawnSettings, {
    clients: clients + passers, disk, hasLargeValues: kinds.has('largeValues'),
  });
  const settings = soaked?.settings ?? (long === null ? drawn : long.carried(drawn));
  // Of those that take part at first one may be lost, where that leaves a majority, and whoever is taken in later
  // counts.
  const losable = membership === null ? servers : membership.members.length;
  const { victims, healing: drawnHealing } = drawLosses(streams.stream('losses'), servers, stormUs, losable);
  const calm = long === null ? drawnHealing : long.healed(drawnHealing);
  const lasting = kinds.mayLast
    ? drawLasting(streams.stream('lasting'), {
        servers,
        stormUs,
        settleUs,
        settings,
        victims,
        healing: calm,
        isFixed: membership === null,
      })
    : nothingLasts;
  const healing = lasting.healing ?? calm;
  const transfers =
    settings.transfer === true && kinds.has('handOver')
      ? drawTransfers(streams.stream('transfers'), servers, stormUs)
      : [];
  const changes =
    membership === null
      ? []
      : withReplacements(streams.stream('replacements'), membership.operations(clients + passers), servers);
  const newDisks = kinds.has('replacedDisk')
    ? drawNewDisks(streams.stream('new disks'), changes, servers, stormUs)
    : [];
  const quietUs = healing.kind === 'noNewOperations' ? healing.fromUs ?? stormUs : stormUs;
  const network = {
    ...drawNetwork(streams.stream('network'), kinds), ...(lasting.rates === null ? {} : { lasting: lasting.rates }),
  };
  const asked = lasting.movedBehind(
    drawOperations(
      streams.stream('operations'), loads, kinds, clients, passers, stormUs,
      settings.reads === undefined ? 0 : readsPer1000, long?.operations,
    ),
  );
  const everybody = clients + passers + (membership?.operators ?? 0);
  const plain = settings.versions === true ? withVersions(streams.stream('versions'), asked) : asked;
  const { operations, successors } = kinds.has('clientCrash')
    ? withSuccessors(streams.stream('successors'), plain, everybody, settings.versions === true)
    : { operations: plain, successors: 0 };
  return {
    format: planFormat,
    version: planVersion,
    scenario: 'swarm',
    system: raftKv.name,
    seed: name,
    servers,
    clients: everybody + successors,
    settings,
    network: settings.versions === true ? withoutCopies(network) : network,
    disk,
    faults: [
      ...withinDrift(
        drawFaults(streams, kinds, {
          servers, clients, stormUs, quietUs, electionUs: settings.electionTimeoutUs.max, victims,
        }),
        settings,
      ),
      ...lasting.faults,
      ...transfers,
      ...newDisks,
    ],
    operations: withChanges(
      operations,
      changes,
    ),
    stormUs,
    settleUs,
    healing,
    // Held against it, a run takes up to a third longer: half of the runs find what there is to find.
    ...(soaked === undefined && streams.stream('specification').chance(500) ? {} : { specification: 'off' as const }),
  };
}

const withChanges = (
  operations: readonly PlannedOperation[], changes: readonly PlannedOperation[],
): readonly PlannedOperation[] =>
  changes.length === 0 ? operations : [...operations, ...changes].sort((a, b) => a.atUs - b.atUs);

/**
 * Which servers may be lost for good, by whatever fault: fewer than half, so that a quorum is left and
 * progress is owed. And how the storm ends, of four ways: a defect of liveness shows in one of them and
 * is hidden by the others.
 */
function drawLosses(
  random: RandomStream, servers: number, stormUs: number, losable: number,
): { victims: readonly NodeId[]; healing: Healing } {
  const order = random.shuffled(Array.from({ length: servers }, (_, node) => node));
  const victims = order
    .slice(0, random.below(((servers - 1) >> 1) + 1) + (servers > 2 && random.chance(500) ? 1 : 0))
    .slice(0, losable === servers ? (servers - 1) >> 1 : losable > 2 ? 1 : 0);
  const way = random.weighted<Exclude<Healing['kind'], 'minorityInTrouble'>>([
    [2, 'everyone'], [1, 'minorityDown'], [1, 'noNewOperations'], [1, 'leaderFalls'],
  ]);
  if (way === 'minorityDown') return { victims, healing: { kind: way, nodes: victims } };
  if (way !== 'noNewOperations') return { victims, healing: { kind: way } };
  // Before the faults end, so that nobody's command helps what they leave behind.
  return { victims, healing: { kind: way, fromUs: Math.floor((stormUs * random.in({ min: 70, max: 99 })) / 100) } };
}

function drawSettings(random: RandomStream, kinds: Kinds, servers: number): RaftKvSettings {
  const heartbeatUs = random.in({ min: 20, max: 100 }) * ms;
  const heartbeats = random.in({ min: 2, max: 5 });
  const electionMinUs = heartbeatUs * heartbeats;
  // One that is always the first to run for leader, whether its log is up to date or not; never quicker than two
  // heartbeats.
  const hasQuickServer = heartbeats >= 4 && random.chance(450);
  const quickServer = random.below(servers);
  const isSlow = kinds.slowService && random.chance(400);
  return {
    heartbeatUs,
    electionTimeoutUs: { min: electionMinUs, max: electionMinUs * 2 },
    ...(hasQuickServer ? { quickServer } : {}),
    entriesPerMessageMax: random.pick([1, 1, 1, 4, 16, 64]),
    noopOnElection: random.chance(700),
    maxRaftState: random.weighted([[1, -1], [7, 100], [4, 250], [1, 1000]]),
    applyBatchMax: isSlow ? random.in({ min: 1, max: 4 }) : 1_000_000,
    applyPauseUs: isSlow ? { min: 0, max: random.in({ min: 1, max: 20 }) * ms } : { min: 0, max: 0 },
    retryUs: rangeFrom(random.in({ min: 50, max: 400 }) * ms, 2),
    backoffUs: rangeFrom(random.in({ min: 10, max: 60 }) * ms, 2),
  };
}

const rangeFrom = (min: number, times: number): Range => ({ min, max: min * times });
