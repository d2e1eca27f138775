/** The configuration of a plan where it differs from the plain one. */
import type { Plan } from '../plan/plan.ts';
import type { System } from '../system.ts';

export interface Difference {
  /** Such as "settings.heartbeatUs". */
  readonly field: string;
  readonly value: string;
  /** What a plain plan has; null when it has nothing of the kind. */
  readonly plain: string | null;
}

/** Nothing is lost, copied or late, disks write at once. */
const plainWorld = {
  network: { delayUs: { min: 1000, max: 1000 }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0 },
  disk: { writeUs: { min: 0, max: 0 } },
};

/** Lists that a report shows by themselves, and what has no meaning while a rate is 0. */
const leftOut = new Set(['network.fates', 'network.lateUs']);

export function configurationOf(system: System, plan: Plan): readonly Difference[] {
  return [
    ...differences('settings', plan.settings, system.plainSettings),
    ...differences('network', plan.network, plainWorld.network),
    ...(plan.network.latePer1000 > 0 ? differences('network', { lateUs: plan.network.lateUs }, {}) : []),
    ...differences('disk', plan.disk, plainWorld.disk),
    ...(plan.healing === undefined
      ? []
      : [{ field: 'healing', value: shown(plan.healing), plain: shown({ kind: 'everyone' }) }]),
  ];
}

function differences(part: string, value: unknown, plain: unknown): readonly Difference[] {
  const plainFields = (plain ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries((value ?? {}) as Readonly<Record<string, unknown>>)
    .filter(
      ([field]) =>
        !leftOut.has(`${part}.${field}`) ||
        (part === 'network' && plain !== undefined && Object.keys(plainFields).length === 0),
    )
    .filter(([field, one]) => JSON.stringify(one) !== JSON.stringify(plainFields[field]))
    .map(([field, one]) => ({
      field: `${part}.${field}`, value: shown(one),
      plain: plainFields[field] === undefined ? null : shown(plainFields[field]),
    }));
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { min, max } = value as { min?: unknown; max?: unknown };
  if (min !== undefined && max !== undefined) return min === max ? String(min) : `${String(min)}..${String(max)}`;
  return JSON.stringify(value);
}
