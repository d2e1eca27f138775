/** Plans of the key/value server that differ in few things, to be held side by side: a quiet network, a quick disk. */
import { planFormat, planVersion, type Plan } from '../harness/plan/plan.ts';
import { raftKv } from './systems/raft-kv.ts';

const ms = 1000;

/** What such a plan says itself; `seed` is the name that its random streams have. */
type Told = Pick<Plan, 'scenario' | 'seed' | 'servers' | 'clients' | 'settings' | 'faults' | 'operations' | 'stormUs'>;

export const plainPlan = ({ scenario, seed, servers, clients, settings, faults, operations, stormUs }: Told): Plan => ({
  format: planFormat,
  version: planVersion,
  scenario,
  system: raftKv.name,
  seed,
  servers,
  clients,
  settings,
  network: {
    delayUs: { min: 1 * ms, max: 5 * ms }, dropPer1000: 0, duplicatePer1000: 0, latePer1000: 0,
    lateUs: { min: 0, max: 0 },
  },
  disk: { writeUs: { min: 0, max: 1 * ms } },
  faults,
  operations,
  stormUs,
  settleUs: 60_000 * ms,
});
