/**
 * The specification of Raft (checkers/spec/) for the explorer.
 *
 * Messages are a set that only grows, so that loss, duplication and reordering without a limit are part of it. With
 * `--published` it is Raft.tla of Vanlightly's repository raft-tlaplus at 69ad9d6, whose numbers of states are known.
 */
import { pipelinedRules } from '../../checkers/spec/pipelining.ts';
import { allRules } from '../../checkers/spec/receive.ts';
import type { ModelDefinition } from '../../harness/explore/model.ts';
import { choiceOf, flagOf, numberOf, ParameterError, type ParameterValues } from '../../harness/explore/parameters.ts';
import { RaftSpec, valueNames, type Bounds, type SpecAction, type State } from './raft-spec-model.ts';

const none = 'nothing';

/** @throws ParameterError for what the published model does not have */
function raftSpec(values: ParameterValues): RaftSpec {
  const bounds: Bounds = {
    servers: numberOf(values, 'servers'),
    elections: numberOf(values, 'elections'),
    restarts: numberOf(values, 'restarts'),
    values: numberOf(values, 'values'),
    duplicates: numberOf(values, 'duplicates'),
    drops: numberOf(values, 'drops'),
    isPublished: flagOf(values, 'published'),
    isJoined: flagOf(values, 'joined'),
    isEager: flagOf(values, 'eager'),
    hasSnapshots: flagOf(values, 'snapshots'),
    hasStepDown: flagOf(values, 'step-down'),
    isPipelined: flagOf(values, 'pipelined'),
    without: choiceOf(values, 'without') === none ? [] : [choiceOf(values, 'without')],
  };
  if (bounds.isPublished && bounds.hasSnapshots)
    throw new ParameterError('--snapshots and --published do not go together: the published model has no snapshots');
  if (bounds.isPublished && bounds.isPipelined)
    throw new ParameterError('--pipelined and --published do not go together: what the published model has is on disk');
  if (bounds.isPublished && bounds.isEager)
    throw new ParameterError('--eager and --published do not go together: the published model counts what is sent');
  if (!bounds.isPublished && bounds.duplicates + bounds.drops > 0) {
    throw new ParameterError(
      '--duplicates and --drops take --published: elsewhere messages stay, and may be delivered any number of times or never',
    );
  }
  return new RaftSpec(bounds);
}

export const definition: ModelDefinition<State, SpecAction> = {
  name: 'raft-spec',
  summary: 'the specification of Raft that every step is held against (docs/specification.md)',
  parameters: [
    { kind: 'number', name: 'servers', help: 'servers', default: 3, min: 1, max: 5 },
    {
      kind: 'number',
      name: 'elections',
      help: 'published: timeouts in all; else no server times out behind this many terms',
      default: 1,
      min: 0,
      max: 8,
    },
    { kind: 'number', name: 'restarts', help: 'restarts in all', default: 0, min: 0, max: 8 },
    {
      kind: 'number',
      name: 'values',
      help: 'commands that clients ask for, each once',
      default: 1,
      min: 0,
      max: valueNames.length,
    },
    { kind: 'flag', name: 'snapshots', help: 'servers compact their logs and install snapshots' },
    { kind: 'flag', name: 'pipelined', help: 'servers go on while they write (dissertation 10.2.1)' },
    { kind: 'flag', name: 'step-down', help: 'leaders give up in their own term' },
    {
      kind: 'flag',
      name: 'joined',
      help: 'a delivery takes over the term, and an answer elects or commits, in the same step',
    },
    {
      kind: 'flag',
      name: 'eager',
      help: 'all that may be sent is sent at once: sound where messages stay, since none has to be delivered',
    },
    {
      kind: 'flag',
      name: 'published',
      help: 'exactly Raft.tla of raft-tlaplus: counted messages, a request at a time',
    },
    {
      kind: 'number',
      name: 'duplicates',
      help: 'published: messages that the network duplicates',
      default: 0,
      min: 0,
      max: 8,
    },
    { kind: 'number', name: 'drops', help: 'published: messages that the network drops', default: 0, min: 0, max: 8 },
    {
      kind: 'choice',
      name: 'without',
      help: 'a rule that is taken out',
      default: none,
      choices: [none, ...[...allRules, ...pipelinedRules].map(({ name }) => name)],
    },
  ],
  moduleUrl: import.meta.url,
  create: raftSpec,
};
