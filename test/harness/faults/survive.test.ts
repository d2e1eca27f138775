/** For every kind of fault: it strikes, it matters, and the cluster survives it. */
import { describe, expect, test } from 'vitest';
import { assumptionBreaking, faultKinds, type FaultKind } from '../../../harness/plan/fault-kinds.ts';
import { run } from '../../../harness/run.ts';
import { raftKv } from '../../../scenarios/systems/raft-kv.ts';
import { companionsOf, planOfLies, planOfMembers, planWith } from './plans.ts';

const survivable = faultKinds.filter((kind) => !assumptionBreaking.includes(kind));

/** Every plan until it has mattered, and some more. */
const leastPlans = 8;
const mostPlans = 250;

function survives(kind: FaultKind): { plans: number; fired: number; mattered: number } {
  // A disk is replaced of a server that was taken out.
  const planFor = kind === 'replacedDisk' ? planOfMembers : planWith;
  let [plans, fired, mattered] = [0, 0, 0];
  while (plans < leastPlans || (mattered === 0 && plans < mostPlans)) {
    const record = run(raftKv, planFor(plans, kind, ...companionsOf(kind)));
    expect(record.verdict, `plan ${plans}`).toEqual({ kind: 'ok' });
    fired += record.faults[kind]?.fired ?? 0;
    mattered += record.faults[kind]?.mattered ?? 0;
    plans += 1;
  }
  return { plans, fired, mattered };
}

describe('a correct cluster survives, and the fault fired and mattered', () => {
  test.each(survivable)('%s', (kind) => {
    const { fired, mattered } = survives(kind);
    expect(fired).toBeGreaterThan(0);
    expect(mattered).toBeGreaterThan(0);
  });
});

describe('faults that break what Raft assumes: the harness shows the violation', () => {
  test('a lying fsync, and all servers crash: what was acknowledged is lost', () => {
    const records = Array.from({ length: 6 }, (_, number) => run(raftKv, planOfLies(number, true)));
    const broken = records.filter(({ verdict }) => verdict.kind === 'violation');
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.every(({ faults }) => faults['lyingFsync']!.mattered > 0)).toBe(true);
    expect(Array.from({ length: 6 }, (_, number) => run(raftKv, planOfLies(number, false)).verdict.kind)).toEqual(
      new Array(6).fill('ok'),
    );
  });

  test('damaged messages with the checksum switched off: they are taken for what they say', () => {
    const verdicts = Array.from({ length: 12 }, (_, number) => {
      const plan = planWith(number, 'corrupt');
      const corruptPer1000 = 100;
      const checked = run(raftKv, { ...plan, network: { ...plan.network, corruptPer1000 } });
      const unchecked = run(raftKv, { ...plan, network: { ...plan.network, corruptPer1000, checksums: false } });
      return [checked.verdict.kind, unchecked.verdict.kind];
    });
    expect(verdicts.map(([checked]) => checked)).toEqual(new Array(12).fill('ok'));
    expect(verdicts.some(([, unchecked]) => unchecked === 'violation')).toBe(true);
  });
});
