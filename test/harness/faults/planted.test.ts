/**
 * For every kind of fault a defect that it exposes: with this kind alone the defect is found, and on the
 * very same plans without it, never. The correct core passes both.
 */
import { describe, expect, test } from 'vitest';
import { assumptionBreaking, faultKinds, type FaultKind } from '../../../harness/plan/fault-kinds.ts';
import { run } from '../../../harness/run.ts';
import type { System } from '../../../harness/system.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';
import { companionsOf, planOfMembers, planWith } from './plans.ts';
import * as planted from './planted.ts';

/** The defect that each kind is to expose, by its name in planted.ts. */
const defectOf: Readonly<Record<Exclude<FaultKind, 'lyingFsync' | 'uncheckedCorruption'>, keyof typeof planted>> = {
  drop: 'clerkAsksOnce',
  duplicate: 'executesRepetitions',
  replay: 'matchGoesBack',
  late: 'matchGoesBack',
  exponentialDelay: 'matchGoesBack',
  reorder: 'matchGoesBack',
  corrupt: 'ignoresChecksums',
  partition: 'isNeverChallenged',
  bridge: 'isNeverChallenged',
  ring: 'isNeverChallenged',
  cut: 'clerkAsksOnce',
  isolation: 'isNeverChallenged',
  flapping: 'isNeverChallenged',
  slowLink: 'matchGoesBack',
  clog: 'isNeverChallenged',
  swizzle: 'isNeverChallenged',
  crash: 'bootsCommitted',
  crashWriteLost: 'speaksBeforeWriting',
  crashWriteKept: 'bootsWithoutTimer',
  crashLoop: 'bootsCommitted',
  pause: 'isNeverChallenged',
  gone: 'needsAllVotes',
  slowWrite: 'speaksBeforeWriting',
  stalledWrite: 'speaksBeforeWriting',
  lostTail: 'speaksBeforeWriting',
  tornRecord: 'refusesTornEnds',
  tornSnapshot: 'namesSnapshotTooEarly',
  failedWrite: 'ignoresFailedWrites',
  diskFull: 'ignoresFailedWrites',
  bitRot: 'startsAfreshOnRot',
  damagedMetadata: 'startsAfreshOnBadSuperblock',
  missingSnapshot: 'startsAfreshWithoutSnapshot',
  misdirectedWrite: 'startsAfreshOnMisplacedRecord',
  staleRead: 'startsAfreshOnStaleFile',
  clockRate: 'isNeverChallenged',
  clockDrift: 'isNeverChallenged',
  clockJump: 'isNeverChallenged',
  burst: 'answersCrowdsEarly',
  hotKeys: 'losesContendedAppends',
  largeValues: 'cutsLargeValues',
  giveUp: 'clerkReusesNumbers',
  endlessSessions: 'forgetsOldSessions',
  holdAcrossLeaderships: 'trustsAnswersToBeRecent',
  isolateUntilSnapshot: 'installsWithoutSessions',
  compactDuringInstall: 'installsOldSnapshots',
  failedWriteLeft: 'believesFailedWritesLeaveNothing',
  crashInRecovery: 'mendsInPlace',
  lostPages: 'trustsWhatItReads',
  crashInSends: 'takesLogsForAligned',
  handOver: 'isNeverChallenged',
  clientCrash: 'knowsWritesByContent',
  replacedDisk: 'newDisksAreBlank',
};

const mostPlans = 300;

/**
 * One operation of a client in flight, and reads through the log: the defect is a clerk's that asks for one, and a read
 * around the log that a follower hears may be given up without a word.
 */
const planOfTheLog: typeof planWith = (number, ...kinds) => {
  const plan = planWith(number, ...kinds);
  const { clientWindow: _window, reads: _reads, ...settings } = plan.settings as RaftKvSettings;
  return { ...plan, settings };
};

/** By what the fault does: the specification sees a guard that is gone whether a fault strikes or not. */
const isFound = (system: System, number: number, kinds: readonly FaultKind[], plans = planWith): boolean =>
  run(system, { ...plans(number, ...kinds), specification: 'off' }).verdict.kind === 'violation';

describe('the defect is found with this kind of fault, and never on the same plans without it', () => {
  test.each(Object.entries(defectOf) as [FaultKind, keyof typeof planted][])('%s: %s', (kind, defect) => {
    const system = planted[defect];
    const others = companionsOf(kind);
    const plans = kind === 'replacedDisk' ? planOfMembers : kind === 'cut' ? planOfTheLog : planWith;
    let number = 0;
    while (number < mostPlans && !isFound(system, number, [kind, ...others], plans)) number += 1;
    expect(number, `not found in ${mostPlans} plans`).toBeLessThan(mostPlans);
    expect(isFound(raftKv, number, [kind, ...others], plans)).toBe(false);
    for (let calm = 0; calm <= Math.min(number, 40); calm++)
      expect(isFound(system, calm, others, plans), `plan ${calm}, without it`).toBe(false);
    expect(isFound(system, number, others, plans), `plan ${number}, without it`).toBe(false);
  });

  test('every kind of fault has its defect', () => {
    expect(Object.keys(defectOf).sort()).toEqual(
      faultKinds.filter((kind) => !assumptionBreaking.includes(kind)).sort(),
    );
  });
});
