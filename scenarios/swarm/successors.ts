/**
 * Clients that crash with an operation open and come back as others. Drawn by a stream of its own, so that nothing else
 * of a plan moves.
 */
import type { Asked } from '../../core/kv/version-clerk.ts';
import type { PlannedOperation } from '../../harness/plan/plan.ts';
import type { RandomStream } from '../../harness/world/random.ts';

const ms = 1000;
/** Each is one more session in every snapshot, for good. */
const successorsMax = 12;

/**
 * Half of those that come back had a job to do, with a key of its own: they look whether it is done, do it once more,
 * and look again. No other write of a plan is asked for twice; and of a key with many operations, writes that are alike
 * would be more than a check of linearizability can tell apart in its time (seed 5002787).
 * @param first the number of the first client that nobody is yet
 */
export function withSuccessors(
  random: RandomStream, operations: readonly PlannedOperation[], first: number, hasVersions: boolean,
): { readonly operations: readonly PlannedOperation[]; readonly successors: number } {
  const per1000 = random.pick([20, 60, 150]);
  const afterMinUs = random.pick([0.2, 2, 20]) * ms;
  const downMaxUs = random.pick([1, 20, 400]) * ms;
  let successors = 0;
  const all = operations.flatMap((operation): readonly PlannedOperation[] => {
    const [falls, hasJob] = [random.chance(per1000), random.chance(500)];
    const [afterUs, downUs] = [random.in({ min: afterMinUs, max: 10 * afterMinUs }), random.below(downMaxUs)];
    const { client, atUs, giveUpUs } = operation;
    if (!falls || giveUpUs !== undefined || successors === successorsMax) return [operation];
    const as = first + successors;
    const crash = { afterUs, as, downUs };
    successors += 1;
    if (!hasJob) return [{ ...operation, crash }];
    const { does, looks } = job(as, hasVersions);
    const again = [looks, does, looks].map((request) => ({ client, atUs, request, again: true as const }));
    return [{ client, atUs, request: does, crash }, ...again];
  });
  return { operations: all, successors };
}

function job(number: number, hasVersions: boolean): { readonly does: Asked; readonly looks: Asked } {
  const key = `j${number}`;
  const value = `${number};`;
  return hasVersions
    ? { does: { kind: 'putSeen', key, value }, looks: { kind: 'getVersion', key } }
    : { does: { kind: 'append', key, value }, looks: { kind: 'get', key } };
}
