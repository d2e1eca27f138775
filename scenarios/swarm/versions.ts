/**
 * What clients ask of a store with versions (MIT 6.5840), in the place of what they would have asked of a plain one.
 */
import type { Operation } from '../../core/kv/command.ts';
import type { Asked } from '../../core/kv/version-clerk.ts';
import type { NetworkPlan, PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';

/** No key of a run comes to it: a put that names it is refused whenever it comes. */
const beyondAllVersions = 1_000_000_000;

/**
 * Most puts name the version that their client saw last, some that of a key that is not there, and a few one that no
 * key ever has. None names a version that a key may have later: then a request that is late could take effect when its
 * client had been told that it was refused.
 */
export const withVersions = (
  random: RandomStream, operations: readonly PlannedOperation[],
): readonly PlannedOperation[] =>
  operations.map((operation) => ({ ...operation, request: versioned(random, operation.request as Operation) }));

function versioned(random: RandomStream, operation: Operation): Asked {
  const { key } = operation;
  const manner = random.below(100);
  if (operation.kind === 'get' || operation.kind === 'getVersion') return { kind: 'getVersion', key };
  if (manner < 80) return { kind: 'putSeen', key, value: operation.value };
  return { kind: 'putVersion', key, value: operation.value, version: manner < 92 ? 0 : beyondAllVersions };
}

/**
 * The lab's network delivers nothing twice: of two copies of a request the second is refused, and that answer may come
 * first.
 */
export function withoutCopies(network: NetworkPlan): NetworkPlan {
  const { lasting, replay } = network;
  return {
    ...network,
    duplicatePer1000: 0,
    ...(replay === undefined ? {} : { replay: { ...replay, per1000: 0 } }),
    ...(lasting === undefined ? {} : { lasting: { ...lasting, duplicatePer1000: 0 } }),
  };
}
