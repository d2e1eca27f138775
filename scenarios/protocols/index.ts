/** The models by name; the first one is what `whitewater explore` takes when it is given none. */
import type { ModelDefinition } from '../../harness/explore/model.ts';
import { definition as abd } from './abd.ts';
import { definition as dieHard } from './die-hard.ts';
import { definition as paxos } from './paxos.ts';
import { definition as raftKv } from './raft-kv.ts';
import { definition as raftSpec } from './raft-spec.ts';
import { definition as singleCopy } from './single-copy.ts';
import { definition as twoPhaseCommit } from './two-phase-commit.ts';

const definitions: readonly ModelDefinition[] = [raftKv, raftSpec, twoPhaseCommit, paxos, abd, singleCopy, dieHard];

export const protocolModels: ReadonlyMap<string, ModelDefinition> = new Map(
  definitions.map((definition) => [definition.name, definition]),
);
