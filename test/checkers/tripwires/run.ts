/** What is asked of a run as a whole: facts that break it, and facts that do not. */
import type { Property } from '../../../checkers/property.ts';
import {
  boundedWork, noException, progressAfterHealing, progressWhileOwed, protocolContract, slow, startsFromUndamagedDisk,
  timeGoesOn, timeLimit,
} from '../../../checkers/run-properties.ts';

interface RunTripwire {
  readonly property: Property<never>;
  readonly what: string;
  readonly broken: object;
  readonly mended: object;
}

const tripwire = <Facts extends object>(
  property: Property<Facts>, what: string, broken: Facts, mended: Facts,
): RunTripwire => ({ property, what, broken, mended });
const work = { events: 10, eventsMax: 10, atThisInstant: 5, atOneInstantMax: 5, atUs: 0, lastStep: 'step 1 of n0' };
const refusal = { file: 'hard-state', reason: 'a checksum' };

export const runTripwires: readonly RunTripwire[] = [
  tripwire(
    slow, 'it takes a microsecond more', { what: 'half of the answers', tookUs: 11, boundUs: 10 },
    { what: 'half of the answers', tookUs: 10, boundUs: 10 },
  ),
  tripwire(
    progressWhileOwed, 'something is missing', { settleUs: 1, trouble: 'n2 in trouble', missing: '0 servers lead' },
    { settleUs: 1, trouble: 'n2 in trouble', missing: null },
  ),
  tripwire(
    progressAfterHealing, 'something is missing', { settleUs: 1, missing: '0 servers lead' },
    { settleUs: 1, missing: null },
  ),
  tripwire(
    timeLimit, 'a script is not done', { script: 'a', isDone: false, stormUs: 1 },
    { script: 'a', isDone: true, stormUs: 1 },
  ),
  tripwire(boundedWork, 'an event too many', { ...work, events: 11 }, work),
  tripwire(boundedWork, 'an event too many at one instant', { ...work, atThisInstant: 6 }, work),
  tripwire(
    protocolContract, 'a step returns nothing', { where: 'n0 at step 1', broken: 'it returns undefined' },
    { where: 'n0 at step 1', broken: null },
  ),
  tripwire(
    timeGoesOn, 'a call too many in one moment', { calls: 11, callsMax: 10, callee: 0 },
    { calls: 10, callsMax: 10, callee: 0 },
  ),
  tripwire(noException, 'a node throws', { node: 0, thrown: 'RangeError: x' }, { node: 0, thrown: null }),
  tripwire(
    startsFromUndamagedDisk, 'a disk that nobody damaged is refused', { node: 0, isDamaged: false, refusal },
    { node: 0, isDamaged: true, refusal },
  ),
  tripwire(
    startsFromUndamagedDisk, 'nothing is refused', { node: 0, isDamaged: false, refusal },
    { node: 0, isDamaged: false, refusal: null },
  ),
];
