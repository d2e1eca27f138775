/** What the clients of a seed ask: plain operations, and the loads that are a kind of fault of their own. */
import type { Operation } from '../../core/kv/command.ts';
import type { LoadKind, PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';
import type { Kinds } from '../../harness/swarm/kinds.ts';

const ms = 1000;

/** Every write has a value of its own, so that a read tells which writes it saw. */
export function drawOperations(
  random: RandomStream, loads: RandomStream, kinds: Kinds, clients: number, passers: number, stormUs: number,
  getsPer1000Min = 0, many?: number,
): PlannedOperation[] {
  const usual = random.in({ min: 100, max: 160 });
  const total = many ?? usual;
  const keys = random.in({ min: 1, max: 8 });
  const casPer1000 = random.pick([0, 0, 50, 200]);
  const getPer1000 = Math.max(getsPer1000Min, random.in({ min: 100, max: 500 }));
  const load = drawLoad(loads, kinds, stormUs);
  const operations: PlannedOperation[] = [];
  for (let i = 0; i < total; i++) {
    const atUs = random.below(stormUs);
    operations.push(loaded(load, loads, i % clients, atUs, drawOperation(random, i, keys, casPer1000, getPer1000)));
  }
  for (let i = 0; i < passers; i++) operations.push(passing(loads, clients + i, total + i, stormUs));
  return operations.sort((a, b) => a.atUs - b.atUs);
}

function drawOperation(
  random: RandomStream, number: number, keys: number, casPer1000: number, getPer1000: number,
): Operation {
  const key = `k${random.below(keys)}`;
  const value = `${number};`;
  if (random.chance(casPer1000))
    return { kind: 'cas', key, expected: random.chance(300) ? '' : `${random.below(number + 1)};`, value };
  if (random.chance(getPer1000)) return { kind: 'get', key };
  return random.chance(350) ? { kind: 'put', key, value } : { kind: 'append', key, value };
}

/** A client that asks once and is never heard of again: its session stays in the store for good. */
const passing = (random: RandomStream, client: number, number: number, stormUs: number): PlannedOperation => ({
  client,
  atUs: random.below(stormUs),
  request: { kind: 'append', key: `p${number % 3}`, value: `${number};` },
  load: ['endlessSessions'],
});

interface Load {
  readonly burstsUs: readonly number[];
  readonly burstPer1000: number;
  readonly hotPer1000: number;
  readonly largePer1000: number;
  readonly largeSize: number;
  readonly giveUpPer1000: number;
  readonly giveUpUs: { readonly min: number; readonly max: number };
}

function drawLoad(random: RandomStream, kinds: Kinds, stormUs: number): Load {
  const burstsUs = Array.from({ length: 1 + random.below(4) }, () => random.below(stormUs));
  const burstPer1000 = random.pick([200, 500, 950]);
  const hotPer1000 = random.pick([300, 700, 1000]);
  const largePer1000 = random.pick([20, 100, 250]);
  const largeSize = random.pick([200, 1000, 3000]);
  const giveUpPer1000 = random.pick([30, 100, 250]);
  const giveUpMinUs = random.pick([5, 50, 300]) * ms;
  return {
    burstsUs,
    burstPer1000: kinds.has('burst') ? burstPer1000 : 0,
    hotPer1000: kinds.has('hotKeys') ? hotPer1000 : 0,
    largePer1000: kinds.has('largeValues') ? largePer1000 : 0,
    largeSize,
    giveUpPer1000: kinds.has('giveUp') ? giveUpPer1000 : 0,
    giveUpUs: { min: giveUpMinUs, max: 4 * giveUpMinUs },
  };
}

/** Draws as many numbers for each operation whatever becomes of it. */
function loaded(
  load: Load, random: RandomStream, client: number, atUs: number, operation: Operation,
): PlannedOperation {
  const isInBurst = random.chance(load.burstPer1000);
  const burstUs = random.pick(load.burstsUs) + random.below(ms);
  const isHot = random.chance(load.hotPer1000);
  const isLarge = random.chance(load.largePer1000) && operation.kind === 'put';
  const givesUp = random.chance(load.giveUpPer1000);
  const giveUpUs = random.in(load.giveUpUs);
  const kinds: LoadKind[] = [];
  if (isInBurst) kinds.push('burst');
  if (isHot) kinds.push('hotKeys');
  if (isLarge) kinds.push('largeValues');
  const request = grown(isHot ? { ...operation, key: 'hot' } : operation, isLarge ? load.largeSize : 0);
  return {
    client,
    atUs: isInBurst ? burstUs : atUs,
    request,
    ...(givesUp ? { giveUpUs } : {}),
    ...(kinds.length > 0 ? { load: kinds } : {}),
  };
}

const grown = (operation: Operation, size: number): Operation =>
  operation.kind === 'put' && size > 0 ? { ...operation, value: operation.value.padEnd(size, '.') } : operation;
