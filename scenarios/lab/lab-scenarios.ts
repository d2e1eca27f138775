/** Every lab test in both manners, and the gap scenarios, as scenarios of the registry. */
import type { Scenario } from '../../harness/campaign/scenario.ts';
import { gapTests } from '../lab-gaps/gap-tests.ts';
import { raft } from '../systems/raft.ts';
import { raftKv } from '../systems/raft-kv.ts';
import { drawPlan, type LabTest, type Manner } from './lab-test.ts';
import { labTests } from './scripts.ts';

const scenarioOf = (folder: string, test: LabTest, manner: Manner): Scenario => {
  const name = `${folder}/${test.name}`;
  return {
    name,
    summary: test.summary,
    system: test.system === 'raft' ? raft : raftKv,
    draw: (seed) => drawPlan(test, name, manner, seed),
  };
};

/** `lab/...` on the lab's network, `lab-honest/...` on the honest one, `lab-gaps/...` likewise honest. */
export const labScenarios: readonly Scenario[] = [
  ...labTests.map((test) => scenarioOf('lab', test, 'lab')),
  ...labTests.map((test) => scenarioOf('lab-honest', test, 'honest')),
  ...gapTests.map((test) => scenarioOf('lab-gaps', test, 'honest')),
];
