/** Raft alone, as Lab 2 tests it: scripts ask its servers directly. */
import * as v from 'valibot';
import { RaftLogObserver } from '../../checkers/raft-log.ts';
import type { Observer } from '../../checkers/checker.ts';
import type { Abstraction } from '../../checkers/spec/abstraction.ts';
import { logServerProcess, type LogServer } from '../../core/log-server.ts';
import type { NodeId } from '../../core/protocol.ts';
import type { AnyRaftMessage } from '../../core/raft/option-messages.ts';
import type { Persistent } from '../../core/raft/state.ts';
import type { Digest } from '../../harness/digest.ts';
import type { Plan } from '../../harness/plan/plan.ts';
import type { AnyProcess, System } from '../../harness/system.ts';
import { raftScripts } from '../lab/scripts.ts';
import { majorityCanTalk } from './majority.ts';
import { raftProperties } from './raft-kv-story.ts';
import { mustHappen, witnessesOf } from './raft-kv-witnesses.ts';
import { codeOfLogServer, describeStart, logMarksOf, tellLogStep } from './raft-log-story.ts';
import {
  describeProgress, describeRaft, describeRaftMessage, digestRaft, digestRaftMessage, newestLeader, raftHalf, raftLanes, raftMessageSizeBytes,
} from './raft-messages.ts';
import { raftSpecification } from './raft-spec.ts';
import { settingsSchema, type RaftSettings } from './raft-settings.ts';

export const raft: System = {
  name: 'raft',
  settings: settingsSchema,
  request: v.strictObject({ kind: v.literal('start', 'expected "start"'), command: v.union([v.number(), v.string()], 'expected a number or a string') }),

  processes(plan: Plan): readonly AnyProcess[] {
    const settings = plan.settings as RaftSettings;
    return Array.from({ length: plan.servers }, (_, id) => logServerProcess({ id, clusterSize: plan.servers, ...settings }) as AnyProcess);
  },

  observer(plan: Plan, durableOf: (node: NodeId) => unknown): Observer {
    return new RaftLogObserver(plan.servers, durableOf as (node: NodeId) => Persistent) as Observer;
  },

  specification: (plan: Plan) => raftSpecification(plan) as Abstraction,

  leader: (states) => newestLeader(states.map((state) => (state as LogServer | null)?.raft ?? null)),
  rpc: {
    half: (message) => raftHalf(message as AnyRaftMessage),
    sizeBytes: (message) => raftMessageSizeBytes(message as AnyRaftMessage),
  },
  owesProgress: majorityCanTalk,
  scripts: raftScripts,

  digestMessage: (digest, message) => digestRaftMessage(digest, message as AnyRaftMessage, digestCommand),
  digestState(digest, untyped) {
    const { raft: state, applied } = untyped as LogServer;
    digestRaft(digest, state);
    digest.number(applied.commands.end);
    digest.number(applied.sizeBytes);
  },
  describeMessage: (message) => describeRaftMessage(message as AnyRaftMessage),
  describeState(untyped) {
    const { raft: state, applied } = untyped as LogServer;
    return { ...describeRaft(state), applied: applied.commands.end - 1, ...describeProgress(state) };
  },
  describeRequest: describeStart,
  lanes: raftLanes((state) => (state as LogServer).raft),
  tellStep: tellLogStep,
  codeOf: codeOfLogServer,
  marksOf: logMarksOf,
  witnessesOf,
  mustHappen,
  properties: raftProperties,
};

function digestCommand(digest: Digest, command: unknown): void {
  if (typeof command === 'number') digest.number(command);
  else digest.string(String(command));
}
