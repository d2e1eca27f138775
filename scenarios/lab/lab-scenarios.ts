/** Every lab test in both manners, and the gap scenarios, as scenarios of the registry. */
import type { Scenario } from '../../harness/campaign/scenario.ts';
import { defineScenario } from '../../harness/own/define-scenario.ts';
import { gapTests } from '../lab-gaps/gap-tests.ts';
import { raft } from '../systems/raft.ts';
import { raftKv } from '../systems/raft-kv.ts';
import { drawPlan, type LabTest, type Manner } from './lab-test.ts';
import { labTests } from './scripts.ts';

const scenarioOf = (folder: string, test: LabTest, manner: Manner): Scenario => {
  const name = `${folder}/${test.name}`;
  const given = { name, summary: test.summary, draw: (seed: number) => drawPlan(test, name, manner, seed) };
  return test.system === 'raft' ? defineScenario(raft, given) : defineScenario(raftKv, given);
};

/** `lab/...` on the lab's network, `lab-honest/...` on the honest one, `lab-gaps/...` likewise honest. */
export const labScenarios: readonly Scenario[] = [
  ...labTests.map((test) => scenarioOf('lab', test, 'lab')),
  ...labTests.map((test) => scenarioOf('lab-honest', test, 'honest')),
  ...gapTests.map((test) => scenarioOf('lab-gaps', test, 'honest')),
];
