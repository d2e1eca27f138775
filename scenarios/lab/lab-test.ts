/** What a test of the labs is, and the plans that run it in either manner. */
import { calmFlags, type LabFlags } from '../../harness/plan/lab-flags.ts';
import type { Routine, Script } from '../../harness/script/script.ts';
import { planFormat, planVersion, type DiskPlan, type NetworkPlan, type Plan } from '../../harness/plan/plan.ts';
import type { RaftKvSettings } from '../systems/raft-kv-settings.ts';
import type { RaftSettings } from '../systems/raft-settings.ts';
import { ms, second } from './cluster.ts';
import { kvScript, type KvCluster } from './kv-cluster.ts';
import { raftScript, type RaftCluster } from './raft-cluster.ts';

export type Manner = 'lab' | 'honest';

export interface LabTest {
  readonly name: string;
  readonly summary: string;
  readonly system: 'raft' | 'raft-kv';
  readonly servers: number;
  readonly clerks: number;
  readonly flags: LabFlags;
  /** Of plans in the honest manner while it is unreliable; the lab's own rates when absent. */
  readonly rates?: Partial<NetworkPlan>;
  readonly disk: DiskPlan;
  readonly settings: (manner: Manner) => RaftSettings | RaftKvSettings;
  readonly script: Script;
}

/** The lab's limit for one test. */
const limitUs = 120 * second;

/**
 * The lab's network says nothing of how long a server works: with no time at all a client would do
 * without end within one moment. So a write to disk takes a little, as it does in life.
 */
const defaultDisk: DiskPlan = { writeUs: { min: 20, max: 500 } };

/** 2B-8 and Speed only mean something with a heartbeat of 100 to 150 ms and elections of several hundred. */
const timing = {
  electionTimeoutUs: { min: 300 * ms, max: 600 * ms },
  heartbeatUs: 100 * ms,
  entriesPerMessageMax: 1000,
};

/** A fifth of the calls is lost: 100 of 1000 requests and as many replies. */
const labRates: NetworkPlan = {
  delayUs: { min: 0, max: 26 * ms },
  dropPer1000: 100,
  duplicatePer1000: 0,
  latePer1000: 0,
  lateUs: { min: 0, max: 0 },
};

export interface RaftTestParts {
  readonly name: string;
  readonly summary: string;
  readonly servers: number;
  readonly flags?: Partial<LabFlags>;
  readonly rates?: Partial<NetworkPlan>;
  readonly snapshotEvery?: number;
  readonly electionTimeoutMs?: readonly [number, number];
  readonly disk?: Partial<DiskPlan>;
  readonly play: (cluster: RaftCluster) => Routine;
}

/** Index-exact tests run without the no-op of a new leader; all Raft tests have long delays. */
export const raftTest = (parts: RaftTestParts): LabTest => ({
  name: parts.name,
  summary: parts.summary,
  system: 'raft',
  servers: parts.servers,
  clerks: 0,
  flags: { ...calmFlags, longDelays: true, ...parts.flags },
  ...(parts.rates === undefined ? {} : { rates: parts.rates }),
  disk: { ...defaultDisk, ...parts.disk },
  settings: () => ({
    ...timing,
    ...electionOf(parts.electionTimeoutMs),
    noopOnElection: false,
    snapshotEvery: parts.snapshotEvery ?? 0,
  }),
  script: raftScript(parts.play),
});

export interface KvTestParts {
  readonly name: string;
  readonly summary: string;
  readonly servers: number;
  readonly clerks: number;
  readonly maxRaftState: number;
  readonly flags?: Partial<LabFlags>;
  readonly rates?: Partial<NetworkPlan>;
  readonly retryMs?: readonly [number, number];
  readonly electionTimeoutMs?: readonly [number, number];
  readonly disk?: Partial<DiskPlan>;
  readonly play: (cluster: KvCluster) => Routine;
}

export const kvTest = (parts: KvTestParts): LabTest => ({
  name: parts.name,
  summary: parts.summary,
  system: 'raft-kv',
  servers: parts.servers,
  clerks: parts.clerks,
  flags: { ...calmFlags, ...parts.flags },
  ...(parts.rates === undefined ? {} : { rates: parts.rates }),
  disk: { ...defaultDisk, ...parts.disk },
  settings: (manner) => ({
    ...timing,
    ...electionOf(parts.electionTimeoutMs),
    noopOnElection: true,
    maxRaftState: parts.maxRaftState,
    applyBatchMax: 1_000_000,
    applyPauseUs: { min: 0, max: 0 },
    retryUs: retryOf(manner, parts.retryMs),
    backoffUs: { min: 20 * ms, max: 60 * ms },
  }),
  script: kvScript(parts.play),
});

const electionOf = (
  range: readonly [number, number] | undefined,
): { electionTimeoutUs?: { min: number; max: number } } =>
  range === undefined ? {} : { electionTimeoutUs: { min: range[0] * ms, max: range[1] * ms } };

/**
 * On the lab's network a clerk hears of failed calls at once, and its own timer only matters for a
 * leader that cannot commit; on an honest one the timer does all the work.
 */
function retryOf(manner: Manner, range: readonly [number, number] | undefined): { min: number; max: number } {
  const [min, max] = range ?? (manner === 'lab' ? [400, 800] : [150, 300]);
  return { min: min * ms, max: max * ms };
}

/** The plan of a test: everything that chance decides follows from the seed. */
export const drawPlan = (test: LabTest, scenario: string, manner: Manner, seed: number): Plan => ({
  format: planFormat,
  version: planVersion,
  scenario,
  system: test.system,
  script: test.name,
  seed: `${test.name} ${seed}`,
  servers: test.servers,
  clients: test.clerks,
  settings: test.settings(manner),
  network: { ...labRates, ...test.rates, manner, lab: test.flags },
  disk: test.disk,
  faults: [],
  operations: [],
  stormUs: limitUs,
  settleUs: 30 * second,
});
