/**
 * What seeds draw, kind by kind: within the storm and against those who may be struck, and to the letter what they drew
 * before. A seed that is told to somebody must stay that seed: who changes a draw changes all that was found by it, and
 * says so here.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountsOf, nodesNamedBy, shapeOfFault, strikesServersOnly } from '../../../harness/plan/fault.ts';
import { assumptionBreaking, faultKinds, type FaultKind } from '../../../harness/plan/fault-kinds.ts';
import { drawDisk, drawNetwork } from '../../../harness/swarm/environment.ts';
import { drawFaults, type Cluster } from '../../../harness/swarm/faults.ts';
import { drawKinds, kindsOf, needsBytes, rate, type Kinds } from '../../../harness/swarm/kinds.ts';
import { RandomStream, RandomStreams } from '../../../harness/world/random.ts';
import { swarm } from '../../../scenarios/swarm.ts';

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
const clusterOf = (seed: number): Cluster => ({
  servers: 1 + (seed % 7), clients: 1 + (seed % 4), stormUs: 2_000_000, quietUs: 1_700_000, electionUs: 300_000,
  victims: [0, 1].slice(0, (seed % 7) >> 1),
});
const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
const drawn = (kinds: Kinds, seed: number) => {
  const streams = new RandomStreams(`draws ${seed}`);
  return {
    network: drawNetwork(streams.stream('network'), kinds), disk: drawDisk(streams.stream('disk'), kinds),
    faults: drawFaults(streams, kinds, clusterOf(seed)),
  };
};

/** Loads on clients are drawn with their operations, and these alone. */
const ofClients: readonly FaultKind[] = ['burst', 'hotKeys', 'largeValues', 'giveUp', 'endlessSessions', 'clientCrash'];

const pinned: Readonly<Record<string, string>> = {
  drop: '007387f9', duplicate: '57a6ffd4', replay: '0a226638', late: '5b6e44d4', exponentialDelay: 'b88eabe1',
  reorder: '7e88a0e4', corrupt: '5e58ec57', partition: '492233c1', bridge: '8c62afd9', ring: 'f000f80b',
  cut: '28b189d0', isolation: '64d91b40', flapping: '63e9a455', slowLink: 'd3f0e6f5', clog: 'b3dd6248',
  swizzle: '0590e1da', crash: '546590f9', crashWriteLost: '36ca7066', crashWriteKept: '566d0883', crashLoop: '57b92ee5',
  pause: '7b6be8f2', gone: '2a83bdfe', slowWrite: 'bde6fc67', stalledWrite: '89ff22ee', lostTail: 'b20b5cc9',
  tornRecord: '251137d8', tornSnapshot: '0b9b9926', failedWrite: 'ff9cef58', diskFull: '26d010f7', bitRot: '26000dfa',
  damagedMetadata: '8a3cb206', missingSnapshot: 'd012d2b2', misdirectedWrite: '28409afd', staleRead: '8d7279b3',
  clockRate: '0d01867c', clockDrift: '8cb91352', clockJump: '7d20c556', burst: 'b54145d3', hotKeys: 'b54145d3',
  largeValues: 'b54145d3', giveUp: 'b54145d3', endlessSessions: 'b54145d3', holdAcrossLeaderships: '5358870e',
  isolateUntilSnapshot: 'cd9e9549', compactDuringInstall: 'cd8368f1', failedWriteLeft: '1134372d',
  crashInRecovery: '43018b99', lostPages: '6a1e2806', crashInSends: '9e10e107', lyingFsync: 'b54145d3',
  uncheckedCorruption: 'b54145d3', handOver: 'b54145d3', clientCrash: 'b54145d3', replacedDisk: 'b54145d3',
};

describe.each(faultKinds)('%s', (kind) => {
  const all = seeds.map((seed) => drawn(kindsOf(kind), seed));

  test('is drawn as it was', () => expect(digestOf(all)).toBe(pinned[kind]));

  test('is all that is drawn', () => {
    const names = new Set(all.flatMap(({ faults }) => faults.flatMap((fault) => accountsOf(fault))));
    // Servers cut apart may be cut in any way, and a crash may wait for a moment of its own.
    const also: readonly string[] =
      {
        partition: ['ring', 'bridge'], crash: ['crashWriteLost', 'crashWriteKept'], tornRecord: ['crashWriteLost'],
        tornSnapshot: ['crashWriteLost'], lostTail: ['crash', 'crashWriteLost', 'crashWriteKept'],
        failedWriteLeft: ['failedWrite'], lostPages: ['failedWrite', 'crashInRecovery'],
      }[kind as string] ?? [];
    expect([...names].filter((name) => name !== kind && !also.includes(name))).toEqual([]);
    const { network, disk } = drawn(kindsOf(), 1);
    if (names.size > 0 && !needsBytes.includes(kind) && !['slowWrite', 'reorder', 'replay'].includes(kind))
      expect(drawn(kindsOf(kind), 1)).toMatchObject({ network, disk });
    if (ofClients.includes(kind) || assumptionBreaking.includes(kind)) expect(names.size).toBe(0);
  });

  test('begins and ends within the storm, and strikes whom it may', () => {
    all.forEach(({ faults }, i) => {
      const { servers, clients, stormUs, victims } = clusterOf(seeds[i]!);
      for (const fault of faults) {
        const [fromUs, untilUs] = shapeOfFault(fault).span(fault);
        expect(
          [fromUs >= 0, fromUs <= untilUs, fromUs <= stormUs, fault.kind === 'swizzle' || untilUs <= stormUs],
          JSON.stringify(fault),
        ).toEqual([true, true, true, true]);
        for (const node of nodesNamedBy(fault))
          expect(node).toBeLessThan(strikesServersOnly(fault) ? servers : servers + clients);
        if (fault.kind === 'gone' || fault.kind === 'damagedDisk')
          for (const node of fault.nodes) expect(victims).toContain(node);
      }
    });
  });
});

test('leaders that fall one after the other are drawn as they were', () => {
  expect(
    digestOf(
      seeds.map((seed) =>
        drawFaults(new RandomStreams(`draws ${seed}`), { ...kindsOf(), leaderChurn: true }, clusterOf(seed)),
      ),
    ),
  ).toBe('f860a5d3');
});

test('which kinds a seed has is drawn as it was, and what breaks assumptions is never among them', () => {
  const all = Array.from({ length: 400 }, (_, seed) => drawKinds(new RandomStreams(`kinds ${seed}`)));
  expect(
    digestOf(
      all.map((kinds) => [
        faultKinds.filter((kind) => kinds.has(kind)), kinds.leaderChurn, kinds.slowService, kinds.mayLast,
      ]),
    ),
  ).toBe('4a990e2a');
  for (const kind of assumptionBreaking) expect(all.some((kinds) => kinds.has(kind))).toBe(false);
  // Half of the seeds have all of the common kinds.
  expect(
    all.filter((kinds) => kinds.has('drop') && kinds.has('crash') && kinds.has('partition') && kinds.has('slowWrite'))
      .length,
  ).toBeGreaterThan(180);
  expect(all.filter((kinds) => faultKinds.every((kind) => !kinds.has(kind))).length).toBeLessThan(10);
});

test('rates are from 1 to what they may be, small ones as often as large ones', () => {
  const random = new RandomStream('rates');
  const all = Array.from({ length: 4000 }, () => rate(random, 10));
  expect([Math.min(...all), Math.max(...all)]).toEqual([1, 10]);
  // One from 1 to a bound that is itself one of 1 to 10: 29 of 100 are 1.
  expect(all.filter((one) => one === 1).length / all.length).toBeCloseTo(0.293, 1);
});

test('the plans of the swarm are drawn as they were', () => {
  expect(digestOf(Array.from({ length: 300 }, (_, seed) => swarm.draw(seed + 1)))).toBe('6dc702a0');
});
