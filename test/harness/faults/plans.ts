/** Plans of the swarm with the kinds of fault that a test names, on a network that keeps its order by itself. */
import type { FaultKind } from '../../../harness/plan/fault-kinds.ts';
import type { Plan } from '../../../harness/plan/plan.ts';
import { drawSwarm } from '../../../scenarios/swarm.ts';
import type { RaftKvSettings } from '../../../scenarios/systems/raft-kv-settings.ts';
import { kindsOf } from '../../../harness/swarm/kinds.ts';

/** Faults without which another one finds no moment to strike at. */
export const companionsOf = (kind: FaultKind): readonly FaultKind[] => {
  if (kind === 'holdAcrossLeaderships') return ['crash', 'isolation'];
  if (kind === 'hotKeys') return ['burst'];
  if (kind === 'failedWriteLeft') return ['failedWrite', 'crash'];
  if (kind === 'crashInRecovery') return ['tornRecord'];
  if (kind === 'lostPages') return ['failedWriteLeft', 'crash'];
  return kind === 'compactDuringInstall' ? ['isolateUntilSnapshot'] : [];
};

/**
 * Messages take one millisecond, so that nothing overtakes anything unless a fault makes it; and nobody comes or goes.
 */
export function planWith(number: number, ...kinds: readonly FaultKind[]): Plan {
  const drawn = planOfMembers(number, ...kinds);
  const { members: _members, ...settings } = drawn.settings as RaftKvSettings;
  return { ...drawn, settings, operations: drawn.operations.filter(({ request }) => 'key' in (request as object)) };
}

/** The same where some come and go, if the plan is drawn so. */
export function planOfMembers(number: number, ...kinds: readonly FaultKind[]): Plan {
  const drawn = drawSwarm(`fault ${number}`, () => kindsOf(...kinds));
  return { ...drawn, network: { ...drawn.network, delayUs: { min: 1000, max: 1000 } }, healing: { kind: 'everyone' } };
}

/**
 * Servers that lie down and get up again together, while their disks lie: what they had acknowledged
 * is gone. No draw of the swarm has it.
 */
export function planOfLies(number: number, isLying: boolean): Plan {
  const plan = planWith(number);
  const nodes = Array.from({ length: plan.servers }, (_, node) => node);
  const middle = plan.stormUs >> 1;
  return {
    ...plan,
    faults: [
      ...(isLying ? [{ kind: 'lyingFsync' as const, fromUs: middle >> 1, untilUs: plan.stormUs, nodes }] : []),
      { kind: 'crash', atUs: middle, restartUs: middle + 10_000, nodes, moment: 'now' },
    ],
  };
}
